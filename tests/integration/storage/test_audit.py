"""Whatever is changed behind the program's back is found: entries, values, seals, records, and a missing end."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.kernel.problems import EngineError
from engine.storage import leases
from engine.storage.audit import verify
from engine.storage.journal_format import NO_HASH
from engine.storage.sealer import LEASE, Sealer
from engine.storage.witness import Witness, read_witness, write_witness
from tests.support.archive import KEY, REAL, Archive, changed_in_turn, cut_off_the_end, erase, forget, rewrite_head
from tests.support.library import insertion


@pytest.fixture
def archive(library, tmp_path):
    made = Archive(library, tmp_path)
    made.fill()
    yield made
    made.raw.dispose()


def test_everything_fits_when_nobody_interfered(archive):
    report = archive.verify()
    assert (report.findings, report.found, report.holds) == ((), 0, True)
    assert (report.entries, report.seals, report.unsealed, report.records) == (7, 3, 1, 4)
    assert report.values > 30
    assert report.unchecked == ()


def test_everything_fits_when_nothing_was_ever_written(library, tmp_path):
    report = verify(library.database, library.tables, KEY, tmp_path / "journal.head")
    assert (report.found, report.entries, report.seals) == (0, 0, 0)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("youju_journal", "id"),
        ("youju_seal", "number"),
        ("book", "id"),
        ("book_copies", "id"),
        ("member", "id"),
    ],
)
def test_a_change_is_found_whichever_column_it_is_in_when_made_by_sql(archive, table, key):
    unseen = [what for what in changed_in_turn(archive, table, key) if archive.verify().holds]
    assert unseen == []
    assert archive.verify().findings == ()


@pytest.mark.parametrize(("column", "value"), [("number", 2), ("hash", "0" * 64), ("mac", "0" * 64)])
def test_a_change_of_the_head_is_found_when_made_by_sql(archive, column, value):
    archive.tamper(f"UPDATE youju_seal_head SET {column} = :value", value=value)  # noqa: S608
    assert archive.codes() == {"AUDIT-015"}


@pytest.mark.parametrize("table", ["youju_journal", "youju_seal", "youju_seal_head", "book", "book_copies", "member"])
def test_a_deleted_row_is_found_when_deleted_by_sql(archive, table):
    key = "number" if table == "youju_seal" else "id"
    with archive.raw.connect() as connection:
        first = connection.execute(text(f"SELECT min({key}) FROM {table}")).scalar()  # noqa: S608
    archive.tamper(f"DELETE FROM {table} WHERE {key} = :row", row=first)  # noqa: S608
    assert not archive.verify().holds


def test_what_cannot_even_be_read_is_found_when_written_by_sql(archive):
    if archive.raw.dialect.name == "postgresql":
        archive.tamper("UPDATE member SET created_at = 'infinity'")
        assert "AUDIT-031" in archive.codes()
    else:
        archive.tamper("UPDATE member SET name = CAST(x'ff' AS TEXT)")
        assert archive.codes() == {"AUDIT-020"}
        first = "WHERE id = (SELECT min(id) FROM youju_journal)"
        archive.tamper(f"UPDATE youju_journal SET payload = x'ff', reason = x'ff', version = 'x' {first}")  # noqa: S608
        assert archive.codes() >= {"AUDIT-001", "AUDIT-004"}


def test_an_added_row_is_found_when_added_by_sql(archive):
    stamp = "2026-01-01T00:00:00Z" if archive.raw.dialect.name == "postgresql" else 0
    archive.tamper(
        "INSERT INTO member (id, version, name, created_at, updated_at)"
        " VALUES ('00000000-0000-7000-8000-000000000000', 1, 'x', :stamp, :stamp)",
        stamp=stamp,
    )
    assert archive.codes() == {"AUDIT-021"}


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ("payload = payload || ' '", {"AUDIT-004", "AUDIT-020"}),
        ("payload = '{}'", {"AUDIT-003", "AUDIT-020"}),
        ("payload = '[]'", {"AUDIT-004", "AUDIT-020"}),
        ('payload = \'{"name":["zz",1]}\'', {"AUDIT-004", "AUDIT-020"}),
        ("digests = digests || ' '", {"AUDIT-001", "AUDIT-004", "AUDIT-020"}),
        ("version = 2", {"AUDIT-001", "AUDIT-005", "AUDIT-020"}),
    ],
)
def test_the_format_is_kept_to_the_byte_when_an_entry_is_verified(archive, change, codes):
    tail = "WHERE batch IS NULL"
    archive.tamper(f"UPDATE youju_journal SET {change} {tail}".replace(":", "\\:"))  # noqa: S608
    assert archive.codes() == codes


def test_a_missing_middle_is_found_when_a_batch_is_deleted_with_its_seal(archive):
    with archive.tampering() as connection:
        connection.execute(text("DELETE FROM youju_journal WHERE batch = 2"))
        connection.execute(text("DELETE FROM youju_seal WHERE number = 2"))
    assert archive.codes() == {"AUDIT-012", "AUDIT-020"}


def test_a_missing_end_is_found_when_the_last_batch_is_deleted(archive):
    cut_off_the_end(archive)
    assert archive.codes() == {"AUDIT-015", "AUDIT-018"}


def test_a_missing_end_is_found_when_the_head_is_rewritten_to_an_older_one_too(archive, library):
    cut_off_the_end(archive)
    rewrite_head(archive, 2)
    assert archive.codes() == {"AUDIT-018"}
    library.create("member", {"name": "接着写"})
    with pytest.raises(EngineError, match="AUDIT-018"):
        archive.sealer.seal()
    assert archive.codes() == {"AUDIT-018"}


def test_a_missing_end_is_found_when_the_whole_journal_is_gone(archive):
    with archive.tampering() as connection:
        for table in ("book_copies", "book", "member", "youju_journal", "youju_seal", "youju_seal_head"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    assert archive.codes() == {"AUDIT-018"}


def test_a_chain_that_was_made_anew_is_found_when_made_without_the_key(archive, tmp_path):
    with archive.tampering() as connection:
        connection.execute(text("DELETE FROM youju_seal"))
        connection.execute(text("DELETE FROM youju_seal_head"))
        connection.execute(text("UPDATE youju_journal SET batch = NULL, position = NULL"))
    later = REAL + 1_000_000
    assert Sealer(archive.library.database, b"another key", tmp_path / "other", "two", lambda: later).seal() == 7
    assert archive.codes() >= {"AUDIT-011", "AUDIT-015"}


def test_the_witness_is_missed_when_it_is_gone(archive):
    archive.witness.unlink()
    assert archive.codes() == {"AUDIT-016"}
    archive.library.create("member", {"name": "接着写"})
    with pytest.raises(EngineError, match="AUDIT-016"):
        archive.sealer.seal()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"number": 3, "hash": "x", "mac": "y"}', "\xff"])
def test_the_witness_is_not_believed_when_it_was_not_written_with_the_key(archive, content):
    archive.witness.write_text(content, encoding="latin-1")
    assert archive.codes() == {"AUDIT-017"}


def test_everything_fits_when_the_sealer_was_killed_before_it_wrote_the_witness(archive):
    before = read_witness(archive.witness, KEY)
    archive.sealer.seal()
    write_witness(archive.witness, KEY, before)
    assert archive.verify().holds
    archive.library.create("member", {"name": "接着写"})
    assert archive.sealer.seal() == 1
    assert read_witness(archive.witness, KEY).number == 5
    assert archive.verify().holds


def test_a_trigger_is_missed_when_it_is_gone(archive):
    with archive.raw.begin() as connection:
        on = " ON youju_seal" if archive.raw.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER youju_seal_update{on}"))
    assert archive.codes() == {"AUDIT-030"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE youju_journal SET reason = 'x'",
        "UPDATE youju_journal SET payload = '{}'",
        "UPDATE youju_journal SET batch = NULL, position = NULL",
        "UPDATE youju_journal SET batch = 9 WHERE batch IS NOT NULL",
        "DELETE FROM youju_journal",
        "UPDATE youju_seal SET count = 1",
        "DELETE FROM youju_seal",
        "UPDATE youju_seal_head SET number = 1",
        "DELETE FROM youju_seal_head",
    ],
)
def test_the_database_itself_refuses_when_the_journal_is_to_be_changed(archive, statement):
    with pytest.raises(DBAPIError, match="append-only"), archive.raw.begin() as connection:
        connection.execute(text(statement))


def test_everything_fits_when_a_value_was_erased_by_a_journalled_erasure(archive):
    erase(archive, "title")
    archive.sealer.seal()
    report = archive.verify()
    assert report.findings == ()
    assert report.erased == 2
    with archive.raw.connect() as connection:
        everything = " ".join(connection.execute(text("SELECT payload FROM youju_journal")).scalars())
    assert "红楼梦" not in everything
    assert "石头记" not in everything


def test_an_erased_value_is_missed_when_no_erasure_names_it(archive):
    erase(archive, "title")
    forget(archive, "isbn", 1)
    assert archive.codes() == {"AUDIT-003", "AUDIT-020"}


def test_one_seals_when_two_try(archive):
    with archive.library.database.write() as connection:
        assert leases.acquire(connection, LEASE, "another", REAL, 60_000) is None  # "one" holds it still
        assert leases.acquire(connection, LEASE, "another", REAL + 60_000, 60_000)
    late = Sealer(archive.library.database, KEY, archive.witness, "one", lambda: REAL + 60_001)
    assert late.seal() == 0
    assert Sealer(archive.library.database, KEY, archive.witness, "one", lambda: REAL + 200_000).seal() == 1


def test_batches_stay_small_when_much_is_unsealed(library, tmp_path):
    library.do(*(insertion("member", library.new_id(), {"name": str(n)}) for n in range(25)))
    sealer = Sealer(library.database, KEY, tmp_path / "journal.head", "one", lambda: REAL, most=10)
    assert sealer.seal() == 25
    assert sealer.seal() == 0
    report = verify(library.database, library.tables, KEY, tmp_path / "journal.head")
    assert (report.holds, report.seals, report.unsealed) == (True, 3, 0)
    assert read_witness(tmp_path / "journal.head", KEY) != Witness(0, NO_HASH)


def test_the_number_of_findings_is_told_when_there_are_more_than_are_kept(archive):
    archive.tamper("UPDATE youju_journal SET reason = 'x'")
    report = verify(archive.library.database, archive.library.tables, KEY, archive.witness, most=2)
    assert (len(report.findings), report.found) == (2, 7)
