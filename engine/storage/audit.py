"""Verifies journal, seals and records against each other and the witness; knows what must fit, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from engine.kernel.problems import EngineError, Problem
from engine.storage import problems
from engine.storage.audit_chain import ChainEnd, check_chain
from engine.storage.audit_entries import check_entries
from engine.storage.audit_envelopes import check_envelopes
from engine.storage.audit_findings import Findings
from engine.storage.audit_turns import Turns
from engine.storage.database import Database
from engine.storage.form_tables import Tables
from engine.storage.journal_triggers import TRIGGERS
from engine.storage.witness import NOTHING_SEALED, Witness, read_witness

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. ``findings`` are the first of ``found``; ``unsealed`` entries are younger than a seal.

    ``unchecked`` names what the given tables do not describe (retired fields and forms, as ``app.form.field``): the
    journal of these was verified, but not whether the tables agree with it.
    """

    findings: tuple[Problem, ...]
    found: int
    entries: int
    values: int
    erased: int
    records: int
    seals: int
    unsealed: int
    unchecked: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.found == 0


def verify(
    database: Database,
    tables: Tables,
    key: bytes,
    witness: Path,
    *,
    most: int = 1_000,
    turns: Turns = MappingProxyType({}),
) -> Report:
    """Verify everything in one snapshot and return what was found; at most ``most`` findings are kept.

    ``turns`` are the changes of type that the tables have gone through.

    Memory stays bounded by one batch, one record's history and one chunk of records. The witness is read before the
    snapshot is taken, since the sealer may go on meanwhile.
    """
    findings = Findings(most)
    seen = _seen_by(witness, key)
    with database.read() as connection, _any_text(connection):
        try:
            _check_triggers(connection, findings)
            end = check_chain(connection, key, seen.number if isinstance(seen, Witness) else 0, findings)
            for problem in _witness_problems(seen, end):
                findings.add(problem)
            check_entries(connection, tables, findings, turns=turns)
            check_envelopes(connection, findings)
        except (DBAPIError, TypeError, ValueError, LookupError) as error:
            # A value of a kind that no column of ours can hold: whatever it is, it was not us who wrote it.
            findings.add(problems.UNREADABLE.at(reason=str(error).partition("\n")[0]))
    return Report(
        findings=tuple(findings.kept),
        found=findings.found,
        entries=findings.count("entries"),
        values=findings.count("values"),
        erased=findings.count("erased"),
        records=findings.count("records"),
        seals=findings.count("seals"),
        unsealed=findings.count("unsealed"),
        unchecked=tuple(sorted(findings.unchecked)),
    )


def _seen_by(path: Path, key: bytes) -> Witness | Problem:
    """Return what the witness says, or why it says nothing."""
    try:
        return read_witness(path, key) or problems.WITNESS_MISSING.at(path.name)
    except EngineError as error:
        return error.problems[0]


def _witness_problems(seen: Witness | Problem, end: ChainEnd) -> Iterator[Problem]:
    if isinstance(seen, Witness):
        if end.asked != seen.hash:
            yield problems.END_CUT_OFF.at(number=seen.number)
    elif seen.code != problems.WITNESS_MISSING.code or end.last != NOTHING_SEALED:
        yield seen  # that there is none is right only before the first seal


@contextmanager
def _any_text(connection: Connection) -> Iterator[None]:
    """Let SQLite give texts that are not text: they are findings, not reasons to break off."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    driver.text_factory = lambda stored: stored.decode(errors="surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


def _check_triggers(connection: Connection, findings: Findings) -> None:
    if connection.dialect.name == "sqlite":
        query = select(text("name FROM sqlite_master WHERE type = 'trigger'"))
    else:
        query = select(text("tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')"))
    there = set(connection.execute(query).scalars())
    for trigger in TRIGGERS:
        if trigger not in there:
            findings.add(problems.TRIGGER_MISSING.at(trigger, trigger=trigger))
