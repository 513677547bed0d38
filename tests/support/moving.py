"""Instances that an archive is taken to, and what two of them have in common; it knows no member of an archive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, text

from engine.boot import Instance, open_instance
from engine.packs.archives.taking_in import Taken, take_in
from engine.packs.archives.writing import Written, write_archive
from engine.runtime.settings import read_settings
from tests.support.homes import TEST_CLOCK

if TYPE_CHECKING:
    from pathlib import Path

    from engine.runtime.execution import Execution
    from engine.storage.database import Database

OF_THE_INSTANCE = frozenset(
    f"youju_{name}"
    for name in (
        "schema_version",
        "setting",
        "user",
        "role_grant",
        "token",
        "session",
        "idempotency",
        "seal",
        "seal_head",
        "lease",
        "capture_token",
        "draft",
        "connector",
        "call_receipt",
        "hook_delivery",
        "contact",
        "gathered",
        "interruption",
        "board_refusal",
        "unreached",
        "pull",
        "intake_refusal",
        "import",
        "import_row",
        "absence",
    )
)
"""The tables that do not move: people move by name, settings those that are an app's.

How a partner stands and what it was asked is of this instance: another one has its own addresses and secrets. So is
where people are reached outside, and what is gathered for them there: inside they have been told already. What is
imported from a file goes on where it was begun.
"""

_OF_ITS_OWN: Mapping[str, frozenset[str]] = {
    "youju_journal": frozenset({"batch", "position"}),
    "youju_outbox": frozenset({"available_at", "fence"}),
}
_JSON = ("{", "[")


def opened(home: Path, url: str | None = None) -> Instance:
    """Open an instance on the test clock, made if need be."""
    database = {} if url is None else {"YOUJU_DATABASE_URL": url}
    return open_instance(read_settings({"YOUJU_HOME": str(home), **TEST_CLOCK, **database}))


def write(execution: Execution, path: Path, *apps: str, with_needs: bool = True) -> Written:
    """Write an archive; nobody looks at the progress."""
    return write_archive(execution, apps, path, lambda _done, _total: None, with_needs=with_needs)


def take(execution: Execution, path: Path) -> Taken:
    """Take an archive in."""
    return take_in(execution, path, lambda _done, _total: None)


def tables_of(database: Database) -> dict[str, list[str]]:
    """Return the rows of every table that moves, each as a line, in one order.

    Left out are messages that have been delivered, and what administrators did, such as taking an archive in.
    """
    with database.read() as connection:
        names = set(inspect(connection).get_table_names()) - OF_THE_INSTANCE
        return {
            name: sorted(
                _line(name, row)
                for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()  # noqa: S608 - a table of its
                if not (row.get("done_at") or row.get("app") == "")
            )
            for name in sorted(names)
        }


def _line(table: str, row: Mapping[str, Any]) -> str:
    own = {"_converted", *_OF_ITS_OWN.get(table, ())}
    kept = {key: _read(value) for key, value in row.items() if key not in own}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, default=str)


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith(_JSON) else value
