"""What changed parameters, or a changed rule, would have come to in the past: it draws that and decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from flask import Blueprint, make_response, render_template, request, url_for

from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import date_of, day_of
from engine.kernel.problems import EngineError, Nature
from engine.runtime.backtests.views import Asked, BackTest
from web.doors import instance, viewer
from web.errors import told
from web.problems import status_of
from web.texts import gettext

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem
    from engine.runtime.views import AppView, FormView, ParameterView

blueprint = Blueprint("backtests", __name__)

TO: Final = "to."
MOST_RULES: Final = 6
MONTHS: Final = 12
QUARTER: Final = 3


@dataclass(frozen=True)
class Period:
    """A period that can be chosen with one tap."""

    first: str
    last: str
    name: str


@dataclass(frozen=True)
class Tested:
    """What came of one rule; ``form`` is None for who has no access to it."""

    test: BackTest
    form: FormView | None


@dataclass(frozen=True)
class Proposed:
    """A parameter as it is, and what it would become, in its JSON form."""

    parameter: ParameterView
    value: Json


def written(values: Mapping[str, Json]) -> dict[str, str]:
    """Return parameters as they stand in an address."""
    return {f"{TO}{key}": value if isinstance(value, str) else compact(value) for key, value in values.items()}


def _read(text: str) -> Json:
    """Return the value of a parameter in an address: a text, or what is none as JSON."""
    if text[:1] not in ("[", "{") and text not in {"true", "false", "null"}:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


@blueprint.get("/a/<app>/parameters/past")
def of_parameters(app: str) -> BaseResponse:
    """Show what the rules that read changed parameters would have come to."""
    listed = instance().parameters.list(viewer(), app)
    wanted = {key.removeprefix(TO): _read(value) for key, value in request.args.items() if key.startswith(TO)}
    proposed = [Proposed(one, wanted[one.key]) for one in listed if one.key in wanted and one.value != wanted[one.key]]
    found = instance().services.backtests.rules_reading(
        viewer(), app, {one.parameter.key: one.value for one in proposed}
    )
    values = {one.parameter.key: one.value for one in proposed}
    return _page(app, found[:MOST_RULES], values, draft=False, proposed=proposed, left=len(found[MOST_RULES:]))


@blueprint.get("/a/<app>/studio/rules/<key>/past")
def of_draft(app: str, key: str) -> BaseResponse:
    """Show what a rule as the draft has it would have come to, against the one in use."""
    return _page(app, (key,), {}, draft=True)


def _page(
    app: str,
    rules: Sequence[str],
    values: Mapping[str, Json],
    *,
    draft: bool,
    proposed: Sequence[Proposed] = (),
    left: int = 0,
) -> BaseResponse:
    shown = instance().apps.app(viewer(), app)
    periods = tuple(_periods(_today(shown)))
    first, last = (request.args.get(name, "")[:10] for name in ("first", "last"))
    first, last = first or periods[0].first, last or periods[0].last
    tests, problems, status = _tests(app, [Asked(app, rule, first, last, values, draft) for rule in rules])
    kept = {name: value for name, value in request.args.items() if name not in ("first", "last")}
    page = render_template(
        "past.html",
        app=shown,
        rule=rules[0] if draft else "",
        draft=draft,
        tests=tests,
        problems=problems,
        periods=periods,
        kept=kept,
        first=first,
        last=last,
        proposed=proposed,
        written=written(values),
        left=left,
        runs=instance().apps.may_export(viewer()),
        here=request.path,
        back=url_for("studio_rules.show", app=app, key=rules[0]) if draft else url_for("parameters.show", app=app),
    )
    return make_response(page, status)


def _tests(app: str, wanted: Sequence[Asked]) -> tuple[list[Tested], tuple[Problem, ...], int]:
    """Return what came of the rules, or why they cannot be tried and the status that says so."""
    try:
        return [_tested(app, asked) for asked in wanted], (), 200
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return [], told(error), status_of(error)


def _tested(app: str, asked: Asked) -> Tested:
    found = instance().services.backtests.run(viewer(), asked)
    try:
        return Tested(found, instance().apps.form(viewer(), app, found.form))
    except EngineError as error:
        if error.nature is not Nature.ABSENT:
            raise
        return Tested(found, None)


def _today(app: AppView) -> date:
    return date_of(day_of(instance().clocks.business(), app.zone))


def _periods(today: date) -> Iterator[Period]:
    """Go through the periods that are offered: the last three months first."""
    begin = date(today.year, (today.month - 1) // QUARTER * QUARTER + 1, 1)
    before = date(begin.year - (begin.month == 1), (begin.month - QUARTER - 1) % MONTHS + 1, 1)
    yesterday = today - timedelta(days=1)
    for days in (90, 30):
        since = (today - timedelta(days=days)).isoformat()
        yield Period(since, yesterday.isoformat(), gettext("the last %(days)s days", days=days))
    yield Period(before.isoformat(), (begin - timedelta(days=1)).isoformat(), gettext("last quarter"))
    yield Period((today - timedelta(days=365)).isoformat(), yesterday.isoformat(), gettext("the last 12 months"))
