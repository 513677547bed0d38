"""Placeholders in demo data and scenarios: names of records and users, and relative days, become real values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.clocks import Day, Moment
from engine.kernel.problems import EngineError
from engine.packs.problems import NO_REF, NO_USER

NOON = "09:00"


@dataclass
class Placeholders:
    """What the names stand for. ``refs`` maps names to ``(form, id)``; ``today`` is what relative days count from."""

    people: Mapping[str, str]
    zone: str
    today: Callable[[], Day]
    refs: dict[str, tuple[str, str]] = field(default_factory=dict)

    def ref(self, name: str) -> tuple[str, str]:
        """Return the form and id of a record that was named; EngineError where none was."""
        if name not in self.refs:
            raise EngineError(NO_REF.at(ref=name))
        return self.refs[name]

    def person(self, name: str) -> str:
        """Return the id of the user of that name; EngineError where there is none."""
        if name not in self.people:
            raise EngineError(NO_USER.at(name=name, known=", ".join(self.people)))
        return self.people[name]

    def moment(self, at: Json) -> Moment:
        """Return the moment of ``{"days": -3, "time": "09:30"}`` in the app's zone; without a time, the morning."""
        day = clocks.date_of(self.today()) + timedelta(days=at.get("days", 0))
        hour, minute = (int(part) for part in at.get("time", NOON).split(":"))
        local = clocks.datetime_of(0).astimezone(clocks.zone(self.zone))
        return clocks.moment_number(
            local.replace(year=day.year, month=day.month, day=day.day, hour=hour, minute=minute)
        )

    def value(self, document: Json) -> Json:
        """Return a value with every placeholder in it resolved."""
        match document:
            case {"ref": str(name)}:
                return self.ref(name)[1]
            case {"user": str(name)}:
                return self.person(name)
            case {"days": int(days)}:
                day = clocks.date_of(self.today()) + timedelta(days=days)
                return clocks.moment_text(self.moment(document)) if "time" in document else day.isoformat()
            case dict():
                return {key: self.value(inner) for key, inner in document.items()}
            case list():
                return [self.value(inner) for inner in document]
            case _:
                return document
