"""decide(): one command and the facts so far become a changeset, a refusal, or the questions still open. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from engine.catalog.apps import Catalog
from engine.decision import holding, problems
from engine.decision.after_rules import run_rules
from engine.decision.approvals.people import may_act_for
from engine.decision.approvals.signing import pass_due, sign
from engine.decision.beginning import new_saving
from engine.decision.calls import take_answer
from engine.decision.changeset import Changeset
from engine.decision.commands import (
    Act,
    ApprovalActKind,
    Command,
    Create,
    Decided,
    Delete,
    Fire,
    ImportRow,
    KeepDocument,
    NeedFacts,
    Outcome,
    PassDue,
    Press,
    Refusal,
    Relocate,
    RunRules,
    Sign,
    TakeAnswer,
    TakeItem,
    UndoRun,
    Update,
)
from engine.decision.envelopes.commands import EnvelopeBody, SendForSigning
from engine.decision.envelopes.sending import send_for_signing
from engine.decision.envelopes.signing import handle_envelope
from engine.decision.facts import (
    ApprovalQuery,
    EnvelopeQuery,
    Facts,
    OpenTask,
    PersonQuery,
    Query,
    RecordQuery,
    RunQuery,
    TaskQuery,
)
from engine.decision.given_values import merged_lines, repeated, retired_choices, with_retired
from engine.decision.importing.rows import import_row
from engine.decision.intakes import take_item
from engine.decision.making import keep_document
from engine.decision.pending import Saving
from engine.decision.permissions import access_to, existing, require, require_still
from engine.decision.pressing import press
from engine.decision.relocating import relocate
from engine.decision.saving import save
from engine.decision.tasks import announce_done, close_task
from engine.decision.undoing import undo
from engine.decision.work import Key, MissingFactsError, Parameters, Work
from engine.forms.access import Right
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.forms.payloads import read_payload
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.values import Row
from engine.workflows import problems as flow_problems
from engine.workflows.workflows import Transition, Workflow

FIELDS = "fields"
"""Where a payload's fields stand in every input; problems of a field are found under it."""

DELETING = Text("删除", "Delete")


def decide(command: Command, catalog: Catalog, parameters: Parameters, facts: Facts) -> Outcome:
    """Decide one command. The same arguments always give the same answer."""
    work = Work(command, catalog, parameters, facts)
    try:
        begin(work)
        record = _carry_out(work)
    except MissingFactsError as missing:
        return NeedFacts(missing.queries, work.saves)
    except EngineError as error:
        fields = not isinstance(command.body, UndoRun | SendForSigning | EnvelopeBody)
        return Refusal(tuple(placed(found) if fields else found for found in error.problems))
    return Decided(_changeset(work), record)


def placed(found: Problem) -> Problem:
    """Return a problem of a field with the place of its field in the input."""
    return found.under(FIELDS) if found.path else found


def begin(work: Work) -> None:
    """Ask for what is known to be needed; EngineError (absent) where the command is about a form that is not there."""
    match work.command.body:
        case Create() | Act() | Sign() | PassDue() | UndoRun():
            pass
        case body if isinstance(body, EnvelopeBody):
            pass
        case body:
            work.form(body.app, body.form)
    work.fetch(first_queries(work.command))


def first_queries(command: Command) -> list[Query]:
    """Return what is known to be needed before anything is looked at."""
    queries: list[Query] = [PersonQuery(command.actor.user)] if command.actor.user else []
    match command.body:
        case Update(app, form, id) | Delete(app, form, id) | Fire(app, form, id) | Press(app, form, id):
            queries.append(RecordQuery(app, form, id))
        case TakeAnswer(app, form, id) | Relocate(app, form, id) | KeepDocument(app, form, id):
            queries.append(RecordQuery(app, form, id))
        case RunRules(app, form, record, event):
            queries.append(RecordQuery(app, form, record, bool(event.get("deleted"))))
        case Act(task):
            queries.append(TaskQuery(task))
        case Sign(approval) | PassDue(approval):
            queries.append(ApprovalQuery(approval))
        case UndoRun(_, run):
            queries.append(RunQuery(run))
        case SendForSigning(app, form, record):
            queries.append(RecordQuery(app, form, record))
        case Create() | TakeItem() | ImportRow():
            pass
        case body:
            queries.append(EnvelopeQuery(body.envelope))
    return queries


def _carry_out(work: Work) -> Key | None:
    body = work.command.body
    match body:
        case Create():
            return _create(work, body)
        case Update():
            return _update(work, body)
        case Delete():
            return _delete(work, body)
        case Fire():
            return fire(work, body)
        case Act():
            return _act(work, body)
        case Press():
            return press(work, body)
        case Sign():
            return sign(work, body, changed, save)
        case PassDue():
            return pass_due(work, body, save)
        case Relocate():
            return relocate(work, body)
        case UndoRun():
            return undo(work, body)
        case SendForSigning():
            return send_for_signing(work, body)
        case ImportRow():
            return import_row(work, body, opened, changed, _refuse_locked)
        case RunRules() | TakeAnswer() | KeepDocument() | TakeItem():
            return _by_itself(work, body)
        case _:
            return handle_envelope(work, body)


def _by_itself(work: Work, body: RunRules | TakeAnswer | KeepDocument | TakeItem) -> Key | None:
    """Carry out what nobody asks for: it follows from what has happened, or comes from outside."""
    match body:
        case RunRules():
            run_rules(work, body)
            return (body.app, body.form, body.record)
        case TakeAnswer():
            return take_answer(work, body)
        case KeepDocument():
            return keep_document(work, body)
        case TakeItem():
            return take_item(work, body)


