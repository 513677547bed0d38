"""What keeps a rule from acting on a record beside its condition, and when it looks next by the clock."""

from __future__ import annotations

from collections.abc import Iterator

from engine.forms.forms import Form
from engine.kernel.clocks import Moment, day_of, moment_text, start_of_day
from engine.kernel.problems import Text
from engine.kernel.values import Row
from engine.rules.rules import Rule, day_of_text
from engine.rules.schedules import slot_after
from engine.runtime.explanations import Obstacle
from engine.runtime.reading import Reading
from engine.runtime.table_rows import period_words


def obstacles(reading: Reading, rule: Rule, form: Form, _row: Row) -> Iterator[Obstacle]:
    """Go through what keeps a rule from acting on a record now, whatever its condition says."""
    if not rule.is_valid_on(reading.surroundings(form.app).today):
        valid = period_words(rule.definition.valid_from, rule.definition.valid_to) or Text("", "")
        words = Text(f"今天不在规则的有效期内({valid.zh})", f"today is outside its validity ({valid.en})")
        yield Obstacle("validity", words)


def next_look(rule: Rule, zone: str, now: Moment) -> str | None:
    """Return when an enabled rule looks next by its schedules, within its validity; None where it does not."""
    if not rule.definition.enabled:
        return None
    first = rule.definition.valid_from
    since = now if first is None else max(now, start_of_day(day_of_text(first), zone) - 1)
    upcoming = [slot_after(item.cron, item.zone or zone, since) for item in rule.schedules]
    valid = [slot for slot in upcoming if rule.is_valid_on(day_of(slot, zone))]
    return moment_text(min(valid)) if valid else None
