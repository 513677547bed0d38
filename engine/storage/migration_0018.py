"""The eighteenth schema: whose turn it is; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations


def make_turns(operations: Operations, _dialect: Dialect) -> None:
    """Make the index by which is found when a person last got a task."""
    operations.create_index("ix_youju_task_assignee_opened_at", "youju_task", ["assignee", "opened_at"])
