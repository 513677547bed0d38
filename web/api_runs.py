"""The API of runs of rules, for administrators, with the rights of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.runtime.runs.together import RunsTogether
from web import api, api_bin
from web.doors import instance, viewer
from web.payloads import idempotency_key, known_parameters
from web.wire_runs import (
    foreseen_json,
    foreseen_of,
    run_json,
    runs_asked,
    runs_json,
    together_asked,
    together_json,
    undo_asked,
)

if TYPE_CHECKING:
    from flask import Response

blueprint = api_bin.blueprint


@blueprint.get("/<app>/runs")
def runs(app: str) -> Response:
    """List the runs of an app's rules, the newest first; for administrators."""
    asked = runs_asked()
    return api.answer(runs_json(instance().services.runs.list(viewer(), app, asked.wanted, asked.limit, asked.after)))


@blueprint.get("/<app>/runs/undo")
def foresee_undo(app: str) -> Response:
    """Tell what undoing the newest runs of a rule that acted would come to; nothing is written."""
    wanted = foreseen_of()
    return api.answer(foreseen_json(RunsTogether(instance().services.runs).foresee(viewer(), app, wanted)))


@blueprint.post("/<app>/runs/undo")
def undo_together(app: str) -> Response:
    """Undo the newest runs of a rule that acted, each by itself; what is undone is not found any more."""
    said = together_asked()
    together = RunsTogether(instance().services.runs)
    done = together.undo(viewer(), app, said.wanted, said.asked.reason, partly=said.asked.partly)
    return api.answer(together_json(done))


@blueprint.get("/<app>/runs/<run_id>")
def run(app: str, run_id: str) -> Response:
    """Return a run with what it saw and did, and what undoing it would come to; for administrators."""
    known_parameters()
    return api.answer(run_json(instance().services.runs.read(viewer(), app, run_id)))


@blueprint.post("/<app>/runs/<run_id>/undo")
def undo_run(app: str, run_id: str) -> Response:
    """Undo a run, all of it, or with `partly` what can be put back; Idempotency-Key is honoured where it is sent."""
    asked = undo_asked()
    done = instance().services.runs.undo(
        viewer(), app, run_id, asked.reason, partly=asked.partly, idempotency_key=idempotency_key()
    )
    return api.answer(run_json(done))
