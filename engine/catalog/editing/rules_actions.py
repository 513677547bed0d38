"""Editing what a rule does: one action becomes another, and each of its words is set by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from engine.catalog.editing.elements import Mint, named, text
from engine.catalog.editing.problems import UNFIT
from engine.catalog.editing.rules_ground import Ground
from engine.kernel.canonical import Json, compact
from engine.kernel.problems import EngineError
from engine.language import types as language
from engine.language.printing.spelling import text_written
from engine.language.scope import FieldScope

AFTER: Final = ("notify", "open_task", "set", "fire", "hold")
BEFORE: Final = ("refuse", "set")
KINDS: Final = (*AFTER, "refuse")
"""The actions that a sentence tells; any other stays as it is written."""
TEXTS: Final[Mapping[str, str]] = {"notify": "text", "open_task": "title", "refuse": "message", "hold": "reason"}
"""Where an action has its message."""
TASK: Final = text("待办", "Task")


def kind_of(action: Json) -> str:
    """Return what an action is."""
    return str(next(iter(action)))


def offered(rule: Json, ground: Ground) -> tuple[str, ...]:
    """Return the actions that a rule can do, by what it looks on and what its form has."""
    if any("before" in event for event in rule["on"]):
        return tuple(kind for kind in BEFORE if kind != "set" or ground.settable)
    releases = any(item.get("releases") for item in (ground.flow or {}).get("transitions", ()))
    fits = {"set": bool(ground.settable), "fire": bool(ground.transitions), "hold": releases}
    return tuple(kind for kind in AFTER if fits.get(kind, True))


def action_of(kind: str, ground: Ground, mint: Mint, taken: set[str]) -> Json:
    """Return a whole action of a kind, as it begins; EngineError (APP-047) for one that the form cannot have."""
    match kind:
        case "notify":
            return {"notify": {"to": [{"owner": True}], "text": about(ground)}}
        case "open_task":
            key = mint.key(TASK, taken)
            return {"open_task": {"key": key, "to": [{"owner": True}], "title": about(ground)}}
        case "refuse":
            return {"refuse": {"message": text("请检查后再保存", "Please check before saving")}}
        case "hold":
            return {"hold": {"reason": text("需要处理后再继续", "Settle this before going on")}}
        case "fire" if ground.transitions:
            return {"fire": {"transition": next(iter(ground.transitions))}}
        case "set" if ground.settable:
            key, field = next(iter(ground.settable.items()))
            return {"set": {key: source_of(field)}}
        case _:
            raise EngineError(UNFIT.at("then"))


def about(ground: Ground, zh: str = "", en: str = "") -> Json:
    """Return a message that names the record, with what is said of it after."""
    title = str(ground.form_document["title"])
    name = title if title != "{{id}}" else ""
    parts = [(ground.name.zh, name, zh), (ground.name.en, name, en)]
    return text(*(" ".join(filter(None, one)) for one in parts))


def source_of(field: FieldScope) -> str:
    """Return what a field is set to when nobody has said it yet."""
    match field.type:
        case language.BooleanType():
            return "true"
        case language.ChoiceType(options) if options:
            return text_written(options[0].key)
        case language.DateType():
            return "today()"
        case language.DateTimeType():
            return "now()"
        case language.PersonType():
            return "owner"
        case language.NumberType():
            return "0"
        case _:
            return "empty"


def persons_offered(ground: Ground) -> tuple[Json, ...]:
    """Return the persons that can be named, as documents name them."""
    fields = ground.people
    return (
        {"owner": True},
        {"manager_of": "owner"},
        {"creator": True},
        *({"role": key} for key in ground.roles),
        *({"person": key} for key in fields),
        *({"manager_of": key} for key, field in fields.items() if isinstance(field.type, language.PersonType)),
    )


def with_word(action: Json, word: str, values: Sequence[str], ground: Ground, speech: str) -> Json:
    """Return the action with one of its words set; EngineError (APP-047) for what cannot stand there.

    Texts are said in one language (``speech``); persons are given as their documents.
    """
    kind, body = next(iter(action.items()))
    value = values[0] if values else ""
    match kind, word.split("/"):
        case _, ["text"] if kind in TEXTS and value.strip():
            name = TEXTS[kind]
            return {kind: {**body, name: named(value.strip(), speech, body[name])}}
        case (("notify" | "open_task"), ["to"]):
            return {kind: {**body, "to": _persons(body["to"], values, ground)}}
        case "refuse", ["field"]:
            rest = {key: item for key, item in body.items() if key != "field"}
            return {kind: {**rest, "field": value} if value in ground.fields else rest}
        case "fire", ["transition"] if value in ground.transitions:
            return {kind: {**body, "transition": value}}
        case "set", ["set", key, "field"] if key in body and value in ground.settable:
            return {kind: _renamed(body, key, value, ground)}
        case "set", ["set", key, "value"] if key in body and value.strip():
            return {kind: {**body, key: value.strip()}}
        case _:
            raise EngineError(UNFIT.at(word))


def _persons(before: Json, chosen: Sequence[str], ground: Ground) -> list[Json]:
    held = [one for one in before if compact(one) in chosen]
    made = [*held, *(one for one in persons_offered(ground) if compact(one) in chosen and one not in held)]
    if not made:
        raise EngineError(UNFIT.at("to"))
    return made


def _renamed(body: Mapping[str, Json], key: str, to: str, ground: Ground) -> Json:
    if to == key or to in body:
        return dict(body)
    return {
        (to if one == key else one): (source_of(ground.settable[to]) if one == key else it) for one, it in body.items()
    }


def with_more_set(action: Json, ground: Ground) -> Json:
    """Return an action that sets one more field."""
    body = action["set"]
    left = [key for key in ground.settable if key not in body]
    return {"set": {**body, left[0]: source_of(ground.settable[left[0]])}} if left else action


def without_set(action: Json, key: str) -> Json:
    """Return an action that sets one field less; the last one stays."""
    body = {one: item for one, item in action["set"].items() if one != key}
    return {"set": body} if body else action
