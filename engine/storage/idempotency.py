"""Remembers what was answered to a request with an idempotency key; knows neither requests nor answers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, tuple_

from engine.kernel.clocks import DAY_MS, Moment
from engine.storage import system_tables
from engine.storage.locks import lock_name

_KEPT = system_tables.idempotency
KEPT_FOR = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class Kept:
    """What a request with this key was: the digest of its body, and what it was answered."""

    digest: str
    answer: str


def find(connection: Connection, user: str, key: str) -> Kept | None:
    """Return what the user's request with this key was answered, or None.

    In a writing transaction this also waits for a request with the same key that is under way, and holds back others
    until the transaction ends: of two at once, the second finds the answer of the first.
    """
    lock_name(connection, f"idempotency/{user}/{key}")
    query = select(_KEPT.c.digest, _KEPT.c.answer).where(_KEPT.c.user_id == user, _KEPT.c.key == key)
    row = connection.execute(query).one_or_none()
    return None if row is None else Kept(row.digest, row.answer)


def keep(connection: Connection, user: str, key: str, digest: str, answer: str, moment: Moment) -> None:
    """Remember the answer, in the same transaction as what it answers."""
    row = {"user_id": user, "key": key, "digest": digest, "answer": answer, "created_at": moment}
    connection.execute(insert(_KEPT), row)


def forget(connection: Connection, before: Moment, limit: int) -> int:
    """Forget up to ``limit`` answers that were kept before that moment; return how many."""
    key = (_KEPT.c.user_id, _KEPT.c.key)
    old = select(*key).where(_KEPT.c.created_at < before).order_by(_KEPT.c.created_at).limit(limit)
    return connection.execute(delete(_KEPT).where(tuple_(*key).in_(old))).rowcount
