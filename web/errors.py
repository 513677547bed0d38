"""Answers to what went wrong: problems as JSON for the API, as pages for people; it judges nothing itself."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from engine.kernel.problems import EngineError, Nature, Problem
from web.entrance import is_answered_in_json, is_api, is_fragment, to_sign_in
from web.problems import (
    BAD_REQUEST,
    INTERNAL,
    NOT_FOUND,
    TOO_LARGE,
    UNAVAILABLE,
    UNSIGNED,
    WRONG_MEDIA_TYPE,
    WRONG_METHOD,
    RequestRefused,
    status_of,
)
from web.wire import dumped

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

PROBLEM_TYPE: Final = "application/problem+json"

log = logging.getLogger("youju.web")


def install(app: Flask) -> None:
    """Have the app answer every failure in the one form."""
    app.register_error_handler(EngineError, _engine_error)
    app.register_error_handler(RequestRefused, _request_refused)
    app.register_error_handler(HTTPException, _http_exception)
    app.register_error_handler(Exception, _unexpected)


def problem_json(status: int, problems: Sequence[Problem]) -> Response:
    """Return the API's problem document."""
    body = {"code": problems[0].code, "status": status, "errors": [problem.as_json() for problem in problems]}
    return Response(dumped(body), status, content_type=PROBLEM_TYPE)


def told(error: EngineError) -> tuple[Problem, ...]:
    """Return what the sender of a request may know of an error; what it tells of the installation goes to the log."""
    if not any(problem.nature is Nature.UNAVAILABLE for problem in error.problems):
        return error.problems
    log.error("request %s: %s", g.get("request_id", ""), error, exc_info=error)
    return tuple(UNAVAILABLE.at() if p.nature is Nature.UNAVAILABLE else p for p in error.problems)


def _engine_error(error: EngineError) -> BaseResponse:
    status = status_of(error)
    if status == 401 and not is_api():  # noqa: PLR2004
        return to_sign_in()
    response = _answer(status, told(error))
    waits = [problem.seconds for problem in error.problems if problem.seconds is not None]
    if waits:
        response.headers["Retry-After"] = str(max(1, *waits))
    return response


def _request_refused(refused: RequestRefused) -> BaseResponse:
    response = _answer(refused.status, refused.problems)
    response.headers.extend(refused.headers)
    return response


def _http_exception(error: HTTPException) -> BaseResponse:
    """Answer what Flask itself refuses: unknown addresses, methods, bodies too large."""
    if error.code is None or error.code < 400:  # noqa: PLR2004
        return error.get_response()
    if isinstance(error, RequestEntityTooLarge):
        limit = int(request.max_content_length or 0) // 1024
        return _answer(413, (TOO_LARGE.at(limit=limit),))
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        response = _answer(405, (WRONG_METHOD.at(allowed=allowed),))
        response.headers["Allow"] = allowed
        return response
    kinds = {401: UNSIGNED, 404: NOT_FOUND, 415: WRONG_MEDIA_TYPE}
    return _answer(error.code, (kinds.get(error.code, BAD_REQUEST).at(),))


def _unexpected(error: Exception) -> BaseResponse:
    """Answer a failure of ours: the log has it all, the answer a number to find it by."""
    request_id = str(g.get("request_id", ""))
    log.error("request %s failed: %s %s", request_id, request.method, _address(), exc_info=error)
    return _answer(500, (INTERNAL.at(request_id=request_id),))


def _address() -> str:
    """Return the address that was asked for; where it holds what lets a signer in, without that."""
    return str(request.url_rule) if request.blueprint == "signing" else request.path


def _answer(status: int, problems: Sequence[Problem]) -> Response:
    """Return the problems in the form that whoever asked can read."""
    if is_answered_in_json():
        return problem_json(status, problems)
    if status >= 500:  # noqa: PLR2004 - the page of a failure asks the database for nothing, not even for the tabs
        g.viewer = None
    g.nowhere = True
    shown = (NOT_FOUND.at(),) if status == 404 else problems  # noqa: PLR2004 - absent and forbidden look alike
    if is_fragment():
        return make_response(render_template("problems.html", problems=shown), status)
    return make_response(render_template("error.html", problems=shown, status=status), status)
