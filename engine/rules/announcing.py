"""Checks what this version cannot run yet, names, types and all, and refuses it by name: nothing stated is ignored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from engine.kernel.persons import PersonsDef
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.types import NumberType
from engine.rules import problems
from engine.rules.announced import (
    AnnouncedDef,
    DeliveryDef,
    RetryDef,
    SnapshotDef,
)
from engine.rules.events import EventDef

PERSONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "watchers": ("关注人", "watchers"),
    }
)


def not_yet(work: Gathering, place: str, what: tuple[str, str]) -> None:
    """Gather that something cannot be run yet; ``what`` names it in Chinese and English."""
    work.found.append(problems.NOT_YET.at(place, what_zh=what[0], what_en=what[1]))


def check_event(event: EventDef, place: str, work: Gathering) -> None:
    """Gather what of an event cannot be run yet."""
    check_persons(event.by, f"{place}.button.by", work)


def check_persons(who: Iterable[PersonsDef], place: str, work: Gathering) -> None:
    """Gather the persons that cannot be found yet."""
    for number, item in enumerate(who):
        if item.kind in PERSONS:
            not_yet(work, f"{place}[{number}].{item.kind}", PERSONS[item.kind])


def check_delivery(delivery: DeliveryDef | None, place: str, work: Gathering) -> None:
    """Gather what of a delivery would do nothing, or contradicts itself."""
    if delivery is None:
        return
    if not delivery.outside:
        parts = {
            "quiet_hours": delivery.quiet_hours,
            "digest": delivery.digest,
            "retry": delivery.retry,
            "urgent": delivery.is_urgent or None,
            "amount": delivery.amount,
        }
        stated = [part for part, value in parts.items() if value is not None]
        work.found.extend(problems.NOTHING_OUTSIDE.at(f"{place}.{part}", part=part) for part in stated)
    if delivery.quiet_hours is not None and delivery.quiet_hours[0] == delivery.quiet_hours[1]:
        work.found.append(problems.NO_QUIET.at(f"{place}.quiet_hours", time=delivery.quiet_hours[0]))
    if delivery.is_urgent and delivery.digest is not None:
        work.found.append(problems.NOT_BOTH.at(f"{place}.urgent"))
    check_retry(delivery.retry, f"{place}.retry", work)


def amount_of(delivery: DeliveryDef | None, place: str, work: Gathering) -> Expression | None:
    """Return what is at stake in a notification, compiled; gather that it is no number."""
    amount = None if delivery is None else work.expression(f"{place}.amount", delivery.amount)
    if amount is not None and not isinstance(amount.type, NumberType):
        work.found.append(problems.NO_AMOUNT.at(f"{place}.amount"))
        return None
    return amount


def check_retry(retry: RetryDef | None, place: str, work: Gathering) -> None:
    """Gather that the pause before another try is none."""
    wait = None if retry is None else retry.wait
    if wait is not None and (wait.unit in ("workdays", "work_hours") or wait.count < 1):
        work.found.append(problems.NO_PAUSE.at(f"{place}.wait"))


def check_announced(place: str, action: AnnouncedDef, work: Gathering) -> None:
    """Gather that an action cannot be run yet."""
    match action:
        case SnapshotDef():
            what = ("快照", "snapshot")
    not_yet(work, place, what)
