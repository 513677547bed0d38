"""The API of the work calendar, on the blueprint of the API: with the rights, and the answers, of its rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, request

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem
from engine.runtime.calendars.days_off import FIRST_YEAR, LAST_YEAR
from engine.runtime.calendars.hours import hours_json
from engine.runtime.calendars.problems import NO_DAY
from web import api_approvals
from web.api import answer
from web.doors import instance, viewer
from web.payloads import body_of, known_parameters
from web.problems import WRONG_SHAPE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.runtime.calendars.days_off import DayView, YearView

blueprint = api_approvals.blueprint
"""That of the whole API: what is not about days off stands in ``web.api``."""

_SHAPES: Final[Mapping[str, tuple[Callable[[Json], bool], str, str, str]]] = {
    "zone": (lambda said: isinstance(said, str), "时区", "A time zone", '"Asia/Shanghai"'),
    "days": (
        lambda said: isinstance(said, dict) and all(one is None or isinstance(one, bool) for one in said.values()),
        "日期和是否上班(null 恢复原样)",
        "Days, and whether one works on them (null: as usual)",
        '{"2026-12-31": false}',
    ),
    "note": (lambda said: isinstance(said, str), "文字", "Words", '"厂庆"'),
    "version": (lambda said: isinstance(said, int) and not isinstance(said, bool), "版本", "The version", "3"),
}


def _is_spans(said: Json) -> bool:
    """Tell whether hours are null, or spans of two texts each."""
    return said is None or (
        isinstance(said, list)
        and all(isinstance(one, list) and all(isinstance(part, str) for part in one) for one in said)
    )


_HOURS_SHAPES: Final[Mapping[str, tuple[Callable[[Json], bool], str, str, str]]] = {
    "zone": _SHAPES["zone"],
    "hours": (
        _is_spans,
        "几段时间,或 null(恢复原样)",
        "Spans of time, or null (the usual ones)",
        '[["09:00", "12:00"], ["13:00", "18:00"]]',
    ),
    "version": _SHAPES["version"],
}


@blueprint.get("/calendar")
def calendar() -> Response:
    """Return the days of a year on which one works although it is a weekend, or does not although it is none."""
    known_parameters("zone", "year")
    year = request.args.get("year")
    if year is not None and not (year.isascii() and year.isdigit() and len(year) == len(str(LAST_YEAR))):
        raise EngineError(NO_DAY.at("year", given=year[:20], first=FIRST_YEAR, last=LAST_YEAR))
    asked = None if year is None else int(year)
    return answer(year_json(instance().services.days_off.year(viewer(), request.args.get("zone"), asked)))


@blueprint.put("/calendar")
def say_days() -> Response:
    """Say of days that one works or not (null: as usual); for administrators. Tells how many are another way now."""
    document = body_of(*_SHAPES)
    given = {key: value for key, value in document.items() if value is not None}
    wrong = [key for key, (fits, *_) in _SHAPES.items() if key in given and not fits(given[key])]
    wrong += [key for key in ("zone", "days") if key not in given]
    if wrong:
        raise EngineError([_wrong(key) for key in wrong])
    days_off = instance().services.days_off
    changed = days_off.say(viewer(), given["zone"], given["days"], given.get("note", ""), given.get("version"))
    return answer({"changed": changed, "version": days_off.year(viewer(), given["zone"]).version})


@blueprint.put("/calendar/hours")
def set_hours() -> Response:
    """Set the working hours of every workday (null: the usual ones); for administrators. Tells whether they change."""
    document = body_of(*_HOURS_SHAPES)
    given = {key: value for key, value in document.items() if value is not None or key == "hours"}
    wrong = [key for key, (fits, *_) in _HOURS_SHAPES.items() if key in given and not fits(given[key])]
    wrong += [key for key in ("zone", "hours") if key not in given]
    if wrong:
        raise EngineError([_wrong(key) for key in wrong])
    days_off = instance().services.days_off
    changed = days_off.set_hours(viewer(), given["zone"], given["hours"], given.get("version"))
    found = days_off.year(viewer(), given["zone"])
    return answer({"changed": changed, "hours": hours_json(found.hours), "version": found.version})


def _wrong(key: str) -> Problem:
    _, wanted_zh, wanted_en, example = {**_SHAPES, **_HOURS_SHAPES}[key]
    return WRONG_SHAPE.at(key, wanted_zh=wanted_zh, wanted_en=wanted_en, example=f'{{"{key}": {example}}}')


def year_json(found: YearView) -> Json:
    """Return ``zone, year, version, announced, hours`` and ``days``; plain weekdays and weekends are left out."""
    return {
        "zone": found.zone,
        "year": found.year,
        "version": found.version,
        "announced": found.announced,
        "hours": hours_json(found.hours),
        "days": [_day_json(one) for one in found.days if one.own or one.feast.zh],
    }


def _day_json(one: DayView) -> Json:
    return {
        "day": one.day.isoformat(),
        "works": one.works,
        "usually": one.usually,
        "feast": one.feast.as_json() if one.feast.zh else None,
        "said": None if one.own is None else {"works": one.own.works, "note": one.own.note},
    }
