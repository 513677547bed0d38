"""The API of approvals and absences, on the blueprint of the API: with the rights, and the answers, of its rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from flask import Response, request

from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment, moment_number
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Problem
from engine.runtime.approvals import Said
from web import api_runs
from web.api import RECORD, answer
from web.doors import instance, viewer
from web.payloads import body_of, idempotency_key, known_parameters, size
from web.problems import NOT_FOUND, WRONG_SHAPE, RequestRefused
from web.wire_approvals import absences_json, approval_json, approvals_json

blueprint = api_runs.blueprint
"""That of the whole API: what is not about approvals stands in ``web.api``."""

OF: Final = ("started", "decided")
LARGEST: Final = 2**53
"""Beyond it JSON's readers do not agree on whole numbers."""


def _is_whole(said: Json) -> bool:
    return isinstance(said, int) and not isinstance(said, bool) and abs(said) < LARGEST


def _moment(said: Json) -> Moment | None:
    """Return the moment that a text with its zone names, or None."""
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) else None
        return moment_number(at) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


_SHAPES: Final[Mapping[str, tuple[Callable[[Json], bool], str, str, str]]] = {
    "comment": (lambda said: isinstance(said, str), "文字", "Words", '"同意"'),
    "to": (lambda said: isinstance(said, str), "人的 id,或步骤的键", "The id of a person, or a step", '"0190…"'),
    "fields": (lambda said: isinstance(said, dict), "字段的对象", "An object of fields", '{"opinion": "值"}'),
    "score": (_is_whole, "整数", "A whole number", "80"),
    "version": (_is_whole, "记录的版本", "The version of the record", "3"),
    "begins_at": (lambda said: _moment(said) is not None, "带时区的时刻", "A moment", '"2026-11-24T00:00:00Z"'),
    "ends_at": (lambda said: _moment(said) is not None, "带时区的时刻", "A moment", '"2026-12-01T00:00:00Z"'),
    "deputy": (lambda said: isinstance(said, str), "人的 id", "The id of a person", '"0190…"'),
    "note": (lambda said: isinstance(said, str), "文字", "Words", '"年假"'),
    "user": (lambda said: isinstance(said, str), "人的 id", "The id of a person", '"0190…"'),
}


def _said(*keys: str, needed: tuple[str, ...] = ()) -> dict[str, Json]:
    """Return what the body says of these keys, null as if it said nothing; all mistakes at once."""
    document = body_of(*keys)
    given = {key: value for key, value in document.items() if value is not None}
    problems: list[Problem] = []
    for key in dict.fromkeys((*given, *needed)):
        fits, wanted_zh, wanted_en, example = _SHAPES[key]
        if key not in given or not fits(given[key]):
            example = f'{{"{key}": {example}}}'
            problems.append(WRONG_SHAPE.at(key, wanted_zh=wanted_zh, wanted_en=wanted_en, example=example))
    if problems:
        raise EngineError(problems)
    return given


def _known(identifier: str) -> str:
    if not is_uuid(identifier):
        raise RequestRefused(404, NOT_FOUND.at("id"))
    return identifier


@blueprint.get("/approvals")
def approvals() -> Response:
    """List what the caller applied for (`of=started`), or decided (`of=decided`), the newest first; one page."""
    most, of = size("of", "after", "limit"), request.args.get("of", OF[0])
    if of not in OF:
        example = "?of=decided"
        wanted = ", ".join(OF)
        raise EngineError(WRONG_SHAPE.at("of", wanted_zh=wanted, wanted_en=wanted, example=example))
    doors = instance().services.approvals
    page = (doors.started if of == OF[0] else doors.decided)(viewer(), request.args.get("after") or None, most)
    return answer(approvals_json(page))


@blueprint.get("/approvals/<approval_id>")
def approval(approval_id: str) -> Response:
    """Return one approval, for who reads its record, applied for it, or has a part in it."""
    return answer(approval_json(instance().services.approvals.look(viewer(), _known(approval_id))))


@blueprint.post("/approvals/<approval_id>/<act>")
def sign(approval_id: str, act: str) -> Response:
    """Approve, reject, return, transfer, add_before, add_after, withdraw, urge or comment, and return how it stands."""
    said = _said("comment", "to", "fields", "score", "version")
    words = Said(said.get("comment"), said.get("to"), said.get("fields", {}), said.get("score"), said.get("version"))
    done = instance().services.approvals.act(viewer(), _known(approval_id), act, words, idempotency_key())
    return answer(approval_json(done))


@blueprint.get(f"{RECORD}/approvals")
def approvals_of(app: str, form: str, record_id: str) -> Response:
    """List the approvals of a record, the latest first."""
    found = instance().services.approvals.of_record(viewer(), app, form, _known(record_id))
    return answer({"items": [approval_json(view) for view in found]})


@blueprint.get("/absences")
def absences() -> Response:
    """List when the caller is away, and who acts for them; for administrators that of anybody (`user`)."""
    known_parameters("user")
    return answer(absences_json(instance().services.absences.of(viewer(), request.args.get("user"))))


@blueprint.post("/absences")
def add_absence() -> Response:
    """Keep that the caller is away, and who acts for them; for administrators that anybody (`user`) is: 201."""
    said = _said("begins_at", "ends_at", "deputy", "note", "user", needed=("begins_at", "ends_at"))
    begins_at, ends_at = _moment(said["begins_at"]), _moment(said["ends_at"])
    if begins_at is None or ends_at is None:  # what cannot be read has been refused before
        raise LookupError(said)
    id = instance().services.absences.add(
        viewer(), begins_at, ends_at, said.get("deputy"), said.get("note", ""), said.get("user"), idempotency_key()
    )
    made = answer({"id": id}, 201)
    made.headers["Location"] = f"/api/v1/absences/{id}"
    return made


@blueprint.delete("/absences/<absence_id>")
def remove_absence(absence_id: str) -> Response:
    """Take back that the caller, or for administrators anybody (`user`), is away: 204."""
    known_parameters("user")
    instance().services.absences.remove(viewer(), _known(absence_id), request.args.get("user"))
    return Response(status=204)
