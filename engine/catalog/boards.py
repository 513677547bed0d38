"""The metrics and boards of an app: in which form's scope each part stands, and what its forms and roles are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from engine.boards.boards import Board, Metric
from engine.boards.compiling import compile_metric
from engine.boards.compiling_lists import ListGround
from engine.boards.compiling_widgets import compile_board
from engine.boards.definitions import BoardDef, MetricDef, SendDef, WidgetDef
from engine.catalog import problems
from engine.catalog.definitions import AppDef
from engine.catalog.naming import form_name
from engine.forms.compiling import SYSTEM_LABELS
from engine.kernel.problems import Problem, Text
from engine.language.gathering import Gathering, Placed
from engine.language.scope import Scope
from engine.rules.compiling import check_schedule
from engine.rules.events import ScheduleDef

_CLOCKED = "board:"

Boards = tuple[Mapping[str, Metric], Mapping[str, Board]]


def compile_boards(app: AppDef, scope: Scope, found: list[Problem], placed: list[Placed]) -> Boards:
    """Return the metrics and the boards by key; problems go to ``found``, sources to ``placed``."""
    metrics: dict[str, Metric | None] = {}
    own = [item for item in app.metrics if not _takes_figures(item)]
    for item in own:
        metrics[item.key] = _metric(app, item, scope, {}, found, placed)
    plain = dict(metrics)
    for item in app.metrics:
        if item not in own:
            metrics[item.key] = _metric(app, item, scope, plain, found, placed)
    boards = {item.key: _board(app, item, metrics, scope, found, placed) for item in app.boards}
    running = {key: metric for key, metric in metrics.items() if metric is not None}
    ordered = dict(sorted(boards.items(), key=lambda item: (item[1].definition.order, item[0])))
    return MappingProxyType(running), MappingProxyType(ordered)


def _takes_figures(metric: MetricDef) -> bool:
    """Tell whether a metric takes figures from others; none takes them from one that does."""
    return any(measure.figure is not None for measure in metric.measures)


def _metric(
    app: AppDef,
    definition: MetricDef,
    scope: Scope,
    metrics: Mapping[str, Metric | None],
    found: list[Problem],
    placed: list[Placed],
) -> Metric | None:
    file = f"metrics/{definition.key}.json"
    source = form_name(app.key, definition.form)
    own = scope.forms.get(source)
    if own is None:
        found.append(_no_form(app, f"{file}#/form", definition.form))
        return None
    work = Gathering(replace(scope, form=own))
    metric = compile_metric(definition, work, app.key, source, metrics)
    _keep(work, file, found, placed)
    return metric


def _board(
    app: AppDef,
    definition: BoardDef,
    metrics: Mapping[str, Metric | None],
    scope: Scope,
    found: list[Problem],
    placed: list[Placed],
) -> Board:
    file = f"boards/{definition.key}.json"
    found.extend(_unknown_roles(app, definition.roles, f"{file}#/roles"))
    _check_send(app, definition, scope, found)
    grounds: dict[str, ListGround] = {}
    standing: list[WidgetDef] = []
    for number, widget in enumerate(definition.widgets):
        own = scope.forms.get((app.key, widget.form)) if widget.form is not None else None
        if widget.form is not None and own is None:
            found.append(_no_form(app, f"{file}#/widgets/{number}/form", widget.form))
            continue
        if widget.key in grounds:
            found.append(problems.SAME_KEY.at(f"{file}#/widgets/{number}/key", key=widget.key))
            continue
        grounds[widget.key] = ListGround(Gathering(replace(scope, form=own)), _labels(app, widget.form))
        standing.append(widget)
    board = compile_board(replace(definition, widgets=tuple(standing)), metrics, grounds)
    for key, ground in grounds.items():
        _keep(ground.work, f"{file}#widgets.{key}", found, placed)
    return board


def _keep(work: Gathering, place: str, found: list[Problem], placed: list[Placed]) -> None:
    found.extend(problem.under(place) for problem in work.found)
    placed.extend(item.under(place) for item in work.placed)


def _unknown_roles(app: AppDef, roles: tuple[str, ...], place: str) -> Iterator[Problem]:
    known = {role.key for role in app.roles}
    for number, key in enumerate(roles):
        if key not in known:
            yield problems.NO_SUCH_ROLE.at(f"{place}/{number}", key=key, known=", ".join(sorted(known)))


def schedule_of(send: SendDef) -> ScheduleDef:
    """Return by which schedule a board is sent."""
    return ScheduleDef(send.cron, "latest" if send.catches_up else "none", send.zone, send.workdays)


def clocked_as(board: str) -> str:
    """Return the name under which the schedule of a board is kept: no rule has such a key."""
    return f"{_CLOCKED}{board}"


def board_of(schedule: str) -> str | None:
    """Return which board a schedule is of, by its name; None where it is of something else."""
    return schedule.removeprefix(_CLOCKED) if schedule.startswith(_CLOCKED) else None


def _check_send(app: AppDef, definition: BoardDef, scope: Scope, found: list[Problem]) -> None:
    if definition.send is None:
        return
    file = f"boards/{definition.key}.json"
    work = Gathering(scope)
    check_schedule(schedule_of(definition.send), "schedule", work)
    found.extend(problem.under(f"{file}#send") for problem in work.found)
    found.extend(_unknown_roles(app, definition.send.roles, f"{file}#/send/roles"))


def _no_form(app: AppDef, place: str, form: str) -> Problem:
    return problems.NO_SUCH_FORM.at(place, form=form, known=", ".join(item.key for item in app.forms))


def _labels(app: AppDef, form: str | None) -> Mapping[str, Text]:
    """Return the labels of all that a form has, of the form itself under the empty key."""
    found = next((item for item in app.forms if item.key == form), None)
    if found is None:
        return {}
    return {"": found.labels, **SYSTEM_LABELS, **{item.key: item.labels for item in found.fields if not item.retired}}
