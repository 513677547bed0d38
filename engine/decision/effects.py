"""What a run did and how each of it stands now: it can be put back, is as before already, or stays for a reason. Pure.

Nothing is changed here; ``engine.decision.undoing`` does what can be done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from engine.decision import problems
from engine.decision.facts import Changes, ChangesQuery, MessageQuery, PastRun, Query, RecordQuery, TaskEndQuery
from engine.decision.receipts import Written, records_written
from engine.decision.work import Key, Work
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem, ProblemKind
from engine.kernel.values import Row, Value

Kind = Literal["field", "state", "held", "record", "posting", "task", "notify", "call", "wait"]
Standing = Literal["back", "as_before", "stays"]

STAMPS = frozenset(("id", "version", "state_since", "created_at", "created_by", "updated_at", "updated_by"))
MARKED = ("notify", "call", "wait")


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a run did to ``record``, and how it stands.

    ``key`` is a field, a task or a connector's operation; ``before`` and ``after`` what the run found and what it made
    of it. ``id`` is that of a task or a message, ``people`` whom it went to. ``problem`` says why it ``stays``.
    """

    kind: Kind
    record: Key
    standing: Standing
    key: str = ""
    before: Value = None
    after: Value = None
    id: str = ""
    people: tuple[str, ...] = ()
    problem: Problem | None = None


def weigh(work: Work, run: PastRun) -> list[Effect]:
    """Return everything that a run did, in order: records first, then tasks and messages."""
    listed = list(records_written(run.receipts))
    marks = [one for one in run.receipts if one["did"] in (*MARKED, "task")]
    work.fetch([*_asked(work, listed), *map(_standing_of, marks)])
    effects = [effect for one in listed for effect in _of_record(work, one)]
    return effects + [_of_mark(work, run, one) for one in marks]


def _asked(work: Work, listed: list[Written]) -> Iterator[Query]:
    for one in listed:
        if work.catalog.form(*one.record[:2]) is not None:
            yield RecordQuery(*one.record)
            yield ChangesQuery(*one.record, one.versions)


def _standing_of(mark: Json) -> Query:
    return TaskEndQuery(mark["id"]) if mark["did"] == "task" else MessageQuery(mark["id"])


def _stays(kind: Kind, record: Key, problem: ProblemKind, key: str = "") -> Effect:
    return Effect(kind, record, "stays", key, problem=problem.at())


def _of_record(work: Work, one: Written) -> Iterator[Effect]:
    app, key, id = one.record
    form = work.catalog.form(app, key)
    if form is None:
        yield _stays("record" if one.new else "field", one.record, problems.GONE_SINCE)
        return
    row = work.record(app, key, id)
    if one.new:
        yield _made(form, one, row)
        return
    changes = cast("Changes | None", work.fact(ChangesQuery(*one.record, one.versions)))
    if row is None or changes is None:
        yield _stays("field", one.record, problems.GONE_SINCE if row is None else problems.ERASED_SINCE)
        return
    yield from _altered(form, one.record, row, changes)


def _made(form: Form, one: Written, row: Row | None) -> Effect:
    """Return how a record that the run made stands: a posting is never taken away, but taken back by its opposite."""
    ledger = form.definition.ledger
    if row is None:
        return Effect("record" if ledger is None else "posting", one.record, "as_before")
    if ledger is not None:
        reversed_by = None if ledger.reversed_by is None else row.get(ledger.reversed_by)
        delta = row.get(ledger.delta)
        return Effect("posting", one.record, "back" if reversed_by is None else "as_before", ledger.delta, None, delta)
    if row["version"] != one.versions[-1]:
        return _stays("record", one.record, problems.EDITED_SINCE)
    if row.get("held") is not None:
        return _stays("record", one.record, problems.HELD_SINCE)
    return Effect("record", one.record, "back")


