"""What the journal says of an export: who took which records away, noted before the first of them goes out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from engine.decision.changeset import Actor, Changeset, Note
from engine.kernel.canonical import Json
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.runtime.exports.asking import Asked
from engine.storage.unit_of_work import apply

if TYPE_CHECKING:
    from engine.runtime.execution import Execution
    from engine.runtime.views import Viewer

SUBJECT: Final = "export"
LONGEST: Final = 2_000
"""So many characters of a filter are noted."""


class Noting:
    """The two entries about one export: what was asked for, and what was handed out in the end."""

    def __init__(self, execution: Execution, viewer: Viewer, asked: Asked) -> None:
        """Note that ``viewer`` exports what was ``asked``."""
        self._execution = execution
        self._viewer = viewer
        self._asked = asked
        self._command = uuid7(execution.clocks.business(), execution.randomness(10))

    def begun(self, ending: str) -> None:
        """Note what is asked for; EngineError where it cannot be noted: then nothing is handed out."""
        asked = self._asked
        said: dict[str, Json] = {"form": asked.form, "format": ending}
        said |= {"filter": (asked.filter or "")[:LONGEST] or None, "sort": asked.sort, "fields": list(asked.columns)}
        if asked.of is not None:
            said["of"] = [asked.of.app, asked.of.form, asked.of.relation, asked.of.id]
        self._note("begin", said)

    def ended(self, rows: int, *, is_whole: bool) -> None:
        """Note how many records were handed out, and whether that was all; who has them has them, noted or not."""
        with suppress(EngineError):
            self._note("end", {"rows": rows, "whole": is_whole})

    def _note(self, action: str, said: Mapping[str, Json]) -> None:
        execution, asked = self._execution, self._asked
        note = Note(asked.app, SUBJECT, self._command, action, said)
        changeset = Changeset(self._command, execution.clocks.business(), Actor(self._viewer.id), {}, notes=(note,))
        execution.attempt(lambda connection: apply(connection, changeset, {}, execution.randomness))
