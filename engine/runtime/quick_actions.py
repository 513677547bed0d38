"""Quick actions: one tap makes a record, or finds the one that is there; what it does goes the way of every command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.quick_actions import QuickAction, QuickActionDef
from engine.decision.changeset import Actor
from engine.decision.commands import Create, Fire, Update
from engine.decision.problems import ABSENT
from engine.forms.filling import default_values, with_computed
from engine.forms.forms import Form
from engine.forms.payloads import read_payload
from engine.forms.writing import field_json, line_json
from engine.kernel.canonical import Json, compact, digest
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.values import Row
from engine.runtime import problems
from engine.runtime.answering import latest_change, worded
from engine.runtime.choosing import found_record, is_choice, may_take, views_of
from engine.runtime.desk import Desk
from engine.runtime.reading import Reading
from engine.runtime.records import changed_view
from engine.runtime.repeating import once
from engine.runtime.views import QuickActionView, RecordView, Viewer
from engine.storage.locks import lock_name
from engine.workflows.definitions import TransitionDef

if TYPE_CHECKING:
    from sqlalchemy import Connection

MADE, MOVED, FOUND, SEEN = "made", "moved", "found", "seen"
"""How a record came to be the answer: new, moved by the action's transition, found and filled, found and untouched."""


@dataclass(frozen=True)
class Taken:
    """What a quick action came to: the record, and whether it was made or found."""

    record: RecordView
    made: bool


@dataclass(frozen=True)
class _Request:
    """One use of an action: over which record of a page, with which fields that were sent."""

    reading: Reading
    app: str
    action: QuickAction
    page: Row | None
    sent: Mapping[str, Json]

    @property
    def form(self) -> Form:
        """The form of the record that is made or found."""
        found = self.reading.catalog.form(*self.action.form)
        if found is None:
            raise EngineError(ABSENT.at())
        return found


class QuickActions:
    """What a viewer does with one tap."""

    def __init__(self, desk: Desk) -> None:
        """Work at ``desk``."""
        self._desk = desk
        self._execution = desk.execution

    def offered(self, viewer: Viewer, app: str, form: str, id: str) -> tuple[QuickActionView, ...]:
        """Return the actions that are offered on a record; absent where it is not the viewer's to see."""
        with self._desk.reading(viewer) as reading:
            row = _page_record(reading, (app, form), id)
            return views_of(reading, (app, form), row)

    def standing(self, viewer: Viewer, app: str) -> tuple[QuickActionView, ...]:
        """Return the actions of an app that stand by themselves, on no record's page."""
        with self._desk.reading(viewer) as reading:
            return tuple(item for item in views_of(reading, None, {}) if item.app == reading.app(app).key)

    def take(
        self,
        viewer: Viewer,
        app: str,
        key: str,
        record: str | None,
        fields: Mapping[str, Json],
        idempotency_key: str | None = None,
    ) -> Taken:
        """Do an action over a page's record with the fields that were sent; the same request again does nothing more.

        EngineError carries everything that is wrong with what was sent, or that keeps the record from being saved.
        """

        def request() -> str:
            return digest(["quick_action", app, key, record or "", compact(dict(fields))])

        def work(connection: Connection) -> Taken:
            self._execution.locked(connection)
            reading = self._desk.over(connection, viewer)
            action = _action(reading, app, key)

            def do() -> str:  # what may have changed since the first time is looked at the first time only
                return self._do(connection, _request(reading, app, action, record, fields))

            said, done = once(connection, viewer.id, idempotency_key, request, self._execution.clocks.business(), do)
            how, _, id = said.partition(":")
            body, written = _answered(action, how, id), done and how != SEEN
            after = self._desk.over(connection, viewer)
            view = changed_view(after, body, id, done=written)
            own = _said(after, action, id) if how != SEEN else None
            return Taken(replace(view, answer=own or view.answer), how == MADE)

        return self._execution.attempt(work)

    def answer(self, viewer: Viewer, app: str, key: str, id: str) -> Text | None:
        """Return what an action that was just done with a record is answered with, while that is news."""
        with self._desk.reading(viewer) as reading:
            action = _action(reading, app, key)
            row = _page_record(reading, action.form, id)
            news = latest_change(reading, reading.form(*action.form), row) is not None
            return _said(reading, action, id) if news else None

    def _do(self, connection: Connection, asked: _Request) -> str:
        """Carry the action out; return whether the record was made or found, and its id."""
        form, given = asked.form, _given(asked)
        before = None
        if asked.action.definition.find is not None:
            candidate = _candidate(asked, given)
            same = {key: candidate.get(key) for key in asked.action.definition.find.same}
            lock_name(connection, f"quick action/{form.app}/{form.key}/{digest(same)}")
            make = asked.action.definition.find.make
            known = same if make else {key: value for key, value in same.items() if value is not None}
            before = found_record(asked.reading, asked.app, asked.action, form, known) if known else None
            if before is None and not make:
                labels = form.definition.labels
                raise EngineError(problems.NOTHING_FOUND.at("fields", label_zh=labels.zh, label_en=labels.en))
        body = _creation(asked, given) if before is None else _change(asked, before)
        if body is None:
            return f"{SEEN}:{before['id']}" if before is not None else ""
        key = self._execution.within(connection, self._execution.command(Actor(asked.reading.viewer.id), body))
        how = MADE if isinstance(body, Create) else MOVED if isinstance(body, Fire) else FOUND
        return f"{how}:{key[2] if key else ''}"


