"""decide(): one command and the facts so far become a changeset, a refusal, or the questions still open. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from engine.catalog.apps import Catalog
from engine.decision import problems
from engine.decision.after_rules import run_rules
from engine.decision.approvals.people import may_act_for
from engine.decision.approvals.signing import pass_due, sign
from engine.decision.calls import take_answer
from engine.decision.changeset import Changeset
from engine.decision.changing import changed, create, delete, fire, update
from engine.decision.commands import (
    Act,
    ApprovalActKind,
    Body,
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
    Restore,
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
from engine.decision.importing.rows import import_row
from engine.decision.intakes import take_item
from engine.decision.making import keep_document
from engine.decision.pressing import press
from engine.decision.relocating import relocate
from engine.decision.restoring import restore
from engine.decision.saving import save
from engine.decision.tasks import announce_done, close_task
from engine.decision.undoing import undo
from engine.decision.work import Key, MissingFactsError, Parameters, Work
from engine.kernel.problems import EngineError, Problem

FIELDS = "fields"
"""Where a payload's fields stand in every input; problems of a field are found under it."""


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
        case Restore(app, form, id):
            queries.append(RecordQuery(app, form, id, deleted=True))
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
    return _CARRIED_OUT.get(type(body), handle_envelope)(work, body)


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


def _run_rules(work: Work, body: RunRules) -> Key:
    run_rules(work, body)
    return (body.app, body.form, body.record)


_CARRIED_OUT: Mapping[type[Body], Callable[[Work, Any], Key | None]] = {
    Create: create,
    Update: update,
    Delete: delete,
    Restore: restore,
    Fire: fire,
    Act: _act,
    Press: press,
    Sign: lambda work, body: sign(work, body, changed, save),
    PassDue: lambda work, body: pass_due(work, body, save),
    Relocate: relocate,
    UndoRun: undo,
    SendForSigning: send_for_signing,
    ImportRow: import_row,
    RunRules: _run_rules,
    TakeAnswer: take_answer,
    KeepDocument: keep_document,
    TakeItem: take_item,
}
"""Who carries out which command; those about envelopes that have been sent are handled together."""
