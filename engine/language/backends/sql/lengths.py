"""Tests in SQL whether a text would be too long, before it is made; both databases count code points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import sqlalchemy as sa

from engine.language.backends.sql.column_types import BIG_INTEGER, TEXT
from engine.language.backends.sql.let import Together
from engine.language.backends.sql.terms import Element, Terms, depends_on_row
from engine.language.lengths import is_tested
from engine.language.tree import Field, Operation
from engine.language.types import LONGEST_TEXT

Make = Callable[[Sequence[Element]], Element]
"""Writes a text, or its length, out of texts."""

_LONGEST = sa.literal_column(str(LONGEST_TEXT), BIG_INTEGER)
_NOTHING: Element = sa.literal_column("0", BIG_INTEGER)


def _length(text: Element) -> Element:
    return sa.cast(sa.func.length(text), BIG_INTEGER)


def _or_nothing(number: Element) -> Element:
    return sa.func.coalesce(number, _NOTHING, type_=BIG_INTEGER)


def within(terms: Terms, node: Operation, make: Make, length: Make) -> Element:
    """Return what is made of the arguments where its length is within the bound or need not be tested, else NULL."""
    steps: list[tuple[str, Element]] = []
    texts: list[Element] = []
    for argument in node.arguments:
        text = terms.value(argument)
        if depends_on_row(argument) and not isinstance(argument, Field):
            steps.append((f"_youju_part_{len(steps)}", text))
            text = sa.literal_column(steps[-1][0], TEXT)
        texts.append(text)
    made = make(texts)
    if is_tested(node):
        made = sa.case((length(texts) <= _LONGEST, made))
    return Together(steps, made) if steps else made


def replaced_length(texts: Sequence[Element]) -> Element:
    """Return the length of a text after a replacement, 0 where there is nothing to search."""
    text, search, replacement = texts
    without = sa.func.replace(text, search, sa.literal_column("''", TEXT), type_=TEXT)
    times = (_length(text) - _length(without)).op("/", precedence=8)(_length(search))
    return _or_nothing(_length(text) + times * (_or_nothing(_length(replacement)) - _length(search)))


def concatenated_length(texts: Sequence[Element]) -> Element:
    """Return the length of the texts that are not NULL."""
    return _total(map(_length, texts))


def joined_length(texts: Sequence[Element]) -> Element:
    """Return the length of all texts but the first that are not NULL, with the first between them."""
    between = _or_nothing(_length(texts[0]))
    return _total(_length(text) + between for text in texts[1:]) - between


def _total(numbers: Iterable[Element]) -> Element:
    total = _NOTHING
    for number in numbers:
        total = total + _or_nothing(number)
    return total
