"""Turning the design of a rule into a rule that runs; names that do not exist are problems with their place."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.language.expressions import Expression, ReadSet
from engine.language.gathering import Gathering
from engine.language.types import BooleanType, DateTimeType, DateType
from engine.rules import problems
from engine.rules.announcing import check_event
from engine.rules.compiling_actions import compile_actions
from engine.rules.definitions import BranchDef, RefuseDef, RuleDef, SetDef, every_action
from engine.rules.events import ScheduleDef
from engine.rules.naming import Names, check_known
from engine.rules.posting import PostDef, ReverseDef
from engine.rules.rules import Ahead, Rule
from engine.rules.schedules import is_cron

BEFORE_ACTIONS = (SetDef, RefuseDef, BranchDef, PostDef, ReverseDef)


def compile_rule(definition: RuleDef, work: Gathering, names: Names) -> Rule | None:
    """Return the running rule, or None; problems are gathered by ``work``."""
    before = len(work.found)
    _check_events(definition, work, names)
    deadline = _compile_deadline(definition, work)
    when = work.expression("when", definition.when, BooleanType)
    actions = compile_actions("then", definition.then, work, names)
    _check_moment(definition, work)
    _check_options(definition, work, names)
    ahead = _compile_ahead(definition, work)
    if len(work.found) > before:
        return None
    return Rule(definition, when, actions, deadline, ahead, names.begins_in)


def _check_events(definition: RuleDef, work: Gathering, names: Names) -> None:
    for number, event in enumerate(definition.on):
        place = f"on[{number}].{event.kind}"
        match event.kind:
            case "changed":
                check_known(work, place, event.names, names.fields)
            case "entered" | "left":
                check_known(work, place, event.names, names.states)
            case "before":
                check_known(work, place, event.names, {*names.transitions, "save"})
            case "approval_done":
                check_known(work, place, event.names[:1], names.approvals)
            case "signing_done":
                check_known(work, place, event.names[:1], names.signings)
            case "webhook":
                check_known(work, place, event.names, names.hooks)
            case "schedule" if event.schedule is not None:
                check_schedule(event.schedule, place, work)
            case _:
                pass
        check_event(event, f"on[{number}]", work)


def check_schedule(schedule: ScheduleDef, place: str, work: Gathering) -> None:
    """Gather that a schedule never comes, or that there is no such zone."""
    if not is_cron(schedule.cron):
        work.found.append(problems.BAD_CRON.at(f"{place}.cron", cron=schedule.cron))
    if schedule.zone is None:
        return
    try:
        ZoneInfo(schedule.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        work.found.append(problems.NO_SUCH_ZONE.at(f"{place}.timezone", zone=schedule.zone))


def _check_options(definition: RuleDef, work: Gathering, names: Names) -> None:
    """Gather the options that contradict the calendar or the events."""
    days = [(key, day) for key in ("valid_from", "valid_to") if (day := getattr(definition, key)) is not None]
    wrong = [(key, day) for key, day in days if not _is_day(day)]
    if not wrong and len(days) > 1 and days[0][1] > days[1][1]:
        wrong = days[1:]
    work.found.extend(problems.BAD_VALIDITY.at(key, got=day) for key, day in wrong)
    if definition.once is not None and any(event.kind == "before" for event in definition.on):
        work.found.append(problems.ONCE_BEFORE.at("once"))
    if definition.once == "state" and not names.states:
        work.found.append(problems.ONCE_WITHOUT_STATES.at("once", form=definition.form))


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _compile_deadline(definition: RuleDef, work: Gathering) -> Expression | None:
    """Compile the deadline that a rule looks on; a rule has one, so that a record has one timer of it.

    It reads the record alone: whenever it changes, the record is saved, and that sets the timer anew.
    """
    found = [(number, event.deadline) for number, event in enumerate(definition.on) if event.deadline is not None]
    if len(found) > 1:
        work.found.append(problems.TWO_DEADLINES.at(f"on[{found[1][0]}].deadline"))
    if not found:
        return None
    at = f"on[{found[0][0]}].deadline"
    place = f"{at}.at" if definition.on[found[0][0]].ahead is not None else at
    return _own_moment(place, found[0][1], work)


def _own_moment(place: str, source: str | None, work: Gathering) -> Expression | None:
    """Compile an expression for a date or moment that reads the record alone."""
    moment = work.expression(place, source)
    if moment is None:
        return None
    if not isinstance(moment.type, DateType | DateTimeType):
        work.found.append(problems.NO_MOMENT.at(place))
    work.found.extend(problems.DEADLINE_READS.at(place, what=what) for what in _beyond_the_record(moment.reads))
    return moment


def _compile_ahead(definition: RuleDef, work: Gathering) -> Ahead | None:
    """Compile how far from its deadline the rule looks."""
    found = [(number, event.ahead) for number, event in enumerate(definition.on) if event.ahead is not None]
    if not found:
        return None
    place, ahead = f"on[{found[0][0]}].deadline", found[0][1]
    if ahead.since is not None and ahead.percent is None:
        work.found.append(problems.SINCE_WITHOUT_PERCENT.at(f"{place}.since"))
    return Ahead(ahead.offset, ahead.percent, _own_moment(f"{place}.since", ahead.since, work))


def _beyond_the_record(reads: ReadSet) -> list[str]:
    given = (("now()", reads.reads_now), ("today()", reads.reads_today), ("me", reads.reads_me))
    related = [item.form for item in reads.aggregates] + [item.form for _, item in reads.distant]
    people = ["person"] if reads.people else []
    paths = [f"{way}.{key}" for way, key in sorted(reads.paths)]
    return [*(word for word, read in given if read), *paths, *people, *related]


def _check_moment(definition: RuleDef, work: Gathering) -> None:
    moments = {event.kind == "before" for event in definition.on}
    if len(moments) > 1:
        work.found.append(problems.MIXED_EVENTS.at("on"))
        return
    for place, action in every_action(definition.then):
        name = type(action).__name__.removesuffix("Def")
        if moments == {True} and not isinstance(action, BEFORE_ACTIONS):
            work.found.append(problems.NOT_BEFORE.at(place, action=name))
        if moments == {False} and isinstance(action, RefuseDef):
            work.found.append(problems.NOT_AFTER.at(place, action=name))
