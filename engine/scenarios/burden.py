"""How much filling a form asks of a person: what has to be typed, and the seconds that it takes at human speed.

A scenario sends only what a person must fill, so what it sends, and that it is taken, is the measure. The seconds are
a model, not a measurement: they tell a form of five taps from one of five paragraphs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.forms.forms import Field, Form
from engine.kernel.canonical import Json

OPENING = 5.0
"""Finding the form and sending it."""

TAP = 2.0
PICK = 4.0
TYPE = 2.0
PER_CHARACTER = 0.5

TAPPED: Mapping[str, float] = MappingProxyType(
    {
        "boolean": TAP,
        "choice": TAP,
        "multi_choice": TAP,
        "rating": TAP,
        "scan": PICK,
        "location": PICK,
        "signature": 6.0,
        "photo": 8.0,
        "image": 8.0,
        "attachment": 8.0,
        "audio": 10.0,
    }
)
"""The seconds of what takes no keyboard."""

PICKED = ("reference", "references", "person", "persons", "date", "datetime")
"""What is looked for by typing, and then picked."""


@dataclass(frozen=True, slots=True)
class Burden:
    """``typed`` counts the inputs that need a keyboard."""

    typed: int
    seconds: float


def burden(form: Form, fields: Mapping[str, Json]) -> Burden:
    """Return what it takes to fill these fields of a form, each line's on its own; what is blank takes nothing."""
    filled = list(_filled(form.fields, fields))
    return Burden(
        typed=sum(type not in TAPPED for type, _ in filled),
        seconds=OPENING + sum(_seconds(type, value) for type, value in filled),
    )


def _filled(known: Mapping[str, Field], fields: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for key, value in fields.items():
        item = known.get(key)
        if item is None or value in (None, "", []):
            continue
        if item.lines:
            for line in value:
                yield from _filled(item.lines, line)
        else:
            yield item.definition.type, value


def _seconds(type: str, value: Json) -> float:
    if type in TAPPED:
        return TAPPED[type]
    if type in PICKED:
        return PICK
    return TYPE + PER_CHARACTER * len(str(value))
