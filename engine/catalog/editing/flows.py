"""Editing state machines: states and transitions of a form's workflow; each function returns the next document."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Final

from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.documents import Documents
from engine.catalog.editing import problems
from engine.catalog.editing.elements import Mint, at, keys_of, named, of, shifted, text
from engine.catalog.editing.forms import first_labels, with_own_property
from engine.kernel.canonical import Json, compact
from engine.kernel.problems import EngineError

KINDS: Final = ("draft", "open", "won", "lost", "held")
LIGHTS: Final = ("yellow", "red")
ANY: Final = "*"
SYSTEM: Final = "system"
LEAST_FIELDS: Final = "transition.min_fields"
DEFAULT_LEAST: Final = 3
_UNASKED: Final = ("lines", "json")


def path_of_flow(documents: Documents, form: str) -> str | None:
    """Return where the workflow of a form is; None where it has none."""
    flows = (path for path, item in documents.items() if path.startswith("workflows/") and item["form"] == form)
    return next(flows, None)


def asked(form: Json) -> list[Json]:
    """Return the fields that a transition may ask for: what people fill."""
    return [
        field
        for field in form["fields"]
        if field["type"] not in _UNASKED and not {"computed", "set_by"} & set(field) and not field.get("retired")
    ]


def least_fields(documents: Documents) -> int:
    """Return how many fields a transition of people names at least, as the app's parameters say."""
    listed = documents.get("parameters.json", {}).get("parameters", ())
    found = next((one.get("default") for one in listed if one["key"] == LEAST_FIELDS), None)
    return int(float(found)) if found is not None else DEFAULT_LEAST


def new_flow(documents: Documents, form: Json, mint: Mint) -> Json:
    """Return a workflow in three states: a draft that its owner submits, and then is done with.

    Each transition names the first fields of the form, as many as have to be; a form of fewer fields is confirmed.
    """
    keys = [field["key"] for field in asked(form)]
    least = least_fields(documents)
    needs: dict[str, Json] = {"fields": keys[:least]} if len(keys) >= least else {"acknowledgement": True}
    taken = {path.removeprefix("workflows/").removesuffix(".json") for path in documents if path[:10] == "workflows/"}
    states = (
        ("draft", text("草稿", "Draft"), "draft"),
        ("submitted", text("已提交", "Submitted"), "open"),
        ("done", text("已完成", "Done"), "won"),
    )
    moves = (("submit", text("提交", "Submit"), 0, 1), ("finish", text("完成", "Finish"), 1, 2))
    return {
        "format": 1,
        "kind": "workflow",
        "uid": mint.uid(),
        "key": form["key"] if form["key"] not in taken else mint.key(form["labels"], taken),
        "labels": dict(form["labels"]),
        "form": form["key"],
        "initial": states[0][0],
        "states": [{"uid": mint.uid(), "key": key, "labels": said, "kind": kind} for key, said, kind in states],
        "transitions": [
            {
                "uid": mint.uid(),
                "key": key,
                "labels": said,
                "from": [states[begin][0]],
                "to": states[end][0],
                "by": [{"owner": True}],
                **deepcopy(needs),
            }
            for key, said, begin, end in moves
        ],
    }


def with_state(flow: Json, given: str, language: str, mint: Mint) -> Json:
    """Return the flow with one more state, in progress; EngineError (APP-042) where it has no name."""
    made = deepcopy(flow)
    labels = first_labels(given, language)
    key = mint.key(labels, keys_of(made["states"]))
    made["states"].append({"uid": mint.uid(), "key": key, "labels": labels, "kind": "open"})
    return made


def without_state(flow: Json, uid: str) -> Json:
    """Return the flow without a state, and without the transitions that lead to it or from it alone.

    The first state that is left becomes the one in which records begin, where it was this one. EngineError (APP-041)
    where it is the only one.
    """
    made = deepcopy(flow)
    if len(made["states"]) == 1:
        raise EngineError(problems.LAST_ONE.at())
    key = made["states"].pop(at(made["states"], uid))["key"]
    kept = []
    for move in made["transitions"]:
        if move["from"] != ANY:
            move["from"] = [one for one in move["from"] if one != key]
        if move["from"] and move.get("to") != key:
            kept.append(move)
    made["transitions"] = kept
    if made["initial"] == key:
        made["initial"] = made["states"][0]["key"]
    return made


def with_transition(flow: Json, given: str, language: str, origin: str, target: str, mint: Mint) -> Json:
    """Return the flow with one more transition by the owner, which is only confirmed until it asks for fields."""
    made = deepcopy(flow)
    _known(made, origin, target)
    labels = first_labels(given, language)
    key = mint.key(labels, keys_of(made["transitions"]))
    move: dict[str, Json] = {"uid": mint.uid(), "key": key, "labels": labels, "from": [origin], "to": target}
    made["transitions"].append({**move, "by": [{"owner": True}], "acknowledgement": True})
    return made


def _known(flow: Json, *keys: str) -> None:
    states = keys_of(flow["states"])
    if not set(keys) <= states:
        raise EngineError(problems.GONE.at())


def without_transition(flow: Json, uid: str) -> Json:
    """Return the flow without a transition."""
    made = deepcopy(flow)
    made["transitions"].pop(at(made["transitions"], uid))
    return made


def with_moved(flow: Json, part: str, uid: str, before: str | None) -> Json:
    """Return the flow with a state or transition in front of another, or at the end."""
    made = deepcopy(flow)
    shifted(made[part], uid, before)
    return made


def with_part_named(flow: Json, part: str, uid: str, given: str, language: str) -> Json:
    """Return the flow with a state or transition called otherwise in one language."""
    first_labels(given, language)
    return with_part(flow, part, uid, "labels", named(given.strip(), language, of(flow[part], uid)["labels"]))


def with_part(flow: Json, part: str, uid: str, key: str, value: Json | Absent) -> Json:
    """Return the flow with a property of a state or transition set, or taken away where the value is ABSENT."""
    made = deepcopy(flow)
    made[part] = [with_own_property(one, key, value) if one["uid"] == uid else one for one in made[part]]
    of(made[part], uid)
    return made


def with_initial(flow: Json, key: str) -> Json:
    """Return the flow in which records begin in a state; EngineError (APP-040) where there is none of the key."""
    _known(flow, key)
    return {**flow, "initial": key}


def origins_of(before: Json, chosen: Sequence[str], states: Sequence[str]) -> Json:
    """Return where a transition starts: states, or ``*`` where none is chosen or it was said anew."""
    listed = [key for key in states if key in chosen]
    if not listed or (ANY in chosen and before != ANY):
        return ANY
    held = [key for key in before if key in listed] if before != ANY else []
    return [*held, *(key for key in listed if key not in held)]


def persons_of(before: Json, chosen: Sequence[str], offered: Sequence[Json]) -> Json:
    """Return who may do a transition, each said in compact JSON; nobody is the system alone.

    Who was named before keeps the place, also where it is more than what is offered.
    """
    held = [] if before == SYSTEM else [one for one in before if compact(one) in chosen]
    return [*held, *(one for one in offered if compact(one) in chosen and one not in held)] or SYSTEM


def fields_of(before: Sequence[str], chosen: Sequence[str], known: Sequence[str]) -> list[str] | Absent:
    """Return the fields that are asked for: what was asked before in its order, then what is new."""
    held = [key for key in before if key in chosen]
    return [*held, *(key for key in known if key in chosen and key not in held)] or ABSENT
