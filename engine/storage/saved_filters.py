"""Keeps the filters that people save for their lists; knows nothing of what a filter asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine.storage import system_tables

_SAVED = system_tables.saved_filter


def of(connection: Connection, user: str, app: str, form: str) -> list[Mapping[str, Any]]:
    """Return what somebody has saved for a list, in the order in which it was saved."""
    mine = select(_SAVED).where(_SAVED.c.user_id == user, _SAVED.c.app == app, _SAVED.c.form == form)
    return [dict(row) for row in connection.execute(mine.order_by(_SAVED.c.at, _SAVED.c.id)).mappings()]


def put(connection: Connection, values: Mapping[str, Any]) -> None:
    """Save a filter; one of the same person, list and name is replaced and keeps its id."""
    same = tuple(_SAVED.c[key] == values[key] for key in ("user_id", "app", "form", "name"))
    known = connection.execute(select(_SAVED.c.id).where(*same)).scalar()
    if known is None:
        connection.execute(insert(_SAVED), dict(values))
    else:
        changed = {key: values[key] for key in ("filter", "sort")}
        connection.execute(update(_SAVED).where(_SAVED.c.id == known).values(**changed))


def prefer(connection: Connection, user: str, app: str, form: str, id: str | None) -> None:
    """Make one of somebody's filters that with which the list opens, and no other; None makes none."""
    mine = (_SAVED.c.user_id == user, _SAVED.c.app == app, _SAVED.c.form == form)
    connection.execute(update(_SAVED).where(*mine).values(is_default=0))
    if id is not None:
        connection.execute(update(_SAVED).where(*mine, _SAVED.c.id == id).values(is_default=1))


def remove(connection: Connection, user: str, id: str) -> bool:
    """Remove one of somebody's filters and tell whether it was there."""
    removed = connection.execute(delete(_SAVED).where(_SAVED.c.user_id == user, _SAVED.c.id == id))
    return bool(removed.rowcount)
