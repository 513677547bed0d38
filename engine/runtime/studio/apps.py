"""New apps: an administrator names one, and it is there at once with two roles and nothing to fill yet."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from engine.catalog.editing.apps import MANAGER, new_app
from engine.catalog.editing.elements import Mint
from engine.catalog.editing.forms import first_labels
from engine.decision.changeset import Actor
from engine.decision.problems import ABSENT
from engine.kernel.problems import EngineError
from engine.runtime.desk import Desk
from engine.runtime.directory import is_admin
from engine.runtime.granting import authorship, give
from engine.runtime.pinyin import in_letters
from engine.runtime.publishing import Origin, publish
from engine.runtime.revising import RESERVED_APPS
from engine.runtime.views import Viewer
from engine.storage import revisions

if TYPE_CHECKING:
    from engine.runtime.studio.edits import Language


class NewApps:
    """Making apps, for administrators; for all others it is absent."""

    def __init__(self, desk: Desk) -> None:
        """Read and write through ``desk``."""
        self._desk = desk

    def make(self, viewer: Viewer, name: str, language: Language, other: str = "", taken: Collection[str] = ()) -> str:
        """Publish an app of this name as its revision 1, let the viewer look after it, and return its key.

        ``other`` is the name in the other language, if it is known yet; ``taken`` are keys that it must not have. An
        app that was withdrawn keeps its key. EngineError (APP-042) where there is no name.
        """
        if not is_admin(viewer):
            raise EngineError(ABSENT.at())
        labels = first_labels(name, language)
        if other.strip():
            labels = {**labels, "zh" if language == "en" else "en": other.strip()}
        execution = self._desk.execution
        with execution.database.read() as connection:
            used = {*revisions.ever(connection), *RESERVED_APPS, *taken}
        documents = new_app(labels, used, Mint(execution.randomness, in_letters))
        key = str(documents["app.json"]["key"])
        # Revision 0 is none: where somebody has made an app of this key meanwhile, this one is refused.
        publish(execution, documents, Actor(viewer.id), origin=Origin(revision=0))
        with execution.database.write() as connection:
            give(execution, connection, authorship(execution, viewer.id), viewer.id, key, MANAGER)
        return key
