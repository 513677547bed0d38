"""The people of an app: who has which role. What is done here holds at once and is no part of a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, make_response, redirect, render_template, url_for

from engine.kernel.problems import EngineError, Nature
from engine.runtime.studio.people import People
from web.doors import instance, viewer
from web.errors import told
from web.problems import status_of
from web.studio.frame import design, posted

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem

blueprint = Blueprint("studio_people", __name__)

PEOPLE: Final = "/a/<app>/studio/people/"
MOST_LISTED: Final = 12
"""Of more people than these one is looked for by name."""


def _people() -> People:
    return People(instance().services.desk)


@blueprint.get(PEOPLE)
def show(app: str) -> str:
    """Show who has which role."""
    return _page(app, ())


def _page(app: str, problems: tuple[Problem, ...]) -> str:
    staff = _people().staff(viewer(), app)
    return render_template(
        "studio/people.html",
        design=design(app),
        problems=problems,
        here=url_for("studio_people.show", app=app),
        staff=staff,
        many=len(staff.everybody) > MOST_LISTED,
    )


@blueprint.post(PEOPLE)
def change_holder(app: str) -> BaseResponse:
    """Give somebody a role, take it from them, or note where they are reached."""
    people = _people()
    try:
        match posted("act"):
            case "take":
                people.take(viewer(), app, posted("role"), posted("user"))
            case "reach":
                people.reach(viewer(), app, posted("user"), posted("mail"))
            case _:
                people.give(viewer(), app, posted("role"), posted("user"))
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return make_response(_page(app, told(error)), status_of(error))
    return redirect(url_for("studio_people.show", app=app), 303)
