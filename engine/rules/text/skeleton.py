"""From tokens to the skeleton of the rules in a text; what the runs of pieces mean is read elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from lark import Lark, Token, UnexpectedToken
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift

from engine.kernel.problems import EngineError
from engine.rules import problems
from engine.rules.text.lexing import Scan
from engine.rules.text.shapes import ACTIONS, EVENTS, OPTIONS, SWITCHES
from engine.rules.text.words import STRUCTURE, Word

if TYPE_CHECKING:
    from lark.parsers.lalr_interactive_parser import InteractiveParser

Run = tuple[Token, ...]
"""Pieces in a row, brackets among them."""


@dataclass(frozen=True, slots=True)
class Said:
    """A keyword and what follows it; ``closed`` where that stood in parentheses, which are left out of ``run``."""

    word: Token
    run: Run
    end: int


@dataclass(frozen=True, slots=True)
class Each:
    """Actions for each of some records."""

    word: Token
    path: Run
    where: Run | None
    do: tuple[Step, ...]
    end: int


@dataclass(frozen=True, slots=True)
class Branch:
    """Actions under a condition."""

    word: Token
    when: Run
    then: tuple[Step, ...]
    otherwise: tuple[Step, ...] | None
    end: int


Step = Said | Each | Branch


@dataclass(frozen=True, slots=True)
class About:
    """The form that a rule is about."""

    word: Token
    run: Run
    end: int


@dataclass(frozen=True, slots=True)
class Statement:
    """One rule: what stands before ``when``, the condition, the actions and the options after them."""

    word: Token
    labels: tuple[Token, ...]
    events: tuple[Said, ...]
    about: tuple[About, ...]
    options: tuple[Said, ...]
    when: tuple[Token, Run] | None
    then_word: Token
    then: tuple[Step, ...]
    end: int


Items = list[Any]


def _flat(items: Items) -> Run:
    found: list[Token] = []
    for item in items:
        found.extend(item) if isinstance(item, tuple) else found.append(item)
    return tuple(found)


def _end(items: Items) -> int:
    last = items[-1]
    return (
        _end(list(last)) if isinstance(last, tuple) else last.end if not isinstance(last, Token) else last.end_pos or 0
    )


def _said(items: Items) -> Said:
    return Said(items[0], _flat(items[1:]), _end(items))


def _for_each(items: Items) -> Each:
    word, path, *between, block = items
    where = next((item for item in between if isinstance(item, tuple)), None)
    return Each(word, path, where, block[:-1], block[-1])


def _branch(items: Items) -> Branch:
    word, when, _, then, *rest = items
    return Branch(word, when, then[:-1], rest[-1][:-1] if rest else None, (rest[-1] if rest else then)[-1])


def _steps(items: Items) -> tuple[Any, ...]:
    """Return the actions of a block and, last, where it ends."""
    return (*(item for item in items if not isinstance(item, Token)), _end(items))


def _actions(items: Items) -> tuple[Step, ...]:
    return tuple(item for item in items if not isinstance(item, Token))


def _statement(items: Items) -> Statement:
    word, labels, *rest = items
    at = next(place for place, item in enumerate(rest) if isinstance(item, Token))
    before, then_word, then, after = rest[:at], rest[at], rest[at + 1], rest[at + 2 :]
    return Statement(
        word=word,
        labels=labels,
        events=tuple(event for item in before if isinstance(item, tuple) for event in item if isinstance(event, Said)),
        about=tuple(item for item in before if isinstance(item, About)),
        options=tuple(item for item in (*before, *after) if isinstance(item, Said)),
        when=next((item.parts for item in before if isinstance(item, _Condition)), None),
        then_word=then_word,
        then=then,
        end=_end(after or list(then)),
    )


@dataclass(frozen=True, slots=True)
class _Condition:
    parts: tuple[Token, Run]


_BUILDERS: Mapping[str, Callable[[Items], object]] = MappingProxyType(
    {
        "start": tuple,
        "rule": _statement,
        "labels": tuple,
        "events": lambda items: tuple(item for item in items[1:] if isinstance(item, Said)),
        "about": lambda items: About(items[0], _flat(items[1:]), _end(items)),
        "option": _said,
        "event": _said,
        "call": _said,
        "condition": lambda items: _Condition((items[0], items[1])),
        "actions": _actions,
        "for_each": _for_each,
        "branch": _branch,
        "single": _steps,
        "several": _steps,
        "arguments": _flat,
        "run": _flat,
        "group": _flat,
    }
)
"""The rules of grammar.lark by name."""


class _NoLexer(Lexer):
    """Tokens are fed by hand."""

    def __init__(self, _: object) -> None:
        """Need nothing of lark's own."""

    def lex(self, _: object, __: object = None) -> Iterator[Token]:
        """Yield nothing."""
        return iter(())


