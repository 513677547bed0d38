"""Which installed apps need which others, and in which versions; it keeps that, and who decides on it asks here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.storage import revisions, settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

NEEDS = "needs."
"""Settings under this name keep what an app needs: ranges of versions, by app."""

Needs = Mapping[str, str]
"""Ranges of versions by the key of the app that is needed; an empty range is any version."""


def keep_needs(connection: Connection, app: str, needs: Needs) -> None:
    """Keep what an app needs, in place of what it did."""
    written = json.dumps(dict(needs), sort_keys=True)
    if settings.read(connection, NEEDS + app) != written and (needs or settings.read(connection, NEEDS + app)):
        settings.write(connection, NEEDS + app, written)


def needs_of(connection: Connection, app: str) -> Needs:
    """Return what an app needs."""
    written = settings.read(connection, NEEDS + app)
    return {} if written is None else dict(json.loads(written))


def needed_by(connection: Connection, app: str) -> Mapping[str, str]:
    """Return the installed apps that need this one, each with the range that it needs."""
    found = {other: needs_of(connection, other) for other in revisions.current(connection) if other != app}
    return {other: needs[app] for other, needs in sorted(found.items()) if app in needs}


def all_needed(connection: Connection, app: str) -> tuple[str, ...]:
    """Return the apps that an app needs, and those that these need in turn, each once."""
    found: dict[str, None] = {}
    waiting = list(needs_of(connection, app))
    while waiting:
        key = waiting.pop(0)
        if key not in found:
            found[key] = None
            waiting.extend(needs_of(connection, key))
    return tuple(found)
