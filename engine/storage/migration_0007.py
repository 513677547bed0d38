"""The seventh schema: for calls of others and by others; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_calls(operations: Operations, _dialect: Dialect) -> None:
    """Make the tables of how connectors stand, of what calls came to, and of the calls that came in."""
    operations.create_table(
        "youju_connector",
        _words("app", key=True),
        _words("connector", key=True),
        *(Column(name, BigInteger(), nullable=False) for name in ("next_at", "open_until")),
        Column("failures", Integer(), nullable=False),
    )
    operations.create_table(
        "youju_call_receipt",
        _words("message", key=True),
        Column("attempt", Integer(), primary_key=True, nullable=False, autoincrement=False),
        *(_words(name) for name in ("app", "connector", "operation", "form", "record", "rule")),
        Column("at", BigInteger(), nullable=False),
        Column("status", Integer()),
        Column("duration", BigInteger(), nullable=False),
        Column("excerpt", _WORDS),
        Column("error", _WORDS),
    )
    operations.create_index("ix_youju_call_receipt_at", "youju_call_receipt", ["at"])
    operations.create_index("ix_youju_call_receipt_record", "youju_call_receipt", ["app", "form", "record"])
    operations.create_table(
        "youju_hook_delivery",
        _words("app", key=True),
        _words("hook", key=True),
        _words("delivery", key=True),
        _words("digest"),
        Column("record", _WORDS),
        Column("at", BigInteger(), nullable=False),
    )
    operations.create_index("ix_youju_hook_delivery_at", "youju_hook_delivery", ["at"])


def _words(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, _WORDS, primary_key=key, nullable=False)
