"""Forms and boards as their draft says: a form is filled like any other and nothing of it is kept, a board is seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Nature
from engine.runtime.apps import Apps
from engine.runtime.boards import Boards
from engine.runtime.records import Records
from engine.runtime.views import FormState
from web.doors import instance, viewer
from web.entrance import is_fragment
from web.errors import told
from web.filling.posted import Posted, read_post
from web.filling.sending import Resolved
from web.pages.boards import sections_of
from web.pages.desk import Desk, Tray, shown_while_typing, without_hidden
from web.studio.frame import design

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.runtime.desk import Desk as RuntimeDesk
    from engine.runtime.views import FormView

blueprint = Blueprint("studio_preview", __name__)


@dataclass(frozen=True)
class TrialForm(Desk):
    """A form on somebody's desk that is only tried: it asks the draft how it stands."""

    at: RuntimeDesk | None = None

    def _records(self) -> Records:
        return instance().records if self.at is None else Records(self.at)

    def _preview(self, fields: Mapping[str, Json], transition: str | None) -> FormState:
        return self._records().preview(viewer(), self.form.app, self.form.key, dict(fields), transition=transition)

    def trees(self) -> Json:
        """Return what the page needs to keep the form in step by itself."""
        return self._records().live(viewer(), self.form.app, self.form.key, None, self.transition)


@blueprint.route("/a/<app>/studio/forms/<form>/preview", methods=["GET", "POST"])
def show(app: str, form: str) -> tuple[str, int] | str:
    """Show the form of the draft, as somebody with a role (``role``) would fill it."""
    try:
        at = instance().services.trials.desk(app, request.args.get("role") or None)
        view = Apps(at).form(viewer(), app, form)
        return _filled(TrialForm(view, None, _opening(view), at=at))
    except EngineError as error:
        if error.nature is Nature.ABSENT and not request.args.get("role"):
            raise
        return render_template("studio/no_preview.html", problems=told(error))


@blueprint.get("/a/<app>/studio/boards/<key>/preview")
def board(app: str, key: str) -> str:
    """Show the board of the draft with figures as they are now, as somebody with a role (``role``) would see it."""
    design(app)
    try:
        at = instance().services.trials.desk(app, request.args.get("role") or None)
        view = Boards(at).show(viewer(), app, key)
    except EngineError as error:
        return render_template("studio/no_preview.html", problems=told(error))
    return render_template("studio/board_preview.html", board=view, sections=sections_of(view))


def _opening(view: FormView) -> str | None:
    return view.start_transitions[0].key if view.start_transitions else None


def _filled(desk: TrialForm) -> str:
    posted = read_post(request.form, desk.form) if request.method == "POST" else Posted({})
    resolved, tray = Resolved(posted), Tray("")
    state = desk.state(posted)
    problems = shown_while_typing(without_hidden(state.problems, state), posted.fields)
    return render_template(
        "form_body.html" if is_fragment() else "studio/preview.html",
        form=desk.form,
        record=None,
        drawn=desk.drawn(resolved, state, problems),
        tray=tray,
        trees=None if is_fragment() else desk.trees(),
        opening=desk.transition,
        status=200,
    )
