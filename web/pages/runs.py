"""The runs of an app's rules, for administrators: all of them, one with what it saw and did, and undoing it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature, Text
from engine.runtime.runs.together import RunsTogether
from engine.runtime.runs.views import OUTCOMES, Wanted
from web.display import joined
from web.doors import instance, viewer
from web.errors import told
from web.pages.rules import actions_in_words
from web.payloads import USUAL_PER_PAGE
from web.problems import status_of
from web.texts import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem
    from engine.runtime.runs.runs import Runs
    from engine.runtime.runs.together import Outcome

blueprint = Blueprint("runs", __name__)

RUNS: Final = "/a/<app>/runs/"
TOGETHER: Final = f"{RUNS}undo"
RUN: Final = f"{RUNS}<uuid:run>"
LETTERS: Final = 200
"""So many of the dead letters of the installation are looked through for those of the app."""
FILTERS: Final = ("rule", "outcome", "form", "record", "first", "last", "revision")


def _runs() -> Runs:
    return instance().services.runs


@blueprint.get(RUNS)
def home(app: str) -> BaseResponse:
    """Show the runs of an app's rules, the newest first; ``rule``, ``outcome``, a record or days narrow them."""
    kept = _kept(request.args)
    problems: tuple[Problem, ...] = ()
    status, page = 200, None
    try:
        page = _runs().list(viewer(), app, Wanted(**kept), USUAL_PER_PAGE, request.args.get("after") or None)
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        problems, status = told(error), status_of(error)
    rules = {key: labels for (of, key), labels in instance().apps.rule_labels(viewer()).items() if of == app}
    body = render_template(
        "runs.html",
        app=app,
        labels=instance().services.drafts.labels(viewer(), app),
        page=page,
        problems=problems,
        kept=kept,
        rules=rules,
        outcomes=outcome_words(),
        words=lambda item: joined(actions_in_words(item.actions)),
        letters=_letters(app, rules) if not kept or "rule" in kept else [],
    )
    return make_response(body, status)


def _kept(sent: Mapping[str, str]) -> dict[str, str]:
    """Return what narrows the runs, as it stands in the address or in a form."""
    return {name: text for name in FILTERS if (text := sent.get(name, "").strip()[:80])}


def _letters(app: str, rules: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return the dead letters of an app's rules: what rules were to do and nobody could deliver."""
    found = [one.as_json() for one in instance().office.letters.seen_by(viewer(), LETTERS)]
    return [one for one in found if one["about"].get("app") == app and _of_rules(one, rules)]


def _of_rules(letter: Mapping[str, object], rules: Mapping[str, object]) -> bool:
    about: Mapping[str, str] = letter["about"]  # type: ignore[assignment]
    return about.get("rule") in rules or letter["kind"] in ("event", "notify")


def outcome_words() -> dict[str, str]:
    """Return what came of a run in words, by its key."""
    known = {
        "acted": gettext("acted"),
        "idle": gettext("did nothing"),
        "failed": gettext("failed"),
        "undone": gettext("undone"),
    }
    return {key: known[key] for key in OUTCOMES}


@blueprint.get(TOGETHER)
def foresee(app: str) -> BaseResponse:
    """Show what undoing all runs of a rule that acted, in these days or of this revision, would come to."""
    return _together(app, _kept(request.args))


@blueprint.post(TOGETHER)
def undo_together(app: str) -> BaseResponse:
    """Undo them, the newest first, and tell what came of it."""
    kept, reason, partly = _kept(request.form), request.form.get("reason", ""), request.form.get("partly") == "yes"
    try:
        done = RunsTogether(_runs()).undo(viewer(), app, Wanted(**kept), reason, partly=partly)
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return _together(app, kept, None, told(error), status_of(error))
    return _together(app, kept, done)


def _together(
    app: str,
    kept: dict[str, str],
    done: Outcome | None = None,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> BaseResponse:
    found = RunsTogether(_runs()).foresee(viewer(), app, Wanted(**kept))
    labels = instance().apps.rule_labels(viewer()).get((app, kept["rule"]))
    body = render_template(
        "runs_together.html",
        app=app,
        labels=instance().services.drafts.labels(viewer(), app),
        rule=Text(kept["rule"], kept["rule"]) if labels is None else labels,
        found=found,
        done=done,
        kept=kept,
        problems=problems,
        reason=request.form.get("reason", "") if done is None else "",
    )
    return make_response(body, status)


@blueprint.get(RUN)
def show(app: str, run: UUID) -> BaseResponse:
    """Show one run: what it saw, the value of each part of its condition, and what it did."""
    return _page(app, str(run), done=request.args.get("done") == "undone")


@blueprint.post(f"{RUN}/undo")
def undo(app: str, run: UUID) -> BaseResponse:
    """Undo a run, with the reason that is typed; ``partly`` where what cannot be put back may stay."""
    reason, partly = request.form.get("reason", ""), request.form.get("partly") == "yes"
    key = request.form.get("again", "")[:80] or None
    try:
        _runs().undo(viewer(), app, str(run), reason, partly=partly, idempotency_key=key)
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return _page(app, str(run), told(error), status_of(error), reason)
    return redirect(url_for("runs.show", app=app, run=run, done="undone"), 303)


def _page(
    app: str, run: str, problems: tuple[Problem, ...] = (), status: int = 200, reason: str = "", *, done: bool = False
) -> BaseResponse:
    found = _runs().read(viewer(), app, run)
    body = render_template(
        "run.html",
        app=app,
        labels=instance().services.drafts.labels(viewer(), app),
        run=found,
        item=found.item,
        outcomes=outcome_words(),
        did=joined(actions_in_words(found.item.actions)),
        problems=problems,
        reason=reason,
        done=done,
        again=secrets.token_hex(16),
    )
    return make_response(body, status)
