"""The API of the recycle bin: what was deleted is listed, put back, and, by administrators, destroyed."""

from __future__ import annotations

from flask import Response, request

from web import api
from web.doors import instance, viewer
from web.payloads import body_of, known_parameters, size, version
from web.wire import record_json

blueprint = api.blueprint


@blueprint.get("/<app>/<form>/bin")
def binned(app: str, form: str) -> Response:
    """List what was deleted and may be put back, the last deleted first."""
    limit, after = size("limit", "after"), request.args.get("after") or None
    page = instance().services.bin.list(viewer(), app, form, limit=limit, after=after)
    items = [
        {
            "id": one.id,
            "version": one.version,
            "title": one.title,
            "deleted_at": one.deleted_at,
            "deleted_by": one.deleted_by,
        }
        for one in page.items
    ]
    return api.answer({"items": items, "next": page.next})


@blueprint.post("/<app>/<form>/bin/<record_id>/restore")
def restore(app: str, form: str, record_id: str) -> Response:
    """Put a deleted record back where it was; If-Match is honoured where it is sent."""
    body_of()
    instance().services.bin.restore(viewer(), app, form, record_id, version())
    record = instance().records.read(viewer(), app, form, record_id)
    response = api.answer(record_json(record))
    response.headers["ETag"] = f'"{record.version}"'
    return response


@blueprint.delete("/<app>/<form>/bin/<record_id>")
def destroy(app: str, form: str, record_id: str) -> Response:
    """Destroy a deleted record with its values in the journal and its files, for good; for administrators."""
    known_parameters()
    instance().services.bin.purge(viewer(), app, form, record_id)
    return Response(status=204)
