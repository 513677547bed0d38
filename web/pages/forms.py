"""Making and changing records: the form pages and the fragment that keeps a form's conditions live."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Nature, Problem
from engine.runtime.views import FieldView, FormView, RecordView
from web.doors import instance, viewer
from web.entrance import is_fragment
from web.errors import told
from web.filling.posted import PREFIX, Posted, add_line, move_line, read_post, remove_line
from web.filling.sending import Resolved
from web.pages.catching_up import catch_up, chosen
from web.pages.desk import Desk, Tray, find, shown_while_typing, without_hidden
from web.pages.stale import stale_page
from web.problems import NOT_FOUND, NOT_YOURS, SENT_BEFORE, RequestRefused, status_of

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("forms", __name__)

TRANSITION: Final = "transition:"
TYPED: Final = "._text"
MOVES: Final = {"up": -1, "down": 1}
"""What a line's buttons do to its place."""
KEY_USED: Final = "RUN-002"
"""The runtime's code for an idempotency key that came with something else before."""
PREFILLED: Final = frozenset(
    {
        "text",
        "long_text",
        "number",
        "money",
        "percent",
        "rating",
        "date",
        "datetime",
        "choice",
        "reference",
        "person",
        "phone",
        "email",
        "scan",
    }
)


def opening_transition(view: FormView, record: RecordView | None) -> str | None:
    """Return the transition that a form is filled for, so that what it will need is marked from the start."""
    if record is None:
        return view.start_transitions[0].key if view.start_transitions else None
    if view.state_kinds.get(record.state or "") == "draft" and record.transitions:
        return record.transitions[0].key
    return None


@blueprint.get("/a/<app>/<form>/new")
def new(app: str, form: str) -> BaseResponse:
    """Show a blank form, or first the one choice that it asks for."""
    view = _creatable(app, form)
    given = _prefilled(view)
    if view.choose_first and view.choose_first in view.fields and view.choose_first not in given:
        field = view.fields[view.choose_first]
        page = render_template(
            "choose.html", app=instance().apps.app(viewer(), app), form=view, field=field, given=given
        )
        return make_response(page)
    return _page(
        Desk(view, None, opening_transition(view, None)), Resolved(Posted(given)), Tray(secrets.token_urlsafe(18))
    )


def _creatable(app: str, form: str) -> FormView:
    view = instance().apps.form(viewer(), app, form)
    if not view.may_create:
        raise RequestRefused(404, NOT_FOUND.at())
    return view


def _prefilled(view: FormView) -> dict[str, Json]:
    """Return the values that the address gives; options that do not exist are left out."""
    given: dict[str, Json] = {}
    for key, text in request.args.items():
        field = view.fields.get(key)
        if field is None or field.widget not in PREFILLED or not text:
            continue
        if field.widget != "choice" or any(option.key == text and not option.retired for option in field.options):
            given[key] = text
    return given


@blueprint.post("/a/<app>/<form>/new")
def create(app: str, form: str) -> BaseResponse:
    """Create a record, as a draft or with a transition; what is refused comes back with all that was typed."""
    desk, tray, resolved = _opened(_creatable(app, form), None)
    if (answer := _only_redrawn(desk, tray, resolved)) is not None:
        return answer
    transition = request.form["_do"].removeprefix(TRANSITION) if request.form["_do"].startswith(TRANSITION) else None
    state = desk.state(resolved.posted)
    sent = desk.sendable(resolved.posted, state, tray.warned)
    if resolved.problems or sent.newly_hidden:
        found = without_hidden(state.problems, state) if transition else ()
        return _refused(desk, tray, resolved, (*resolved.problems, *sent.newly_hidden, *found), 422)
    try:
        record = instance().records.create(
            viewer(), app, form, dict(sent.fields), transition=transition, idempotency_key=tray.key or None
        )
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        if any(problem.code == KEY_USED for problem in error.problems):  # the page came back by the browser's history
            fresh = replace(tray, key=secrets.token_urlsafe(18))
            return _refused(desk, fresh, resolved, (SENT_BEFORE.at(),), 409)
        return _refused(desk, tray, resolved, told(error), status_of(error))
    return redirect(url_for("records.record", app=app, form=form, record_id=record.id, done="created"), 303)


