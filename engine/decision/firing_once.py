"""Rules that fire once only: for what, and whether they have; knows nothing of how that is kept."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from typing import cast

from engine.decision.changeset import Firing
from engine.decision.commands import RunRules
from engine.decision.facts import EntriesQuery, FiredQuery
from engine.decision.work import Work
from engine.kernel.clocks import LAST_DAY, Day, Moment, date_of, day_number, day_of, start_of_day
from engine.rules.definitions import Once
from engine.rules.rules import Rule


def moment_of(work: Work, body: RunRules) -> Moment:
    """Return when that happened at which rules look now: a queue may be late, a slot may be caught up with."""
    return work.now if body.happened is None else body.happened


def ask_ahead(work: Work, body: RunRules, rules: Iterable[Rule]) -> None:
    """Ask at once for all that is needed to know which of these rules have fired."""
    once = [rule for rule in rules if rule.definition.once is not None]
    if any(rule.definition.once == "state" for rule in once):
        work.fetch((_entries(body),))
    work.fetch(_fired(work, body, rule) for rule in once)


def may_fire(work: Work, body: RunRules, rule: Rule) -> bool:
    """Tell whether a rule that fires once only has not fired yet; any other may fire as often as it likes.

    A state into which this very decision has brought the record is new to every rule.
    """
    once = rule.definition.once
    if once is None:
        return True
    if work.firings and _fires_here(work, _fired(work, body, rule)):
        return False
    return (once == "state" and bool(_entered_here(work, body))) or not work.fact(_fired(work, body, rule))


def _fires_here(work: Work, fired: FiredQuery) -> bool:
    """Tell whether a rule has fired in this very decision for what it would fire for now."""
    keys = (fired.app, fired.rule, fired.record, fired.period)
    return any((one.app, one.rule, one.record, one.period) == keys for one in work.firings)


def firing(work: Work, body: RunRules, rule: Rule) -> tuple[Firing, ...]:
    """Return what to keep where a rule fires now, before it has done anything; nothing where it may fire again."""
    if rule.definition.once is None:
        return ()
    fired = _fired(work, body, rule)
    over_at = over(rule.definition.once, _day(work, body), work.app(body.app).zone)
    return (Firing(fired.app, fired.rule, fired.record, fired.period, work.moment, over_at),)


def fired_already(work: Work, rule: Rule, record: tuple[str, str, str]) -> None:
    """Keep that a rule has fired for the state into which this very decision brings a record back.

    So a rule that fires once for a state does not fire anew because what it did is undone.
    """
    entered = [change for change in work.state_changes if (change.app, change.form, change.record) == record]
    if rule.definition.once != "state" or not entered:
        return
    entries = cast("int", work.fact(EntriesQuery(*record))) + len(entered)
    app, _, id = record
    work.firings.append(Firing(app, rule.definition.uid, id, period_of("state", 0, entries), work.moment, None))


def period_of(once: Once, day: Day, entries: int) -> str:
    """Return the name of what a rule fires once for: equal names are one and the same.

    ``day`` is that of the event, in the app's zone; ``entries`` counts how often the record has come into a state, so
    that a state that is left and entered again is another one, however fast that goes.
    """
    match once:
        case "record":
            return ""
        case "state":
            return f"state:{entries}"
        case "day" | "week" | "month":
            return f"{once}:{date_of(_first_day(once, day)).isoformat()}"


def over(once: Once, day: Day, zone: str) -> Moment | None:
    """Return when the day, the week (from Monday) or the month is over that a day is in; None for what has no end."""
    match once:
        case "day":
            following = day + 1
        case "week":
            following = _first_day("week", day) + 7
        case "month":
            first = date_of(_first_day("month", day))
            following = day_number(first) + monthrange(first.year, first.month)[1]
        case "record" | "state":
            return None
    return start_of_day(min(following, LAST_DAY), zone)


def _first_day(once: Once, day: Day) -> Day:
    match once:
        case "week":
            return day - date_of(day).weekday()
        case "month":
            return day - date_of(day).day + 1
        case _:
            return day


def _fired(work: Work, body: RunRules, rule: Rule) -> FiredQuery:
    once = cast("Once", rule.definition.once)
    entries = _entries_so_far(work, body) if once == "state" else 0
    return FiredQuery(body.app, rule.definition.uid, body.record, period_of(once, _day(work, body), entries))


def _day(work: Work, body: RunRules) -> Day:
    return day_of(moment_of(work, body), work.app(body.app).zone)


def _entries(body: RunRules) -> EntriesQuery:
    return EntriesQuery(body.app, body.form, body.record)


def _entries_so_far(work: Work, body: RunRules) -> int:
    return cast("int", work.fact(_entries(body))) + len(_entered_here(work, body))


def _entered_here(work: Work, body: RunRules) -> Sequence[object]:
    key = (body.app, body.form, body.record)
    return [change for change in work.state_changes if (change.app, change.form, change.record) == key]
