"""Demo data: a pack's records, sent through the same doors as a person's, on days relative to an anchor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.packs import problems
from engine.packs.placeholders import Placeholders
from engine.packs.reading import Pack
from engine.runtime.services import Services

Progress = Callable[[int, int], None]
"""Told how many of how many records are in."""


@dataclass
class DemoClock:
    """The business time while demo data is made: each record is made on its own day."""

    moment: Moment

    def __call__(self) -> Moment:
        """Return the moment."""
        return self.moment


@dataclass
class Demo:
    """Makes the demo data of one pack. ``after_each`` lets follow what follows from a record, at its own time."""

    services: Services
    clock: DemoClock
    app: str
    names: Placeholders
    after_each: Callable[[], object]

    def make(self, pack: Pack, progress: Progress) -> int:
        """Make every record in order of time; return how many steps were taken."""
        steps = sorted(pack.demo, key=lambda step: self.names.moment(step.get("at", {"days": 0})))
        for number, step in enumerate(steps):
            key = f"demo:{pack.key}:{number}"
            self.clock.moment = self.names.moment(step.get("at", {"days": 0}))
            try:
                self._do(step, key)
            except EngineError as error:
                first = error.problems[0]
                place = f"demo#{step.get('ref')}.{first.path}"
                hints: dict[str, Any] = {"hint_zh": first.message.zh, "hint_en": first.message.en}
                raise EngineError(problems.BAD_DEMO.at(place, number=number + 1, **hints)) from error
            self.after_each()
            progress(number + 1, len(steps))
        return len(steps)

    def _do(self, step: Json, key: str) -> None:
        """Take one step; the key makes a demo that was cut short go on where it stopped."""
        records = self.services.records
        viewer = self.services.directory.viewer(self.names.person(step["as"]))
        fields = self.names.value(step.get("fields", {}))
        if "form" in step:
            made = records.create(viewer, self.app, step["form"], fields, step.get("transition"), key)
            self.names.refs[step["ref"]] = (step["form"], made.id)
            return
        form, id = self.names.ref(step["ref"])
        if "transition" in step:
            records.transition(viewer, self.app, form, id, step["transition"], fields, idempotency_key=key)
        else:
            records.update(viewer, self.app, form, id, fields, None, key)
