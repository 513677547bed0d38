"""The basic operations in Python, the reference of all back ends; they know nothing of trees, rows or databases.

Arguments are never blank unless it says so. Numbers are whole and scaled, dates day numbers, moments milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Sized
from datetime import date

from engine.kernel.clocks import FIRST_DAY, LAST_DAY, date_of, day_number
from engine.language.types import LONGEST_TEXT

WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""Unicode White_Space, which ``trim`` takes off; ``str.strip`` would take more."""

PLAIN_DECIMAL = r"-?[0-9]{1,15}(\.[0-9]{1,100})?"
_DECIMAL = re.compile(PLAIN_DECIMAL)
_ISO_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER_SCALE = 6

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}


def half_away(numerator: int, denominator: int) -> int:
    """Return the quotient as a whole number, halves away from zero; the denominator is not 0."""
    size = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return size if (numerator < 0) == (denominator < 0) else -size


def quotient(numerator: int, denominator: int) -> int | None:
    """Return the quotient as a whole number, halves away from zero, or blank by zero."""
    return half_away(numerator, denominator) if denominator else None


def factors(left_scale: int, right_scale: int) -> tuple[int, int]:
    """Return what a dividend and a divisor of these scales are multiplied by, so that six decimals come out."""
    shift = _NUMBER_SCALE + right_scale - left_scale
    return int(10 ** max(shift, 0)), int(10 ** max(-shift, 0))


def divide(left: int, right: int, left_scale: int, right_scale: int) -> int | None:
    """Return the quotient with six decimals, or blank by zero."""
    up, down = factors(left_scale, right_scale)
    return quotient(left * up, right * down)


def floor_divide(left: int, right: int) -> int | None:
    """Return the quotient rounded down, or blank by zero."""
    return left // right if right else None


def modulo(left: int, right: int) -> int | None:
    """Return what a floor division leaves, or blank by zero."""
    return left % right if right else None


def _cut(scale: int, places: int) -> tuple[int, int]:
    """Return the divisor that leaves ``places`` decimals, and the factor that brings tens and hundreds back."""
    return 10 ** (scale - places), 10 ** max(0, -places)


def round_half(value: int, scale: int, places: int) -> int:
    """Return the number with fewer decimals, half away from zero."""
    divisor, factor = _cut(scale, places)
    return half_away(value, divisor) * factor


