"""Days of a time zone: exact for every zone and year, and fast enough to be asked for every row."""

from __future__ import annotations

from functools import lru_cache

from engine.kernel.clocks import DAY_MS, FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT, Day, Moment, datetime_of, zone

_QUARTER_MS = 900_000
_HOURS, _SIXTY = range(24), range(60)
_LOWEST = FIRST_MOMENT + 2 * DAY_MS
_HIGHEST = LAST_MOMENT - 2 * DAY_MS


def exact_offset(moment: Moment, zone_name: str) -> int:
    """Return how far local time is ahead of UTC, in milliseconds; at the calendar's ends, that of two days inward."""
    local = datetime_of(min(max(moment, _LOWEST), _HIGHEST)).astimezone(zone(zone_name))
    offset = local.utcoffset()
    return 0 if offset is None else (offset.days * 86_400 + offset.seconds) * 1000 + offset.microseconds // 1000


@lru_cache(maxsize=65_536)
def _quarter_offset(quarter: int, zone_name: str) -> int | None:
    """Return the offset of a whole quarter of an hour, or None where it changes within."""
    start = quarter * _QUARTER_MS
    offset = exact_offset(start, zone_name)
    return offset if offset == exact_offset(start + _QUARTER_MS - 1, zone_name) else None


def _offset(moment: Moment, zone_name: str) -> int:
    offset = _quarter_offset(moment // _QUARTER_MS, zone_name)
    return exact_offset(moment, zone_name) if offset is None else offset


def day_of(moment: Moment, zone_name: str) -> Day | None:
    """Return the calendar day of ``moment`` in the zone; None outside the years 1 to 9999."""
    day = (moment + _offset(moment, zone_name)) // DAY_MS
    return day if FIRST_DAY <= day <= LAST_DAY else None


def local_of(moment: Moment, zone_name: str) -> int:
    """Return what the clocks of the zone show at a moment, in milliseconds as if they were those of UTC."""
    return moment + _offset(moment, zone_name)


def _change_within(quarter: int, zone_name: str) -> Moment:
    """Return the first moment of the quarter's second offset."""
    low, high = quarter * _QUARTER_MS, (quarter + 1) * _QUARTER_MS - 1
    first = exact_offset(low, zone_name)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if exact_offset(middle, zone_name) == first else (low, middle)
    return high


@lru_cache(maxsize=8_192)
def day_start(day: Day, zone_name: str) -> Moment | None:
    """Return the first moment of the day: before it are earlier days, from it on this day and later ones.

    None where the zone once turned its clocks back over midnight just here, so that days do not follow each other: then
    no single moment divides them.
    """
    midnight = day * DAY_MS
    begin, end = midnight - 2 * DAY_MS, midnight + 2 * DAY_MS
    cuts = [begin]
    for quarter in range(begin // _QUARTER_MS, end // _QUARTER_MS + 1):
        if _quarter_offset(quarter, zone_name) is None:
            cuts.append(_change_within(quarter, zone_name))
        elif _offset(quarter * _QUARTER_MS - 1, zone_name) != _offset(quarter * _QUARTER_MS, zone_name):
            cuts.append(quarter * _QUARTER_MS)
    found: Moment | None = None
    for start, stop in zip(cuts, [*cuts[1:], end], strict=True):
        crossing = max(start, midnight - _offset(start, zone_name))
        if found is None:
            found = crossing if crossing < stop else None
        elif crossing > start:
            return None
    return found


@lru_cache(maxsize=64)
def moments_of_days(zone_name: str) -> tuple[Moment, Moment]:
    """Return the first and the last moment of the years 1 to 9999 in UTC that have such a day in the zone."""
    first = FIRST_DAY * DAY_MS - _offset(FIRST_MOMENT, zone_name)
    last = (LAST_DAY + 1) * DAY_MS - _offset(LAST_MOMENT, zone_name) - 1
    return max(first, FIRST_MOMENT), min(last, LAST_MOMENT)


def moment_at(day: Day, hour: int, minute: int, second: int, zone_name: str) -> Moment | None:
    """Return the moment at which the clocks of the zone show that time; None where there is no such time of day.

    A time that is skipped because clocks go forward counts as if they had not, so it is as much later; of a time that
    comes twice because clocks go back it is the first. What lies outside the years 1 to 9999 in UTC is None.
    """
    if hour not in _HOURS or minute not in _SIXTY or second not in _SIXTY:
        return None
    return moment_shown(day * DAY_MS + (hour * 3_600 + minute * 60 + second) * 1_000, zone_name)


def moment_shown(local: int, zone_name: str) -> Moment | None:
    """Return the moment at which the clocks of the zone show what they show in UTC at ``local``; see ``moment_at``."""
    before = _offset(local - DAY_MS, zone_name)
    after = before if _offset(local - before, zone_name) == before else _offset(local + DAY_MS, zone_name)
    moment = local - (after if _offset(local - after, zone_name) == after else before)
    return moment if FIRST_MOMENT <= moment <= LAST_MOMENT else None
