"""The twenty-first schema: counters of the numbers that records are given; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Text

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations


def make_counters(operations: Operations, _dialect: Dialect) -> None:
    """Make the table of counters: the last number that was given, by app, form, field and period."""
    keys = ("app", "form", "field", "period")
    operations.create_table(
        "youju_counter",
        *(Column(key, Text(), nullable=False) for key in keys),
        Column("last", BigInteger(), nullable=False),
        PrimaryKeyConstraint(*keys),
    )
