"""The values of a table's inputs as boxes over few typical values: what rows cover, what they leave, where they meet.

Every input is cut at the constants of its cells into pieces on which all cells agree; a blank is a piece of its own. A
set of pieces is a number whose bits are the pieces, a box one such set per input. A cell is asked at its own constants
and once between them, never at those of other rows; how often cells are asked in all is bounded by ``MAX_LOOKS``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from engine.kernel.clocks import FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT
from engine.kernel.values import Value
from engine.language.backends.python.compiling import compile_condition
from engine.language.checking.deciding import TypedRow, declared, typed_rows
from engine.language.operations import Op
from engine.language.plain import Plain
from engine.language.tables import Column, DecisionTable
from engine.language.tree import (
    And,
    Equal,
    Field,
    Given,
    IsBlank,
    Literal,
    Node,
    Not,
    OneOfThese,
    Operation,
    Or,
    Ordered,
    children,
    walk,
)
from engine.language.types import ORDERED, BooleanType, ChoiceType, DateTimeType, DateType, TextType

TODAY = "#today"
"""The run's day, where rows are valid by it."""

PERIOD = "#period"
"""Stands among the columns for a period that cannot be read."""

MAX_LOOKS = 4_000_000
"""So many comparisons are made at most to find what the rows cover."""

READING = 300
"""What it costs to make a cell ready to be asked, in comparisons."""

WIDE = 65_536
"""A step goes over so many pieces; one over more counts more than once."""

Box = tuple[int, ...]


class Constraint(NamedTuple):
    """A condition on one input alone."""

    key: str
    node: Node


@dataclass(frozen=True)
class Axis:
    """One input (or the day) and a typical value of each of its pieces, the blank last where there is one."""

    key: str
    column: Column | None
    values: tuple[Value, ...]

    @property
    def everything(self) -> int:
        """All pieces."""
        return (1 << len(self.values)) - 1

    @property
    def filled(self) -> int:
        """All pieces but the blank."""
        return (1 << len(self.known)) - 1

    @cached_property
    def known(self) -> tuple[Value, ...]:
        """The typical values of all pieces but the blank."""
        return self.values[:-1] if self.values and self.values[-1] is None else self.values

    @cached_property
    def ordered(self) -> tuple[int, ...]:
        """The known values of an axis with an order."""
        return tuple(value for value in self.known if isinstance(value, int))

    @cached_property
    def order(self) -> Mapping[Value, int]:
        """Where each value stands."""
        return {value: index for index, value in enumerate(self.values)}

    @property
    def blank(self) -> int:
        """The blank alone; 0 where there is none."""
        return self.everything & ~self.filled


@dataclass(frozen=True)
class Region:
    """What one row covers; ``unread`` are the columns whose cells are no comparison of one input with constants.

    With such cells the row covers no more than the box.
    """

    row: TypedRow
    box: Box
    unread: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        """Whether the row covers the box wholly."""
        return not self.unread

    @property
    def is_nothing(self) -> bool:
        """Whether the row can never hit."""
        return not all(self.box)


@dataclass(frozen=True)
class Space:
    """The axes of a table and the region of each row."""

    axes: tuple[Axis, ...]
    regions: tuple[Region, ...]

    @property
    def weight(self) -> int:
        """How many steps it takes to look at one box."""
        return 1 + sum(len(axis.values) for axis in self.axes) // WIDE


def space_of(table: DecisionTable) -> Space | None:
    """Return the axes and regions of a table whose cells have types; None where it takes too long to find them."""
    rows = typed_rows(table, declared(table))
    read = [_read(row) for row in rows]
    axes = tuple(_axes(table, [constraint for constraints, _ in read for constraint in constraints]))
    looks = _Looks()
    regions: list[Region] = []
    for row, (constraints, unread) in zip(rows, read, strict=True):
        box = tuple(_pieces(axis, constraints, looks) for axis in axes)
        if looks.left < 0:
            return None
        regions.append(Region(row, box, unread))
    return Space(axes, tuple(regions))


def minus(box: Box, other: Box) -> Iterator[Box]:
    """Go through disjoint boxes that make up what is in the first box and not in the other."""
    if not all(one & two for one, two in zip(box, other, strict=True)):
        yield box
        return
    rest = list(box)
    for index, (one, two) in enumerate(zip(box, other, strict=True)):
        if one & ~two:
            yield (*rest[:index], one & ~two, *rest[index + 1 :])
        rest[index] = one & two


