"""A save that is only tried: the record as it would be, how its fields stand, and what is in the way. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.catalog.apps import Catalog
from engine.decision.changing import changed, opened
from engine.decision.commands import Command, Create, Fire, NeedFacts, Update
from engine.decision.deciding import begin, placed
from engine.decision.facts import Facts
from engine.decision.pending import Saving
from engine.decision.permissions import existing
from engine.decision.saving import distinct, examine
from engine.decision.work import MissingFactsError, Parameters, Work
from engine.forms.filling import Standing
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Row


@dataclass(frozen=True)
class Preview:
    """A save as it would be; problems of fields have paths under ``fields``, ``given`` are those the sender changes.

    Of ``unread`` fields it cannot be read what they are to be.
    """

    row: Row
    stands: Mapping[str, Standing]
    problems: tuple[Problem, ...]
    given: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()


def preview(command: Command, catalog: Catalog, parameters: Parameters, facts: Facts) -> Preview | NeedFacts:
    """Try a save. EngineError where there is nothing to show: the form or record is absent."""
    work = Work(command, catalog, parameters, facts)
    try:
        begin(work)
        saving = _saving(work)
        return _tried(saving)
    except MissingFactsError as missing:
        return NeedFacts(missing.queries, work.saves)


def _saving(work: Work) -> Saving:
    body = work.command.body
    match body:
        case Create():
            return opened(work, body)
        case Update(app, form, id, fields, seen):
            definition = work.form(app, form)
            return changed(work, definition, existing(work, app, definition, id), fields, seen=seen)
        case Fire(app, form, id, transition, fields, seen):
            definition = work.form(app, form)
            return changed(work, definition, existing(work, app, definition, id), fields, transition, seen)
        case _:
            message = f"{type(body).__name__} has no preview"
            raise TypeError(message)


def _tried(saving: Saving) -> Preview:
    try:
        stands = examine(saving)
        found = saving.found
    except EngineError as error:
        stands, found = {}, [*saving.found, *error.problems]
    told = tuple(placed(problem) for problem in distinct(found))
    return Preview(saving.row, stands, told, frozenset(saving.given), saving.unread)
