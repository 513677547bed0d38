"""The working hours of a zone's workdays as people write them: ``[["09:00", "12:00"], ["13:00", "18:00"]]``.

They are kept beside the days of the zone, under ``HOURS``; where they are not, the usual ones hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.language.calendars import Spans
from engine.runtime.calendars import problems

HOURS = "hours"
MOST_SPANS = 6
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_HOUR = 60

Written = Sequence[Sequence[str]]
"""Spans as they are written: from and until, ``24:00`` for the end of the day."""


def read_hours(written: Written) -> Spans:
    """Return working hours from how they are written; EngineError where they are none, or not one after the other."""
    if not 1 <= len(written) <= MOST_SPANS:
        raise EngineError(problems.NO_HOURS.at(HOURS, given=f"{len(written)}", most=MOST_SPANS))
    spans = tuple(_span(number, one) for number, one in enumerate(written))
    for number, (before, after) in enumerate(pairwise(spans), start=1):
        if after[0] < before[1]:
            raise EngineError(
                problems.NO_HOURS.at(f"{HOURS}.{number}", given="-".join(written[number]), most=MOST_SPANS)
            )
    return spans


def hours_json(spans: Spans) -> Json:
    """Return working hours as they are written."""
    return [[_clock(begin), _clock(end)] for begin, end in spans]


def hours_said(kept: Json) -> Spans | None:
    """Return the working hours in the JSON that is kept of a zone; None where nobody has said anything of them."""
    written = kept.get(HOURS) if isinstance(kept, dict) else None
    return None if written is None else read_hours(written)


def shown_hours(spans: Spans) -> str:
    """Return working hours in a line: ``09:00-12:00 13:00-18:00``."""
    return " ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in spans)


def read_line(line: str) -> Written:
    """Return the spans that a line spells, as ``shown_hours`` writes it; commas may part them, too."""
    return tuple(_parts(line))


def _parts(line: str) -> Iterator[Sequence[str]]:
    for one in re.split(r"[\s,;\uff0c\u3001\uff1b]+", line.replace("\uff1a", ":").strip()):
        if one:
            yield tuple(part.zfill(len("00:00")) for part in re.split(r"[-\u2013\u2014~\uff5e]", one))


def _span(number: int, written: Sequence[str]) -> tuple[int, int]:
    marks = [_minutes(one) for one in written if _CLOCK.fullmatch(one)]
    if len(marks) != len(written) or len(marks) != len(("from", "until")) or marks[0] >= marks[1]:
        place, given = f"{HOURS}.{number}", "-".join(written)[:20]
        raise EngineError(problems.NO_HOURS.at(place, given=given, most=MOST_SPANS))
    return marks[0], marks[1]


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * _HOUR + int(minute)


def _clock(minutes: int) -> str:
    return f"{minutes // _HOUR:02}:{minutes % _HOUR:02}"
