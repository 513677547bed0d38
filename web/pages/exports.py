"""Taking the records of a list away: a page that asks for format and columns, and the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, make_response, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature
from engine.runtime.exports.asking import ENDINGS, Asked, Origin
from web.doors import instance, viewer
from web.errors import told
from web.pages.lists import origin_of
from web.problems import status_of
from web.saving import streamed
from web.texts import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem

blueprint = Blueprint("exports", __name__)

KEPT: Final = ("filter", "sort", "of", "board")
"""What of the list's address is carried along."""


@blueprint.get("/a/<app>/<form>/export")
def choose(app: str, form: str) -> BaseResponse:
    """Ask in which format, and which columns, the records of a list are to be taken away."""
    return _page(_asked(app, form))


@blueprint.get("/a/<app>/<form>/export/file")
def file(app: str, form: str) -> BaseResponse:
    """Send the file; what cannot be made is told on the page."""
    asked = _asked(app, form)
    try:
        return streamed(instance().services.exports.make(viewer(), asked, request.args.get("format", "")))
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return _page(asked, told(error), status_of(error))


def _asked(app: str, form: str) -> Asked:
    args, origin = request.args, origin_of(request.args.get("of", ""))
    of = None if origin is None else Origin(origin.app, origin.form, origin.relation, origin.id)
    columns = tuple(args.getlist("fields"))
    return Asked(app, form, args.get("filter", "").strip() or None, args.get("sort") or None, columns, of)


def _page(asked: Asked, problems: tuple[Problem, ...] = (), status: int = 200) -> BaseResponse:
    asking, services = viewer(), instance().services
    view = instance().apps.form(asking, asked.app, asked.form)
    offer = services.exports.offer(asking, asked)
    kept: Mapping[str, Any] = {name: request.args[name] for name in KEPT if request.args.get(name)}
    chosen = request.args.get("format")
    drawn = render_template(
        "export.html",
        app=instance().apps.app(asking, asked.app),
        form=view,
        offer=offer,
        parts=services.filters.look(asking, asked.app, asked.form, asked.filter or "").parts,
        source=asked.of and instance().records.read(asking, asked.of.app, asked.of.form, asked.of.id),
        kept=kept,
        back=url_for("lists.records", app=asked.app, form=asked.form, **(kept or {"filter": ""})),
        formats=[(ending, words) for ending, words in _formats().items() if ending in ENDINGS],
        format=chosen if chosen in ENDINGS else "xlsx",
        problems=problems,
    )
    return make_response(drawn, status)


def _formats() -> dict[str, str]:
    return {
        "xlsx": gettext("Excel: up to 100,000 records, to look at and count with"),
        "csv": gettext("CSV: any number of records, for any spreadsheet"),
        "ndjson": gettext("NDJSON: any number of records, exact values for programs"),
    }
