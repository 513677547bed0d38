"""The twenty-fourth schema: for records that are imported from files; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, PrimaryKeyConstraint, Text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_COUNTS = ("last", "rows", "made", "changed", "unchanged", "refused")


def make_imports(operations: Operations, _dialect: Dialect) -> None:
    """Make the tables of imports and of their rows.

    A row goes when it is taken; one that is refused stays, with its problems as JSON. ``last`` is the line that an
    import has come to. ``columns``, ``plan`` and ``content`` are JSON.
    """
    operations.create_table(
        "youju_import",
        Column("id", _WORDS, primary_key=True, nullable=False),
        *(Column(name, _WORDS, nullable=False) for name in ("app", "form", "user_id", "name", "kind", "sha256")),
        *(Column(name, _WORDS, nullable=False) for name in ("columns", "plan", "state")),
        Column("problems", _WORDS),
        *(Column(name, Integer(), nullable=False) for name in _COUNTS),
        Column("created_at", BigInteger(), nullable=False),
        Column("started_at", BigInteger()),
        Column("told_at", BigInteger(), nullable=False),
    )
    operations.create_index("ix_youju_import_of", "youju_import", ["app", "form", "user_id", "created_at"])
    operations.create_index("ix_youju_import_told", "youju_import", ["told_at"])
    operations.create_table(
        "youju_import_row",
        Column("import_id", _WORDS, ForeignKey("youju_import.id", ondelete="CASCADE"), nullable=False),
        Column("line", Integer(), nullable=False),
        Column("content", _WORDS, nullable=False),
        Column("problems", _WORDS),
        PrimaryKeyConstraint("import_id", "line"),
    )
