"""The twelfth schema: how pressing a task is; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations


def make_priorities(operations: Operations, _dialect: Dialect) -> None:
    """Keep of each task how it stands to others: 0 urgent, 1 high, 2 normal, 3 low; those there are, are normal."""
    operations.add_column("youju_task", Column("priority", Integer(), nullable=False, server_default="2"))
