"""The basic operations that every back end must know, and how each treats blanks; functions are made of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Blanks = Literal["never", "passed on", "passed on or made", "made"]
"""``never``: the result is never blank; a blank argument is the operation's own affair. ``passed on``: blank where an
argument is. ``passed on or made``: also where there is no result, as in a division by zero. ``made``: arguments may
be blank, and so may the result."""


class Op(StrEnum):
    """A basic operation. Numbers are whole and scaled; settings are in the order in which they are named here."""

    RESCALE = "rescale"
    """A number with more decimals. Settings: how many more."""
    ADD = "add"
    """The sum of numbers of one scale."""
    NEGATE = "negate"
    MULTIPLY = "multiply"
    """The product of two numbers; its scale is the sum of theirs."""
    DIVIDE = "divide"
    """Six decimals, half away from zero; blank by zero. Settings: the scales of both."""
    FLOOR_DIVIDE = "floor divide"
    """The whole quotient rounded down, of two numbers of one scale; blank by zero."""
    MODULO = "modulo"
    """What a floor division of two numbers of one scale leaves; blank by zero."""
    ABSOLUTE = "absolute"
    LEAST = "least"
    """The least of values of one type and scale."""
    GREATEST = "greatest"
    ROUND = "round"
    """Fewer decimals, half away from zero. Settings: the scale before, the decimals kept (negative: tens, hundreds)."""
    ROUND_UP = "round up"
    """The same away from zero."""
    ROUND_DOWN = "round down"
    """The same towards zero."""
    TO_NUMBER = "to number"
    """The number that a text spells, with six decimals; blank unless it is a plain decimal."""

    LENGTH = "length"
    """How many code points a text has, or how many several are; 0 for a blank."""
    LEFT = "left"
    RIGHT = "right"
    MID = "mid"
    """Text, start from 1, length."""
    FIND = "find"
    """Search, text: the position from 1; blank when absent."""
    REPLACE = "replace"
    """Text, search, replacement; here, in a concat and a join what would be too long is blank (``lengths``)."""
    TRIM = "trim"
    LOWER = "lower"
    UPPER = "upper"
    STARTS_WITH = "starts with"
    """Text, search; false for a blank search."""
    ENDS_WITH = "ends with"
    CONTAINS = "contains"
    CONCAT = "concat"
    """Texts one after the other, blanks left out; blank when nothing is left."""
    JOIN = "join"
    """Separator, texts: the texts that are not blank with the separator between them."""
    MATCHES = "matches"
    """Text, pattern: whether the whole text is as the glob says (``engine.language.globs``); the pattern is written."""
    IS_EMAIL = "is email"
    """What counts is in ``engine.language.formats``, here and for the next two."""
    IS_PHONE = "is phone"
    IS_USCC = "is uscc"
    HAS = "has"
    """Several, element: whether the element is among them."""
    SEVERAL = "several"
    """The values that are not blank, as several; blank where none is."""

    DAY_OF = "day of"
    """The day of a moment in the run's zone; blank outside the years 1 to 9999."""
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    WEEKDAY = "weekday"
    """Monday is 1."""
    TO_DATE = "to date"
    """The day that a text spells as year-month-day, ``2026-01-31``; blank unless it is just that."""
    MAKE_DATE = "make date"
    """Year, month, day; blank where there is no such day."""
    SHIFT_DAYS = "shift days"
    """Date, whole days; blank outside the years 1 to 9999."""
    ADD_MONTHS = "add months"
    """Date, whole months; the day is cut to the month's last."""
    END_OF_MONTH = "end of month"
    DAYS_BETWEEN = "days between"
    """The second day less the first."""
    MONTHS_BETWEEN = "months between"
    """Whole months from the first day to the second."""
    TIME_BETWEEN = "time between"
    """Milliseconds from the first moment to the second."""
    IS_WORKDAY = "is workday"
    """Whether one works on the day by the run's calendar (``engine.language.calendars``), here and for the next two."""
    ADD_WORKDAYS = "add workdays"
    """Date, workdays; blank outside the years 1 to 9999."""
    WORKDAYS_BETWEEN = "workdays between"
    """Workdays after the first day, up to and including the second."""
    WORK_TIME_BETWEEN = "work time between"
    """Milliseconds of working hours from the first moment to the second (``engine.language.working_hours``)."""
    SHIFT_WORK_TIME = "shift work time"
    """Moment, duration of working hours; blank outside the years 1 to 9999, here and for the one before."""
    MAKE_MOMENT = "make moment"
    """Day, hour, minute, second in the run's zone (``zones.moment_at``); blank where there is no such time of day."""
    SHIFT_TIME = "shift time"
    """Moment, duration; blank outside the years 1 to 9999."""
    DURATION = "duration"
    """A whole number of milliseconds as a duration; blank where it is longer than the calendar."""
    MILLISECONDS = "milliseconds"
    """A duration as a whole number of milliseconds."""


_BLANKS: dict[Op, Blanks] = {
    **dict.fromkeys((Op.LENGTH, Op.STARTS_WITH, Op.ENDS_WITH, Op.CONTAINS, Op.HAS), "never"),
    **dict.fromkeys((Op.MATCHES, Op.IS_EMAIL, Op.IS_PHONE, Op.IS_USCC, Op.IS_WORKDAY), "never"),
    **dict.fromkeys((Op.REPLACE, Op.CONCAT, Op.JOIN, Op.SEVERAL), "made"),
    **dict.fromkeys(
        (
            Op.DIVIDE,
            Op.FLOOR_DIVIDE,
            Op.MODULO,
            Op.TO_NUMBER,
            Op.LEFT,
            Op.RIGHT,
            Op.MID,
            Op.FIND,
            Op.TRIM,
            Op.DAY_OF,
            Op.TO_DATE,
            Op.MAKE_DATE,
            Op.SHIFT_DAYS,
            Op.ADD_MONTHS,
            Op.ADD_WORKDAYS,
            Op.WORK_TIME_BETWEEN,
            Op.SHIFT_WORK_TIME,
            Op.MAKE_MOMENT,
            Op.SHIFT_TIME,
            Op.DURATION,
        ),
        "passed on or made",
    ),
}


def blanks_of(op: Op) -> Blanks:
    """Return how the operation treats blanks."""
    return _BLANKS.get(op, "passed on")
