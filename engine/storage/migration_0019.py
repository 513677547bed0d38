"""The nineteenth schema: approvals that are under way side by side; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Text

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations


def make_regions(operations: Operations, _dialect: Dialect) -> None:
    """Keep of each approval which others began with it, as a JSON list of ids; blank for one that began alone."""
    operations.add_column("youju_approval", Column("beside", Text()))
