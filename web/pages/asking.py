"""The page that asks for what a transition or a task's action needs, and for nothing else."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import make_response, render_template, request

from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.runtime.views import FormView, RecordView, TransitionView
from web.doors import instance, viewer
from web.entrance import is_fragment
from web.filling.controls import Drawn
from web.filling.posted import Posted
from web.filling.sending import Resolved
from web.pages.desk import Desk, Tray, shown_while_typing, without_hidden

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse


@dataclass(frozen=True)
class Attempt:
    """What was typed so far and what is wrong with it; ``problems`` is None while nothing was refused."""

    resolved: Resolved
    problems: tuple[Problem, ...] | None = None
    status: int = 200


FIRST: Final = Attempt(Resolved(Posted()))


def only_redrawn() -> bool:
    """Tell whether the form is only to be drawn again: a page that asks while somebody types never fires."""
    return is_fragment() or request.form.get("_do", "fire") != "fire"


@dataclass(frozen=True)
class Asked:
    """The form of what is asked for, and what travels with it."""

    drawn: Drawn
    tray: Tray
    trees: Json = None


def fresh_tray(record: RecordView) -> Tray:
    """Return what travels with a form about a record that nobody has sent yet."""
    return Tray(secrets.token_urlsafe(18), record.version)


def asked_for(
    form: FormView,
    offered: TransitionView,
    record: RecordView,
    tray: Tray,
    transition: str | None = None,
    attempt: Attempt = FIRST,
) -> Asked:
    """Return the form with the fields that ``offered`` asks for, and those that its refusal is about."""
    posted, problems = attempt.resolved, attempt.problems
    asked = (*offered.asks, *(_field_of(problem) for problem in problems or ()))
    only = tuple(dict.fromkeys((*asked, *posted.posted.fields)))
    desk = Desk(form, record, transition, only, offered.one_of, offered.needs)
    state = desk.state(posted.posted)
    if problems is not None:
        tray = Tray(tray.key, tray.version, tried=True, warned=tray.warned)
    else:
        found = without_hidden(state.problems, state)
        problems = found if tray.tried else shown_while_typing(found, posted.posted.fields)
    return Asked(desk.drawn(posted, state, problems), tray, None if is_fragment() else desk.trees())


def ask_page(
    form: FormView,
    offered: TransitionView,
    record: RecordView,
    *,
    back: str,
    transition: str | None = None,
    attempt: Attempt = FIRST,
) -> BaseResponse:
    """Return the page that asks for what ``offered`` needs."""
    tray = Tray.of_request() if request.method == "POST" else fresh_tray(record)
    asked = asked_for(form, offered, record, tray, transition, attempt)
    page = render_template(
        "form_body.html" if is_fragment() else "ask.html",
        app=instance().apps.app(viewer(), form.app) if not is_fragment() else None,
        form=form,
        record=record,
        offered=offered,
        drawn=asked.drawn,
        tray=asked.tray,
        trees=asked.trees,
        opening=transition,
        back=back,
        status=attempt.status,
    )
    return make_response(page, attempt.status)


def _field_of(problem: Problem) -> str:
    return re.split(r"[.\[]", problem.path.removeprefix("fields."))[0]
