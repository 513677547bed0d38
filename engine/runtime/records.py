"""Records for a viewer: make, change, move on, read, list, and what happened to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.decision.changeset import Actor
from engine.decision.commands import Body, Create, Delete, Fire, Press, Update
from engine.decision.previewing import Preview
from engine.decision.problems import ABSENT
from engine.forms.forms import Form
from engine.kernel.canonical import Json, compact, digest
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row
from engine.runtime.answering import answer_to, latest_answer
from engine.runtime.buttons import whole_view
from engine.runtime.desk import Desk
from engine.runtime.finding import NOTHING, found_by
from engine.runtime.form_trees import live_json
from engine.runtime.history import history_of
from engine.runtime.listing import list_page
from engine.runtime.pages_duties import duties_of
from engine.runtime.pages_look import Look
from engine.runtime.reading import Reading
from engine.runtime.repeating import once
from engine.runtime.showing import fields_json, prefetch, shown
from engine.runtime.trying import tried
from engine.runtime.views import FieldState, FormState, HistoryView, Page, RecordView, Viewer

if TYPE_CHECKING:
    from sqlalchemy import Connection


Changing = Create | Update | Fire | Press
"""A command of one record, after which it is shown."""


class Records:
    """What a viewer does with records."""

    def __init__(self, desk: Desk) -> None:
        """Work at ``desk``."""
        self._desk = desk
        self._execution = desk.execution

    def create(
        self,
        viewer: Viewer,
        app: str,
        form: str,
        fields: Json,
        transition: str | None = None,
        idempotency_key: str | None = None,
    ) -> RecordView:
        """Make a record; with an idempotency key, the same request again answers with the record made before."""
        body = Create(app, form, fields, transition)
        return self._changed(viewer, body, idempotency_key)

    def update(
        self,
        viewer: Viewer,
        app: str,
        form: str,
        id: str,
        fields: Json,
        version: int | None,
        idempotency_key: str | None = None,
    ) -> RecordView:
        """Change the fields named; conflict where the record is no longer at ``version`` (None: whichever it is at)."""
        return self._changed(viewer, Update(app, form, _id(id), fields, version), idempotency_key)

    def delete(self, viewer: Viewer, app: str, form: str, id: str, version: int) -> None:
        """Put a record into the recycle bin."""
        execution = self._execution
        execution.execute(execution.command(Actor(viewer.id), Delete(app, form, _id(id), version)))

    def transition(  # noqa: PLR0913 - what, of what, by whom, and how to be safe
        self,
        viewer: Viewer,
        app: str,
        form: str,
        id: str,
        key: str,
        fields: Json,
        *,
        version: int | None = None,
        idempotency_key: str | None = None,
    ) -> RecordView:
        """Fire a transition, filling fields on the way."""
        return self._changed(viewer, Fire(app, form, _id(id), key, fields, version), idempotency_key)

    def press(
        self,
        viewer: Viewer,
        app: str,
        form: str,
        id: str,
        button: str,
        *,
        version: int | None = None,
        idempotency_key: str | None = None,
    ) -> RecordView:
        """Press a button of a record: the rule of the button runs at once."""
        return self._changed(viewer, Press(app, form, _id(id), button, version), idempotency_key)

    def read(self, viewer: Viewer, app: str, form: str, id: str) -> RecordView:
        """Return one record with the duties of its state; absent where it is not the viewer's to see."""
        with self._desk.reading(viewer) as reading:
            definition = reading.form(app, form)
            row = _readable(reading, definition, _id(id))
            duties = tuple(duties_of(Look(reading, app), definition, row))
            return replace(_view(reading, definition, row), duties=duties)

    def list(  # noqa: PLR0913 - what is asked of a list
        self,
        viewer: Viewer,
        app: str,
        form: str,
        *,
        filter: str | None = None,
        sort: str | None = None,
        limit: int = 50,
        after: str | None = None,
        words: Collection[str] | None = None,
    ) -> Page:
        """Return one page of the records that the viewer may read and that meet the filter, an expression.

        ``words`` are the fields whose values are told in words, too (None: all).
        """
        with self._desk.reading(viewer) as reading:
            found = reading.form(app, form)
            return list_page(reading, found, filter=filter, sort=sort, limit=limit, after=after, words=words)

    def choices(
        self, viewer: Viewer, app: str, form: str, text: str, limit: int = 20, fitting: Mapping[str, str] = NOTHING
    ) -> tuple[tuple[str, str], ...]:
        """Return ids and titles of readable records that ``text`` may mean: part of a name, an alias, or pinyin.

        ``fitting`` are ids that fields of theirs must hold.
        """
        with self._desk.reading(viewer) as reading:
            return found_by(reading, reading.form(app, form), text, limit, fitting)

    def history(self, viewer: Viewer, app: str, form: str, id: str) -> tuple[HistoryView, ...]:
        """Return what happened to a record, newest first, without the fields that the viewer may not see."""
        with self._desk.reading(viewer) as reading:
            definition = reading.form(app, form)
            row = _readable(reading, definition, _id(id))
            return history_of(reading, definition, row)

    def answer(self, viewer: Viewer, app: str, form: str, id: str) -> Text | None:
        """Return what the viewer's last change of a record was answered with, while that is news."""
        with self._desk.reading(viewer) as reading:
            definition = reading.form(app, form)
            return latest_answer(reading, definition, _readable(reading, definition, _id(id)))

    def preview(
        self,
        viewer: Viewer,
        app: str,
        form: str,
        fields: Json,
        *,
        id: str | None = None,
        transition: str | None = None,
        seen: int | None = None,
    ) -> FormState:
        """Return how a form being filled stands: values after defaults and computation, conditions, problems.

        What is filled in is meant for version ``seen`` of the record; what both have changed is a problem (DECIDE-009).
        """
        body: Body = Create(app, form, fields, transition)
        if id is not None and transition:
            body = Fire(app, form, _id(id), transition, fields, seen)
        elif id is not None:
            body = Update(app, form, _id(id), fields, seen)
        with self._desk.reading(viewer) as reading:
            definition = reading.form(app, form)
            command = self._execution.command(Actor(viewer.id), body)
            found = tried(self._execution, reading, command)
            return _form_state(reading, definition, found)

    def live(self, viewer: Viewer, app: str, form: str, id: str | None = None, transition: str | None = None) -> Json:
        """Return what a page needs to keep a form in step by itself (see ``engine.runtime.form_trees``)."""
        body: Body = Create(app, form, {}) if id is None else Update(app, form, _id(id), {})
        with self._desk.reading(viewer) as reading:
            definition = reading.form(app, form)
            found = tried(self._execution, reading, self._execution.command(Actor(viewer.id), body))
            return live_json(reading, definition, found.row, transition)

    def _changed(self, viewer: Viewer, body: Changing, key: str | None) -> RecordView:
        return self._execution.attempt(lambda connection: self._change(connection, viewer, body, key))

    def _change(self, connection: Connection, viewer: Viewer, body: Changing, key: str | None) -> RecordView:
        command = self._execution.command(Actor(viewer.id), body)
        current = self._execution.locked(connection)

        reading = self._desk.seen(connection, viewer, current)

        def do() -> str:
            done = self._execution.carry_out(connection, current, command)
            reading.facts.update(done.read)
            return "" if done.record is None else done.record[2]

        id, done = once(connection, viewer.id, key, lambda: _digest(body), command.moment, do)
        return changed_view(reading, body, id, done=done)


