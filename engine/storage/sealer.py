"""Orders committed journal entries and chains them in batches; one process at a time, by a lease in real time.

Writers never wait for the chain: the sealer takes what is visible as unsealed (never "what has an id above the last",
since the order of ids is not the order of commits) and seals it after the fact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from engine.kernel.clocks import Moment
from engine.storage import leases, problems, system_tables
from engine.storage.database import Database
from engine.storage.heads import newest_seal
from engine.storage.journal_format import entries_digest, head_mac, seal_hash, seal_mac
from engine.storage.leases import Lease
from engine.storage.witness import NOTHING_SEALED, Witness, advance_witness, read_witness, write_witness
from engine.storage.write_guard import writing

if TYPE_CHECKING:
    from pathlib import Path

LEASE = "sealer"
HELD_FOR = 15_000

REFUSALS = frozenset(
    kind.code for kind in (problems.HEAD_WRONG, problems.WITNESS_MISSING, problems.WITNESS_FORGED, problems.END_CUT_OFF)
)
"""The codes with which sealing refuses to go on: trying again is of no use until people have looked."""

_JOURNAL = system_tables.journal
_SEAL = system_tables.seal
_HEAD = system_tables.seal_head


@dataclass(frozen=True, slots=True)
class Sealed:
    """How far the journal is sealed: when it last was (real time), how many entries are not, since when (business)."""

    last: Moment | None
    unsealed: int
    since: Moment | None


def standing(connection: Connection) -> Sealed:
    """Return how far the journal is sealed."""
    newest = select(_SEAL.c.sealed_at).order_by(_SEAL.c.number.desc()).limit(1)
    last: Moment | None = connection.execute(newest).scalar_one_or_none()
    tail = select(func.count(), func.min(_JOURNAL.c.at)).where(_JOURNAL.c.batch.is_(None))
    unsealed, since = connection.execute(tail).one()
    return Sealed(last, unsealed, since)


@dataclass(frozen=True)
class Sealer:
    """Seals one database. ``key`` is kept outside of it, as is the file ``witness``; ``holder`` names this process."""

    database: Database
    key: bytes
    witness: Path
    holder: str
    now: Callable[[], Moment]
    most: int = 500

    def seal(self) -> int:
        """Seal whatever is unsealed and return how many entries that were; none while another process seals.

        Raises ``EngineError`` (AUDIT-015 to AUDIT-018), sealing nothing, where head and witness do not fit: to go on
        would bury the evidence.
        """
        if not self._anything_to_seal():
            return 0
        with self.database.write() as connection:
            lease = leases.acquire(connection, LEASE, self.holder, self.now(), HELD_FOR)
        if lease is None:
            return 0
        sealed = 0
        while count := self._seal_batch(lease):
            sealed += count
        return sealed

    def _anything_to_seal(self) -> bool:
        unsealed = select(_JOURNAL.c.id).where(_JOURNAL.c.batch.is_(None)).limit(1)
        with self.database.read() as connection:
            return connection.execute(unsealed).first() is not None

    def _seal_batch(self, lease: Lease) -> int:
        with self.database.write() as connection:
            leases.confirm(connection, lease, self.now(), HELD_FOR)
            last = self._last_seal(connection)
            query = select(_JOURNAL.c.id, _JOURNAL.c.entry).where(_JOURNAL.c.batch.is_(None))
            entries = connection.execute(query.order_by(_JOURNAL.c.id).limit(self.most)).all()
            if not entries:
                return 0
            number = last.number + 1
            digest = entries_digest(row.entry for row in entries)
            moment = self.now()
            made = Witness(number, seal_hash(number, last.hash, len(entries), digest, moment))
            with writing(connection):
                self._place(connection, number, [row.id for row in entries])
                row = {"number": number, "previous": last.hash, "count": len(entries), "entries": digest}
                row |= {"sealed_at": moment, "hash": made.hash, "mac": seal_mac(self.key, made.hash)}
                connection.execute(insert(_SEAL), row)
                self._move_head(connection, made)
        advance_witness(self.witness, self.key, made)  # the lease may be another's by now, and the witness further on
        return len(entries)

    @staticmethod
    def _place(connection: Connection, number: int, ids: list[str]) -> None:
        change = update(_JOURNAL).where(_JOURNAL.c.id == bindparam("entry_id"), _JOURNAL.c.batch.is_(None))
        places = [{"entry_id": entry, "batch": number, "position": place} for place, entry in enumerate(ids)]
        connection.execute(change.values(batch=bindparam("batch"), position=bindparam("position")), places)

    def _move_head(self, connection: Connection, made: Witness) -> None:
        head: dict[str, Any] = {
            "number": made.number,
            "hash": made.hash,
            "mac": head_mac(self.key, made.number, made.hash),
        }
        if made.number == 1:
            connection.execute(insert(_HEAD), {"id": 1, **head})
        else:
            connection.execute(update(_HEAD), head)

    def _last_seal(self, connection: Connection) -> Witness:
        """Return the seal to go on from; before the first one, the witness begins here."""
        seen = read_witness(self.witness, self.key)
        last = newest_seal(connection, self.key, seen)
        if last == NOTHING_SEALED and seen is None:
            write_witness(self.witness, self.key, NOTHING_SEALED)
        return last
