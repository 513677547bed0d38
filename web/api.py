"""The REST API, version 1: the runtime's services over HTTP, with the same rights as the pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import Blueprint, Response, current_app

from engine.kernel.canonical import Json
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError
from engine.runtime.views import RecordView
from web.doors import instance, viewer
from web.openapi.document import Route, Seen, document
from web.payloads import body_of, idempotency_key, limit, query, value, version, version_needed, write
from web.problems import NOT_FOUND, RequestRefused
from web.saving import saved
from web.wire import (
    actions_json,
    apps_json,
    attention_json,
    dumped,
    explanation_json,
    history_json,
    inbox_json,
    me_json,
    notifications_json,
    page_json,
    parameter_json,
    parameters_json,
    record_json,
    rules_json,
    state_json,
)
from web.wire_backtests import backtest_asked, backtest_json
from web.wire_boards import board_json, boards_json, snapshots_json

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

RECORD: Final = "/<app>/<form>/<record_id>"


def answer(document: Json, status: int = 200) -> Response:
    """Return JSON that no cache keeps."""
    response = Response(dumped(document), status, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _record(record: RecordView, status: int = 200) -> Response:
    response = answer(record_json(record), status)
    response.headers["ETag"] = f'"{record.version}"'
    if status == 201:  # noqa: PLR2004
        response.headers["Location"] = f"/api/v1/{record.app}/{record.form}/{record.id}"
    return response


def _known(identifier: str) -> str:
    """Return an id that could be one; any other is as absent as one that is forbidden."""
    if not is_uuid(identifier):
        raise RequestRefused(404, NOT_FOUND.at("id"))
    return identifier


@blueprint.get("/apps")
def apps() -> Response:
    """List the installed apps in reach."""
    return answer(apps_json(instance().apps.installed(viewer())))


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe the API, for the apps in reach, as OpenAPI 3.1."""
    asking = viewer()
    apps = instance().apps.installed(asking)
    parameters = {app.key: instance().parameters.list(asking, app.key) for app in apps if app.sets_parameters}
    seen = Seen(apps, parameters, may_export=instance().apps.may_export(asking))
    return answer(document(_routes(), seen))