def round_up(value: int, scale: int, places: int) -> int:
    """Return the number with fewer decimals, away from zero."""
    divisor, factor = _cut(scale, places)
    size = -(-abs(value) // divisor) * factor
    return -size if value < 0 else size


def round_down(value: int, scale: int, places: int) -> int:
    """Return the number with fewer decimals, towards zero."""
    divisor, factor = _cut(scale, places)
    size = abs(value) // divisor * factor
    return -size if value < 0 else size


def to_number(text: str) -> int | None:
    """Return the number that the text spells with six decimals, or blank unless it is a plain decimal."""
    if not _DECIMAL.fullmatch(text):
        return None
    whole, _, decimals = text.partition(".")
    return (
        round_half(int(whole + decimals), len(decimals), _NUMBER_SCALE)
        if len(decimals) > _NUMBER_SCALE
        else int(whole + decimals.ljust(_NUMBER_SCALE, "0"))
    )


def length(text: Sized | None) -> int:
    """Return how many code points the text has, or how many several are; a blank has none."""
    return len(text) if text is not None else 0


def left(text: str, count: int) -> str | None:
    """Return the first ``count`` code points."""
    return text[:count] or None if count > 0 else None


def right(text: str, count: int) -> str | None:
    """Return the last ``count`` code points."""
    return text[-count:] or None if count > 0 else None


def mid(text: str, start: int, count: int) -> str | None:
    """Return what stands at the positions from ``start`` to before ``start + count``; positions count from 1."""
    begin, end = max(start - 1, 0), start - 1 + count
    return text[begin:end] or None if end > begin else None


def find(search: str, text: str) -> int | None:
    """Return the position of ``search`` in ``text``, from 1, or blank."""
    return text.find(search) + 1 or None


def replace(text: str | None, search: str | None, replacement: str | None) -> str | None:
    """Return the text with every ``search`` replaced; any of them may be blank."""
    if text is None or search is None:
        return text
    return text.replace(search, replacement or "") or None


def replace_within(text: str | None, search: str | None, replacement: str | None) -> str | None:
    """Return the same, blank where it would be too long; it is counted before it is made."""
    if text is None or search is None:
        return text
    grows = len(replacement or "") - len(search)
    if grows > 0 and len(text) + text.count(search) * grows > LONGEST_TEXT:
        return None
    return text.replace(search, replacement or "") or None


def trim(text: str) -> str | None:
    """Return the text without White_Space at both ends."""
    return text.strip(WHITE_SPACE) or None


def lower(text: str) -> str:
    """Return the text with A to Z in lower case."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def upper(text: str) -> str:
    """Return the text with a to z in upper case."""
    return text.upper() if text.isascii() else text.translate(_UPPER)


def concat(*texts: str | None) -> str | None:
    """Return the texts one after the other; blanks are left out."""
    return "".join([text for text in texts if text is not None]) or None


def concat_within(*texts: str | None) -> str | None:
    """Return the same, blank where it would be too long."""
    return join_within(None, *texts)


def join(separator: str | None, *texts: str | None) -> str | None:
    """Return the texts that are not blank with the separator between them."""
    return (separator or "").join([text for text in texts if text is not None]) or None


def join_within(separator: str | None, *texts: str | None) -> str | None:
    """Return the same, blank where it would be too long."""
    filled = [text for text in texts if text is not None]
    between = separator or ""
    size = sum(map(len, filled)) + len(between) * (len(filled) - 1)
    return between.join(filled) or None if size <= LONGEST_TEXT else None


def several(*values: str | None) -> tuple[str, ...] | None:
    """Return the values that are not blank, or blank where none is."""
    return tuple([value for value in values if value is not None]) or None


def year(day: int) -> int:
    """Return the year of the day."""
    return date_of(day).year


def month(day: int) -> int:
    """Return the month of the day, 1 to 12."""
    return date_of(day).month


def day_of_month(day: int) -> int:
    """Return the day's number in its month."""
    return date_of(day).day


def weekday(day: int) -> int:
    """Return the day of the week; Monday is 1."""
    return (day - FIRST_DAY) % 7 + 1


def make_date(year: int, month: int, day: int) -> int | None:
    """Return the day of that year, month and number, or blank where there is none."""
    try:
        return day_number(date(year, month, day))
    except (ValueError, OverflowError):
        return None


def to_date(text: str) -> int | None:
    """Return the day that the text spells as year-month-day, or blank unless it is just that."""
    if not _ISO_DAY.fullmatch(text):
        return None
    return make_date(int(text[:4]), int(text[5:7]), int(text[8:]))


def shift_days(day: int, days: int) -> int | None:
    """Return the day that many days later, or blank outside the years 1 to 9999."""
    shifted = day + days
    return shifted if FIRST_DAY <= shifted <= LAST_DAY else None


def _month_length(year: int, month: int) -> int:
    following = date.max if (year, month) == (date.max.year, 12) else date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days + (following == date.max)


def add_months(day: int, months: int) -> int | None:
    """Return the day that many months later, cut to the month's end, or blank outside the years 1 to 9999."""
    start = date_of(day)
    number = start.year * 12 + start.month - 1 + months
    year, month = number // 12, number % 12 + 1
    if not date.min.year <= year <= date.max.year:
        return None
    return day_number(date(year, month, min(start.day, _month_length(year, month))))


def end_of_month(day: int) -> int:
    """Return the last day of the day's month."""
    start = date_of(day)
    return day - start.day + _month_length(start.year, start.month)


def months_between(first: int, second: int) -> int:
    """Return how many whole months, counted as ``add_months`` counts, lie between the days; negative backwards."""
    start, end = date_of(first), date_of(second)
    months = (end.year - start.year) * 12 + end.month - start.month
    reached = min(start.day, _month_length(end.year, end.month))
    if months > 0 and reached > end.day:
        return months - 1
    if months < 0 and reached < end.day:
        return months + 1
    return months
