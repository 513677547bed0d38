"""What a page shows of a record's approvals, and the forms by which the viewer has a part in them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flask import request

from engine.kernel.problems import EngineError, Nature, Problem, Text
from engine.runtime.views import FormView, RecordView, TransitionView
from web.doors import instance, viewer
from web.pages.asking import FIRST, Asked, Attempt, asked_for, fresh_tray
from web.pages.desk import Tray

if TYPE_CHECKING:
    from engine.runtime.approvals_views import ApprovalView

APPROVE: Final = Text("同意", "Approve")
ENTERED: Final = ("comment", "to", "score")
"""What is entered with an act beside the fields of its step."""


@dataclass(frozen=True)
class Panel:
    """The approvals of a page, the one that matters first.

    ``asked`` is the form of the fields that the step ``filled`` (the id of its approval) has filled; ``record`` is what
    they are of. ``people`` may be asked along. ``entered`` is what was typed with the act ``refused`` because of
    ``problems``. ``closed`` says that the viewer may not read the record, so that nothing of it can be filled.
    """

    views: tuple[ApprovalView, ...]
    key: str
    asked: Asked | None = None
    filled: str | None = None
    people: tuple[tuple[str, str], ...] = ()
    refused: str = ""
    entered: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    closed: bool = False

    @property
    def deciding(self) -> bool:
        """Tell whether it waits for the viewer's decision."""
        return self.first is not None

    @property
    def shown(self) -> tuple[ApprovalView, ...]:
        """The approvals that matter now: of which the record waits, or in which the viewer can do something.

        Else the latest one with those that began with it. What the viewer decides comes first, then what is under way.
        """
        live = [view for view in self.views if view.may is not None or view.outcome is None or view.waits_for]
        ordered = sorted(live, key=lambda view: (view is not self.first, view.outcome is not None))
        return tuple(ordered) or self._latest()

    def _latest(self) -> tuple[ApprovalView, ...]:
        """Return the latest approval with those that began with it, what was decided before what was overtaken."""
        if not self.views:
            return ()
        together = {self.views[0].id, *(one.id for one in self.views[0].beside)}
        found = (view for view in self.views if view.id in together)
        return tuple(sorted(found, key=lambda view: view.outcome == "overtaken"))

    @property
    def first(self) -> ApprovalView | None:
        """The first approval that waits for the viewer's decision, None where there is none."""
        return next((view for view in self.views if view.may is not None and "approve" in view.may.acts), None)


def readable(view: ApprovalView) -> tuple[FormView, RecordView] | None:
    """Return the form and the record of an approval as the viewer sees them; None where they may not."""
    try:
        record = instance().records.read(viewer(), view.app, view.form, view.record)
    except EngineError as error:
        if error.nature is not Nature.ABSENT:
            raise
        return None
    return instance().apps.form(viewer(), view.app, view.form), record


def panel_of(
    views: tuple[ApprovalView, ...],
    about: tuple[FormView, RecordView] | None,
    *,
    attempt: Attempt = FIRST,
    refused: str = "",
    fills: bool = True,
) -> Panel:
    """Return the panel of these approvals; ``fills`` says that the page has room for the form of a step's fields."""
    deciding = [view for view in views if view.may is not None and "approve" in view.may.acts]
    filling = next((view for view in deciding if view.may is not None and view.may.fields), None)
    asked = None
    if filling is not None and about is not None and fills:
        form, record = about
        tray = Tray.of_request() if refused == "approve" else fresh_tray(record)
        asked = asked_for(form, filling_of(filling), record, tray, None, attempt)
    return Panel(
        views=views,
        key=secrets.token_urlsafe(18),
        asked=asked,
        filled=filling.id if filling is not None and asked is not None else None,
        people=_others() if deciding else (),
        refused=refused,
        entered={name: request.form.get(name, "") for name in ENTERED} if refused else {},
        problems=tuple(attempt.problems or ()),
        closed=about is None,
    )


def filling_of(view: ApprovalView) -> TransitionView:
    """Return what a step asks for as forms are asked for."""
    fields = view.may.fields if view.may is not None else ()
    return TransitionView("approve", APPROVE, fields, needs=fields)


def _others() -> tuple[tuple[str, str], ...]:
    """Return whom the viewer may hand on to or ask along: everybody else, in the order in which one looks for them."""
    me, everybody = viewer().id, instance().directory.people()
    return tuple(one for one in everybody if one[0] != me)