def _routes() -> list[Route]:
    """Return every route of this API."""
    prefix = f"{blueprint.name}."
    rules = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint.startswith(prefix)]
    return [
        Route(rule.rule.removeprefix(str(blueprint.url_prefix)), method, current_app.view_functions[rule.endpoint])
        for rule in rules
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


@blueprint.get("/apps/<app>/definition")
def definition(app: str) -> Response:
    """Return an app's documents."""
    return answer(instance().apps.definition(viewer(), app))


@blueprint.get("/apps/<app>/export")
def export(app: str) -> Response:
    """Return an app's definition as the file that ``youju app import`` takes; for administrators."""
    response = Response(instance().apps.export(viewer(), app), content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = f'attachment; filename="{app}.json"'
    return response


@blueprint.get("/me")
def me() -> Response:
    """Tell who the caller is."""
    return answer(me_json(viewer()))


@blueprint.get("/me/attention")
def attention() -> Response:
    """Tell how often the caller was interrupted today, and what waits for the morning."""
    return answer(attention_json(instance().services.attention.of(viewer())))


@blueprint.get("/notifications")
def notifications() -> Response:
    """List what the caller was told, newest first."""
    return answer(notifications_json(instance().inbox.notifications(viewer(), limit())))


@blueprint.get("/inbox")
def inbox() -> Response:
    """List the caller's open tasks."""
    return answer(inbox_json(instance().inbox.open_tasks(viewer())))


@blueprint.post("/inbox/<task_id>/<action>")
def act(task_id: str, action: str) -> Response:
    """Do an action on a task; If-Match, the version of its record, is honoured where it is sent."""
    said = write("comment")
    instance().inbox.act(viewer(), _known(task_id), action, said.fields, version=version(), comment=said.comment)
    return answer({"id": task_id, "action": action})


@blueprint.get("/jobs/dead")
def dead_letters() -> Response:
    """List messages that were given up, in about the order in which they were sent; for administrators."""
    return answer({"items": [one.as_json() for one in instance().office.letters.seen_by(viewer(), limit())]})


@blueprint.post("/jobs/dead/<letter_id>/replay")
def replay_letter(letter_id: str) -> Response:
    """Send a dead letter again, with fresh attempts; for administrators. The journal notes who did."""
    instance().office.letters.replay_by(viewer(), _known(letter_id))
    return answer({"id": letter_id})


@blueprint.get("/<app>/boards")
def boards(app: str) -> Response:
    """List an app's boards: those in front of the caller first, then the others."""
    return answer(boards_json(instance().services.boards.list(viewer(), app)))


@blueprint.get("/<app>/boards/<key>")
def board(app: str, key: str) -> Response:
    """Return a board with its figures, each row with what opens the records behind it."""
    return answer(board_json(instance().services.boards.show(viewer(), app, key)))


@blueprint.get("/<app>/boards/<key>/file/<ending>")
def board_file(app: str, key: str, ending: str) -> Response:
    """Return a board as a file with the caller's rights: `pdf`, `png`, or `xlsx` with a sheet for each widget."""
    return saved(instance().services.board_exports.make(viewer(), app, key, ending))


@blueprint.get("/<app>/metrics/<key>/snapshots")
def snapshots(app: str, key: str) -> Response:
    """List what was kept of a metric, the latest periods in order; for who may read every record that it counts."""
    return answer(snapshots_json(instance().services.snapshots.list(viewer(), app, key)))


@blueprint.get("/<app>/parameters")
def parameters(app: str) -> Response:
    """List an app's parameters, for who may set them."""
    return answer(parameters_json(instance().parameters.list(viewer(), app)))


@blueprint.put("/<app>/parameters/<key>")
def set_parameter(app: str, key: str) -> Response:
    """Set a parameter, null for its default; If-Match, the version that was seen, is honoured where it is sent."""
    asking, wanted, seen = viewer(), value(), version()
    try:
        instance().parameters.set(asking, app, {key: wanted}, None if seen is None else {key: seen})
    except EngineError as error:
        raise EngineError(replace(problem, path="value") for problem in error.problems) from error
    found = next(item for item in instance().parameters.list(asking, app) if item.key == key)
    said = answer(parameter_json(found))
    said.headers["ETag"] = f'"{found.version}"'
    return said


@blueprint.post("/<app>/rules/<key>/backtest")
def backtest(app: str, key: str) -> Response:
    """Tell what a rule, changed by a draft or by parameters, would have come to against the one in use."""
    return answer(backtest_json(instance().services.backtests.run(viewer(), backtest_asked(app, key))))


@blueprint.get("/<app>/actions")
def actions(app: str) -> Response:
    """List an app's quick actions that stand by themselves."""
    return answer(actions_json(instance().services.quick_actions.standing(viewer(), app)))


@blueprint.post("/<app>/actions/<key>")
def take(app: str, key: str) -> Response:
    """Do a quick action, over a record where it is offered on one: 201 where a record was made, 200 where found."""
    said, sent = write("record"), idempotency_key()
    taken = instance().services.quick_actions.take(viewer(), app, key, said.record, said.fields, sent)
    return _record(taken.record, 201 if taken.made else 200)


@blueprint.get(f"{RECORD}/actions")
def actions_of(app: str, form: str, record_id: str) -> Response:
    """List the quick actions that are offered on a record."""
    return answer(actions_json(instance().services.quick_actions.offered(viewer(), app, form, _known(record_id))))


@blueprint.post("/<app>/<form>")
def create(app: str, form: str) -> Response:
    """Create a record: 201, its address and its version."""
    said, key = write("transition"), idempotency_key()
    record = instance().records.create(
        viewer(), app, form, said.fields, transition=said.transition, idempotency_key=key
    )
    return _record(record, 201)


@blueprint.get("/<app>/<form>")
def records(app: str, form: str) -> Response:
    """List records: filtered, sorted, one page."""
    asked = query()
    page = instance().records.list(
        viewer(), app, form, filter=asked.filter, sort=asked.sort, limit=asked.limit, after=asked.after, words=()
    )
    return answer(page_json(page))


@blueprint.post("/<app>/<form>/preview")
def preview_new(app: str, form: str) -> Response:
    """Dry-run a creation."""
    said = write("transition")
    return answer(
        state_json(instance().records.preview(viewer(), app, form, said.fields, id=None, transition=said.transition))
    )


@blueprint.post(f"{RECORD}/preview")
def preview(app: str, form: str, record_id: str) -> Response:
    """Dry-run a change or a transition."""
    said, known = write("transition"), _known(record_id)
    return answer(
        state_json(instance().records.preview(viewer(), app, form, said.fields, id=known, transition=said.transition))
    )


@blueprint.get(RECORD)
def read(app: str, form: str, record_id: str) -> Response:
    """Read a record."""
    return _record(instance().records.read(viewer(), app, form, _known(record_id)))


@blueprint.patch(RECORD)
def update(app: str, form: str, record_id: str) -> Response:
    """Change fields of the version that If-Match names."""
    known, seen = _known(record_id), version_needed()
    return _record(instance().records.update(viewer(), app, form, known, write().fields, seen))


@blueprint.delete(RECORD)
def delete(app: str, form: str, record_id: str) -> Response:
    """Delete the version that If-Match names: 204."""
    known, seen = _known(record_id), version_needed()
    instance().records.delete(viewer(), app, form, known, seen)
    return Response(status=204)


@blueprint.post(f"{RECORD}/transitions/<key>")
def transition(app: str, form: str, record_id: str, key: str) -> Response:
    """Fire a transition; If-Match and Idempotency-Key are honoured where they are sent."""
    said, known = write(), _known(record_id)
    moved = instance().records.transition(
        viewer(), app, form, known, key, said.fields, version=version(), idempotency_key=idempotency_key()
    )
    return _record(moved)


@blueprint.post(f"{RECORD}/buttons/<key>")
def press(app: str, form: str, record_id: str, key: str) -> Response:
    """Press a button; If-Match and Idempotency-Key are honoured where they are sent."""
    body_of()
    known = _known(record_id)
    pressed = instance().records.press(
        viewer(), app, form, known, key, version=version(), idempotency_key=idempotency_key()
    )
    return _record(pressed)


@blueprint.get(f"{RECORD}/history")
def history(app: str, form: str, record_id: str) -> Response:
    """Return a record's timeline."""
    return answer(history_json(instance().records.history(viewer(), app, form, _known(record_id))))


@blueprint.get(f"{RECORD}/rules")
def rules(app: str, form: str, record_id: str) -> Response:
    """List the rules of a record's form, each with whether its condition holds for the record now."""
    explaining = instance().services.explaining
    return answer(rules_json(explaining.rules(viewer(), app, form, _known(record_id))))


@blueprint.get(f"{RECORD}/rules/<rule>")
def explanation(app: str, form: str, record_id: str, rule: str) -> Response:
    """Explain why a rule does, or does not do, something about a record now."""
    explaining = instance().services.explaining
    return answer(explanation_json(explaining.explain(viewer(), app, form, _known(record_id), rule)))
