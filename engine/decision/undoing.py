"""Undoing a run of a rule: all that can be put back is put back in one decision, and what cannot is named. Pure.

What is put back is a change like any other, so rules look at it, but for the one whose run is undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from engine.catalog.apps import Catalog
from engine.decision import problems
from engine.decision.beginning import new_saving
from engine.decision.changeset import Actor, Note, OutboxMessage, RunUndone, TaskClosing
from engine.decision.commands import Command, NeedFacts, UndoRun
from engine.decision.effects import Effect, weigh
from engine.decision.facts import Facts, MessageQuery, PastRun, PersonQuery, RunQuery
from engine.decision.firing_once import fired_already
from engine.decision.pending import Saving
from engine.decision.persons import ADMIN, ENGINE
from engine.decision.receipts import UNDO
from engine.decision.rule_reading import read_for
from engine.decision.saving import save
from engine.decision.work import Key, MissingFactsError, Parameters, Work
from engine.forms.definitions import LedgerDef
from engine.forms.forms import Form
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.values import Row, Value
from engine.rules.rules import Rule

LONGEST = 500
"""How long the reason may be, in characters."""


@dataclass(frozen=True)
class Weighed:
    """What undoing a run would come to: what it did, and what stands against putting back what could be put back.

    ``acts_again`` tells whether the rule's condition holds once that is done: it acts when it looks next.
    """

    run: PastRun
    effects: tuple[Effect, ...]
    problems: tuple[Problem, ...]
    acts_again: bool


def undo(work: Work, body: UndoRun) -> Key:
    """Take back what a run did; EngineError with every effect that stays, unless what can be done is enough."""
    run = found_run(work, body)
    reason = body.reason.strip()
    if not reason or len(reason) > LONGEST:
        raise EngineError(problems.NO_REASON.at("reason", most=LONGEST))
    _refuse_what_is_over(run)
    effects = weigh(work, run)
    left = {number: one.problem for number, one in enumerate(effects) if one.problem is not None}
    if left and not body.partly:
        raise EngineError(problem.under(f"effects[{number}]") for number, problem in left.items())
    if all(one.standing != "back" for one in effects):
        raise EngineError(problems.NOTHING_LEFT.at())
    _Undoing(work, run, Actor(work.command.actor.user, run.rule), reason).do(effects)
    work.undone.append(RunUndone(run.id, work.command.actor, reason, tuple(left), work.moment))
    said = {"rule": run.rule, "form": run.form, "record": run.record, "reason": reason, "left": len(left)}
    work.notes.append(Note(run.app, "rule_run", run.id, UNDO, said))
    return (run.app, run.form, run.record)


def weighed(command: Command, catalog: Catalog, parameters: Parameters, facts: Facts) -> Weighed | NeedFacts:
    """Return what a run that kept receipts did, and what undoing it would come to; EngineError where it is absent."""
    work, body = Work(command, catalog, parameters, facts), cast("UndoRun", command.body)
    try:
        run = found_run(work, body)
        effects = weigh(work, run)
        found: tuple[Problem, ...] = ()
        if run.undone_at is not None:
            return Weighed(run, tuple(effects), found, acts_again=False)
        try:
            _Undoing(work, run, Actor(command.actor.user, run.rule), "").do(effects)
        except EngineError as error:
            found = error.problems
        return Weighed(run, tuple(effects), found, not found and _acts_again(work, run))
    except MissingFactsError as missing:
        return NeedFacts(missing.queries, work.saves)


def found_run(work: Work, body: UndoRun) -> PastRun:
    """Return a run of an app; EngineError (absent) where there is none, or it is not for who asks."""
    user = work.command.actor.user
    work.fetch((RunQuery(body.run), *((PersonQuery(user),) if user is not None else ())))
    person = None if user is None else work.person(user)
    run = cast("PastRun | None", work.fact(RunQuery(body.run)))
    may = user is None or (person is not None and (ENGINE, ADMIN) in person.held_roles)
    if not may or run is None or run.app != body.app or run.app not in work.catalog.apps:
        raise EngineError(problems.ABSENT.at())
    return run


def _refuse_what_is_over(run: PastRun) -> None:
    if run.undone_at is not None:
        raise EngineError(problems.ALREADY_UNDONE.at())
    if not run.fired:
        raise EngineError(problems.DID_NOTHING.at())
    if run.receipts is None:
        raise EngineError(problems.NO_RECEIPTS.at())
    if not run.receipts:
        raise EngineError(problems.DID_NOTHING.at())


@dataclass(frozen=True)
class _Undoing:
    """One run on its way to being undone, by whom and why."""

    work: Work
    run: PastRun
    actor: Actor
    reason: str

    def do(self, effects: Iterable[Effect]) -> None:
        """Put back what can be put back: messages and tasks first, then records, the last changed first."""
        work, doing = self.work, [one for one in effects if one.standing == "back"]
        for one in doing:
            if one.kind == "task":
                work.closed.append(TaskClosing(one.id, None, self.actor, work.moment))
        self._take_messages_back([one for one in doing if one.kind in ("notify", "call", "wait")])
        changed: dict[Key, list[Effect]] = {}
        for one in doing:
            if one.kind in ("field", "state", "held"):
                changed.setdefault(one.record, []).append(one)
        for key in reversed(changed):
            self._put_back(key, changed[key])
        for one in reversed(doing):
            if one.kind == "posting":
                self._reverse(one.record)
            elif one.kind == "record":
                self._put_away(one.record)
        rule = rule_of(work, self.run)
        if rule is not None:
            fired_already(work, rule, (self.run.app, self.run.form, self.run.record))

    def _take_messages_back(self, doing: list[Effect]) -> None:
        """Keep back what nobody has begun to deliver; who was told inside is told that it is undone."""
        work = self.work
        told: list[str] = []
        for one in doing:
            if one.kind == "wait" or work.fact(MessageQuery(one.id)) == "waiting":
                work.cancelled.append(one.id)
            else:
                told += one.people
        people = [id for id in dict.fromkeys(told) if id != self.actor.user]
        if not people:
            return
        rule = rule_of(work, self.run)
        labels = Text(self.run.rule, self.run.rule) if rule is None else rule.labels
        text = Text(f"已撤回“{labels.zh}”做的:{self.reason}", f"What “{labels.en}” did is undone: {self.reason}")
        about = {"app": self.run.app, "form": self.run.form, "record": self.run.record}
        payload = {"recipients": people, "text": text.as_json(), **about}
        work.messages.append(OutboxMessage(work.next_id(), "notify", payload, work.moment))

    def _saving(self, key: Key, row: Row, values: dict[str, Value], *, plain: bool) -> Saving:
        work = self.work
        return Saving(
            work=work,
            app=work.app(key[0]),
            form=work.form(*key[:2]),
            before=row,
            row={**row, **values},
            given=values,
            actor=self.actor,
            typed=False,
            plain=plain,
            reason=self.reason or None,
            undoes=(self.run.app, self.run.rule),
        )

    def _put_back(self, key: Key, effects: list[Effect]) -> None:
        row = cast("Row", self.work.record(*key))
        values = {one.key: one.before for one in effects}
        if "state" in values:
            values["state_since"] = self.work.moment
        ledger = self.work.form(*key[:2]).definition.ledger
        plain = values.keys() <= {"held", None if ledger is None else ledger.reversed_by}
        save(self._saving(key, row, values, plain=plain))

    def _put_away(self, key: Key) -> None:
        row = cast("Row", self.work.record(*key))
        save(self._saving(key, row, {"deleted_at": self.work.moment}, plain=True))

    def _reverse(self, key: Key) -> None:
        """Book the opposite of a posting, and say so on the posting where its ledger keeps that."""
        work, form = self.work, self.work.form(*key[:2])
        ledger, row = cast("LedgerDef", form.definition.ledger), cast("Row", work.record(*key))
        values = _copied(form, row)
        values |= {ledger.delta: -int(row[ledger.delta]), ledger.reference: f"undo:{self.run.id}:{key[2]}"}
        saving = new_saving(work, work.app(key[0]), form, values, self.actor, typed=False)
        saving.takes_back, saving.reason = True, self.reason or None
        save(saving)
        if ledger.reversed_by is not None:
            save(self._saving(key, row, {ledger.reversed_by: saving.key[2]}, plain=True))


def _copied(form: Form, row: Row) -> dict[str, Value]:
    """Return what a posting says of itself, for the one that takes it back."""
    own = (item.definition for item in form.live_fields())
    told = (one.key for one in own if one.computed is None and not one.set_by_system and not one.unique)
    return {key: row.get(key) for key in told}


def rule_of(work: Work, run: PastRun) -> Rule | None:
    """Return the rule of a run as it is now, if it is still there."""
    return next((rule for rule in work.app(run.app).rules if rule.key == run.rule), None)


def _acts_again(work: Work, run: PastRun) -> bool:
    """Tell whether the rule would act on its record as it is then; one that acts once only has done so."""
    rule = rule_of(work, run)
    row = work.record(run.app, run.form, run.record)
    if rule is None or row is None or not rule.definition.enabled or rule.definition.form != run.form:
        return False
    if rule.definition.once in ("record", "state") or not (rule.schedules or rule.deadline):
        return False
    around = work.surroundings(run.app, old=row)
    read_for(work, work.form(run.app, run.form), (row, around), [rule])
    return rule.when is None or rule.when.holds(row, around)
