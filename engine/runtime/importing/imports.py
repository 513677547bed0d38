"""Imports for a viewer: a file is read, its columns are given fields, it is tried, begun, stopped and gone on with."""

from __future__ import annotations

import hashlib
import itertools
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from threading import Thread
from typing import IO, TYPE_CHECKING, Final

from engine.decision.changeset import OutboxMessage
from engine.decision.problems import ABSENT
from engine.forms.forms import Form
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import is_uuid, uuid7
from engine.kernel.problems import EngineError
from engine.runtime.desk import Desk
from engine.runtime.importing import problems
from engine.runtime.importing.carrying import KIND, Tried, tried
from engine.runtime.importing.planning import Plan, Target, check, guessed, plan_of, targets, ways_on
from engine.runtime.importing.reading_files import MIB, MOST_BYTES, ReadRow, json_text, read_table, too_large
from engine.runtime.importing.refused import LANGUAGE, refused_csv
from engine.runtime.importing.views import Choices, Earlier, ImportView, Preview, PreviewRow, RefusedRow, Way
from engine.runtime.reading import Reading
from engine.runtime.views import Viewer
from engine.storage import imports
from engine.storage.contents.kinds import clean_name
from engine.storage.imports import Import, ImportedRow, State

if TYPE_CHECKING:
    from sqlalchemy import Connection

log = logging.getLogger(__name__)

