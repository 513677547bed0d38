"""The sixth schema: for designs that are drafted and not yet published; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_drafts(operations: Operations, _dialect: Dialect) -> None:
    """Make the table of drafts: one for an app."""
    operations.create_table(
        "youju_draft",
        Column("app", _WORDS, primary_key=True, nullable=False),
        *(Column(name, Integer(), nullable=False) for name in ("version", "base")),
        *(Column(name, _WORDS, nullable=False) for name in ("content", "user_id")),
        Column("at", BigInteger(), nullable=False),
    )
