"""Lists of records: a filter in the language, a sorting, and pages by key."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature, Problem
from engine.runtime.boards_views import BoardSummary
from engine.runtime.filters_views import FilterView
from engine.runtime.views import FieldView, FormView, Page, RecordView
from web.display import number_of_input, system_field, text_of, words
from web.doors import instance, viewer
from web.errors import told
from web.problems import NOT_FOUND, RequestRefused, status_of
from web.texts import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("lists", __name__)

PAGE_SIZE: Final = 50
SORTABLE: Final = frozenset(
    {
        "text",
        "number",
        "money",
        "percent",
        "rating",
        "boolean",
        "date",
        "datetime",
        "choice",
        "phone",
        "email",
        "id_code",
        "auto_number",
    }
)


@dataclass(frozen=True)
class Column:
    """A column: its field, its heading, what a tap on the heading sorts by, and how it is sorted now."""

    field: FieldView
    heading: str
    sort: str | None
    direction: str


@dataclass(frozen=True)
class Origin:
    """A record, and the relation of it to whose records a list is narrowed."""

    app: str
    form: str
    relation: str
    id: str

    def __str__(self) -> str:
        """Return how an address names it."""
        return ".".join((self.app, self.form, self.relation, self.id))


@dataclass(frozen=True)
class Marked:
    """A filter with the place of its error: before it, the place itself, after it."""

    before: str
    place: str
    after: str


@blueprint.get("/a/<app>/<form>/")
def records(app: str, form: str) -> BaseResponse:
    """Show one page of a form's records; asked for nothing, it opens as the viewer likes it best."""
    asking = viewer()
    view = instance().apps.form(asking, app, form)
    saved = instance().services.saved_filters.list(asking, app, form)
    liked = next((item for item in saved if item.is_default), None)
    if liked is not None and not request.args:
        return redirect(url_for("lists.records", app=app, form=form, filter=liked.filter, sort=liked.sort), 303)
    origin = origin_of(request.args.get("of", ""))
    filter_text = request.args.get("filter", "").strip()
    sort = request.args.get("sort") or None
    page, problems, status = _asked(view, origin, filter_text, sort)
    drawn = render_template(
        "list.html",
        app=instance().apps.app(asking, app),
        form=view,
        **_columns(view, sort or "", page.items if page else ()),
        page=page,
        filter=filter_text,
        sort=sort,
        origin=origin,
        source=origin and instance().records.read(asking, origin.app, origin.form, origin.id),
        board=_board(app, request.args.get("board", "")),
        first_page="after" not in request.args,
        clicked=_clicked(view, filter_text),
        request_wrong=_wrong(),
        saved=saved,
        kept=next((item for item in saved if (item.filter, item.sort) == (filter_text, sort)), None),
        problems=[(problem, _marked(filter_text, problem)) for problem in problems],
    )
    return make_response(drawn, status)


def _asked(
    view: FormView, origin: Origin | None, filter_text: str, sort: str | None
) -> tuple[Page | None, tuple[Problem, ...], int]:
    """Return the page that is asked for, or what keeps it from being given; with the status of the answer."""
    try:
        return _page(view, origin, filter_text, sort), (), 200
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return None, told(error), status_of(error)


@blueprint.get("/a/<app>/<form>/narrow")
def narrow(app: str, form: str) -> BaseResponse:
    """Go to the list narrowed by a range that was typed; what cannot be read is told on the list."""
    asked = {name: request.args.get(name, "").strip() for name in ("filter", "key", "low", "high")}
    kept: dict[str, Any] = {name: request.args.get(name) or None for name in ("sort", "of", "board")}
    low, high = (
        number_of_input(asked[name]) if request.args.get("kind") == "numbers" else asked[name]
        for name in ("low", "high")
    )
    try:
        found = instance().services.filters.narrowed(
            viewer(), app, form, asked["filter"], asked["key"], low=low, high=high
        )
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return redirect(url_for("lists.records", app=app, form=form, filter=asked["filter"], wrong=1, **kept), 303)
    return redirect(url_for("lists.records", app=app, form=form, filter=found or "", **kept), 303)


@blueprint.post("/a/<app>/<form>/filters")
def save_filter(app: str, form: str) -> BaseResponse:
    """Keep the filter of a list under a name."""
    sent = {name: request.form.get(name, "").strip() for name in ("name", "filter", "sort")}
    asked: dict[str, Any] = {"filter": sent["filter"], "sort": sent["sort"] or None}
    try:
        found = instance().services.saved_filters.save(
            viewer(), app, form, sent["name"], sent["filter"], sent["sort"] or None
        )
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return redirect(url_for("lists.records", app=app, form=form, unsaved=1, **asked), 303)
    if request.form.get("default"):
        name = " ".join(sent["name"].split())
        chosen = next(item for item in found if item.name == name)
        instance().services.saved_filters.prefer(viewer(), app, form, chosen.id)
    return redirect(url_for("lists.records", app=app, form=form, **asked), 303)


