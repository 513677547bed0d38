"""The course of one rule over one record: its condition, its actions in their order, branches, waits, other rules.

Each run leaves what it saw and what it did.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from engine.decision.acting import KEYS, OF_THE_RECORD, Run, act
from engine.decision.before_change import old_values
from engine.decision.changeset import OutboxMessage, RuleRun
from engine.decision.commands import RunRules
from engine.decision.facts import RecordQuery
from engine.decision.firing_once import firing, may_fire
from engine.decision.happenings import event_json
from engine.decision.receipts import leave, sent
from engine.decision.rule_reading import read_for, read_for_each
from engine.decision.tables_asked import Asked
from engine.decision.timing import later, moment_by
from engine.decision.work import Around
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.kernel.values import Row
from engine.language.explaining import traced
from engine.language.templates import rows_of
from engine.rules import problems
from engine.rules.actions import Action, Branch, ForEach, ForRelated, RunOthers, Wait
from engine.rules.lengths import LengthDef
from engine.rules.rules import Event, Rule, old_fields

DEPTH = 5
WRITES = 200

GOING_ON = "continue"
"""The kind of the message by which a rule goes on after a wait."""

Way = Sequence[int | str]
"""Where an action stands: its number; inside of a branch that of the branch, ``then`` or ``else``, and its number."""


@dataclass
class _Course:
    """What has been done so far, and until when the rule waits."""

    run: Run
    done: list[str] = field(default_factory=list)
    until: Moment | None = None
    receipts: list[Json] = field(default_factory=list)


def run_one(run: Run, row: Row) -> bool:
    """Let a rule look at a record, and act where its condition holds; tell whether it does."""
    rule = run.rule
    fired = rule.when is None or rule.when.holds(row, run.around)
    run.hear(() if rule.when is None else [(rule.when, row)])
    course = _Course(run)
    if fired:
        _act_all(course, row, ())
    _note(course, row, fired=fired)
    return fired


def go_on(run: Run, row: Row, way: Way, steps: str | None) -> None:
    """Do what stands after a wait. ``steps`` are those that the rule had when it began to wait.

    EngineError where it has others by now: nobody can tell where to go on.
    """
    if steps_of(run.rule) != steps:
        raise EngineError(problems.CHANGED_WHILE_WAITING.at())
    course = _Course(run)
    _act_all(course, row, way)
    _note(course, row, fired=True)


def steps_of(rule: Rule) -> str:
    """Return the kinds of a rule's actions in their order: texts and values may change while it waits, these not."""
    return _steps(rule.then)


def _steps(actions: Iterable[Action]) -> str:
    return " ".join(_step(action) for action in actions)


def _step(action: Action) -> str:
    match action:
        case Branch(then=then, otherwise=otherwise):
            return f"if({_steps(then)}|{_steps(otherwise)})"
        case ForEach(do=do) | ForRelated(do=do):
            return f"for_each({_steps(do)})"
        case _:
            return KEYS[type(action)]


def _act_all(course: _Course, row: Row, way: Way) -> None:
    run = course.run
    if run.body.depth >= DEPTH:
        raise EngineError(problems.TOO_DEEP.at(rule=run.rule.key, limit=DEPTH))
    if not way:
        run.work.firings.extend(firing(run.work, run.body, run.rule))
    # A rule that this one runs keeps its own receipts.
    outer, run.work.receipts = run.work.receipts, course.receipts
    _go(course, run.rule.then, row, way, ())
    run.work.receipts = outer
    if len(run.work.writes) > WRITES:
        raise EngineError(problems.TOO_MANY_WRITES.at(rule=run.rule.key, limit=WRITES))


def _go(course: _Course, actions: Sequence[Action], row: Row, way: Way, here: tuple[int | str, ...]) -> bool:
    """Do actions from ``way`` on, each on the record as the one before has left it; tell whether the end was reached.

    ``here`` is where these actions stand. A branch is no action of its own: those of the way that is gone are.
    """
    run, gone = course.run, row.get("deleted_at") is not None
    first = int(way[0]) if way else 0
    for number, action in enumerate(actions[first:], first):
        current = row if gone else run.work.record(run.app.key, run.form.key, run.body.record)
        if current is None or (gone and isinstance(action, OF_THE_RECORD)):
            continue
        match action:
            case Branch():
                inside = way[1:] if number == first else ()
                side = str(inside[0]) if inside else _side(run, action, current)
                chosen = action.then if side == "then" else action.otherwise
                if not _go(course, chosen, current, inside[1:], (*here, number, side)):
                    return False
            case Wait():
                course.done.append(KEYS[type(action)])
                course.until = _wait(run, action, current, (*here, number + 1))
                return False
            case RunOthers():
                course.done.append(KEYS[type(action)])
                _run_others(run, action)
            case ForRelated():
                course.done.append(KEYS[type(action)])
                _for_related(course, action, current)
            case _:
                course.done.append(KEYS[type(action)])
                act(run, action, current)
    return True


def _side(run: Run, branch: Branch, row: Row) -> str:
    holds = branch.when.holds(row, run.around)
    run.hear([(branch.when, row)])
    return "then" if holds else "else"


