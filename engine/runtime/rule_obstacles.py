"""What keeps a rule from acting on a record beside its condition, and when it looks next by the clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.decision.facts import EntriesQuery, FiredQuery
from engine.decision.firing_once import period_of
from engine.decision.words import plain
from engine.forms.forms import Form
from engine.kernel.clocks import DAY_MS, Moment, day_of, moment_text, start_of_day
from engine.kernel.problems import Text
from engine.kernel.values import Row
from engine.language.calendars import Calendar
from engine.language.types import DateTimeType
from engine.rules.definitions import Once
from engine.rules.events import ScheduleDef
from engine.rules.rules import Rule, day_of_text
from engine.rules.schedules import slot_after
from engine.runtime.explanations import Obstacle
from engine.runtime.reading import Reading
from engine.runtime.table_rows import period_words
from engine.storage import firings

_ONCE: Mapping[Once, Text] = {
    "record": Text("每条记录只执行一次", "once per record"),
    "state": Text("每进入一次状态只执行一次", "once per state"),
    "day": Text("每天只执行一次", "once per day"),
    "week": Text("每周只执行一次", "once per week"),
    "month": Text("每月只执行一次", "once per month"),
}

YEAR_MS = 366 * DAY_MS


def obstacles(reading: Reading, rule: Rule, form: Form, row: Row) -> Iterator[Obstacle]:
    """Go through what keeps a rule from acting on a record now, whatever its condition says."""
    if not rule.is_valid_on(reading.surroundings(form.app).today):
        valid = period_words(rule.definition.valid_from, rule.definition.valid_to) or Text("", "")
        words = Text(f"今天不在规则的有效期内({valid.zh})", f"today is outside its validity ({valid.en})")
        yield Obstacle("validity", words)
    at = _fired_at(reading, rule, form, row)
    if rule.definition.once is not None and at is not None:
        once = _ONCE[rule.definition.once]
        when = plain(at, DateTimeType(), reading.app(form.app).zone, "en")
        yield Obstacle("once", Text(f"{once.zh},已于 {when} 执行过", f"it has fired already ({once.en}, at {when})"))


def _fired_at(reading: Reading, rule: Rule, form: Form, row: Row) -> Moment | None:
    """Return when a rule that fires once only has fired for what stands now: the record, its state, or the period."""
    once = rule.definition.once
    if once is None:
        return None
    id = str(row["id"])
    entries = firings.entries(reading.connection, EntriesQuery(form.app, form.key, id)) if once == "state" else 0
    period = period_of(once, reading.surroundings(form.app).today, entries)
    return firings.fired_at(reading.connection, FiredQuery(form.app, rule.definition.uid, id, period))


def next_look(rule: Rule, zone: str, now: Moment, calendar: Calendar) -> str | None:
    """Return when an enabled rule looks next by its schedules, within its validity; None where it does not."""
    if not rule.definition.enabled:
        return None
    first = rule.definition.valid_from
    since = now if first is None else max(now, start_of_day(day_of_text(first), zone) - 1)
    upcoming = [_next_slot(item, zone, since, calendar) for item in rule.schedules]
    valid = [slot for slot in upcoming if rule.is_valid_on(day_of(slot, zone))]
    return moment_text(min(valid)) if valid else None


def _next_slot(schedule: ScheduleDef, zone: str, since: Moment, calendar: Calendar) -> Moment:
    """Return the next slot; of a schedule for workdays the next one on such a day, if one comes within a year."""
    own = schedule.zone or zone
    slot = first = slot_after(schedule.cron, own, since)
    while schedule.workdays and not calendar.is_workday(day_of(slot, own)):
        slot = slot_after(schedule.cron, own, start_of_day(day_of(slot, own) + 1, own) - 1)
        if slot > first + YEAR_MS:
            return first
    return slot
