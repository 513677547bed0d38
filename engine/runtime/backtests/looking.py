"""Goes through the past of a form, from look to look, and finds when either side of a back-test first acted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.kernel.clocks import Moment, day_of, start_of_day
from engine.kernel.values import Row
from engine.rules.rules import Event, old_fields
from engine.runtime.backtests.sides import Side
from engine.runtime.backtests.views import Span
from engine.runtime.reading import Reading
from engine.runtime.views import Viewer
from engine.storage import records
from engine.storage.firsts import Condition, Firsts
from engine.storage.form_tables import FormTables
from engine.storage.past import Change, Past
from engine.storage.query import next_ids

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_ROWS = 20_000_000
"""So many rows are looked at in all: a large form is looked at on fewer days."""

CHUNK = 500

Parted = Callable[["Looked"], None]
"""Told after every look, so that it can be said why the sides differ while the picture shows it."""


@dataclass(frozen=True)
class Looked:
    """A look that is done: its moment, and for an event who did what; ``record`` is None where all were looked at."""

    at: Moment
    record: str | None = None
    actor: str | None = None
    old: Row | None = None


@dataclass(frozen=True)
class Looking:
    """The past of one form with the two sides that look at it."""

    connection: Connection
    viewer: Viewer
    form: FormTables
    past: Past
    firsts: Firsts
    old: Side
    new: Side
    zone: str

    def go(self, span: Span, parted: Parted) -> tuple[int, int]:
        """Look from the beginning of a span to its end; return how often, and every how many days (0: at events)."""
        if self.old.by_clock or self.new.by_clock:
            return self._by_clock(span, parted)
        return self._by_events(parted), 0

    def _by_clock(self, span: Span, parted: Parted) -> tuple[int, int]:
        every = self._days_between(len(span.days))
        looks, before = 0, span.begin - 1
        for day in reversed(span.days[::-1][::every]):
            begin, end = start_of_day(day, self.zone), min(start_of_day(day + 1, self.zone) - 1, span.end)
            moments = (self.old.on_day(day, begin, end), self.new.on_day(day, begin, end))
            found = [moment for moment in moments if moment is not None]
            if found:
                at = max(found)
                self.past.move(at)
                self._look(at, before, *(moment is not None for moment in moments))
                parted(Looked(at))
                looks, before = looks + 1, at
        return looks, every

    def _days_between(self, days: int) -> int:
        rows = records.count_all(self.connection, self.form) if days > 1 else 0
        return max(1, -(-rows * days // MOST_ROWS))

    def _look(self, at: Moment, before: Moment, old: bool, new: bool) -> None:
        conditions: list[Condition | None] = []
        for side, looks in ((self.old, old), (self.new, new)):
            rule = side.rule
            if not looks or rule is None:
                conditions.append(None)
            elif rule.deadline is not None and not rule.schedules:
                conditions.append(None)
                for record in self._come(side, at, before):
                    self.firsts.note(record, at, old=side is self.old, new=side is self.new)
            else:
                conditions.append(side.condition(at, lasting=side is self.old))
        if any(one is not None for one in conditions):
            self.firsts.look(at, *conditions)

    def _come(self, side: Side, at: Moment, before: Moment) -> Iterator[str]:
        """Go through the records whose deadline has come since the look before, and that meet the condition."""
        reading, after = side.reading(self.connection, self.viewer, at), ""
        while True:
            ids = next_ids(self.connection, self.form, [side.condition(at)], after, CHUNK)
            for id, row in records.fetch_many(self.connection, self.form, ids).items():
                due = side.due(reading, row)
                if due is not None and before < due <= at:
                    yield id
            if len(ids) < CHUNK:
                return
            after = ids[-1]

    def _by_events(self, parted: Parted) -> int:
        place, looks = (self.form.app, self.form.form), 0
        for change in tuple(self.past.changes):
            before = self.past.row(place, change.record) if change.place == place else None
            self.past.step()
            if change.place != place:
                continue
            event, row = _event(change, before), self.past.row(place, change.record)
            day = day_of(change.at, self.zone)
            looking = [side.looks_at(event, change.action, day) for side in (self.old, self.new)]
            if row is not None and any(looking):
                looks += 1
                self.past.show()
                looked = Looked(change.at, change.record, change.actor, before)
                acts = [
                    looks_now and self._acts(side, looked, row)
                    for looks_now, side in zip(looking, (self.old, self.new), strict=True)
                ]
                if any(acts):
                    self.firsts.note(change.record, change.at, old=acts[0], new=acts[1])
                    parted(looked)
        return looks

    def _acts(self, side: Side, looked: Looked, row: Row) -> bool:
        rule = side.rule
        if rule is None or (old_fields(rule) and looked.old is None):
            return False
        reading: Reading = side.reading(self.connection, self.viewer, looked.at)
        return rule.when is None or rule.when.holds(row, side.around(reading, looked.actor, looked.old))


def _event(change: Change, before: Row | None) -> Event:
    """Return what happened to a record with a change."""
    left = None if before is None else before.get("state")
    moved = "state" in change.values and change.values["state"] != left
    return Event(
        created=before is None,
        deleted=change.values.get("deleted_at") is not None,
        changed=frozenset() if before is None else frozenset(change.values),
        left=str(left) if moved and left is not None else None,
        entered=change.values["state"] if moved else None,
    )
