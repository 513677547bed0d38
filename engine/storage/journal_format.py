"""The journal's format, which is final: what is digested, and how. Pure; docs/reference/journal.md says it in prose."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.kernel.canonical import Json, compact, digest

ENTRY_FORMAT = "youju-journal-1"
SEAL_FORMAT = "youju-seal-1"
HEAD_FORMAT = "youju-head-1"
WITNESS_FORMAT = "youju-witness-1"

SALT_BYTES = 16

NO_HASH = "0" * 64
"""What the first seal has for the hash of the one before it."""

SEALED_COLUMNS = (
    "id",
    "at",
    "actor",
    "rule",
    "command",
    "app",
    "subject",
    "record",
    "version",
    "action",
    "revision",
    "reason",
    "digests",
)
"""The columns of an entry that its digest covers, in the order in which it covers them."""


def value_digest(salt: str, value: Json) -> str:
    """Return SHA-256 over the salt's bytes (given in hexadecimal) followed by the value's canonical JSON."""
    return hashlib.sha256(bytes.fromhex(salt) + compact(value).encode()).hexdigest()


def entry_digest(entry: Mapping[str, Any]) -> str:
    """Return the digest of an entry: SHA-256 of the canonical JSON list of the format's name and the sealed columns.

    ``digests`` enters as the text that is stored, so that not a byte of it can change.
    """
    return digest([ENTRY_FORMAT, *(entry[column] for column in SEALED_COLUMNS)])


def entries_digest(entries: Iterable[str]) -> str:
    """Return the digest of a batch: SHA-256 of the canonical JSON list of its entries' digests in order."""
    return digest(list(entries))


def seal_hash(number: int, previous: str, count: int, entries: str, sealed_at: int) -> str:
    """Return the hash of a seal, which is the ``previous`` of the next one."""
    return digest([SEAL_FORMAT, number, previous, count, entries, sealed_at])


def seal_mac(key: bytes, seal: str) -> str:
    """Return the MAC of a seal with that hash."""
    return _mac(key, [SEAL_FORMAT, seal])


def head_mac(key: bytes, number: int, seal: str) -> str:
    """Return the MAC of the head: the number and hash of the newest seal."""
    return _mac(key, [HEAD_FORMAT, number, seal])


def witness_mac(key: bytes, number: int, seal: str) -> str:
    """Return the MAC of the witness, which says outside the database what the head says inside."""
    return _mac(key, [WITNESS_FORMAT, number, seal])


def _mac(key: bytes, parts: Sequence[Json]) -> str:
    return hmac.new(key, compact(list(parts)).encode(), hashlib.sha256).hexdigest()