@blueprint.get("/a/<app>/<form>/<uuid:record_id>/edit")
def edit(app: str, form: str, record_id: UUID) -> BaseResponse:
    """Show a record's form."""
    view, record = _editable(app, form, str(record_id))
    desk = Desk(view, record, opening_transition(view, record))
    return _page(desk, Resolved(Posted()), Tray(secrets.token_urlsafe(18), record.version))


def _editable(app: str, form: str, record_id: str) -> tuple[FormView, RecordView]:
    record = instance().records.read(viewer(), app, form, record_id)
    if not record.may_update:
        raise EngineError(NOT_YOURS.at())
    return instance().apps.form(viewer(), app, form), record


@blueprint.post("/a/<app>/<form>/<uuid:record_id>/edit")
def update(app: str, form: str, record_id: UUID) -> BaseResponse:
    """Save what was changed; if somebody else was faster, show who changed what."""
    view, record = _editable(app, form, str(record_id))
    desk, tray, resolved = _opened(view, record)
    if (answer := _only_redrawn(desk, tray, resolved)) is not None:
        return answer
    if resolved.problems:
        return _refused(desk, tray, resolved, resolved.problems, 422)
    seen, done = record.version if tray.version is None else tray.version, "updated"
    if seen != record.version:
        caught = _caught_up(desk, record, tray, resolved, seen)
        if not isinstance(caught, Posted):
            return caught
        tray, resolved, done = replace(tray, version=record.version), Resolved(caught), "merged"
    state = desk.state(resolved.posted)
    sent = desk.sendable(resolved.posted, state, tray.warned)
    if sent.newly_hidden:
        return _refused(desk, tray, resolved, sent.newly_hidden, 422)
    try:
        if sent.fields:
            instance().records.update(viewer(), app, form, record.id, dict(sent.fields), record.version)
    except EngineError as error:
        if error.nature is Nature.CONFLICT:  # once more, between the look at it and the save
            now = instance().records.read(viewer(), app, form, record.id)
            return stale_page(view, now, seen, request.path, sent.fields)
        if error.nature is Nature.ABSENT:
            raise
        return _refused(desk, tray, resolved, told(error), status_of(error))
    return redirect(url_for("records.record", app=app, form=form, record_id=record.id, done=done), 303)


def _caught_up(desk: Desk, record: RecordView, tray: Tray, resolved: Resolved, seen: int) -> Posted | BaseResponse:
    """Return the post as it is meant for the record as it is now, or the page that asks whose value is to hold."""
    posted, said = resolved.posted, chosen(record.version)
    given_up = [key for key, own in (said or {}).items() if not own]
    try:
        caught = catch_up(desk, posted, seen, given_up)
    except EngineError as error:
        if error.nature is not Nature.CONFLICT:
            raise
        if said is not None:
            return posted.with_fields({key: value for key, value in posted.fields.items() if key not in given_up})
        return stale_page(desk.form, record, seen, request.path, desk.given(posted))
    if caught.unread:
        return _refused(desk, tray, resolved, caught.unread, 422)
    if any(key not in (said or {}) for key in caught.disputed):
        mine = caught.posted.fields
        return stale_page(desk.form, record, seen, request.path, mine, caught.disputed)
    return caught.posted


