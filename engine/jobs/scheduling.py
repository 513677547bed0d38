"""The scheduler: it claims the slots and deadlines that have come, each once, and leaves a message for each."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from engine.catalog.boards import board_of, schedule_of
from engine.catalog.connectors.intakes import is_pull
from engine.decision.changeset import OutboxMessage
from engine.decision.sending import BOARD_SLOT
from engine.jobs.deadlines import CHANCE, deadline_message
from engine.jobs.sending import sending_of
from engine.jobs.sweeping import matching, rule_of, sweep_message
from engine.kernel.clocks import Moment, day_of, moment_text
from engine.kernel.identifiers import RandomBytes, derived_id
from engine.rules.events import CatchUp, ScheduleDef
from engine.rules.schedules import latest_slot, slot_after
from engine.runtime.boards_clock import is_snapshot, snapshot_message
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.runtime.pulling import begin
from engine.storage import schedules, timers
from engine.storage.schedules import Schedule

if TYPE_CHECKING:
    from sqlalchemy import Connection

log = logging.getLogger(__name__)

TIMERS = 200
"""How many deadlines one transaction claims."""

MOST_MISSED = 1_000
"""How many missed slots of one schedule are played that catches up on all; what lies before them is left out."""

STALE_MS = 60_000
"""How old the slot may be of a schedule that does not catch up, where nobody knows who looked at the clock before."""

AT_TIMERS, AT_SLOTS = 0x400, 0x800
"""Where the ids of these messages stand among those of one moment: deadlines come first, then slots."""

LAST_PLACE = 0x3FF


@dataclass(frozen=True, slots=True)
class Claimed:
    """How many slots and deadlines were claimed, and how many messages were left for them."""

    slots: int = 0
    timers: int = 0
    messages: int = 0


def is_due(connection: Connection, now: Moment) -> bool:
    """Tell whether a slot or a deadline has come."""
    first = (schedules.next_slot(connection), timers.next_due(connection))
    return any(moment is not None and moment <= now for moment in first)


def claim(
    execution: Execution,
    connection: Connection,
    now: Moment,
    *,
    last_look: Moment | None = None,
    look: bool = False,
) -> Claimed:
    """Claim what has come by ``now``, in the caller's write transaction.

    ``last_look`` is when the caller last looked at the clock: what came since did not come too late. With ``look`` a
    slot is looked at right here while nothing else has come before it; where no record meets the condition then, that
    was its sweep, and no message is left.
    """
    come = timers.due(connection, now, TIMERS)
    taken = [timer for timer in come if timers.claim(connection, timer)]
    random = execution.randomness
    messages = [deadline_message(timer, AT_TIMERS + min(at, LAST_PLACE), random) for at, timer in enumerate(taken)]
    due = schedules.due(connection, now) if len(come) < TIMERS else ()  # all deadlines of a moment before its slots
    slots = 0
    if due:
        current = execution.catalogs.current(connection)
        for schedule, slot in _played(connection, current, due, now, last_look):
            slots += 1
            if is_pull(schedule.rule):
                # Trials, scenarios and demos call nobody: there the slots of pulls go by.
                messages += (
                    ()
                    if not execution.outside.is_open
                    else _pull(connection, current, schedule, slot, min(slots, LAST_PLACE), random)
                )
            elif board_of(schedule.rule) is not None:
                if execution.outside.is_open:
                    messages.append(_board_message(schedule, slot, min(slots, LAST_PLACE), random))
            elif not (look and not messages and _is_in_vain(connection, current, schedule, slot)):
                messages.append(slot_message(schedule, slot, min(slots, LAST_PLACE), random))
    if messages:
        execution.send(connection, derived_id(f"scheduler/{now}", now, 0), messages)
    return Claimed(slots, len(taken), len(messages))


def _played(
    connection: Connection, current: Current, due: tuple[Schedule, ...], now: Moment, last_look: Moment | None
) -> Iterator[tuple[Schedule, Moment]]:
    """Claim these schedules; go through the slots that fell to this process, in order of time."""
    found: list[tuple[Moment, int, Schedule]] = []
    for place, schedule in enumerate(due):
        if schedules.claim(connection, schedule, slot_after(schedule.cron, schedule.zone, now)):
            found += [(slot, place, schedule) for slot in _slots(current, schedule, now, last_look)]
    yield from ((schedule, slot) for slot, _, schedule in sorted(found, key=lambda item: item[:2]))


def _slots(current: Current, schedule: Schedule, now: Moment, last_look: Moment | None) -> tuple[Moment, ...]:
    """Return the slots to play; of a schedule for workdays those on other days were never there."""
    catch_up, known = catch_up_of(current, schedule), _schedule_def(current, schedule)
    if known is None or not known.workdays:
        return slots_of(schedule, catch_up, now, last_look)
    calendar = current.catalog.calendar(schedule.app)

    def counts(slot: Moment) -> bool:
        return calendar.is_workday(day_of(slot, schedule.zone))

    if catch_up == "latest":
        latest = slots_of(schedule, "latest", now)[0]
        return tuple(islice(filter(counts, chain((latest,), _missed(schedule, latest))), 1))
    return tuple(slot for slot in slots_of(schedule, catch_up, now, last_look) if counts(slot))


def catch_up_of(current: Current, schedule: Schedule) -> CatchUp:
    """Return how a schedule catches up; one that its rule no longer has plays the latest slot, which finds no rule."""
    known = _schedule_def(current, schedule)
    return "latest" if known is None else known.catch_up


def _schedule_def(current: Current, schedule: Schedule) -> ScheduleDef | None:
    if (board := board_of(schedule.rule)) is not None:
        send = sending_of(current, schedule.app, board)
        return None if send is None else schedule_of(send)
    rule = rule_of(current, schedule.app, schedule.rule)
    known = () if rule is None else rule.schedules
    return known[schedule.number] if schedule.number < len(known) else None


def slots_of(schedule: Schedule, catch_up: CatchUp, now: Moment, last_look: Moment | None = None) -> tuple[Moment, ...]:
    """Return the slots to play of a schedule whose next one has come, in order."""
    latest = schedule.next_slot
    if slot_after(schedule.cron, schedule.zone, latest) <= now:
        latest = max(latest, latest_slot(schedule.cron, schedule.zone, now))
    match catch_up:
        case "none":
            in_time = now - STALE_MS if last_look is None else min(now - STALE_MS, last_look)
            return (latest,) if latest >= in_time else ()
        case "latest":
            return (latest,)
        case "all":
            return tuple(reversed([latest, *_missed(schedule, latest)]))


def _missed(schedule: Schedule, latest: Moment) -> Iterator[Moment]:
    """Go back through the slots before the latest one, at most ``MOST_MISSED`` with it."""
    slot = latest
    for _ in range(MOST_MISSED - 1):
        if slot <= schedule.next_slot:
            return
        slot = latest_slot(schedule.cron, schedule.zone, slot - 1)
        if slot >= schedule.next_slot:
            yield slot
    if slot > schedule.next_slot:
        rule, since, until = f"{schedule.app}.{schedule.rule}", moment_text(schedule.next_slot), moment_text(slot)
        log.warning("%s missed more than %s slots: those from %s to %s are left out", rule, MOST_MISSED, since, until)


def _is_in_vain(connection: Connection, current: Current, schedule: Schedule, slot: Moment) -> bool:
    if is_snapshot(schedule.rule):
        return False
    rule = rule_of(current, schedule.app, schedule.rule)
    return rule is None or not matching(connection, current, schedule.app, rule, slot, "", 1)


def _pull(
    connection: Connection, current: Current, schedule: Schedule, slot: Moment, place: int, random: RandomBytes
) -> Iterator[OutboxMessage]:
    """Begin the pull of a schedule, unless it is gone, is switched to another clock, or is under way."""
    app = current.catalog.apps.get(schedule.app)
    named, _, key = schedule.rule.partition("/")
    connector = None if app is None else app.connectors.get(named)
    pull = None if connector is None else connector.pulls.get(key)
    if connector is None or pull is None or pull.cron != schedule.cron:
        return
    id = derived_id(f"slot/{schedule.app}/{schedule.rule}/{random(CHANCE).hex()}", slot, AT_SLOTS + place)
    message = begin(connection, schedule.app, connector, pull, (id, slot))
    if message is not None:
        yield message


def _board_message(schedule: Schedule, slot: Moment, place: int, random: RandomBytes) -> OutboxMessage:
    id = derived_id(f"slot/{schedule.app}/{schedule.rule}/{random(CHANCE).hex()}", slot, AT_SLOTS + place)
    payload = {"app": schedule.app, "board": board_of(schedule.rule), "cron": schedule.cron}
    return OutboxMessage(id, BOARD_SLOT, payload, slot)


def slot_message(schedule: Schedule, slot: Moment, place: int, random: RandomBytes) -> OutboxMessage:
    """Return the message that plays a slot; ``place`` orders it among the slots of one moment.

    A slot may be played again (by a demo, or after the machine's clock was set back), so the id has chance in it.
    """
    name = f"slot/{schedule.app}/{schedule.rule}/{schedule.number}/{random(CHANCE).hex()}"
    id = derived_id(name, slot, AT_SLOTS + place)
    if is_snapshot(schedule.rule):
        return snapshot_message(schedule.app, schedule.rule, slot, id)
    return sweep_message(schedule.app, schedule.rule, schedule.cron, slot, id)
