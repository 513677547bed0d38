"""Cells of decision tables, read by the language's own reader: short forms are spelled out, offsets stay the cell's.

A cell of an input is ``-`` or nothing (any value), a test without its left side (``>= 5``, ``in [A, B]``,
``contains "x"``, ``is empty``), a range (``1..9`` with both ends, ``1..<9`` without the last), a value, a list of
values, or a whole condition.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.language.reading import syntax
from engine.language.reading.building import span_of
from engine.language.reading.lexing import tokens
from engine.language.reading.parsing import parse
from engine.language.reading.syntax import Syntax
from engine.language.reading.vocabulary import Words, narrowed
from engine.language.tables import Cell, Column
from engine.language.tree import Span
from engine.language.types import ChoiceType

if TYPE_CHECKING:
    from lark import Token

_EMPTY_TESTS: dict[tuple[str, ...], bool] = {
    ("IS", "EMPTY"): False,
    ("IS_EMPTY",): False,
    ("IS", "NOT", "EMPTY"): True,
    ("IS_NOT_EMPTY",): True,
}
_LEADING = ("COMPARE", "IN", "NOT_IN", "CONTAINS", "NOT_CONTAINS")
_CONDITIONS = (syntax.Logic, syntax.Comparison, syntax.Test, syntax.EmptyTest)


def read_condition(cell: str, column: Column, inputs: Collection[str], words: Words) -> Cell | None:
    """Return the condition of an input's cell, None for any value; raises ``EngineError`` for what is none.

    ``inputs`` are the names that stand for values of the table; in the cell of a choice any other name is an option.
    """
    if narrowed(cell).strip() in {"", "-"}:
        return None
    reading = _Reading(cell, column, inputs, words)
    found = list(tokens(cell, words))
    short = reading.short(found)
    if short is not None:
        return Cell(cell, short, is_value=False)
    written = reading.optional(parse(cell, words))
    if isinstance(written, syntax.ListWritten):
        return Cell(cell, reading.among(written, negated=False), is_value=False)
    if isinstance(written, syntax.WordWritten) and written.value is None:
        return Cell(cell, syntax.EmptyTest(reading.subject, negated=False, at=written.at), is_value=False)
    conditional = isinstance(written, _CONDITIONS) or (isinstance(written, syntax.Prefix) and written.operator == "not")
    return Cell(cell, written, is_value=not conditional)


def read_result(cell: str, column: Column, inputs: Collection[str], words: Words) -> Cell | None:
    """Return the expression of an output's cell, None for a blank; raises ``EngineError``."""
    if narrowed(cell).strip() in {"", "-"}:
        return None
    return Cell(cell, _Reading(cell, column, inputs, words).optional(parse(cell, words)))


class _Reading:
    """Reads one cell; what stands behind a sign is read with spaces before it, so that every offset is the cell's."""

    def __init__(self, cell: str, column: Column, inputs: Collection[str], words: Words) -> None:
        """Keep what is read, and in which column."""
        self._cell = cell
        self._column = column
        self._inputs = inputs
        self._words = words
        self._at: Span = (0, len(cell))
        self.subject = syntax.Name((syntax.Part(column.key, self._at, quoted=True),), self._at)

    def short(self, found: Sequence[Token]) -> Syntax | None:
        """Return the condition of a short form, or None where the cell is no such form."""
        kinds = tuple(token.type for token in found)
        for index in range(len(kinds) - 1):
            if kinds[index : index + 2] == ("DOT", "DOT"):
                return self._range(found, index)
        if kinds in _EMPTY_TESTS:
            return syntax.EmptyTest(self.subject, negated=_EMPTY_TESTS[kinds], at=self._at)
        if not kinds or kinds[0] not in _LEADING:
            return None
        sign = span_of(found[0])
        return self._led(lambda right: self._tested(found[0], right), self._side(sign[1]))

    def _led(self, test: Callable[[Syntax], Syntax], right: Syntax) -> Syntax:
        """Return the test of the input; conditions that follow after ``and`` or ``or`` stay beside it."""
        if isinstance(right, syntax.Logic):
            first, *others = right.items
            return replace(right, items=(self._led(test, first), *others))
        return test(self.optional(right))

    def _tested(self, sign: Token, right: Syntax) -> Syntax:
        match sign.type:
            case "COMPARE":
                return syntax.Comparison(str(sign), self.subject, right, span_of(sign), self._at)
            case "IN" | "NOT_IN" as kind:
                return self.among(right, negated=kind == "NOT_IN")
            case kind:
                return syntax.Test("contains", kind == "NOT_CONTAINS", self.subject, right, self._at)

    def among(self, several: Syntax, *, negated: bool) -> Syntax:
        """Return the test whether the input is one of several."""
        return syntax.Test("in", negated, self.subject, several, self._at)

    def optional(self, written: Syntax) -> Syntax:
        """Return what was written, names in the column of a choice taken for options."""
        match written:
            case syntax.Name((syntax.Part(text, at),)) if self._is_option(text):
                return syntax.TextWritten(text, at)
            case syntax.ListWritten(items):
                return replace(written, items=tuple(map(self.optional, items)))
            case _:
                return written

    def _is_option(self, text: str) -> bool:
        return isinstance(self._column.type, ChoiceType) and text not in self._inputs

    def _range(self, found: Sequence[Token], index: int) -> Syntax:
        """Return that the input lies between the sides of two dots."""
        first, last = span_of(found[index])[0], span_of(found[index + 1])
        without_end = index + 2 < len(found) and str(found[index + 2]) == "<"
        begin = span_of(found[index + 2])[1] if without_end else last[1]
        sign = (first, begin)
        low = parse(self._cell[:first], self._words)
        at_least = syntax.Comparison(">=", self.subject, low, sign, self._at)

        def between(high: Syntax) -> Syntax:
            upper = syntax.Comparison("<" if without_end else "<=", self.subject, high, sign, self._at)
            return syntax.Logic("and", (at_least, upper), self._at)

        return self._led(between, self._side(begin))

    def _side(self, start: int) -> Syntax:
        return parse(" " * start + self._cell[start:], self._words)
