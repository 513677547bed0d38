"""Somebody was faster: who changed what since, beside what was typed, and the way on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import make_response, render_template

from engine.kernel.canonical import Json
from engine.runtime.views import FormView, RecordView
from web.display import text_of, words
from web.doors import instance, viewer
from web.entrance import carried

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse


@dataclass(frozen=True)
class Rival:
    """One field that both changed: what it holds now, and what was typed."""

    label: str
    theirs: str
    mine: str


def stale_page(
    form: FormView, record: RecordView, seen: int, path: str, mine: Mapping[str, Json], back: str | None = None
) -> BaseResponse:
    """Answer 409 with the entries of the timeline after version ``seen``; going on keeps all that was typed."""
    later = [
        entry
        for entry in instance().records.history(viewer(), record.app, record.form, record.id)
        if entry.version > seen
    ]
    theirs = {change.key for entry in later for change in entry.changes}
    rivals = [
        Rival(
            text_of(form.fields[key].labels),
            words(form.fields[key], record.fields.get(key), record.shown.get(key), form.zone),
            words(form.fields[key], value, _same(record, key, value), form.zone),
        )
        for key, value in mine.items()
        if key in theirs and key in form.fields
    ]
    kept = [(name, value) for name, value in carried() if name not in {"_version", "_key"}]
    page = render_template(
        "stale.html",
        app=instance().apps.app(viewer(), record.app),
        form=form,
        record=record,
        entries=later,
        rivals=rivals,
        path=path,
        carried=[*kept, ("_version", str(record.version))],
        back=back,
    )
    return make_response(page, 409)


def _same(record: RecordView, key: str, value: Json) -> object:
    """Return the runtime's reading where the value is the record's own."""
    return record.shown.get(key) if record.fields.get(key) == value else None
