"""Keeps the values that administrators gave the parameters of apps; knows neither their types nor their defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import Connection, delete, select

from engine.decision.changeset import Note
from engine.kernel.canonical import Json, compact
from engine.storage import journal, system_tables
from engine.storage.journal import Authorship
from engine.storage.upserts import insert_into
from engine.storage.write_guard import writing

_PARAMETER = system_tables.parameter
SUBJECT = "parameter"
SET, RESET = "set", "reset"


def values(connection: Connection) -> dict[tuple[str, str], Json]:
    """Return every value that was set, by app and key, in the JSON form in which it was set."""
    columns = _PARAMETER.c
    found = connection.execute(select(columns.app, columns.key, columns.value))
    return {(row.app, row.key): _read(row.value) for row in found}


@lru_cache(maxsize=512)
def _read(written: str) -> Json:
    """Return a value: it is the same in most transactions, and the days of a calendar are long."""
    found: Json = json.loads(written)
    return found


def put(connection: Connection, by: Authorship, app: str, key: str, value: Json, said: Mapping[str, Json]) -> None:
    """Set a parameter; None goes back to the design's default. The journal says ``said``: ``from`` and ``to``."""
    action = RESET if value is None else SET
    with writing(connection):
        if value is None:
            connection.execute(delete(_PARAMETER).where(_PARAMETER.c.app == app, _PARAMETER.c.key == key))
        else:
            keep = insert_into(connection, _PARAMETER).values(app=app, key=key, value=compact(value))
            connection.execute(
                keep.on_conflict_do_update(index_elements=["app", "key"], set_={"value": compact(value)})
            )
        journal.note(connection, by, [Note(app, SUBJECT, key, action, said)])
