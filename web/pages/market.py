"""The market, for administrators: what each pack adds, whom it lets do what, and putting it in, with a demo or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, redirect, render_template, request, url_for

from engine.decision.changeset import Actor
from engine.demo import make_demo_of
from engine.forms.field_types import BUILT_IN
from engine.packs.installing import install, plan
from engine.packs.shelf import Offer, offers
from engine.scenarios.running import prove as run
from web.doors import instance, viewer
from web.problems import NOT_FOUND, RequestRefused

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.boot import Instance
    from engine.runtime.works import Report, Work

blueprint = Blueprint("market", __name__)

INSTALL: Final = "install."
PROVE: Final = "prove."


@blueprint.get("/market")
def shelf() -> str:
    """Show what the market offers."""
    return render_template("market.html", offers=_offers())


@blueprint.get("/market/<key>")
def offer(key: str) -> str:
    """Show one pack, how far its installing is, and what its scenarios came to."""
    return render_template("offer.html", offer=_offer(key), installing=_look(INSTALL + key), proving=_look(PROVE + key))


@blueprint.post("/market/<key>/install")
def put_in(key: str) -> BaseResponse:
    """Begin to install a pack and what it needs, with its demo where that is asked for."""
    found, served, by = _offer(key), instance(), Actor(viewer().id)
    demo = request.form.get("demo") == "yes"
    if found.state in ("new", "upgrade") and not found.problems:
        served.works.start(INSTALL + key, lambda report: _install(served, found, by, report, demo=demo))
    return redirect(url_for("market.offer", key=key), 303)


@blueprint.post("/market/<key>/prove")
def prove(key: str) -> BaseResponse:
    """Begin to play the scenarios of a pack on a database that is thrown away."""
    found, served = _offer(key), instance()
    served.works.start(PROVE + key, lambda report: run(found.pack, BUILT_IN, report))
    return redirect(url_for("market.offer", key=key), 303)


def _offers() -> tuple[Offer, ...]:
    """Return the offers; whoever is no administrator finds no market."""
    if not instance().apps.may_export(viewer()):
        raise RequestRefused(404, NOT_FOUND.at())
    return offers(instance().services)


def _offer(key: str) -> Offer:
    for found in _offers():
        if found.pack.key == key:
            return found
    raise RequestRefused(404, NOT_FOUND.at())


def _look(name: str) -> Work | None:
    return instance().works.look(name)


def _install(served: Instance, found: Offer, by: Actor, report: Report, *, demo: bool) -> None:
    steps = [step for step in plan(served.services, found.pack) if step.kind != "keep"]
    for number, step in enumerate(steps):
        report(number, len(steps))
        if demo:
            make_demo_of(served, step.pack, None, report)
        else:
            install(served.services, step.pack, by)
