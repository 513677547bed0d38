"""Slots: the moments of a cron line in a time zone; knows nothing of rules nor of who plays them."""

from __future__ import annotations

from cronsim import CronSim, CronSimError

from engine.kernel.clocks import Moment, datetime_of, moment_number, zone


def is_cron(line: str) -> bool:
    """Tell whether ``line`` is a cron line of five fields that comes true at some time."""
    if len(line.split()) != FIELDS:
        return False
    try:
        next(CronSim(line, datetime_of(0)))
    except (CronSimError, StopIteration):
        return False
    return True


FIELDS = 5
"""Minute, hour, day of month, month, day of week: no seconds."""


def slot_after(line: str, zone_name: str, moment: Moment) -> Moment:
    """Return the first slot later than ``moment``, by the zone's clocks: across daylight saving as cron does."""
    return moment_number(next(CronSim(line, datetime_of(moment).astimezone(zone(zone_name)))))


def latest_slot(line: str, zone_name: str, moment: Moment) -> Moment:
    """Return the last slot that is not later than ``moment``."""
    later = datetime_of(moment + 1).astimezone(zone(zone_name))
    return moment_number(next(CronSim(line, later, reverse=True)))
