"""Installing packs: a plan of what has to be there, then app by app; what others need is not taken away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.catalog.versions import fits
from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError, Problem
from engine.packs import problems
from engine.packs.reading import MANIFEST, Pack, find_pack, market, read_pack
from engine.packs.seeding import foreign_seeds, sow
from engine.runtime.needs import needed_by
from engine.runtime.publishing import publish, version_of
from engine.runtime.services import Services
from engine.runtime.withdrawing import withdraw
from engine.storage import revisions

NEEDS_PLACE = f"{MANIFEST}#/needs"


@dataclass(frozen=True)
class Step:
    """One step of a plan: an app that is installed anew, brought to another version, or left as it is."""

    pack: Pack
    kind: Literal["install", "upgrade", "keep"]
    installed: str | None = None


def needed_packs(pack: Pack) -> tuple[Pack, ...]:
    """Return the packs that a pack needs, each after those that it needs; EngineError where needs go in a circle."""
    found: dict[str, Pack] = {}

    def visit(current: Pack, above: tuple[str, ...]) -> None:
        for key in current.needs:
            if key in above:
                circle = " → ".join((*above[above.index(key) :], key))
                raise EngineError(problems.NEEDS_CIRCLE.at(NEEDS_PLACE, circle=circle))
            if key not in found:
                inner = read_pack(find_pack(key))
                visit(inner, (*above, key))
                found[key] = inner

    visit(pack, (pack.key,))
    return tuple(found.values())


def in_order(packs: Iterable[Pack]) -> tuple[Pack, ...]:
    """Return packs and all that they need, each after those that it needs, and else in the order given."""
    found: dict[str, Pack] = {}
    for pack in packs:
        for item in (*needed_packs(pack), pack):
            found.setdefault(item.key, item)
    return tuple(found.values())


def plan(services: Services, pack: Pack) -> tuple[Step, ...]:
    """Return what installing a pack comes to, in order; EngineError with every need that cannot be met.

    What is needed and there in a fitting version is kept; else it comes from the market.
    """
    with services.execution.database.read() as connection:
        there = {app: version_of(connection, app) for app in revisions.current(connection)}
    steps: list[Step] = []
    found: list[Problem] = []
    listed = (*needed_packs(pack), pack)
    for item in listed:
        ranges = [(other.key, other.needs[item.key]) for other in listed if item.key in other.needs]
        installed = there.get(item.key)
        if item is not pack and item.key in there and all(fits(installed, wanted) for _, wanted in ranges):
            steps.append(Step(item, "keep", installed))
            continue
        found.extend(_misfit(item, wanted, item.version) for _, wanted in ranges if not fits(item.version, wanted))
        steps.append(Step(item, "upgrade" if item.key in there else "install", installed))
    if found:
        raise EngineError(found)
    return tuple(steps)


def _misfit(pack: Pack, wanted: str, got: str | None) -> Problem:
    return problems.NEEDS_VERSION.at(NEEDS_PLACE, key=pack.key, wanted=wanted, got=got or "?")


def install(services: Services, pack: Pack, actor: Actor) -> int:
    """Install a pack, or bring it to this version; return the revision of its app. What it needs must be there.

    EngineError with every need that is not met, and with every app that needs another version of this one.
    """
    with services.execution.database.read() as connection:
        there = {app: version_of(connection, app) for app in revisions.current(connection)}
        others = needed_by(connection, pack.key)
    found = [problems.NEEDS.at(NEEDS_PLACE, key=key) for key in pack.needs if key not in there]
    found += [
        problems.NEEDS_VERSION.at(NEEDS_PLACE, key=key, wanted=wanted, got=there[key] or "?")
        for key, wanted in pack.needs.items()
        if key in there and not fits(there[key], wanted)
    ]
    found += [
        problems.NEEDED_OTHERWISE.at(f"{MANIFEST}#/version", app=app, wanted=wanted, key=pack.key, got=pack.version)
        for app, wanted in others.items()
        if not fits(pack.version, wanted)
    ]
    found += foreign_seeds(pack)
    if found:
        raise EngineError(found)
    revision = publish(services.execution, pack.documents, actor, pack.version, pack.needs)
    sow(services, pack, actor)
    return revision


def install_with_needs(services: Services, pack: Pack, actor: Actor) -> tuple[tuple[Step, int], ...]:
    """Install a pack and what it needs from the market; return every step that was taken, with the revision made."""
    return tuple((step, install(services, step.pack, actor)) for step in plan(services, pack) if step.kind != "keep")


def remove(services: Services, key: str, actor: Actor) -> None:
    """Take an app out of use; its data and its revisions stay, and installing it again brings all back.

    EngineError where it is not there, and with every app that needs it.
    """
    with services.execution.database.read() as connection:
        there = revisions.current(connection)
        others = needed_by(connection, key)
    if key not in there:
        raise EngineError(problems.NOT_INSTALLED.at(key=key, known=", ".join(there)))
    if others:
        raise EngineError([problems.NEEDED.at(app, key=key, app=app) for app in others])
    withdraw(services.execution, key, actor)


def market_packs() -> tuple[Pack, ...]:
    """Return the packs that ship with Youju, each after those that it needs."""
    return in_order(read_pack(folder) for folder in market().values())
