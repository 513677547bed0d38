"""The runs of an app's rules, for administrators: finding them, reading one, and undoing what it did."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from engine.catalog.tables import ColumnSpec
from engine.decision.changeset import Actor
from engine.decision.commands import NeedFacts, UndoRun
from engine.decision.facts import Facts, PersonQuery
from engine.decision.problems import ABSENT
from engine.decision.undoing import Weighed, weighed
from engine.kernel.canonical import digest
from engine.kernel.clocks import day_number, moment_number, moment_text, start_of_day
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import StorageKind
from engine.runtime.desk import Desk
from engine.runtime.drafting import current_of
from engine.runtime.reading import Reading
from engine.runtime.repeating import once
from engine.runtime.rule_looks import action_keys, said
from engine.runtime.runs import problems
from engine.runtime.runs.details import Told, parts_of_run
from engine.runtime.runs.views import (
    OUTCOMES,
    Outcome,
    RunDetail,
    RunItem,
    RunPage,
    UndoneView,
    Wanted,
)
from engine.runtime.runs.wording import UNSEEN, Sight
from engine.runtime.views import Viewer
from engine.storage import rule_runs
from engine.storage.cursors import Cursor, read_cursor, write_cursor
from engine.storage.rule_runs import FoundRun, Sought

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.kernel.clocks import Moment

MOST_DIGITS = 9
_AT = ColumnSpec("at", StorageKind.DATETIME, Text("", ""))


class Runs:
    """What rules did, one look after the other; for all but administrators there is nothing."""

    def __init__(self, desk: Desk) -> None:
        """Read and write through ``desk``."""
        self._desk = desk
        self._execution = desk.execution

    def list(self, viewer: Viewer, app: str, wanted: Wanted, limit: int = 50, after: str | None = None) -> RunPage:
        """Return one page of the runs that are wanted, the newest first.

        EngineError: absent for who may not ask, and every mistake in what is wanted (RUN-066, PAST-002, STORE-040).
        """
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
            sought, place = _sought(reading, app, wanted), None
            if after is not None:
                cursor = read_cursor(after, "at", descending=True, column=_AT)
                place = (int(cursor.value or 0), cursor.id)
            found = rule_runs.page(reading.connection, sought, limit + 1, place)
            kept, last = found[:limit], found[limit - 1] if len(found) > limit else None
            sight = Sight(reading)
            sight.look_up([(app, run.form, run.record) for run in kept])
            reading.fetch(PersonQuery(run.undone["by"]) for run in kept if run.undone and run.undone["by"])
            following = None if last is None else write_cursor(Cursor("at", True, last.at, last.id))
            return RunPage(tuple(_item(sight, app, run) for run in kept), following)

    def read(self, viewer: Viewer, app: str, id: str) -> RunDetail:
        """Return one run with all that it saw and did, and what undoing it comes to; absent where it is not there."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
            found = rule_runs.one(reading.connection, app, id) if is_uuid(id) else None
            if found is None:
                raise EngineError(ABSENT.at())
            sight = Sight(reading)
            told = parts_of_run(sight, app, found)
            return self._detail(sight, _item(sight, app, found), told, found)

    def _detail(self, sight: Sight, item: RunItem, told: Told, found: FoundRun) -> RunDetail:
        kept = RunDetail(item, told.event, told.inputs, told.before, told.condition, told.tables, None)
        receipts = found.trace.get("receipts")
        if not found.fired or receipts is None:
            return kept
        weighing = self._weighed(sight.reading, found, item.record.app)
        sight.look_up([one.record for one in weighing.effects])
        return RunDetail(
            item,
            told.event,
            told.inputs,
            told.before,
            told.condition,
            told.tables,
            tuple(map(sight.effect, weighing.effects)),
            weighing.problems,
            acts_again=weighing.acts_again,
        )

    def _weighed(self, reading: Reading, found: FoundRun, app: str) -> Weighed:
        """Return what the run did and how it stands, decided on what there is; nothing is written."""
        execution, viewer = self._execution, reading.viewer
        command = execution.command(Actor(viewer.id), UndoRun(app, found.id, ""))

        def step(facts: Facts) -> Weighed | NeedFacts:
            return weighed(command, reading.catalog, reading.current.parameters, facts)

        return execution.settle(reading.connection, reading.current, command, step)

    def undo(
        self,
        viewer: Viewer,
        app: str,
        id: str,
        reason: str,
        *,
        partly: bool = False,
        idempotency_key: str | None = None,
    ) -> RunDetail:
        """Undo a run and return it; with an idempotency key, the same request again answers as the first one.

        EngineError: absent for who may not, or as ``engine.decision.undoing.undo`` says.
        """
        body = UndoRun(app, id if is_uuid(id) else "", reason, partly)
        self._execution.attempt(lambda connection: self._undo(connection, viewer, body, idempotency_key))
        return self.read(viewer, app, id)

    def _undo(self, connection: Connection, viewer: Viewer, body: UndoRun, key: str | None) -> None:
        command = self._execution.command(Actor(viewer.id), body)

        def do() -> str:
            self._execution.within(connection, command)
            return body.run

        def request() -> str:
            return digest({"undo": body.run, "app": body.app, "reason": body.reason, "partly": body.partly})

        once(connection, viewer.id, key, request, command.moment, do)