def changed_view(reading: Reading, body: Changing, id: str, *, done: bool) -> RecordView:
    """Return the record of this id after a change of it, with what that is answered; absent where it is not there.

    Whoever has ``done`` it just now and may not read it sees no more than that it was written.
    """
    definition = reading.form(body.app, body.form)
    row = reading.record(body.app, body.form, id)
    seen = row is not None and reading.may_see(definition, row)
    if row is None or not (seen or done):
        raise EngineError(ABSENT.at())
    view = _view(reading, definition, row) if seen else _receipt(definition, row)
    return replace(view, answer=answer_to(reading, definition, row, _action(body)))


def _action(body: Changing) -> str:
    """Return what the journal calls it."""
    match body:
        case Create():
            return body.transition or "create"
        case Fire():
            return body.transition
        case Update() | Press():
            return "update"


def _digest(body: Body) -> str:
    return digest([type(body).__name__, *(compact(getattr(body, name)) for name in body.__slots__)])


def _id(id: str) -> str:
    if not is_uuid(id):
        raise EngineError(ABSENT.at())
    return id


def _readable(reading: Reading, form: Form, id: str) -> Row:
    row = reading.record(form.app, form.key, id)
    if row is None or not reading.may_see(form, row):
        raise EngineError(ABSENT.at())
    return row


def _view(reading: Reading, form: Form, row: Row) -> RecordView:
    prefetch(reading, form, [row])
    return whole_view(reading, form, row)


def _receipt(form: Form, row: Row) -> RecordView:
    """Return no more of a record than that it was written: whoever wrote it may not read it."""
    return RecordView(form.app, form.key, str(row["id"]), int(row["version"]), row.get("state"), None, {}, "")


def _form_state(reading: Reading, form: Form, found: Preview) -> FormState:
    row = found.row
    access, around = reading.access(form), reading.surroundings(form.app)
    stored = None if row["version"] == 0 else reading.record(form.app, form.key, str(row["id"]))
    hidden = access.hidden(row, around) | (frozenset() if stored is None else access.hidden(stored, around))
    closed = access.closed("create" if row["version"] == 0 else "update", row, around)
    visible = [item for item in form.live_fields() if item.key not in hidden]
    prefetch(reading, form, [row])
    states = {
        key: FieldState(standing.visible and key not in hidden, standing.required, standing.read_only or key in closed)
        for key, standing in found.stands.items()
    }
    return FormState(
        fields=fields_json(visible, row),
        states=states,
        shown=shown(reading, form, visible, row),
        problems=found.problems,
        given=found.given,
        unread=found.unread,
    )
