"""Approvals: what waits for the viewer, what they applied for and decided, and taking part in one."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.canonical import Json
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Nature, Problem
from engine.runtime.approvals import ACTS, Said
from web import security
from web.doors import instance, viewer
from web.errors import told
from web.filling.posted import read_post
from web.pages.approval_panel import filling_of, panel_of, readable
from web.pages.asking import FIRST, Attempt, ask_page, only_redrawn
from web.pages.desk import Desk, Tray
from web.problems import NOT_FOUND, RequestRefused, status_of

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response as BaseResponse

    from engine.runtime.approvals_views import ApprovalPage, ApprovalView

blueprint = Blueprint("approvals", __name__)

TABS: Final = ("waiting", "started", "decided")
MOST_AT_ONCE: Final = 200
LEAST_SEVERAL: Final = 2
_SCORE: Final = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True)
class Outcome:
    """What one approval of several that were approved at once came to: nothing against it, or why it was refused."""

    view: ApprovalView
    problems: tuple[Problem, ...] = ()


@blueprint.get("/approvals")
def approvals() -> str:
    """Show what waits for the viewer, or what they applied for, or decided; page by page."""
    return _listed(request.args.get("of", TABS[0]))


def _listed(tab: str, outcomes: tuple[Outcome, ...] = (), *, none_chosen: bool = False) -> str:
    if tab not in TABS:
        raise RequestRefused(404, NOT_FOUND.at("of"))
    asking, doors = viewer(), instance().services.approvals
    waiting, page = doors.waiting(asking), _page(tab)
    several = sum(1 for one in waiting if one.approval.may is not None and one.approval.may.plain)
    return render_template(
        "approvals.html",
        tab=tab,
        waiting=waiting,
        several=several >= LEAST_SEVERAL,
        page=page,
        outcomes=outcomes,
        none_chosen=none_chosen,
        picked="all" in request.args.getlist("pick"),
        stands_in=doors.stands_in(asking),
    )


def _page(tab: str) -> ApprovalPage | None:
    asking, doors, before = viewer(), instance().services.approvals, request.args.get("before")
    if before is not None and not is_uuid(before):
        raise RequestRefused(404, NOT_FOUND.at("before"))
    match tab:
        case "started":
            return doors.started(asking, before)
        case "decided":
            return doors.decided(asking, before)
        case _:
            return None


@blueprint.get("/approvals/<uuid:approval_id>")
def approval(approval_id: UUID) -> BaseResponse:
    """Show one approval, also to who decides in it and may not read its record."""
    return _shown(instance().services.approvals.look(viewer(), str(approval_id)))


def _shown(view: ApprovalView, attempt: Attempt = FIRST, refused: str = "") -> BaseResponse:
    about = readable(view)
    panel = panel_of((view,), about, attempt=attempt, refused=refused)
    page = render_template(
        "approval.html",
        view=view,
        panel=panel,
        app=instance().apps.app(viewer(), view.app) if about is not None else None,
        form=about[0] if about is not None else None,
        record=about[1] if about is not None else None,
        doing=refused or request.args.get("do", ""),
        status=attempt.status,
    )
    return make_response(page, attempt.status)


@blueprint.post("/approvals/<uuid:approval_id>/<act>")
def sign(approval_id: UUID, act: str) -> BaseResponse:
    """Do something in an approval; what is refused is told on its page, with all that was typed."""
    if act not in ACTS:
        raise RequestRefused(404, NOT_FOUND.at("act"))
    view = instance().services.approvals.look(viewer(), str(approval_id))
    tray, fields = Tray.of_request(), {}
    attempt = FIRST
    if act == "approve" and view.may is not None and view.may.fields and (about := readable(view)) is not None:
        form, record = about
        offered = filling_of(view)
        desk = Desk(form, record, None, offered.asks, needs=offered.needs)
        resolved = desk.resolved(read_post(request.form, form))
        attempt = Attempt(resolved, resolved.problems or None, 422 if resolved.problems else 200)
        if only_redrawn():
            return ask_page(form, offered, record, back=_back(view), attempt=attempt)
        if resolved.problems:
            return _shown(view, attempt, act)
        fields = dict(desk.sendable(resolved.posted, desk.state(resolved.posted), tray.warned).fields)
    try:
        instance().services.approvals.act(viewer(), view.id, act, _said(fields, tray), _key(tray, view.id, act))
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return _refused(view, act, Attempt(attempt.resolved, told(error), status_of(error)))
    return redirect(_done(_back(view), act), 303)


def _refused(view: ApprovalView, act: str, attempt: Attempt) -> BaseResponse:
    """Return the page of an approval as it stands now, which may be another one than the viewer had seen."""
    return _shown(instance().services.approvals.look(viewer(), view.id), attempt, act)


def _said(fields: dict[str, Json], tray: Tray) -> Said:
    to, score = request.form.get("to") or None, request.form.get("score", "").strip()
    given = int(score) if _SCORE.fullmatch(score) else None
    return Said(_plain(request.form.get("comment")), _plain(to), fields, given, tray.version)


def _plain(text: str | None) -> str | None:
    """Return a text that every database takes."""
    return None if text is None else text.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\r\n", "\n")


def _key(tray: Tray, id: str, act: str) -> str | None:
    """Return the idempotency key of a tap: forms of one page differ by what they do, and in which approval."""
    return f"{tray.key}.{id}.{act}" if tray.key else None


def _back(view: ApprovalView) -> str:
    """Return where whoever acted goes on: where they came from, else at the approval."""
    sent = request.form.get("_next")
    return security.local_path(sent) if sent else url_for("approvals.approval", approval_id=view.id)


def _done(path: str, act: str) -> str:
    """Return an address that says what was done."""
    parts = urlsplit(path)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("done", "of_act", "pick", "do")]
    return parts._replace(query=urlencode([*query, ("done", f"approval-{act}")])).geturl()


@blueprint.post("/approvals/several")
def several() -> BaseResponse:
    """Approve several, each by itself, and tell which went through and which did not."""
    tray, asking, doors = Tray.of_request(), viewer(), instance().services.approvals
    chosen = [id for id in dict.fromkeys(request.form.getlist("approval")) if is_uuid(id)][:MOST_AT_ONCE]
    outcomes = []
    for id in chosen:
        try:
            view = doors.look(asking, id)
        except EngineError as error:
            if error.nature is not Nature.ABSENT:
                raise
            continue
        outcomes.append(_approved(view, tray))
    return make_response(_listed(TABS[0], tuple(outcomes), none_chosen=not chosen))


def _approved(view: ApprovalView, tray: Tray) -> Outcome:
    seen = request.form.get(f"_version.{view.id}", "")
    version = int(seen) if re.fullmatch(r"[0-9]{1,9}", seen, re.ASCII) else None
    said = Said(_plain(request.form.get("comment")), version=version)
    try:
        done = instance().services.approvals.act(viewer(), view.id, "approve", said, _key(tray, view.id, "approve"))
    except EngineError as error:
        return Outcome(view, told(error))
    return Outcome(done)


def fresh_key() -> str:
    """Return a key under which what a form asks for is done once."""
    return secrets.token_urlsafe(18)
