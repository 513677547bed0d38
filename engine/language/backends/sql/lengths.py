"""Tests in SQL whether a text would be too long, before it is made; both databases count code points."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from engine.language.backends.sql.terms import Element
from engine.language.types import LONGEST_TEXT

_LONGEST = sa.literal_column(str(LONGEST_TEXT), sa.BigInteger())
_NOTHING = sa.literal_column("0", sa.BigInteger())


def _length(text: Element) -> Element:
    return sa.cast(sa.func.length(text), sa.BigInteger())


def _or_nothing(number: Element) -> Element:
    return sa.func.coalesce(number, _NOTHING, type_=sa.BigInteger())


def within(made: Element, length: Element) -> Element:
    """Return what is made where its length is within the bound, else NULL."""
    return sa.case((length <= _LONGEST, made))


def replaced_length(text: Element, search: Element, replacement: Element) -> Element:
    """Return the length after a replacement, 0 where nothing is replaced; each argument is used again and again."""
    without = sa.func.replace(text, search, sa.literal_column("''", sa.Text()), type_=sa.Text())
    times = (_length(text) - _length(without)).op("/", precedence=8)(_length(search))
    return _or_nothing(_length(text) + times * (_or_nothing(_length(replacement)) - _length(search)))


def joined_length(texts: Sequence[Element], separator: Element | None = None) -> Element:
    """Return the length of the texts that are not NULL with the separator between them."""
    between = _NOTHING if separator is None else _or_nothing(_length(separator))
    total: Element = -between
    for text in texts:
        total = total + _or_nothing(_length(text) + between)
    return total
