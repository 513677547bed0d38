"""Editing approvals: who agrees in which order, and what follows; each function returns the next workflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Final

from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.editing import problems
from engine.catalog.editing.elements import Mint, at, keys_of, of, shifted, text
from engine.catalog.editing.flows import ANY, SYSTEM
from engine.catalog.editing.forms import first_labels, renamed, with_own_property
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.workflows.approvals.definitions import OUTCOMES

APPROVED: Final = "approved"
MOST_STEPS: Final = 50
_FIRST_STEP: Final = text("上级审批", "Superior")
_NAMES: Final = {
    "approved": text("审批通过", "Approved"),
    "rejected": text("审批驳回", "Rejected"),
    "returned": text("退回修改", "Sent back"),
    "withdrawn": text("撤回申请", "Withdrawn"),
    "apart": text("分差过大", "Scores too far apart"),
}
"""What the transitions that outcomes fire are called until somebody names them."""


def approvals_of(flow: Json) -> list[Json]:
    """Return the approvals of a workflow in their order."""
    return list(flow.get("approvals", ()))


def approval_in(flow: Json, uid: str) -> Json:
    """Return the approval of a uid; EngineError (APP-040) where it is gone."""
    return of(approvals_of(flow), uid)


def with_approval(flow: Json, given: str, language: str, state: str, mint: Mint) -> Json:
    """Return the flow with one more approval, by the owner's superior; ``mint`` tells its uid.

    It starts in a state, or by rules alone where the state is blank, and ends like those that are there already: they
    run side by side.
    """
    labels = first_labels(given, language)
    own = {"uid": mint.main or mint.uid(), "key": mint.key(labels, keys_of(approvals_of(flow))), "labels": labels}
    made: dict[str, Json] = {**own, **({"state": _known_state(flow, state)} if state else {}), "steps": []}
    key = mint.key(_FIRST_STEP, ())
    step = {"uid": mint.uid(), "key": key, "labels": dict(_FIRST_STEP), "who": [{"manager_of": "owner"}]}
    made["steps"].append(step)
    beside = _shared_end(flow, made)
    if beside is not None:
        made["ends"] = {APPROVED: beside}
    return {**deepcopy(flow), "approvals": [*deepcopy(approvals_of(flow)), made]}


def _known_state(flow: Json, state: str) -> str:
    if state not in keys_of(flow["states"]):
        raise EngineError(problems.GONE.at(state))
    return state


def _shared_end(flow: Json, approval: Json) -> str | None:
    """Return what approval of the others in the same state leads to; None where there is none."""
    state = approval.get("state")
    others = (
        one for one in approvals_of(flow) if state and one.get("state") == state and one["uid"] != approval["uid"]
    )
    return next((one["ends"][APPROVED] for one in others if APPROVED in one.get("ends", {})), None)


def without_approval(flow: Json, uid: str) -> Json:
    """Return the flow without an approval; the transitions that it fired stay."""
    made = deepcopy(flow)
    made["approvals"].pop(at(made.get("approvals", []), uid))
    if not made["approvals"]:
        made.pop("approvals")
    return made


def with_approval_changed(flow: Json, uid: str, change: Callable[[Json], Json]) -> Json:
    """Return the flow with an approval as ``change`` makes it."""
    made = deepcopy(flow)
    listed = made.get("approvals", [])
    place = at(listed, uid)
    listed[place] = change(listed[place])
    return made


def with_approval_named(flow: Json, uid: str, given: str, language: str) -> Json:
    """Return the flow with an approval called otherwise in one language."""
    return with_approval_changed(flow, uid, lambda one: renamed(one, given, language))


def with_approval_property(flow: Json, uid: str, key: str, value: Json | Absent) -> Json:
    """Return the flow with a property of an approval set or taken away."""
    return with_approval_changed(flow, uid, lambda one: with_own_property(one, key, value))


def with_approval_state(flow: Json, uid: str, state: str) -> Json:
    """Return the flow with an approval that starts in another state, by rules alone where it is blank.

    Where others start there, too, it leads where they do when all of them have approved.
    """
    value = _known_state(flow, state) if state else ABSENT
    made = with_approval_property(flow, uid, "state", value)
    beside = _shared_end(made, approval_in(made, uid))
    return made if beside is None else with_approval_changed(made, uid, lambda one: _ending(one, APPROVED, beside))


def ways_of(flow: Json, state: str | None) -> list[Json]:
    """Return the transitions of the system that an outcome can fire: those that lead from a state, or all of them."""
    return [
        move
        for move in flow["transitions"]
        if move["by"] == SYSTEM
        and not move.get("releases")
        and (state is None or move["from"] == ANY or state in move["from"])
    ]


def with_end(flow: Json, uid: str, outcome: str, transition: str) -> Json:
    """Return the flow with the transition that an outcome fires, none where it is blank.

    Approvals of one state go on together once all have approved: they share that transition.
    """
    if outcome not in OUTCOMES:
        raise EngineError(problems.UNFIT.at(outcome))
    held = approval_in(flow, uid)
    moves = keys_of(flow["transitions"])
    if transition and transition not in moves and transition != held.get("ends", {}).get(outcome):
        raise EngineError(problems.GONE.at(transition))
    state = held.get("state") if outcome == APPROVED else None
    together = [one["uid"] for one in approvals_of(flow) if state and one.get("state") == state]
    made = flow
    for one in together or [uid]:
        made = with_approval_changed(made, one, lambda it: _ending(it, outcome, transition))
    return made


def _ending(approval: Json, outcome: str, transition: str) -> Json:
    ends = {**approval.get("ends", {}), outcome: transition}
    if not transition:
        ends.pop(outcome)
    return with_own_property(approval, "ends", ends or ABSENT)


def with_new_end(flow: Json, uid: str, outcome: str, target: str, mint: Mint) -> Json:
    """Return the flow with a new transition of the system to a state, which an outcome fires."""
    held = approval_in(flow, uid)
    labels = dict(_NAMES.get(outcome) or _NAMES[APPROVED])
    key = mint.key(labels, keys_of(flow["transitions"]))
    state = held.get("state")
    move: dict[str, Json] = {"uid": mint.uid(), "key": key, "labels": labels, "from": [state] if state else ANY}
    made = deepcopy(flow)
    made["transitions"].append({**move, "to": _known_state(flow, target), "by": SYSTEM})
    return with_end(made, uid, outcome, key)


def with_step(flow: Json, uid: str, given: str, language: str, mint: Mint) -> Json:
    """Return the flow with one more step of an approval at its end, by the owner's superior; ``mint`` tells its uid."""
    labels = first_labels(given, language)

    def change(approval: Json) -> Json:
        if len(approval["steps"]) >= MOST_STEPS:
            raise EngineError(problems.UNFIT.at("steps"))
        key = mint.key(labels, keys_of(approval["steps"]))
        step = {"uid": mint.main or mint.uid(), "key": key, "labels": labels, "who": [{"manager_of": "owner"}]}
        return {**approval, "steps": [*approval["steps"], step]}

    return with_approval_changed(flow, uid, change)


