"""A form made of a table: a file is sent, its columns are shown as fields, and what is kept of them becomes a form."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature
from engine.runtime.studio.edits import form_in, form_keys
from engine.runtime.studio.sheets import MOST_COLUMNS, TYPES, AddSheetForm, Column, read_sheet
from engine.runtime.studio.views import type_name
from web.doors import instance, viewer
from web.errors import told
from web.problems import BAD_REQUEST, RequestRefused, status_of
from web.studio.frame import design, language, posted, seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem

blueprint = Blueprint("studio_sheets", __name__)

SHEET: Final = "/a/<app>/studio/sheet"
LONGEST: Final = 60
MOST_OPTIONS: Final = 50


@blueprint.get(SHEET)
def ask(app: str) -> str:
    """Ask for the file."""
    return _page(app, (), ())


def _page(app: str, problems: tuple[Problem, ...], columns: Sequence[Column], name: str = "") -> str:
    context: dict[str, Any] = {
        "design": design(app),
        "problems": problems,
        "here": url_for("studio_sheets.ask", app=app),
        "columns": [(column, json.dumps(list(column.options), ensure_ascii=False)) for column in columns],
        "types": [(kind, type_name(kind)) for kind in TYPES],
        "name": name,
    }
    return render_template("studio/sheet.html", **context)


def _refused(app: str, error: EngineError, columns: Sequence[Column] = (), name: str = "") -> BaseResponse:
    if error.nature is Nature.ABSENT:
        raise error
    return make_response(_page(app, told(error), columns, name), status_of(error))


@blueprint.post(SHEET)
def read(app: str) -> BaseResponse:
    """Show the columns of the file that was sent, each with the type that it seems to have."""
    design(app)
    name, content = _sent()
    try:
        columns = read_sheet(content)
    except EngineError as error:
        return _refused(app, error)
    return make_response(_page(app, (), columns, name))


def _sent() -> tuple[str, bytes]:
    """Return the name of the file that was sent, without its ending, and what is in it."""
    sent = request.files.get("file")
    if sent is None:
        return "", b""
    with closing(sent):
        return PurePath(sent.filename or "").stem[:LONGEST], sent.stream.read()


@blueprint.post(f"{SHEET}/form")
def make(app: str) -> BaseResponse:
    """Make the form of the columns that are kept, and go on to it."""
    services, uid, name = instance().services, instance().services.studio.uid(), posted("name")
    columns = _columns()
    try:
        services.studio.edit(viewer(), app, seen(), AddSheetForm(uid, name, columns, language()))
    except EngineError as error:
        return _refused(app, error, columns, name)
    documents = design(app).documents
    added = [key for key in form_keys(documents) if form_in(documents, key)["uid"] == uid]
    # Whoever removes the form in that moment leaves nothing to go on to.
    to = url_for("studio_forms.show", app=app, form=added[0]) if added else url_for("studio.home", app=app)
    return redirect(to, 303)


def _columns() -> tuple[Column, ...]:
    """Return the columns that were posted and are kept; those without a name are not."""
    found = []
    for at in request.form.getlist("keep")[:MOST_COLUMNS]:
        name, kind = posted(f"name.{at}").strip()[:LONGEST], posted(f"type.{at}")
        if kind not in TYPES:
            raise RequestRefused(400, BAD_REQUEST.at("type"))
        scale = posted(f"scale.{at}")
        if name:
            found.append(Column(name, kind, _options(at), int(scale) if scale in "0123456" and scale else 0))
    return tuple(found)


def _options(at: str) -> tuple[str, ...]:
    """Return the options of a column as the page carried them."""
    try:
        listed = json.loads(posted(f"options.{at}") or "[]")
    except (ValueError, RecursionError) as error:
        raise RequestRefused(400, BAD_REQUEST.at("options")) from error
    said = [one.strip()[:LONGEST] for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    return tuple(dict.fromkeys(one for one in said if one))[:MOST_OPTIONS]
