"""Sends what the people of a past have captured: it knows pictures and recordings, not how a record is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.packs.capturing import DEVICE, capture
from engine.packs.demo_telling import Told
from engine.packs.placeholders import Placeholders
from engine.runtime.services import Services

PICTURES = 2
"""How many pictures each person has taken; what is told needs no more."""


def captured(services: Services, names: Placeholders, told: Iterable[Told]) -> dict[str, Json]:
    """Return the fields of every record, what was captured being what its people have sent."""
    sent = _Sent(services, names)
    return {one.id: {key: sent.value(one, value) for key, value in one.fields.items()} for one in told}


@dataclass
class _Sent:
    """What people have captured: a few pictures and one recording each, sent once and told of many times."""

    services: Services
    names: Placeholders
    files: dict[tuple[str, str], str] = field(default_factory=dict)

    def value(self, one: Told, value: Json, number: int = 0) -> Json:
        """Return a value with everything captured in it; ``number`` tells those of a list apart."""
        match value:
            case {"capture": "photo", **said}:
                picture = f"visit-{(one.moment // 60_000 + number) % PICTURES + 1}.png"
                place = {key: said[key] for key in ("lat", "lng", "accuracy_m") if key in said}
                token = one.id if not number else f"{one.id}-{number}"
                taken = clocks.moment_text(one.moment)
                return {"file": self._file(one.by, picture), "token": token, "captured_at": taken, **place, **DEVICE}
            case {"capture": "audio", **said}:
                return {"file": self._file(one.by, ""), **said}
            case {"capture": "image" | "attachment", "name": str(name)}:
                return self._file(one.by, name)
            case list():
                return [self.value(one, inner, place) for place, inner in enumerate(value)]
            case _:
                return value

    def _file(self, by: str, name: str) -> str:
        """Return a picture of that name, or without a name the recording, that a person has sent."""
        if (by, name) not in self.files:
            viewer = self.services.directory.viewer(self.names.person(by))
            wanted = {"capture": "image", "name": name} if name else {"capture": "audio"}
            made = capture(self.services, viewer, wanted)
            self.files[by, name] = str(made if name else made["file"])
        return self.files[by, name]
