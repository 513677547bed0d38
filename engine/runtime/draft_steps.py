"""The steps by which a draft came to be: who changed what of it, so that changes do not collide and can be undone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

from engine.catalog.changes_kept import from_json, to_json
from engine.catalog.comparing import Change
from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import Moment
from engine.storage.drafts import Draft

StepKind = Literal["edit", "undo", "redo", "base"]
"""A step of ``base`` took the draft over to another revision: there is no way back to what went before it."""

STEPS_KEPT: Final = 200
SIZE_KEPT: Final = 4_000_000
"""Characters of steps that are kept with a draft; the last one is kept, however long it is."""
STEPS: Final = "steps"
"""Where a draft's content has them."""
FIRST: Final = "first"
"""Where it has the version of its first step, kept or not."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a draft: the version that it led to, who made it and when, and whether it took another back."""

    version: int
    user: str
    at: Moment
    kind: StepKind
    changes: tuple[Change, ...]


def steps_of(draft: Draft | None) -> tuple[Step, ...]:
    """Return the last changes of a draft, the oldest first."""
    listed = [] if draft is None else draft.content.get(STEPS, [])
    return tuple(
        Step(item["version"], item["user"], item["at"], item["kind"], from_json(item["changes"])) for item in listed
    )


def with_step(draft: Draft | None, step: Step) -> dict[str, Json]:
    """Return what a draft's content has of its steps, with one more: the earliest go where they become too many."""
    earlier: list[Json] = [] if draft is None else draft.content.get(STEPS, [])
    changes = to_json(step.changes)
    written = {"version": step.version, "user": step.user, "at": step.at, "kind": step.kind}
    listed = [*earlier, {**written, "size": len(compact(changes)), "changes": changes}][-STEPS_KEPT:]
    sizes = list(accumulate(item.get("size", 0) for item in reversed(listed)))
    kept = max(bisect_right(sizes, SIZE_KEPT), 1)
    return {STEPS: listed[-kept:], FIRST: _first(draft) or step.version}


def _first(draft: Draft | None) -> int | None:
    """Return the version of a draft's first step, None where there is none."""
    listed = [] if draft is None else draft.content.get(STEPS, [])
    found: int | None = None if draft is None else draft.content.get(FIRST, listed[0]["version"] if listed else None)
    return found


def since(draft: Draft, version: int) -> tuple[Step, ...] | None:
    """Return the steps after a version of a draft (0: all); None where that is none of its versions, or long ago."""
    steps = steps_of(draft)
    known = {step.version for step in steps}
    if version not in known and not (version == 0 and _first(draft) in known):
        return None
    return tuple(step for step in steps if step.version > version)


def undoable(steps: Sequence[Step], user: str) -> Step | None:
    """Return the last step of a user that has not been taken back, None where there is none."""
    done, _ = _stacks(steps, user)
    return done[-1] if done else None


def redoable(steps: Sequence[Step], user: str) -> Step | None:
    """Return the step of a user by which the last one was taken back, where nothing was done since."""
    _, undone = _stacks(steps, user)
    return undone[-1] if undone else None


def _stacks(steps: Iterable[Step], user: str) -> tuple[list[Step], list[Step]]:
    done: list[Step] = []
    undone: list[Step] = []
    for step in steps:
        if step.user != user:
            continue
        match step.kind:
            case "edit":
                done, undone = [*done, step], []
            case "undo":
                done, undone = done[:-1], [*undone, step]
            case "redo":
                done, undone = [*done, step], undone[:-1]
            case "base":
                undone = []
    return done, undone
