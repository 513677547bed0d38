"""The fifth schema: for the filters that people save for their lists; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_saved_filters(operations: Operations, _dialect: Dialect) -> None:
    """Make the table of saved filters; a name stands once for a person and a list."""
    operations.create_table(
        "youju_saved_filter",
        Column("id", _WORDS, primary_key=True, nullable=False),
        *(Column(name, _WORDS, nullable=False) for name in ("user_id", "app", "form", "name", "filter")),
        Column("sort", _WORDS, nullable=True),
        Column("is_default", Integer(), nullable=False),
        Column("at", BigInteger(), nullable=False),
    )
    mine = ["user_id", "app", "form", "name"]
    operations.create_index("ux_youju_saved_filter_name", "youju_saved_filter", mine, unique=True)
