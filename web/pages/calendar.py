"""On which days one works: a year of the work calendar, and for administrators saying otherwise of some of its days."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature
from engine.runtime.calendars.days_off import FIRST_YEAR, LAST_YEAR, LONGEST_NOTE, days_between
from engine.runtime.calendars.hours import read_line, shown_hours
from web.display import text_of
from web.doors import instance, viewer
from web.errors import told
from web.problems import status_of
from web.texts import current_language, gettext

if TYPE_CHECKING:
    from datetime import date

    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem
    from engine.runtime.calendars.days_off import DayView, YearView

blueprint = Blueprint("calendar", __name__)

WORKS: Final = {"off": False, "work": True, "usual": None}
ENTERED: Final = ("from", "until", "works", "note")
LONGEST_SENT: Final = 300
SATURDAY: Final = 5


@dataclass(frozen=True)
class Month:
    """A month of the calendar: how many days of its first week belong to the month before, and its days."""

    name: str
    before: int
    days: tuple[DayView, ...]
    workdays: int


@blueprint.get("/calendar")
def show() -> BaseResponse:
    """Show a year of the calendar."""
    return _page()


@blueprint.post("/calendar")
def change() -> BaseResponse:
    """Say of some days that one works or not, or take back what was said; what is wrong is told with what was typed."""
    given = {name: request.form.get(name, "").replace("\0", "")[:LONGEST_SENT].strip() for name in ENTERED}
    try:
        days = days_between(given["from"], given["until"])
        works = WORKS.get(given["works"])
        instance().services.days_off.say(
            viewer(), request.form.get("zone", ""), dict.fromkeys(days, works), given["note"]
        )
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return _page(told(error), given, status_of(error))
    year = days[0][:4]
    return redirect(url_for("calendar.show", zone=request.form.get("zone") or None, year=year, done="updated"), 303)


@blueprint.post("/calendar/hours")
def change_hours() -> BaseResponse:
    """Set the working hours of a workday, or bring back the usual ones; what is wrong is told with what was typed."""
    line = request.form.get("hours", "").replace("\0", "")[:LONGEST_SENT].strip()
    usual = request.form.get("usual") == "1"
    try:
        instance().services.days_off.set_hours(
            viewer(), request.form.get("zone", ""), None if usual else read_line(line)
        )
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return _page(told(error), {"hours": line}, status_of(error))
    return redirect(url_for("calendar.show", zone=request.form.get("zone") or None, done="updated"), 303)


def _page(problems: tuple[Problem, ...] = (), given: dict[str, str] | None = None, status: int = 200) -> BaseResponse:
    sent = request.values
    typed = sent.get("year", "")
    year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == len(str(LAST_YEAR)) else None
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        year = None
    known = all(problem.path != "zone" for problem in problems)
    found = instance().services.days_off.year(viewer(), (known and sent.get("zone")) or None, year)
    page = render_template(
        "calendar.html",
        found=found,
        months=_months(found),
        years=tuple(one for one in (found.year - 1, found.year + 1) if FIRST_YEAR <= one <= LAST_YEAR),
        weekdays=_weekdays(),
        words=_words,
        mark=_mark,
        problems=problems,
        given=given or {},
        longest=LONGEST_NOTE,
        hours=shown_hours(found.hours),
        done=request.args.get("done", ""),
    )
    return make_response(page, status)


def _months(found: YearView) -> tuple[Month, ...]:
    grouped = (tuple(days) for _, days in groupby(found.days, key=lambda one: one.day.month))
    return tuple(
        Month(_name(days[0].day), days[0].day.weekday(), days, sum(one.works for one in days)) for days in grouped
    )


def _name(first: date) -> str:
    return f"{first.month}月" if current_language() == "zh" else f"{first:%B}"


def _weekdays() -> tuple[str, ...]:
    return (
        gettext("Mo"),
        gettext("Tu"),
        gettext("We"),
        gettext("Th"),
        gettext("Fr"),
        gettext("Sa"),
        gettext("Su"),
    )


def _mark(one: DayView) -> str:
    """Return what stands under the number of a day that is not what its weekday says, or that was said here."""
    is_weekday = one.day.weekday() < SATURDAY
    if one.works == is_weekday and one.own is None:
        return ""
    return gettext("work") if one.works else gettext("off")


def _words(one: DayView) -> str:
    """Say what a day is, for whoever cannot see its colour, or wants to know why."""
    said = gettext("workday") if one.works else gettext("day off")
    why = (one.own.note or gettext("said here")) if one.own else text_of(one.feast)
    return f"{one.day.isoformat()} {said}" + (f" · {why}" if why else "")
