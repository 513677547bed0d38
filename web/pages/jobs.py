"""How the work behind the pages stands, for administrators: what failed and is sent again, what is wrong and next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.clocks import moment_text
from engine.kernel.problems import EngineError, Nature
from engine.runtime.views import AppView
from web.display import text_of
from web.doors import instance, viewer
from web.errors import told
from web.payloads import USUAL_PER_PAGE
from web.problems import NOT_FOUND, RequestRefused, status_of
from web.texts import gettext, ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Text

blueprint = Blueprint("jobs", __name__)

SOON: Final = 12
"""So many of the next slots are shown."""

LONGEST_NUMBER: Final = 12

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True)
class Letter:
    """A dead letter as it is told: what it was to do, about what, and why it was given up."""

    id: str
    what: str
    about: str
    record: str | None
    error: str
    since: str
    attempts: int


@dataclass(frozen=True)
class Slot:
    """When a rule looks, or a list is fetched, next; ``labels`` is None for one that is there no more."""

    app: AppView | None
    labels: Text | None
    at: str


@blueprint.get("/jobs")
def show() -> str:
    """Show how everything stands."""
    _for_administrators()
    return _page()


def _page(limit: str | None = None, problem: str = "") -> str:
    """Return the page; ``limit`` is what was refused of how often somebody is interrupted, and ``problem`` says why."""
    office, asking = instance().office, viewer()
    found = office.standing()
    apps = {app.key: app for app in instance().apps.installed(asking)}
    partners = instance().services.connectors
    connectors = partners.all()
    pulls = {(one.app, f"{one.key}/{pull.key}"): pull.labels for one in connectors for pull in one.pulls}
    rules = {**instance().apps.rule_labels(asking), **pulls, **instance().services.boards_sent.clocks()}
    dead = office.letters.seen_by(asking, USUAL_PER_PAGE)
    slots = sorted(found.schedules, key=lambda one: one.next_slot)[:SOON]
    return render_template(
        "jobs.html",
        found=found,
        lag=_long(found.lag),
        wrong=[_told(name) for name in found.wrong],
        letters=[_letter(one.as_json(), rules) for one in dead],
        connectors=[(apps.get(one.app), one) for one in connectors],
        refused=partners.refused(USUAL_PER_PAGE),
        ways=instance().services.telling.ways(),
        missed=instance().services.telling.missed(asking),
        slots=[Slot(apps.get(one.app), rules.get((one.app, one.rule)), moment_text(one.next_slot)) for one in slots],
        again=request.args.get("again", type=int),
        limit=instance().services.attention.limit() if limit is None else limit,
        limit_problem=problem,
    )


@blueprint.post("/jobs/attention")
def limit() -> BaseResponse:
    """Set how often somebody is interrupted a day; what is no such number is told."""
    _for_administrators()
    given = request.form.get("limit", "")[:LONGEST_NUMBER].strip()
    try:
        instance().services.attention.set_limit(viewer(), int(given) if given.isdecimal() else -1)
    except EngineError as error:
        return make_response(_page(given, text_of(told(error)[0].message)), status_of(error))
    return redirect(url_for("jobs.show", _anchor="attention"), 303)


@blueprint.post("/jobs/dead")
def replay_all() -> BaseResponse:
    """Send all dead letters again."""
    _for_administrators()
    return _back(instance().office.letters.replay_all_by(viewer()))


@blueprint.post("/jobs/dead/<uuid:letter>")
def replay(letter: object) -> BaseResponse:
    """Send a dead letter again; one that somebody else has sent again meanwhile is fine as it is."""
    _for_administrators()
    try:
        instance().office.letters.replay_by(viewer(), str(letter))
    except EngineError as error:
        if error.nature is not Nature.ABSENT:
            raise
        return _back(0)
    return _back(1)


@blueprint.post("/jobs/pulls/<app>/<connector>/<pull>")
def pull_now(app: str, connector: str, pull: str) -> BaseResponse:
    """Begin to fetch a list; one that is being fetched already is fine as it is."""
    _for_administrators()
    try:
        instance().services.connectors.pull_by(viewer(), app, connector, pull)
    except EngineError as error:
        if error.nature is not Nature.CONFLICT:
            raise
    return redirect(url_for("jobs.show", _anchor="partners"), 303)


@blueprint.post("/jobs/refused")
def take_again() -> BaseResponse:
    """Take all refused items once more."""
    _for_administrators()
    return _back(instance().services.connectors.take_again_by(viewer()))


@blueprint.post("/jobs/refused/<uuid:item>")
def take_one_again(item: object) -> BaseResponse:
    """Take a refused item once more."""
    _for_administrators()
    return _back(instance().services.connectors.take_again_by(viewer(), (str(item),)))


def _back(again: int) -> BaseResponse:
    return redirect(url_for("jobs.show", again=again), 303)


def _for_administrators() -> None:
    if not instance().apps.may_export(viewer()):
        raise RequestRefused(404, NOT_FOUND.at())


def _letter(said: Mapping[str, object], rules: Mapping[tuple[str, str], Text]) -> Letter:
    about: Mapping[str, str] = said["about"]  # type: ignore[assignment]
    kinds = {
        "event": gettext("Let rules look at a change"),
        "notify": gettext("Tell people"),
        "call": gettext("Call a partner"),
        "document": gettext("Make a document"),
        "tell": gettext("Tell people outside"),
        "digest": gettext("Send what was gathered"),
        "continue": gettext("Let a rule go on after its wait"),
        "sweep": gettext("Let a rule look at its time"),
        "deadline": gettext("Let a rule look at a date"),
        "intake": gettext("Take what a partner sent"),
        "pull": gettext("Fetch a list from a partner"),
        "board_mail": gettext("Send a board by mail"),
        "board_slot": gettext("Send a board to those who are to have it"),
    }
    rule = rules.get((about.get("app", ""), about.get("rule", "")))
    named = (rule and text_of(rule), about.get("connector") and f"{about['connector']}.{about.get('operation', '')}")
    app, form, record = (about.get(key) for key in ("app", "form", "record"))
    return Letter(
        id=str(said["id"]),
        what=kinds.get(str(said["kind"]), str(said["kind"])),
        about=" · ".join(part for part in named if part),
        record=url_for("records.record", app=app, form=form, record_id=record) if app and form and record else None,
        error=str(said["error"]),
        since=str(said["since"]),
        attempts=int(str(said["attempts"])),
    )


def _long(milliseconds: int) -> str:
    """Return about how long that is."""
    if milliseconds < MINUTE:
        return ngettext("%(num)s second", "%(num)s seconds", milliseconds // SECOND)
    if milliseconds < HOUR:
        return ngettext("%(num)s minute", "%(num)s minutes", milliseconds // MINUTE)
    if milliseconds < DAY:
        return ngettext("%(num)s hour", "%(num)s hours", milliseconds // HOUR)
    return ngettext("%(num)s day", "%(num)s days", milliseconds // DAY)


def _told(name: str) -> tuple[str, str]:
    """Return what is wrong, and what mends it."""
    known = {
        "dead_letters": (
            gettext("Something could not be delivered."),
            gettext("See why below, mend that, and send it again."),
        ),
        "late": (
            gettext("Work has been waiting for over a minute."),
            gettext("If it stays so, more workers help: youju worker"),
        ),
        "no_worker": (gettext("Nobody works."), gettext("Start one: youju worker")),
        "no_scheduler": (gettext("No scheduler leads."), gettext("Start one: youju scheduler")),
        "queue_away": (
            gettext("The queue cannot be reached."),
            gettext("Nothing is lost: what waits is in the database and goes on when Redis is back."),
        ),
        "unsealed": (
            gettext("The journal has not been sealed for over a minute."),
            gettext("A scheduler or the jobs process seals it: see that one runs."),
        ),
    }
    return known[name]
