"""Editing what a rule looks on: one event becomes another, and each of its words is set by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from engine.catalog.editing.problems import UNFIT
from engine.catalog.editing.rules_ground import Ground
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.rules.text.schedule_words import cron_of, words_for

KINDS: Final = ("created", "submitted", "changed", "entered", "left", "deleted", "deadline", "schedule", "before")
"""The events that a sentence tells; any other stays as it is written."""
UNITS: Final = ("minutes", "hours", "days", "weeks")
SIDES: Final = ("before", "at", "after")
EVERY: Final = ("hourly", "daily", "weekly", "monthly")
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SAVE: Final = "save"
MOST_COUNT: Final = 99_999
_NINE: Final = "09:00"
_WHOLE: Final = re.compile(r"[0-9]{1,5}", re.ASCII)
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


def kind_of(event: Json) -> str:
    """Return what an event is."""
    return str(next(iter(event)))


def offered(ground: Ground) -> tuple[str, ...]:
    """Return the events that a rule about this form can look on."""
    return tuple(kind for kind in KINDS if kind not in ("entered", "left") or ground.states)


def event_of(kind: str, ground: Ground) -> Json:
    """Return a whole event of a kind, as it begins; EngineError (APP-047) for one that the form cannot have."""
    if kind not in offered(ground):
        raise EngineError(UNFIT.at("on"))
    states, moments = list(ground.states), list(ground.moments)
    match kind:
        case "changed":
            own = list(ground.settable)
            return {"changed": own[:1] or True}
        case "entered":
            return {"entered": states[1] if len(states) > 1 else states[0]}
        case "left":
            return {"left": (ground.flow or {}).get("initial", states[0])}
        case "deadline":
            return {"deadline": {"at": moments[0] if moments else "created_at", "offset": {"days": 3}}}
        case "schedule":
            return {"schedule": {"cron": cron_of(f"daily {_NINE}") or ""}}
        case "before":
            return {"before": [SAVE]}
        case _:
            return {kind: True}


def with_word(event: Json, word: str, values: Sequence[str], ground: Ground) -> Json:
    """Return the event with one of its words set; EngineError (APP-047) for what cannot stand there."""
    value = values[0] if values else ""
    match kind_of(event), word:
        case _, "kind":
            return event if value == kind_of(event) else event_of(value, ground)
        case "changed", "fields":
            return {"changed": _ordered(event["changed"], values, ground.fields) or True}
        case ("entered" | "left") as kind, "state" if value in ground.states:
            return {kind: value}
        case "before", "before":
            known = {SAVE: None, **dict.fromkeys(ground.transitions)}
            return {"before": _ordered(event["before"], values, known) or [SAVE]}
        case "deadline", _:
            return {"deadline": _deadline(event["deadline"], word, value)}
        case "schedule", _:
            return {"schedule": {**event["schedule"], "cron": cron_with(event["schedule"]["cron"], word, value)}}
        case _:
            raise EngineError(UNFIT.at(word))


def _ordered(before: Json, chosen: Sequence[str], known: Mapping[str, object]) -> list[str]:
    """Return what was chosen: what was there in its order, then what is new."""
    held = [one for one in before if one in chosen] if isinstance(before, list) else []
    return [*held, *(one for one in known if one in chosen and one not in held)]


def _deadline(body: Json, word: str, value: str) -> Json:
    whole: dict[str, Json] = {"at": body} if isinstance(body, str) else dict(body)
    unit, count = next(iter(whole.get("offset", {"days": 0}).items()))
    match word:
        case "at" if value:
            whole["at"] = value
            return whole if len(whole) > 1 else value
        case "side" if value in SIDES:
            size = {"before": -1, "at": 0, "after": 1}[value] * (abs(count) or 1)
        case "count" if _WHOLE.fullmatch(value):
            size = int(value) * (-1 if count < 0 else 1)
        case "unit" if value in (*UNITS, "workdays", "work_hours"):
            unit, size = value, count
        case _:
            raise EngineError(UNFIT.at(word))
    if size:
        return {**whole, "offset": {unit: size}}
    whole.pop("offset", None)
    return whole if len(whole) > 1 else whole["at"]


def plan_of(cron: str) -> Mapping[str, str] | None:
    """Return the words of a schedule: ``every``, and ``time``, ``weekday``, ``monthday`` as it has them.

    None for a schedule that is more than these.
    """
    said = words_for(cron, "en")
    if said is None:
        return None
    words = said.split()
    match words:
        case ["hourly", *_]:
            return {"every": "hourly"} if len(words) == 1 else None
        case ["daily", time]:
            return {"every": "daily", "time": time}
        case ["weekly", day, time]:
            return {"every": "weekly", "weekday": day, "time": time}
        case ["monthly", day, time]:
            return {"every": "monthly", "monthday": day, "time": time}
        case _:
            return None


_SAID: Final[Mapping[str, Callable[[Mapping[str, str]], str]]] = {
    "hourly": lambda _: "hourly",
    "daily": lambda plan: f"daily {plan['time']}",
    "weekly": lambda plan: f"weekly {plan['weekday']} {plan['time']}",
    "monthly": lambda plan: f"monthly {plan['monthday']} {plan['time']}",
}


def cron_with(cron: str, word: str, value: str) -> str:
    """Return a schedule with one of its words set: ``every``, ``time``, ``weekday``, ``monthday``, or all as ``cron``.

    EngineError (APP-047) for what cannot stand there.
    """
    if word == "cron" and value:
        return value
    plan = {"every": "daily", "time": _NINE, "weekday": WEEKDAYS[0], "monthday": "1", **(plan_of(cron) or {})}
    fits = {
        "every": value in EVERY,
        "time": _TIME.fullmatch(value) is not None,
        "weekday": value in WEEKDAYS,
        "monthday": value.isdecimal(),
    }
    plan[word] = value
    made = cron_of(_SAID[plan["every"]](plan)) if fits.get(word) else None
    if made is None:
        raise EngineError(UNFIT.at(word))
    return made
