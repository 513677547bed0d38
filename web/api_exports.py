"""The API of exports: the records of a list as one file, with the rights of the list and the right to export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from engine.runtime.exports.asking import Asked
from web import api_envelopes
from web.doors import instance, viewer
from web.payloads import known_parameters
from web.saving import streamed

if TYPE_CHECKING:
    from flask import Response

blueprint = api_envelopes.blueprint


@blueprint.get("/<app>/<form>/export/<ending>")
def export_records(app: str, form: str, ending: str) -> Response:
    """Return all records that meet a filter, in order, as a file: `ndjson`, `csv` or `xlsx`; for who may export them.

    It is sent while it is made: an answer that breaks off is not whole.
    """
    known_parameters("filter", "sort", "fields")
    args = request.args
    columns = tuple(key for key in args.get("fields", "").split(",") if key)
    asked = Asked(app, form, args.get("filter") or None, args.get("sort") or None, columns)
    return streamed(instance().services.exports.make(viewer(), asked, ending))