@lru_cache(maxsize=1)
def _parser() -> Lark:
    grammar = files("engine.rules.text").joinpath("grammar.lark").read_text(encoding="utf8")
    return Lark(
        grammar, parser="lalr", lexer=_NoLexer, transformer=SimpleNamespace(**_BUILDERS), maybe_placeholders=False
    )


def statements(scan: Scan) -> tuple[Statement, ...]:
    """Return the rules of a text; EngineError with the place where it is no rule."""
    parser = _parser().parse_interactive("")
    try:
        for token in scan.tokens(partial(_takes, parser)):
            parser.feed_token(token)
        found = parser.feed_token(_end_token(scan.source))
    except UnexpectedToken as error:
        raise _unexpected(scan.source, error) from None
    return cast("tuple[Statement, ...]", found)


def _takes(parser: InteractiveParser, kind: str) -> bool:
    """Tell whether the parser would shift a token of this kind now.

    Where states of the grammar are one in the table, a token may be listed that is refused a reduction later, so the
    reductions are played on a copy of the stack of states.
    """
    state: Any = parser.parser_state
    table, stack = state.parse_conf.parse_table.states, list(state.state_stack)
    while True:
        step = table[stack[-1]].get(kind)
        if step is None:
            return False
        action, then = step
        if action is Shift:
            return True
        size = len(then.expansion)
        if size:
            del stack[-size:]
        stack.append(table[stack[-1]][then.origin.name][1])


def _end_token(source: str) -> Token:
    return Token("$END", "", start_pos=len(source), end_pos=len(source))


def _unexpected(source: str, error: UnexpectedToken) -> EngineError:
    expected = error.accepts or error.expected
    zh, en = _wanted(expected)
    if error.token.type == "$END":
        end = len(source.rstrip())
        return EngineError(problems.TEXT_INCOMPLETE.at(start=end, end=len(source), zh=zh, en=en))
    start, end = error.token.start_pos or 0, error.token.end_pos or 0
    return EngineError(problems.TEXT_UNEXPECTED.at(start=start, end=end, got=source[start:end], zh=zh, en=en))


def _wanted(expected: Collection[str]) -> tuple[str, str]:
    """Return in words what could have stood in a place."""
    kinds: Mapping[str, Collection[Word]] = {
        "ACTION": [*(shape.word for shape in ACTIONS.values()), STRUCTURE["FOREACH"], STRUCTURE["IF"]],
        "EVENT": [shape.word for shape in EVENTS.values()],
        "OPTION": [*(slot.word for slot in OPTIONS.values()), *SWITCHES.values()],
        **{kind: [word] for kind, word in STRUCTURE.items()},
    }
    words = [word for kind in kinds if kind in expected for word in kinds[kind]]
    signs = [sign for kind, sign in _SIGNS.items() if kind in expected and "WORD" not in expected]
    zh = [word.zh for word in words] + signs + (["名称或数值"] if "WORD" in expected else [])
    en = [word.en for word in words] + signs + (["a name or a value"] if "WORD" in expected else [])
    texts = "TEXT" in expected and "WORD" not in expected
    return "、".join([*zh, *(["“文本”"] if texts else [])]), ", ".join([*en, *(["a “text”"] if texts else [])])


_SIGNS = {"COMMA": ",", "LPAR": "(", "RPAR": ")", "RSQB": "]", "RBRACE": "}"}
