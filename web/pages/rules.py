"""The rules of a record: which of them hold for it now, and why one does, or does not, do something about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template

from engine.runtime.explanations import RunView
from web.display import joined
from web.doors import instance, viewer
from web.texts import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from engine.runtime.views import AppView, FormView, RecordView

blueprint = Blueprint("rules", __name__)

RULES: Final = "/a/<app>/<form>/<uuid:record_id>/rules"


@blueprint.get(RULES)
def rules(app: str, form: str, record_id: UUID) -> str:
    """Show the rules of a record's form."""
    found = instance().services.explaining.rules(viewer(), app, form, str(record_id))
    runs = instance().apps.may_export(viewer())
    return render_template("rules.html", rules=found, runs=runs, **_around(app, form, record_id))


@blueprint.get(f"{RULES}/<key>")
def rule(app: str, form: str, record_id: UUID, key: str) -> str:
    """Explain one rule for one record."""
    found = instance().services.explaining.explain(viewer(), app, form, str(record_id), key)
    looks = [(run, done_by(run)) for run in found.runs]
    runs = instance().apps.may_export(viewer())
    return render_template("rule.html", explained=found, looks=looks, runs=runs, **_around(app, form, record_id))


def _around(app: str, form: str, record_id: UUID) -> dict[str, AppView | FormView | RecordView]:
    asking = viewer()
    return {
        "app": instance().apps.app(asking, app),
        "form": instance().apps.form(asking, app, form),
        "record": instance().records.read(asking, app, form, str(record_id)),
    }


def done_by(run: RunView) -> str:
    """Return in words what a look of a rule did; each kind of action once."""
    return joined(actions_in_words(run.actions))


def actions_in_words(actions: Iterable[str]) -> tuple[str, ...]:
    """Return what actions do in words; each kind once."""
    known = {
        "set": gettext("set fields"),
        "hold": gettext("put on hold"),
        "release": gettext("let go"),
        "open_task": gettext("opened a task"),
        "notify": gettext("told people"),
        "fire": gettext("moved it on"),
        "create": gettext("made a record"),
        "update": gettext("changed a record"),
        "add_tag": gettext("added a tag"),
        "run": gettext("ran other rules"),
        "wait_for": gettext("began to wait"),
        "for_each": gettext("changed what belongs to it"),
        "call": gettext("called a partner"),
        "post": gettext("posted to a ledger"),
        "reverse": gettext("took a posting back"),
    }
    return tuple(dict.fromkeys(known.get(action, gettext("acted")) for action in actions))
