"""The engine's own tables as queries see them; their constraints and indices are made, and documented, by migrations.

Moments are milliseconds since 1970 UTC. JSON is kept as canonical text, so that what was digested is what is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table, Text
from sqlalchemy.dialects import postgresql

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

PREFIX = "youju_"

metadata = MetaData()

WORDS: TypeEngine[str] = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text that sorts by code point on both databases."""


def _table(name: str, *columns: Column[object]) -> Table:
    return Table(PREFIX + name, metadata, *columns)


def _words(name: str) -> Column[object]:
    return Column(name, WORDS)


def _number(name: str) -> Column[object]:
    return Column(name, Integer())


def _moment(name: str) -> Column[object]:
    return Column(name, BigInteger())


def _truth(name: str) -> Column[object]:
    return Column(name, Boolean())


schema_version = Table(
    PREFIX + "schema_version",
    metadata,
    Column("name", WORDS, primary_key=True),
    Column("applied_at", BigInteger(), nullable=False),
)

app = _table("app", _words("key"), _number("current_revision"))
revision = _table(
    "revision",
    _words("app"),
    _number("number"),
    _words("digest"),
    _words("documents"),
    _moment("published_at"),
    _words("published_by"),
)
parameter = _table("parameter", _words("app"), _words("key"), _words("value"))
setting = _table("setting", _words("key"), _words("value"))
counter = _table("counter", *(_words(name) for name in ("app", "form", "field", "period")), _number("last"))

user = _table(
    "user",
    _words("id"),
    _words("name"),
    _words("display_name"),
    _words("password_hash"),
    _words("manager_id"),
    _words("department"),
    _words("language"),
    _truth("active"),
)
role_grant = _table("role_grant", _words("user_id"), _words("app"), _words("role"))
token = _table(
    "token",
    _words("hash"),
    _words("user_id"),
    _words("label"),
    _moment("created_at"),
    _moment("expires_at"),
    _moment("revoked_at"),
)
session = _table(
    "session",
    _words("hash"),
    _words("user_id"),
    _moment("created_at"),
    _moment("seen_at"),
    _moment("expires_at"),
    _moment("revoked_at"),
)
idempotency = _table(
    "idempotency",
    _words("user_id"),
    _words("key"),
    _words("digest"),
    _words("answer"),
    _moment("created_at"),
)

journal = _table(
    "journal",
    _words("id"),
    _moment("at"),
    _words("actor"),
    _words("rule"),
    _words("command"),
    _words("app"),
    _words("subject"),
    _words("record"),
    _number("version"),
    _words("action"),
    _number("revision"),
    _words("reason"),
    _words("digests"),
    _words("payload"),
    _words("entry"),
    _number("batch"),
    _number("position"),
)
seal = _table(
    "seal",
    _number("number"),
    _words("previous"),
    _number("count"),
    _words("entries"),
    _moment("sealed_at"),
    _words("hash"),
    _words("mac"),
)
seal_head = _table("seal_head", _number("id"), _number("number"), _words("hash"), _words("mac"))

outbox = _table(
    "outbox",
    _words("id"),
    _words("command"),
    _words("kind"),
    _words("payload"),
    _moment("due_at"),
    _moment("available_at"),
    _number("fence"),
    _number("attempts"),
    _words("error"),
    _moment("done_at"),
    _moment("dead_at"),
)
notification = _table(
    "notification",
    _words("id"),
    _words("outbox_id"),
    _words("recipient"),
    _words("text_zh"),
    _words("text_en"),
    _words("app"),
    _words("form"),
    _words("record"),
    _moment("at"),
    _moment("read_at"),
)
task = _table(
    "task",
    *(_words(name) for name in ("id", "key", "app", "form", "record", "assignee")),
    *(_words(name) for name in ("title_zh", "title_en", "actions", "dedupe")),
    *(_moment(name) for name in ("opened_at", "due_at")),
    _words("state"),
    _moment("closed_at"),
    *(_words(name) for name in ("closed_action", "closed_by", "closed_rule", "approval")),
    _number("priority"),
)
approval = _table(
    "approval",
    *(_words(name) for name in ("id", "app", "form", "record", "approval")),
    _number("version"),
    *(_words(name) for name in ("design", "course", "starter")),
    *(_moment(name) for name in ("started_at", "urged_at", "ended_at")),
    *(_words(name) for name in ("outcome", "beside")),
)
approval_act = _table(
    "approval_act",
    *(_words(name) for name in ("id", "approval", "app")),
    _number("number"),
    *(_words(name) for name in ("step", "act", "actor")),
    _moment("at"),
    *(_words(name) for name in ("person", "to")),
    _number("score"),
    _words("comment"),
)
envelope = _table(
    "envelope",
    *(_words(name) for name in ("id", "app", "form", "record", "document", "field", "file")),
    _number("version"),
    _number("seen"),
    *(_words(name) for name in ("content", "sender", "rule")),
    *(_moment(name) for name in ("sent_at", "ended_at")),
    _words("state"),
    _number("acts"),
    *(_words(name) for name in ("head", "signed_file", "report_file")),
)
envelope_act = _table(
    "envelope_act",
    *(_words(name) for name in ("envelope", "app")),
    _number("number"),
    _moment("at"),
    _words("act"),
    _number("signer"),
    *(_words(name) for name in ("actor", "ip", "agent", "sha256", "said", "previous", "hash")),
)
absence = _table(
    "absence",
    *(_words(name) for name in ("id", "user_id")),
    *(_moment(name) for name in ("begins_at", "ends_at")),
    *(_words(name) for name in ("deputy", "note")),
)
state_log = _table(
    "state_log",
    _words("id"),
    _words("app"),
    _words("form"),
    _words("record"),
    _words("origin"),
    _words("target"),
    _words("transition"),
    _words("actor"),
    _words("rule"),
    _moment("at"),
    _moment("dwell"),
    _words("batch"),
)
relocation = _table(
    "relocation",
    *(_words(name) for name in ("id", "app", "form", "moves", "reason", "user_id")),
    _moment("at"),
    _number("moved"),
    _words("back_of"),
)
rule_run = _table(
    "rule_run",
    _words("id"),
    _words("app"),
    _words("rule"),
    _number("revision"),
    _words("form"),
    _words("record"),
    _truth("fired"),
    _words("trace"),
    _moment("at"),
    _words("error"),
    _moment("undone_at"),
    _words("undone"),
)
lease = _table("lease", _words("name"), _words("holder"), _moment("until"), _number("fence"))

