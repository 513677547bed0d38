"""Approvals that are under way side by side because a record has entered the state of them all: its regions.

The record goes on when all of them are approved; the first that ends in another way ends the others with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from engine.decision.approvals.sittings import Sitting, write
from engine.decision.facts import ApprovalQuery
from engine.decision.standing import StandingApproval


def together(sittings: list[Sitting]) -> None:
    """Let approvals that begin at once know of each other."""
    ids = [sitting.standing.id for sitting in sittings]
    for sitting in sittings:
        others = tuple(id for id in ids if id != sitting.standing.id)
        sitting.standing = replace(sitting.standing, beside=others)
        write(sitting)


def waits(sitting: Sitting) -> bool:
    """Tell whether one that is approved has to wait for others.

    Those are written anew: of two who decide the last two at once one has to look again, or each would leave it to the
    other to take the record on.
    """
    open_ones = list(_under_way(sitting))
    for standing in open_ones:
        if standing is not None and standing.id not in sitting.work.approvals:
            write(_beside(sitting, standing))
    return bool(open_ones)


def others_under_way(sitting: Sitting) -> tuple[Sitting, ...]:
    """Return those that are still under way, as they stood before this decision."""
    return tuple(_beside(sitting, standing) for standing in _under_way(sitting) if standing is not None)


def all_beside(sitting: Sitting) -> tuple[StandingApproval, ...]:
    """Return those that began with it, be they under way or over, as they stood before this decision."""
    work, ids = sitting.work, sitting.standing.beside
    work.fetch(map(ApprovalQuery, ids))
    found = (cast("StandingApproval | None", work.fact(ApprovalQuery(id))) for id in ids)
    return tuple(one for one in found if one is not None)


def _under_way(sitting: Sitting) -> Iterator[StandingApproval | None]:
    """Go through the others that are under way; None stands for one that begins in this very decision."""
    work, ids = sitting.work, sitting.standing.beside
    work.fetch(map(ApprovalQuery, ids))
    for id in ids:
        stood = cast("StandingApproval | None", work.fact(ApprovalQuery(id)))
        written = work.approvals.get(id)
        if written is not None and written.outcome is not None:
            continue
        if (written is not None and stood is None) or (stood is not None and stood.course.outcome is None):
            yield stood


def _beside(sitting: Sitting, standing: StandingApproval) -> Sitting:
    return Sitting(sitting.work, sitting.app, sitting.form, standing, standing, sitting.save, sitting.depth)