def _sought(reading: Reading, app: str, wanted: Wanted) -> Sought:
    if wanted.outcome is not None and wanted.outcome not in OUTCOMES:
        known = ", ".join(OUTCOMES)
        raise EngineError(problems.NO_OUTCOME.at("outcome", got=wanted.outcome[:40], known=known))
    since, until = _period(wanted, reading.app(app).zone)
    revision = wanted.revision
    if revision is not None and not (revision.isascii() and revision.isdecimal() and len(revision) <= MOST_DIGITS):
        raise EngineError(problems.NO_NUMBER.at("revision", got=revision[:40]))
    number = None if revision is None else int(revision)
    return Sought(app, wanted.rule, wanted.form, wanted.record, wanted.outcome, since, until, number)


def _period(wanted: Wanted, zone: str) -> tuple[Moment | None, Moment | None]:
    """Return the first moment of the period and the first one behind it."""
    days: list[Moment | None] = []
    for name, text, later in (("first", wanted.first, 0), ("last", wanted.last, 1)):
        try:
            days.append(None if text is None else _moment(text, later, zone))
        except (ValueError, OverflowError) as error:
            raise EngineError(problems.NO_DAY.at(name, got=(text or "")[:40])) from error
    return days[0], days[1]


def _moment(text: str, later: int, zone: str) -> Moment:
    """Return the moment that is written, or the first one of a day, so many days later."""
    if "T" in text:
        return moment_number(datetime.fromisoformat(text))
    return start_of_day(day_number(date.fromisoformat(text)) + later, zone)


def _outcome(run: FoundRun) -> Outcome:
    if run.undone_at is not None:
        return "undone"
    if run.trace.get("problems"):
        return "failed"
    return "acted" if run.fired else "idle"


def _item(sight: Sight, app: str, run: FoundRun) -> RunItem:
    key = (app, run.form, run.record)
    rule = next((rule for rule in sight.reading.app(app).rules if rule.key == run.rule), None)
    hidden = sight.hidden(key)
    error = None
    if run.trace.get("problems"):
        error = UNSEEN if hidden is None else said(run.trace["problems"], hidden)
    return RunItem(
        id=run.id,
        rule=run.rule,
        labels=Text(run.rule, run.rule) if rule is None else rule.labels,
        revision=run.revision,
        record=sight.ref(key),
        at=moment_text(run.at),
        outcome=_outcome(run),
        actions=action_keys(run.trace),
        error=error,
        undone=_undone(sight.reading, run),
        after_wait=run.trace.get("after_wait", False),
        waits_until=moment_text(run.trace["waits_until"]) if "waits_until" in run.trace else None,
    )


def _undone(reading: Reading, run: FoundRun) -> UndoneView | None:
    if run.undone_at is None or run.undone is None:
        return None
    by = run.undone["by"]
    person = reading.person(by) if by else None
    shown = person.display_name if person else None
    return UndoneView(moment_text(run.undone_at), by, shown, run.undone["reason"], len(run.undone["left"]))
