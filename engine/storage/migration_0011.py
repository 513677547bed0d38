"""The eleventh schema: for finding runs of rules, and for undoing them; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Text, text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_undoing(operations: Operations, _dialect: Dialect) -> None:
    """Keep of each run the code of what kept it from acting, and when, by whom and why it was undone.

    ``undone`` is ``{"by", "reason", "left"}``. The indexes give the newest runs of an app, and those few that failed or
    were undone.
    """
    operations.add_column("youju_rule_run", Column("error", _WORDS, nullable=True))
    operations.add_column("youju_rule_run", Column("undone_at", BigInteger(), nullable=True))
    operations.add_column("youju_rule_run", Column("undone", _WORDS, nullable=True))
    marked = '\'%"problems":[{"code":"%\''
    operations.execute(f"UPDATE youju_rule_run SET error = 'RULE' WHERE trace LIKE {marked}")  # noqa: S608 - a text of ours
    operations.create_index("ix_youju_rule_run_newest", "youju_rule_run", ["app", "at", "id"])
    for column in ("error", "undone_at"):
        there = text(f"{column} IS NOT NULL")
        operations.create_index(
            f"ix_youju_rule_run_{column}",
            "youju_rule_run",
            ["app", "at", "id"],
            sqlite_where=there,
            postgresql_where=there,
        )
