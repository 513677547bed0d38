"""A viewer's records as a file: read in one snapshot and handed on as they come."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from engine.decision.problems import ABSENT
from engine.kernel.problems import EngineError, Text
from engine.printouts import separated, sheets
from engine.runtime.desk import Desk
from engine.runtime.exports import problems
from engine.runtime.exports.asking import ENDINGS, Asked, Ending, Plan, columns_known, planned
from engine.runtime.exports.making import Making
from engine.runtime.exports.noting import Noting
from engine.runtime.listing import COUNT_BOUND
from engine.runtime.reading import Reading
from engine.runtime.showing import field_labels
from engine.runtime.views import Count, Viewer
from engine.storage.contents.kinds import clean_name
from engine.storage.query import bounded_count

MOST_AT_ONCE: Final = 2
"""So many exports are made at a time by one process: each holds a connection and a thread while it lasts."""
MOST_IN_EXCEL: Final = 100_000
MEDIA: Final = {"ndjson": "application/x-ndjson", "csv": separated.MEDIA, "xlsx": sheets.MEDIA}

Pieces = Generator[bytes, None, None]


@dataclass(frozen=True)
class Made:
    """A file that is being made: its name, its media type and its bytes as they come; whoever stops early closes it."""

    name: str
    media: str
    pieces: Pieces


@dataclass(frozen=True)
class Offer:
    """What may be exported of a form: the columns that may be chosen, those that are chosen, and how many records."""

    columns: tuple[tuple[str, Text], ...]
    chosen: frozenset[str]
    count: Count


class Exports:
    """Records as files for whoever may export them."""

    def __init__(self, desk: Desk) -> None:
        """Read through ``desk``."""
        self._desk = desk
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)

    def offer(self, viewer: Viewer, asked: Asked) -> Offer:
        """Return what may be exported; EngineError as ``make`` has it."""
        with self._desk.reading(viewer) as reading:
            plan = planned(reading, asked)
            labels = tuple((key, field_labels(plan.form, key)) for key in columns_known(reading, plan.form))
            value, exact = bounded_count(reading.connection, reading.tables(plan.form), plan.where, COUNT_BOUND)
            return Offer(labels, frozenset(plan.columns or plan.usual), Count(value, exact))

    def make(self, viewer: Viewer, asked: Asked, ending: str) -> Made:
        """Begin a file; EngineError with everything wrong about what was asked, absent where no such file is made.

        Records are as they stand when it begins. EXPORT-003 where they are too many for Excel, EXPORT-004 where too
        many other exports are being made.
        """
        kind = next((one for one in ENDINGS if one == ending), None)
        if kind is None:
            raise EngineError(ABSENT.at())
        making = self._pieces(viewer, asked, kind)
        name = next(making).decode()
        return Made(clean_name(name), MEDIA[kind], making)

    def _pieces(self, viewer: Viewer, asked: Asked, ending: Ending) -> Pieces:
        """Yield the name of the file once all is known to be well, and then its content."""
        with self._place(), self._desk.reading(viewer) as reading:
            plan = planned(reading, asked)
            if ending == "xlsx":
                _refuse_too_many(reading, plan)
            making, noting = Making(reading, plan, asked), Noting(self._desk.execution, viewer, asked)
            noting.begun(ending)
            is_whole = False
            try:
                yield making.name(ending).encode()
                yield from making.pieces(ending)
                is_whole = True
            finally:
                noting.ended(making.rows, is_whole=is_whole)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise EngineError(problems.TOO_MANY_AT_ONCE.at(most=MOST_AT_ONCE))
        try:
            yield
        finally:
            self._places.release()


def _refuse_too_many(reading: Reading, plan: Plan) -> None:
    _, fits = bounded_count(reading.connection, reading.tables(plan.form), plan.where, MOST_IN_EXCEL)
    if not fits:
        raise EngineError(problems.TOO_MANY_ROWS.at(most=MOST_IN_EXCEL))
