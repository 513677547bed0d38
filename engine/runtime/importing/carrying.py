"""What an import does with its next rows: commands of its importer, decided on what is there; it writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from engine.decision.changeset import Actor, Changeset
from engine.decision.commands import Command, Decided, ImportRow, Refusal
from engine.decision.commands import Outcome as Decision
from engine.decision.deciding import decide, placed
from engine.decision.facts import Facts
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import derived_id, uuid_moment
from engine.kernel.problems import Problem
from engine.runtime.execution import Execution
from engine.runtime.importing.planning import Plan, plan_of
from engine.runtime.importing.resolving import Payload, payloads
from engine.runtime.reading import Reading
from engine.runtime.settling import Asking, settle
from engine.storage.imports import Import, ImportedRow

if TYPE_CHECKING:
    from engine.runtime.catalogs import Current

KIND: Final = "import"
"""The outbox messages that carry an import on."""

CHUNK: Final = 100
"""Rows in one transaction: few enough that whoever writes waits no more than some hundredths of a second."""

Outcome = Literal["make", "change", "same", "refuse"]


@dataclass(frozen=True, slots=True)
class Tried:
    """What would become of a row if it were imported now."""

    line: int
    outcome: Outcome
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """Rows with the commands that import them; of those that cannot be read, only why."""

    commands: tuple[tuple[int, Command], ...] = ()
    """Each with its line."""
    refused: dict[int, tuple[Problem, ...]] = field(default_factory=dict)


def prepared(execution: Execution, reading: Reading, one: Import, rows: Sequence[ImportedRow]) -> Prepared:
    """Return what imports these rows: the same row is always imported by a command of the same id.

    The ids sort as the rows do, so that records made at the same moment stand in the order of their file.
    """
    form, plan = reading.catalog.form(one.app, one.form), plan_of(one.plan)
    if form is None:
        return Prepared()
    now = execution.clocks.business()
    read = payloads(reading, form, plan, rows)
    commands = tuple((row.line, _command(one, plan, row, now)) for row in read if not row.problems)
    return Prepared(commands, {row.line: tuple(map(placed, row.problems)) for row in read if row.problems})


def _command(one: Import, plan: Plan, row: Payload, now: Moment) -> Command:
    by = plan.by if plan.mode != "add" else ()
    body = ImportRow(one.app, one.form, dict(row.fields), by, plan.mode == "change", plan.transition)
    began = one.started_at if one.started_at is not None else now
    return Command(derived_id(f"{one.id}/{row.line}", began + row.line, 0), now, Actor(one.user_id), body)


def tried(execution: Execution, reading: Reading, one: Import, rows: Sequence[ImportedRow]) -> list[Tried]:
    """Return what would become of each of these rows, as if it were the only one."""
    ready = prepared(execution, reading, one, rows)
    askings = [_asking(reading.current, command) for _, command in ready.commands]
    settle(reading.connection, reading.current, askings)
    found = {line: Tried(line, "refuse", problems) for line, problems in ready.refused.items()}
    for (line, command), asking in zip(ready.commands, askings, strict=True):
        if asking.error is not None:
            found[line] = Tried(line, "refuse", asking.error.problems)
            continue
        made = asking.result()
        if isinstance(made, Refusal):
            found[line] = Tried(line, "refuse", made.problems)
        else:
            found[line] = Tried(line, outcome_of(command, made.changeset))
    return [found[row.line] for row in rows if row.line in found]


def _asking(current: Current, command: Command) -> Asking[Decided | Refusal]:
    def step(facts: Facts) -> Decision:
        return decide(command, current.catalog, current.parameters, facts)

    return Asking(command, step)


def outcome_of(command: Command, changeset: Changeset) -> Outcome:
    """Return what a command that imports a row has done: the record that it makes has the first of its ids."""
    own = derived_id(command.id, uuid_moment(command.id), 1)
    if any(write.kind == "insert" and write.id == own for write in changeset.writes):
        return "make"
    return "change" if changeset.writes else "same"