def _changeset(work: Work) -> Changeset:
    return Changeset(
        command=work.command.id,
        moment=work.moment,
        actor=work.command.actor,
        revisions=work.catalog.revisions,
        writes=tuple(work.writes),
        numbers=tuple(work.numbers),
        state_changes=tuple(work.state_changes),
        tasks_opened=tuple(work.opened),
        tasks_closed=tuple(work.closed),
        timers=tuple(work.timers),
        messages=tuple(work.messages),
        rule_runs=tuple(work.runs),
        firings=tuple(work.firings),
        holdings=tuple(work.holdings),
        tokens_used=tuple(work.tokens_used),
        approvals=tuple(work.approvals.values()),
        approval_acts=tuple(work.approval_acts),
        envelopes=tuple(work.envelopes),
        envelope_acts=tuple(work.envelope_acts),
        undone=tuple(work.undone),
        cancelled=tuple(work.cancelled),
        notes=tuple(work.notes),
    )


def _create(work: Work, body: Create) -> Key:
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
    """Return the fields that a payload changes and the sender's roles do not let fill in this row."""
    if saving.work.command.actor.user is None:
        return []
    before: Row = saving.before or {}
    closed = access_to(saving.work, saving.form).closed(right, saving.before or saving.row, saving.around)
    changed_keys = [key for key, value in saving.given.items() if value != before.get(key)]
    return [_not_yours(saving.form, key) for key in changed_keys if key in closed]


def _not_yours(form: Form, key: str) -> Problem:
    labels = form.fields[key].labels if key in form.fields else SYSTEM_LABELS[key]
    return problems.FIELD_FORBIDDEN.at(key, label_zh=labels.zh, label_en=labels.en)


def _update(work: Work, body: Update) -> Key:
    form = work.form(body.app, body.form)
    before = existing(work, body.app, form, body.id, body.seen)
    require(work, form, "update", before)
    saving = changed(work, form, before, body.fields)
    _refuse_locked(saving.workflow, before)
    save(saving)
    require_still(saving, "update")
    return saving.key


def _refuse_locked(flow: Workflow | None, before: Row) -> None:
    """Raise where the record's state lets it change by transitions only: neither edited nor put away."""
    state = before.get("state")
    if flow is not None and state is not None and flow.states[state].locked:
        labels = flow.states[state].labels
        raise EngineError(flow_problems.LOCKED.at(state_zh=labels.zh, state_en=labels.en))


def changed(work: Work, form: Form, before: Row, fields: Json, transition: str | None = None) -> Saving:
    """Return the save of an existing record with what a payload changes; lines keep what they do not name."""
    kept = retired_choices(form, before, fields)
    values, found = read_payload(form, {**fields, **{key: rest for key, (rest, _) in kept.items()}} if kept else fields)
    values |= {
        key: with_retired(form.fields[key], values[key], held) for key, (_, held) in kept.items() if key in values
    }
    for key, value in values.items():
        item = form.fields.get(key)
        if item is not None and item.type is None and value is not None:
            found.extend(repeated(item, value))
            values[key] = merged_lines(before.get(key), value)
    saving = Saving(
        work=work,
        app=work.app(form.app),
        form=form,
        before=before,
        row={**before, **values},
        given=values,
        actor=work.command.actor,
        found=found,
    )
    saving.found += _forbidden(saving, "update")
    saving.transition = _transition(saving, transition)
    return saving


def _delete(work: Work, body: Delete) -> Key:
    form = work.form(body.app, body.form)
    before = existing(work, body.app, form, body.id, body.seen)
    require(work, form, "delete", before)
    _refuse_locked(work.app(body.app).workflows.get(form.key), before)
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
    before = existing(work, body.app, form, body.id, body.seen)
    saving = changed(work, form, before, body.fields, body.transition)
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


def _act(work: Work, body: Act) -> Key:
    task = cast("OpenTask | None", work.fact(TaskQuery(body.task)))
    if task is None or not _is_theirs(work, task):
        raise EngineError(problems.ABSENT.at())
    if task.approval is not None:
        return _decide(work, task.approval, body)
    action = task.actions.get(body.action)
    if action is None:
        raise EngineError(problems.NO_ACTION.at(key=body.action, known=", ".join(task.actions)))
    if action.transition is None and body.fields:
        raise EngineError([problems.NOTHING_TO_FILL.at(str(key)) for key in body.fields])
    close_task(work, task, body.action, work.command.actor)
    key = (task.app, task.form, task.record)
    if action.transition is not None:
        fired = Fire(*key, action.transition, body.fields, body.seen)
        key = fire(work, fired, action.fields, action.one_of)
    announce_done(work, task, body.action)
    return key


def _is_theirs(work: Work, task: OpenTask) -> bool:
    """Tell whether a task waits for the acting user: it is theirs, or they act for whom it waits for."""
    user = work.command.actor.user
    return user is not None and may_act_for(work, user, task.assignee, ())


def _decide(work: Work, approval: str, body: Act) -> Key:
    """Do what a task of an approval asks for."""
    if body.action not in ("approve", "reject"):
        raise EngineError(problems.NO_ACTION.at(key=body.action, known="approve, reject"))
    act: ApprovalActKind = "approve" if body.action == "approve" else "reject"
    return sign(work, Sign(approval, act, body.comment, fields=body.fields, seen=body.seen), changed, save)