AT_ONCE: Final = {"xlsx": MIB // 2, "csv": 10 * MIB, "ndjson": 10 * MIB}
"""Bytes of a file of each kind that are read while its sender waits."""

PREVIEWED: Final = 20
TRIED: Final = 200
"""How many rows are tried before an import begins."""
LISTED: Final = 20
TOLD: Final = 100
STAGED: Final = 1_000
"""Rows that one transaction keeps of a file."""
READY: Final[tuple[State, ...]] = ("ready",)
RUNNING: Final[tuple[State, ...]] = ("running",)
GONE_ON_WITH: Final[tuple[State, ...]] = ("running", "stopped")
SILENT_MS: Final = 120_000
SAID: Final = {
    "reading": ("还在读取", "is still being read"),
    "ready": ("还没有开始", "has not begun"),
    "running": ("正在进行", "is running"),
    "stopped": ("已停下", "has stopped"),
    "done": ("已完成", "is done"),
}


class Imports:
    """What a viewer does with imports: with their own, as far as they may write to the form."""

    def __init__(self, desk: Desk) -> None:
        """Work at ``desk``."""
        self._desk = desk
        self._execution = desk.execution

    def bring(
        self, viewer: Viewer, app: str, form: str, source: IO[bytes], name: str | None, *, wait: bool = True
    ) -> ImportView:
        """Read a file and keep its rows; nothing is imported yet. EngineError (IMP-…) where it is no table.

        Without ``wait`` a large one is read on aside: its import is ``reading`` until then.
        """
        with self._desk.reading(viewer) as reading:
            definition = _writable(reading, app, form)
            access = reading.access(definition)
            last = imports.of_form(reading.connection, app, form, viewer.id, LISTED)
        with ExitStack() as opened:
            kept = opened.enter_context(tempfile.TemporaryFile())
            digest, size = _copied(source, kept)
            table = read_table(kept)
            plan = guessed(table.columns, targets(definition, access, table.kind))
            before = next((one for one in last if one.columns == table.columns and one.started_at is not None), None)
            now = self._execution.clocks.business()
            one = Import(
                id=uuid7(now, self._execution.randomness(10)),
                app=app,
                form=form,
                user_id=viewer.id,
                name=clean_name(name),
                kind=table.kind,
                sha256=digest,
                columns=table.columns,
                plan=plan.as_json() if before is None else before.plan,
                state="reading",
                created_at=now,
                told_at=self._execution.clocks.real(),
            )
            self._execution.attempt(partial(imports.put, one=one))
            if wait or size <= AT_ONCE[table.kind]:
                self._stage(one, table.rows)
            else:
                aside = opened.pop_all()
                Thread(target=self._stage_aside, args=(aside, one, table.rows), name="import", daemon=True).start()
        return self.look(viewer, app, form, one.id)

    def _stage(self, one: Import, rows: Iterator[ReadRow]) -> None:
        """Keep the rows of an import; of a file that is no table nothing stays."""
        try:
            self._keep_rows(one, rows)
        except EngineError:
            self._execution.attempt(partial(imports.drop, id=one.id))
            raise

    def _stage_aside(self, opened: ExitStack, one: Import, rows: Iterator[ReadRow]) -> None:
        """Keep the rows of an import while nobody waits; what keeps them from it is told by the import."""
        with opened:
            try:
                self._keep_rows(one, rows)
            except EngineError as error:
                told = tuple(problem.as_json() for problem in error.problems)
                failed = replace(one, problems=told, told_at=self._execution.clocks.real())
                self._execution.attempt(partial(imports.keep, one=failed))
            except Exception:
                log.exception("the file of import %s could not be read", one.id)

    def _keep_rows(self, one: Import, rows: Iterator[ReadRow]) -> None:
        """Keep the rows of an import, some at a time; what cannot be read is refused at once."""
        counts: Counter[bool] = Counter()
        for some in _chunks(rows):
            counts.update(bool(row.problems) for row in some)
            now = replace(one, rows=counts.total(), refused=counts[True], told_at=self._execution.clocks.real())
            self._execution.attempt(partial(_put_some, one=now, rows=some))
        self._execution.attempt(partial(imports.keep, one=replace(now, state="ready")))

    def listed(self, viewer: Viewer, app: str, form: str) -> tuple[ImportView, ...]:
        """Return the viewer's latest imports into a form."""
        with self._desk.reading(viewer) as reading:
            definition = _writable(reading, app, form)
            found = imports.of_form(reading.connection, app, form, viewer.id, LISTED)
            return tuple(self._view(reading, definition, one) for one in found)

    def look(self, viewer: Viewer, app: str, form: str, id: str) -> ImportView:
        """Return how an import stands."""
        with self._found(viewer, app, form, id) as (reading, definition, one):
            return self._view(reading, definition, one)

    def choices(self, viewer: Viewer, app: str, form: str, id: str) -> Choices:
        """Return what can be chosen about an import."""
        with self._found(viewer, app, form, id) as (reading, definition, one):
            known, ways = _known(reading, definition, one)
            access = reading.access(definition)
            return Choices(known, ways, access.may("create"), access.may("update"))

    def plan(self, viewer: Viewer, app: str, form: str, id: str, plan: Plan) -> ImportView:
        """Say what the columns are and what is done with the rows; EngineError with all that is wrong with it."""
        with self._found(viewer, app, form, id) as (reading, definition, one):
            _check(reading, definition, one, plan)
        return self._changed(viewer, id, READY, lambda now: replace(now, plan=plan.as_json()))

    def preview(self, viewer: Viewer, app: str, form: str, id: str) -> Preview:
        """Return the first rows and what would become of them, each as if it were the only one; nothing is written."""
        with self._found(viewer, app, form, id) as (reading, definition, one):
            rows = imports.waiting(reading.connection, id, 0, TRIED)
            try:
                _check(reading, definition, one, plan_of(one.plan))
            except EngineError as error:
                return Preview(tuple(_shown(row) for row in rows[:PREVIEWED]), problems=error.problems)
            known = {each.line: each for each in tried(self._execution, reading, one, rows)}
        shown = [_shown(row, known.get(row.line)) for row in rows]
        count = Counter(each.outcome for each in known.values())
        refused = [row for row in shown if row.tried is not None and row.tried.problems]
        return Preview(
            rows=tuple(shown[:PREVIEWED]),
            tried=len(known),
            make=count["make"],
            change=count["change"],
            same=count["same"],
            refuse=count["refuse"],
            refused=refused[:PREVIEWED],
        )

    def start(self, viewer: Viewer, app: str, form: str, id: str, *, by_jobs: bool = True) -> ImportView:
        """Begin an import: ``jobs`` carry it on, unless the caller does. To begin it twice is refused (conflict)."""
        with self._found(viewer, app, form, id) as (reading, definition, one):
            _check(reading, definition, one, plan_of(one.plan))
        moment = self._execution.clocks.business()
        return self._changed(
            viewer, id, READY, lambda now: replace(now, state="running", started_at=moment), send=by_jobs
        )

    def resume(self, viewer: Viewer, app: str, form: str, id: str, *, by_jobs: bool = True) -> ImportView:
        """Go on with an import that has stopped, or of which nothing is heard any more."""
        with self._found(viewer, app, form, id):
            pass
        return self._changed(
            viewer, id, GONE_ON_WITH, lambda now: replace(now, state="running", problems=()), send=by_jobs
        )

    def stop(self, viewer: Viewer, app: str, form: str, id: str) -> ImportView:
        """Stop an import where it is: what was imported stays, and it can be gone on with."""
        with self._found(viewer, app, form, id):
            pass
        return self._changed(viewer, id, RUNNING, lambda now: replace(now, state="stopped"))

    def refused(self, viewer: Viewer, app: str, form: str, id: str) -> tuple[RefusedRow, ...]:
        """Return the first rows that were refused, with why."""
        with self._found(viewer, app, form, id) as (reading, _, one):
            found = imports.refused(reading.connection, one.id, TOLD)
            return tuple(RefusedRow(row.line, tuple(map(json_text, row.cells)), row.problems) for row in found)

    def refused_file(self, viewer: Viewer, app: str, form: str, id: str) -> Iterator[bytes]:
        """Return a CSV file of all refused rows with why, a piece at a time: mended, it can be imported as it is."""
        with self._found(viewer, app, form, id) as (_, _, one):
            language = viewer.language if viewer.language in LANGUAGE else "en"
        return self._pieces(one, language)

    def _pieces(self, one: Import, language: str) -> Iterator[bytes]:
        with self._execution.database.read() as connection:
            yield from refused_csv(one.columns, imports.refused(connection, one.id), language)

    @contextmanager
    def _found(self, viewer: Viewer, app: str, form: str, id: str) -> Iterator[tuple[Reading, Form, Import]]:
        """Give an import of the viewer's with its form; EngineError (absent) where there is none."""
        with self._desk.reading(viewer) as reading:
            definition = _writable(reading, app, form)
            one = imports.find(reading.connection, id) if is_uuid(id) else None
            if one is None or (one.app, one.form, one.user_id) != (app, form, viewer.id):
                raise EngineError(ABSENT.at())
            yield reading, definition, one

    def _changed(
        self,
        viewer: Viewer,
        id: str,
        states: Collection[State],
        change: Callable[[Import], Import],
        *,
        send: bool = False,
    ) -> ImportView:
        """Change an import that is in one of these states, EngineError (IMP-020, conflict) else; and let jobs go on."""

        def work(connection: Connection) -> Import:
            now = imports.find(connection, id, alone=True)
            if now is None:
                raise EngineError(ABSENT.at())
            if now.state not in states:
                zh, en = SAID[now.state]
                raise EngineError(problems.NOT_READY.at(state_zh=zh, state_en=en))
            made = replace(change(now), told_at=self._execution.clocks.real())
            imports.keep(connection, made)
            if send:
                self._send(connection, made)
            return made

        made = self._execution.attempt(work)
        return self.look(viewer, made.app, made.form, id)

    def _send(self, connection: Connection, one: Import) -> None:
        moment = self._execution.clocks.business()
        id = uuid7(moment, self._execution.randomness(10))
        self._execution.send(connection, id, (OutboxMessage(id, KIND, {"app": one.app, "import": one.id}, moment),))

    def _view(self, reading: Reading, form: Form, one: Import) -> ImportView:
        before = imports.same_file(reading.connection, one) if one.state == "ready" else None
        earlier = None if before is None else Earlier(moment_text(before.created_at), before.made, before.changed)
        going = one.state == "running" or (one.state == "reading" and not one.problems)
        silent = going and self._execution.clocks.real() > one.told_at + SILENT_MS
        return ImportView(
            id=one.id,
            app=one.app,
            form=one.form,
            form_labels=form.definition.labels,
            name=one.name,
            kind=one.kind,
            state=one.state,
            at=moment_text(one.created_at),
            columns=one.columns,
            plan=plan_of(one.plan),
            rows=one.rows,
            left=one.left,
            made=one.made,
            changed=one.changed,
            unchanged=one.unchanged,
            refused=one.refused,
            problems=one.problems,
            silent=silent,
            earlier=earlier,
        )


def _writable(reading: Reading, app: str, form: str) -> Form:
    """Return a form to which the viewer may write; EngineError (absent) otherwise."""
    found = reading.form(app, form)
    access = reading.access(found)
    if not (access.may("create") or access.may("update")):
        raise EngineError(ABSENT.at())
    return found


def _known(reading: Reading, form: Form, one: Import) -> tuple[tuple[Target, ...], tuple[Way, ...]]:
    flow = reading.app(form.app).workflows.get(form.key)
    return targets(form, reading.access(form), one.kind), tuple(Way(way.key, way.labels) for way in ways_on(flow))


def _check(reading: Reading, form: Form, one: Import, plan: Plan) -> None:
    known, ways = _known(reading, form, one)
    check(plan, known, [way.key for way in ways], reading.access(form), len(one.columns))


def _put_some(connection: Connection, one: Import, rows: list[ImportedRow]) -> None:
    imports.put_rows(connection, one.id, rows)
    imports.keep(connection, one)


def _copied(source: IO[bytes], target: IO[bytes]) -> tuple[str, int]:
    """Copy a file, and return its digest and its size; EngineError where it is too large."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(MIB):
        size += len(chunk)
        if size > MOST_BYTES:
            raise EngineError(too_large())
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest(), size


def _chunks(rows: Iterator[ReadRow]) -> Iterator[list[ImportedRow]]:
    """Give rows, some at a time; EngineError where there are none."""
    some = [_row(row) for row in itertools.islice(rows, STAGED)]
    if not some:
        raise EngineError(problems.NO_ROWS.at("file"))
    while some:
        yield some
        some = [_row(row) for row in itertools.islice(rows, STAGED)]


def _row(row: ReadRow) -> ImportedRow:
    return ImportedRow(row.line, row.cells, () if row.problem is None else (row.problem.as_json(),))


def _shown(row: ImportedRow, found: Tried | None = None) -> PreviewRow:
    return PreviewRow(row.line, tuple(json_text(cell) for cell in row.cells), found)
