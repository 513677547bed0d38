"""Somebody was faster: who changed what since, beside what was typed, and the way on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import make_response, render_template

from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.runtime.views import FormView, HistoryView, RecordView
from web.display import text_of, words
from web.doors import instance, viewer
from web.entrance import carried
from web.pages.catching_up import SETTLED

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

_WITH_IT = frozenset({"_tried", "_parked"})
"""What goes on with the fields: that they were tried before, and of which the sender was warned."""


@dataclass(frozen=True)
class Rival:
    """One field that both changed: what it holds now, and what was typed."""

    key: str
    label: str
    theirs: str
    mine: str


def stale_page(
    form: FormView,
    record: RecordView,
    seen: int,
    path: str,
    mine: Mapping[str, Json],
    disputed: Collection[str] | None = None,
) -> BaseResponse:
    """Answer 409 with the entries of the timeline after version ``seen``; going on keeps all that was typed.

    ``disputed`` are the fields that both changed, where that is known better than by the timeline.
    """
    later = _since(record, seen)
    theirs = {change.key for entry in later for change in entry.changes} if disputed is None else disputed
    rivals = [
        Rival(
            key,
            text_of(form.fields[key].labels),
            words(form.fields[key], record.fields.get(key), record.shown.get(key), form.zone),
            words(form.fields[key], value, _same(record, key, value), form.zone),
        )
        for key, value in mine.items()
        if key in theirs and key in form.fields
    ]
    kept = [(name, value) for name, value in carried() if name.startswith(("f.", "_d.")) or name in _WITH_IT]
    going_on = [*kept, ("_version", str(seen)), (SETTLED, str(record.version))]
    return _page(form, record, later, rivals=rivals, path=path, carried=going_on)


def overtaken_page(form: FormView, record: RecordView, seen: int, problems: Sequence[Problem]) -> BaseResponse:
    """Answer 409 with the same entries, and what stands against it: it has to be looked at and done anew."""
    return _page(form, record, _since(record, seen), problems=problems)


def _since(record: RecordView, seen: int) -> list[HistoryView]:
    history = instance().records.history(viewer(), record.app, record.form, record.id)
    return [entry for entry in history if entry.version > seen]


def _page(form: FormView, record: RecordView, later: Sequence[HistoryView], **rest: object) -> BaseResponse:
    app = instance().apps.app(viewer(), record.app)
    return make_response(render_template("stale.html", app=app, form=form, record=record, entries=later, **rest), 409)


def _same(record: RecordView, key: str, value: Json) -> object:
    """Return the runtime's reading where the value is the record's own."""
    return record.shown.get(key) if record.fields.get(key) == value else None