def _with_steps(flow: Json, uid: str, change: Callable[[list[Json]], None]) -> Json:
    def within(approval: Json) -> Json:
        change(approval["steps"])
        return approval

    return with_approval_changed(flow, uid, within)


def without_step(flow: Json, uid: str, step: str) -> Json:
    """Return the flow without a step; EngineError (APP-041) where it is the only one."""

    def change(steps: list[Json]) -> None:
        place = at(steps, step)
        if len(steps) == 1:
            raise EngineError(problems.LAST_ONE.at("steps"))
        steps.pop(place)

    return _with_steps(flow, uid, change)


def with_step_moved(flow: Json, uid: str, step: str, before: str | None) -> Json:
    """Return the flow with a step in front of another (uids), or at the end."""
    return _with_steps(flow, uid, lambda steps: shifted(steps, step, before))


def with_step_stepped(flow: Json, uid: str, step: str, by: int) -> Json:
    """Return the flow with a step one place up (-1) or down (1); at the ends it stays."""

    def change(steps: list[Json]) -> None:
        place = at(steps, step)
        item = steps.pop(place)
        steps.insert(max(0, place + by), item)

    return _with_steps(flow, uid, change)


def with_step_changed(flow: Json, uid: str, step: str, change: Callable[[Json], Json]) -> Json:
    """Return the flow with a step as ``change`` makes it."""

    def within(steps: list[Json]) -> None:
        place = at(steps, step)
        steps[place] = change(steps[place])

    return _with_steps(flow, uid, within)


def with_person(held: Sequence[Json], number: int | None, person: Json) -> list[Json]:
    """Return whom a list names with one more, or with another in the place of one; nobody is named twice."""
    made = list(held)
    if number is None:
        return made if person in made else [*made, person]
    if not 0 <= number < len(made):
        raise EngineError(problems.GONE.at("who"))
    return made if person in made else [*made[:number], person, *made[number + 1 :]]


def without_person(held: Sequence[Json], number: int) -> list[Json]:
    """Return whom a list names without one of them; EngineError (APP-040) where there is none at that place."""
    if not 0 <= number < len(held):
        raise EngineError(problems.GONE.at("who"))
    return [*held[:number], *held[number + 1 :]]


def with_person_earlier(held: Sequence[Json], number: int) -> list[Json]:
    """Return whom a list names with one of them a place earlier; the first stays."""
    if not 0 <= number < len(held):
        raise EngineError(problems.GONE.at("who"))
    made = list(held)
    made.insert(max(0, number - 1), made.pop(number))
    return made
