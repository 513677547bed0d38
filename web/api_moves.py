"""The API of records by state: how many are where, moving many of them, and moving them back; for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.kernel.problems import EngineError
from web import api
from web.doors import instance, viewer
from web.payloads import body_of, known_parameters
from web.problems import TOO_MANY_HERE, WRONG_SHAPE

if TYPE_CHECKING:
    from flask import Response

    from engine.kernel.canonical import Json
    from engine.kernel.problems import Problem
    from engine.runtime.relocations import Moved, Relocations, RelocationView, StateCount

MOST: Final = 2_000
"""So many records are moved while somebody waits for the answer; more are moved on the command line."""

_EXAMPLE: Final = '{"form": "deal", "moves": {"asking": "review"}, "reason": "…"}'


def _moves() -> Relocations:
    return instance().services.relocations


@api.blueprint.get("/<app>/moves")
def moves(app: str) -> Response:
    """Return how many records of each form are in which state, and the latest moves; for administrators."""
    known_parameters()
    states = _moves().states(viewer(), app)
    listed = _moves().listed(viewer(), app)
    return api.answer(
        {
            "forms": {form: [_state_json(one) for one in counted] for form, counted in states.items()},
            "moves": [_move_json(one) for one in listed],
        }
    )


@api.blueprint.post("/<app>/moves")
def move_records(app: str) -> Response:
    """Move the records of states to other states, with a reason; sent again, it moves those that are left."""
    form, pairs, reason = _said()
    refuse_too_many(app, form, pairs)
    return api.answer(moved_json(_moves().move(viewer(), app, form, pairs, reason)))


@api.blueprint.post("/<app>/moves/<move_id>/back")
def move_back(app: str, move_id: str) -> Response:
    """Move back what a move has moved, but for records that have gone on since; sent again, it moves what is left."""
    reason = body_of("reason").get("reason", "")
    if not isinstance(reason, str):
        raise EngineError(_wrong("reason", "文字", "Words"))
    return api.answer(moved_json(_moves().back(viewer(), app, move_id, reason, MOST)))


def refuse_too_many(app: str, form: str, states: dict[str, str]) -> None:
    """Raise EngineError where more records are in these states than can be moved while somebody waits."""
    counted = {one.key: one.records for one in _moves().states(viewer(), app).get(form, ())}
    for state in states:
        count = counted.get(state, 0)
        if count > MOST:
            raise EngineError(TOO_MANY_HERE.at("origin", count=count, most=MOST, app=app, form=form))


def _said() -> tuple[str, dict[str, str], str]:
    sent = body_of("form", "moves", "reason")
    form, pairs, reason = sent.get("form"), sent.get("moves"), sent.get("reason", "")
    problems = []
    if not isinstance(form, str):
        problems.append(_wrong("form", "表单的键", "The key of a form"))
    if not isinstance(pairs, dict) or not pairs or not all(isinstance(one, str) for one in pairs.values()):
        problems.append(_wrong("moves", "离开的状态和到达的状态", "States, by the state that is left"))
    if not isinstance(reason, str):
        problems.append(_wrong("reason", "文字", "Words"))
    if problems:
        raise EngineError(problems)
    return str(form), dict(pairs or {}), str(reason)


def _wrong(key: str, zh: str, en: str) -> Problem:
    return WRONG_SHAPE.at(key, wanted_zh=zh, wanted_en=en, example=_EXAMPLE)


def moved_json(made: Moved) -> Json:
    """Return ``id, moved, passed, first_passed, left``; who was passed over without problems had gone on."""
    first = [{"id": one.id, "errors": [problem.as_json() for problem in one.problems]} for one in made.first_passed]
    return {"id": made.id, "moved": made.moved, "passed": made.passed, "first_passed": first, "left": made.left}


def _state_json(one: StateCount) -> Json:
    return {"key": one.key, "labels": one.labels.as_json(), "retired": one.retired, "records": one.records}


def _move_json(one: RelocationView) -> Json:
    return {
        "id": one.id,
        "form": one.form,
        "moves": [{"from": origin.as_json(), "to": target.as_json()} for origin, target in one.moves],
        "reason": one.reason,
        "by": one.by or None,
        "at": one.at,
        "moved": one.moved,
        "is_back": one.is_back,
    }
