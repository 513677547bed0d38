"""The steps by which a draft came to be: who changed what of it, so that changes do not collide and can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engine.catalog.changes_kept import from_json, to_json
from engine.catalog.comparing import Change
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.storage.drafts import Draft

StepKind = Literal["edit", "undo", "redo"]

STEPS_KEPT: Final = 200
STEPS: Final = "steps"
"""Where a draft's content has them."""


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


def with_step(draft: Draft | None, step: Step) -> list[Json]:
    """Return the steps of a draft and one more, as they are kept."""
    earlier: list[Json] = [] if draft is None else draft.content.get(STEPS, [])
    written = {"version": step.version, "user": step.user, "at": step.at, "kind": step.kind}
    return [*earlier, {**written, "changes": to_json(step.changes)}][-STEPS_KEPT:]


def since(draft: Draft, version: int) -> tuple[Step, ...] | None:
    """Return the steps after a version of a draft (0: all); None where that is none of its versions, or long ago."""
    steps = steps_of(draft)
    if version and version not in {step.version for step in steps}:
        return None
    found = tuple(step for step in steps if step.version > version)
    return found if len(found) < STEPS_KEPT else None


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
    return done, undone
