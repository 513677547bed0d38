"""Keeps the published revisions of apps and which one is current; knows documents as JSON, not what they mean."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.storage import problems, system_tables
from engine.storage.upserts import insert_into
from engine.storage.write_guard import writing

_APP = system_tables.app
_REVISION = system_tables.revision

WITHDRAWN = 0
"""The current revision of an app that is out of use; its tables, records and revisions stay."""

_CURRENT = select(_APP.c.key, _APP.c.current_revision).where(_APP.c.current_revision != WITHDRAWN)
"""Statements that every request makes are put together once."""


def current(connection: Connection) -> dict[str, int]:
    """Return the number of every app's current revision, by app."""
    return {row.key: row.current_revision for row in connection.execute(_CURRENT)}


def withdraw(connection: Connection, app: str) -> None:
    """Let an app have no current revision; the caller holds ``lock_for_publish`` and journals it by a note."""
    with writing(connection):
        connection.execute(update(_APP).where(_APP.c.key == app).values(current_revision=WITHDRAWN))


def restore(connection: Connection, app: str) -> bool:
    """Make the last revision of an app that was withdrawn its current one; return whether there was one to restore."""
    last = select(func.max(_REVISION.c.number)).where(_REVISION.c.app == app).scalar_subquery()
    gone = (_APP.c.key == app, _APP.c.current_revision == WITHDRAWN)
    with writing(connection):
        return connection.execute(update(_APP).where(*gone).values(current_revision=last)).rowcount > 0


def ever(connection: Connection) -> tuple[str, ...]:
    """Return every app that was published at some time, those that were withdrawn among them: their tables are here."""
    return tuple(connection.execute(select(_APP.c.key).order_by(_APP.c.key)).scalars())


def documents(connection: Connection, app: str, number: int) -> Json:
    """Return the documents of a revision; raises ``EngineError`` (STORE-054) where there is none."""
    columns = _REVISION.c
    query = select(columns.documents).where(columns.app == app, columns.number == number)
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        raise EngineError(problems.UNKNOWN_REVISION.at(app=app, number=number))
    return json.loads(found)


@dataclass(frozen=True, slots=True)
class Published:
    """One revision of an app: when it was published, and by whom (None: by no user)."""

    number: int
    digest: str
    at: Moment
    user: str | None


def history(connection: Connection, app: str) -> tuple[Published, ...]:
    """Return the revisions of an app, the newest first; none where it was never published."""
    columns = (_REVISION.c.number, _REVISION.c.digest, _REVISION.c.published_at, _REVISION.c.published_by)
    query = select(*columns).where(_REVISION.c.app == app).order_by(_REVISION.c.number.desc())
    return tuple(Published(*row) for row in connection.execute(query))


def publish(
    connection: Connection, app: str, number: int, digest: str, content: Json, moment: Moment, user: str | None
) -> None:
    """Keep a revision and make it the current one; the caller holds ``lock_for_publish`` and journals it by a note.

    Raises ``EngineError`` (STORE-014) where a revision of that number is there already.
    """
    row = {
        "app": app,
        "number": number,
        "digest": digest,
        "documents": compact(content),
        "published_at": moment,
        "published_by": user,
    }
    now_current = insert_into(connection, _APP).values(key=app, current_revision=number)
    with writing(connection):
        try:
            connection.execute(insert(_REVISION), row)
        except IntegrityError as error:
            raise EngineError(problems.REVISION_MOVED.at(app, app=app, number=number)) from error
        connection.execute(now_current.on_conflict_do_update(index_elements=["key"], set_={"current_revision": number}))
