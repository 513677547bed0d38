"""The records that a pack brings along for everybody: made once each, and from then on the customer's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.catalog.naming import form_name
from engine.decision.changeset import Actor
from engine.decision.commands import Create
from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem
from engine.packs import problems
from engine.packs.placeholders import Placeholders
from engine.packs.reading import Pack
from engine.runtime.services import Services
from engine.storage import settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

SOWN = "seed."
"""Settings under this name keep the form and the id of every record that a pack has brought, by its name."""


def sow(services: Services, pack: Pack, actor: Actor) -> int:
    """Make the records of a pack's seed that were not made yet, all or none; return how many.

    What somebody has changed or deleted since stays as it is. EngineError names the first record that does not hold.
    """
    if not pack.seed:
        return 0

    def work(connection: Connection) -> int:
        known = sown(connection, pack.key)
        zone = services.execution.locked(connection).catalog.apps[pack.key].zone
        today = clocks.day_of(services.execution.clocks.business(), zone)
        names = Placeholders({}, zone, lambda: today, dict(known))
        wanted = [step for step in pack.seed if step["ref"] not in known]
        for step in wanted:
            names.refs[step["ref"]] = _made(services, connection, pack, step, names, actor)
        if wanted:
            settings.write(connection, SOWN + pack.key, json.dumps(names.refs, sort_keys=True))
        return len(wanted)

    return services.execution.attempt(work)


def sown(connection: Connection, pack: str) -> dict[str, tuple[str, str]]:
    """Return the form and the id of every record that a pack has brought along, by its name."""
    written = settings.read(connection, SOWN + pack)
    return {} if written is None else {ref: (form, id) for ref, (form, id) in json.loads(written).items()}


def foreign_seeds(pack: Pack) -> Iterator[Problem]:
    """Go through the seeds that are for an app which the pack does not need."""
    for step in pack.seed:
        app, dot, _ = step["form"].partition(".")
        if dot and app not in (pack.key, *pack.needs):
            yield problems.FOREIGN_SEED.at(f"seed#{step['ref']}.form", app=app)


def _made(
    services: Services, connection: Connection, pack: Pack, step: Json, names: Placeholders, actor: Actor
) -> tuple[str, str]:
    app, form = form_name(pack.key, step["form"])
    try:
        body = Create(app, form, names.value(step.get("fields", {})), step.get("transition"))
        command = services.execution.command(actor, body)
        done = services.execution.within(connection, command)
    except EngineError as error:
        raise EngineError([_placed(step, problem) for problem in error.problems]) from error
    return step["form"], "" if done is None else done[2]


def _placed(step: Json, problem: Problem) -> Problem:
    return problem.under(f"seed#{step['ref']}")