def common(box: Box, other: Box) -> Box | None:
    """Return what is in both boxes, None where nothing is."""
    both: list[int] = []
    for one, two in zip(box, other, strict=True):
        met = one & two
        if not met:
            return None
        both.append(met)
    return tuple(both)


def runs(axis: Axis, pieces: int) -> Iterator[int]:
    """Go through the stretches of neighbouring pieces of an axis with an order; of another all are one."""
    if axis.column is not None and not isinstance(axis.column.type, ORDERED):
        yield pieces
        return
    while pieces:
        lowest = pieces & -pieces
        # Adding the lowest piece carries over the whole first stretch.
        rest = pieces & (pieces + lowest)
        yield pieces & ~rest
        pieces = rest


def typical(space: Space, box: Box) -> tuple[Value, ...]:
    """Return one typical value per axis, filled ones first."""
    return tuple(
        axis.values[((pieces & axis.filled or pieces) & -(pieces & axis.filled or pieces)).bit_length() - 1]
        for axis, pieces in zip(space.axes, box, strict=True)
    )


def _read(row: TypedRow) -> tuple[list[Constraint], tuple[str, ...]]:
    """Return the conditions of a row on one input each, and the columns that are more than that."""
    found = [Constraint(_subject(part) or "", part) for part in row.valid]
    unread = [PERIOD] if any(not _is_plain(part) for part in row.valid) else []
    for key, node in row.tests.items():
        parts = node.items if isinstance(node, And) else (node,)
        plain = [part for part in parts if _is_plain(part)]
        found += [Constraint(_subject(part) or "", part) for part in plain]
        if len(plain) < len(parts):
            unread.append(key)
    return [item for item in found if _is_plain(item.node)], tuple(unread)


def _subject(node: Node) -> str | None:
    """Return the one input that the condition reads, "" where it reads none, None where it reads several."""
    subjects = {part.key for part in walk(node) if isinstance(part, Field)}
    subjects |= {TODAY for part in walk(node) if isinstance(part, Given)}
    return None if len(subjects) > 1 else next(iter(subjects), "")


def _is_plain(node: Node) -> bool:
    """Tell whether the condition compares one input with constants and nothing else."""
    return _subject(node) is not None and _is_comparison(node)


def _is_comparison(node: Node) -> bool:
    match node:
        case And() | Or() | Not():
            return all(map(_is_comparison, children(node)))
        case IsBlank(item) | OneOfThese(item):
            return _is_value(item)
        case Equal(left, right) | Ordered(_, left, right):
            return _is_value(left) and _is_value(right)
        case Literal() | Field():
            return isinstance(node.type, BooleanType)
        case _:
            return False


def _is_value(node: Node) -> bool:
    match node:
        case Literal() | Field() | Given("today"):
            return True
        case Operation(Op.RESCALE, (inner,)):
            return _is_value(inner)
        case _:
            return False


def _axes(table: DecisionTable, constraints: Sequence[Constraint]) -> Iterator[Axis]:
    for column in table.inputs:
        nodes = [item.node for item in constraints if item.key == column.key]
        yield Axis(column.key, column, (*_typical_values(column, nodes), None))
    if any(item.key == TODAY for item in constraints):
        days = _cuts([item.node for item in constraints if item.key == TODAY], FIRST_DAY, LAST_DAY)
        starts = [FIRST_DAY if row.valid_from is None else row.valid_from for row in table.rows]
        # A table whose rows all begin some day says nothing of the time before.
        begin = min(starts) if table.valid_on is None else FIRST_DAY
        yield Axis(TODAY, None, tuple(day for day in days if day >= begin))


def _typical_values(column: Column, nodes: Sequence[Node]) -> tuple[Value, ...]:
    match column.type:
        case ChoiceType(options):
            return tuple(option.key for option in options)
        case BooleanType():
            return (True, False)
        case TextType():
            return _texts(nodes)
        case DateType():
            return _cuts(nodes, FIRST_DAY, LAST_DAY)
        case DateTimeType():
            return _cuts(nodes, FIRST_MOMENT, LAST_MOMENT)
        case _:
            return _cuts(nodes)


