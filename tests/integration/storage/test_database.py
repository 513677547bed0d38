"""Transactions: snapshots for readers, one commit for writers, clear answers when the world is against it."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, delete, insert, select, text, update

from engine.kernel.problems import EngineError, Nature
from engine.storage import system_tables
from engine.storage.database import open_database
from engine.storage.write_guard import UnguardedWriteError, writing, written_tables

SETTING = system_tables.setting


def _set(database, key, value):
    with database.write() as connection:
        connection.execute(insert(SETTING), {"key": key, "value": value})


def _write_and_fail(database, statement):
    with database.write() as connection:
        connection.execute(statement)
        raise ZeroDivisionError


def _all(connection):
    return dict(connection.execute(select(SETTING.c.key, SETTING.c.value)).all())


def test_nothing_stays_when_a_writing_block_fails(database):
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(database, insert(SETTING).values(key="a", value="1"))
    with database.read() as connection:
        assert _all(connection) == {}


def test_a_reader_sees_one_snapshot_when_another_commits_meanwhile(database):
    _set(database, "a", "1")
    with database.read() as reader:
        assert _all(reader) == {"a": "1"}
        _set(database, "b", "2")
        assert _all(reader) == {"a": "1"}
    with database.read() as reader:
        assert _all(reader) == {"a": "1", "b": "2"}


def test_a_reader_cannot_write_when_it_tries(database):
    with pytest.raises(UnguardedWriteError), database.read() as connection:
        connection.execute(insert(SETTING), {"key": "a", "value": "1"})


def test_schema_changes_roll_back_when_a_block_fails(database):
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(database, text("CREATE TABLE thing (id INTEGER)"))
    with database.read() as connection:
        assert not connection.dialect.has_table(connection, "thing")


def test_the_second_writer_is_told_to_try_again_when_the_first_holds_on(database, monkeypatch):
    monkeypatch.setattr("engine.storage.database.BUSY_SECONDS", 1)
    _set(database, "a", "1")
    other = open_database(database.engine.url.render_as_string(hide_password=False))
    change = update(SETTING).values(value="2").where(SETTING.c.key == "a")
    with database.write() as first:
        first.execute(change)
        with pytest.raises(EngineError, match="STORE-004") as caught, other.write() as second:
            second.execute(change)
    assert caught.value.nature is Nature.BUSY
    other.close()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("what is this", "STORE-001"),
        ("mysql://root@localhost/x", "STORE-001"),
        ("sqlite://", "STORE-001"),
        ("sqlite:///:memory:", "STORE-001"),
        ("sqlite:////no/such/folder/youju.db", "STORE-002"),
        ("postgresql://somebody:secret@127.0.0.1:1/nothing", "STORE-002"),
    ],
)
def test_opening_is_refused_with_a_code_when_the_address_is_wrong(url, code):
    with pytest.raises(EngineError, match=code) as caught:
        open_database(url)
    assert "secret" not in str(caught.value)


def test_opening_is_refused_when_the_file_is_no_database(tmp_path):
    (tmp_path / "youju.db").write_text("this is a letter, not a database, and it is long enough to be read as one" * 20)
    with pytest.raises(EngineError, match="STORE-002"):
        open_database(f"sqlite:///{tmp_path / 'youju.db'}")


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT * FROM visit FOR UPDATE SKIP LOCKED", set()),
        ("INSERT INTO visit (id) VALUES (?)", {"visit"}),
        ('insert or ignore into "visit" (id) values (1)', {"visit"}),
        ("INSERT INTO a (x) VALUES (1) ON CONFLICT (x) DO UPDATE SET x = 2", {"a"}),
        ("UPDATE visit SET a = 1", {"visit"}),
        ("\n update only public.visit set a = 1", {"visit"}),
        ('DELETE FROM "public"."visit"', {"visit"}),
        ("TRUNCATE TABLE visit", {"visit"}),
        ("WITH x AS (DELETE FROM visit RETURNING *) INSERT INTO bin SELECT * FROM x", {"visit", "bin"}),
        ("CREATE TRIGGER t BEFORE UPDATE ON visit", set()),
        ("", set()),
    ],
)
def test_the_written_tables_are_known_when_a_statement_writes(statement, tables):
    assert written_tables(statement) == tables


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO visit (id) VALUES ('1')", "UPDATE visit SET id = '2'", "DELETE FROM visit"],
)
def test_a_record_write_is_refused_when_no_unit_of_work_makes_it(database, statement):
    with database.write() as connection:
        connection.execute(text("CREATE TABLE visit (id TEXT)"))
    with pytest.raises(UnguardedWriteError, match="visit"), database.write() as connection:
        connection.execute(text(statement))
    with database.write() as connection, writing(connection):
        connection.execute(text(statement))


@pytest.mark.parametrize("table", [system_tables.journal, system_tables.seal, system_tables.user])
def test_a_journalled_write_is_refused_when_no_unit_of_work_makes_it(database, table):
    with pytest.raises(UnguardedWriteError, match=table.name), database.write() as connection:
        connection.execute(delete(table))


def test_a_test_fails_when_it_writes_records_through_an_engine_of_its_own(database):
    with database.write() as connection:
        connection.execute(text("CREATE TABLE visit (id TEXT)"))
    own = create_engine(database.engine.url)
    with pytest.raises(UnguardedWriteError, match="visit"), own.begin() as connection:
        connection.execute(text("INSERT INTO visit (id) VALUES ('1')"))
    own.dispose()
