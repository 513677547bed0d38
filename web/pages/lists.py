"""Lists of records: a filter in the language, a sorting, and pages by key."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, make_response, render_template, request

from engine.kernel.problems import EngineError, Nature, Problem
from engine.runtime.views import FieldView, FormView, Page
from web.display import system_field, text_of
from web.doors import instance, viewer
from web.errors import told
from web.problems import NOT_FOUND, RequestRefused, status_of

if TYPE_CHECKING:
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
    """Show one page of a form's records."""
    asking = viewer()
    view = instance().apps.form(asking, app, form)
    origin = _origin(request.args.get("of", ""))
    filter_text = request.args.get("filter", "").strip()
    sort = request.args.get("sort") or None
    page: Page | None = None
    problems: tuple[Problem, ...] = ()
    status = 200
    try:
        page = _page(view, origin, filter_text, sort)
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        problems, status = told(error), status_of(error)
    drawn = render_template(
        "list.html",
        app=instance().apps.app(asking, app),
        form=view,
        columns=columns_of(view, sort or ""),
        page=page,
        filter=filter_text,
        sort=sort,
        origin=origin,
        source=origin and instance().records.read(asking, origin.app, origin.form, origin.id),
        first_page="after" not in request.args,
        problems=[(problem, _marked(filter_text, problem)) for problem in problems],
    )
    return make_response(drawn, status)


def _origin(text: str) -> Origin | None:
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
        return instance().records.list(viewer(), view.app, view.key, **asked)
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
