"""Fifty who write at once, from five processes: numbers without a gap, no edit lost, nobody stuck."""

from __future__ import annotations

import multiprocessing
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import pytest

from engine.forms.field_types import BUILT_IN
from engine.kernel.clocks import Clocks
from engine.kernel.problems import EngineError, Nature
from engine.runtime.services import assemble
from engine.storage.database import open_database
from tests.support.apps import access, app, field, form, role
from tests.support.sites import Site

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.synchronize import Barrier

    from engine.runtime.records import Records
    from engine.runtime.views import Viewer

PROCESSES, THREADS, TURNS = 5, 10, 4
WRITERS = PROCESSES * THREADS
SECONDS = 120
PATIENCE = 5
SHARED = 3
"""So many records all of them edit."""


def documents():
    """Return an app of numbered orders, and of counts that everybody changes."""
    order = form("order", field("no", "auto_number", pattern="DD{nnnn}"), field("by", "number"))
    count = form("count", field("total", "number", digits=9))
    return app(order, count, key="shop", roles=[role("clerk", access("order"), access("count"))])


def patiently(do: Callable[[], None]) -> None:
    """Do something, and once more where the database asks for patience, as whoever uses it would; not for ever."""
    for left in reversed(range(PATIENCE)):
        try:
            do()
        except EngineError as error:
            if error.nature is not Nature.BUSY or not left:
                raise
            continue
        return


def order(records: Records, viewer: Viewer, number: int) -> None:
    """Make an order, which is given a number."""
    records.create(viewer, "shop", "order", {"by": str(number)})


def add_one(records: Records, viewer: Viewer, id: str) -> None:
    """Count up what everybody counts, looking again as often as somebody was faster."""
    while True:
        seen = records.read(viewer, "shop", "count", id)
        try:
            total = {"total": str(int(str(seen.fields["total"])) + 1)}
            records.update(viewer, "shop", "count", id, total, seen.version)
        except EngineError as error:
            if error.nature is not Nature.CONFLICT:
                raise
            continue
        return


def write(url: str, user: str, shared: list[str], begin: Barrier, told: multiprocessing.Queue) -> None:
    """Be one of the processes: ten threads, each with its orders and its counts."""
    database = open_database(url)
    services = assemble(database, Clocks(), secrets.token_bytes, BUILT_IN)
    viewer, records = services.directory.viewer(user), services.records

    def work(number: int) -> None:
        for turn in range(TURNS):
            patiently(partial(order, records, viewer, number))
            patiently(partial(add_one, records, viewer, shared[(number + turn) % SHARED]))

    begin.wait(SECONDS)
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, range(THREADS)))
        told.put("done")
    except EngineError as error:
        told.put([problem.code for problem in error.problems])
    database.close()


@pytest.fixture
def site(database):
    site = Site(database)
    site.publish(documents())
    site.person("anna", ("shop", "clerk"))
    return site


def test_fifty_writers_leave_no_gap_and_lose_no_edit(site):
    anna, records = site.viewer("anna"), site.services.records
    shared = [records.create(anna, "shop", "count", {"total": "0"}).id for _ in range(SHARED)]
    url = site.database.engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    begin, told = context.Barrier(PROCESSES), context.Queue()
    processes = [
        context.Process(target=write, args=(url, anna.id, shared, begin, told), daemon=True) for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    ends = [told.get(timeout=SECONDS) for _ in processes]
    for process in processes:
        process.join(SECONDS)
    assert ends == ["done"] * PROCESSES, "nobody is refused for good, and nobody is stuck"
    numbers = sorted(row[0] for row in site.query('SELECT no FROM "order"'))
    assert numbers == [f"DD{number:04}" for number in range(1, WRITERS * TURNS + 1)]
    totals = [int(row[0]) for row in site.query("SELECT total FROM count ORDER BY id")]
    assert sum(totals) == WRITERS * TURNS, "no edit is lost"
    versions = Counter(row[0] for row in site.query("SELECT record FROM youju_journal WHERE subject = 'count'"))
    assert versions == {id: total + 1 for id, total in zip(sorted(shared), totals, strict=True)}, "all are journalled"
