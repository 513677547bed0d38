"""Filters that people keep for their lists: saved under a name, opened by default, removed; everybody their own."""

from __future__ import annotations

from engine.decision.problems import ABSENT
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError, Problem
from engine.runtime import problems
from engine.runtime.desk import Desk
from engine.runtime.filters_views import SavedFilter
from engine.runtime.listing import list_page
from engine.runtime.views import Viewer
from engine.storage import saved_filters as stored
from engine.storage.locks import lock_name

MOST = 20
"""So many filters does somebody keep for one list."""

LONGEST_NAME = 40


class SavedFilters:
    """What people keep for their lists."""

    def __init__(self, desk: Desk) -> None:
        """Read and write through ``desk``."""
        self._desk = desk

    def list(self, viewer: Viewer, app: str, form: str) -> tuple[SavedFilter, ...]:
        """Return what the viewer keeps for a list, the oldest first; absent where the list is not theirs to see."""
        with self._desk.reading(viewer) as reading:
            reading.form(app, form)
            rows = stored.of(reading.connection, viewer.id, app, form)
        return tuple(
            SavedFilter(row["id"], row["name"], row["filter"], row["sort"], bool(row["is_default"])) for row in rows
        )

    def save(
        self, viewer: Viewer, app: str, form: str, name: str, filter: str, sort: str | None = None
    ) -> tuple[SavedFilter, ...]:
        """Keep a filter and an order under a name, in place of what had the name; return all that is kept.

        Raises ``EngineError`` for a name that is blank or too long, for a filter that the list would refuse, and where
        too many are kept already.
        """
        called = " ".join(name.split())
        self._check(viewer, app, form, called, filter, sort)
        execution = self._desk.execution
        with execution.database.write() as connection:
            lock_name(connection, f"saved_filters/{viewer.id}")
            now = execution.clocks.business()
            names = {row["name"] for row in stored.of(connection, viewer.id, app, form)}
            if called not in names and len(names) >= MOST:
                raise EngineError(problems.TOO_MANY_SAVED.at("name", limit=MOST))
            stored.put(
                connection,
                {
                    "id": uuid7(now, execution.randomness(10)),
                    "user_id": viewer.id,
                    "app": app,
                    "form": form,
                    "name": called,
                    "filter": filter,
                    "sort": sort,
                    "is_default": 0,
                    "at": now,
                },
            )
        return self.list(viewer, app, form)

    def _check(self, viewer: Viewer, app: str, form: str, name: str, filter: str, sort: str | None) -> None:
        found: list[Problem] = []
        if not name or len(name) > LONGEST_NAME:
            found.append(problems.BAD_SAVED_NAME.at("name", limit=LONGEST_NAME))
        with self._desk.reading(viewer) as reading:
            definition = reading.form(app, form)
            try:
                list_page(reading, definition, filter=filter or None, sort=sort, limit=1, after=None)
            except EngineError as error:
                found.extend(error.problems)
        if found:
            raise EngineError(found)

    def prefer(self, viewer: Viewer, app: str, form: str, id: str | None) -> None:
        """Let a list open with one of the viewer's filters; None lets it open with none."""
        self._own(viewer, app, form, id)
        with self._desk.execution.database.write() as connection:
            stored.prefer(connection, viewer.id, app, form, id)

    def remove(self, viewer: Viewer, app: str, form: str, id: str) -> None:
        """Remove one of the viewer's filters."""
        self._own(viewer, app, form, id)
        with self._desk.execution.database.write() as connection:
            stored.remove(connection, viewer.id, id)

    def _own(self, viewer: Viewer, app: str, form: str, id: str | None) -> None:
        if id is not None and id not in {item.id for item in self.list(viewer, app, form)}:
            raise EngineError(ABSENT.at())
