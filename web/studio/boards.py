"""Boards in the studio: their parts are added, put in order, shown in another way, and seen at once beside."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from flask import Blueprint, redirect, render_template, request, url_for

from engine.runtime.studio.boards import (
    CHANNELS,
    AddBoard,
    AddWidget,
    CountSomething,
    Function,
    MetricProperty,
    MoveWidget,
    NameBoard,
    NameMetric,
    NameWidget,
    RemoveBoard,
    RemoveWidget,
    SetBoard,
    SetMetric,
    SetSending,
    SetWidget,
    Source,
    boards_in,
    days_of,
    groups_of,
    kinds_of,
    kinds_over,
    metrics_in,
    numbers_of,
    places_of,
    plan_of,
)
from engine.runtime.studio.edits import GONE_PROPERTY, form_in, form_keys
from engine.runtime.studio.rules.words import WEEKDAYS
from engine.runtime.studio.words import said_of
from engine.runtime.telling import LABELS as WAYS
from web.doors import instance, viewer
from web.problems import BAD_REQUEST, NOT_FOUND, RequestRefused
from web.studio.board_words import BUCKETS, EVERY_SENT, FUNCTIONS, KINDS, PERIODS, SIGNS
from web.studio.frame import LONGEST, change, design, language, named, posted, within

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.canonical import Json
    from engine.kernel.problems import Problem
    from engine.runtime.studio.studio import Design, Edit

blueprint = Blueprint("studio_boards", __name__)

BOARDS: Final = "/a/<app>/studio/boards/"
ONE: Final = f"{BOARDS}<key>"
WIDGET: Final = f"{ONE}/widgets/<uid>"
MOST_DIGITS: Final = 9
STEPS: Final = {"up": -1, "down": 1}
SENDING: Final = ("every", "weekday", "monthday", "time", "cron", "workdays", "catch_up", "roles", "channels")
LIGHTS: Final = ("red", "yellow")
AS_IT_WAS: Final = "="
"""What is chosen for an order of several parts, which a list of choices cannot say."""


@blueprint.get(BOARDS)
def show_all(app: str) -> str:
    """Show the boards of an app."""
    return _all(app, ())


def _all(app: str, problems: tuple[Problem, ...]) -> str:
    found, here = design(app), url_for("studio_boards.show_all", app=app)
    listed = boards_in(found.documents)
    return render_template("studio/boards.html", design=found, problems=problems, here=here, listed=listed)


@blueprint.post(BOARDS)
def add(app: str) -> BaseResponse:
    """Add a board and go on to it."""
    uid = instance().services.studio.uid()
    edit = AddBoard(uid, posted("name"), language())
    answer = change(app, edit, url_for("studio_boards.show_all", app=app), partial(_all, app))
    added = [one["key"] for one in boards_in(design(app).documents) if one["uid"] == uid]
    return redirect(url_for("studio_boards.show", app=app, key=added[0]), 303) if added else answer


@blueprint.get(ONE)
def show(app: str, key: str) -> str:
    """Show a board as it is designed, with the part that is chosen (``at``, a uid) or the form counted (``form``)."""
    return _page(app, key, request.args.get("at", ""), ())


def _of(found: Design, key: str) -> Json:
    for one in boards_in(found.documents):
        if one["key"] == key:
            return one
    raise RequestRefused(404, NOT_FOUND.at())


def _page(app: str, key: str, at: str, problems: tuple[Problem, ...]) -> str:
    found = design(app)
    board = _of(found, key)
    chosen = next((one for one in board["widgets"] if one["uid"] == at), None)
    counted = request.args.get("form", "")
    context: dict[str, Any] = {
        "design": found,
        "problems": problems,
        "here": url_for("studio_boards.show", app=app, key=key, at=at or None),
        "board": board,
        "chosen": chosen,
        "kinds": KINDS,
        "signs": SIGNS,
        "metrics": metrics_in(found.documents),
        "forms": [form_in(found.documents, form) for form in form_keys(found.documents)],
        "roles": found.documents.get("roles.json", {}).get("roles", ()),
        "functions": FUNCTIONS,
        "counted": _counted(found, counted),
        "plan": plan_of(board["send"]["schedule"]["cron"]) if "send" in board else None,
        "every": EVERY_SENT,
        "weekdays": WEEKDAYS,
        "ways": {key: WAYS[key] for key in CHANNELS},
        "periods": PERIODS,
        "buckets": BUCKETS,
        **(_of_chosen(app, found, board, chosen) if chosen else {"metric": None, "form": None}),
    }
    return render_template("studio/board.html", **context)


def _counted(found: Design, form: str) -> Json:
    """Return the form that is to be counted and what its fields can be used for; nothing where none is chosen."""
    if form not in form_keys(found.documents):
        return None
    document = form_in(found.documents, form)
    return {"form": document, "numbers": numbers_of(document), "groups": groups_of(document)}


def _of_chosen(app: str, found: Design, board: Json, chosen: Json) -> dict[str, Any]:
    """Return what the panel of a part offers: its metric or its form, the kinds that fit, its conditions in words."""
    words = instance().services.studio_words
    spoken = words.spoken(viewer(), app, f"boards/{board['key']}.json", language())
    metric = next((one for one in metrics_in(found.documents) if one["key"] == chosen.get("metric")), None)
    form = form_in(found.documents, chosen["form"]) if chosen.get("form") in form_keys(found.documents) else None
    fitting = (
        kinds_of(metric, is_trend=bool(chosen.get("trend"))) if metric else kinds_over(form) if form else ("text",)
    )
    told = words.spoken(viewer(), app, f"metrics/{metric['key']}.json", language()) if metric else {}
    return {
        "metric": metric,
        "form": form,
        "fitting": fitting,
        "where": said_of(spoken, chosen, "where"),
        "metric_where": said_of(told, metric, "where") if metric else None,
        "light": {key: said_of(told if metric else spoken, metric or chosen, f"light.{key}") for key in LIGHTS},
        "days": days_of(form) if form else (),
        "positions": places_of(form) if form else (),
    }


def _to(app: str, key: str, at: str | None = None) -> str:
    return url_for("studio_boards.show", app=app, key=key, at=at or None)


def _changed(app: str, key: str, edit: Edit, at: str | None = None) -> BaseResponse:
    return change(app, edit, _to(app, key, at), partial(_page, app, key, at or ""))


@blueprint.post(ONE)
def set_board(app: str, key: str) -> BaseResponse:
    """Call a board otherwise, say whose it is, where it stands, or when it is sent."""
    uid, name = _of(design(app), key)["uid"], posted("key")
    match name:
        case "name":
            return _changed(app, key, NameBoard(uid, posted("value"), language()))
        case "roles":
            return _changed(app, key, SetBoard(uid, name, request.form.getlist("value") or GONE_PROPERTY))
        case "help":
            return _changed(app, key, SetBoard(uid, name, posted("value").strip() or GONE_PROPERTY, language()))
        case "order":
            return _changed(app, key, SetBoard(uid, name, _whole("value")))
    of, _, word = name.partition("/")
    if of == "send" and word in SENDING:
        if posted("value") == AS_IT_WAS:
            return redirect(_to(app, key), 303)
        values = tuple(within(value.strip(), "value", LONGEST) for value in request.form.getlist("value"))
        return _changed(app, key, SetSending(uid, word, values))
    raise RequestRefused(400, BAD_REQUEST.at("key"))


def _whole(name: str) -> Json:
    """Return a posted whole number, or that there is none; anything else is refused (400)."""
    given = posted(name).strip()
    if given and not (given.isascii() and given.isdecimal() and len(given) <= MOST_DIGITS):
        raise RequestRefused(400, BAD_REQUEST.at(name))
    return int(given) if given else GONE_PROPERTY


@blueprint.post(f"{ONE}/remove")
def remove(app: str, key: str) -> BaseResponse:
    """Take a board out of the design; its metrics stay."""
    edit = RemoveBoard(_of(design(app), key)["uid"])
    return change(app, edit, url_for("studio_boards.show_all", app=app), partial(_page, app, key, ""))


@blueprint.post(f"{ONE}/widgets")
def add_widget(app: str, key: str) -> BaseResponse:
    """Add a part: of a metric, of records, a text, or of something that is counted anew."""
    board, uid = _of(design(app), key)["uid"], instance().services.studio.uid()
    source = next((one for one in get_args(Source) if one == posted("source")), None)
    if source is not None:
        return _changed(app, key, AddWidget(board, uid, source, posted("of"), language()), uid)
    function = next((one for one in get_args(Function) if one == posted("function")), None)
    if function is None:
        raise RequestRefused(400, BAD_REQUEST.at("source"))
    asked = (function, posted("field"), posted("by"))
    edit = CountSomething(board, uid, posted("name"), language(), posted("form"), *asked)
    return _changed(app, key, edit, uid)


@blueprint.post(WIDGET)
def set_widget(app: str, key: str, uid: str) -> BaseResponse:
    """Set one property of a part, or a condition of its metric."""
    found, name = design(app), posted("key")
    board = _of(found, key)
    widget: Json = next((one for one in board["widgets"] if one["uid"] == uid), {})
    if name == "name":
        return _changed(app, key, NameWidget(board["uid"], uid, posted("value"), language()), uid)
    if name in METRIC and "metric" in widget:
        return _metric(app, key, uid, widget)
    if posted("value") == AS_IT_WAS and name == "order":
        return redirect(_to(app, key, uid), 303)
    if name in NEEDS and NEEDS[name] not in widget:
        raise RequestRefused(400, BAD_REQUEST.at("key"))
    if name not in SETTABLE or (name == "kind" and posted("value") not in KINDS):
        raise RequestRefused(400, BAD_REQUEST.at("key"))
    if name in ("where", *LIGHTS) and posted("value") == _said_now(app, found, board, widget, name):
        return redirect(_to(app, key, uid), 303)
    return _changed(app, key, SetWidget(board["uid"], uid, name, _value(name), language()), uid)


SETTABLE: Final = (
    *("kind", "measures", "columns", "width", "limit", "where", "text", "start", "end", "place"),
    *("help", "trend", "red", "yellow", "order"),
)
NEEDS: Final = {"trend": "metric", **dict.fromkeys(("red", "yellow", "order", "where", "limit", "columns"), "form")}
"""What a part has of which something is set."""
METRIC: Final[dict[str, MetricProperty | Literal["name"]]] = {
    "metric_name": "name",
    "metric_where": "where",
    "metric_order": "order",
    "metric_limit": "limit",
    "red": "red",
    "yellow": "yellow",
    "snapshot": "snapshot",
    "bucket": "bucket",
}
"""What is set of the metric that a part shows, by what its controls are called."""


def _value(name: str) -> Json:
    match name:
        case "measures":
            return request.form.getlist("value") or GONE_PROPERTY
        case "columns":
            return request.form.getlist("value")
        case "limit":
            return _whole("value")
        case "order":
            return [posted("value")] if posted("value") else GONE_PROPERTY
        case "trend":
            return bool(posted("value"))
        case "text" | "start" | "end" | "place":
            return posted("value")
    return posted("value").strip() or GONE_PROPERTY


def _metric(app: str, key: str, uid: str, widget: Json) -> BaseResponse:
    """Set one property of the metric that a part shows."""
    name, value = METRIC[posted("key")], posted("value").strip()
    found = design(app)
    if name == "name":
        return _changed(app, key, NameMetric(widget["metric"], value, language()), uid)
    was = AS_IT_WAS if name == "order" else _said_now(app, found, _of(found, key), widget, posted("key"))
    if value and value == was:
        return redirect(_to(app, key, uid), 303)
    return _changed(app, key, SetMetric(widget["metric"], name, _value(name)), uid)


def _said_now(app: str, found: Design, board: Json, widget: Json, name: str) -> Json:
    """Return how a condition of a part or of its metric is said now; None of what is no condition."""
    shown = _of_chosen(app, found, board, widget)
    return shown["light"][name] if name in LIGHTS else shown.get(name)


@blueprint.post(f"{WIDGET}/move")
def move_widget(app: str, key: str, uid: str) -> BaseResponse:
    """Put a part elsewhere: by a step up or down, or in front of another."""
    board, step = _of(design(app), key)["uid"], STEPS.get(posted("step"), 0)
    edit = MoveWidget(board, uid, named("before"), -1 if step < 0 else 1 if step else 0)
    return _changed(app, key, edit, posted("at") or uid)


@blueprint.post(f"{WIDGET}/remove")
def remove_widget(app: str, key: str, uid: str) -> BaseResponse:
    """Take a part off a board; its metric stays."""
    return _changed(app, key, RemoveWidget(_of(design(app), key)["uid"], uid))