def _constants(nodes: Iterable[Node]) -> Iterator[Value]:
    for node in nodes:
        for part in walk(node):
            match part:
                case Literal(value) if value is not None:
                    yield value
                case OneOfThese(_, values):
                    yield from values
                case _:
                    continue


def _texts(nodes: Sequence[Node]) -> tuple[Value, ...]:
    """Return the texts that are compared with, and one that is none of them."""
    known = dict.fromkeys(value for value in _constants(nodes) if isinstance(value, str))
    other = "…"
    while other in known:
        other += "…"
    return (*known, other)


def _cuts(nodes: Sequence[Node], first: int | None = None, last: int | None = None) -> tuple[Value, ...]:
    """Return the constants in order, and one whole value between every two, before the first and after the last."""
    scales = {part.settings[0] for node in nodes for part in walk(node) if isinstance(part, Operation)}
    points = {value for value in _constants(nodes) if isinstance(value, int) and not isinstance(value, bool)}
    # A constant with more decimals than the input lies between two of its values.
    points |= {point // 10**more + step for more in scales for point in list(points) for step in (0, 1)}
    found = sorted({near for point in points for near in (point - 1, point, point + 1)}) or [0]
    kept = [value for value in found if (first is None or value >= first) and (last is None or value <= last)]
    # Of two neighbours that are no constants both stand for the same piece.
    neighbours = [(None, kept[0]), *pairwise(kept)] if kept else []
    return tuple(value for before, value in neighbours if before is None or before in points or value in points)


@dataclass
class _Looks:
    """Counts the comparisons that are made to find what the rows cover."""

    left: int = field(default_factory=lambda: MAX_LOOKS)

    def spend(self, cost: int) -> bool:
        """Tell whether that much may still be done."""
        self.left -= cost
        return self.left >= 0


Holds = Callable[[Value], bool]
"""Tells whether the conditions on one input hold for a value of it."""


def _pieces(axis: Axis, constraints: Sequence[Constraint], looks: _Looks) -> int:
    """Return the pieces of the axis on which all of the row's conditions on it hold; those on nothing count too."""
    nodes = tuple(item.node for item in constraints if item.key in {axis.key, ""})
    if not nodes:
        return axis.everything
    own = _own_values(axis, nodes)
    comparisons = sum(isinstance(part, Equal | Ordered | OneOfThese | IsBlank) for node in nodes for part in walk(node))
    if not looks.spend(READING + (len(own) + 1) * (comparisons + 1)):
        return 0
    holds = _holding(axis, nodes)
    blank = axis.blank if axis.blank and holds(None) else 0
    if axis.column is None or isinstance(axis.column.type, ORDERED):
        return blank | _stretches(axis, own, holds)
    found = sum(1 << axis.order[value] for value in own if value in axis.order and holds(value))
    if isinstance(axis.column.type, TextType) and holds(own[-1]):
        # What is none of the row's own texts meets it: the texts of other rows do, too.
        found |= axis.filled & ~sum(1 << axis.order[value] for value in own[:-1])
    return blank | found


def _own_values(axis: Axis, nodes: Sequence[Node]) -> tuple[Value, ...]:
    """Return a typical value of each piece into which these conditions alone cut the axis."""
    if axis.column is None:
        return _cuts(nodes, FIRST_DAY, LAST_DAY)
    return _typical_values(axis.column, nodes)


def _holding(axis: Axis, nodes: tuple[Node, ...]) -> Holds:
    holds = compile_condition(nodes[0] if len(nodes) == 1 else And(nodes))
    if axis.key == TODAY:
        return lambda day: isinstance(day, int) and holds({}, Plain(0, day))
    around = Plain(0, 0)
    return lambda value: holds({axis.key: value}, around)


def _stretches(axis: Axis, own: Sequence[Value], holds: Holds) -> int:
    """Return the pieces of an axis with an order that lie where the conditions hold.

    Each of their own values stands for all from there to the next; the first for what is before it, too.
    """
    known = axis.ordered
    starts = [0, *(bisect_left(known, value) for value in own[1:] if isinstance(value, int)), len(known)]
    bits = bytearray(len(known) // 8 + 1)
    long = 0
    for value, (start, end) in zip(own, pairwise(starts), strict=True):
        if start < end and holds(value):
            if end - start == 1:
                bits[start // 8] |= 1 << start % 8
            else:
                long |= (1 << end) - (1 << start)
    return int.from_bytes(bits, "little") | long
