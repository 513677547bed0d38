"""Verifies the chain of seals, its head and its witness against the order of the entries; looks at no values."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Result, RowMapping, Select, func, or_, select

from engine.storage import problems, system_tables
from engine.storage.audit_findings import Findings
from engine.storage.journal_format import NO_HASH, entries_digest, head_mac, seal_hash, seal_mac
from engine.storage.witness import NOTHING_SEALED, Witness

_JOURNAL = system_tables.journal
_SEAL = system_tables.seal
_HEAD = system_tables.seal_head
STREAM = {"stream_results": True, "yield_per": 500}
"""Execution options under which a result is read as it is needed."""


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The newest seal, and the hash of the seal that a witness is asked about (None where there is none)."""

    last: Witness
    asked: str | None


def check_chain(connection: Connection, key: bytes, number: int, findings: Findings) -> ChainEnd:
    """Verify every seal against its entries and the seal before it, then the head; ``number`` is asked about."""
    last = NOTHING_SEALED
    asked = NO_HASH if number == 0 else None
    with _stream(connection, _SEALS) as seals, _stream(connection, _SEALED_ENTRIES) as entries:
        batches = _Batches(iter(entries), findings)
        for row in seals.mappings():
            findings.saw("seals")
            number_here, hash_here = row["number"], row["hash"]
            _check_seal(row, last, key, findings)
            digests = batches.take(number_here)
            if len(digests) != row["count"] or entries_digest(digests) != row["entries"]:
                findings.add(problems.BATCH_DIFFERS.at(f"seal.{number_here}", number=number_here))
            last = Witness(number_here, hash_here)
            asked = hash_here if number_here == number else asked
        batches.finish()
    _check_head(connection, last, key, findings)
    _count_unsealed(connection, findings)
    return ChainEnd(last, asked)


_SEALS = select(_SEAL).order_by(_SEAL.c.number)
_SEALED_ENTRIES = (
    select(_JOURNAL.c.batch, _JOURNAL.c.position, _JOURNAL.c.entry)
    .where(_JOURNAL.c.batch.is_not(None))
    .order_by(_JOURNAL.c.batch, _JOURNAL.c.position)
)


def _stream(connection: Connection, query: Select[Any]) -> Result[Any]:
    return connection.execute(query, execution_options=STREAM)


def _check_seal(row: RowMapping, last: Witness, key: bytes, findings: Findings) -> None:
    number = row["number"]
    place = f"seal.{number}"
    if number != last.number + 1 or row["previous"] != last.hash:
        findings.add(problems.CHAIN_BROKEN.at(place, number=number))
    if row["hash"] != seal_hash(number, row["previous"], row["count"], row["entries"], row["sealed_at"]):
        findings.add(problems.SEAL_CHANGED.at(place, number=number))
    if not _same(row["mac"], seal_mac(key, row["hash"])):
        findings.add(problems.SEAL_FORGED.at(place, number=number))


def _check_head(connection: Connection, last: Witness, key: bytes, findings: Findings) -> None:
    heads = connection.execute(select(_HEAD)).all()
    if last == NOTHING_SEALED and not heads:
        return
    fits = len(heads) == 1 and (heads[0].id, heads[0].number, heads[0].hash) == (1, last.number, last.hash)
    if not fits or not _same(heads[0].mac, head_mac(key, last.number, last.hash)):
        findings.add(problems.HEAD_WRONG.at("seal_head"))


def _same(mac: object, expected: str) -> bool:
    return isinstance(mac, str) and hmac.compare_digest(mac.encode(errors="replace"), expected.encode())


def _count_unsealed(connection: Connection, findings: Findings) -> None:
    is_unsealed = _JOURNAL.c.batch.is_(None)
    findings.saw("unsealed", connection.execute(select(func.count()).where(is_unsealed)).scalar_one())
    halfway = or_(
        is_unsealed & _JOURNAL.c.position.is_not(None), _JOURNAL.c.batch.is_not(None) & _JOURNAL.c.position.is_(None)
    )
    for entry in connection.execute(select(_JOURNAL.c.id).where(halfway).limit(1)).scalars():
        findings.add(problems.ENTRY_CHANGED.at(f"journal.{entry}"))


class _Batches:
    """The sealed entries, a batch at a time, in the order in which the seals ask for them."""

    def __init__(self, rows: Iterator[Any], findings: Findings) -> None:
        """Begin with the first sealed entry."""
        self._rows = rows
        self._findings = findings
        self._next = next(self._rows, None)

    def take(self, number: int) -> list[str]:
        """Return the digests of a batch in order; what lies before it has no seal."""
        self._skip_below(number)
        digests: list[str] = []
        while self._next is not None and self._next.batch == number:
            if self._next.position != len(digests):
                self._findings.add(problems.BATCH_DIFFERS.at(f"seal.{number}", number=number))
            digests.append(str(self._next.entry))
            self._next = next(self._rows, None)
        return digests

    def finish(self) -> None:
        """Say that what is left has no seal."""
        self._skip_below(None)

    def _skip_below(self, number: int | None) -> None:
        told = None
        while self._next is not None and (number is None or self._next.batch < number):
            if self._next.batch != told:
                told = self._next.batch
                self._findings.add(problems.BATCH_WITHOUT_SEAL.at(f"batch.{told}", number=told))
            self._next = next(self._rows, None)