def _said(reading: Reading, action: QuickAction, id: str) -> Text | None:
    """Return the action's own answer over the record as it stands now, if it has one."""
    row = reading.record(*action.form, id) if action.answer is not None else None
    if row is None or action.answer is None:
        return None
    return worded(reading, reading.form(*action.form), row, action.answer)


def _action(reading: Reading, app: str, key: str) -> QuickAction:
    """Return an action of an app; EngineError where there is none of this key."""
    actions = reading.app(app).quick_actions
    if key not in actions:
        raise EngineError(problems.NO_QUICK_ACTION.at(key=key, known=", ".join(actions)))
    return actions[key]


def _request(
    reading: Reading, app: str, action: QuickAction, record: str | None, fields: Mapping[str, Json]
) -> _Request:
    """Return a use of an action after a look at all that was sent; EngineError with what is wrong with it."""
    definition, form = action.definition, reading.catalog.form(*action.form)
    if form is None or not may_take(reading, action, form):
        raise EngineError(ABSENT.at())
    known = [*definition.ask, *([definition.link] if definition.link else ())]
    if definition.choices is not None:
        known = [*known, definition.choices.into, *definition.choices.also]
    found = [
        problems.NOT_ASKED_FOR.at(f"fields.{name}", key=name, known=", ".join(dict.fromkeys(known)))
        for name in fields
        if name not in known
    ]
    if found:
        raise EngineError(found)
    asked = _Request(reading, app, action, _page(reading, action, record, fields), fields)
    link, labels = definition.link, definition.labels
    if asked.page is not None and link is not None and fields.get(link, asked.page["id"]) != asked.page["id"]:
        raise EngineError(problems.OTHER_RECORD.at(f"fields.{link}", label_zh=labels.zh, label_en=labels.en))
    if action.when is not None and not action.when.holds(asked.page or {}, reading.surroundings(app)):
        raise EngineError(problems.NOT_NOW.at("record", label_zh=labels.zh, label_en=labels.en))
    return asked


def _page(reading: Reading, action: QuickAction, record: str | None, fields: Mapping[str, Json]) -> Row | None:
    """Return the record of the page: that which is named, or that at which the link of the new one is to point."""
    if action.on is None:
        return None
    link = action.definition.link
    id = record if record is not None or link is None else fields.get(link)
    if not isinstance(id, str):
        labels = reading.catalog.apps[action.on[0]].forms[action.on[1]].definition.labels
        raise EngineError(problems.PAGE_RECORD_NEEDED.at("record", label_zh=labels.zh, label_en=labels.en))
    return _page_record(reading, action.on, id)


def _page_record(reading: Reading, on: tuple[str, str], id: str) -> Row:
    form = reading.form(*on)
    row = reading.record(*on, id) if is_uuid(id) else None
    if row is None or not reading.may_see(form, row):
        raise EngineError(ABSENT.at("record"))
    return row


def _given(asked: _Request) -> dict[str, Json]:
    """Return what the new record is given: the action's values, its link and choice, and what was sent."""
    form, around = asked.form, asked.reading.surroundings(asked.app)
    page = asked.page or {}
    given: dict[str, Json] = {}
    for key, expression in asked.action.values.items():
        value = expression.evaluate(page, around)
        given[key] = field_json(form.fields[key], value) if key in form.fields else value
    if asked.action.definition.link is not None and asked.page is not None:
        given[asked.action.definition.link] = asked.page["id"]
    return {**given, **_chosen(asked), **asked.sent}


