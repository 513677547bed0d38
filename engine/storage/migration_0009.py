"""The ninth schema: for telling people outside; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_telling(operations: Operations, _dialect: Dialect) -> None:
    """Make the tables of where people are reached, of what is gathered for them, and of who could not be reached."""
    operations.create_table("youju_contact", _words("user_id", key=True), _words("way", key=True), _words("address"))
    operations.create_table(
        "youju_gathered",
        _words("message", key=True),
        _words("way", key=True),
        _words("recipient", key=True),
        Column("due_at", BigInteger(), nullable=False),
        *(_words(name) for name in ("people", "text_zh", "text_en", "app", "form", "record")),
        Column("retry", _WORDS),
        Column("at", BigInteger(), nullable=False),
    )
    operations.create_index("ix_youju_gathered_due", "youju_gathered", ["way", "recipient", "due_at"])
    operations.create_table(
        "youju_unreached",
        _words("recipient", key=True),
        _words("way", key=True),
        Column("times", Integer(), nullable=False),
        Column("at", BigInteger(), nullable=False),
    )


def _words(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, _WORDS, primary_key=key, nullable=False)
