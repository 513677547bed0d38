"""The demo moves as an archive, from SQLite to PostgreSQL and back: the same bytes, the same rows, and it works."""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import text

from engine.packs.archives.writing import SETTINGS
from engine.runtime.activating import set_active
from tests.support.moving import opened, tables_of, take, write

STAYING = {"clock", "tables", "work"}
"""Physical names, the clock and what is being done belong to the instance."""

APPS = ("sales_management", "store_sales")


@pytest.fixture(scope="module")
def demo(demo_home, tmp_path_factory):
    """The demo's instance, a copy."""
    home = tmp_path_factory.mktemp("moving") / "home"
    shutil.copytree(demo_home, home)
    instance = opened(home)
    yield instance
    instance.close()


@pytest.fixture(scope="module")
def archive(demo, tmp_path_factory):
    """An archive of all that the demo holds, and what writing it said."""
    path = tmp_path_factory.mktemp("archives") / "demo.zip"
    return path, write(demo.services.execution, path, *APPS)


def test_the_same_bytes_come_out_when_the_demo_is_exported_twice(demo, archive, tmp_path):
    path, written = archive
    again = write(demo.services.execution, tmp_path / "again.zip", *reversed(APPS))
    assert again == written
    assert (tmp_path / "again.zip").read_bytes() == path.read_bytes()


def test_the_same_bytes_come_out_when_the_demo_has_moved_to_another_database_and_back(
    demo, archive, postgres_url, tmp_path
):
    path, written = archive
    away = opened(tmp_path / "away", postgres_url)
    taken = take(away.services.execution, path)
    assert (taken.records, taken.entries, taken.files) == (written.records, written.entries, written.files)
    assert taken.digest == written.digest
    on_the_way = tmp_path / "on_the_way.zip"
    write(away.services.execution, on_the_way, *APPS)
    away.close()
    assert on_the_way.read_bytes() == path.read_bytes()

    back = opened(tmp_path / "back")
    take(back.services.execution, on_the_way)
    write(back.services.execution, tmp_path / "back.zip", *APPS)
    here, there = tables_of(back.database), tables_of(demo.database)
    back.close()
    assert (tmp_path / "back.zip").read_bytes() == path.read_bytes()
    assert here.keys() == there.keys()
    for name, rows in there.items():
        assert here[name] == rows, name


def test_a_setting_moves_or_is_known_to_stay_when_there_is_one(demo):
    with demo.database.read() as connection:
        kinds = {row[0].partition(".")[0] for row in connection.execute(text("SELECT key FROM youju_setting"))}
    assert {"version", "needs", "seed", "demo"} <= kinds & set(SETTINGS)
    assert kinds - set(SETTINGS) <= STAYING


def test_people_work_on_at_once_when_they_have_been_let_in(archive, tmp_path):
    elsewhere = opened(tmp_path / "elsewhere")
    take(elsewhere.services.execution, archive[0])
    people = {person.name: person for person in elsewhere.directory.everybody()}
    assert not any(person.active for person in people.values())
    set_active(elsewhere.services.execution, "rep", active=True)
    rep = elsewhere.directory.viewer(people["rep"].id)
    assert elsewhere.records.list(rep, "sales_management", "customer", limit=5).items
    todo = {"title": "打电话", "assignee": rep.id, "due_at": "2030-01-31T01:00:00Z"}
    made = elsewhere.records.create(rep, "work_hub", "todo", todo)
    assert [entry.action for entry in elsewhere.records.history(rep, "work_hub", "todo", made.id)] == ["create"]
    elsewhere.sealer().seal()
    report = elsewhere.verify_journal()
    elsewhere.close()
    assert (report.findings, report.unsealed, report.unchecked) == ((), 0, ())
