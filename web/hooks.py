"""The address that partners send to: no sign-in, no cookie; a signature lets a delivery in, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request

from web.doors import instance
from web.wire import dumped

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("hooks", __name__)

ACCEPTED: Final = 202
AGAIN: Final = 200


@blueprint.post("/hooks/<app>/<connector>/<hook>")
def receive(app: str, connector: str, hook: str) -> BaseResponse:
    """Take a delivery in: 202, or 200 for one that is there already; what comes of it is seen by administrators."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    found = instance().services.hooks.accept(app, connector, hook, headers, request.get_data(cache=False))
    document = {"delivery": found.delivery, "items": found.items, "again": found.again}
    response = Response(dumped(document), AGAIN if found.again else ACCEPTED, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
