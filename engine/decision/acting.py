"""What the actions of after-rules do: each changes the decision in the making, none does anything itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from engine.catalog.apps import App
from engine.decision import problems
from engine.decision.approvals.courses import is_under_way, start
from engine.decision.beginning import new_saving
from engine.decision.calls import place_call
from engine.decision.changeset import Actor, OutboxMessage, TaskAction, TaskOpening
from engine.decision.commands import RunRules
from engine.decision.envelopes.asking import ask_to_send
from engine.decision.holding import hold_entry, party_entry
from engine.decision.ledgers import Booking, book
from engine.decision.making import ask_for_document
from engine.decision.pending import Saving
from engine.decision.persons import look_up, recipients
from engine.decision.reading_ahead import read_rows_ahead
from engine.decision.receipts import leave, sent, task_opened
from engine.decision.saving import save
from engine.decision.tables_asked import Asked, Seen, evaluated, said
from engine.decision.telling import delivery_json, hundredths
from engine.decision.timing import moment_by
from engine.decision.words import render
from engine.decision.work import Around, Work
from engine.forms.forms import Form, lines_of
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row, Value
from engine.language.expressions import Expression
from engine.language.messages import Message
from engine.rules.actions import (
    AddTag,
    Call,
    Create,
    Done,
    Fire,
    ForEach,
    ForRelated,
    Hold,
    MakeDocument,
    Notify,
    OpenTask,
    Post,
    Refuse,
    Release,
    Reverse,
    RunOthers,
    SendForSigning,
    SetFields,
    Single,
    Source,
    StartApproval,
    Update,
    Wait,
    parts_of,
)
from engine.rules.rules import Rule, always_interrupts
from engine.rules.severities import graded


@dataclass(frozen=True)
class Run:
    """One rule on one record."""

    work: Work
    app: App
    form: Form
    rule: Rule
    body: RunRules
    old: Row | None = None
    asked: Asked = field(default_factory=Asked)

    @property
    def actor(self) -> Actor:
        """Who acts: the system, by this rule; where it is a button's, who has pressed it."""
        by = self.work.command.actor.user if "button" in self.body.event else None
        return Actor(by, self.rule.key)

    @cached_property
    def around(self) -> Around:
        """What the rule's expressions see around the record."""
        return self.work.surroundings(self.app.key, old=self.old)

    def hear(self, seen: Iterable[Seen]) -> None:
        """Keep what these expressions hear from decision tables; each is evaluated over its row now."""
        self.asked.hear(seen, self.app.decision_tables, self.around)


OF_THE_RECORD = (SetFields, AddTag, Fire, OpenTask, StartApproval, Hold, Release, MakeDocument, SendForSigning)
"""Actions on the record itself: they mean nothing once it is deleted."""


KEYS: Mapping[type[Single], str] = MappingProxyType(
    {
        Notify: "notify",
        OpenTask: "open_task",
        SetFields: "set",
        AddTag: "add_tag",
        Fire: "fire",
        Create: "create",
        Update: "update",
        Post: "post",
        Reverse: "reverse",
        ForEach: "for_each",
        ForRelated: "for_each",
        Hold: "hold",
        Release: "release",
        Call: "call",
        MakeDocument: "make_document",
        Refuse: "refuse",
        RunOthers: "run",
        Wait: "wait_for",
        StartApproval: "start_approval",
        SendForSigning: "send_for_signing",
    }
)
"""How actions are called where rules are written."""


def act(run: Run, action: Done, row: Row) -> None:
    """Do one action on the record as it stands."""
    match action:
        case Notify():
            _notify(run, action, row)
        case OpenTask():
            _open_task(run, action, row)
        case SetFields() | AddTag():
            save(_child(run, row, _set(run, action, row)))
        case Fire():
            fire_by_rule(run, action, row)
        case Create() | Update():
            kept = _write(run, action, row)
            if kept and row.get("deleted_at") is None:
                save(_child(run, row, kept))
        case Post() | Reverse():
            run.hear((part, row) for part in parts_of(action))
            book(Booking(run.work, run.around, run.actor, run.body.depth), action, row, save)
        case ForEach():
            _for_each(run, action, row)
        case StartApproval():
            _start_approval(run, action, row)
        case Hold() | Release():
            _hold_or_let_go(run, action, row)
        case Call():
            place_call(run, action, row)
        case MakeDocument() | SendForSigning():
            _ask_for_paper(run, action, row)
        case Refuse():  # the checker lets it stand in before-rules only
            raise EngineError(problems.NOT_ALLOWED.at())


