"""Keeps the draft of each app's next revision; knows it as JSON that was changed by somebody, not what it means."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import Moment
from engine.storage import settings, system_tables

_DRAFT = system_tables.draft
_COUNTED = "draft_version."
"""Settings under this name keep the version of an app's last draft, whatever became of that one."""


def lock_of(app: str) -> str:
    """Return the name under which whoever changes the draft of an app holds it."""
    return f"draft/{app}"


def next_version(connection: Connection, app: str, last: int) -> int:
    """Return the next version of an app's draft, after the ``last`` and after any that was thrown away since."""
    version = max(int(settings.read(connection, _COUNTED + app) or 0), last) + 1
    settings.write(connection, _COUNTED + app, str(version))
    return version


@dataclass(frozen=True, slots=True)
class Draft:
    """What an app might become: ``version`` counts its changes, ``base`` is the revision that it started from."""

    app: str
    version: int
    base: int
    content: Json
    user: str
    at: Moment


def get(connection: Connection, app: str) -> Draft | None:
    """Return the draft of an app, None where there is none."""
    row = connection.execute(select(_DRAFT).where(_DRAFT.c.app == app)).mappings().one_or_none()
    if row is None:
        return None
    return Draft(app, row["version"], row["base"], json.loads(row["content"]), row["user_id"], row["at"])


def put(connection: Connection, draft: Draft) -> None:
    """Keep a draft in place of the one that its app had; the caller has looked at that one's version under a lock."""
    remove(connection, draft.app)
    row = {
        "app": draft.app,
        "version": draft.version,
        "base": draft.base,
        "content": compact(draft.content),
        "user_id": draft.user,
        "at": draft.at,
    }
    connection.execute(insert(_DRAFT), row)


def remove(connection: Connection, app: str) -> None:
    """Remove the draft of an app, if there is one."""
    connection.execute(delete(_DRAFT).where(_DRAFT.c.app == app))