schedule = _table(
    "schedule",
    _words("app"),
    _words("rule"),
    _number("number"),
    _words("cron"),
    _words("zone"),
    _moment("next_slot"),
)
rule_once = _table(
    "rule_once",
    _words("app"),
    _words("rule"),
    _words("record"),
    _words("period"),
    _moment("at"),
    _moment("over_at"),
)
timer = _table("timer", _words("app"), _words("form"), _words("record"), _words("rule"), _moment("due_at"))

file = _table(
    "file",
    _words("id"),
    _words("sha256"),
    _words("name"),
    _words("type"),
    Column("size", BigInteger()),
    _number("width"),
    _number("height"),
    _words("user_id"),
    _moment("at"),
)
file_use = _table(
    "file_use", _words("file"), _words("app"), _words("form"), _words("record"), _words("field"), _moment("at")
)
capture_token = _table(
    "capture_token",
    _words("token"),
    _words("user_id"),
    _words("device"),
    _words("device_type"),
    _moment("issued_at"),
    _words("sha256"),
    _words("app"),
    _words("form"),
    _words("record"),
    _moment("used_at"),
)

saved_filter = _table(
    "saved_filter",
    _words("id"),
    _words("user_id"),
    _words("app"),
    _words("form"),
    _words("name"),
    _words("filter"),
    _words("sort"),
    _number("is_default"),
    _moment("at"),
)

board_subscription = _table(
    "board_subscription",
    _words("id"),
    _words("user_id"),
    _words("app"),
    _words("board"),
    _words("period"),
    _number("hour"),
    _words("message"),
    _moment("at"),
)

metric_snapshot = _table(
    "metric_snapshot",
    *(_words(name) for name in ("app", "metric", "figures")),
    *(_number(name) for name in ("period", "number")),
    _moment("at"),
)

draft = _table(
    "draft",
    _words("app"),
    _number("version"),
    _number("base"),
    _words("content"),
    _words("user_id"),
    _moment("at"),
)

connector = _table(
    "connector", _words("app"), _words("connector"), _moment("next_at"), _moment("open_until"), _number("failures")
)
call_receipt = _table(
    "call_receipt",
    _words("message"),
    _number("attempt"),
    *(_words(name) for name in ("app", "connector", "operation", "form", "record", "rule")),
    _moment("at"),
    _number("status"),
    _moment("duration"),
    _words("excerpt"),
    _words("error"),
)
contact = _table("contact", _words("user_id"), _words("way"), _words("address"))
gathered = _table(
    "gathered",
    *(_words(name) for name in ("message", "way", "recipient")),
    _moment("due_at"),
    *(_words(name) for name in ("people", "text_zh", "text_en", "app", "form", "record", "retry")),
    *(_moment(name) for name in ("at", "amount")),
    *(_words(name) for name in ("quiet", "standing")),
)
board_refusal = _table("board_refusal", _words("user_id"), _words("app"), _words("board"))
interruption = _table("interruption", _words("told"), _words("person"), _number("day"), _words("standing"))
unreached = _table("unreached", _words("recipient"), _words("way"), _number("times"), _moment("at"))
hook_delivery = _table(
    "hook_delivery",
    *(_words(name) for name in ("app", "connector", "hook", "delivery", "digest")),
    _moment("at"),
    *(_number(name) for name in ("items", "taken", "refused")),
)
pull = _table(
    "pull",
    *(_words(name) for name in ("app", "connector", "pull", "message")),
    *(_moment(name) for name in ("begun_at", "ended_at", "since")),
    *(_number(name) for name in ("pages", "items", "taken", "refused")),
    _words("error"),
)
intake_refusal = _table(
    "intake_refusal",
    *(_words(name) for name in ("id", "app", "connector", "intake", "item", "source", "hook", "content", "problems")),
    _moment("at"),
    _number("times"),
)
