"""Carrying an import on: its next rows become records and go, all in one transaction, until there are none left.

Whatever process dies at whatever moment: a row is either still there to be taken, or its record is, never both.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.decision.changeset import Changeset, OutboxMessage
from engine.decision.commands import Command
from engine.jobs.isolating import Problems, carry_out_each
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import Problem
from engine.runtime.catalogs import Current
from engine.runtime.directory import viewer_in
from engine.runtime.execution import Execution
from engine.runtime.importing import problems
from engine.runtime.importing.carrying import CHUNK, KIND, Outcome, outcome_of, prepared
from engine.runtime.importing.planning import plan_of
from engine.runtime.reading import Reading
from engine.storage import imports
from engine.storage.imports import Import, ImportedRow
from engine.storage.locks import lock_name
from engine.storage.outbox import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection


def carry_on(execution: Execution, connection: Connection, message: Message) -> Message | None:
    """Take the next rows of an import, and leave a message for those behind them; return that message."""
    id = message.payload["import"]
    if not take_rows(execution, connection, id):
        return None
    following = OutboxMessage(derived_id(message.id, message.due_at, 0), KIND, message.payload, message.due_at)
    execution.send(connection, message.command, (following,))
    return Message(following.id, message.command, KIND, following.payload, message.due_at, 0, 0)


def take_rows(execution: Execution, connection: Connection, id: str, most: int = CHUNK) -> bool:
    """Let the next rows of an import become records; tell whether more may be left.

    One that is not running, or whose importer may not do it any more, is left as it is: that is told by its state.
    Imports into one form go one after the other, whoever's they are: two rows of one key never make two records.
    """
    current = execution.locked(connection)
    known = imports.find(connection, id)
    if known is None:
        return False
    lock_name(connection, f"import/{known.app}/{known.form}")
    one = imports.find(connection, id, alone=True)
    if one is None or one.state != "running":
        return False
    reading = _reading(execution, connection, current, one)
    why = _hindrance(reading, one)
    if reading is None or why is not None:
        _keep(execution, connection, replace(one, state="stopped", problems=(() if why is None else (why.as_json(),))))
        return False
    rows = imports.waiting(connection, id, one.last, most)
    if not rows:
        _keep(execution, connection, replace(one, state="done"))
        return False
    _take(execution, reading, one, rows)
    return True


def _reading(execution: Execution, connection: Connection, current: Current, one: Import) -> Reading | None:
    viewer = viewer_in(connection, one.user_id)
    return None if viewer is None else Reading(connection, current, viewer, execution.clocks.business())


def _hindrance(reading: Reading | None, one: Import) -> Problem | None:
    """Return why an import cannot go on: its importer is gone, or may not do it any more."""
    form = None if reading is None else reading.catalog.form(one.app, one.form)
    mode = plan_of(one.plan).mode
    may_create = reading is not None and form is not None and reading.access(form).may("create")
    may_update = reading is not None and form is not None and reading.access(form).may("update")
    if mode != "change" and not may_create:
        return problems.NO_RIGHT.at(what_zh="新建", what_en="make")
    if mode != "add" and not may_update:
        return problems.NO_RIGHT.at(what_zh="修改", what_en="change")
    return None


def _take(execution: Execution, reading: Reading, one: Import, rows: tuple[ImportedRow, ...]) -> None:
    connection = reading.connection
    ready = prepared(execution, reading, one, rows)
    outcomes: list[Outcome] = []

    def note(command: Command, changeset: Changeset) -> None:
        outcomes.append(outcome_of(command, changeset))

    commands = [command for _, command in ready.commands]
    found = carry_out_each(execution, connection, reading.current, commands, _nothing, note)
    why: dict[int, Problems] = dict(ready.refused)
    for (line, _), refused in zip(ready.commands, found, strict=True):
        if refused:
            why[line] = refused
    counts = Counter(outcomes)
    counts["refuse"] = len(why)
    imports.settle(connection, one.id, [row.line for row in rows], _refused(rows, why))
    _keep(
        execution,
        connection,
        replace(
            one,
            last=rows[-1].line,
            made=one.made + counts["make"],
            changed=one.changed + counts["change"],
            unchanged=one.unchanged + counts["same"],
            refused=one.refused + counts["refuse"],
        ),
    )


def _refused(rows: tuple[ImportedRow, ...], why: Mapping[int, Problems]) -> list[ImportedRow]:
    return [
        replace(row, problems=tuple(problem.as_json() for problem in why[row.line])) for row in rows if row.line in why
    ]


def _keep(execution: Execution, connection: Connection, one: Import) -> None:
    imports.keep(connection, replace(one, told_at=execution.clocks.real()))


def _nothing(_current: Current, command: Command, _problems: Problems) -> Changeset:
    """Return what is written of a refused row in its place: it is kept with the import."""
    return Changeset(command.id, command.moment, command.actor)
