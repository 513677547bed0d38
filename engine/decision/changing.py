"""Making, changing, moving and putting away one record: what a payload makes of it, and whether its sender may."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine.decision import holding, problems
from engine.decision.beginning import new_saving
from engine.decision.commands import Create, Delete, Fire, Update
from engine.decision.given_values import merged_lines, repeated, retired_choices, with_retired
from engine.decision.pending import Saving
from engine.decision.permissions import access_to, as_seen, existing, require, require_still
from engine.decision.saving import save
from engine.decision.since import Rebasing, since
from engine.decision.work import Key, Work
from engine.forms.access import Right
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.forms.payloads import read_payload
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.values import Row
from engine.workflows import problems as flow_problems
from engine.workflows.workflows import Transition, Workflow

DELETING = Text("删除", "Delete")


def create(work: Work, body: Create) -> Key:
    """Make a new record; EngineError with everything that keeps it from being one."""
    access = access_to(work, work.form(body.app, body.form))
    if work.command.actor.user is not None and not access.may("create"):
        raise EngineError(problems.ABSENT.at())
    saving = opened(work, body)
    save(saving)
    require_still(saving, "create")
    return saving.key


def opened(work: Work, body: Create) -> Saving:
    """Return the save of the new record that a payload describes; an id that a line brings along is not believed."""
    app, form = work.app(body.app), work.form(body.app, body.form)
    values, found = read_payload(form, body.fields)
    for key, value in values.items():
        item = form.fields.get(key)
        if item is not None and item.type is None and value is not None:
            values[key] = merged_lines(None, value)
    saving = new_saving(work, app, form, values, work.command.actor, typed=True)
    saving.found = found
    saving.found += _forbidden(saving, "create")
    saving.transition = _transition(saving, body.transition)
    return saving


def _transition(saving: Saving, key: str | None) -> Transition | None:
    if key is None:
        return None
    flow = saving.workflow
    if flow is None:
        raise EngineError(flow_problems.NO_WORKFLOW.at())
    if key not in flow.transitions:
        raise EngineError(flow_problems.NO_SUCH_TRANSITION.at(key=key, known=", ".join(flow.transitions)))
    return flow.transitions[key]


def _forbidden(saving: Saving, right: Right) -> list[Problem]:
    """Return the fields that a payload changes and the sender's roles do not let fill in this row.

    A hidden one is refused whatever is said of it, or whoever tries one value after the other learns what it holds.
    """
    if saving.work.command.actor.user is None:
        return []
    access, row = access_to(saving.work, saving.form), saving.before or saving.row
    before: Row = saving.before or {}
    closed, hidden = access.closed(right, row, saving.around), access.hidden(row, saving.around)
    return [
        _not_yours(saving.form, key)
        for key, value in saving.given.items()
        if key in closed and (value != before.get(key) or (key in hidden and saving.before is not None))
    ]


def _not_yours(form: Form, key: str) -> Problem:
    labels = form.fields[key].labels if key in form.fields else SYSTEM_LABELS[key]
    return problems.FIELD_FORBIDDEN.at(key, label_zh=labels.zh, label_en=labels.en)


def update(work: Work, body: Update) -> Key:
    """Change a record; EngineError with everything that keeps it as it is."""
    form = work.form(body.app, body.form)
    before = existing(work, body.app, form, body.id)
    require(work, form, "update", before)
    saving = changed(work, form, before, body.fields, seen=body.seen)
    refuse_locked(saving.workflow, before)
    save(saving)
    require_still(saving, "update")
    return saving.key


def refuse_locked(flow: Workflow | None, before: Row) -> None:
    """Raise where the record's state lets it change by transitions only: neither edited nor put away."""
    state = before.get("state")
    if flow is not None and state is not None and flow.states[state].locked:
        labels = flow.states[state].labels
        raise EngineError(flow_problems.LOCKED.at(state_zh=labels.zh, state_en=labels.en))


