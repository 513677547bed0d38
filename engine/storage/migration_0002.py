"""The second schema: what comes by the clock, slots of schedules and timers of records; frozen as the first is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_clockwork(operations: Operations, _dialect: Dialect) -> None:
    """Make the tables of schedules and timers, each with the index by which the scheduler looks for what is due."""
    operations.create_table(
        "youju_schedule",
        _words("app", key=True),
        _words("rule", key=True),
        Column("number", Integer(), primary_key=True, nullable=False, autoincrement=False),
        _words("cron"),
        _words("zone"),
        Column("next_slot", BigInteger(), nullable=False),
    )
    operations.create_index("ix_youju_schedule_next_slot", "youju_schedule", ["next_slot"])
    operations.create_table(
        "youju_timer",
        _words("app", key=True),
        _words("form", key=True),
        _words("record", key=True),
        _words("rule", key=True),
        Column("due_at", BigInteger(), nullable=False),
    )
    operations.create_index("ix_youju_timer_due_at", "youju_timer", ["due_at"])
    operations.create_index("ix_youju_timer_app_rule", "youju_timer", ["app", "rule"])


def _words(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, _WORDS, primary_key=key, nullable=False)
