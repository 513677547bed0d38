"""The thirteenth schema: envelopes, and the chain of what is done with them; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_signing(operations: Operations, _dialect: Dialect) -> None:
    """Make the tables of envelopes and of their acts; an envelope has one act of a number, whoever writes at once."""
    operations.create_table(
        "youju_envelope",
        Column("id", _WORDS, primary_key=True, nullable=False),
        *(_words(name) for name in ("app", "form", "record", "document", "field", "file")),
        *(_number(name) for name in ("version", "seen")),
        _words("content"),
        Column("sender", _WORDS),
        Column("rule", _WORDS),
        Column("sent_at", BigInteger(), nullable=False),
        Column("ended_at", BigInteger()),
        _words("state"),
        _number("acts"),
        _words("head"),
        Column("signed_file", _WORDS),
        Column("report_file", _WORDS),
    )
    operations.create_index("ix_youju_envelope_record", "youju_envelope", ["app", "form", "record", "id"])
    operations.create_table(
        "youju_envelope_act",
        Column("envelope", _WORDS, primary_key=True, nullable=False),
        _words("app"),
        Column("number", Integer(), primary_key=True, nullable=False, autoincrement=False),
        Column("at", BigInteger(), nullable=False),
        _words("act"),
        Column("signer", Integer()),
        *(Column(name, _WORDS) for name in ("actor", "ip", "agent")),
        *(_words(name) for name in ("sha256", "said", "previous", "hash")),
    )
    operations.create_index("ix_youju_envelope_act_app", "youju_envelope_act", ["app", "envelope", "number"])


def _words(name: str) -> Column[str]:
    return Column(name, _WORDS, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, Integer(), nullable=False)
