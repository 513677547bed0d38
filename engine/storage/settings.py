"""Keeps small texts of the instance by name; knows nothing of what they say."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from engine.storage import system_tables
from engine.storage.upserts import insert_into

_SETTING = system_tables.setting


def read(connection: Connection, key: str) -> str | None:
    """Return the text kept under this key, or None."""
    return connection.execute(select(_SETTING.c.value).where(_SETTING.c.key == key)).scalar_one_or_none()


def of_app(connection: Connection, app: str) -> dict[str, str]:
    """Return what is kept about an app: the texts under ``kind.app`` and ``kind.app.…``, in order of their keys."""
    query = select(_SETTING.c.key, _SETTING.c.value).where(_SETTING.c.key.contains(f".{app}", autoescape=True))
    found = {row.key: row.value for row in connection.execute(query.order_by(_SETTING.c.key))}
    return {key: value for key, value in found.items() if key.split(".")[1] == app}


def write(connection: Connection, key: str, value: str) -> None:
    """Keep the text under this key, in place of any other."""
    keep = insert_into(connection, _SETTING).values(key=key, value=value)
    connection.execute(keep.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def starting(connection: Connection, prefix: str) -> dict[str, str]:
    """Return what is kept under keys that start so, by what follows there, in order."""
    query = select(_SETTING.c.key, _SETTING.c.value).where(_SETTING.c.key.startswith(prefix, autoescape=True))
    return {row.key.removeprefix(prefix): row.value for row in connection.execute(query.order_by(_SETTING.c.key))}


def forget(connection: Connection, key: str) -> None:
    """Keep nothing under this key any more."""
    connection.execute(delete(_SETTING).where(_SETTING.c.key == key))
