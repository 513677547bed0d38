"""The API of imports: a file is sent, its columns are given fields, it is tried, begun, stopped and gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response

from web import api
from web.doors import instance, viewer
from web.payloads import body_of, known_parameters
from web.saving import POLICY
from web.sending import sent_file
from web.wire_imports import PLAN_KEYS, import_json, plan_asked, preview_json, refused_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.runtime.importing.imports import Imports

IMPORTS: Final = "/<app>/<form>/imports"
ONE: Final = f"{IMPORTS}/<import_id>"
WIDE: Final = ("api.bring_import", "imports.bring")
"""Where a file may be as large as one that is imported."""

LIMIT: Final = 101 * 1024 * 1024


def _imports() -> Imports:
    return instance().services.imports


@api.blueprint.get(IMPORTS)
def imports(app: str, form: str) -> Response:
    """List the caller's latest imports into a form."""
    known_parameters()
    return api.answer({"items": [import_json(one) for one in _imports().listed(viewer(), app, form)]})


@api.blueprint.post(IMPORTS)
def bring_import(app: str, form: str) -> Response:
    """Send a file of records, one part named `file`: 201; nothing is imported before it is started."""
    sent = sent_file()
    one = _imports().bring(viewer(), app, form, sent.stream, sent.filename, wait=False)
    response = api.answer(import_json(one), 201)
    response.headers["Location"] = f"/api/v1/{app}/{form}/imports/{one.id}"
    return response


@api.blueprint.get(ONE)
def import_(app: str, form: str, import_id: str) -> Response:
    """Tell how an import stands."""
    known_parameters()
    return api.answer(import_json(_imports().look(viewer(), app, form, import_id)))


@api.blueprint.post(f"{ONE}/plan")
def plan_import(app: str, form: str, import_id: str) -> Response:
    """Say which fields its columns are and what is done with its rows; what is not said stays as it is."""
    known = _imports().look(viewer(), app, form, import_id)
    plan = plan_asked(known, body_of(*PLAN_KEYS))
    return api.answer(import_json(_imports().plan(viewer(), app, form, import_id, plan)))


@api.blueprint.get(f"{ONE}/preview")
def preview_import(app: str, form: str, import_id: str) -> Response:
    """Tell what would become of its first rows, each as if it were the only one; nothing is written."""
    known_parameters()
    return api.answer(preview_json(_imports().preview(viewer(), app, form, import_id)))


@api.blueprint.post(f"{ONE}/start")
def start_import(app: str, form: str, import_id: str) -> Response:
    """Begin an import; one that has begun is not begun again (409)."""
    body_of()
    return api.answer(import_json(_imports().start(viewer(), app, form, import_id)))


@api.blueprint.post(f"{ONE}/stop")
def stop_import(app: str, form: str, import_id: str) -> Response:
    """Stop an import where it is; what was imported stays."""
    body_of()
    return api.answer(import_json(_imports().stop(viewer(), app, form, import_id)))


@api.blueprint.post(f"{ONE}/resume")
def resume_import(app: str, form: str, import_id: str) -> Response:
    """Go on with an import that has stopped, or of which nothing is heard."""
    body_of()
    return api.answer(import_json(_imports().resume(viewer(), app, form, import_id)))


@api.blueprint.get(f"{ONE}/refused")
def refused_import(app: str, form: str, import_id: str) -> Response:
    """List the first rows that were refused, with why."""
    known_parameters()
    return api.answer(refused_json(_imports().refused(viewer(), app, form, import_id)))


@api.blueprint.get(f"{ONE}/refused.csv")
def refused_file(app: str, form: str, import_id: str) -> Response:
    """Return all refused rows as they came, with why, as a CSV file: mended, it can be sent again."""
    return refused_answer(_imports().refused_file(viewer(), app, form, import_id))


def refused_answer(pieces: Iterable[bytes]) -> Response:
    """Answer with a file of refused rows, a piece at a time."""
    response = Response(pieces, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="refused.csv"'
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