def _ask_for_paper(run: Run, action: MakeDocument | SendForSigning, row: Row) -> None:
    if isinstance(action, MakeDocument):
        ask_for_document(run, action, row)
    else:
        ask_to_send(run, action, row)


def _for_each(run: Run, action: ForEach, row: Row) -> None:
    around = run.work.surroundings(run.app.key)
    kept: dict[Value, dict[str, Value]] = {}
    for line in lines_of(row, action.lines):
        if action.where is not None:
            run.hear([(action.where, line)])
            if not action.where.holds(line, around):
                continue
        for item in action.do:
            kept.setdefault(line["id"], {}).update(_write(run, item, line))
    current = run.work.record(run.app.key, run.form.key, run.body.record)
    if any(kept.values()) and current is not None:
        lines = tuple({**line, **kept.get(line["id"], {})} for line in current[action.lines])
        save(_child(run, current, {action.lines: lines}))


def _write(run: Run, action: Create | Update, row: Row) -> Mapping[str, Value]:
    """Make or change another record; return the references of this one, or of its line, that lead to it from now on."""
    if isinstance(action, Update):
        _update(run, action, row)
        return {}
    if action.into is not None and row.get(action.into) is not None:
        return {}
    made = _create(run, action, row)
    return {} if action.into is None else {action.into: made}


def _notify(run: Run, action: Notify, row: Row) -> None:
    """Tell those whom it concerns, and those in copy that it is for information; nobody is told twice."""
    people = recipients(run.work, run.form, action.to, row)
    copied = tuple(id for id in recipients(run.work, run.form, action.copy, row) if id not in people)
    text = graded(_rendered(run, row, action.text), run.rule.definition.severity)
    ways = _ways(run, action, row)
    _tell(run, people, text, row, ways)
    _tell(run, copied, Text(f"抄送:{text.zh}", f"Copy: {text.en}"), row, ways)


def _ways(run: Run, action: Notify, row: Row) -> Json:
    """Return how a notification goes out, with what is at stake; null where nobody is told outside."""
    if action.amount is not None:
        run.hear([(action.amount, row)])
    at_stake = None if action.amount is None else hundredths(action.amount, action.amount.evaluate(row, run.around))
    return delivery_json(action.delivery, run.app.zone, is_urgent=always_interrupts(run.rule), amount=at_stake)


def _rendered(run: Run, row: Row, message: Message) -> Text:
    around = run.around
    read_rows_ahead(run.work, around, row, message.each)
    run.hear(said(message, row, around))
    return render(run.work, run.app.key, row, message, around)


def _tell(run: Run, people: Sequence[str], text: Text, row: Row, ways: Json) -> None:
    if not people:
        return
    payload: dict[str, Json] = {
        "recipients": list(people),
        "text": text.as_json(),
        "app": run.app.key,
        "form": run.form.key,
        "record": row["id"],
    }
    if ways is not None:
        payload |= {"rule": run.rule.key, "delivery": ways}
    message = OutboxMessage(run.work.next_id(), "notify", payload, run.work.moment)
    run.work.messages.append(message)
    outside = [] if ways is None else list(ways["channels"])
    leave(run.work, sent("notify", message.id, to=list(people), by=outside))


def _open_task(run: Run, action: OpenTask, row: Row) -> None:
    """Open the task, once for an event; not where the record has already gone on from the state that asks for it."""
    entered = run.body.event["entered"]
    if entered is not None and row.get("state") != entered:
        return
    title = _rendered(run, row, action.title)
    actions = tuple(
        TaskAction(item.key, item.labels, item.transition, item.fields, item.one_of) for item in action.actions
    )
    due = None if action.due is None else _moment(run, action.due, row)
    for person in recipients(run.work, run.form, action.to, row):
        event = f"{row['id']}:{run.body.event['version']}"
        run.work.opened.append(
            opened := TaskOpening(
                id=run.work.next_id(),
                key=action.key,
                app=run.app.key,
                form=run.form.key,
                record=str(row["id"]),
                assignee=person,
                title=title,
                actions=actions,
                dedupe=f"{run.app.key}:{run.rule.definition.uid}:{action.key}:{event}:{person}",
                opened_at=run.work.moment,
                due_at=due,
                state=row.get("state"),
                priority=action.priority,
            )
        )
        leave(run.work, task_opened(opened))


