"""The market, for administrators: what each pack adds, whom it lets do what, and putting it in, with a demo or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from engine import market
from engine.packs.shelf import Offer, offers
from web.doors import instance, viewer
from web.problems import NOT_FOUND, RequestRefused

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("market", __name__)


@blueprint.get("/market")
def shelf() -> str:
    """Show what the market offers."""
    return render_template("market.html", offers=_offers())


@blueprint.get("/market/<key>")
def offer(key: str) -> str:
    """Show one pack, how far its installing is, and what its scenarios came to."""
    works = {"installing": market.installing(instance(), key), "proving": market.proving(instance(), key)}
    found = _offer(key)
    cut_short, half_demo = _is_cut_short(found), market.has_half_demo(instance(), key)
    is_open = key not in instance().apps.not_open_to(viewer())
    return render_template(
        "offer.html", offer=found, cut_short=cut_short, half_demo=half_demo, is_open=is_open, **works
    )


@blueprint.post("/market/<key>/install")
def put_in(key: str) -> BaseResponse:
    """Begin to install a pack and what it needs, with its demo where that is asked for."""
    found = _offer(key)
    if (found.state in ("new", "upgrade") or _is_cut_short(found)) and not found.problems:
        market.begin_install(instance(), found.pack, viewer().id, demo=request.form.get("demo") == "yes")
    return redirect(url_for("market.offer", key=key), 303)


@blueprint.post("/market/<key>/prove")
def prove(key: str) -> BaseResponse:
    """Begin to play the scenarios of a pack on a database that is thrown away."""
    market.begin_proof(instance(), _offer(key).pack)
    return redirect(url_for("market.offer", key=key), 303)


def _is_cut_short(found: Offer) -> bool:
    """Tell whether a pack is there and yet not all of it; one that somebody has changed since is left as it is."""
    return found.state == "installed" and market.was_cut_short(instance(), found.pack.key)


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
