"""The fourth schema: for files, the records that hold them and the tokens of photos; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text, text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_UNUSED = text("used_at IS NULL")


def make_files(operations: Operations, _dialect: Dialect) -> None:
    """Make the tables of files, of what records hold them, and of capture tokens.

    A user has a content once: whoever sends the same bytes again is answered with the same file. Which record holds a
    file is asked by file when it is read, and by record when an app is exported.
    """
    operations.create_table(
        "youju_file",
        _words("id", key=True),
        _words("sha256"),
        _words("name"),
        _words("type"),
        Column("size", BigInteger(), nullable=False),
        Column("width", Integer(), nullable=True),
        Column("height", Integer(), nullable=True),
        _words("user_id"),
        Column("at", BigInteger(), nullable=False),
    )
    operations.create_index("ux_youju_file_content", "youju_file", ["sha256", "user_id"], unique=True)
    operations.create_index("ix_youju_file_at", "youju_file", ["at"])
    operations.create_index("ix_youju_file_user", "youju_file", ["user_id", "at"])
    operations.create_table(
        "youju_file_use",
        _words("file", key=True),
        _words("app", key=True),
        _words("form", key=True),
        _words("record", key=True),
        _words("field", key=True),
        Column("at", BigInteger(), nullable=False),
    )
    operations.create_index("ix_youju_file_use_record", "youju_file_use", ["app", "form", "record"])
    _make_tokens(operations)


def _make_tokens(operations: Operations) -> None:
    operations.create_table(
        "youju_capture_token",
        _words("token", key=True),
        _words("user_id"),
        Column("device", _WORDS, nullable=True),
        Column("device_type", _WORDS, nullable=True),
        Column("issued_at", BigInteger(), nullable=False),
        Column("sha256", _WORDS, nullable=True),
        Column("app", _WORDS, nullable=True),
        Column("form", _WORDS, nullable=True),
        Column("record", _WORDS, nullable=True),
        Column("used_at", BigInteger(), nullable=True),
    )
    operations.create_index(
        "ix_youju_capture_token_unused",
        "youju_capture_token",
        ["user_id", "issued_at"],
        sqlite_where=_UNUSED,
        postgresql_where=_UNUSED,
    )


def _words(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, _WORDS, primary_key=key, nullable=False)
