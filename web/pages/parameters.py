"""The page of an app's parameters: what they are, who set them, and setting some or all; it knows no rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Nature, Problem, Text
from engine.runtime.views import FormState, FormView, ParameterChange, ParameterView, SectionView
from web.display import text_of
from web.doors import instance, viewer
from web.errors import told
from web.filling.controls import Control, Drawn
from web.filling.drawing import Filling, draw
from web.filling.posted import Posted, read_post
from web.pages.backtests import written
from web.problems import status_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("parameters", __name__)

RESET: Final = "reset:"
UNDO: Final = "undo:"
TRY: Final = "try"
SEEN: Final = "_v."
_VERSION: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True)
class Row:
    """A parameter and its control; ``drawn_as`` is the text that the control has while nobody types into it."""

    parameter: ParameterView
    control: Control
    drawn_as: str


@dataclass(frozen=True)
class Group:
    """The parameters whose keys begin alike; it has a title where a form goes by that name."""

    key: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Attempt:
    """What was typed so far, what is wrong with it, and whether a part of it was saved."""

    posted: Posted = field(default_factory=Posted)
    problems: tuple[Problem, ...] = ()
    status: int = 200
    saved: bool = False


FIRST: Final = Attempt()


@blueprint.get("/a/<app>/parameters/")
def show(app: str) -> BaseResponse:
    """Show the parameters of an app."""
    return _page(app, FIRST)


@blueprint.post("/a/<app>/parameters/")
def save(app: str) -> BaseResponse:
    """Set what was changed, all or none; one that goes back to its default is set alone, and what was typed is kept."""
    posted = read_post(request.form, _as_form(instance().parameters.list(viewer(), app)))
    wanted = {key: value for key, value in posted.fields.items() if key not in posted.untouched}
    asked = request.form.get("_do", "")
    if asked == TRY:
        return _try(app, posted, wanted)
    if asked.startswith(UNDO):
        return _undo(app, asked.removeprefix(UNDO))
    alone = _alias(asked.removeprefix(RESET)) if asked.startswith(RESET) else None
    setting: Mapping[str, Json] = wanted if alone is None else {alone: None}
    try:
        instance().parameters.set(
            viewer(), app, {_key(alias): value for alias, value in setting.items()}, _seen(setting)
        )
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        found = tuple(replace(problem, path=_alias(problem.path)) for problem in told(error))
        return _page(app, Attempt(posted, found, status_of(error)))
    left = {key: value for key, value in wanted.items() if key not in setting}
    if left:
        return _page(app, Attempt(Posted(left), saved=True))
    return redirect(url_for("parameters.show", app=app, done="updated"), 303)


def _try(app: str, posted: Posted, wanted: Mapping[str, Json]) -> BaseResponse:
    """Go on to what the changed parameters would have come to, unless they cannot be set."""
    values = {_key(alias): value for alias, value in wanted.items()}
    try:
        instance().services.backtests.rules_reading(viewer(), app, values)
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        found = tuple(replace(problem, path=_alias(problem.path)) for problem in told(error))
        return _page(app, Attempt(posted, found, status_of(error)))
    return redirect(f"{url_for('backtests.of_parameters', app=app)}?{urlencode(written(values))}", 303)


def _undo(app: str, alias: str) -> BaseResponse:
    """Put a parameter back to what it was before its last change, if that is the one that the page showed."""
    key = _key(alias)
    last = next((one for one in instance().parameters.changes(viewer(), app) if one.key == key), None)
    if last is not None:
        try:
            instance().parameters.set(viewer(), app, {key: last.before}, _seen({alias: None}))
        except EngineError as error:
            if error.nature is Nature.ABSENT:
                raise
            return _page(app, Attempt(Posted(), told(error), status_of(error)))
    return redirect(url_for("parameters.show", app=app, done="updated"), 303)


def _seen(setting: Mapping[str, Json]) -> dict[str, int]:
    """Return the versions on which these parameters were changed, as the page carried them."""
    carried = {alias: _VERSION.fullmatch(request.form.get(SEEN + alias, "")) for alias in setting}
    return {_key(alias): int(version.group()) for alias, version in carried.items() if version}


def _alias(key: str) -> str:
    """Return the name of a parameter in control names, where a dot leads into lines; no key has a hyphen."""
    return key.replace(".", "-")


def _key(alias: str) -> str:
    return alias.replace("-", ".")


def _page(app: str, attempt: Attempt) -> BaseResponse:
    listed = instance().parameters.list(viewer(), app)
    drawn = _drawn(listed, attempt.posted, attempt.problems)
    page = render_template(
        "parameters.html",
        app=instance().apps.app(viewer(), app),
        groups=_groups(listed, drawn),
        summary=drawn.summary,
        changes=instance().parameters.changes(viewer(), app),
        undoable=_undoable(listed, instance().parameters.changes(viewer(), app)),
        status=attempt.status,
        done="updated" if attempt.saved else request.args.get("done", ""),
    )
    return make_response(page, attempt.status)


def _undoable(listed: Sequence[ParameterView], changes: Sequence[ParameterChange]) -> Mapping[str, ParameterView]:
    """Return the parameters whose last change can be taken back, by the id of that change."""
    newest: dict[str, ParameterChange] = {}
    for change in changes:
        newest.setdefault(change.key, change)
    views = {view.key: view for view in listed}
    return {
        one.id: views[key]
        for key, one in newest.items()
        if key in views and one.after == views[key].value and one.before != one.after
    }


def _groups(listed: Sequence[ParameterView], drawn: Drawn) -> tuple[Group, ...]:
    """Return the parameters with their controls, those whose keys begin alike together."""
    controls = {control.key: control for control in drawn.controls()}
    resting = {control.key: control.value for control in _drawn(listed, Posted(), ()).controls()}
    together: dict[str, list[Row]] = {}
    for view in listed:
        alias = _alias(view.key)
        together.setdefault(view.group, []).append(Row(view, controls[alias], resting[alias]))
    return tuple(Group(key, text_of(rows[0].parameter.group_labels), tuple(rows)) for key, rows in together.items())


def _drawn(listed: Sequence[ParameterView], posted: Posted, problems: tuple[Problem, ...]) -> Drawn:
    values = {_alias(view.key): view.value for view in listed}
    return draw(Filling(_as_form(listed), FormState(values, {}, {}), posted, problems=problems, fresh=False))


def _as_form(listed: Sequence[ParameterView]) -> FormView:
    """Return the parameters as fields of a form, so that they are drawn and read as fields are."""
    fields = {_alias(view.key): replace(view.field, key=_alias(view.key)) for view in listed}
    section = SectionView("", Text("", ""), tuple(fields))
    return FormView("", "", Text("", ""), fields, (section,), (), {}, {})