def _start_approval(run: Run, action: StartApproval, row: Row) -> None:
    flow = run.app.workflows.get(run.form.key)
    approval = None if flow is None else flow.approvals.get(action.approval)
    if approval is not None and not is_under_way(run.work, run.form, row, action.approval):
        start(_child(run, row, {}), approval, save)


def _moment(run: Run, due: Expression, row: Row) -> int | None:
    run.hear([(due, row)])
    return moment_by(due, due.evaluate(row, run.around), run.app.zone)


def _hold_or_let_go(run: Run, action: Hold | Release, row: Row) -> None:
    if isinstance(action, Hold):
        _hold(run, action, row)
    elif row.get("held") is not None:
        save(_child(run, row, {"held": None}, plain=True))


def _hold(run: Run, action: Hold, row: Row) -> None:
    """Hold the record; one that is held already stays as it is, and one that has come to its end is left alone."""
    flow = run.app.workflows.get(run.form.key)
    if row.get("held") is not None or (flow is not None and flow.is_closed(row.get("state"))):
        return
    around = run.around
    reason = _rendered(run, row, action.reason)
    run.hear((party.when, row) for party in action.parties if party.when is not None)
    asked = [party.persons for party in action.parties if party.when is None or party.when.holds(row, around)]
    look_up(run.work, run.form, ((person, row) for party in asked for person in party))
    parties = [party_entry(run.work, run.form, party, row) for party in asked]
    entry = hold_entry(reason, run.rule.key, parties, run.work.moment)
    save(_child(run, row, {"held": entry}, plain=True))


def _update(run: Run, action: Update, row: Row) -> None:
    """Set fields of the record at the end of the way; nothing where a reference on it is blank or its record gone."""
    here: Row | None = row
    for step in action.way:
        id = None if here is None else here.get(step.reference)
        here = run.work.record(step.app, step.form, str(id)) if id else None
    if here is None:
        return
    target = action.way[-1]
    app, form = run.work.app(target.app), run.work.form(target.app, target.form)
    save(_saving(run, app, form, here, _values(run, action.fields, row)))


def _saving(run: Run, app: App, form: Form, before: Row, values: Mapping[str, Value]) -> Saving:
    """Return the save of a record with these values, by the rule."""
    return Saving(
        work=run.work,
        app=app,
        form=form,
        before=before,
        row={**before, **values},
        given=values,
        actor=run.actor,
        typed=False,
        depth=run.body.depth + 1,
        reason=run.rule.key,
    )


def _child(run: Run, row: Row, values: Mapping[str, Value], fire: str | None = None, *, plain: bool = False) -> Saving:
    """Return the save of the run's own record, with these values, by the rule."""
    flow = run.app.workflows.get(run.form.key)
    transition = flow.transitions[fire] if flow and fire else None
    saving = _saving(run, run.app, run.form, row, values)
    saving.transition, saving.plain = transition, plain
    return saving


def _values(run: Run, sources: Mapping[str, Source], row: Row) -> dict[str, Value]:
    around = run.around
    run.hear((expression, row) for expression in evaluated(sources.values()))
    return {key: source.evaluate(row, around) for key, source in sources.items()}


def _set(run: Run, action: SetFields | AddTag, row: Row) -> Mapping[str, Value]:
    if isinstance(action, SetFields):
        return _values(run, action.fields, row)
    chosen = {action.tag, *(row.get(action.field) or ())}
    return {action.field: tuple(option for option in action.options if option in chosen)}


def fire_by_rule(run: Run, action: Fire, row: Row) -> None:
    """Fire a transition of the run's record; one that its state or its hold does not let start is left alone."""
    flow = run.app.workflows.get(run.form.key)
    if flow is None or not flow.may_start(flow.transitions[action.transition], row.get("state")):
        return
    definition, held = flow.transitions[action.transition].definition, row.get("held") is not None
    if definition.releases and not held:
        return
    if held and not (definition.releases or definition.while_held):
        return
    save(_child(run, row, _values(run, action.fields, row), action.transition))


def _create(run: Run, action: Create, row: Row) -> Value:
    """Make a record of a form; return its id."""
    app, form = run.work.app(action.app), run.work.form(action.app, action.form)
    values = _values(run, action.fields, row)
    return save(new_saving(run.work, app, form, values, run.actor, typed=False, depth=run.body.depth + 1))["id"]
