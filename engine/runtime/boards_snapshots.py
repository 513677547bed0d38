"""Figures of metrics as they are kept: taken over all records at the end of a period, shown to who may know them all.

They are nobody's view: a viewer who may not read every record that counts could tell from them what is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from engine.boards.boards import Measure, Metric
from engine.boards.periods import BUCKET_OF, earlier, first_of
from engine.decision.problems import ABSENT
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.clocks import Day, Moment, date_of, day_number, day_of, moment_read, moment_text
from engine.kernel.problems import EngineError
from engine.kernel.values import Value
from engine.language import types as language
from engine.runtime.boards_groups import Figures, Sight, needed_for
from engine.runtime.boards_words import value_json
from engine.runtime.desk import Desk
from engine.runtime.reading import Reading
from engine.runtime.views import Viewer
from engine.storage import snapshots
from engine.storage.snapshots import KeptPeriod

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from engine.language.types import Type
    from engine.runtime.execution import Execution

MOST_ROWS: Final = 400
"""So many groups of periods are shown: the latest."""

_NOBODY: Final = Viewer("", "", "", "zh", frozenset())


@dataclass(frozen=True)
class SnapshotView:
    """The figures of a metric in one period, by its first day: group by group, the values in their JSON form."""

    period: str
    taken_at: str
    rows: tuple[Mapping[str, Json], ...]


class Snapshots:
    """What was kept of metrics, for who may know it."""

    def __init__(self, desk: Desk) -> None:
        """Read through ``desk``."""
        self._desk = desk

    def list(self, viewer: Viewer, app: str, metric: str) -> tuple[SnapshotView, ...]:
        """Return the latest periods of a metric, in order; EngineError (absent) where the viewer may not know them.

        Measures and dimensions that the viewer may not see are left out.
        """
        with self._desk.reading(viewer) as reading:
            found = reading.app(app).metrics.get(metric)
            form = None if found is None else reading.catalog.form(*found.source)
            if found is None or form is None or found.definition.snapshot is None:
                raise EngineError(ABSENT.at())
            sight = Sight(reading, form, found)
            shown = [item for item in found.measures if knows_all(sight, item)]
            if not shown:
                raise EngineError(ABSENT.at())
            kept, _ = snapshots.latest(reading.connection, app, metric, MOST_ROWS)
            keys = [*(item.key for item in found.dimensions), *(item.key for item in shown)]
            return tuple(
                SnapshotView(
                    date_of(one.period).isoformat(),
                    moment_text(one.at),
                    tuple({key: row.get(key) for key in keys} for row in one.figures),
                )
                for one in kept
            )


def knows_all(sight: Sight, measure: Measure) -> bool:
    """Tell whether the viewer may know a measure over all records: no row of what is counted is kept from them."""
    access = sight.reading.access(sight.form)
    if not access.may("read") or access.rows("read") is not None or not sight.is_open:
        return False
    if measure.is_formula and measure.of is not None:
        read = measure.of.reads.fields
        return all(knows_all(sight, part) for part in sight.metric.measures if part.key in read)
    if measure.figure is None:
        return sight.may_see(measure)
    other = sight.reading.catalog.form(*measure.figure.metric.source)
    if other is None:
        return False
    return knows_all(Sight(sight.reading, other, measure.figure.metric), measure.figure.measure)


def taken(execution: Execution, connection: Connection, app: str, metric: str, slot: Moment) -> KeptPeriod | None:
    """Return the figures of the period that ended with a slot, as the records are now.

    What asks for the day or the moment is asked on the last moment of the period. None where the metric is gone, or
    its figures are not kept any more.
    """
    current = execution.catalogs.current(connection)
    found = current.catalog.apps.get(app)
    definition = None if found is None else found.metrics.get(metric)
    form = None if definition is None else current.catalog.form(*definition.source)
    if found is None or definition is None or form is None or definition.definition.snapshot is None:
        return None
    last, bucket = slot - 1, BUCKET_OF[definition.definition.snapshot]
    reading = replace(Desk(execution).seen(connection, _NOBODY, current), moment=last)
    figures = _figures(reading, form, definition)
    return KeptPeriod(first_of(bucket, day_of(last, found.zone)), execution.clocks.business(), figures)


def _figures(reading: Reading, form: Form, metric: Metric) -> tuple[Mapping[str, Json], ...]:
    sight = Sight(reading, form, metric, is_whole=True)
    kinds = kinds_of(metric, metric.measures)
    rows = sight.listed(needed_for(sight, metric.measures)).rows
    return tuple({key: value_json(row[key], kind) for key, kind in kinds.items()} for row in rows)


def kinds_of(metric: Metric, measures: Sequence[Measure]) -> dict[str, Type]:
    """Return the types of what a row holds, by key."""
    dimensions = {item.key: item.value.type for item in metric.dimensions}
    return {**dimensions, **{item.key: item.type for item in measures}}


def oldest_kept(metric: Metric, latest: Day, periods: int) -> Day | None:
    """Return the first day of the oldest period that is kept beside the latest one; None for all."""
    snapshot = metric.definition.snapshot
    return None if snapshot is None else earlier(BUCKET_OF[snapshot], latest, periods - 1)


def read_back(row: Mapping[str, Json], kinds: Mapping[str, Type]) -> Figures:
    """Return kept figures as values; blank where the design has changed so that they are none of these any more."""
    return {key: _value(row.get(key), kind) for key, kind in kinds.items()}


def _value(written: Json, kind: Type) -> Value:
    if written is None:
        return None
    try:
        match kind:
            case language.NumberType(scale):
                return round(Decimal(str(written)).scaleb(scale))
            case language.DateType():
                return day_number(_date(str(written)))
            case language.DateTimeType():
                return moment_read(str(written))
            case language.BooleanType():
                return written if isinstance(written, bool) else None
    except (ArithmeticError, ValueError):
        return None
    return written if isinstance(written, str) else None


def _date(written: str) -> date:
    return type(date_of(0)).fromisoformat(written)
