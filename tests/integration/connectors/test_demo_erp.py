"""The demo ERP as a partner: however it fails, what was asked of it ends delivered or dead, and happened once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from engine.connectors.egress import Guard, read_allowed
from engine.connectors.outside import Outside
from engine.connectors.secrets import Secrets
from engine.jobs.letters import Letters
from engine.runtime.views import Viewer
from tests.integration.connectors.conftest import calling, connector
from tests.support.apps import app, element, field, form
from tests.support.erp import Erp, running_erp
from tests.support.sites import Site

if TYPE_CHECKING:
    from pathlib import Path

CALLS = 100
HOUR = 3_600_000
NOTE = form("note", field("code"), field("amount", "money"), field("number"))
VOUCHER = element(
    "credit",
    method="POST",
    path="/vouchers",
    form="note",
    body={
        "voucher_date": '"2026-03-18"', "summary": "code", "source_no": "code", "amount": "amount", "status": '"draft"'
    },
    answer={"values": [field("number", at="/voucher_no", required=True)], "set": {"number": "number"}},
)  # fmt: skip


def books(url: str, **more: Any) -> dict[str, Any]:
    """Return an app in which every new note is drafted as a voucher in the ERP."""
    documents = app(NOTE, {**calling(retry={"attempts": 2}), "form": "note"})
    return {**documents, "connectors/erp.json": connector(url, VOUCHER, timeout_seconds=1, **more)}


class Office:
    """An instance whose notes go to a demo ERP."""

    def __init__(self, database: Any, erp: Erp) -> None:
        guard = Guard(read_allowed(erp.listed))
        self.erp = erp
        self.site = Site(
            database, outside=Outside(guard, Secrets(None, {"YOUJU_SECRET_ERP_TOKEN": erp.token}), is_open=True)
        )
        self.site.publish(books(erp.url))
        self.me: Viewer = self.site.person("me", ("shop", "staff"))

    def note(self, number: int) -> None:
        self.site.services.records.create(self.me, "shop", "note", {"code": f"N-{number:03d}", "amount": f"{number}"})

    def work(self) -> None:
        """Let hours pass until nothing waits any more."""
        for _ in range(40):
            self.site.jobs().run_until_quiet()
            if not self.waiting():
                return
            self.site.real.moment += HOUR
        pytest.fail(f"{self.waiting()} messages still wait")

    def waiting(self) -> int:
        return self._count("done_at IS NULL AND dead_at IS NULL")

    def dead(self) -> int:
        return self._count("dead_at IS NOT NULL")

    def numbered(self) -> dict[str, str]:
        """Return the number of its voucher by the code of each note that has one."""
        return dict(self.site.query("SELECT code, number FROM note WHERE number IS NOT NULL"))

    def _count(self, condition: str) -> int:
        query = f"SELECT count(*) FROM youju_outbox WHERE kind = 'call' AND {condition}"  # noqa: S608 - the test's own
        return int(self.site.query(query)[0][0])


@pytest.fixture
def erp(tmp_path: Path) -> Iterator[Erp]:
    with running_erp(tmp_path / "erp", "--anchor", "2026-03-18", "--seed", "7") as found:
        yield found


def drafts(erp: Erp) -> dict[str, list[str]]:
    """Return the numbers of the drafts in the ERP by where they came from."""
    found: dict[str, list[str]] = {}
    for row in erp.rows("vouchers", "&status=draft"):
        found.setdefault(row["source_no"], []).append(row["voucher_no"])
    return found


def test_every_call_ends_delivered_or_dead_and_replay_empties_the_dead_when_the_erp_fails(
    database: Any, erp: Erp
) -> None:
    office = Office(database, erp)
    erp.fails(fail=0.15, lost=0.05, wrong_json=0.06, slow=0.04, slow_ms=1_400)
    for number in range(CALLS):
        office.note(number)
    office.work()
    ways = Counter(one["way"] for one in erp.requests())
    assert {"fail", "lost", "wrong_json"} <= set(ways), ways
    dead, known = office.dead(), office.numbered()
    assert dead > 0, ways
    assert len(known) == CALLS - dead
    erp.fails(fail=0, lost=0, wrong_json=0, slow=0)
    assert Letters(office.site.services.execution).replay_all() == dead
    office.work()
    assert (office.dead(), office.waiting()) == (0, 0)
    held = drafts(erp)
    assert {code: numbers for code, numbers in held.items() if len(numbers) > 1} == {}
    assert {code: numbers[0] for code, numbers in held.items()} == office.numbered()
    assert len(held) == CALLS
    assert any(one["repeated"] for one in erp.requests()), "some came again although they had been done"


@contextmanager
def at_work(office: Office) -> Iterator[None]:
    """Run a jobs process, in a thread of this one."""
    over = threading.Event()
    jobs = threading.Thread(target=office.site.jobs().run, args=(over.is_set,))
    jobs.start()
    try:
        yield
    finally:
        over.set()
        jobs.join()


def until(holds: Callable[[], bool]) -> None:
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < 30
        time.sleep(0.02)


def test_a_submit_takes_no_longer_when_the_erp_is_slow(database: Any, erp: Erp) -> None:
    office = Office(database, erp)
    office.site.publish(books(erp.url) | {"connectors/erp.json": connector(erp.url, VOUCHER, timeout_seconds=10)})
    erp.fails(slow=1, slow_ms=6_000)
    with at_work(office):
        office.note(0)
        until(lambda: len(erp.requests()) == 1)
        took = []
        for number in range(1, 6):
            begun = time.monotonic()
            office.note(number)
            took.append(time.monotonic() - begun)
        assert max(took) < 1, took
        assert office.numbered() == {}, "the ERP has not answered yet"
        erp.fails(slow=0)
        until(lambda: len(office.numbered()) == 6)
    assert len(drafts(erp)) == 6
