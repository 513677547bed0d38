"""What the parts of the SQL back end share: the scope that a query gives, and what a dialect must know how to write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from sqlalchemy import ColumnElement, FromClause
from sqlalchemy.sql.elements import ColumnClause, Grouping

from engine.kernel.values import Row, Value
from engine.language.surroundings import Run
from engine.language.tree import Field, HasRole, Node, OfPerson, Operation, Path, Related, walk
from engine.language.types import Type

Element = ColumnElement[Any]
DialectName = Literal["sqlite", "postgresql"]
Grouped = Literal["count", "sum", "min", "max"]


class SqlScope(Protocol):
    """The query in which an expression stands, and the run; all values are bound as parameters."""

    @property
    def dialect(self) -> DialectName:
        """Which database."""
        ...

    @property
    def row(self) -> FromClause:
        """The table of the row, its columns by field key."""
        ...

    @property
    def run(self) -> Run:
        """What is the same for every row."""
        ...

    @property
    def old(self) -> Row | None:
        """The row before the change; None where there is none."""
        ...

    def table(self, app: str, form: str) -> FromClause:
        """Return a fresh alias of a form's table, its columns by field key."""
        ...


@dataclass(frozen=True)
class SqlContext:
    """A ``SqlScope`` made of plain parts; ``tables`` gives a fresh alias at every call."""

    dialect: DialectName
    row: FromClause
    tables: Callable[[str, str], FromClause]
    run: Run
    old: Row | None = None

    def table(self, app: str, form: str) -> FromClause:
        """Return a fresh alias of a form's table."""
        return self.tables(app, form)


class Sides(NamedTuple):
    """Two sides of a comparison as the database's own numbers; exact where ``exact`` holds, always where it is None."""

    left: Element
    right: Element
    exact: Element | None


class Terms(Protocol):
    """What a dialect asks of the builder while it writes an operation."""

    @property
    def run(self) -> Run:
        """What is the same for every row."""
        ...

    def constant(self, node: Node) -> Value:
        """Return the value of a node that reads nothing of the row."""
        ...

    def value(self, node: Node) -> Element:
        """Return the value of a node, NULL where it is blank; to be used once."""
        ...

    def once(self, node: Node) -> Element:
        """Return the value of a node in a form that may be used again and again."""
        ...

    def named(self, element: Element, *parts: Node) -> Element:
        """Return a name for what was made of ``parts``, to be used again and again; itself where these are short."""
        ...


class Dialect(Protocol):
    """How one database keeps values and writes operations."""

    @property
    def room(self) -> int:
        """How deep one step may nest, in symbols of a parser (see ``sql.depth``)."""
        ...

    def is_wide(self, kind: Type) -> bool:
        """Tell whether values of the type need more than the database's own comparisons."""
        ...

    def own_sides(self, terms: Terms, left: Node, right: Node) -> Sides | None:
        """Return two wide numbers for the database's own comparisons; None where these could never be exact."""
        ...

    def bind(self, value: Value, kind: Type, *, written: bool = False) -> Element:
        """Return a value as a bound parameter, NULL for a blank; with ``written`` a plain constant is written out.

        What is plain says ``measuring.is_plain``.
        """
        ...

    def operation(self, terms: Terms, node: Operation) -> Element:
        """Return the result of an operation; a truth may be NULL in place of false."""
        ...

    def same(self, left: Element, right: Element, kind: Type) -> Element:
        """Return whether two values are equal or both NULL, never NULL itself."""
        ...

    def compared(self, left: Element, order: str, right: Element, kind: Type) -> Element:
        """Return a comparison, NULL where one side is."""
        ...

    def holds(self, element: Element) -> Element:
        """Return a boolean column or value as a condition, NULL or false where it does not hold."""
        ...

    def truth(self, condition: Element, *, wanted: bool) -> Element:
        """Return whether the condition is true (or is not), never NULL."""
        ...

    def grouped(self, function: Grouped, element: Element | None, kind: Type) -> Element:
        """Return a count (of rows, without an element), an exact sum, the least or the greatest over a group."""
        ...

    def quotient(self, left: Element, right: Element, scales: Sequence[int], digits: int) -> Element:
        """Return a division with six decimals; ``digits`` bounds those of the divisor."""
        ...

    def read(self, value: Value, kind: Type) -> Value:
        """Return what the database answered as a value of the engine."""
        ...


_OF_ROW = (Field, Path, Related, OfPerson, HasRole)


def depends_on_row(node: Node) -> bool:
    """Tell whether the value can differ from row to row of one run, or is the directory's to tell."""
    return any(isinstance(part, _OF_ROW) for part in walk(node))


def grouping(element: Element) -> Element:
    """Return the element in parentheses, unless it is a column: comparisons of databases do not chain."""
    return element if isinstance(element, ColumnClause) else Grouping(element)


MOST_ARGUMENTS = 60
"""So many arguments has one call at most: databases do not take more than a hundred."""


def in_groups(call: Callable[[Sequence[Element]], Element], elements: Sequence[Element]) -> Element:
    """Return the call over many elements, of groups where these are too many; a single one is itself."""
    while len(elements) > MOST_ARGUMENTS:
        starts = range(0, len(elements), MOST_ARGUMENTS)
        elements = [in_groups(call, elements[start : start + MOST_ARGUMENTS]) for start in starts]
    return call(elements) if len(elements) > 1 else elements[0]


OPPOSITE_ORDER = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
FLIPPED_ORDER = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