def _chosen(asked: _Request) -> dict[str, Json]:
    """Return what comes along with the record that was chosen; EngineError where it does not stand to choice."""
    choices, chosen = asked.action.definition.choices, asked.action.chosen
    if choices is None or chosen is None or asked.sent.get(choices.into) is None:
        return {}
    id, form = asked.sent[choices.into], asked.reading.catalog.form(*chosen)
    row = asked.reading.record(*chosen, id) if isinstance(id, str) and is_uuid(id) else None
    if form is None or row is None or not is_choice(asked.reading, asked.app, asked.action, row, asked.page or {}):
        labels = asked.action.definition.labels
        place = f"fields.{choices.into}"
        raise EngineError(problems.NOT_A_CHOICE.at(place, label_zh=labels.zh, label_en=labels.en))
    link = asked.action.definition.link  # points at the page's record, whatever the choice says
    return {
        key: field_json(form.fields[source], row.get(source)) for key, source in choices.also.items() if key != link
    }


def _candidate(asked: _Request, given: Mapping[str, Json]) -> Row:
    """Return the record as it would begin: given, by default and computed; EngineError where that is unreadable."""
    form, reading = asked.form, asked.reading
    values, found = read_payload(form, dict(given))
    if found:
        raise EngineError(_placed(found))
    row = {**dict.fromkeys(form.fields), "owner": reading.viewer.id, "id": "", "version": 0, **values}
    around = reading.surroundings(form.app)
    return with_computed(form, {**row, **default_values(form.live_fields(), values, row, around)}, around)


def _creation(asked: _Request, given: Mapping[str, Json]) -> Create:
    form = asked.form
    fields = dict(given)
    if asked.action.add:
        candidate = _candidate(asked, given)
        fields |= {key: [_line(asked, key, candidate)] for key in asked.action.add}
    return Create(form.app, form.key, fields, asked.action.definition.transition)


def _change(asked: _Request, before: Row) -> Update | Fire | None:
    """Return what the action changes of a record that was found; None where that is nothing."""
    form, definition = asked.form, asked.action.definition
    values, found = read_payload(form, {**_chosen(asked), **asked.sent})
    if found:
        raise EngineError(_placed(found))
    sought, transition = _sought(asked), _startable(asked, before)
    said = {key: value for key, value in values.items() if key not in sought}
    fields: dict[str, Json] = {
        key: field_json(form.fields[key], value) if key in form.fields else value
        for key, value in said.items()
        if value is not None and value != before.get(key) and _is_kept(definition, transition, key)
    }
    row = {**before, **said}
    for key in asked.action.add:
        kept: list[Json] = [{"id": line["id"]} for line in before.get(key) or ()]
        fields[key] = [*kept, _line(asked, key, row)]
    id = str(before["id"])
    if transition is not None:
        return Fire(form.app, form.key, id, transition.key, fields)
    return Update(form.app, form.key, id, fields) if fields else None


def _sought(asked: _Request) -> frozenset[str]:
    """Return the fields by which the record was found: it has them, and need not be given them.

    Where nothing is made, what they are computed from is among them: a number is searched for however it is parted.
    """
    sought, form = asked.action.definition.find, asked.form
    keys = set(sought.same) if sought is not None else set()
    if sought is not None and not sought.make:
        for key in reversed(form.computed_order):
            computed = form.fields[key].computed
            keys |= computed.reads.fields if key in keys and computed is not None else frozenset()
    return frozenset(keys)


def _startable(asked: _Request, before: Row) -> TransitionDef | None:
    """Return the transition of the action where the record found is in a state that it may start in."""
    key, flow = asked.action.definition.transition, asked.reading.app(asked.form.app).workflows.get(asked.form.key)
    if key is None or flow is None:
        return None
    transition = flow.transitions[key]
    return transition.definition if flow.may_start(transition, before.get("state")) else None


def _is_kept(definition: QuickActionDef, transition: TransitionDef | None, key: str) -> bool:
    """Tell whether a record found keeps what was sent; what makes none only fills what its transition asks for."""
    makes = definition.find is None or definition.find.make
    return makes or (transition is not None and key in transition.named)


def _line(asked: _Request, key: str, row: Row) -> Json:
    lines, around = asked.form.fields[key].lines, asked.reading.surroundings(asked.app)
    made = {name: expression.evaluate(row, around) for name, expression in asked.action.add[key].items()}
    written = line_json(lines, made)
    return {name: written[name] for name in made}


def _answered(action: QuickAction, how: str, id: str) -> Create | Update | Fire:
    """Return the command that the answer is about."""
    (app, form), transition = action.form, action.definition.transition
    if how == MADE:
        return Create(app, form, {}, transition)
    moved = how == MOVED and transition is not None
    return Fire(app, form, id, str(transition), {}) if moved else Update(app, form, id, {})


def _placed(found: list[Problem]) -> list[Problem]:
    return [problem.under("fields") for problem in found]
