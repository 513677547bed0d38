"""A new record on its way to being saved, from whoever makes it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.catalog.apps import App
from engine.decision.changeset import Actor
from engine.decision.pending import Saving
from engine.decision.work import Work
from engine.forms.forms import Form
from engine.kernel.values import Value


def new_saving(
    work: Work, app: App, form: Form, values: Mapping[str, Value], actor: Actor, *, typed: bool, depth: int = 0
) -> Saving:
    """Return the save of a new record of a form with these values."""
    flow = app.workflows.get(form.key)
    creator = work.person(actor.user) if actor.user else None
    row: dict[str, Value] = {
        **dict.fromkeys(form.fields),
        "department": creator.department if creator else None,
        "owner": actor.user,
        **values,
        "id": work.next_id(),
        "version": 0,
        "state": flow.definition.initial if flow else None,
        "state_since": work.moment if flow else None,
        "held": None,
        "created_at": work.moment,
        "created_by": actor.user,
        "deleted_at": None,
    }
    return Saving(work, app, form, None, row, values, actor, typed=typed, depth=depth)
