"""Boards that apps send by a schedule: which come to somebody, and that they switch one off or on for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.boards import clocked_as
from engine.decision.problems import ABSENT
from engine.kernel.problems import EngineError, Text
from engine.runtime.desk import Desk
from engine.runtime.views import Viewer
from engine.storage import subscriptions

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class SentBoard:
    """A board that an app sends to somebody, and whether they want it."""

    app: str
    board: str
    labels: Text
    app_labels: Text
    is_wanted: bool


class BoardsSent:
    """The boards that apps send."""

    def __init__(self, desk: Desk) -> None:
        """Read and write through ``desk``."""
        self._desk = desk

    def to(self, viewer: Viewer) -> tuple[SentBoard, ...]:
        """Return the boards that are sent to the viewer by their roles, those that they switched off among them."""
        with self._desk.execution.database.read() as connection:
            return self._to(connection, viewer)

    def _to(self, connection: Connection, viewer: Viewer) -> tuple[SentBoard, ...]:
        off = subscriptions.refused(connection, viewer.id)
        return tuple(
            SentBoard(app.key, key, board.definition.labels, app.definition.labels, (app.key, key) not in off)
            for app in self._desk.execution.catalogs.current(connection).catalog.apps.values()
            for key, board in app.boards.items()
            if board.definition.send is not None
            and any((app.key, role) in viewer.roles for role in board.definition.send.roles)
        )

    def clocks(self) -> dict[tuple[str, str], Text]:
        """Return what the boards that are sent are called, by app and the name under which their schedule is kept."""
        with self._desk.execution.database.read() as connection:
            apps = self._desk.execution.catalogs.current(connection).catalog.apps.values()
        listed = ((app.key, key, board.definition) for app in apps for key, board in app.boards.items())
        return {(app, clocked_as(key)): board.labels for app, key, board in listed if board.send is not None}

    def switch(self, viewer: Viewer, app: str, board: str, *, on: bool) -> None:
        """Let an app send the viewer a board, or no more; EngineError (absent) for one that is not sent to them."""
        with self._desk.execution.database.write() as connection:
            if (app, board) not in {(item.app, item.board) for item in self._to(connection, viewer)}:
                raise EngineError(ABSENT.at())
            if on:
                subscriptions.accept(connection, viewer.id, app, board)
            else:
                subscriptions.refuse(connection, viewer.id, app, board)
