"""The jobs process does what is due, leaves the database alone when nothing is, and tells once what is wrong."""

from __future__ import annotations

import logging
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from engine.forms.field_types import BUILT_IN
from engine.jobs import rounds
from engine.jobs.loop import JobsLoop
from engine.kernel.clocks import Clocks
from engine.packs.reading import read_pack
from engine.runtime.services import Services, assemble
from engine.scenarios.stage import moment_of, set_up
from engine.storage import system_tables
from engine.storage.database import open_database
from engine.storage.sealer import Sealer
from engine.storage.witness import read_witness

LIBRARY = Path(__file__).parents[2] / "apps" / "library"
MORNING = moment_of("2026-03-18T10:00:00+08:00")
REAL = 1_795_000_000_000
KEY = b"a key of this test"
LATE = {"returned_on": "2026-03-23", "condition": "worn"}


@dataclass
class Desk:
    """A library whose two clocks stand where a test puts them."""

    path: Path
    business: int = MORNING
    real: int = REAL

    def __post_init__(self) -> None:
        self.database = open_database(f"sqlite:///{self.path}")
        clocks = Clocks(business=lambda: self.business, real=lambda: self.real)
        self.services: Services = assemble(self.database, clocks, secrets.token_bytes, BUILT_IN)
        self.loop = JobsLoop(self.services.execution)

    def do(self, people: dict[str, str]) -> None:
        """Lend a book and take it back too late, of which the librarian is to hear."""
        viewer, records = self.services.directory.viewer(people["librarian"]), self.services.records
        member = records.create(viewer, "library", "member", {"name": "约翰", "card_no": "K-001"}).id
        copies = [{"barcode": "B1-1", "shelf": "A1", "pages": "320"}]
        book = {"title": "红楼梦", "isbn": "978-0-00-000001-1", "copies": copies}
        lent: dict[str, Any] = {"member": member, "due_date": "2026-03-18"}
        lent["book"] = records.create(viewer, "library", "book", book).id
        loan = records.create(viewer, "library", "loan", lent, "lend").id
        records.transition(viewer, "library", "loan", loan, "give_back", LATE)

    def send(self, kind: str) -> None:
        """Put a message into the outbox that is due now."""
        row = {"id": f"{kind}-1", "command": "c", "kind": kind, "payload": "{}", "due_at": self.business}
        row |= {"available_at": 0, "fence": 0, "attempts": 0}
        with self.database.write() as connection:
            connection.execute(insert(system_tables.outbox), row)

    def notices(self) -> list[tuple[str, bool]]:
        """Return the commands that brought forth notices, and whether each has gone out."""
        columns = system_tables.outbox.c
        with self.database.read() as connection:
            rows = connection.execute(select(columns.command, columns.done_at).where(columns.kind == "notify"))
            return [(row.command, row.done_at is not None) for row in rows]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The file of a library with its people, to be copied, and the people."""
    path = tmp_path_factory.mktemp("library") / "youju.sqlite3"
    return path, set_up(read_pack(LIBRARY), (), f"sqlite:///{path}", BUILT_IN).people


@pytest.fixture
def people(installed):
    return installed[1]


@pytest.fixture
def desk(installed, tmp_path):
    made = Desk(shutil.copyfile(installed[0], tmp_path / "one.sqlite3"))
    yield made
    made.database.close()


def run(loop: JobsLoop, rounds: int) -> None:
    left = iter(range(rounds))
    loop.run(lambda: next(left, None) is None)


@pytest.fixture
def hurried(monkeypatch):
    """Let rounds without work follow each other at once."""
    monkeypatch.setattr(rounds, "IDLE_SECONDS", 0)
    monkeypatch.setattr(rounds, "FAILED_SECONDS", 0)


def test_the_write_lock_is_left_alone_when_a_message_pauses(desk):
    desk.send("letter")
    assert desk.loop.run_once() == 1
    other = open_database(f"sqlite:///{desk.path}")
    try:
        with other.write():
            assert desk.loop.run_once() == 0
    finally:
        other.close()
    desk.real += 1_000
    assert desk.loop.run_once() == 1


def test_rules_run_by_the_same_command_when_they_are_tried_at_another_time(desk, people, tmp_path):
    desk.do(people)
    desk.database.close()
    again = Desk(shutil.copyfile(desk.path, tmp_path / "two.sqlite3"), business=MORNING + 3_600_000)
    try:
        desk.loop.run_until_quiet()
        again.loop.run_until_quiet()
        assert [done for _, done in desk.notices()] == [True]
        assert again.notices() == desk.notices()
    finally:
        again.database.close()


@pytest.mark.usefixtures("hurried")
def test_a_refusal_to_seal_is_told_once_and_holds_up_nothing_when_the_witness_is_gone(desk, people, tmp_path, caplog):
    witness = tmp_path / "journal.head"
    desk.loop.chores.sealer = Sealer(desk.database, KEY, witness, "one", lambda: desk.real)
    run(desk.loop, 1)
    kept = witness.read_bytes()
    witness.unlink()
    desk.do(people)
    with caplog.at_level(logging.WARNING):
        run(desk.loop, 20)
        desk.real += 60_000
        run(desk.loop, 20)
    assert [(record.levelname, "AUDIT-016" in record.getMessage()) for record in caplog.records] == [("ERROR", True)]
    assert [done for _, done in desk.notices()] == [True]
    witness.write_bytes(kept)
    run(desk.loop, 1)
    assert read_witness(witness, KEY).number == 1, "the pause lasts"
    desk.real += 60_000
    run(desk.loop, 1)
    assert read_witness(witness, KEY).number == 2


@pytest.mark.usefixtures("hurried")
def test_the_next_round_delivers_when_one_failed_as_nobody_expected(desk, people, caplog):
    desk.do(people)
    broken = iter([ZeroDivisionError("the clock is broken")])

    def business() -> int:
        for error in broken:
            raise error
        return desk.business

    services = assemble(desk.database, Clocks(business, lambda: desk.real), secrets.token_bytes, BUILT_IN)
    with caplog.at_level(logging.WARNING):
        run(JobsLoop(services.execution), 20)
    assert [(record.levelname, record.exc_info[0]) for record in caplog.records] == [("ERROR", ZeroDivisionError)]
    assert [done for _, done in desk.notices()] == [True]
