"""The third schema: for what rules that fire once only have fired; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Text, text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_ENDING = text("over_at IS NOT NULL")


def make_firings(operations: Operations, _dialect: Dialect) -> None:
    """Make the table that lets a rule fire once only, with the index by which what is over is forgotten.

    ``rule`` is the rule's uid; ``period`` names the state, day, week or month, and is '' for the record as such.
    """
    operations.create_table(
        "youju_rule_once",
        _words("app"),
        _words("rule"),
        _words("record"),
        _words("period"),
        Column("at", BigInteger(), nullable=False),
        Column("over_at", BigInteger(), nullable=True),
    )
    operations.create_index(
        "ix_youju_rule_once_over_at",
        "youju_rule_once",
        ["over_at"],
        sqlite_where=_ENDING,
        postgresql_where=_ENDING,
    )


def _words(name: str) -> Column[str]:
    return Column(name, _WORDS, primary_key=True, nullable=False)
