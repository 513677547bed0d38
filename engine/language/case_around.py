"""What is around the record of a case, read from JSON: its people and its work calendar."""

from __future__ import annotations

from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.language import types
from engine.language.calendars import WEEKDAYS, Calendar, calendar_of
from engine.language.case_values import bad_case, read_key, read_value
from engine.language.plain import PlainPerson

APP = "case"
"""The app whose roles the people hold."""

_DAYS_OFF = frozenset({"non_working", "non_working_days", "holidays", "off", "off_days", "days_off"})
_MADE_UP = frozenset({"make_up", "make_up_days", "makeup", "workdays", "working", "working_days"})


def read_calendar(document: Json) -> Calendar:
    """Read the days off and the make-up workdays, each under any of their names; without any it is a plain week."""
    if document is None:
        return WEEKDAYS
    if not isinstance(document, dict) or not document.keys() <= _DAYS_OFF | _MADE_UP:
        raise bad_case("calendar", document)
    off, made_up = (
        [_calendar_day(day) for key in document if key in names for day in _days(document[key])]
        for names in (_DAYS_OFF, _MADE_UP)
    )
    return calendar_of(off, made_up)


def _days(document: Json) -> list[Json]:
    if document is None:
        return []
    if not isinstance(document, list):
        raise bad_case("calendar", document)
    return document


def _calendar_day(raw: Json) -> clocks.Day:
    day = read_value(raw, types.DateType())
    if day is None:
        raise bad_case("calendar", raw)
    return int(day)


def read_people(document: Json) -> dict[str, PlainPerson]:
    """Read the people by id; like every text, what is blank of a person is not there."""
    if not isinstance(document, dict):
        raise bad_case("people", document)
    read = ((read_key(id, "people"), one) for id, one in document.items())
    return {id: _person(id, one) for id, one in read}


def _person(id: str, document: Json) -> PlainPerson:
    if not isinstance(document, dict):
        raise bad_case("people", document)
    roles = document.get("roles")
    if roles is not None and not isinstance(roles, list):
        raise bad_case("people", roles)
    return PlainPerson(
        read_value(document.get("name"), types.TextType()) or id,
        read_value(document.get("department"), types.TextType()),
        read_value(document.get("manager"), types.PersonType()),
        frozenset((APP, read_key(role, "people")) for role in roles or ()),
        read_value(document.get("active"), types.BooleanType()) is not False,
    )
