"""The parameters of an app as they are designed: what they are called and may be, and their defaults."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template, url_for

from engine.runtime.studio.parameters import (
    OF_NUMBER,
    TYPES,
    AddParameter,
    RemoveParameter,
    SetParameter,
    parameters_in,
)
from engine.runtime.studio.views import type_name
from web.problems import BAD_REQUEST, RequestRefused
from web.studio.frame import change, design, language, posted

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem
    from engine.runtime.studio.studio import Edit

blueprint = Blueprint("studio_parameters", __name__)

PARAMETERS: Final = "/a/<app>/studio/parameters/"
KEYS: Final = ("name", "help", "default", "min", "max", "scale")


@blueprint.get(PARAMETERS)
def show(app: str) -> str:
    """Show the parameters of an app."""
    return _page(app, ())


def _page(app: str, problems: tuple[Problem, ...]) -> str:
    found = design(app)
    return render_template(
        "studio/parameters.html",
        design=found,
        problems=problems,
        here=url_for("studio_parameters.show", app=app),
        listed=parameters_in(found.documents),
        types=[(kind, type_name(kind)) for kind in TYPES],
        type_name=type_name,
        of_number=OF_NUMBER,
    )


def _changed(app: str, edit: Edit) -> BaseResponse:
    return change(app, edit, url_for("studio_parameters.show", app=app), partial(_page, app))


@blueprint.post(PARAMETERS)
def add(app: str) -> BaseResponse:
    """Add a parameter."""
    return _changed(app, AddParameter(posted("name"), language(), posted("type")))


@blueprint.post(f"{PARAMETERS}<uid>")
def set_parameter(app: str, uid: str) -> BaseResponse:
    """Set one property of a parameter."""
    if posted("key") not in KEYS:
        raise RequestRefused(400, BAD_REQUEST.at("key"))
    return _changed(app, SetParameter(uid, posted("key"), posted("value"), language()))


@blueprint.post(f"{PARAMETERS}<uid>/remove")
def remove(app: str, uid: str) -> BaseResponse:
    """Take a parameter away."""
    return _changed(app, RemoveParameter(uid))
