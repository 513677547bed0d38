"""Moving many records from state to state, and back: for administrators who take a state out of a workflow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.catalog.apps import App
from engine.decision.changeset import Actor, Note
from engine.decision.commands import Command, Relocate
from engine.decision.facts import RecordQuery
from engine.decision.problems import ABSENT
from engine.decision.words import title_of
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import is_uuid, uuid7
from engine.kernel.problems import EngineError, Nature, Problem, Text
from engine.runtime import problems
from engine.runtime.desk import Desk
from engine.runtime.drafting import current_of
from engine.runtime.execution import Execution
from engine.runtime.granting import authorship
from engine.runtime.views import Viewer
from engine.storage import directory, journal, relocations
from engine.storage.form_tables import FormTables
from engine.storage.relocations import Relocation
from engine.workflows.problems import NO_SUCH_STATE, NOT_A_PLACE

if TYPE_CHECKING:
    from sqlalchemy import Connection

CHUNK = 100
"""Records in one transaction: few enough that whoever writes waits no more than some hundredths of a second."""

EXAMPLES = 10
SUBJECT = "relocation"

Progress = Callable[[int], object]
"""Told how many records are done."""


@dataclass(frozen=True)
class StateCount:
    """A state of a form and how many records are in it."""

    key: str
    labels: Text
    retired: bool
    records: int


@dataclass(frozen=True)
class RelocationView:
    """A move of many records as it is shown; ``moves`` are pairs of labels."""

    id: str
    form: str
    moves: tuple[tuple[Text, Text], ...]
    reason: str
    by: str
    at: str
    moved: int
    is_back: bool


@dataclass(frozen=True)
class PassedOver:
    """A record that a move has left where it is, and why; without problems it had gone on meanwhile."""

    id: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Moved:
    """What a move has come to: how many records it moved, how many it passed over, and the first of these.

    ``left`` are those that it has not come to yet, because it was bounded: sent again, it goes on with them.
    """

    id: str
    moved: int
    passed: int = 0
    first_passed: tuple[PassedOver, ...] = ()
    left: int = 0


class Relocations:
    """Moves of many records, for administrators; for all others there is nothing."""

    def __init__(self, desk: Desk) -> None:
        """Read and write through ``desk``."""
        self._desk = desk

    def states(self, viewer: Viewer, app: str) -> Mapping[str, tuple[StateCount, ...]]:
        """Return the states of every form that has some, by form, with how many records are in each."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
        return states(self._desk.execution, app)

    def form_labels(self, viewer: Viewer, app: str) -> Mapping[str, Text]:
        """Return what the forms are called that have states, by key."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
            found = reading.app(app)
            return {form: found.forms[form].definition.labels for form in found.workflows}

    def examples(self, viewer: Viewer, app: str, form: str, state: str) -> tuple[tuple[str, str], ...]:
        """Return ids and titles of the first records in a state that the viewer may read."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
            tables = reading.current.tables.get((app, form))
            ids = relocations.in_state(reading.connection, tables, state, None, EXAMPLES) if tables else []
            reading.fetch(RecordQuery(app, form, id) for id in ids)
            titles = ((id, title_of(reading, app, form, id, viewer.language)) for id in ids)
            return tuple((id, title) for id, title in titles if title)

    def move(
        self, viewer: Viewer, app: str, form: str, moves: Mapping[str, str], reason: str, progress: Progress = int
    ) -> Moved:
        """Move the records of these states to others; see ``move``."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
        return move(self._desk.execution, Actor(viewer.id), app, form, moves, reason, progress)

    def back(self, viewer: Viewer, app: str, id: str, reason: str, most: int | None = None) -> Moved:
        """Move back what a move has moved, so many at most; see ``back``."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
        return back(self._desk.execution, Actor(viewer.id), app, id, reason, most)

    def listed(self, viewer: Viewer, app: str) -> tuple[RelocationView, ...]:
        """Return the latest moves of an app."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
            found = relocations.of_app(reading.connection, app)
            names = {user.id: user.display_name for user in directory.users(reading.connection)}
            flows = reading.app(app).workflows
        labels = {(form, key): one.labels for form, flow in flows.items() for key, one in flow.states.items()}
        return tuple(_view(one, names, labels) for one in found)


def _view(one: Relocation, names: Mapping[str, str], labels: Mapping[tuple[str, str], Text]) -> RelocationView:
    def said(key: str) -> Text:
        return labels.get((one.form, key), Text(key, key))

    pairs = ((target, origin) if one.back_of else (origin, target) for origin, target in one.moves.items())
    moves = tuple((said(first), said(last)) for first, last in pairs)
    by = names.get(one.user_id or "", "")
    return RelocationView(one.id, one.form, moves, one.reason, by, moment_text(one.at), one.moved, bool(one.back_of))


def states(execution: Execution, key: str) -> Mapping[str, tuple[StateCount, ...]]:
    """Return the states of every form of an app that has some, by form; EngineError (absent) where there is no app."""
    with execution.database.read() as connection:
        current = execution.catalogs.current(connection)
        app = _app(current.catalog.apps, key)
        found: dict[str, tuple[StateCount, ...]] = {}
        for form, flow in app.workflows.items():
            counted = relocations.counts(connection, current.tables[key, form])
            found[form] = tuple(
                StateCount(one.key, one.labels, one.retired, counted.get(one.key, 0)) for one in flow.states.values()
            )
        return found


def _app(apps: Mapping[str, App], key: str) -> App:
    if key not in apps:
        raise EngineError(ABSENT.at())
    return apps[key]


def move(
    execution: Execution,
    actor: Actor,
    app: str,
    form: str,
    moves: Mapping[str, str],
    reason: str,
    progress: Progress = int,
) -> Moved:
    """Move the records of these states to others, some at a time; return the move with how many there were.

    Each is a change of state of its own, in its history and in the log of states. No rule looks at it, so that nobody
    is told a thousand times; approvals of the state that is left are over, and those of the other one begin. Ended on
    the way, the same move goes on with the rest. EngineError where a state is not there, or takes no records.
    """
    _check(execution, app, form, moves, reason)
    one = _begun(execution, actor, app, form, moves, reason, None)
    carried = _Carried()
    for origin, target in moves.items():

        def bodies(after: str | None, origin: str = origin, target: str = target) -> list[Relocate]:
            with execution.database.read() as connection:
                tables = _tables(execution, app, form)
                ids = relocations.in_state(connection, tables, origin, after, CHUNK)
            return [Relocate(app, form, id, origin, target, one.id) for id in ids]

        _carry_out(execution, actor, one.id, _chunks(bodies), carried, progress)
    return carried.as_moved(one.id)


def back(
    execution: Execution,
    actor: Actor,
    app: str,
    id: str,
    reason: str,
    most: int | None = None,
    progress: Progress = int,
) -> Moved:
    """Move back the records that a move has moved and that have not gone on since; return this move of its own.

    At most ``most`` are taken (None: all): those that are left are moved back when this is done again.
    """
    with execution.database.read() as connection:
        was = relocations.by_id(connection, id) if is_uuid(id) else None
    if was is None or was.app != app:
        raise EngineError(ABSENT.at())
    _check(execution, app, was.form, {}, reason)
    _check_known(execution, app, was.form, was.moves)
    one = _begun(execution, actor, app, was.form, was.moves, reason, was.id)

    tables = _tables(execution, app, was.form)
    with execution.database.read() as connection:
        there = relocations.count_to_move_back(connection, tables, was.id)
        gone, first_gone = relocations.gone_on(connection, tables, was.id, EXAMPLES)
    rest = there if most is None else min(there, most)

    def bodies(after: str | None) -> list[Relocate]:
        nonlocal rest
        with execution.database.read() as connection:
            found = relocations.to_move_back(connection, tables, was.id, after, min(CHUNK, rest))
        rest -= len(found)
        return [Relocate(app, was.form, record, target, origin, one.id, was.id) for record, origin, target in found]

    carried = _Carried()
    _carry_out(execution, actor, one.id, _chunks(bodies), carried, progress)
    carried.pass_over(gone, first_gone)
    return carried.as_moved(one.id, left=there - min(there, most if most is not None else there))


def _chunks(bodies: Callable[[str | None], list[Relocate]]) -> Iterator[list[Relocate]]:
    after: str | None = None
    while found := bodies(after):
        yield found
        after = found[-1].id


@dataclass
class _Carried:
    """How far a move has come."""

    moved: int = 0
    passed: int = 0
    first_passed: list[PassedOver] = field(default_factory=list)

    def take(self, results: Iterable[PassedOver | None]) -> None:
        """Count some more records: those passed over, and None for each that was moved."""
        for one in results:
            if one is None:
                self.moved += 1
                continue
            self.passed += 1
            if len(self.first_passed) < EXAMPLES:
                self.first_passed.append(one)

    def pass_over(self, count: int, first: Iterable[str]) -> None:
        """Count records that had gone on before."""
        self.passed += count
        self.first_passed = [*self.first_passed, *map(PassedOver, first)][:EXAMPLES]

    def as_moved(self, id: str, left: int = 0) -> Moved:
        return Moved(id, self.moved, self.passed, tuple(self.first_passed), left)


def _carry_out(
    execution: Execution,
    actor: Actor,
    id: str,
    chunks: Iterator[list[Relocate]],
    carried: _Carried,
    progress: Progress,
) -> None:
    for bodies in chunks:

        def work(connection: Connection, bodies: list[Relocate] = bodies) -> list[PassedOver | None]:
            results = [_moved(execution, connection, execution.command(actor, body), body.id) for body in bodies]
            relocations.count(connection, id, results.count(None))
            return results

        carried.take(execution.attempt(work))
        progress(carried.moved)


def _moved(execution: Execution, connection: Connection, command: Command, record: str) -> PassedOver | None:
    """Move one record; one that cannot be moved stays where it is, and keeps no other from it."""
    try:
        with connection.begin_nested():
            return None if execution.within(connection, command) is not None else PassedOver(record)
    except EngineError as error:
        if error.nature is Nature.BUSY:
            raise
        return PassedOver(record, error.problems)


def _begun(
    execution: Execution,
    actor: Actor,
    app: str,
    form: str,
    moves: Mapping[str, str],
    reason: str,
    back_of: str | None,
) -> Relocation:
    now = execution.clocks.business()
    id = uuid7(now, execution.randomness(10))
    one = Relocation(id, app, form, moves, reason.strip(), actor.user, now, 0, back_of)
    with execution.database.write() as connection:
        relocations.begin(connection, one)
        said = {"form": form, "moves": dict(moves), "reason": one.reason}
        journal.note(connection, authorship(execution, actor.user), [Note(app, SUBJECT, id, "relocate", said)])
    return one


def _tables(execution: Execution, app: str, form: str) -> FormTables:
    with execution.database.read() as connection:
        return execution.catalogs.current(connection).tables[app, form]


def _check(execution: Execution, app: str, form: str, moves: Mapping[str, str], reason: str) -> None:
    """Raise where a move has no reason, or one of its states is not there or takes no records."""
    if not reason.strip():
        raise EngineError(problems.NO_REASON.at("reason"))
    _check_known(execution, app, form, moves)
    with execution.database.read() as connection:
        flow = execution.catalogs.current(connection).catalog.apps[app].workflows[form]
    known = ", ".join(key for key, state in flow.states.items() if not state.retired)
    wrong = [
        NOT_A_PLACE.at(origin, key=target, known=known)
        for origin, target in moves.items()
        if flow.states[target].retired or target == origin or target in moves
    ]
    if wrong:
        raise EngineError(wrong)


def _check_known(execution: Execution, app: str, form: str, moves: Mapping[str, str]) -> None:
    with execution.database.read() as connection:
        found = _app(execution.catalogs.current(connection).catalog.apps, app).workflows.get(form)
    if found is None:
        raise EngineError(ABSENT.at())
    strange = [key for pair in moves.items() for key in pair if key not in found.states]
    if strange:
        raise EngineError([NO_SUCH_STATE.at(key, key=key, known=", ".join(found.states)) for key in strange])
