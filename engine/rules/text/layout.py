"""How a text of rules is laid out: quotes, line breaks and indentation; it knows no rule and no word of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.kernel.problems import EngineError
from engine.rules.text.lexing import Scan, words_alone
from engine.rules.text.values import joined
from engine.rules.text.words import RAW_FORMS, STRUCTURE, words_of

if TYPE_CHECKING:
    from lark import Token

WIDTH = 100
STEP = "  "
STEP_WIDTH = len(STEP)

_BLOCK = re.compile(r"(?<!^)(?=\{% *(?:if|如果)\b)")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_JOINTS = frozenset(("and", "or", "且", "并且", "或", "或者"))
_STOPS = frozenset(form for kind in ("THEN", "WHERE", "DO") for form in STRUCTURE[kind].forms)
_FOREIGN = frozenset(":")
_PAIRS = {"LPAR": "RPAR", "LSQB": "RSQB"}


def quoted(text: str) -> str:
    """Return a text in quotes."""
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'


def long_quoted(text: str, indent: str) -> str:
    """Return a text in quotes; a long one as several, one below the other, each block of a template on its own line."""
    whole = quoted(text)
    if len(indent) + len(whole) <= WIDTH:
        return whole
    return f"\n{indent}".join(quoted(piece) for piece in _BLOCK.split(text) if piece)


def tokens_of(expression: str) -> tuple[Token, ...]:
    """Return the pieces of an expression; none where it cannot be taken to pieces, or has a comment."""
    try:
        scan = Scan(expression)
        found = tuple(scan.tokens(words_alone))
    except EngineError:
        return ()
    return () if scan.comments else found


def is_plain(expression: str, tokens: tuple[Token, ...]) -> bool:
    """Tell whether an expression can stand as it is: reading it again gives the same, and nothing in it ends it."""
    if not tokens or joined(expression, tokens).text != expression:
        return False
    first = tokens[0]
    if (first.type == "SIGN" and first != "-") or (first.lower() in RAW_FORMS and len(tokens) == len(("raw", "text"))):
        return False
    waiting: list[str] = []
    for token in tokens:
        if token.type in _PAIRS:
            waiting.append(_PAIRS[token.type])
        elif token.type in ("RPAR", "RSQB"):
            if not waiting or waiting.pop() != token.type:
                return False
        elif token.type in ("LBRACE", "RBRACE") or token in _FOREIGN or (not waiting and _stops(token)):
            return False
    return not waiting


def lines_path(path: str) -> str:
    """Return the path of ``for each``, in backquotes what would end it."""
    return ".".join(f"`{part}`" if part in _STOPS else part for part in path.split("."))


def _stops(token: Token) -> bool:
    return token.type == "COMMA" or (token.type == "WORD" and words_of(token)[:1] in [(stop,) for stop in _STOPS])


def wrapped(expression: str, tokens: tuple[Token, ...], indent: str) -> list[str]:
    """Return the lines of an expression, all but the first with their indentation: broken before ``and`` and ``or``.

    What fits into a line stays in one; of what does not, the outermost conditions are parted first.
    """
    pieces = _broken(expression, list(_joint_places(tokens)), 0, len(expression), 0)
    (_, first), *rest = [(level, expression[start:end].strip()) for level, start, end in pieces]
    return [first, *(indent + STEP * level + piece for level, piece in rest)]


def _broken(text: str, joints: list[tuple[int, int]], start: int, end: int, depth: int) -> list[tuple[int, int, int]]:
    """Return the lines of ``text[start:end]`` as ``(level, start, end)``; joints that are less deep are done."""
    within = [(at, level) for at, level in joints if start < at < end and level >= depth]
    if not within or STEP_WIDTH * depth + end - start <= WIDTH:
        return [(depth, start, end)]
    cuts = [start, *(at for at, level in within if level == depth), end]
    lines: list[tuple[int, int, int]] = []
    for number, (first, last) in enumerate(pairwise(cuts)):
        inner = _broken(text, joints, first, last, depth + 1)
        lines += [(depth if number or first != start else inner[0][0], *inner[0][1:]), *inner[1:]]
    return lines


def _joint_places(tokens: tuple[Token, ...]) -> Iterator[tuple[int, int]]:
    """Go through the places before which a line may be broken, each with how deep it is in brackets."""
    depth, end = 0, 0
    for token in tokens:
        depth += (token.type in ("LPAR", "LSQB")) - (token.type in ("RPAR", "RSQB"))
        start = token.start_pos or 0
        if token.type == "WORD" and token.lower() in _JOINTS and start > end:
            yield start, depth
        end = token.end_pos or 0


def called(word: str, arguments: list[str], indent: str) -> str:
    """Return a word with its arguments in parentheses: in one line where that fits, else one below the other."""
    if not arguments:
        return word
    line = f"{word}({', '.join(arguments)})"
    if "\n" not in line and len(indent) + len(line) <= WIDTH:
        return line
    inner = indent + STEP
    return f"{word}(\n{inner}" + f",\n{inner}".join(arguments) + f"\n{indent})"


def comment_lines(texts: Iterable[str], indent: str) -> str:
    """Return comments, each on a line of its own."""
    return "".join(f"{indent}# {text}".rstrip() + "\n" for text in texts)
