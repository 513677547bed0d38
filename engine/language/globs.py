r"""Globs: what the two signs of a pattern mean, and how it reads for a regular expression, LIKE and GLOB.

``*`` stands for any characters, none included, ``?`` for exactly one; ``\*``, ``\?`` and ``\\`` stand for the sign
itself, and a backslash before anything else for itself. No pattern can make matching slow: a text is gone through once
for every part between stars.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

MAX_PATTERN = 100
"""Code points of a pattern."""


class Wild(Enum):
    """A sign that stands for characters."""

    ANY = "*"
    ONE = "?"


Piece = str | Wild
_SIGNS = {sign.value: sign for sign in Wild}
_LIKE = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})
_GLOB = str.maketrans({"*": "[*]", "?": "[?]", "[": "[[]"})


def pieces_of(pattern: str) -> tuple[Piece, ...]:
    """Return the pattern's signs, and the texts between them; stars that follow each other are one."""
    pieces: list[Piece] = []
    written = iter(re.findall(r"\\[*?\\]|.", pattern, re.DOTALL))
    for part in written:
        sign = _SIGNS.get(part)
        if sign is not None:
            if not (sign is Wild.ANY and pieces and pieces[-1] is Wild.ANY):
                pieces.append(sign)
            continue
        text = part[-1]
        last = pieces[-1] if pieces else None
        if isinstance(last, str):
            pieces[-1] = last + text
        else:
            pieces.append(text)
    return tuple(pieces)


@lru_cache(maxsize=1_024)
def expression_of(pattern: str) -> re.Pattern[str]:
    """Return the regular expression; the first place where a part between stars fits is never given up again."""
    parts: list[list[str]] = [[]]
    for piece in pieces_of(pattern):
        if piece is Wild.ANY:
            parts.append([])
        else:
            parts[-1].append("." if piece is Wild.ONE else re.escape(str(piece)))
    first, *rest = ("".join(part) for part in parts)
    between = "".join(f"(?>.*?{part})" for part in rest[:-1])
    return re.compile(first + between + "".join(f".*{part}" for part in rest[-1:]), re.DOTALL)


def matches(text: str, pattern: str) -> bool:
    """Tell whether the whole text is as the pattern says."""
    return expression_of(pattern).fullmatch(text) is not None


def like_of(pattern: str) -> str:
    """Return the pattern for ``LIKE`` with a backslash as its escape."""
    return "".join(_written(piece, _LIKE, "%", "_") for piece in pieces_of(pattern))


def glob_of(pattern: str) -> str:
    """Return the pattern for SQLite's ``GLOB``."""
    return "".join(_written(piece, _GLOB, "*", "?") for piece in pieces_of(pattern))


def _written(piece: Piece, escapes: dict[int, str], any_sign: str, one_sign: str) -> str:
    match piece:
        case Wild.ANY:
            return any_sign
        case Wild.ONE:
            return one_sign
        case text:
            return text.translate(escapes)
