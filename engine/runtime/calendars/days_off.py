"""The days on which one works, and the hours: what is announced or usual, and what administrators say instead.

What is said of a day goes before what was announced of it, and before its weekday, until it is taken back. It is kept
under the instance's own name like the value of a parameter, so that every transaction knows it without another look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from engine.decision.problems import ABSENT
from engine.kernel.canonical import Json
from engine.kernel.clocks import Day, date_of, day_number, day_of, moment_text
from engine.kernel.problems import EngineError, Problem, Text
from engine.language.calendars import USUAL_HOURS, WEEKDAYS
from engine.runtime.boards_slots import follow_days
from engine.runtime.calendars import problems
from engine.runtime.calendars.hours import HOURS, Written, hours_json, hours_said, read_hours, shown_hours
from engine.runtime.calendars.known import Said, calendars, home_of, said, statutory_names, usual
from engine.runtime.directory import is_admin
from engine.runtime.execution import Execution
from engine.runtime.granting import authorship
from engine.runtime.timing import follow_calendar
from engine.runtime.views import Viewer
from engine.storage import directory, journal
from engine.storage import parameters as stored
from engine.storage.directory import ENGINE_APP
from engine.storage.locks import lock_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.language.calendars import Calendar, Spans
    from engine.runtime.catalogs import Current

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_AT_ONCE = 366
LONGEST_NOTE = 60
SHOWN_CHANGES = 20
NOTHING = Text("", "")


@dataclass(frozen=True)
class DayView:
    """A day: whether one works, what it would be if nobody had said anything, and who says so.

    ``feast`` is the feast for which it is off by law, or worked to make up for one; ``own`` what was said here.
    """

    day: date
    works: bool
    usually: bool
    feast: Text
    own: Said | None


@dataclass(frozen=True)
class ChangeView:
    """A change: when, by whom (blank: the command line), the days that were said otherwise, and hours in a line.

    ``hours`` is None where nothing was said of them, and blank where they are the usual ones again.
    """

    at: str
    by: str
    days: Mapping[str, Said | None]
    hours: str | None = None


@dataclass(frozen=True)
class YearView:
    """The days of one year in a zone; ``announced`` is false where no feast of the year is known yet.

    ``version`` counts the changes of the zone's days so far; ``apps`` are those that go by this calendar. ``hours`` are
    those of every workday, the usual ones unless ``own_hours``.
    """

    zone: str
    zones: tuple[str, ...]
    year: int
    apps: tuple[Text, ...]
    announced: bool
    days: tuple[DayView, ...]
    version: int
    may_change: bool
    changes: tuple[ChangeView, ...]
    hours: Spans
    own_hours: bool


@dataclass(frozen=True)
class DaysOff:
    """The work calendars of an instance: everybody may look, administrators change."""

    execution: Execution

    def year(self, viewer: Viewer, zone: str | None = None, year: int | None = None) -> YearView:
        """Return a year of the calendar of a zone; by default this year, in the zone of the first app."""
        with self.execution.database.read() as connection:
            current = self.execution.catalogs.current(connection)
            zones = zones_of(current)
            at = _zone(zones, zone)
            shown = year or date_of(day_of(self.execution.clocks.business(), at)).year
            if not FIRST_YEAR <= shown <= LAST_YEAR:
                raise EngineError(_no_day("year", str(shown)))
            kept = stored.values(connection).get((ENGINE_APP, at))
            days, hours = tuple(_days(at, shown, said(kept))), hours_said(kept)
            apps = [app.definition.labels for app in current.catalog.apps.values() if home_of(app.zone) == at]
            return YearView(
                zone=at,
                zones=zones,
                year=shown,
                apps=tuple(apps),
                announced=any(one.feast != NOTHING for one in days),
                days=days,
                version=journal.count_about(connection, ENGINE_APP, stored.SUBJECT, at),
                may_change=is_admin(viewer),
                changes=_changes(connection, at) if is_admin(viewer) else (),
                hours=USUAL_HOURS if hours is None else hours,
                own_hours=hours is not None,
            )

    def say(
        self, viewer: Viewer, zone: str, days: Mapping[str, bool | None], note: str = "", seen: int | None = None
    ) -> int:
        """Say of days that one works or not; None takes back what was said. Returns how many are another way now.

        ``seen`` is the version on which this was decided: EngineError where it is another now and these days differ.
        For administrators alone.
        """
        if not is_admin(viewer):
            raise EngineError(ABSENT.at())
        wanted = _wanted(days, note)
        return self.execution.attempt(lambda connection: self._say(connection, viewer, zone, wanted, seen))

    def set_hours(self, viewer: Viewer, zone: str, hours: Written | None, seen: int | None = None) -> bool:
        """Set the working hours of every workday of a zone; None brings back the usual ones. Tells whether they change.

        ``seen`` as in ``say``. For administrators alone.
        """
        if not is_admin(viewer):
            raise EngineError(ABSENT.at())
        spans = None if hours is None else read_hours(hours)
        return self.execution.attempt(lambda connection: self._set_hours(connection, viewer, zone, spans, seen))

    def _set_hours(
        self, connection: Connection, viewer: Viewer, zone: str, hours: Spans | None, seen: int | None
    ) -> bool:
        current, at, kept = self._open(connection, zone)
        before = hours_said(kept)
        if hours == before:
            return False
        _check_version(connection, at, seen)
        days = {key: one for key, one in kept.items() if key != HOURS}
        after = days if hours is None else {**days, HOURS: hours_json(hours)}
        told = {
            way: {HOURS: None if spans is None else hours_json(spans)}
            for way, spans in (("from", before), ("to", hours))
        }
        self._keep(connection, viewer, current, at, after, told)
        return True

    def _open(self, connection: Connection, zone: str) -> tuple[Current, str, dict[str, Json]]:
        """Return the apps of now, the zone under its name, and what is kept of it; nobody else changes it meanwhile."""
        lock_name(connection, "calendar")  # what is read here is what the change is made on
        current = self.execution.locked(connection)
        at = _zone(zones_of(current), zone)
        kept = stored.values(connection).get((ENGINE_APP, at))
        return current, at, dict(kept) if isinstance(kept, dict) else {}

    def _say(
        self, connection: Connection, viewer: Viewer, zone: str, wanted: Mapping[str, Said | None], seen: int | None
    ) -> int:
        current, at, kept = self._open(connection, zone)
        before = {date_of(day).isoformat(): one for day, one in said(kept).items()}
        others = {day: one for day, one in wanted.items() if before.get(day) != one}
        if not others:
            return 0
        _check_version(connection, at, seen)
        after = {day: one for day, one in {**before, **wanted}.items() if one is not None}
        told = {"from": _kept({day: before.get(day) for day in others}), "to": _kept(others)}
        hours = {HOURS: kept[HOURS]} if HOURS in kept else {}
        self._keep(connection, viewer, current, at, {**_kept(after), **hours}, told)
        return len(others)

    def _keep(
        self,
        connection: Connection,
        viewer: Viewer,
        current: Current,
        at: str,
        after: Mapping[str, Json],
        told: Mapping[str, Json],
    ) -> None:
        """Keep what is said of a zone from now on, and have everything follow that counts workdays or hours."""
        by = authorship(self.execution, viewer.id)
        stored.put(connection, by, ENGINE_APP, at, dict(after) or None, told)
        apps = [app for app in current.catalog.apps.values() if home_of(app.zone) == at]
        follow_calendar(self.execution, connection, apps, by.command)
        days = calendars({at: dict(after)})
        follow_days(self.execution, connection, {app.key: (app.zone, days.get(app.zone, WEEKDAYS)) for app in apps})


def _check_version(connection: Connection, zone: str, seen: int | None) -> None:
    """Refuse a change that was decided on another version than that of now."""
    if seen is not None and seen != journal.count_about(connection, ENGINE_APP, stored.SUBJECT, zone):
        raise EngineError(problems.MOVED.at())


def zones_of(current: Current) -> tuple[str, ...]:
    """Return the zones whose calendars the apps go by, in the order of the apps."""
    return tuple(dict.fromkeys(home_of(app.zone) for app in current.catalog.apps.values()))


def days_between(first: str, last: str) -> tuple[str, ...]:
    """Return the days from one to another, both counted; EngineError where they are none, or too many."""
    begins = _read("from", first)
    ends = begins if not last else _read("until", last)
    if ends < begins:
        raise EngineError(_no_day("until", last))
    if ends - begins >= MOST_AT_ONCE:
        raise EngineError(problems.TOO_MANY_DAYS.at("until", most=MOST_AT_ONCE))
    return tuple(date_of(day).isoformat() for day in range(begins, ends + 1))


def _zone(zones: tuple[str, ...], zone: str | None) -> str:
    """Return the name under which the days of a zone are kept; EngineError where no app goes by them."""
    at = home_of(zone) if zone else next(iter(zones), "")
    if at not in zones:
        raise EngineError(problems.NO_ZONE.at("zone", zone=(zone or "")[:60], known=", ".join(zones) or "–"))
    return at


def _wanted(days: Mapping[str, bool | None], note: str) -> dict[str, Said | None]:
    if len(days) > MOST_AT_ONCE:
        raise EngineError(problems.TOO_MANY_DAYS.at("days", most=MOST_AT_ONCE))
    if len(note) > LONGEST_NOTE:
        raise EngineError(problems.LONG_NOTE.at("note", most=LONGEST_NOTE))
    read = {day: _read(f"days.{day[:20]}", day) for day in days}
    return {date_of(read[day]).isoformat(): None if works is None else Said(works, note) for day, works in days.items()}


def _read(place: str, written: str) -> Day:
    try:
        found = date.fromisoformat(written)
    except ValueError as error:
        raise EngineError(_no_day(place, written)) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise EngineError(_no_day(place, written))
    return day_number(found)


def _no_day(place: str, written: str) -> Problem:
    return problems.NO_DAY.at(place, given=written[:20], first=FIRST_YEAR, last=LAST_YEAR)


def _kept(days: Mapping[str, Said | None]) -> dict[str, Json]:
    return {
        day: None if one is None else {"works": one.works, **({"note": one.note} if one.note else {})}
        for day, one in sorted(days.items())
    }


def _days(zone: str, year: int, own: Mapping[Day, Said]) -> Iterator[DayView]:
    by_law: Calendar = usual(zone)
    feasts = statutory_names() if by_law.days else {}
    for day in range(day_number(date(year, 1, 1)), day_number(date(year, 12, 31)) + 1):
        usually, mine = by_law.is_workday(day), own.get(day)
        yield DayView(date_of(day), mine.works if mine else usually, usually, feasts.get(day, NOTHING), mine)


def _changes(connection: Connection, zone: str) -> tuple[ChangeView, ...]:
    entries = journal.newest_about(connection, ENGINE_APP, stored.SUBJECT, zone, SHOWN_CHANGES)
    names = directory.persons(connection, {entry.actor for entry in entries if entry.actor})
    return tuple(
        ChangeView(
            at=moment_text(entry.at),
            by=names[entry.actor].display_name if entry.actor in names else "",
            days=_told(entry.values.get("to")),
            hours=_told_hours(entry.values.get("to")),
        )
        for entry in entries
    )


def _told(written: Json) -> dict[str, Said | None]:
    """Return what a change said of its days."""
    days: Iterable[tuple[str, Json]] = written.items() if isinstance(written, dict) else ()
    return {
        day: Said(bool(one["works"]), str(one.get("note", ""))) if isinstance(one, dict) else None
        for day, one in days
        if day != HOURS
    }


def _told_hours(written: Json) -> str | None:
    if not isinstance(written, dict) or HOURS not in written:
        return None
    spans = hours_said(written)
    return "" if spans is None else shown_hours(spans)
