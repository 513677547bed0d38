"""The triggers by which the databases themselves keep the journal append-only; frozen with the journal's format.

Allowed after the insert are two things only: the sealer gives an entry its batch and position once, and a payload
shrinks after a journalled erasure of the same record. Seals never change, and the head moves on by one.
"""

from __future__ import annotations

from engine.storage.database import Dialect

ERASURE = "journal.erase"
"""The action of an entry that permits the payload of its own record's earlier entries to shrink."""

_SEALED = (
    "id", "at", "actor", "rule", "command", "app", "subject", "record", "version", "action", "revision", "reason",
    "digests", "entry",
)  # fmt: skip
_REFUSAL = "the journal is append-only"

_ERASURE_EXISTS = f"""EXISTS (SELECT 1 FROM youju_journal e WHERE e.app = OLD.app AND e.subject = OLD.subject
        AND e.record = OLD.record AND e.action = '{ERASURE}')"""  # noqa: S608 - constants only

TRIGGERS = (
    "youju_journal_update",
    "youju_journal_delete",
    "youju_seal_update",
    "youju_seal_delete",
    "youju_seal_head_update",
    "youju_seal_head_delete",
)
"""The triggers that must be there; ``youju audit verify`` looks for them."""


def trigger_statements(dialect: Dialect) -> tuple[str, ...]:
    """Return the statements that make the triggers."""
    return tuple(_sqlite()) if dialect == "sqlite" else tuple(_postgresql())


def _journal_change_allowed(same: str) -> str:
    """Return the condition under which an entry may change; ``same`` is the database's blank-proof equality."""
    unchanged = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in _SEALED)
    sealing = (
        f"NEW.payload {same} OLD.payload AND OLD.batch IS NULL AND OLD.position IS NULL"
        " AND NEW.batch IS NOT NULL AND NEW.position IS NOT NULL"
    )
    erasing = (
        f"NEW.batch {same} OLD.batch AND NEW.position {same} OLD.position"
        f" AND length(NEW.payload) < length(OLD.payload) AND {_ERASURE_EXISTS}"
    )
    return f"({unchanged}) AND (({sealing}) OR ({erasing}))"


_HEAD_CHANGE_ALLOWED = "NEW.id = OLD.id AND NEW.number = OLD.number + 1"


def _sqlite() -> list[str]:
    guards = {
        ("youju_journal", "update"): f"WHEN NOT ({_journal_change_allowed('IS')})",
        ("youju_journal", "delete"): "",
        ("youju_seal", "update"): "",
        ("youju_seal", "delete"): "",
        ("youju_seal_head", "update"): f"WHEN NOT ({_HEAD_CHANGE_ALLOWED})",
        ("youju_seal_head", "delete"): "",
    }
    return [
        f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table} {condition}"
        f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for (table, verb), condition in guards.items()
    ]


def _postgresql() -> list[str]:
    allowed = _journal_change_allowed("IS NOT DISTINCT FROM")
    statements = [
        _function("youju_refuse_change", f"RAISE EXCEPTION '{_REFUSAL}';"),
        _function("youju_check_journal", _unless(allowed)),
        _function("youju_check_head", _unless(_HEAD_CHANGE_ALLOWED)),
        _trigger("youju_journal_update", "UPDATE ON youju_journal FOR EACH ROW", "youju_check_journal"),
        _trigger("youju_seal_head_update", "UPDATE ON youju_seal_head FOR EACH ROW", "youju_check_head"),
        _trigger("youju_seal_update", "UPDATE ON youju_seal FOR EACH ROW", "youju_refuse_change"),
    ]
    for table in ("youju_journal", "youju_seal", "youju_seal_head"):
        events = f"DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT"
        statements.append(_trigger(f"{table}_delete", events, "youju_refuse_change"))
    return statements


def _unless(allowed: str) -> str:
    return f"IF NOT ({allowed}) THEN RAISE EXCEPTION '{_REFUSAL}'; END IF; RETURN NEW;"


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _trigger(name: str, events: str, function: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {events} EXECUTE FUNCTION {function}()"
