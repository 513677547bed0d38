"""Demo data: a pack's records, sent through the same doors as a person's, on days relative to an anchor."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.catalog.naming import form_name
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.packs import problems
from engine.packs.capturing import capture
from engine.packs.placeholders import Placeholders
from engine.packs.reading import Pack
from engine.runtime.services import Services
from engine.runtime.views import Viewer
from engine.storage import idempotency

if TYPE_CHECKING:
    from sqlalchemy import Connection

Progress = Callable[[int, int], None]
"""Told how many of how many records are in."""


@dataclass
class DemoClock:
    """The business time while demo data is made: each record is made on its own day."""

    moment: Moment

    def __call__(self) -> Moment:
        """Return the moment."""
        return self.moment

    def move(self, _connection: Connection, seen: Moment, moment: Moment) -> bool:
        """Move on from where it was seen; False where it is elsewhere by now."""
        if self.moment != seen:
            return False
        self.moment = moment
        return True


@dataclass
class DemoChance:
    """Randomness that is the same for the same demo: what was made can be made again, ids and all."""

    seed: str
    drawn: int = 0

    def begin(self, part: str) -> None:
        """Begin another part; each draws from a well of its own."""
        self.seed, self.drawn = part, 0

    def __call__(self, size: int) -> bytes:
        """Return the next bytes."""
        self.drawn += 1
        return hashlib.shake_256(f"{self.seed}/{self.drawn}".encode()).digest(size)


def steps_of(pack: Pack, names: Placeholders) -> list[tuple[Moment, Json]]:
    """Return the steps of a pack's demo with their moments, in order of time."""
    steps = [(names.moment(step.get("at", {"days": 0})), step) for step in pack.demo]
    return sorted(steps, key=lambda item: item[0])


@dataclass
class Demo:
    """Makes the demo data of one pack.

    ``before_each`` is told which step comes; ``arrive`` moves the clock to its moment and lets happen what comes due on
    the way.
    """

    services: Services
    app: str
    names: Placeholders
    arrive: Callable[[Moment], object]
    before_each: Callable[[int], object]

    def make(self, pack: Pack, progress: Progress) -> int:
        """Make every record in order of time; return how many steps were taken."""
        steps = steps_of(pack, self.names)
        for number, (moment, step) in enumerate(steps):
            key = f"demo:{pack.key}:{number}"
            self.before_each(number)
            self.arrive(moment)
            try:
                self._do(step, key)
            except EngineError as error:
                first = error.problems[0]
                place = f"demo#{step.get('ref')}.{first.path}"
                hints: dict[str, Any] = {"hint_zh": first.message.zh, "hint_en": first.message.en}
                raise EngineError(problems.BAD_DEMO.at(place, number=number + 1, **hints)) from error
            progress(number + 1, len(steps))
        return len(steps)

    def _found(self, viewer: Viewer, step: Json) -> str:
        """Return the id of the one record that meets a step's condition; EngineError where there is not just one."""
        app, form = form_name(self.app, step["form"])
        page = self.services.records.list(viewer, app, form, filter=step["find"], limit=2)
        if len(page.items) != 1:
            raise EngineError(problems.NOT_FOUND.at(form=step["form"], count=page.count.value))
        return page.items[0].id

    def _do(self, step: Json, key: str) -> None:
        """Take one step; the key makes a demo that was cut short go on where it stopped."""
        records = self.services.records
        viewer = self.services.directory.viewer(self.names.person(step["as"]))
        with self.services.execution.database.read() as connection:
            done = idempotency.find(connection, viewer.id, key)
        if done is not None:  # before what is captured: another photo would be another request
            if "form" in step:
                found = self._found(viewer, step) if "find" in step else done.answer
                self.names.refs[step["ref"]] = (step["form"], found)
            return
        fields = capture(self.services, viewer, self.names.value(step.get("fields", {})))
        if "find" in step:
            self.names.refs[step["ref"]] = (step["form"], self._found(viewer, step))
        elif "form" in step:
            made = records.create(viewer, *form_name(self.app, step["form"]), fields, step.get("transition"), key)
            self.names.refs[step["ref"]] = (step["form"], made.id)
            return
        named, id = self.names.ref(step["ref"])
        app, form = form_name(self.app, named)
        if "transition" in step:
            records.transition(viewer, app, form, id, step["transition"], fields, idempotency_key=key)
        else:
            records.update(viewer, app, form, id, fields, None, key)
