"""Sending documents for signing by hand, and what their senders do with envelopes."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

import segno
from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature
from engine.runtime.signing.sending import MOST_SIGNERS, Named, Wanted
from engine.runtime.signing.views import OfferedSigner, OfferedSigning
from web.doors import instance, viewer
from web.errors import told
from web.pages.records import RECORD
from web.problems import NOT_FOUND, RequestRefused, status_of

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response as BaseResponse

    from engine.runtime.signing.views import EnvelopeView

blueprint = Blueprint("envelopes", __name__)

ONE: Final = "/envelopes/<uuid:envelope_id>"
PARTS: Final = ("user", "name", "mail", "phone")
ORDERS: Final = ("sequence", "together")
LONGEST_ISSUE: Final = 9


@blueprint.route(f"{RECORD}/sign/<key>", methods=["GET", "POST"])
def send(app: str, form: str, record_id: UUID, key: str) -> BaseResponse:
    """Ask who signs a document of a record, and send it."""
    about = (app, form, str(record_id))
    offers = instance().services.envelopes.offered(viewer(), *about)
    offer = next((one for one in offers if one.key == key), None)
    if offer is None:
        raise RequestRefused(404, NOT_FOUND.at())
    if request.method == "GET" or request.form.get("_do") == "more":
        return _asked(about, offer, more=request.method == "POST")
    try:
        instance().services.envelopes.send(viewer(), about, key, _wanted(offer), request.form.get("_key") or None)
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return _asked(about, offer, error)
    return redirect(url_for("records.record", app=app, form=form, record_id=record_id, done="sent_for_signing"), 303)


def _rows(offer: OfferedSigning) -> list[OfferedSigner]:
    """Return the signers as they were entered, or as they are proposed: one at least."""
    if request.method == "GET":
        return list(offer.signers) or [OfferedSigner(offer.labels)]
    given = {part: request.form.getlist(part) for part in PARTS}
    count = min(max(map(len, given.values()), default=0), MOST_SIGNERS + 1)
    entered = [{part: values[at] if at < len(values) else "" for part, values in given.items()} for at in range(count)]
    labels = [one.labels for one in offer.signers]
    return [
        OfferedSigner(
            labels[at] if at < len(labels) else Named().labels,
            one["name"],
            one["mail"],
            one["phone"],
            one["user"] or None,
        )
        for at, one in enumerate(entered)
    ]


def _wanted(offer: OfferedSigning) -> Wanted:
    """Return what was entered; a row that was left blank is nobody."""
    rows = [one for one in _rows(offer) if one.user or one.name.strip() or one.mail.strip() or one.phone.strip()]
    named = tuple(Named(one.name, one.mail, one.phone, one.user, one.labels) for one in rows)
    order = request.form.get("order", "")
    days = request.form.get("days", "")
    whole = int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0  # noqa: PLR2004 - no number of days
    return Wanted(named or (Named(),), "together" if order == ORDERS[1] else "sequence", whole)


def _asked(
    about: tuple[str, str, str], offer: OfferedSigning, error: EngineError | None = None, *, more: bool = False
) -> BaseResponse:
    app, form, record_id = about
    rows = _rows(offer)
    rows += [OfferedSigner(Named().labels)] if more and len(rows) < MOST_SIGNERS else []
    entered = request.form.get
    page = render_template(
        "send_for_signing.html",
        app=instance().apps.app(viewer(), app),
        form=instance().apps.form(viewer(), app, form),
        record=instance().records.read(viewer(), app, form, record_id),
        offer=offer,
        rows=rows,
        order=entered("order") or offer.order,
        days=entered("days") or offer.days,
        people=instance().directory.people(),
        key=entered("_key") or secrets.token_urlsafe(18),
        problems=told(error) if error else (),
    )
    return make_response(page, status_of(error) if error else 200)


def _record(view: EnvelopeView) -> BaseResponse:
    address = url_for("records.record", app=view.app, form=view.form, record_id=view.record)
    return redirect(f"{address}#envelopes", 303)


@blueprint.post(f"{ONE}/withdraw")
def withdraw(envelope_id: UUID) -> BaseResponse:
    """Take an envelope back; one that is over already is shown as it is."""
    doors = instance().services.envelopes
    try:
        return _record(doors.withdraw(viewer(), str(envelope_id)))
    except EngineError as error:
        if error.nature is not Nature.CONFLICT:
            raise
        return _record(doors.look(viewer(), str(envelope_id)))


@blueprint.get(f"{ONE}/signers/<int:number>")
def link(envelope_id: UUID, number: int) -> BaseResponse:
    """Show a signer's link to its sender."""
    doors = instance().services.envelopes
    found = doors.link(viewer(), str(envelope_id), number)
    view = doors.look(viewer(), str(envelope_id))
    # Where the installation does not know its public address, it is the one at which the sender has found it.
    address = found.address or (found.path and request.host_url.rstrip("/") + found.path)
    qr = segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=2) if address else None
    page = render_template("signing_link.html", link=found, view=view, number=number, address=address, qr=qr)
    response = make_response(page)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get(f"{ONE}/signers/<int:number>/mine")
def mine(envelope_id: UUID, number: int) -> BaseResponse:
    """Lead a signer of this installation to their page."""
    found = instance().services.envelopes.link(viewer(), str(envelope_id), number)
    if found.path is None:
        return redirect(url_for("envelopes.link", envelope_id=envelope_id, number=number), 303)
    return redirect(found.path, 303)


@blueprint.post(f"{ONE}/signers/<int:number>")
def renew(envelope_id: UUID, number: int) -> BaseResponse:
    """Give a signer another link."""
    issue = request.form.get("issue", "")
    seen = int(issue) if issue.isascii() and issue.isdigit() and len(issue) < LONGEST_ISSUE else None
    instance().services.envelopes.renew(viewer(), str(envelope_id), number, seen)
    return redirect(url_for("envelopes.link", envelope_id=envelope_id, number=number), 303)
