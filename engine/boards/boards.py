"""Metrics and boards as they run: every expression compiled; how figures are found is not known here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.boards.definitions import BoardDef, ColumnDef, DimensionDef, MeasureDef, MetricDef, WidgetDef
from engine.kernel.problems import Text
from engine.language.expressions import Expression
from engine.language.tree import Node
from engine.language.types import NumberType, Type


@dataclass(frozen=True, eq=False)
class Dimension:
    """By what a metric groups. ``item`` is what is asked of a record, ``value`` the bucket that it falls into."""

    definition: DimensionDef
    labels: Text
    item: Expression
    value: Expression

    @property
    def key(self) -> str:
        """The dimension's key."""
        return self.definition.key


@dataclass(frozen=True, eq=False)
class Measure:
    """One figure. ``of`` of a formula is over the measures before it, else over a record; ``type`` is the result's."""

    definition: MeasureDef
    type: Type
    of: Expression | None = None
    where: Expression | None = None

    @property
    def key(self) -> str:
        """The measure's key."""
        return self.definition.key

    @property
    def is_formula(self) -> bool:
        """Whether it is worked out from other measures."""
        return self.definition.function == "formula"

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions over a record."""
        found = (None if self.is_formula else self.of, self.where)
        return tuple(expression for expression in found if expression is not None)


@dataclass(frozen=True, eq=False)
class Metric:
    """A metric that runs; the conditions of ``light`` are over the keys of its dimensions and measures, red first."""

    definition: MetricDef
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    where: Expression | None = None
    light: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The metric's key."""
        return self.definition.key

    @property
    def order(self) -> tuple[str, ...]:
        """The order of its rows: as told, else by time, else by the first measure, greatest first."""
        if self.definition.order:
            return self.definition.order
        timed = [item.key for item in self.dimensions if item.definition.bucket]
        return tuple(timed) or ((f"-{self.measures[0].key}",) if self.dimensions else ())


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a list: an expression, or without ``value`` a field by its key or the record itself.

    ``type`` is that of what it shows, None for what expressions know no type of.
    """

    definition: ColumnDef
    labels: Text
    value: Expression | None = None
    type: Type | None = None

    @property
    def key(self) -> str:
        """The column's key."""
        return self.definition.key


@dataclass(frozen=True, eq=False)
class Widget:
    """One part of a board: of a metric with the measures that are shown, or a list of records."""

    definition: WidgetDef
    metric: Metric | None = None
    measures: tuple[Measure, ...] = ()
    where: Expression | None = None
    columns: tuple[Column, ...] = ()
    light: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The widget's key."""
        return self.definition.key

    @property
    def form(self) -> str:
        """The form whose records it tells of."""
        return self.metric.definition.form if self.metric is not None else str(self.definition.form)


@dataclass(frozen=True, eq=False)
class Board:
    """A board that runs."""

    definition: BoardDef
    widgets: tuple[Widget, ...]

    @property
    def key(self) -> str:
        """The board's key."""
        return self.definition.key


def conditions_of(metric: Metric) -> Iterator[Expression]:
    """Go through the conditions by which a metric chooses records."""
    chosen = (metric.where, *(measure.where for measure in metric.measures))
    return (condition for condition in chosen if condition is not None)


def grouped_by(metric: Metric) -> Iterator[Node]:
    """Go through what a list that a metric opens compares with constants."""
    return (item.item.tree for item in metric.dimensions)


def number_of(measure: Measure) -> NumberType | None:
    """Return the type of a measure that is a number, else None."""
    return measure.type if isinstance(measure.type, NumberType) else None
