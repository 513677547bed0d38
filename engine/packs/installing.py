"""Installing a pack: what it needs first, then its app, its people and, where wanted, its demo data."""

from __future__ import annotations

from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError
from engine.packs import problems
from engine.packs.reading import Pack, find_pack, read_pack
from engine.runtime.publishing import publish
from engine.runtime.services import Services


def needed_packs(pack: Pack) -> tuple[Pack, ...]:
    """Return the packs that a pack needs, each after those that it needs; EngineError where needs go in a circle."""
    found: dict[str, Pack] = {}

    def visit(current: Pack, above: tuple[str, ...]) -> None:
        for key in current.needs:
            if key in above:
                circle = " → ".join((*above[above.index(key) :], key))
                raise EngineError(problems.NEEDS_CIRCLE.at("pack.json#/needs", circle=circle))
            if key not in found:
                inner = read_pack(find_pack(key))
                visit(inner, (*above, key))
                found[key] = inner

    visit(pack, (pack.key,))
    return tuple(found.values())


def install(services: Services, pack: Pack, actor: Actor) -> int:
    """Install a pack, or bring it to this version; return the revision of its app. What it needs must be there."""
    with services.execution.database.read() as connection:
        installed = services.execution.catalogs.current(connection).catalog.apps
    missing = [problems.NEEDS.at("pack.json#/needs", key=key) for key in pack.needs if key not in installed]
    if missing:
        raise EngineError(missing)
    return publish(services.execution, pack.documents, actor, pack.version)
