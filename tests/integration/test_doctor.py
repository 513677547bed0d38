"""The doctor: it finds what is wrong with an installation, names the mend, and changes nothing."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.doctor import instance as of_instance
from engine.doctor import machine
from engine.doctor.commands import words
from engine.doctor.examining import examine
from engine.doctor.findings import Level, exit_code
from engine.packs.installing import install
from engine.packs.reading import read_pack
from engine.runtime.settings import read_key, read_settings
from engine.storage.database import file_of
from engine.storage.witness import Witness, write_witness
from tests.support.apps import LIBRARY
from tests.support.guarding import TAMPERS

CHECKS = [
    "settings", "home", "keys", "disk", "zones",
    "database", "migrations", "clock", "packs", "journal", "apps", "outbox",
]  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(tmp_path, database_url):
    """An installation with the library, sealed, on each database."""
    return _installed(tmp_path / "home", database_url)


@pytest.fixture
def small(tmp_path, sqlite_url):
    """One on SQLite, for what is the same whatever the database."""
    return _installed(tmp_path / "home", sqlite_url)


def _installed(home, url):
    made = read_settings({"YOUJU_HOME": str(home), "YOUJU_DATABASE_URL": url})
    opened = open_instance(made)
    install(opened.services, read_pack(LIBRARY), Actor(None))
    opened.sealer().seal()
    opened.close()
    return made


@pytest.fixture
def sql(settings):
    """Run a statement behind the program's back."""
    engine = create_engine(
        settings.database_url.replace("postgresql://", "postgresql+psycopg://"), execution_options=TAMPERS
    )

    def run(statement):
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text(statement))

    yield run
    engine.dispose()


def found(settings, **environment):
    return {finding.check: finding for finding in examine(settings, environment)}


def ailing(settings, **environment):
    """Return what does not stand well, with its level."""
    every = found(settings, **environment).values()
    assert all((finding.mend is None) == (finding.level is Level.GOOD) for finding in every)
    return {finding.check: finding.level.value for finding in every if finding.level is not Level.GOOD}


def test_everything_is_well_when_nothing_is_wrong(settings):
    every = list(examine(settings, {"YOUJU_HOME": "x"}))
    assert [finding.check for finding in every] == CHECKS
    assert {finding.level for finding in every} == {Level.GOOD}
    assert exit_code(every) == 0
    assert "library r1" in found(settings)["apps"].said.en


def test_a_misspelt_variable_and_the_test_clock_are_warned_of_when_they_are_set(small):
    assert ailing(small, YOUJU_HOEM="x", YOUJU_TEST_CLOCK="1") == {"settings": "warning", "clock": "warning"}
    assert "YOUJU_HOEM" in found(small, YOUJU_HOEM="x")["settings"].said.en


def test_open_permissions_are_wrong_when_others_may_read(small):
    small.home.chmod(0o755)
    small.journal_key.chmod(0o640)
    assert ailing(small) == {"home": "wrong", "keys": "wrong"}
    shown = words(found(small)["keys"])
    assert shown.startswith("✗")
    assert "chmod 600 journal.key" in shown


def test_a_key_is_wrong_when_it_is_cut_short(small):
    small.journal_key.write_bytes(b"short")
    assert ailing(small) == {"keys": "wrong", "journal": "wrong"}


def test_the_journal_is_wrong_when_its_key_is_gone(small):
    small.journal_key.unlink()
    assert ailing(small) == {"journal": "wrong"}
    assert not small.journal_key.exists()


def test_the_journal_is_wrong_when_its_end_was_cut_off(settings):
    write_witness(settings.journal_witness, read_key(settings.journal_key), Witness(99, "a" * 64))
    assert ailing(settings) == {"journal": "wrong"}
    assert "AUDIT-018" in found(settings)["journal"].said.en


@pytest.mark.parametrize("damage", ["missing", "forged"])
def test_the_journal_is_wrong_when_its_witness_is(small, damage):
    if damage == "missing":
        small.journal_witness.unlink()
    else:
        small.journal_witness.write_text('{"number": 1}', encoding="utf-8")
    assert ailing(small) == {"journal": "wrong"}


def test_nobody_seals_when_entries_wait_and_the_lease_is_over(settings, sql):
    opened = open_instance(settings)
    opened.directory.add_user("mei", "Mei")
    opened.close()
    assert ailing(settings) == {}
    sql("UPDATE youju_lease SET until = 0")
    assert ailing(settings) == {"journal": "warning"}


