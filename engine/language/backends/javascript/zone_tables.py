"""The offsets of a time zone as a table for the evaluator: what the server's zones say, whatever a browser's are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from engine.kernel.canonical import Json
from engine.kernel.clocks import DAY_MS, EPOCH, date_of, day_number
from engine.language.zones import exact_offset

_FIRST_YEAR = 1800
_LAST_YEAR = 2100
"""All changes of the past, and those that are known of the future one by one, lie between these years."""

_CYCLE = 28
"""Years in which every kind of calendar comes: those after the last year are like these."""

Change = tuple[int, int]
"""The second since 1970 from which an offset holds, and the offset in seconds."""


@lru_cache(maxsize=64)
def zone_table(zone_name: str) -> Json:
    """Return ``{"cuts", "offsets", "yearly"}`` as ``zones.ts`` describes it."""
    changes = list(_changes(zone_name, _FIRST_YEAR, _LAST_YEAR + _CYCLE))
    kept = [change for change in changes if change[0] < _second(date(_LAST_YEAR, 1, 1))]
    yearly = _yearly(changes[len(kept) :])
    first = exact_offset(_second(date(_FIRST_YEAR, 1, 1)) * 1000, zone_name) // 1000
    return {
        "cuts": [second for second, _ in kept],
        "offsets": [first, *(offset for _, offset in kept)],
        "yearly": yearly,
    }


def _second(day: date) -> int:
    return (day - EPOCH).days * 86_400


def _changes(zone_name: str, first_year: int, end_year: int) -> Iterator[Change]:
    begin = day_number(date(first_year, 1, 1)) * DAY_MS
    end = day_number(date(end_year, 1, 1)) * DAY_MS
    before = exact_offset(begin, zone_name)
    for moment in range(begin + DAY_MS, end + 1, DAY_MS):
        after = exact_offset(moment, zone_name)
        if after != before:
            yield _found(moment - DAY_MS, moment, before, zone_name), after // 1000
            before = after


def _found(low: int, high: int, before: int, zone_name: str) -> int:
    """Return the second between two moments from which the offset is another."""
    low, high = low // 1000, high // 1000
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if exact_offset(middle * 1000, zone_name) == before else (low, middle)
    return high


def _yearly(changes: Sequence[Change]) -> list[list[int]]:
    """Return the rules by which a whole cycle of years changes; raises where it follows none."""
    kinds = len(changes) // _CYCLE
    rules = [_rule(changes[number::kinds]) for number in range(kinds)]
    if [change for year in range(_CYCLE) for change in (_applied(rule, _LAST_YEAR + year) for rule in rules)] != [
        *changes
    ]:
        raise ValueError(changes)
    return rules


def _rule(changes: Sequence[Change]) -> list[int]:
    """Return month, the first possible day in it, weekday, second of the day and offset of one change of every year."""
    second, offset = changes[0]
    month = date_of(second // 86_400).month
    days = [at // 86_400 - day_number(date(_LAST_YEAR + year, month, 1)) + 1 for year, (at, _) in enumerate(changes)]
    return [month, min(days), date_of(second // 86_400).weekday(), second % 86_400, offset]


def _applied(rule: Sequence[int], year: int) -> Change:
    month, day, weekday, second, offset = rule
    first = day_number(date(year, month, 1)) + day - 1
    return (first + (weekday - date_of(first).weekday()) % 7) * 86_400 + second, offset
