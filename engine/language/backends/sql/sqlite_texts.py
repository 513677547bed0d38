"""How SQLite writes the operations over texts, in code points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.language.backends.python.runtime import WHITE_SPACE
from engine.language.backends.sql.column_types import INTEGER, TEXT
from engine.language.backends.sql.lengths import concatenated_length, joined_length, within
from engine.language.backends.sql.sqlite_calls import called, literal, number_of
from engine.language.backends.sql.terms import MOST_ARGUMENTS, Element, Terms, grouping, in_groups
from engine.language.globs import glob_of
from engine.language.lengths import is_tested
from engine.language.operations import Op
from engine.language.tree import Literal, Operation
from engine.language.types import is_several

Emit = Callable[[Terms, Operation], Element]
_LONGEST = 2**31 - 1
"""No text is longer, and ``substr`` takes no larger number."""


def _blank_if_empty(element: Element) -> Element:
    return sa.func.nullif(element, sa.literal_column("''", TEXT), type_=TEXT)


def _text_or_empty(element: Element) -> Element:
    return sa.func.coalesce(element, sa.literal_column("''", TEXT), type_=TEXT)


def _length(terms: Terms, node: Operation) -> Element:
    if is_several(node.arguments[0].type):
        counted = sa.func.json_array_length(terms.value(node.arguments[0]))
        return sa.func.coalesce(counted, literal(0), type_=INTEGER)
    return sa.func.coalesce(sa.func.length(terms.value(node.arguments[0])), literal(0), type_=INTEGER)


def left(terms: Terms, node: Operation) -> Element:
    """Take the first characters by a count of at most 18 digits."""
    count = sa.func.min(sa.func.max(number_of(terms, node, 1), literal(0)), literal(_LONGEST))
    return _blank_if_empty(sa.func.substr(terms.value(node.arguments[0]), literal(1), count))


def _find(terms: Terms, node: Operation) -> Element:
    search, text = map(terms.value, node.arguments)
    return sa.func.nullif(sa.func.instr(text, search), literal(0), type_=INTEGER)


def _replace(terms: Terms, node: Operation) -> Element:
    """Call where the length must be counted first."""
    if is_tested(node):
        return called(terms, node)
    text, search, replacement = map(terms.value, node.arguments)
    return _blank_if_empty(sa.func.replace(text, _text_or_empty(search), _text_or_empty(replacement)))


def _trim(terms: Terms, node: Operation) -> Element:
    return _blank_if_empty(sa.func.trim(terms.value(node.arguments[0]), WHITE_SPACE))


def _ascii(function: str) -> Emit:
    return lambda terms, node: getattr(sa.func, function)(terms.value(node.arguments[0]), type_=TEXT)


def _starts_with(terms: Terms, node: Operation) -> Element:
    search = terms.once(node.arguments[1])
    return sa.func.substr(terms.value(node.arguments[0]), literal(1), sa.func.length(search)) == search


def _ends_with(terms: Terms, node: Operation) -> Element:
    text, search = map(terms.once, node.arguments)
    start = sa.func.length(text) - sa.func.length(search)
    return sa.and_(start >= literal(0), sa.func.substr(text, start + literal(1)) == search)


def _contains(terms: Terms, node: Operation) -> Element:
    text, search = map(terms.value, node.arguments)
    return sa.func.instr(text, search) > literal(0)


def _matches(terms: Terms, node: Operation) -> Element:
    """Use ``GLOB``, which takes the last characters of the basic plane for one: patterns with these are called."""
    text, pattern = node.arguments
    written = pattern.value if isinstance(pattern, Literal) else ""
    if any("\ufffd" <= character <= "\uffff" for character in written):
        return called(terms, node)
    glob = sa.bindparam(None, glob_of(written), TEXT, unique=True)
    return terms.value(text).op("GLOB", is_comparison=True)(glob)


def _concat(terms: Terms, node: Operation) -> Element:
    if not is_tested(node):
        return _concatenated([terms.value(argument) for argument in node.arguments])
    if len(node.arguments) > MOST_ARGUMENTS:
        return within(terms, node, _concatenated, concatenated_length)
    return called(terms, node)


def _concatenated(texts: Sequence[Element]) -> Element:
    first, *rest = map(_text_or_empty, texts)
    for text in rest:
        first = first.concat(text)
    return _blank_if_empty(first)


def _join(terms: Terms, node: Operation) -> Element:
    if len(node.arguments) > MOST_ARGUMENTS:
        return within(terms, node, _joined, joined_length)
    if not is_tested(node):
        return called(terms, node)
    return sa.func.youju_join_within(*map(terms.value, node.arguments), type_=TEXT)


def _joined(texts: Sequence[Element]) -> Element:
    return in_groups(lambda some: sa.func.youju_join(texts[0], *some, type_=TEXT), texts[1:])


def _has(terms: Terms, node: Operation) -> Element:
    several, element = map(terms.value, node.arguments)
    items = sa.func.json_each(several).table_valued("value")
    found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(items).where(items.c.value == element)
    return sa.exists(found.correlate_except(items))


def _several(terms: Terms, node: Operation) -> Element:
    """Write the JSON array of the values, as ``several_to_sqlite`` writes it."""
    between, opening = sa.literal_column("', '", TEXT), sa.literal_column("'['", TEXT)
    # json_quote writes a blank as null without quotes, and no text so.
    quoted = [
        sa.func.nullif(sa.func.json_quote(terms.value(argument)), sa.literal_column("'null'"), type_=TEXT)
        for argument in node.arguments
    ]
    first, *rest = [_text_or_empty(between.concat(item)) for item in quoted]
    for item in rest:
        first = first.concat(item)
    inside = sa.func.substr(grouping(first), literal(3), type_=TEXT)
    written = opening.concat(inside).concat(sa.literal_column("']'", TEXT))
    return sa.func.nullif(written, sa.literal_column("'[]'", TEXT), type_=TEXT)


TEXT_OPERATIONS: Mapping[Op, Emit] = {
    Op.LENGTH: _length,
    Op.FIND: _find,
    Op.REPLACE: _replace,
    Op.TRIM: _trim,
    Op.LOWER: _ascii("lower"),
    Op.UPPER: _ascii("upper"),
    Op.STARTS_WITH: _starts_with,
    Op.ENDS_WITH: _ends_with,
    Op.CONTAINS: _contains,
    Op.MATCHES: _matches,
    Op.CONCAT: _concat,
    Op.JOIN: _join,
    Op.HAS: _has,
    Op.SEVERAL: _several,
}
