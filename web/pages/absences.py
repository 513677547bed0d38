"""When one is away: days, a deputy and a note, kept and taken back on the page about oneself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, redirect, request

from engine.kernel.clocks import Moment, moment_number
from engine.kernel.problems import EngineError, Nature
from web.display_moments import USUAL_ZONE
from web.doors import instance, viewer
from web.errors import told
from web.pages.account import about_me
from web.pages.desk import Tray
from web.problems import NO_DAY, status_of

if TYPE_CHECKING:
    from uuid import UUID

    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("absences", __name__)

LONGEST_SENT: Final = 300
ENTERED: Final = ("from", "until", "deputy", "note")


@blueprint.post("/me/absences")
def add() -> BaseResponse:
    """Keep that one is away until the end of a day; what is wrong is told with all that was typed."""
    given = {name: request.form.get(name, "").replace("\0", "")[:LONGEST_SENT].strip() for name in ENTERED}
    tray, asking = Tray.of_request(), viewer()
    try:
        begins_at, ends_at = _start_of(given["from"], "from"), _start_of(given["until"], "until", days=1)
        deputy = given["deputy"] or None
        instance().services.absences.add(
            asking, begins_at, ends_at, deputy, given["note"], idempotency_key=tray.key or None
        )
    except EngineError as error:
        return make_response(about_me(away_problems=told(error), away_given=given), status_of(error))
    return redirect("/me?away#away", 303)


def _start_of(typed: str, place: str, days: int = 0) -> Moment:
    """Return when a day begins, so many days after the one that was typed; EngineError where it is none."""
    try:
        day = date.fromisoformat(typed) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise EngineError(NO_DAY.at(place)) from error
    return moment_number(datetime.combine(day, datetime.min.time(), ZoneInfo(USUAL_ZONE)))


@blueprint.post("/me/absences/<uuid:absence_id>/remove")
def remove(absence_id: UUID) -> BaseResponse:
    """Take back that one is away; what is over, or was taken back already, is not there any more."""
    try:
        instance().services.absences.remove(viewer(), str(absence_id))
    except EngineError as error:
        if error.nature is not Nature.ABSENT:
            raise
    return redirect("/me?away#away", 303)