def changed(
    work: Work, form: Form, before: Row, fields: Json, transition: str | None = None, seen: int | None = None
) -> Saving:
    """Return the save of an existing record with what a payload changes; lines keep what they do not name.

    The payload is meant for the version that its sender has ``seen``; where that is not the record's, what others have
    changed since stays, and what both have changed is a conflict (see ``engine.decision.since``).
    """
    rebasing = Rebasing(work, form, before, since(work, form, before, seen))
    kept = retired_choices(form, {**before, **rebasing.since.before}, fields)
    values, found = read_payload(form, {**fields, **{key: rest for key, (rest, _) in kept.items()}} if kept else fields)
    values |= {
        key: with_retired(form.fields[key], values[key], held) for key, (_, held) in kept.items() if key in values
    }
    unread = frozenset(re.split(r"[.\[]", problem.path)[0] for problem in found)
    for key, value in values.items():
        item = form.fields.get(key)
        if item is not None and item.type is None and value is not None:
            found.extend(repeated(item, value))
            values[key] = merged_lines(rebasing.known_lines(key), value)
    values = rebasing.given(values)
    saving = Saving(
        work=work,
        app=work.app(form.app),
        form=form,
        before=before,
        row={**before, **values},
        given=values,
        actor=work.command.actor,
        found=found,
        unread=unread,
    )
    saving.found += _forbidden(saving, "update")
    saving.transition = _transition(saving, transition)
    if saving.transition is not None:
        _refuse_moved(rebasing, seen)
        rebasing.confirmed(key for key in saving.transition.definition.named if key not in values)
    saving.found += rebasing.found
    return saving


def _refuse_moved(rebasing: Rebasing, seen: int | None) -> None:
    """Raise where the record has come to another state: whoever fires a transition means the state that they saw."""
    if "state" in rebasing.since.touched:
        raise EngineError(problems.STALE.at(seen=seen, now=rebasing.row["version"]))


def delete(work: Work, body: Delete) -> Key:
    """Put a record into the bin as its sender saw it; EngineError where something still keeps it here."""
    form = work.form(body.app, body.form)
    before = as_seen(work, body.app, form, body.id, body.seen)
    require(work, form, "delete", before)
    refuse_locked(work.app(body.app).workflows.get(form.key), before)
    saving = changed(work, form, before, {})
    holding.refuse_held(saving, DELETING)
    saving.typed, saving.plain = False, True
    saving.row["deleted_at"] = work.moment
    save(saving)
    return saving.key


def fire(work: Work, body: Fire, needed: Iterable[str] = (), one_needed: Iterable[str] = ()) -> Key:
    """Fire a transition of a record with the fields of a payload.

    Beside its own, all ``needed`` fields must be filled, and one of ``one_needed`` if there are any.
    """
    form = work.form(body.app, body.form)
    before = existing(work, body.app, form, body.id)
    saving = changed(work, form, before, body.fields, body.transition, body.seen)
    saving.needed, saving.one_needed = tuple(needed), tuple(one_needed)
    beyond = _beyond(saving)
    if beyond and not _may_edit(saving, before):
        saving.found += [_not_yours(form, key) for key in beyond]
    save(saving)
    if beyond:
        require_still(saving, "update")
    return saving.key


def _beyond(saving: Saving) -> list[str]:
    """Return the fields that a person changes on the way and the transition does not name."""
    if saving.transition is None or saving.work.command.actor.user is None:
        return []
    before: Row = saving.before or {}
    named = saving.transition.definition.named
    return [key for key, value in saving.given.items() if key not in named and value != before.get(key)]


def _may_edit(saving: Saving, before: Row) -> bool:
    flow, state = saving.workflow, before.get("state")
    locked = flow is not None and state is not None and flow.states[state].locked
    return not locked and access_to(saving.work, saving.form).covers("update", before, saving.around)
