"""Why a decision table says what it says: which rows hit, which of them decide, what they give, from which policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from types import MappingProxyType

from engine.kernel.values import Row, Value
from engine.language.backends.python.compiling import Evaluate, Holds, compile_body, compile_condition, compile_value
from engine.language.checking.answering import answer
from engine.language.checking.deciding import TypedRow, Types, declared, taken, typed_rows
from engine.language.surroundings import Surroundings
from engine.language.tables import DecisionTable, HitPolicy, TableRow
from engine.language.tree import Lookup
from engine.language.types import NumberType, Type


@dataclass(frozen=True)
class Hit:
    """A row that hits. ``decides``: the result is its own, or its result is part of it."""

    row: TableRow
    results: Mapping[str, Value]
    decides: bool


@dataclass(frozen=True)
class Decision:
    """What a table says for these inputs, output by output with its type, and the rows that hit."""

    table: DecisionTable
    inputs: Mapping[str, Value]
    results: Mapping[str, tuple[Value, Type]]
    hits: tuple[Hit, ...]

    @property
    def deciding(self) -> tuple[Hit, ...]:
        """The rows from which the result comes."""
        return tuple(hit for hit in self.hits if hit.decides)


@dataclass(frozen=True)
class _Runnable:
    row: TypedRow
    holds: Holds
    results: Mapping[str, Evaluate]
    ranking: Evaluate
    scale: int

    def rank(self, inputs: Mapping[str, Value], around: Surroundings) -> Fraction | None:
        """Return the first output before it is rounded, where that is a number."""
        value = self.ranking(inputs, around)
        return Fraction(value, 10**self.scale) if isinstance(value, int) else None


def decided(
    table: DecisionTable, inputs: Mapping[str, Value], around: Surroundings, types: Types | None = None
) -> Decision:
    """Return what the table says for these inputs, of the types that the table declares unless others are given."""
    kinds = declared(table) if types is None else taken(table, types)
    found = [item for item in _runnable(table, kinds) if item.holds(inputs, around)]
    chosen = _deciding(table, [item.rank(inputs, around) for item in found])
    hits = tuple(
        Hit(
            item.row.row,
            MappingProxyType({key: evaluate(inputs, around) for key, evaluate in item.results.items()}),
            number in chosen,
        )
        for number, item in enumerate(found)
    )
    said = {}
    for column in table.outputs:
        body = answer(table, column.key, kinds)
        said[column.key] = (compile_body(body)(inputs, around), body.tree.type)
    return Decision(table, inputs, said, hits)


def decided_by(lookup: Lookup, table: DecisionTable, row: Row, around: Surroundings) -> Decision:
    """Return what a look-up in an expression says for a row: its arguments are worked out first."""
    values = {key: compile_value(node)(row, around) for key, node in lookup.arguments}
    return decided(table, values, around, tuple(node.type for _, node in lookup.arguments))


def hits(lookup: Lookup, table: DecisionTable, row: Row, around: Surroundings) -> tuple[Hit, ...]:
    """Return the rows that hit in a look-up of an expression, in the order of the table."""
    return decided_by(lookup, table, row, around).hits


def _runnable(table: DecisionTable, types: Types) -> tuple[_Runnable, ...]:
    def made() -> tuple[_Runnable, ...]:
        return tuple(map(partial(_runnable_row, table.outputs[0].key), typed_rows(table, types)))

    return table.kept.of(("runnable", types), made)


def _runnable_row(ranking: str, row: TypedRow) -> _Runnable:
    first = row.unrounded[ranking]
    return _Runnable(
        row,
        compile_condition(row.condition),
        {key: compile_value(node) for key, node in row.results.items()},
        compile_value(first),
        first.type.scale if isinstance(first.type, NumberType) else 0,
    )


def _deciding(table: DecisionTable, found: Sequence[Fraction | None]) -> frozenset[int]:
    """Return which of the rows that hit decide, by their places among these; ``found`` are their ranks."""
    match table.policy:
        case HitPolicy.FIRST:
            return frozenset(range(min(1, len(found))))
        case HitPolicy.UNIQUE:
            return frozenset((0,) if len(found) == 1 else ())
        case HitPolicy.MAX:
            ranked = [(rank, -place) for place, rank in enumerate(found) if rank is not None]
            return frozenset((-max(ranked)[1],) if ranked else ())
        case HitPolicy.SUM:
            return frozenset(range(len(found)))
        case HitPolicy.COLLECT:
            return frozenset(range(len(found))[: table.limit])
