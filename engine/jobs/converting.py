"""Gets on with publications that wait until records are converted, a chunk at a time; knows no field and no type."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from engine.catalog.definitions import load_app
from engine.kernel.problems import EngineError, Nature
from engine.runtime.ahead import tidy
from engine.runtime.execution import Execution
from engine.runtime.preparing import Prepared, far, fillings_of, get_on, prepared, refuse, waiting, whole
from engine.runtime.publishing import Origin, publish
from engine.runtime.revising import next_revision
from engine.storage import revisions
from engine.storage.filling import Filling

log = logging.getLogger(__name__)


@dataclass
class Converting:
    """Converts for whoever does not wait, or died while waiting; any number of these may run over one database."""

    execution: Execution
    _known: dict[tuple[str, int], tuple[Filling, ...]] = field(default_factory=dict, init=False)

    def do(self) -> int:
        """Convert one chunk of each publication that waits, or publish it; return how many there were."""
        tidy(self.execution)
        with self.execution.database.read() as connection:
            found = waiting(connection)
            done = {item.app for item in found if far(connection, item.app).over}
        for item in found:
            try:
                if item.app in done:
                    self._publish(item)
                else:
                    get_on(self.execution, item.app, self._fillings(item))
            except EngineError as error:
                if error.nature in (Nature.BUSY, Nature.UNAVAILABLE):
                    raise
                log.warning("%s cannot be published: %s", item.app, error)
                refuse(self.execution, item, error)
        return len(found)

    def _publish(self, item: Prepared) -> None:
        with self.execution.database.read() as connection:
            now = prepared(connection, item.app)
            if now is None or now.generation != item.generation:  # something else has just been published
                return
            documents = whole(connection, item).documents
            current = revisions.current(connection).get(item.app, 0)
        # What is published from here on was drafted by somebody who has seen more: it is not to be covered up.
        origin = Origin(current, item.draft)
        number = publish(self.execution, documents, item.actor, item.version, item.needs, origin=origin)
        log.info("%s is published as revision %d", item.app, number)

    def _fillings(self, item: Prepared) -> tuple[Filling, ...]:
        key = (item.app, item.generation)
        if key not in self._known:
            source = self.execution.catalogs
            with self.execution.database.read() as connection:
                definition = load_app(whole(connection, item).documents, source.types)
                made = next_revision(connection, self.execution, definition, source.current(connection).catalog)
            turned = made.turnings if made is not None else ()
            self._known = {key: fillings_of(turned, item.generation, source.dialect)}
        return self._known[key]
