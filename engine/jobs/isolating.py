"""Trying a command so that a refusal costs nobody else anything: in a savepoint, and kept as a run with its error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.decision.changeset import Changeset, RuleRun
from engine.decision.commands import Command, RunRules
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError, Nature, Problem
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.storage.unit_of_work import apply

if TYPE_CHECKING:
    from sqlalchemy import Connection

FINAL = frozenset((Nature.REFUSED, Nature.ABSENT, Nature.CONFLICT))
"""What trying again later does not mend; everything else is for the delivery to try again."""

TRIES = 3
"""How often what conflicts with another write is decided on what is there now (03)."""


def attempted(execution: Execution, connection: Connection, current: Current, command: Command) -> tuple[Problem, ...]:
    """Carry out a command inside the caller's transaction; return why it is refused for good, with nothing left of it.

    What may pass by itself (busy, unreachable) and what nobody expects is raised: the caller's transaction is over.
    """
    for left in reversed(range(TRIES)):
        try:
            with connection.begin_nested():
                execution.carry_out(connection, current, command)
        except EngineError as error:
            if error.nature not in FINAL:
                raise
            if error.nature is not Nature.CONFLICT or not left:
                return error.problems
        else:
            return ()
    raise AssertionError


def note_refusal(
    execution: Execution, connection: Connection, current: Current, command: Command, problems: tuple[Problem, ...]
) -> None:
    """Keep that the one rule of a command did nothing, with the problems that kept it from it in its run's trace."""
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
    )
    changeset = Changeset(command.id, command.moment, command.actor, current.catalog.revisions, rule_runs=(run,))
    apply(connection, changeset, current.tables, execution.randomness)
