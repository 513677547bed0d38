"""Trying commands so that a refusal costs nobody else anything: in a savepoint, and kept as a run with its error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from engine.decision.changeset import Changeset, RuleRun
from engine.decision.commands import Command, Decided, Refusal, RunRules
from engine.decision.overlapping import Changes
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError, Nature, Problem
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.runtime.settling import Asking
from engine.storage.unit_of_work import apply, apply_all

if TYPE_CHECKING:
    from sqlalchemy import Connection

Problems = tuple[Problem, ...]
Keep = Callable[[Current, Command, Problems], Changeset]
"""What is written of a command that is refused for good, in its place."""

Note = Callable[[Command, Changeset], object]
"""Told what a command came to that was carried out."""

FINAL = frozenset((Nature.REFUSED, Nature.ABSENT, Nature.CONFLICT))
"""What trying again later does not mend; everything else is for the delivery to try again."""

TRIES = 3
"""How often what conflicts with another write is decided on what is there now (03)."""


def attempted(
    execution: Execution, connection: Connection, current: Current, command: Command, note: Note | None = None
) -> Problems:
    """Carry out a command inside the caller's transaction; return why it is refused for good, with nothing left of it.

    What may pass by itself (busy, unreachable) and what nobody expects is raised: the caller's transaction is over.
    """
    for left in reversed(range(TRIES)):
        try:
            with connection.begin_nested():
                done = execution.carry_out(connection, current, command)
        except EngineError as error:
            if error.nature not in FINAL:
                raise
            if error.nature is not Nature.CONFLICT or not left:
                return error.problems
        else:
            if note is not None:
                note(command, done.changeset)
            return ()
    raise AssertionError


def carry_out_each(
    execution: Execution,
    connection: Connection,
    current: Current,
    commands: Sequence[Command],
    keep: Keep | None = None,
    note: Note | None = None,
) -> list[Problems]:
    """Carry out commands, as if each by itself; return why each was refused for good, nothing where it was not.

    Of a refusal ``keep`` says what is written; unless stated, the commands are of one rule each, and a run is kept.
    ``note`` is told what those came to that were carried out.

    They are decided side by side and written together as far as none has read what one before it changes; what does
    not go so is tried by itself. What may pass by itself, and what nobody expects, is raised as in ``attempted``.
    """
    kept = keep or _refusal
    waiting, width, found = list(commands), len(commands), list[Problems]()
    while waiting:
        done = _together(execution, connection, current, waiting[:width], kept, note) if width > 1 else []
        if not done:
            refused = attempted(execution, connection, current, waiting[0], note)
            if refused:
                apply(connection, kept(current, waiting[0], refused), current.tables, execution.randomness)
        found += done or [refused]
        waiting = waiting[max(1, len(done)) :]
        # Where few go together, few are decided for nothing.
        width = max(2, 2 * len(done))
    return found


def _together(
    execution: Execution,
    connection: Connection,
    current: Current,
    commands: Sequence[Command],
    keep: Keep,
    note: Note | None,
) -> list[Problems]:
    """Carry out the first of these commands together; return why each of these was refused, none for nothing done."""
    try:
        with connection.begin_nested():
            made = _apart(current, execution.decide_all(connection, current, commands), keep)
            apply_all(connection, [changeset for changeset, _ in made], current.tables, execution.randomness)
    except EngineError as error:
        if error.nature not in FINAL:
            raise
        return []
    for command, (changeset, refused) in zip(commands, made, strict=False):
        if note is not None and not refused:
            note(command, changeset)
    return [refused for _, refused in made]


def _apart(current: Current, made: Iterable[Asking[Decided | Refusal]], keep: Keep) -> list[tuple[Changeset, Problems]]:
    """Return what comes of the first commands, up to one that has read what those before it change, or is to be tried.

    What conflicts with another write is tried by itself.
    """
    changes, found = Changes(), list[tuple[Changeset, Problems]]()
    for one in made:
        if one.error is not None or changes.meet(one.facts):
            break
        outcome = one.result()
        if isinstance(outcome, Decided):
            changes.add(outcome.changeset)
            found.append((outcome.changeset, ()))
        elif EngineError(outcome.problems).nature in FINAL - {Nature.CONFLICT}:
            found.append((keep(current, one.command, outcome.problems), outcome.problems))
        else:
            break
    return found


def note_refusal(
    execution: Execution, connection: Connection, current: Current, command: Command, problems: tuple[Problem, ...]
) -> None:
    """Keep that the one rule of a command did nothing, with the problems that kept it from it in its run's trace."""
    apply(connection, _refusal(current, command, problems), current.tables, execution.randomness)


def _refusal(current: Current, command: Command, problems: tuple[Problem, ...]) -> Changeset:
    body = command.body
    if not isinstance(body, RunRules) or body.rule is None:
        message = "a refusal is noted for one rule"
        raise TypeError(message)
    run = RuleRun(
        id=derived_id(f"refused/{command.id}", command.moment, 0),
        app=body.app,
        rule=body.rule,
        revision=current.catalog.apps[body.app].revision,
        form=body.form,
        record=body.record,
        fired=False,
        trace={
            "event": dict(body.event),
            "inputs": {},
            "values": [],
            "actions": [],
            "error": str(EngineError(problems)),
            "problems": [one.as_json() for one in problems],
        },
        at=command.moment,
        error=problems[0].code,
    )
    return Changeset(command.id, command.moment, command.actor, current.catalog.revisions, rule_runs=(run,))
