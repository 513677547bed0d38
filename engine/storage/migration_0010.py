"""The tenth schema: approvals, who acts for those who are away, and moves of many records; frozen as the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text, text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_approvals(operations: Operations, _dialect: Dialect) -> None:
    """Make the tables of approvals, of what is done in them, and of absences; tasks name their approval."""
    _make_approvals(operations)
    _make_absences(operations)
    _make_relocations(operations)
    operations.add_column("youju_task", Column("approval", _WORDS))
    operations.add_column("youju_state_log", Column("batch", _WORDS))
    operations.create_index("ix_youju_state_log_batch", "youju_state_log", ["batch"])


def _make_approvals(operations: Operations) -> None:
    operations.create_table(
        "youju_approval",
        Column("id", _WORDS, primary_key=True, nullable=False),
        *(_words(name) for name in ("app", "form", "record", "approval")),
        Column("version", Integer(), nullable=False),
        *(_words(name) for name in ("design", "course")),
        Column("starter", _WORDS),
        Column("started_at", BigInteger(), nullable=False),
        Column("urged_at", BigInteger()),
        Column("ended_at", BigInteger()),
        Column("outcome", _WORDS),
    )
    operations.create_index("ix_youju_approval_record", "youju_approval", ["app", "form", "record", "id"])
    there = text("ended_at IS NULL")
    operations.create_index(
        "ux_youju_approval_under_way",
        "youju_approval",
        ["record", "app", "form", "approval"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )
    operations.create_index("ix_youju_approval_starter", "youju_approval", ["starter", "id"])
    operations.create_table(
        "youju_approval_act",
        Column("id", _WORDS, primary_key=True, nullable=False),
        *(_words(name) for name in ("approval", "app")),
        Column("number", Integer(), nullable=False),
        Column("step", _WORDS),
        _words("act"),
        Column("actor", _WORDS),
        Column("at", BigInteger(), nullable=False),
        Column("person", _WORDS),
        Column("to", _WORDS),
        Column("score", Integer()),
        Column("comment", _WORDS),
    )
    operations.create_index("ix_youju_approval_act_approval", "youju_approval_act", ["approval", "number"])
    operations.create_index("ix_youju_approval_act_actor", "youju_approval_act", ["actor", "id"])


def _make_absences(operations: Operations) -> None:
    operations.create_table(
        "youju_absence",
        Column("id", _WORDS, primary_key=True, nullable=False),
        _words("user_id"),
        Column("begins_at", BigInteger(), nullable=False),
        Column("ends_at", BigInteger(), nullable=False),
        Column("deputy", _WORDS),
        Column("note", _WORDS),
    )
    operations.create_index("ix_youju_absence_user", "youju_absence", ["user_id", "ends_at"])
    operations.create_index("ix_youju_absence_ends", "youju_absence", ["ends_at"])


def _make_relocations(operations: Operations) -> None:
    operations.create_table(
        "youju_relocation",
        Column("id", _WORDS, primary_key=True, nullable=False),
        *(_words(name) for name in ("app", "form", "moves", "reason")),
        Column("user_id", _WORDS),
        Column("at", BigInteger(), nullable=False),
        Column("moved", Integer(), nullable=False),
        Column("back_of", _WORDS),
    )
    operations.create_index("ix_youju_relocation_app", "youju_relocation", ["app", "id"])


def _words(name: str) -> Column[str]:
    return Column(name, _WORDS, nullable=False)
