"""The first schema of the engine's own tables; frozen, later changes are later migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Integer, Text, text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect
from engine.storage.journal_triggers import trigger_statements

if TYPE_CHECKING:
    from alembic.operations import Operations
    from sqlalchemy.schema import SchemaItem

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_spine(operations: Operations, dialect: Dialect) -> None:
    """Make every table of the first release, its indices, and the triggers that keep the journal append-only."""
    _make_apps(operations)
    _make_users(operations)
    _make_journal(operations)
    _make_messages(operations)
    _make_tasks(operations)
    _make_logs(operations)
    for statement in trigger_statements(dialect):
        operations.execute(text(statement))


def _words(name: str, *, key: bool = False, blank: bool = False) -> Column[str]:
    return Column(name, _WORDS, primary_key=key, nullable=blank)


def _number(name: str, *, key: bool = False, blank: bool = False, start: str | None = None) -> Column[int]:
    return Column(name, Integer(), primary_key=key, nullable=blank, autoincrement=False, server_default=start)


def _moment(name: str, *, blank: bool = False, start: str | None = None) -> Column[int]:
    return Column(name, BigInteger(), nullable=blank, server_default=start)


def _truth(name: str) -> Column[bool]:
    return Column(name, Boolean(), nullable=False)


def _index(operations: Operations, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    """Make an index; ``where`` makes it a partial one, small and cheap to keep."""
    condition = None if where is None else text(where)
    name = f"{'ux' if unique else 'ix'}_{table}_{'_'.join(columns)}"
    operations.create_index(
        name, table, list(columns), unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def _table(operations: Operations, name: str, *items: SchemaItem) -> None:
    operations.create_table(name, *items)


def _make_apps(op: Operations) -> None:
    _table(op, "youju_app", _words("key", key=True), _number("current_revision"))
    _table(
        op, "youju_revision",
        _words("app", key=True), _number("number", key=True), _words("digest"), _words("documents"),
        _moment("published_at"), _words("published_by", blank=True),
    )  # fmt: skip
    _table(op, "youju_parameter", _words("app", key=True), _words("key", key=True), _words("value"))
    _table(op, "youju_setting", _words("key", key=True), _words("value"))
    _table(
        op, "youju_lease",
        _words("name", key=True), _words("holder"), _moment("until"), _number("fence"),
    )  # fmt: skip


def _make_users(op: Operations) -> None:
    _table(
        op, "youju_user",
        _words("id", key=True), _words("name"), _words("display_name"), _words("password_hash", blank=True),
        _words("manager_id", blank=True), _words("department", blank=True), _words("language"), _truth("active"),
    )  # fmt: skip
    _index(op, "youju_user", "name", unique=True)
    _table(op, "youju_role_grant", _words("user_id", key=True), _words("app", key=True), _words("role", key=True))
    _index(op, "youju_role_grant", "app", "role")
    _table(
        op, "youju_token",
        _words("hash", key=True), _words("user_id"), _words("label"), _moment("created_at"),
        _moment("expires_at", blank=True), _moment("revoked_at", blank=True),
    )  # fmt: skip
    _index(op, "youju_token", "user_id")
    _table(
        op, "youju_session",
        _words("hash", key=True), _words("user_id"), _moment("created_at"), _moment("seen_at"),
        _moment("expires_at"), _moment("revoked_at", blank=True),
    )  # fmt: skip
    _index(op, "youju_session", "user_id")
    _index(op, "youju_session", "expires_at")
    _table(
        op, "youju_idempotency",
        _words("user_id", key=True), _words("key", key=True), _words("digest"), _words("answer", blank=True),
        _moment("created_at"),
    )  # fmt: skip
    _index(op, "youju_idempotency", "created_at")


def _make_journal(op: Operations) -> None:
    _table(
        op, "youju_journal",
        _words("id", key=True), _moment("at"), _words("actor", blank=True), _words("rule", blank=True),
        _words("command"), _words("app"), _words("subject"), _words("record"), _number("version", blank=True),
        _words("action"), _number("revision", blank=True), _words("reason", blank=True), _words("digests"),
        _words("payload"), _words("entry"), _number("batch", blank=True), _number("position", blank=True),
    )  # fmt: skip
    # A record's history; that a version of a record is written once holds by this too.
    _index(op, "youju_journal", "app", "subject", "record", "version", unique=True)
    _index(op, "youju_journal", "batch", "position", where="batch IS NOT NULL", unique=True)
    _index(op, "youju_journal", "id", where="batch IS NULL")  # what the sealer looks for
    _table(
        op, "youju_seal",
        _number("number", key=True), _words("previous"), _number("count"), _words("entries"), _moment("sealed_at"),
        _words("hash"), _words("mac"),
    )  # fmt: skip
    _table(
        op, "youju_seal_head",
        _number("id", key=True), _number("number"), _words("hash"), _words("mac"),
        CheckConstraint("id = 1", name="ck_youju_seal_head_one"),
    )  # fmt: skip


def _make_messages(op: Operations) -> None:
    _table(
        op, "youju_outbox",
        _words("id", key=True), _words("command"), _words("kind"), _words("payload"), _moment("due_at"),
        _moment("available_at", start="0"), _number("fence", start="0"), _number("attempts", start="0"),
        _words("error", blank=True), _moment("done_at", blank=True), _moment("dead_at", blank=True),
    )  # fmt: skip
    _index(op, "youju_outbox", "due_at", "id", where="done_at IS NULL AND dead_at IS NULL")
    _index(op, "youju_outbox", "dead_at", where="dead_at IS NOT NULL")
    _index(op, "youju_outbox", "done_at", where="done_at IS NOT NULL")
    _table(
        op, "youju_notification",
        _words("id", key=True), _words("outbox_id"), _words("recipient"), _words("text_zh"), _words("text_en"),
        _words("app"), _words("form"), _words("record"), _moment("at"), _moment("read_at", blank=True),
    )  # fmt: skip
    _index(op, "youju_notification", "outbox_id", "recipient", unique=True)
    _index(op, "youju_notification", "recipient", "id")
    _index(op, "youju_notification", "recipient", where="read_at IS NULL")


def _make_tasks(op: Operations) -> None:
    _table(
        op, "youju_task",
        _words("id", key=True), _words("key"), _words("app"), _words("form"), _words("record"), _words("assignee"),
        _words("title_zh"), _words("title_en"), _words("actions"), _words("dedupe"), _moment("opened_at"),
        _moment("due_at", blank=True), _words("state", blank=True), _moment("closed_at", blank=True),
        _words("closed_action", blank=True), _words("closed_by", blank=True), _words("closed_rule", blank=True),
    )  # fmt: skip
    _index(op, "youju_task", "dedupe", unique=True)
    _index(op, "youju_task", "assignee", "id", where="closed_at IS NULL")
    _index(op, "youju_task", "app", "form", "record")


def _make_logs(op: Operations) -> None:
    _table(
        op, "youju_state_log",
        _words("id", key=True), _words("app"), _words("form"), _words("record"), _words("origin", blank=True),
        _words("target"), _words("transition", blank=True), _words("actor", blank=True), _words("rule", blank=True),
        _moment("at"), _moment("dwell", blank=True),
    )  # fmt: skip
    _index(op, "youju_state_log", "app", "form", "record", "at")
    _index(op, "youju_state_log", "app", "form", "target", "at")  # funnels and dwell of a form
    _table(
        op, "youju_rule_run",
        _words("id", key=True), _words("app"), _words("rule"), _number("revision"), _words("form"),
        _words("record"), _truth("fired"), _words("trace"), _moment("at"),
    )  # fmt: skip
    _index(op, "youju_rule_run", "app", "form", "record", "at")
    _index(op, "youju_rule_run", "app", "rule", "at")
