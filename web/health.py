"""Whether this process lives, and whether it can serve; without sign-in and without details of anybody's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, jsonify

from engine.kernel.problems import EngineError
from web import metrics
from web.doors import instance

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("health", __name__)
blueprint.register_blueprint(metrics.blueprint)


@blueprint.get("/healthz")
def healthz() -> BaseResponse:
    """Answer while the process lives."""
    return _uncached({"status": "ok"}, 200)


@blueprint.get("/readyz")
def readyz() -> BaseResponse:
    """Answer 200 while the instance can serve, else 503, with the checks that its health report names."""
    try:
        report: dict[str, str] = dict(instance().health())
    except EngineError as error:
        return _uncached({"status": "unavailable", "code": error.problems[0].code}, 503)
    ready = report.get("migrations") == "current"
    return _uncached({"status": "ok" if ready else "unavailable", **report}, 200 if ready else 503)


def _uncached(report: object, status: int) -> BaseResponse:
    response = jsonify(report)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
