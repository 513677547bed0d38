"""How people are told outside of the platform: what a message carries of it, and when it may go out.

``notify`` tells people inside and sends a message of the kind ``tell`` for each way outside; what is gathered into a
digest goes out by one of the kind ``digest``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from engine.decision.calls import retry_json
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment, datetime_of, moment_number, zone
from engine.language.types import NumberType

if TYPE_CHECKING:
    from engine.kernel.values import Value
    from engine.language.expressions import Expression
    from engine.rules.announced import DeliveryDef

TELL, DIGEST = "tell", "digest"
MAIL = "mail"
ROBOTS = ("wecom", "dingtalk", "feishu")
WAYS = (MAIL, *ROBOTS)
"""The ways outside: mail goes to each person, a robot speaks to its group."""

IN_APP = "in_app"
"""The way inside, on which what waits for the morning comes once more as one message."""

MORNING = time(8)
"""When digests of a day and of a week (on Mondays) go out, by the app's zone."""


LARGEST = 10**17
"""What is at stake is sorted as if it were no more, in hundredths: both databases keep it."""


def standing_of(way: str) -> tuple[str, str]:
    """Return the app (none) and the key by which it is kept how a way stands; no connector has such ones."""
    return "", f"tell/{way}"


def delivery_json(
    delivery: DeliveryDef | None, zone_name: str, *, is_urgent: bool = False, amount: int | None = None
) -> Json:
    """Return how a notification goes out as its message carries it; None where nobody is told outside.

    ``is_urgent`` says that it interrupts by the nature of its rule; ``amount`` is what is at stake, in hundredths.
    """
    if delivery is None or not delivery.outside:
        return None
    return {
        "channels": list(delivery.outside),
        "quiet": list(delivery.quiet_hours) if delivery.quiet_hours else None,
        "digest": delivery.digest,
        "retry": retry_json(delivery.retry),
        "zone": zone_name,
        "urgent": is_urgent or delivery.is_urgent,
        "amount": amount,
    }


def hundredths(expression: Expression, value: Value) -> int | None:
    """Return a number that an expression gave in hundredths, as it is kept; blank stays blank."""
    if value is None or not isinstance(expression.type, NumberType):
        return None
    found = value * 100 // 10**expression.type.scale
    return int(max(-LARGEST, min(LARGEST, found)))


def going_out(delivery: Mapping[str, Json], now: Moment) -> Moment:
    """Return when something that is told now may go out: with its digest, and never in quiet hours."""
    at = now if delivery["digest"] is None else next_digest(delivery["digest"], now, delivery["zone"])
    return out_of_quiet(at, delivery["quiet"], delivery["zone"])


def next_digest(digest: str, now: Moment, zone_name: str) -> Moment:
    """Return the next moment at which a digest goes out: a full hour, a morning, or the morning of a Monday."""
    here = datetime_of(now).astimezone(zone(zone_name))
    if digest == "hourly":
        begun = timedelta(minutes=here.minute, seconds=here.second, microseconds=here.microsecond)
        return moment_number(datetime_of(now) - begun + timedelta(hours=1))
    day = here.date()
    if digest == "weekly":
        day += timedelta(days=-day.weekday() % 7)
    morning = moment_number(datetime.combine(day, MORNING, zone(zone_name)))
    if morning <= now:
        day += timedelta(days=7 if digest == "weekly" else 1)
        morning = moment_number(datetime.combine(day, MORNING, zone(zone_name)))
    return morning


def after_quiet(at: Moment, begin: time, end: time, zone_name: str) -> Moment:
    """Return the moment itself, or the end of the quiet hours in which it lies; they may go over midnight."""
    here = datetime_of(at).astimezone(zone(zone_name))
    clock = here.time()
    if not (begin <= clock < end if begin < end else clock >= begin or clock < end):
        return at
    day = here.date() + timedelta(days=0 if clock < end else 1)
    return max(at, moment_number(datetime.combine(day, end, zone(zone_name))))


def out_of_quiet(at: Moment, quiet: Sequence[str] | None, zone_name: str) -> Moment:
    """Return the moment itself, or the end of the stated quiet hours in which it lies."""
    if quiet is None:
        return at
    begin, end = (time.fromisoformat(written) for written in quiet)
    return after_quiet(at, begin, end, zone_name)