def _opened(view: FormView, record: RecordView | None) -> tuple[Desk, Tray, Resolved]:
    """Return the posted form on its desk."""
    desk = Desk(view, record, opening_transition(view, record))
    posted = read_post(request.form, view)
    action = request.form.get("_do", "refresh")
    kind, _, rest = action.partition(":")
    if kind == "add" and rest in posted.tokens:
        posted = add_line(posted, rest)
    elif kind == "remove" and rest.partition(":")[0] in posted.tokens:
        key, _, token = rest.partition(":")
        posted = remove_line(posted, key, token)
    elif kind in MOVES and rest.partition(":")[0] in posted.tokens:
        key, _, token = rest.partition(":")
        posted = move_line(posted, key, token, MOVES[kind])
    return desk, Tray.of_request(), desk.resolved(posted) if kind in {"save", "transition"} else Resolved(posted)


def _only_redrawn(desk: Desk, tray: Tray, resolved: Resolved) -> BaseResponse | None:
    """Return the form drawn again where nothing is to be saved: a refresh, a line more or less."""
    action = request.form.get("_do", "refresh")
    return None if action == "save" or action.startswith(TRANSITION) else _page(desk, resolved, tray)


def _refused(desk: Desk, tray: Tray, resolved: Resolved, problems: tuple[Problem, ...], status: int) -> BaseResponse:
    tried = Tray(tray.key, tray.version, tried=True, warned=tray.warned)
    return _page(desk, resolved, tried, problems, status)


def _page(
    desk: Desk, resolved: Resolved, tray: Tray, problems: tuple[Problem, ...] | None = None, status: int = 200
) -> BaseResponse:
    """Return the page, or for htmx its fragment; without given problems, those of the state in due time."""
    state = desk.state(resolved.posted)
    if problems is None:
        found = without_hidden(state.problems, state)
        problems = found if tray.tried else shown_while_typing(found, resolved.posted.fields)
    page = render_template(
        "form_body.html" if is_fragment() else "form.html",
        app=instance().apps.app(viewer(), desk.form.app) if not is_fragment() else None,
        form=desk.form,
        record=desk.record,
        drawn=desk.drawn(resolved, state, problems),
        tray=tray,
        trees=None if is_fragment() else desk.trees(),
        opening=desk.transition,
        status=status,
    )
    return make_response(page, status)


@blueprint.get("/a/<app>/<form>/choices/<field>")
def choices(app: str, form: str, field: str) -> str:
    """Return the records that a text typed into a reference may mean, as a list box; ``line`` names the sub-table."""
    view = instance().apps.form(viewer(), app, form)
    known: dict[str, FieldView] = dict(view.fields)
    if request.args.get("line") in view.fields:
        known = {inner.key: inner for inner in view.fields[request.args["line"]].lines}
    if field not in known or known[field].target is None:
        raise RequestRefused(404, NOT_FOUND.at())
    name = next((name for name in request.args if name.endswith(TYPED)), "")
    text = request.args.get(name, "")
    found = find(known[field], text.strip(), _fitting(known[field], name))
    return render_template("choices.html", found=found, text=text.strip(), create=_way_to_a_new_one(known[field], text))


def _fitting(field: FieldView, name: str) -> dict[str, str]:
    """Return the ids that the page has in what a reference must fit, by field of the record pointed at."""
    beside = name.removesuffix(TYPED).rpartition(".")[0]
    given: dict[str, str] = {}
    for theirs, own in field.limits.get("fitting", {}).items():
        outer, dot, key = own.partition(".")
        value = request.args.get(PREFIX + key if dot else f"{beside}.{outer}", "")
        if value and "\0" not in value:
            given[theirs] = value
    return given


def _way_to_a_new_one(field: FieldView, text: str) -> str | None:
    """Return where a record that a reference may point at is made, the typed text in the one field of its name."""
    app, _, form = (field.target or "").partition(".")
    try:
        target = instance().apps.form(viewer(), app, form)
    except EngineError as error:
        if error.nature is not Nature.ABSENT:
            raise
        return None
    if not target.may_create:
        return None
    named = [key for key in target.list_fields if key in target.fields and target.fields[key].widget == "text"]
    given: dict[str, Any] = {named[0]: text.strip()} if named and text.strip() else {}
    return url_for("forms.new", app=app, form=form, **given)
