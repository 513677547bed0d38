"""Editing what has to be recorded in every period while a record is in a state; each returns the next workflow."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from engine.catalog.comparing import Absent
from engine.catalog.documents import Documents
from engine.catalog.editing import problems
from engine.catalog.editing.elements import Mint, at, keys_of, of
from engine.catalog.editing.forms import first_labels, renamed, with_own_property
from engine.forms.compiling import SYSTEM_LABELS
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError

EACH: Final = ("day", "week", "month")
MOST_DUTIES: Final = 20


def relations_of(form: Json) -> list[Json]:
    """Return the relations of a form whose records can be asked for: those of forms of the same app."""
    return [one for one in form.get("relations", ()) if "." not in one["form"]]


def references_to(documents: Documents, form: Json) -> list[tuple[Json, Json]]:
    """Return the fields of the app's forms that refer to a form and are no relation of it yet, each with its form."""
    known = {(one["form"], one["reference"]) for one in form.get("relations", ())}
    return [
        (other, field)
        for path, other in documents.items()
        if path.startswith("forms/")
        for field in other["fields"]
        if field["type"] == "reference" and field.get("form") == form["key"] and not field.get("retired")
        if (other["key"], field["key"]) not in known
    ]


def with_relation(documents: Documents, form: Json, other: str, reference: str, mint: Mint) -> tuple[Json, str]:
    """Return a form with a relation over a field of another form that refers to it, and the relation's key.

    EngineError (APP-040) where there is no such field.
    """
    found = references_to(documents, form)
    told = next((one for one, field in found if (one["key"], field["key"]) == (other, reference)), None)
    if told is None:
        raise EngineError(problems.GONE.at(other))
    relations = form.get("relations", [])
    taken = keys_of(form["fields"]) | set(SYSTEM_LABELS) | keys_of(relations)
    key = mint.key({"zh": other, "en": f"{other}s"}, taken)
    labels = dict(told["labels"])
    made = {"uid": mint.uid(), "key": key, "labels": labels, "form": other, "reference": reference}
    return {**form, "relations": [*relations, made]}, key


def with_duty(flow: Json, state: str, given: str, language: str, records: str, mint: Mint) -> Json:
    """Return the flow with one more duty of a state (a uid): a record of a relation in every week."""
    labels = first_labels(given, language)
    made = deepcopy(flow)
    held = of(made["states"], state)
    duties = held.setdefault("duties", [])
    if len(duties) >= MOST_DUTIES:
        raise EngineError(problems.UNFIT.at("duties"))
    key = mint.key(labels, keys_of(duties))
    uid = mint.main or mint.uid()
    duties.append({"uid": uid, "key": key, "labels": labels, "records": records, "each": "week"})
    return made


def duty_in(flow: Json, uid: str) -> Json:
    """Return the duty of a uid; EngineError (APP-040) where it is gone."""
    return of([duty for state in flow["states"] for duty in state.get("duties", ())], uid)


def without_duty(flow: Json, uid: str) -> Json:
    """Return the flow without a duty."""
    made = deepcopy(flow)
    state = _state_of(made, uid)
    state["duties"].pop(at(state["duties"], uid))
    if not state["duties"]:
        state.pop("duties")
    return made


def _state_of(flow: Json, uid: str) -> Json:
    for state in flow["states"]:
        if any(duty["uid"] == uid for duty in state.get("duties", ())):
            return state
    raise EngineError(problems.GONE.at(uid))


def with_duty_named(flow: Json, uid: str, given: str, language: str) -> Json:
    """Return the flow with a duty called otherwise in one language."""
    return _with(flow, uid, renamed(duty_in(flow, uid), given, language))


def with_duty_property(flow: Json, uid: str, key: str, value: Json | Absent) -> Json:
    """Return the flow with a property of a duty set or taken away."""
    return _with(flow, uid, with_own_property(duty_in(flow, uid), key, value))


def _with(flow: Json, uid: str, duty: Json) -> Json:
    made = deepcopy(flow)
    duties = _state_of(made, uid)["duties"]
    duties[at(duties, uid)] = duty
    return made
