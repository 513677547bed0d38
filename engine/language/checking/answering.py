"""What a decision table answers, as one tree over its inputs: each hit policy is a build of nodes and operations.

Where something is needed again and again (how many rows hit, the greatest value), it is named by a look-up inside of
the look-up, whose inside has it as one more field. No key of an input begins with the sign that these names begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.kernel.problems import EngineError
from engine.language.checking.deciding import TypedRow, Types, taken, typed_rows
from engine.language.checking.fitting import common_of, narrowed_number, rescaled
from engine.language.operations import Op
from engine.language.tables import About, DecisionTable, HitPolicy
from engine.language.tree import (
    And,
    Body,
    Coalesce,
    Equal,
    Field,
    If,
    IsBlank,
    Literal,
    Lookup,
    Node,
    Not,
    Operation,
    Or,
    Ordered,
    may_be_blank,
)
from engine.language.types import BooleanType, ChoicesType, ChoiceType, NumberType, TextType, Type

_TOGETHER = 60
"""So many arguments has one operation at most: functions of databases do not take more than a hundred."""
_LINES = "\n"
_COUNT = NumberType(0, 4)
_TRUE = Literal(True, BooleanType())


@dataclass(frozen=True)
class _Case:
    """A row as one output sees it: when it counts, and what it then gives."""

    hit: Node
    result: Node
    row: TypedRow


@dataclass(frozen=True, eq=False)
class Decider:
    """A table as expressions ask it."""

    design: DecisionTable

    def answer(self, output: str, types: Types) -> Body:
        """Return the tree of an output for inputs of these types."""
        return answer(self.design, output, types)


def answer(table: DecisionTable, output: str, types: Types) -> Body:
    """Return the tree of an output (or of what else may be asked) for inputs of these types.

    Raises ``EngineError`` where a cell does not fit these types; what fails is kept as well.
    """

    def attempt() -> Body | EngineError:
        try:
            return Body(_Answering(table, kinds).of(output))
        except EngineError as error:
            return error

    kinds = taken(table, types)
    found = table.kept.of(("answer", output, kinds), attempt)
    if isinstance(found, EngineError):
        raise EngineError(found.problems)
    return found


def common_result(results: Sequence[Node], otherwise: Type) -> Type:
    """Return the type that holds every result."""
    return common_of((Literal(None, otherwise), *results)) or otherwise


class _Answering:
    """Builds the answers of one table for inputs of given types."""

    def __init__(self, table: DecisionTable, types: Types) -> None:
        """Give the rows their types."""
        self._table = table
        self._rows = typed_rows(table, types)
        self._fields: tuple[tuple[str, Node], ...] = tuple(
            (column.key, Field(column.key, kind)) for column, kind in zip(table.inputs, types, strict=True)
        )

    def of(self, output: str) -> Node:
        """Return the answer for an output; what one row gives is rounded once, behind the choice of the row."""
        cases = [_Case(row.condition, self._result(row, output), row) for row in self._rows]
        if not cases:
            return Literal(None, self._table.type_of(output))
        match self._table.policy:
            case HitPolicy.FIRST:
                return self._rounded(_first(cases), output)
            case HitPolicy.UNIQUE if self._table.exclusive:
                return self._rounded(_first(cases), output)
            case HitPolicy.UNIQUE:
                return self._unique(cases, output)
            case HitPolicy.MAX:
                return self._greatest(cases, output)
            case HitPolicy.SUM:
                return _joined(cases, _LINES) if output in tuple(About) else _sum(cases)
            case HitPolicy.COLLECT:
                return self._limited(cases, output)

    def _result(self, row: TypedRow, output: str) -> Node:
        source = row.row.policy
        match output:
            case About.ROW:
                return Literal(row.row.name, TextType())
            case About.POLICY_ZH:
                return Literal(source.zh if source else None, TextType())
            case About.POLICY_EN:
                return Literal(source.en if source else None, TextType())
            case _ if self._table.policy is HitPolicy.SUM:
                return row.results[output]
            case _:
                return row.unrounded[output]

    def _rounded(self, chosen: Node, output: str, named: Sequence[tuple[str, Node]] = ()) -> Node:
        """Return a choice among rows, rounded; the choice is the inside of a look-up, where its rows do not nest."""
        kind = self._table.type_of(output)
        return (
            chosen
            if narrowed_number(chosen, kind) is chosen
            else narrowed_number(self._with(output, named, chosen), kind)
        )

    def _with(self, output: str, named: Sequence[tuple[str, Node]], inside: Node) -> Node:
        """Return what is inside, in which ``named`` are fields beside the inputs."""
        known = (*self._fields, *named)
        return Lookup(self._table.key, output, self._table.version, known, Body(inside), inside.type)

    def _unique(self, cases: Sequence[_Case], output: str) -> Node:
        hits = _total([If(((case.hit, Literal(1, _COUNT)),), Literal(0, _COUNT), _COUNT) for case in cases])
        count = Field("#hits", hits.type)
        found = self._rounded(self._with(output, [], _first(cases)), output)
        single = Equal(count, Literal(1, count.type))
        return self._with(output, [(count.key, hits)], If(((single, found),), Literal(None, found.type), found.type))

    def _greatest(self, cases: Sequence[_Case], output: str) -> Node:
        """Return what the row gives whose first output, before it is rounded, is greatest."""
        ranking = self._table.outputs[0]
        kind = common_result([case.row.unrounded[ranking.key] for case in cases], ranking.type)
        if not isinstance(kind, NumberType):
            message = f"{ranking.key} is no number"
            raise TypeError(message)
        values = [rescaled(case.row.unrounded[ranking.key], kind.scale) for case in cases]
        least = Literal(-(10**kind.digits), NumberType(kind.scale, kind.digits + 1))
        ranked = [
            If(((case.hit, _filled(value, least)),), least, least.type)
            for case, value in zip(cases, values, strict=True)
        ]
        greatest = Field("#greatest", least.type)
        found = self._with(
            output,
            [(greatest.key, _folded(Op.GREATEST, ranked, least.type))],
            If(((Equal(greatest, least), Literal(None, kind)),), greatest, kind),
        )
        if output == ranking.key:
            return self._rounded(found, output)
        most = Field("#most", kind)
        chosen = [
            replace(case, hit=_all(case.hit, *_filled_test(value), Equal(value, most)))
            for case, value in zip(cases, values, strict=True)
        ]
        return self._with(output, [(most.key, found)], self._rounded(_first(chosen), output, [(most.key, most)]))

    def _limited(self, cases: Sequence[_Case], output: str) -> Node:
        """Return the collection of the rows that hit, or of the first so many of them."""
        limit = self._table.limit
        if limit is None or limit >= len(cases):
            return self._collected(cases)
        places = [Field(f"#{number}", _COUNT) for number in range(1, limit + 1)]
        chosen = [
            replace(case, hit=_any([Equal(place, Literal(number, _COUNT)) for place in places]))
            for number, case in enumerate(cases, 1)
        ]
        inside = self._collected(chosen)
        for index in reversed(range(limit)):
            earlier = places[index - 1] if index else None
            named = [(place.key, place) for place in places[:index]]
            place = self._with(output, named, _place_after(cases, earlier))
            inside = self._with(output, [*named, (places[index].key, place)], inside)
        return inside

    def _collected(self, cases: Sequence[_Case]) -> Node:
        kinds = {type(case.result.type) for case in cases}
        return _options(cases) if kinds == {ChoiceType} else _joined(cases, self._table.separator)


def _all(*conditions: Node) -> Node:
    opened = [part for item in conditions for part in (item.items if isinstance(item, And) else (item,))]
    needed = [item for item in opened if item != _TRUE]
    return And(tuple(needed)) if len(needed) > 1 else needed[0] if needed else _TRUE


def _any(conditions: Sequence[Node]) -> Node:
    return conditions[0] if len(conditions) == 1 else Or(tuple(conditions))


def _first(cases: Sequence[_Case]) -> Node:
    """Return what the first row that hits gives; what stands after a row that always hits is never reached."""
    kind = common_result([case.result for case in cases], cases[0].result.type)
    branches: list[tuple[Node, Node]] = []
    for case in cases:
        result = rescaled(case.result, kind.scale) if isinstance(kind, NumberType) else case.result
        if case.hit == _TRUE:
            return If(tuple(branches), result, kind) if branches else result
        branches.append((case.hit, result))
    return If(tuple(branches), Literal(None, kind), kind)


def _place_after(cases: Sequence[_Case], earlier: Field | None) -> Node:
    """Return the number of the first row that hits behind an earlier one; blank where there is none."""
    branches = []
    for number, case in enumerate(cases, 1):
        place = Literal(number, _COUNT)
        behind = _TRUE if earlier is None else Ordered("<", earlier, place)
        branches.append((_all(behind, case.hit), place))
    return If(tuple(branches), Literal(None, _COUNT), _COUNT)


def _filled_test(value: Node) -> tuple[Node, ...]:
    return (Not(IsBlank(value)),) if may_be_blank(value) else ()


def _filled(value: Node, blank: Literal) -> Node:
    return Coalesce((value, blank), blank.type) if may_be_blank(value) else value


def _sum(cases: Sequence[_Case]) -> Node:
    parts: list[Node] = []
    for case in cases:
        zero = Literal(0, case.result.type)
        parts.append(If(((case.hit, _filled(case.result, zero)),), zero, case.result.type))
    return _total(parts)


def _total(parts: Sequence[Node]) -> Node:
    """Return the sum of numbers of one scale."""
    if len(parts) == 1:
        return parts[0]
    kinds = [part.type for part in parts if isinstance(part.type, NumberType)]
    most = max(kinds, key=lambda kind: kind.digits)
    return _folded(Op.ADD, parts, NumberType(most.scale, most.digits + len(str(len(parts) - 1))))


def _joined(cases: Sequence[_Case], separator: str) -> Node:
    """Return the texts of the rows that hit, in their order."""
    kind = TextType()
    parts = [If(((case.hit, case.result),), Literal(None, kind), kind) for case in cases]
    between = Literal(separator, kind)
    return _folded(Op.JOIN, parts, kind, lambda some: (between, *some)) if len(parts) > 1 else parts[0]


def _options(cases: Sequence[_Case]) -> Node:
    """Return the options that the rows give which hit, in the order of the options."""
    kind = next(case.result.type for case in cases if isinstance(case.result.type, ChoiceType))
    found: list[Node] = []
    for option in kind.options:
        here = Literal(option.key, kind)
        hits = [
            case.hit if isinstance(case.result, Literal) else _all(case.hit, Equal(case.result, here))
            for case in cases
            if not isinstance(case.result, Literal) or case.result.value == option.key
        ]
        if hits:
            found.append(If(((_any(hits), here),), Literal(None, kind), kind))
    several = ChoicesType(kind.options)
    return Operation(Op.SEVERAL, tuple(found), several) if found else Literal(None, several)


def _folded(
    op: Op,
    parts: Sequence[Node],
    kind: Type,
    arguments: Callable[[tuple[Node, ...]], tuple[Node, ...]] = tuple,
) -> Node:
    """Return an operation over many parts, of which none has too many."""
    while len(parts) > _TOGETHER:
        parts = [
            Operation(op, arguments(tuple(parts[start : start + _TOGETHER])), kind)
            for start in range(0, len(parts), _TOGETHER)
        ]
    return Operation(op, arguments(tuple(parts)), kind) if len(parts) > 1 else parts[0]
