"""The demo is the same for the same anchor, ids and all, and stands as if schedules had been kept all the time."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import MetaData, select

from engine import demo
from engine.boot import open_instance, read_settings
from engine.decision.changeset import Actor
from engine.kernel.clocks import DAY_MS, moment_number
from engine.packs import demo as steps
from engine.packs import installing
from engine.packs.installing import install
from engine.packs.reading import read_pack
from tests.support.apps import LIBRARY, rule

if TYPE_CHECKING:
    from pathlib import Path

ANCHOR = datetime(2026, 3, 18)  # noqa: DTZ001 - a day, as the command line reads it
EVENING = moment_number(datetime.fromisoformat("2026-03-18T18:00:00+01:00"))
NOTED = rule("noted", "member", {"schedule": {"cron": "0 3 * * *"}}, {"set": {"note": '"seen"'}}, when="note = empty")
TOLD = rule(
    "told",
    "loan",
    {"created": True},
    {"notify": {"to": [{"role": "librarian"}], "text": {"zh": "有人想借书", "en": "Somebody asks for a book"}}},
)

BOOK = {"title": "红楼梦", "isbn": "978-0-00-000001-1"}
STEPS = (
    ("ann", "librarian", "member", -9, {"name": "安", "card_no": "K-1", "account": {"user": "reader"}}),
    ("dream", "librarian", "book", -8, BOOK),
    ("bob", "librarian", "member", -3, {"name": "宝", "card_no": "K-2", "account": {"user": "reader"}}),
    ("asked", "reader", "loan", -2, {"member": {"ref": "ann"}, "book": {"ref": "dream"}}),
    ("again", "reader", "loan", 0, {"member": {"ref": "bob"}, "book": {"ref": "dream"}}),
)

REAL = {"outbox": ("done_at", "available_at"), "schema_version": ("applied_at",), "user": ("password_hash",)}
"""What tells of real time or of chance that nobody may foresee."""


@pytest.fixture
def market(tmp_path, monkeypatch):
    """A market with the library alone, in which a rule looks every night."""
    folder = tmp_path / "library"
    shutil.copytree(LIBRARY, folder)
    (folder / "rules" / "noted.json").write_text(json.dumps(NOTED, ensure_ascii=False), encoding="utf-8")
    (folder / "rules" / "told.json").write_text(json.dumps(TOLD, ensure_ascii=False), encoding="utf-8")
    records = [
        {"ref": ref, "as": user, "form": form, "at": {"days": days, "time": "17:00"}, "fields": fields}
        for ref, user, form, days, fields in STEPS
    ]
    made = {"format": 1, "kind": "records", "records": records}
    (folder / "demo" / "records.json").write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    monkeypatch.setattr(installing, "market", lambda: {"library": folder})
    return folder


def opened(home: Path, clock: str = "1"):
    return open_instance(read_settings({"YOUJU_HOME": str(home), "YOUJU_TEST_CLOCK": clock}))


def content(instance):
    """Return everything in the database that is not of real time."""
    tables = MetaData()
    tables.reflect(instance.database.engine)
    found = {}
    with instance.database.read() as connection:
        for name, table in tables.tables.items():
            left = REAL.get(name.removeprefix("youju_"), ())
            columns = [column for column in table.columns if column.name not in left]
            found[name] = sorted(map(repr, connection.execute(select(*columns))))
    return found


def silent(_done: int, _total: int) -> None:
    """Show no progress."""


@pytest.mark.usefixtures("market")
def test_the_demo_is_the_same_when_it_is_made_twice_for_one_anchor(tmp_path):
    both = [opened(tmp_path / name) for name in ("one", "two")]
    for instance in both:
        assert demo.make_demo(instance, ANCHOR, silent)
    assert content(both[0]) == content(both[1])


@pytest.mark.usefixtures("market")
def test_the_demo_is_the_same_when_it_was_cut_short(tmp_path, monkeypatch):
    whole, cut = opened(tmp_path / "whole"), opened(tmp_path / "cut")
    demo.make_demo(whole, ANCHOR, silent)
    do, left = steps.Demo._do, iter(range(3))

    def failing(self, step, key):
        if next(left, None) is None:
            raise KeyboardInterrupt
        do(self, step, key)

    monkeypatch.setattr(steps.Demo, "_do", failing)
    with pytest.raises(KeyboardInterrupt):
        demo.make_demo(cut, ANCHOR, silent)
    monkeypatch.setattr(steps.Demo, "_do", do)
    demo.make_demo(cut, ANCHOR, silent)
    ours, theirs = content(whole), content(cut)
    for name in ("book", "member", "loan", "youju_task", "youju_rule_run", "youju_notification"):
        assert ours[name] == theirs[name], name


@pytest.mark.usefixtures("market")
def test_nothing_lies_in_the_future_when_the_test_clock_begins_with_the_demo(tmp_path):
    instance = opened(tmp_path / "home")
    demo.make_demo(instance, ANCHOR, silent)
    assert instance.clocks.business() == EVENING
    with instance.database.read() as connection:
        newest = connection.exec_driver_sql("SELECT max(at) FROM youju_journal").scalar_one()
    assert newest <= EVENING


@pytest.mark.usefixtures("market")
def test_only_the_latest_messages_are_unread_when_the_demo_is_made(tmp_path):
    instance = opened(tmp_path / "home")
    demo.make_demo(instance, ANCHOR, silent)
    librarian = next(user for user in instance.directory.everybody() if user.name == "librarian")
    told = instance.inbox.notifications(instance.directory.viewer(librarian.id))
    days = [(EVENING - moment_number(datetime.fromisoformat(item.at))) // DAY_MS for item in told]
    assert list(zip(days, [item.read for item in told], strict=True)) == [(0, False), (2, True)]


@pytest.mark.usefixtures("market")
def test_what_the_latest_slot_would_have_found_stands_there_when_the_demo_is_made(tmp_path):
    instance = opened(tmp_path / "home")
    demo.make_demo(instance, ANCHOR, silent)
    demo.make_demo(instance, ANCHOR, silent)
    with instance.database.read() as connection:
        found = set(connection.exec_driver_sql("SELECT note FROM member").scalars())
        runs = connection.exec_driver_sql("SELECT trace FROM youju_rule_run WHERE rule = 'noted'").scalars().all()
        members = connection.exec_driver_sql("SELECT count(*) FROM member").scalar_one()
    slot = moment_number(datetime.fromisoformat("2026-03-18T03:00:00+01:00"))
    assert found == {"seen"}
    assert [json.loads(trace)["event"]["scheduled"] for trace in runs] == [slot] * members


def test_the_demo_is_made_when_the_slots_of_the_day_have_been_played(market, tmp_path):
    earlier = rule("earlier", "member", {"schedule": {"cron": "0 1 * * *"}}, {"set": {"note": "note"}})
    (market / "rules" / "earlier.json").write_text(json.dumps(earlier, ensure_ascii=False), encoding="utf-8")
    instance = opened(tmp_path / "home")
    install(instance.services, read_pack(market), Actor(None))
    for _ in range(24):
        instance.test_clock.set(instance.clocks.business() + DAY_MS // 24)
        instance.jobs().run_until_quiet()
    assert demo.make_demo(instance, None, silent)
    with instance.database.read() as connection:
        assert set(connection.exec_driver_sql("SELECT note FROM member").scalars()) == {"seen"}


@pytest.mark.usefixtures("market")
def test_the_clock_stays_where_it_is_when_something_has_happened_already(tmp_path):
    instance = opened(tmp_path / "home")
    before = instance.clocks.business()
    demo.make_demo(instance, None, silent)
    assert instance.clocks.business() == before
    demo.make_demo(instance, ANCHOR, silent)
    assert instance.clocks.business() == before


@pytest.mark.usefixtures("market")
def test_business_time_is_real_when_there_is_no_test_clock(tmp_path):
    instance = opened(tmp_path / "home", clock="yes")
    demo.make_demo(instance, ANCHOR, silent)
    assert instance.test_clock is None
    with instance.database.read() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM youju_setting WHERE key = 'clock.business'")
        assert kept.scalar_one() == 0
