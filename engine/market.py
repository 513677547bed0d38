"""The market at work: packs are put in, with their demo or not, and their promises proven, while everybody may look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.decision.changeset import Actor
from engine.demo import is_half_made, make_demo_of
from engine.forms.field_types import BUILT_IN
from engine.packs.installing import install, plan
from engine.scenarios.running import prove

if TYPE_CHECKING:
    from engine.boot import Instance
    from engine.packs.reading import Pack
    from engine.runtime.works import Report, Work

_INSTALL, _PROVE = "install.", "prove."


def begin_install(instance: Instance, pack: Pack, user: str, *, demo: bool) -> None:
    """Begin to install a pack and what it needs; EngineError (conflict) where that is going on already.

    With ``demo``, demos of needed packs that were cut short are made to their end.
    """
    by = Actor(user)

    def do(report: Report) -> None:
        planned = plan(instance.services, pack)
        steps = [step for step in planned if step.kind != "keep" or (demo and has_half_demo(instance, step.pack.key))]
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


def has_half_demo(instance: Instance, key: str) -> bool:
    """Tell whether the demo of a pack was begun and has not come to its end."""
    with instance.database.read() as connection:
        return is_half_made(connection, key)


def was_cut_short(instance: Instance, key: str) -> bool:
    """Tell whether installing a pack, or making its demo, has stopped before its end: it may be taken up again."""
    work = installing(instance, key)
    if work is not None and work.state != "done":
        return work.state == "failed"
    return has_half_demo(instance, key)


def proving(instance: Instance, key: str) -> Work | None:
    """Return how far the proof of a pack's promises is, or how it ended."""
    return instance.works.look(_PROVE + key)
