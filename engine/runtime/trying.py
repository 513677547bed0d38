"""Trying a save without saving: the same deciding, its facts read from a snapshot."""

from __future__ import annotations

from engine.decision.commands import Command, NeedFacts
from engine.decision.facts import Facts, PersonQuery
from engine.decision.previewing import Preview, preview
from engine.runtime.execution import Execution
from engine.runtime.reading import Reading


def tried(execution: Execution, reading: Reading, command: Command) -> Preview:
    """Return the save as it would be; EngineError where its form or record is absent."""

    def step(facts: Facts) -> Preview | NeedFacts:
        return preview(command, reading.catalog, reading.current.parameters, facts)

    acting = PersonQuery(reading.viewer.id)
    known: Facts = {acting: reading.facts[acting]} if acting in reading.facts else {}
    return execution.settle(reading.connection, reading.current, command, step, known)
