"""Turning the design of a decision table into a table that expressions may ask; every problem has row and column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from engine.kernel.canonical import digest
from engine.kernel.clocks import Day, day_number
from engine.kernel.problems import EngineError, Problem, Text
from engine.language.checking.deciding import declared, scope_inside, typed_rows
from engine.language.functions.catalogue import is_function
from engine.language.reading.cells import read_condition, read_result
from engine.language.reading.vocabulary import Words, names_of
from engine.language.scope import FieldScope, FormScope, Scope
from engine.language.tables import Cell, Column, DecisionTable, HitPolicy, TableRow
from engine.language.tree import Given, HasRole, Node, OfPerson, walk
from engine.language.types import (
    BooleanType,
    ChoiceType,
    DateTimeType,
    DateType,
    NumberType,
    TextType,
    Type,
    type_key,
    type_words,
)
from engine.rules.tables import problems
from engine.rules.tables.analysing import overlaps
from engine.rules.tables.definitions import ColumnDef, RowDef, TableDef

COLUMN_TYPES = (TextType, NumberType, BooleanType, DateType, DateTimeType, ChoiceType)
"""What a column may be."""

_SUITED: Mapping[HitPolicy, tuple[type[Type], ...]] = {
    HitPolicy.SUM: (NumberType,),
    HitPolicy.COLLECT: (ChoiceType, TextType),
}


def column_of(definition: ColumnDef, kind: Type, labels: Text | None, place: str) -> Column | Problem:
    """Return the column of that type and with these labels, or the problem that no column is of that type."""
    if not isinstance(kind, COLUMN_TYPES):
        shown = type_words(kind)
        return problems.WRONG_COLUMN.at(place, key=definition.key, got_zh=shown.zh, got_en=shown.en)
    return Column(definition.key, labels or Text(definition.key, definition.key), kind)


def compile_table(
    definition: TableDef,
    inputs: tuple[Column, ...],
    outputs: tuple[Column, ...],
    parameters: Mapping[str, Type],
) -> tuple[DecisionTable, list[Problem]]:
    """Return the table and every problem in it; with problems the table is there for the types of its columns alone."""
    work = _Compiling(definition, inputs, outputs, parameters)
    return work.table(), work.found


@dataclass
class _Reader:
    """Reads the cells of one table."""

    words: Words
    names: set[str]


class _Compiling:
    """Compiles one table; problems are gathered in ``found``."""

    def __init__(
        self,
        definition: TableDef,
        inputs: tuple[Column, ...],
        outputs: tuple[Column, ...],
        parameters: Mapping[str, Type],
    ) -> None:
        """Keep what is compiled."""
        self._definition = definition
        columns = [(column.key, type_key(column.type), str(column.type)) for column in (*inputs, *outputs)]
        self._bare = DecisionTable(
            key=definition.key,
            labels=definition.labels,
            version=digest([definition.digest, columns]),
            policy=definition.policy,
            inputs=inputs,
            outputs=outputs,
            rows=(),
            parameters=parameters,
            valid_on=definition.valid_on,
            limit=definition.limit,
            separator=definition.separator,
        )
        self._reader = _reader(self._bare)
        self.found: list[Problem] = []

    def table(self) -> DecisionTable:
        """Return the table; it is without rows where something is wrong. Cells that can be read are checked always."""
        self._check_columns()
        has_columns = not self.found
        rows = tuple(self._row(number, row) for number, row in enumerate(self._definition.rows, 1))
        table = replace(self._bare, rows=rows)
        if has_columns:
            self._check_cells(table)
        if self.found:
            return self._bare
        if table.policy is not HitPolicy.UNIQUE:
            return table
        proven, exclusive = overlaps(table)
        self.found.extend(proven)
        return replace(table, exclusive=exclusive)

    def _check_cells(self, table: DecisionTable) -> None:
        try:
            typed = typed_rows(table, declared(table))
        except EngineError as error:
            self.found.extend(error.problems)
            return
        for row in typed:
            place = f"rows[{row.row.number - 1}]"
            for part, nodes in (("when", row.tests), ("then", row.results)):
                self.found.extend(
                    problems.READS_BEYOND.at(f"{place}.{part}.{key}", what=what)
                    for key, node in nodes.items()
                    for what in _beyond(node)
                )

    def _check_columns(self) -> None:
        table = self._bare
        ranking = table.outputs[0]
        if table.policy is HitPolicy.MAX and not isinstance(ranking.type, NumberType):
            self._wrong_policy(ranking)
        for column in table.outputs:
            if not isinstance(column.type, _SUITED.get(table.policy, COLUMN_TYPES)):
                self._wrong_policy(column)
        day = next((column for column in table.inputs if column.key == table.valid_on), None)
        if table.valid_on is not None and (day is None or not isinstance(day.type, DateType | DateTimeType)):
            self.found.append(problems.NO_DAY.at("valid_on", key=table.valid_on))
        if table.policy is not HitPolicy.COLLECT and (table.limit is not None or table.separator != "、"):
            self.found.append(problems.STRAY_LIMIT.at("hit_policy"))

    def _wrong_policy(self, column: Column) -> None:
        shown = type_words(column.type)
        self.found.append(
            problems.WRONG_POLICY.at(
                "hit_policy", policy=self._bare.policy, key=column.key, got_zh=shown.zh, got_en=shown.en
            )
        )

    def _row(self, number: int, row: RowDef) -> TableRow:
        place = f"rows[{number - 1}]"
        start, end = self._day(f"{place}.valid_from", row.valid_from), self._day(f"{place}.valid_to", row.valid_to)
        if start is not None and end is not None and start > end:
            self.found.append(problems.BAD_PERIOD.at(f"{place}.valid_to", begin=row.valid_from, until=row.valid_to))
        return TableRow(
            uid=row.uid,
            number=number,
            when=self._cells(f"{place}.when", row.when, self._bare.inputs, self._condition),
            then=self._cells(f"{place}.then", row.then, self._bare.outputs, self._result),
            key=row.key,
            policy=row.policy,
            valid_from=start,
            valid_to=end,
        )

    def _cells(
        self,
        place: str,
        cells: Mapping[str, str],
        columns: tuple[Column, ...],
        read: Callable[[str, Column], Cell | None],
    ) -> Mapping[str, Cell]:
        known = {column.key: column for column in columns}
        made: dict[str, Cell] = {}
        for key, source in cells.items():
            if key not in known:
                self.found.append(problems.NO_SUCH_COLUMN.at(f"{place}.{key}", key=key, known=", ".join(known)))
                continue
            try:
                cell = read(source, known[key])
            except EngineError as error:
                self.found.extend(problem.under(f"{place}.{key}") for problem in error.problems)
                continue
            if cell is not None:
                made[key] = cell
        return {column.key: made[column.key] for column in columns if column.key in made}

    def _condition(self, source: str, column: Column) -> Cell | None:
        return read_condition(source, column, self._reader.names, self._reader.words)

    def _result(self, source: str, column: Column) -> Cell | None:
        return read_result(source, column, self._reader.names, self._reader.words)

    def _day(self, place: str, written: str | None) -> Day | None:
        if written is None:
            return None
        try:
            return day_number(date.fromisoformat(written))
        except ValueError:
            self.found.append(problems.BAD_PERIOD.at(place, begin=written, until="…"))
            return None


def _reader(table: DecisionTable) -> _Reader:
    """Return what cells are read with; options are names too, so that none is taken apart at a word inside."""
    scope = scope_inside(table, declared(table))
    kinds = [column.type for column in (*table.inputs, *table.outputs)]
    options = {
        option.key: FieldScope(option.key, option.key, TextType(), option.labels)
        for kind in kinds
        if isinstance(kind, ChoiceType)
        for option in kind.options
    }
    listed = FormScope("", "#options", options)
    seen = Scope(scope.form, {**scope.forms, ("", listed.key): listed}, scope.parameters)
    return _Reader(Words(seen, is_function), set() if scope.form is None else names_of(scope.form))


def _beyond(node: Node) -> list[str]:
    """Return what a cell reads beside inputs, parameters and days."""
    found = []
    for part in walk(node):
        match part:
            case Given("me"):
                found.append("me")
            case OfPerson() | HasRole():
                found.append("role_in / manager_of / dept_of")
            case _:
                continue
    return found
