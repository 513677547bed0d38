"""Metrics and boards as they run: every expression compiled; how figures are found is not known here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.boards.definitions import BoardDef, ColumnDef, DimensionDef, MeasureDef, MetricDef, WidgetDef
from engine.boards.stays import STAGE
from engine.kernel.problems import Text
from engine.language.expressions import Expression
from engine.language.messages import Message
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
class Figure:
    """A measure of another metric in one of its groups.

    ``by`` holds for each of that metric's dimensions where its value comes from: of a measure the key of a dimension
    beside it, of a column an expression over the record; None stands for the group in which it is blank. Of buckets of
    time it is the one so many before as ``back`` says.
    """

    metric: Metric
    measure: Measure
    by: tuple[Expression | str | None, ...]
    back: int = 0


@dataclass(frozen=True, eq=False)
class Measure:
    """One figure. ``of`` of a formula is over the measures before it, else over a record; ``type`` is the result's.

    ``figure`` is what it takes from another metric. Of a conversion ``went_on`` is whether what counts went on, blank
    where there is nowhere to go.
    """

    definition: MeasureDef
    type: Type
    of: Expression | None = None
    where: Expression | None = None
    per: Expression | None = None
    figure: Figure | None = None
    went_on: Expression | None = None

    @property
    def key(self) -> str:
        """The measure's key."""
        return self.definition.key

    @property
    def labels(self) -> Text:
        """What it is called; a benchmark, also one that is taken from another metric, never without whose it is."""
        return self.sourced(self.definition.labels)

    def sourced(self, labels: Text) -> Text:
        """Return labels with whose figure it is, if it is not one's own."""
        source = self.figure.measure.definition.source if self.figure is not None else self.definition.source
        return labels if source is None else Text(f"{labels.zh}({source.zh})", f"{labels.en} ({source.en})")

    @property
    def is_formula(self) -> bool:
        """Whether it is worked out from other measures, or from none."""
        return self.definition.function in ("formula", "benchmark")

    @property
    def is_found(self) -> bool:
        """Whether a database finds it among the records."""
        return not self.is_formula and self.definition.function != "figure"

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions over a record."""
        found = (None if self.is_formula else self.of, self.where, self.per, self.went_on)
        return tuple(expression for expression in found if expression is not None)


@dataclass(frozen=True, eq=False)
class Metric:
    """A metric that runs; the conditions of ``light`` are over the keys of its dimensions and measures, red first.

    ``app`` is whose it is; ``source`` are the app and the key of the form whose records it looks at.
    """

    definition: MetricDef
    app: str
    source: tuple[str, str]
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    where: Expression | None = None
    light: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The metric's key."""
        return self.definition.key

    @property
    def reads_log(self) -> bool:
        """Whether what counts comes of the log of states, not of records as they are."""
        return self.definition.over != "records"

    @property
    def order(self) -> tuple[str, ...]:
        """The order of its rows: as told, else by time and stage, else by the first measure, greatest first."""
        if self.definition.order:
            return self.definition.order
        going = [item.key for item in self.dimensions if item.definition.bucket or item.item.source == STAGE]
        return tuple(going) or ((f"-{self.measures[0].key}",) if self.dimensions else ())


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a list: an expression, or without ``value`` a field by its key or the record itself.

    ``type`` is that of what it shows, None for what expressions know no type of. A column with a ``figure`` is known to
    the list's expressions by its key; a ``sentence`` is over the keys of the columns before it.
    """

    definition: ColumnDef
    labels: Text
    value: Expression | None = None
    type: Type | None = None
    figure: Figure | None = None
    sentence: Message | None = None

    @property
    def key(self) -> str:
        """The column's key."""
        return self.definition.key


@dataclass(frozen=True, eq=False)
class Widget:
    """One part of a board: of a metric with the measures that are shown, or records.

    ``text`` is what a text says, over the keys of the metric's measures; such a one may be of no metric.
    """

    definition: WidgetDef
    metric: Metric | None = None
    measures: tuple[Measure, ...] = ()
    where: Expression | None = None
    columns: tuple[Column, ...] = ()
    light: Mapping[str, Expression] = field(default_factory=dict)
    text: Message | None = None

    @property
    def key(self) -> str:
        """The widget's key."""
        return self.definition.key

    @property
    def form(self) -> str:
        """The form whose records it tells of, ``app.form`` where it is another app's; blank where it tells of none."""
        return self.metric.definition.form if self.metric is not None else self.definition.form or ""


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
