"""Editing what an event or an action says beside what it must: ways, amount, due date, workdays; each by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from engine.catalog.editing.problems import UNFIT
from engine.catalog.editing.rules_ground import Ground
from engine.kernel.canonical import Json, compact
from engine.kernel.problems import EngineError
from engine.language.types import NumberType

OUTSIDE: Final = ("mail", "wecom", "dingtalk", "feishu")
WAYS: Final = ("in_app", *OUTSIDE)
DIGESTS: Final = ("hourly", "daily", "weekly")
PRIORITIES: Final = ("low", "normal", "high", "urgent")
_OF_OUTSIDE: Final = ("urgent", "amount", "digest", "quiet_hours", "retry")
"""What says nothing where nobody is told outside."""
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


def details_offered(item: Json, ground: Ground) -> tuple[str, ...]:
    """Return the details that an event or an action does not have yet and can have."""
    kind, body = next(iter(item.items()))
    match kind:
        case "notify":
            is_outside = any(way in OUTSIDE for way in body.get("channels", ()))
            fits = {
                "channels": True,
                "copy": True,
                "amount": is_outside and bool(amounts_of(ground)),
                "urgent": is_outside and "digest" not in body,
                "digest": is_outside and "urgent" not in body,
                "quiet_hours": is_outside,
            }
            return tuple(name for name, fit in fits.items() if fit and name not in body)
        case "open_task":
            return tuple(name for name in ("due", "priority") if name not in body)
        case "schedule":
            return () if "workdays" in body else ("workdays",)
        case _:
            return ()


def amounts_of(ground: Ground) -> Mapping[str, object]:
    """Return the fields that say how much something is about."""
    return {key: field for key, field in ground.fields.items() if isinstance(field.type, NumberType)}


def with_detail(item: Json, name: str, ground: Ground) -> Json:
    """Return the event or action with one more detail, as it begins; EngineError (APP-047) where it cannot have it."""
    kind, body = next(iter(item.items()))
    if name not in details_offered(item, ground):
        raise EngineError(UNFIT.at(name))
    first: dict[str, Json] = {
        "channels": ["mail"],
        "copy": [{"manager_of": "owner"}],
        "urgent": True,
        "digest": "daily",
        "quiet_hours": {"from": "22:00", "to": "08:00"},
        "due": "today() + 3",
        "priority": "high",
        "workdays": True,
    }
    value = next(iter(amounts_of(ground))) if name == "amount" else first[name]
    return {kind: {**body, name: value}}


def without_detail(item: Json, name: str) -> Json:
    """Return the event or action without a detail; with the ways outside goes what holds for them alone."""
    kind, body = next(iter(item.items()))
    gone = (name, *_OF_OUTSIDE) if name == "channels" else (name,)
    if name not in body:
        raise EngineError(UNFIT.at(name))
    return {kind: {key: one for key, one in body.items() if key not in gone}}


def with_detail_word(item: Json, word: str, values: Sequence[str], persons: Sequence[Json]) -> Json:
    """Return the event or action with a word of a detail set; EngineError (APP-047) for what cannot stand there.

    ``persons`` are those who can be named.
    """
    kind, body = next(iter(item.items()))
    name, _, inner = word.partition("/")
    value = values[0].strip() if values else ""
    if name not in body:
        raise EngineError(UNFIT.at(word))
    before: Json = body[name]
    made: Json = None
    match name:
        case "channels":
            made = _ordered(before, [one for one in WAYS if one in values])
        case "copy":
            made = _ordered(before, [one for one in (*before, *persons) if compact(one) in values])
        case "urgent" | "workdays" if value == "true":
            made = True
        case "digest" if value in DIGESTS:
            made = value
        case "priority" if value in PRIORITIES:
            made = value
        case "amount" | "due":
            made = value
        case "quiet_hours" if inner in before and _TIME.fullmatch(value):
            made = {**before, inner: value}
    if not made:
        raise EngineError(UNFIT.at(word))
    return {kind: {**body, name: made}}


def _ordered(before: Sequence[Json], chosen: Sequence[Json]) -> list[Json]:
    """Return what was chosen, each once: what was there in its order, then what is new."""
    held = [one for one in before if one in chosen]
    for one in chosen:
        if one not in held:
            held.append(one)
    return held
