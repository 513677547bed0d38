"""Files over HTTP: sending one, handing its content out safely, and capture tokens; who may, the runtime decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.wsgi import wrap_file

from engine.kernel.problems import EngineError, Problem
from web import api, api_imports, api_revisions
from web.doors import instance, viewer
from web.pages import records
from web.payloads import body
from web.problems import UNKNOWN_KEY
from web.saving import POLICY, saved
from web.sending import sent_file
from web.wire import dumped

if TYPE_CHECKING:
    from uuid import UUID

blueprint = Blueprint("files", __name__)

UPLOAD: Final = "api.send_file"
WIDE: Final = frozenset((UPLOAD, "revisions.send", "studio_sheets.read", *api_revisions.WIDE))
UPLOAD_LIMIT: Final = 26 * 1024 * 1024
"""The largest file with what stands around it in a form."""

SHOWN: Final = ("image/", "audio/")
"""What pages show; everything else is handed out to be saved."""

TOKEN_KEYS: Final = ("count", "device_id", "device_id_type")


def widen() -> None:
    """Let a request that sends a file be larger than others may be."""
    if request.endpoint in WIDE:
        request.max_content_length = UPLOAD_LIMIT
    elif request.endpoint in api_imports.WIDE:
        request.max_content_length = api_imports.LIMIT


@api.blueprint.post("/files")
def send_file() -> Response:
    """Send a file, one part named `file`: 201 and its id; the same bytes again are the same file."""
    sent = sent_file()
    found = instance().services.files.receive(viewer(), sent.stream, sent.filename)
    document = {"id": found.id, "name": found.name, "type": found.type, "size": found.size, "sha256": found.sha256}
    response = Response(dumped(document), 201, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Location"] = f"/api/v1/files/{found.id}"
    return response


@api.blueprint.get("/files/<file_id>")
def file(file_id: str) -> Response:
    """Return a file's content, for whoever may read the field of a record that holds it; ranges are honoured."""
    return _content(file_id)


@blueprint.get("/files/<file_id>")
def page_file(file_id: str) -> Response:
    """Return a file's content to a page."""
    return _content(file_id)


def _content(file_id: str) -> Response:
    """Answer with a content: its own type, never guessed at, never run, kept by nobody but the reader's browser."""
    found, content = instance().services.files.open(viewer(), file_id)
    response = Response(wrap_file(request.environ, content), content_type=found.type, direct_passthrough=True)
    response.call_on_close(content.close)
    response.content_length = found.size
    response.set_etag(found.sha256)
    shown = "inline" if found.type.startswith(SHOWN) else "attachment"
    response.headers["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(found.name, safe='')}"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request.environ, accept_ranges=True, complete_length=found.size)
    return response


@api.blueprint.get(f"{api.RECORD}/documents")
def documents(app: str, form: str, record_id: str) -> Response:
    """List the documents that can be made of a record now."""
    offered = instance().services.printouts.offered(viewer(), app, form, record_id)
    listed = [{"key": one.key, "labels": one.labels.as_json(), "type": one.ending} for one in offered]
    response = Response(dumped({"items": listed}), content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@api.blueprint.get(f"{api.RECORD}/documents/<key>")
def document(app: str, form: str, record_id: str, key: str) -> Response:
    """Make a document of a record: PDF, Word or Excel; what its reader may not read in it stays blank."""
    return _made(app, form, record_id, key)


@blueprint.get(f"{records.RECORD}/documents/<key>")
def page_document(app: str, form: str, record_id: UUID, key: str) -> Response:
    """Make a document of a record for a page."""
    return _made(app, form, str(record_id), key)


def _made(app: str, form: str, record_id: str, key: str) -> Response:
    return saved(instance().services.printouts.make(viewer(), app, form, record_id, key))


@api.blueprint.post("/capture-tokens")
def capture_tokens() -> Response:
    """Issue capture tokens for photos, for a device if it is named: 201."""
    document = body()
    problems: list[Problem] = [
        UNKNOWN_KEY.at(key, key=key, known=", ".join(TOKEN_KEYS)) for key in document if key not in TOKEN_KEYS
    ]
    if problems:
        raise EngineError(problems)
    count, device, kind = (document.get(key) for key in TOKEN_KEYS)
    issued = instance().services.files.issue_tokens(viewer(), count, device, kind)
    tokens = [
        {"token": one.token, "capture_until": one.capture_until, "submit_until": one.submit_until} for one in issued
    ]
    response = Response(dumped({"tokens": tokens}), 201, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return response
