"""Why a decision table says what it says: which rows hit, which of them decide, what they give, from which policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from engine.kernel.values import Row, Value
from engine.language.backends.python.compiling import Evaluate, Holds, compile_condition, compile_value
from engine.language.checking.answering import answer
from engine.language.checking.deciding import TypedRow, Types, declared, typed_rows
from engine.language.surroundings import Surroundings
from engine.language.tables import DecisionTable, HitPolicy, TableRow
from engine.language.tree import Lookup
from engine.language.types import Type


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


def decided(
    table: DecisionTable, inputs: Mapping[str, Value], around: Surroundings, types: Types | None = None
) -> Decision:
    """Return what the table says for these inputs, of the types that the table declares unless others are given."""
    kinds = declared(table) if types is None else types
    found = [
        (item.row.row, {key: evaluate(inputs, around) for key, evaluate in item.results.items()})
        for item in _runnable(table, kinds)
        if item.holds(inputs, around)
    ]
    chosen = _deciding(table, [results for _, results in found])
    hits = tuple(Hit(row, MappingProxyType(results), number in chosen) for number, (row, results) in enumerate(found))
    said = {}
    for column in table.outputs:
        body = answer(table, column.key, kinds)
        said[column.key] = (_evaluating(table, column.key, kinds)(inputs, around), body.tree.type)
    return Decision(table, inputs, said, hits)


def decided_by(lookup: Lookup, table: DecisionTable, row: Row, around: Surroundings) -> Decision:
    """Return what a look-up in an expression says for a row: its arguments are worked out first."""
    values = {key: compile_value(node)(row, around) for key, node in lookup.arguments}
    return decided(table, values, around, tuple(node.type for _, node in lookup.arguments))


def hits(lookup: Lookup, table: DecisionTable, row: Row, around: Surroundings) -> tuple[Hit, ...]:
    """Return the rows that hit in a look-up of an expression, in the order of the table."""
    return decided_by(lookup, table, row, around).hits


@lru_cache(maxsize=256)
def _runnable(table: DecisionTable, types: Types) -> tuple[_Runnable, ...]:
    return tuple(
        _Runnable(
            row, compile_condition(row.condition), {key: compile_value(node) for key, node in row.results.items()}
        )
        for row in typed_rows(table, types)
    )


@lru_cache(maxsize=1_024)
def _evaluating(table: DecisionTable, output: str, types: Types) -> Evaluate:
    return compile_value(answer(table, output, types).tree)


def _deciding(table: DecisionTable, found: Sequence[Mapping[str, Value]]) -> frozenset[int]:
    """Return which of the rows that hit decide, by their places among these."""
    match table.policy:
        case HitPolicy.FIRST:
            return frozenset(range(min(1, len(found))))
        case HitPolicy.UNIQUE:
            return frozenset((0,) if len(found) == 1 else ())
        case HitPolicy.MAX:
            ranking = table.outputs[0].key
            ranked = [(results[ranking], -place) for place, results in enumerate(found) if results[ranking] is not None]
            return frozenset((-max(ranked)[1],) if ranked else ())
        case HitPolicy.SUM:
            return frozenset(range(len(found)))
        case HitPolicy.COLLECT:
            return frozenset(range(len(found))[: table.limit])