def _altered(form: Form, record: Key, row: Row, changes: Changes) -> Iterator[Effect]:
    """Go through what became another in a record: its state, its hold, and the fields that are not worked out."""
    held = _held(record, row, changes) if "held" in changes.after else None
    for key in sorted(changes.after.keys() | changes.erased):
        if key in STAMPS or key in ("held", "deleted_at"):
            continue
        if key == "state":
            yield _moved(record, row, changes, held)
            continue
        item = form.fields.get(key)
        if item is not None and item.definition.computed is not None:
            continue
        yield _field(form, record, row, changes, key)
    if held is not None:
        yield held


def _field(form: Form, record: Key, row: Row, changes: Changes, key: str) -> Effect:
    item = form.fields.get(key)
    labels = SYSTEM_LABELS.get(key) if item is None else item.labels
    if labels is None or (item is not None and item.definition.retired) or key in changes.erased:
        return _stays("field", record, problems.ERASED_SINCE, key)
    before, after = changes.before.get(key), changes.after[key]
    if row.get(key) == before:
        return Effect("field", record, "as_before", key, before, after)
    if row.get(key) == after:
        return Effect("field", record, "back", key, before, after)
    problem = problems.CHANGED_SINCE.at(label_zh=labels.zh, label_en=labels.en)
    return Effect("field", record, "stays", key, before, after, problem=problem)


def _held(record: Key, row: Row, changes: Changes) -> Effect:
    """Return how a hold, or a letting go, stands; a hold to which some have agreed is still the same one."""
    before, after, now = changes.before.get("held"), changes.after["held"], row.get("held")
    if now == before:
        return Effect("held", record, "as_before", "held", before, after)
    same = now == after or (
        isinstance(now, dict)
        and isinstance(after, dict)
        and (now["since"], now["rule"]) == (after["since"], after["rule"])
    )
    if same:
        return Effect("held", record, "back", "held", before, after)
    if before is None and now is None:
        return Effect("held", record, "as_before", "held", before, after)
    labels = SYSTEM_LABELS["held"]
    problem = problems.CHANGED_SINCE.at(label_zh=labels.zh, label_en=labels.en)
    return Effect("held", record, "stays", "held", before, after, problem=problem)


def _moved(record: Key, row: Row, changes: Changes, held: Effect | None) -> Effect:
    before, after = changes.before.get("state"), changes.after["state"]
    if row.get("state") == before:
        return Effect("state", record, "as_before", "state", before, after)
    if (row.get("state"), row.get("state_since")) != (after, changes.after.get("state_since")):
        return Effect("state", record, "stays", "state", before, after, problem=problems.MOVED_SINCE.at())
    if row.get("held") is not None and (held is None or held.standing != "back"):
        return Effect("state", record, "stays", "state", before, after, problem=problems.HELD_SINCE.at())
    return Effect("state", record, "back", "state", before, after)


def _of_mark(work: Work, run: PastRun, mark: Json) -> Effect:
    record: Key = tuple(mark["of"]) if "of" in mark else (run.app, run.form, run.record)
    stands, id = work.fact(_standing_of(mark)), mark["id"]
    match mark["did"]:
        case "task":
            found: Standing = {"open": "back", "done": "stays"}.get(str(stands), "as_before")  # type: ignore[assignment]
            done = problems.DONE_SINCE.at() if found == "stays" else None
            return Effect("task", record, found, mark["key"], id=id, people=tuple(mark["to"]), problem=done)
        case "notify":
            outside = bool(mark["by"]) and stands != "waiting"
            told = problems.TOLD_OUTSIDE.at() if outside else None
            people = tuple(mark["to"])
            return Effect("notify", record, "stays" if outside else "back", id=id, people=people, problem=told)
        case "call":
            called = None if stands == "waiting" else problems.CALLED_SINCE.at(connector=mark["connector"])
            key = f"{mark['connector']}.{mark['operation']}"
            return Effect("call", record, "stays" if called else "back", key, id=id, problem=called)
        case _:
            return Effect("wait", record, "as_before" if stands == "gone" else "back", id=id)
