"""Where a decision table has gaps, overlaps and rows without effect, each with an example; exact for what it reads.

It reads comparisons of one input with constants; of other cells it says that it has not. The work is bounded, by
``MAX_LOOKS`` comparisons, ``MAX_PAIRS`` pairs of rows and ``MAX_STEPS`` boxes, where boxes over very many values count
more than once; beyond that the analysis says that it is unfinished.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, product

from engine.kernel.problems import Problem
from engine.kernel.values import Value
from engine.language.cases import shown
from engine.language.tables import DecisionTable, HitPolicy
from engine.language.types import BooleanType, ChoiceType, DateType, TextType
from engine.rules.tables import problems
from engine.rules.tables.regions import PERIOD, Axis, Box, Region, Space, common, minus, runs, space_of, typical

MAX_STEPS = 100_000
"""So many boxes are cut at most."""

MAX_PAIRS = 150_000
"""So many pairs of rows are compared at most: those of 500 rows, and no more."""

MAX_FINDINGS = 20
"""So many findings of one kind are told at most."""


@dataclass(frozen=True)
class Analysis:
    """What was found. ``overlaps`` are there for every table: only ``unique`` tables are refused for them."""

    overlaps: tuple[Problem, ...] = ()
    gaps: tuple[Problem, ...] = ()
    useless: tuple[Problem, ...] = ()
    unread: tuple[Problem, ...] = ()
    finished: bool = True

    @property
    def findings(self) -> tuple[Problem, ...]:
        """All that is worth a look."""
        return (*self.overlaps, *self.gaps, *self.useless, *self.unread)


@dataclass
class _Budget:
    """Counts the boxes that are cut; each counts as ``weight``."""

    weight: int = 1
    left: int = field(default_factory=lambda: MAX_STEPS)

    def without(self, boxes: Sequence[Box], other: Box) -> list[Box]:
        """Return what the other box leaves of the boxes; as it is once the budget is spent."""
        found: list[Box] = []
        for box in boxes:
            self.left -= self.weight
            if self.left <= 0:
                return list(boxes)
            rest = list(minus(box, other))
            self.left -= self.weight * len(rest)
            found.extend(rest)
        return found


def analyse(table: DecisionTable) -> Analysis:
    """Return what there is to say about a table whose cells have types."""
    stopped = problems.NOT_FINISHED.at("rows", limit=MAX_STEPS)
    space = space_of(table)
    if space is None:
        return Analysis(unread=(stopped,), finished=False)
    budget = _Budget(space.weight)
    pairs = _Pairs.of(space) if table.policy is HitPolicy.UNIQUE else _Pairs()
    found = Analysis(
        overlaps=tuple(pairs.overlaps),
        gaps=tuple(_gaps(space, budget)),
        useless=tuple(_useless(space, table, budget)),
        unread=tuple(_unread(space, table)),
        finished=budget.left > 0 and pairs.finished,
    )
    if found.finished:
        return found
    return Analysis(found.overlaps, found.gaps, found.useless, (*found.unread, stopped), finished=False)


def overlaps(table: DecisionTable) -> tuple[list[Problem], bool]:
    """Return where two rows provably hit together, and whether it is proven that never two do.

    Of a table for which that takes too long nothing is proven.
    """
    space = space_of(table)
    if space is None:
        return [], False
    pairs = _Pairs.of(space)
    return pairs.overlaps, pairs.finished and not pairs.overlaps and not pairs.may_meet


@dataclass
class _Pairs:
    """What is found by comparing every two rows.

    ``may_meet`` says that some two meet as far as their cells could be read.
    """

    overlaps: list[Problem] = field(default_factory=list)
    may_meet: bool = False
    finished: bool = True

    @staticmethod
    def of(space: Space) -> _Pairs:
        """Compare the rows; enough findings end it, and so does ``MAX_PAIRS``."""
        found = _Pairs()
        most = MAX_PAIRS // space.weight
        for number, (one, two) in enumerate(combinations(space.regions, 2)):
            if number >= most:
                found.finished = False
            if number >= most or len(found.overlaps) == MAX_FINDINGS:
                break
            both = common(one.box, two.box)
            if both is None:
                continue
            if one.is_exact and two.is_exact:
                found.overlaps.append(_overlap(space, one, two, both))
            else:
                found.may_meet = True
        return found


def _overlap(space: Space, one: Region, two: Region, both: Box) -> Problem:
    first, second = one.row.row.number, two.row.row.number
    zh, en = _example(space, both)
    return problems.OVERLAP.at(f"rows[{second - 1}]", first=first, second=second, example_zh=zh, example_en=en)


def _gaps(space: Space, budget: _Budget) -> Iterable[Problem]:
    """Go through the values for which no row hits: filled ones first, then inputs that are blank, the rest filled.

    A row with unread cells may hit, and covers nothing.
    """
    left = _left_over(space, tuple(axis.filled for axis in space.axes), budget)
    stretches = (part for box in left for part in product(*map(_first_runs, space.axes, box)))
    for part in islice(stretches, MAX_FINDINGS):
        zh, en = _example(space, part)
        yield problems.GAP.at("rows", example_zh=zh, example_en=en)
    for index, axis in enumerate(space.axes):
        if axis.column is not None:
            yield from _blank_gap(space, index, left, budget)


def _first_runs(axis: Axis, pieces: int) -> Iterable[int]:
    """Go through the first stretches of an axis: so many as could all be told."""
    return islice(runs(axis, pieces), MAX_FINDINGS)


def _blank_gap(space: Space, index: int, told: Sequence[Box], budget: _Budget) -> Iterable[Problem]:
    """Go through what no row says of a blank input, but for gaps that are there whatever the input is."""
    axis = space.axes[index]
    left = _left_over(
        space, tuple(axis.blank if place == index else other.filled for place, other in enumerate(space.axes)), budget
    )
    for box in told:
        if box[index] == axis.filled:
            left = budget.without(left, (*box[:index], axis.everything, *box[index + 1 :]))
    if left and axis.column is not None and budget.left > 0:
        zh, en = _example(space, left[0])
        labels = axis.column.labels
        yield problems.BLANK_GAP.at("rows", label_zh=labels.zh, label_en=labels.en, example_zh=zh, example_en=en)


def _left_over(space: Space, whole: Box, budget: _Budget) -> list[Box]:
    boxes = [whole]
    for region in space.regions:
        if region.is_exact and not region.is_nothing and boxes:
            boxes = budget.without(boxes, region.box)
    return boxes if budget.left > 0 else []


def _useless(space: Space, table: DecisionTable, budget: _Budget) -> Iterable[Problem]:
    """Go through the rows that never hit and, where the first hit counts, those that are never reached."""
    before: list[Region] = []
    for region in space.regions:
        number = region.row.row.number
        if region.is_nothing:
            yield problems.NEVER_HITS.at(f"rows[{number - 1}]", row=number)
            continue
        if table.policy is HitPolicy.FIRST and not _rest(region, before, budget):
            yield problems.UNREACHABLE.at(f"rows[{number - 1}]", row=number)
        if region.is_exact:
            before.append(region)


def _rest(region: Region, before: Sequence[Region], budget: _Budget) -> list[Box]:
    boxes = [region.box]
    for other in before:
        boxes = budget.without(boxes, other.box)
    return boxes


def _unread(space: Space, table: DecisionTable) -> Iterable[Problem]:
    labels = {column.key: column.labels for column in table.inputs}
    for region in space.regions:
        row = region.row.row
        for key in region.unread:
            # A period by a moment depends on the zone: its label is that of the input that tells the day.
            is_period = key == PERIOD
            label = labels.get(table.valid_on or "" if is_period else key, table.labels)
            yield problems.NOT_ANALYSED.at(
                f"rows[{row.number - 1}].{'valid_from' if is_period else f'when.{key}'}",
                row=row.number,
                label_zh=label.zh,
                label_en=label.en,
                cell="valid_from … valid_to" if is_period else row.when[key].source,
            )


def _example(space: Space, box: Box) -> tuple[str, str]:
    """Return typical values of the box in words, in Chinese and English; an axis of one value is left out."""
    told = list(zip(space.axes, typical(space, box), box, strict=True))
    needed = [(axis, value) for axis, value, pieces in told if pieces not in {axis.everything, axis.filled}]
    parts = [_told(axis, value) for axis, value in needed or [(axis, value) for axis, value, _ in told]]
    return ",".join(zh for zh, _ in parts), ", ".join(en for _, en in parts)


def _told(axis: Axis, value: Value) -> tuple[str, str]:
    if axis.column is None:
        day = shown(value, DateType())
        return f"今天 = {day}", f"today = {day}"
    labels, kind = axis.column.labels, axis.column.type
    if value is None:
        return f"{labels.zh} 为空", f"{labels.en} is blank"
    match kind:
        case ChoiceType(options):
            option = next(item for item in options if item.key == value)
            return f"{labels.zh} = {option.labels.zh}", f"{labels.en} = {option.labels.en}"
        case BooleanType():
            return f"{labels.zh} = {'真' if value else '假'}", f"{labels.en} = {'true' if value else 'false'}"
        case TextType():
            return f"{labels.zh} = “{value}”", f"{labels.en} = “{value}”"
        case _:
            return f"{labels.zh} = {shown(value, kind)}", f"{labels.en} = {shown(value, kind)}"