def _wait(run: Run, action: Wait, row: Row, way: Way) -> Moment:
    """Leave a message that goes on there when the time has come, at once where it has; return when that is."""
    time = action.time
    if isinstance(time, LengthDef):
        until = later(run.work.now, time, run.around)
    else:
        run.hear([(time, row)])
        until = moment_by(time, time.evaluate(row, run.around), run.app.zone)
    if until is None:
        raise EngineError((problems.NO_WAIT if isinstance(time, LengthDef) else problems.NO_DAY_TO_WAIT_FOR).at())
    body = run.body
    payload = {
        "app": body.app,
        "form": body.form,
        "record": body.record,
        "rule": run.rule.key,
        "way": list(way),
        "steps": steps_of(run.rule),
        "event": {**body.event, "version": f"{body.event.get('version')}/{'.'.join(map(str, way))}"},
        "depth": body.depth,
        "old": None if body.old is None else dict(body.old),
        "by": run.work.command.actor.user,
    }
    message = OutboxMessage(run.work.next_id(), GOING_ON, payload, until)
    run.work.messages.append(message)
    leave(run.work, sent("wait", message.id))
    return until


def _run_others(run: Run, action: RunOthers) -> None:
    """Let other rules of the form look now, each as if by itself."""
    body = replace(run.body, depth=run.body.depth + 1, way=(), steps=None)
    others = (rule for rule in run.app.rules_of(run.form.key, before=False) if rule.key in action.rules)
    for rule in others:
        row = run.work.record(run.app.key, run.form.key, run.body.record)
        if row is not None and _looks(run, rule) and may_fire(run.work, body, rule):
            read_for(run.work, run.form, (row, run.around), [rule])
            run_one(replace(run, rule=rule, body=replace(body, rule=rule.key), asked=Asked()), row)


def _looks(run: Run, rule: Rule) -> bool:
    """Tell whether a rule looks today, and has what was before where it asks for that."""
    return rule.is_valid_on(run.around.today) and (run.old is not None or not old_fields(rule))


def _for_related(course: _Course, action: ForRelated, row: Row) -> None:
    """Do something for every related record, as if the rule ran on that one; all that is read of them at once."""
    run, aggregate = course.run, action.related.aggregate
    found = rows_of(action.related, row, run.around, WRITES)
    if found.total > WRITES:
        raise EngineError(problems.TOO_MANY_WRITES.at(rule=run.rule.key, limit=WRITES))
    form = run.work.form(aggregate.app, aggregate.form)
    keys = [RecordQuery(form.app, form.key, str(one["id"])) for one in found.rows]
    run.work.fetch(query for query in keys if (query.app, query.form, query.id) not in run.work.rows)
    read = [run.work.record(query.app, query.form, query.id) for query in keys]
    theirs = [one for one in read if one is not None]
    read_for_each(run.work, form, theirs, action.do, run.around.with_old(None))
    for one in theirs:
        run.work.saves += 1  # each may ask for as much as a save of its own
        body = replace(run.body, form=form.key, record=str(one["id"]), event=_of(one, run.body), old=None)
        inner = _Course(replace(run, form=form, body=body, old=None))
        _go(inner, action.do, one, (), ())


def _of(row: Row, body: RunRules) -> dict[str, Json]:
    """Return the event of a record to which nothing has happened but what led to the run."""
    pressed = {key: body.event[key] for key in ("button",) if key in body.event}
    return {**event_json(Event()), "version": f"{body.event.get('version')}/{row['version']}", **pressed}


def _note(course: _Course, row: Row, *, fired: bool) -> None:
    run = course.run
    work, rule = run.work, run.rule
    work.runs.append(
        RuleRun(
            id=work.next_id(),
            app=run.app.key,
            rule=rule.key,
            revision=run.app.revision,
            form=run.form.key,
            record=run.body.record,
            fired=fired,
            trace={
                "event": dict(run.body.event),
                "inputs": _inputs(rule, row),
                **({"old": old_values(old_fields(rule), run.old)} if old_fields(rule) else {}),
                "values": _values(rule, row, run.around) if fired and not run.body.way else [],
                **({"tables": run.asked.found} if run.asked.found else {}),
                "actions": course.done,
                **({"receipts": course.receipts} if fired else {}),
                **({"after_wait": True} if run.body.way else {}),
                **({} if course.until is None else {"waits_until": course.until}),
                **({"severity": rule.definition.severity} if rule.definition.severity else {}),
            },
            at=work.moment,
        )
    )


def _inputs(rule: Rule, row: Row) -> dict[str, Json]:
    """Return the fields that the condition read, in the engine's form."""
    if rule.when is None:
        return {}
    return {key: row.get(key) for key in sorted(rule.when.reads.fields) if not isinstance(row.get(key), tuple)}


def _values(rule: Rule, row: Row, around: Around) -> list[Json]:
    """Return the value of every part of the condition as ``[start, end, value]``, the whole first."""
    if rule.when is None:
        return []
    found = traced(rule.when, row, around)
    return [[*at, list(value) if isinstance(value, tuple) else value] for at, value in found]
