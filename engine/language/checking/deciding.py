"""Decision tables with types: their cells become trees over the inputs, and one output of a table becomes one tree.

The inside of a table is a scope of its own, in which the inputs are the fields of the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.kernel.problems import EngineError, Problem
from engine.language import problems
from engine.language.checking.checker import Checker
from engine.language.checking.comparing import compared
from engine.language.checking.fitting import bounded, common_of, fit, narrowed_number
from engine.language.checking.report import BROKEN, Meaning, Report, words
from engine.language.lengths import of_any_length
from engine.language.operations import Op
from engine.language.scope import FieldScope, FormScope, Scope
from engine.language.tables import Cell, Column, DecisionTable, TableRow
from engine.language.tree import And, Field, Given, Literal, Node, Operation, Ordered, Span
from engine.language.types import MAX_DIGITS, BooleanType, DateTimeType, DateType, NumberType, Type

INSIDE = ""
"""The app of the scope inside of a table: no app has this key."""

Types = tuple[Type, ...]
"""The types of the inputs, in their order."""


@dataclass(frozen=True, eq=False)
class TypedRow:
    """A row whose cells have types.

    ``tests`` are the conditions of its cells by input; ``valid`` those of its period. ``results`` hold every output,
    ``unrounded`` the same with all the decimals that the cells give.
    """

    row: TableRow
    tests: Mapping[str, Node]
    valid: tuple[Node, ...]
    results: Mapping[str, Node]
    unrounded: Mapping[str, Node]

    @property
    def condition(self) -> Node:
        """When the row hits."""
        items = (*self.valid, *self.tests.values())
        opened = tuple(part for item in items for part in (item.items if isinstance(item, And) else (item,)))
        if not opened:
            return Literal(True, BooleanType())
        return opened[0] if len(opened) == 1 else And(opened)


LEAST_DIGITS = 18
"""Inputs that are numbers take at least so many digits: sums of fields have them, and databases compute in them."""

WIDER = (60, MAX_DIGITS)
"""What is longer is taken by one of these, so that few trees serve all look-ups."""


def declared(table: DecisionTable) -> Types:
    """Return the types of the inputs as the table declares them, with room for longer numbers."""
    return tuple(_with_digits(column.type, LEAST_DIGITS) for column in table.inputs)


def taken(table: DecisionTable, given: Types) -> Types:
    """Return the types of the inputs for arguments of these types; there are few for one table, whatever is given."""
    kinds = declared(table)
    digits = max((one.digits for one in given if isinstance(one, NumberType)), default=0)
    if all(_digits(one) <= _digits(kind) for one, kind in zip(given, kinds, strict=True)):
        return kinds
    enough = next((wider for wider in WIDER if digits <= wider), digits)
    return tuple(_with_digits(kind, enough) for kind in kinds)


def _digits(kind: Type) -> int:
    return kind.digits if isinstance(kind, NumberType) else 0


def _with_digits(kind: Type, digits: int) -> Type:
    return NumberType(kind.scale, max(kind.digits, digits)) if isinstance(kind, NumberType) else kind


def scope_inside(table: DecisionTable, types: Types) -> Scope:
    """Return what the cells of a table may name: its inputs and the parameters of the app."""
    fields = {
        column.key: FieldScope(column.key, column.key, of_any_length(kind), column.labels)
        for column, kind in zip(table.inputs, types, strict=True)
    }
    form = FormScope(INSIDE, table.key, fields)
    return Scope(form, {(INSIDE, table.key): form}, table.parameters)


def typed_rows(table: DecisionTable, types: Types) -> tuple[TypedRow, ...]:
    """Return the rows for inputs of these types; EngineError with every problem, each with its row and column."""
    return table.kept.of(("rows", types), lambda: _typed_rows(table, types))


def _typed_rows(table: DecisionTable, types: Types) -> tuple[TypedRow, ...]:
    typing = _Typing(table, types)
    found = tuple(typing.row(row) for row in table.rows)
    if typing.found:
        raise EngineError(typing.found)
    return found


def meanings(table: DecisionTable) -> Mapping[str, Mapping[Span, Meaning]]:
    """Return what the names and options in each cell stand for, by the place of the cell (``rows[0].when.tier``)."""
    typing = _Typing(table, declared(table))
    for row in table.rows:
        typing.row(row)
    return typing.meant


class _Typing:
    """Gives the cells of one table their types; problems are gathered."""

    def __init__(self, table: DecisionTable, types: Types) -> None:
        """Work for inputs of these types."""
        self._table = table
        self._scope = scope_inside(table, types)
        self._inputs = {column.key: Field(column.key, kind) for column, kind in zip(table.inputs, types, strict=True)}
        self.found: list[Problem] = []
        self.meant: dict[str, Mapping[Span, Meaning]] = {}

    def row(self, row: TableRow) -> TypedRow:
        """Return the row with types."""
        place = f"rows[{row.number - 1}]"
        tests = {key: self._test(f"{place}.when.{key}", cell, self._inputs[key]) for key, cell in row.when.items()}
        unrounded = {
            column.key: self._result(f"{place}.then.{column.key}", row.then.get(column.key), column)
            for column in self._table.outputs
        }
        kinds = {column.key: column.type for column in self._table.outputs}
        results = {key: narrowed_number(node, kinds[key]) for key, node in unrounded.items()}
        return TypedRow(row, tests, tuple(self._valid(row)), results, unrounded)

    def _checked(self, place: str, work: Callable[[Checker, Report], Node]) -> Node:
        report = Report()
        node = work(Checker(self._scope, self._scope.form, report), report)
        self.found.extend(problem.under(place) for problem in report.found)
        self.meant[place] = report.meant
        return node

    def _test(self, place: str, cell: Cell, field: Field) -> Node:
        """Return the condition of an input's cell: a test of its own, or that the input equals a value."""

        def work(checker: Checker, report: Report) -> Node:
            if not cell.is_value:
                return checker.condition(cell.written, "when")
            node = checker.check(cell.written)
            if isinstance(node.type, BooleanType) and not isinstance(field.type, BooleanType):
                return node
            if isinstance(node.type, BooleanType) and not isinstance(node, Literal):
                return node
            return compared(field, "=", node, cell.written.at, report)

        return self._checked(place, work)

    def _result(self, place: str, cell: Cell | None, column: Column) -> Node:
        if cell is None:
            return Literal(None, column.type)

        def work(checker: Checker, report: Report) -> Node:
            node = checker.check(cell.written)
            if node is BROKEN:
                return node
            if common_of((Literal(None, column.type), node)) is None:
                wanted, got = words("wanted", column.type), words("got", node.type)
                return report.broken(problems.WRONG_RESULT, (0, len(cell.source)), **wanted, **got)
            return bounded(fit(node, column.type, report), report)

        return self._checked(place, work)

    def _valid(self, row: TableRow) -> Iterator[Node]:
        if row.valid_from is not None:
            yield Ordered(">=", self._day(), Literal(row.valid_from, DateType()))
        if row.valid_to is not None:
            yield Ordered("<=", self._day(), Literal(row.valid_to, DateType()))

    def _day(self) -> Node:
        """Return the day on which a row must be valid."""
        if self._table.valid_on is None:
            return Given("today", DateType())
        field = self._inputs[self._table.valid_on]
        return Operation(Op.DAY_OF, (field,), DateType()) if isinstance(field.type, DateTimeType) else field
