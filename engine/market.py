"""The market at work: packs are put in, with their demo or not, and their promises proven, while everybody may look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.decision.changeset import Actor
from engine.demo import make_demo_of
from engine.forms.field_types import BUILT_IN
from engine.packs.installing import install, plan
from engine.scenarios.running import prove

if TYPE_CHECKING:
    from engine.boot import Instance
    from engine.packs.reading import Pack
    from engine.runtime.works import Report, Work

_INSTALL, _PROVE = "install.", "prove."


def begin_install(instance: Instance, pack: Pack, user: str, *, demo: bool) -> None:
    """Begin to install a pack and what it needs; EngineError (conflict) where that is going on already."""
    by = Actor(user)

    def do(report: Report) -> None:
        steps = [step for step in plan(instance.services, pack) if step.kind != "keep"]
        for number, step in enumerate(steps):
            report(number, len(steps))
            if demo:
                make_demo_of(instance, step.pack, None, report)
            else:
                install(instance.services, step.pack, by)

    instance.works.start(_INSTALL + pack.key, do)


def begin_proof(instance: Instance, pack: Pack) -> None:
    """Begin to play a pack's scenarios on databases that are thrown away; EngineError where that is going on."""
    instance.works.start(_PROVE + pack.key, lambda report: prove(pack, BUILT_IN, report))


def installing(instance: Instance, key: str) -> Work | None:
    """Return how far the installing of a pack is, or how it ended."""
    return instance.works.look(_INSTALL + key)


def proving(instance: Instance, key: str) -> Work | None:
    """Return how far the proof of a pack's promises is, or how it ended."""
    return instance.works.look(_PROVE + key)
