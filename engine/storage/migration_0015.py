"""The fifteenth schema: for figures of metrics that are kept; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_snapshots(operations: Operations, _dialect: Dialect) -> None:
    """Make the table of figures as they were at the end of periods.

    ``period`` is the first day of one; the row of ``number`` 0 says that it has been kept, and when, also where there
    was no group; each further one is a group.
    """
    operations.create_table(
        "youju_metric_snapshot",
        *(Column(name, _WORDS, primary_key=True, nullable=False) for name in ("app", "metric")),
        Column("figures", _WORDS, nullable=False),
        *(Column(name, Integer(), primary_key=True, nullable=False) for name in ("period", "number")),
        Column("at", BigInteger(), nullable=False),
    )
