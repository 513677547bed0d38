"""Whether this process lives, and whether it can serve; without sign-in and without details of anybody's data."""

from __future__ import annotations

from flask import Blueprint, jsonify

from web.doors import instance
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> BaseResponse:
    """Answer while the process lives."""
    return _uncached({"status": "ok"}, 200)


@blueprint.get("/readyz")
def readyz() -> BaseResponse:
    """Answer 200 while the instance can serve, else 503, with the checks that its health report names."""
    report = instance().health()
    ready = report.get("status", "ok") == "ok"
    return _uncached(report, 200 if ready else 503)


def _uncached(report: object, status: int) -> BaseResponse:
    response = jsonify(report)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
