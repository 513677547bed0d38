"""A form that was filled for an earlier version of its record: what of it is its sender's own, and what is disputed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from flask import request

from engine.kernel.canonical import Json
from engine.kernel.problems import Nature, Problem
from engine.runtime.views import FieldView
from web.doors import instance, viewer
from web.filling.posted import Posted
from web.pages.desk import Desk

SETTLED: Final = "_settled"
"""The version for which the sender has said of each disputed field whose value is to hold."""
CHOICE: Final = "_holds."
THEIRS: Final = "theirs"


@dataclass(frozen=True)
class CaughtUp:
    """The post as it is meant for the record as it is now, and the fields that somebody else has changed as well."""

    posted: Posted
    disputed: tuple[str, ...] = ()
    unread: tuple[Problem, ...] = ()
    """What cannot be read at all: nothing is merged before it can."""


def catch_up(desk: Desk, posted: Posted, seen: int, given_up: Collection[str] = ()) -> CaughtUp:
    """Return what the sender changes themselves; of what others have changed since it says nothing any more.

    Lines come as both leave them. ``given_up`` are fields of which the sender lets the others' value hold. EngineError
    (DECIDE-002) where nobody can tell what has changed since version ``seen``.
    """
    form, record = desk.form, desk.record
    state = instance().records.preview(
        viewer(), form.app, form.key, desk.given(posted), id=record.id if record else None, seen=seen
    )
    if state.unread:
        return CaughtUp(posted, unread=tuple(one for one in state.problems if _field(one) in state.unread))
    own = [key for key in posted.fields if key in state.given and key not in given_up]
    merged = {
        key: _typed(form.fields[key], state.fields[key])
        for key in own
        if key in posted.tokens and key in state.fields and key in form.fields
    }
    tokens = {key: tuple(f"m{number}" for number, _ in enumerate(value or ())) for key, value in merged.items()}
    caught = replace(
        posted,
        fields={key: merged.get(key, posted.fields[key]) for key in own},
        tokens={**{key: posted.tokens[key] for key in own if key in posted.tokens}, **tokens},
    )
    conflicts = {_field(problem) for problem in state.problems if problem.nature is Nature.CONFLICT}
    return CaughtUp(caught, tuple(key for key in own if key in conflicts))


def _typed(view: FieldView, lines: Json) -> Json:
    """Return lines without what the system fills in them: nobody types that."""
    own = {inner.key for inner in view.lines if inner.system}
    return lines and [{key: value for key, value in line.items() if key not in own} for line in lines]


def chosen(version: int) -> dict[str, bool] | None:
    """Return, of each disputed field, whether the sender's own value is to hold, as they said it of this version.

    None where they have not looked at this version yet.
    """
    if request.form.get(SETTLED) != str(version):
        return None
    said = {name: value for name, value in request.form.items() if name.startswith(CHOICE)}
    return {name.removeprefix(CHOICE): value != THEIRS for name, value in said.items()}


def _field(problem: Problem) -> str:
    return re.split(r"[.\[]", problem.path.removeprefix("fields."))[0]