def test_system_tables_are_behind_or_ahead_when_the_versions_differ(settings, sql):
    sql("INSERT INTO youju_schema_version (name, applied_at) SELECT '9999_later', applied_at FROM youju_schema_version"
        " WHERE name = '0001_spine'")  # fmt: skip
    assert ailing(settings) == {"migrations": "wrong"}
    sql("DELETE FROM youju_schema_version")
    assert ailing(settings) == {"migrations": "warning"}
    assert "youju migrate" in found(settings)["migrations"].mend.en


def test_an_app_is_wrong_when_its_documents_do_not_compile(settings, sql):
    sql("UPDATE youju_revision SET documents = '{}'")
    assert ailing(settings)["apps"] == "wrong"
    assert "APP-002" in found(settings)["apps"].said.en


def test_letters_are_warned_of_when_they_are_dead_or_late(settings, sql):
    columns = "id, command, kind, payload, due_at, available_at, attempts, fence"
    sql(f"INSERT INTO youju_outbox ({columns}) VALUES ('m1', 'c1', 'event', '{{}}', 1, 0, 0, 0)")  # noqa: S608
    assert ailing(settings) == {"outbox": "warning"}
    sql("UPDATE youju_outbox SET dead_at = 5")
    assert "not delivered: 1" in found(settings)["outbox"].said.en


def test_clocks_apart_are_found_when_the_database_has_its_own(settings, monkeypatch):
    ours = of_instance.real_moment()
    levels = []
    for apart in (0, 5_000, 300_000):
        monkeypatch.setattr(of_instance, "real_moment", lambda moved=ours + apart: moved)
        levels.append(found(settings)["clock"].level.value)
    expected = ["good", "warning", "wrong"] if settings.database_url.startswith("postgresql") else ["good"] * 3
    assert levels == expected


def test_a_full_disk_is_wrong_when_hardly_anything_is_left(small, monkeypatch):
    monkeypatch.setattr(machine, "FULL", 2**62)
    assert ailing(small) == {"disk": "wrong"}
    monkeypatch.setattr(machine, "FULL", 0)
    monkeypatch.setattr(machine, "NARROW", 2**62)
    assert ailing(small) == {"disk": "warning"}


def test_nothing_is_changed_when_it_is_looked_at(small):
    names, kept = sorted(small.home.iterdir()), dumped(small)
    found(replace(small, test_clock=True), YOUJU_TEST_CLOCK="1")
    assert (sorted(small.home.iterdir()), dumped(small)) == (names, kept)


def dumped(settings):
    with contextlib.closing(sqlite3.connect(str(file_of(settings.database_url)))) as connection:
        return "\n".join(connection.iterdump())


def test_a_zone_is_missing_when_the_system_has_none():
    assert machine.zones(("Asia/Shanghai", "Nowhere/At_All")).level is Level.WRONG


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@localhost:1/x", "mysql://x", "nonsense", "sqlite:////no/such/folder/db.sqlite3"]
)
def test_a_database_is_out_of_reach_when_its_address_leads_nowhere(tmp_path, url):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    every = list(examine(read_settings({"YOUJU_HOME": str(home), "YOUJU_DATABASE_URL": url}), {}))
    assert (every[-1].check, every[-1].level, exit_code(every)) == ("database", Level.GONE, 3)
    assert list(home.iterdir()) == []


def test_a_password_is_not_shown_when_the_address_has_one(tmp_path):
    settings = read_settings(
        {"YOUJU_HOME": str(tmp_path), "YOUJU_DATABASE_URL": "postgresql://me:geheim@localhost:1/x"}
    )
    assert not [finding for finding in examine(settings, {}) if "geheim" in words(finding)]


def _doctor(home, *more, **environment):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("YOUJU_")}
    return subprocess.run(
        [sys.executable, "-m", "engine.cli", "doctor", *more],
        env=kept | {"YOUJU_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_exit_codes_and_json_tell_programs_when_the_command_is_run(settings):
    address = {"YOUJU_DATABASE_URL": settings.database_url}
    well = _doctor(settings.home, **address)
    assert (well.returncode, well.stdout.count("✓")) == (0, len(CHECKS)), well.stdout + well.stderr
    settings.home.chmod(0o755)
    ill = _doctor(settings.home, "--json", **address)
    said = json.loads(ill.stdout)
    assert (ill.returncode, said["healthy"]) == (1, False)
    home = next(check for check in said["checks"] if check["check"] == "home")
    assert (home["level"], set(home["mend"])) == ("wrong", {"zh", "en"})


def test_nothing_is_made_when_there_is_no_installation(tmp_path):
    done = _doctor(tmp_path / "nothing")
    assert done.returncode == 3
    assert "youju init" in done.stdout
    assert list(tmp_path.iterdir()) == []