@blueprint.post("/a/<app>/<form>/filters/<filter_id>")
def change_filter(app: str, form: str, filter_id: str) -> BaseResponse:
    """Let the list open with a kept filter, or no more, or remove it."""
    service = instance().services.saved_filters
    match request.form.get("do"):
        case "remove":
            service.remove(viewer(), app, form, filter_id)
            return redirect(url_for("lists.records", app=app, form=form, filter=""), 303)
        case "default":
            service.prefer(viewer(), app, form, filter_id)
        case _:
            service.prefer(viewer(), app, form, None)
    asked: dict[str, Any] = {"filter": request.form.get("filter", ""), "sort": request.form.get("sort") or None}
    return redirect(url_for("lists.records", app=app, form=form, **asked), 303)


def _clicked(view: FormView, filter_text: str) -> FilterView:
    """Return what the filter asks in words, and what may be clicked."""
    return instance().services.filters.look(viewer(), view.app, view.key, filter_text)


def _wrong() -> str:
    """Return what is said of a range or a name that was sent and could not be taken."""
    if "wrong" in request.args:
        return gettext("That is no number or day: write numbers like 12.5 and days like 2026-01-31.")
    if "unsaved" in request.args:
        return gettext("The filter was not saved: give it a name of at most 40 characters; at most 20 are kept.")
    return ""


def _board(app: str, key: str) -> BoardSummary | None:
    """Return the board from which the list was opened, if it was."""
    boards = instance().services.boards.list(viewer(), app) if key else ()
    return next((item for item in boards if item.key == key), None)


def origin_of(text: str) -> Origin | None:
    """Return the record and the relation that a list is narrowed to, if it is; what cannot be one is absent."""
    parts = text.split(".")
    if not text:
        return None
    if len(parts) != len(fields(Origin)):
        raise RequestRefused(404, NOT_FOUND.at())
    return Origin(*parts)


def _page(view: FormView, origin: Origin | None, filter_text: str, sort: str | None) -> Page:
    """Return the page of records that is asked for."""
    asked: dict[str, Any] = {"filter": filter_text or None, "sort": sort, "limit": PAGE_SIZE}
    asked["after"] = request.args.get("after") or None
    if origin is None:
        return instance().records.list(viewer(), view.app, view.key, **asked, words=view.list_fields)
    related = instance().services.related
    found = related.page(viewer(), origin.app, origin.form, origin.id, origin.relation, **asked)
    if (found.form.app, found.form.key) != (view.app, view.key):
        raise RequestRefused(404, NOT_FOUND.at())
    return found.page


def columns_of(view: FormView, sort: str = "", without: str = "state") -> list[Column]:
    """Return the columns of a list; a tap on a heading sorts ascending, a second one descending."""
    sorted_by, descending = sort.removeprefix("-"), sort.startswith("-")
    columns = []
    for key in view.list_fields:
        field = view.fields.get(key) or system_field(view, key)
        if field is None or key in ("state", "held", without):
            continue
        direction = "" if key != sorted_by else ("descending" if descending else "ascending")
        target = None if field.widget not in SORTABLE else (f"-{key}" if direction == "ascending" else key)
        columns.append(Column(field, text_of(field.labels), target, direction))
    return columns


def _columns(view: FormView, sort: str, records: Sequence[RecordView]) -> dict[str, Any]:
    """Return all columns, the one that the titles are (if there is one), and those that say more than the titles do."""
    columns = columns_of(view, sort)
    named_by, beside = None, []
    for column in columns:
        key = column.field.key
        told = [(words(column.field, one.fields.get(key), one.shown.get(key), view.zone), one.title) for one in records]
        if told and all(said and said == title for said, title in told):
            named_by = column
        elif not told or not all(said and f" {said} " in f" {title} " for said, title in told):
            beside.append(column)
    return {"columns": columns, "named_by": named_by, "beside": beside}


def _marked(source: str, problem: Problem) -> Marked | None:
    """Return the filter split at the place of its error; offsets are code points, as in Python's texts."""
    if problem.start is None or not source:
        return None
    start = min(problem.start, len(source))
    end = max(start, min(problem.end if problem.end is not None else start, len(source)))
    if start == end:
        end = min(start + 1, len(source))
        start = max(end - 1, 0)
    return Marked(source[:start], source[start:end], source[end:])
