"""The desk at which every question is asked: it opens a snapshot, finds the catalog and knows the viewer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.runtime.reading import Reading
from engine.runtime.views import Viewer

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Desk:
    """Where reading begins."""

    execution: Execution

    @contextmanager
    def reading(self, viewer: Viewer) -> Iterator[Reading]:
        """Give one snapshot as the viewer reads it."""
        with self.execution.database.read() as connection:
            yield self.over(connection, viewer)

    def over(self, connection: Connection, viewer: Viewer) -> Reading:
        """Return a reading over a connection that is open already."""
        return self.seen(connection, viewer, self.execution.catalogs.current(connection))

    def seen(self, connection: Connection, viewer: Viewer, current: Current) -> Reading:
        """Return a reading over a connection whose transaction has seen these apps."""
        return Reading(connection, current, viewer, self.execution.clocks.business())
