"""The bounds on what is written, as far as tokens alone tell: what is far too much is refused before it is parsed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from engine.kernel.problems import EngineError, ProblemKind
from engine.language import problems

if TYPE_CHECKING:
    from lark import Token

MAX_CHARACTERS = 4_000
MAX_PARTS = 500
MAX_DEPTH = 40
MAX_LIST = 1_000
MAX_BRACKETS = MAX_PARTS
"""Brackets in brackets; those that only group are no level of ``MAX_DEPTH``, but somebody must find their ends."""

_VALUES = frozenset({"NUMBER", "TEXT", "DATE", "TRUE", "FALSE", "EMPTY", "NAME", "QUOTED"})


def bounded(tokens: Iterable[Token], length: int) -> Iterator[Token]:
    """Pass the tokens of a source on; raises ``EngineError`` at the one that makes them too many.

    Every value outside of a list is at least one part, and so is every ``not`` and what follows a minus.
    """
    values = signs = commas = depth = 0
    lists: list[int] = []
    before = ""
    for token in tokens:
        match token.type:
            case "LPAR" | "LSQB":
                depth += 1
                lists.extend([depth] if token.type == "LSQB" else [])
                commas = 0
            case "RPAR" | "RSQB":
                depth -= 1
                lists = [opened for opened in lists if opened <= depth]
            case "COMMA" if lists and lists[-1] == depth:
                commas += 1
            case "NOT" | "MINUS":
                signs += 1
            case kind if kind in _VALUES and not lists and before != "DOT":
                values += 1
        before = token.type
        _check(problems.TOO_MANY_PARTS, max(values, signs), MAX_PARTS, length)
        _check(problems.LIST_TOO_LONG, commas + 1, MAX_LIST, length)
        _check(problems.TOO_DEEP, depth, MAX_BRACKETS, length)
        yield token


def _check(kind: ProblemKind, count: int, limit: int, length: int) -> None:
    if count > limit:
        raise EngineError(kind.at(start=0, end=length, limit=limit, got=f"{limit}+"))
