"""Receipts: what a rule's run did, in few words, so that it can be told and undone; of values it only says where.

``create`` and ``change`` name a version of a record: what it brought stands in the journal alone, and goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.decision.changeset import TaskOpening
from engine.decision.work import Key, Work
from engine.kernel.canonical import Json

UNDO = "undo"
"""What the journal calls a change of a record that takes back what a rule did."""


def leave(work: Work, receipt: Json) -> None:
    """Keep a receipt for the rule that acts now, where one does."""
    if work.receipts is not None:
        work.receipts.append(receipt)


def written(record: Key, version: int, *, new: bool) -> Json:
    """Return the receipt of a record that was made or changed."""
    return {"did": "create" if new else "change", "of": list(record), "version": version}


def task_opened(task: TaskOpening) -> Json:
    """Return the receipt of a task."""
    of = [task.app, task.form, task.record]
    return {"did": "task", "of": of, "id": task.id, "key": task.key, "to": [task.assignee]}


def sent(did: Literal["notify", "call", "wait"], message: str, **more: Json) -> Json:
    """Return the receipt of a message: of whom it tells and how, or of what it calls."""
    return {"did": did, "id": message, **more}


@dataclass(frozen=True, slots=True)
class Written:
    """All that a run did to one record: the versions that it brought, and whether it made it."""

    record: Key
    versions: tuple[int, ...]
    new: bool


def records_written(receipts: Json) -> Iterator[Written]:
    """Go through the records that a run made or changed, each once, in the order of their first change."""
    found: dict[Key, list[Json]] = {}
    for one in receipts:
        if one["did"] in ("create", "change"):
            app, form, id = one["of"]
            found.setdefault((app, form, id), []).append(one)
    for key, listed in found.items():
        versions = tuple(sorted({one["version"] for one in listed}))
        yield Written(key, versions, any(one["did"] == "create" for one in listed))
