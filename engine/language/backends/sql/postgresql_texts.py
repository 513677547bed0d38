"""How PostgreSQL writes the operations over texts, in code points and without the help of any locale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from engine.language.backends.python.runtime import PLAIN_DECIMAL, WHITE_SPACE
from engine.language.backends.sql.column_types import BOOLEAN, INTEGER, NUMERIC, SEVERAL_VALUES, TEXT
from engine.language.backends.sql.lengths import concatenated_length, joined_length, replaced_length, within
from engine.language.backends.sql.terms import MOST_ARGUMENTS, Element, Terms, in_groups
from engine.language.lengths import is_tested
from engine.language.operations import Op
from engine.language.tree import Operation
from engine.language.types import DIVISION_SCALE, is_several

Emit = Callable[[Terms, Operation], Element]
_MOST = 2_147_483_647


def _blank_if_empty(element: Element) -> Element:
    return sa.func.nullif(element, sa.literal_column("''"), type_=TEXT)


def _text_or_empty(element: Element) -> Element:
    return sa.func.coalesce(element, sa.literal_column("''"), type_=TEXT)


def whole(element: Element, lowest: int = -_MOST) -> Element:
    """Return a number as an integer of PostgreSQL, cut to what one can be; NULL stays NULL."""
    bounded = sa.case(
        (element < sa.literal_column(str(lowest)), sa.literal_column(str(lowest))),
        (element > sa.literal_column(str(_MOST)), sa.literal_column(str(_MOST))),
        else_=element,
    )
    return sa.cast(bounded, INTEGER)


def _count(terms: Terms, node: Operation, index: int, lowest: int = 0) -> Element:
    return whole(terms.once(node.arguments[index]), lowest)


def _length(terms: Terms, node: Operation) -> Element:
    several = is_several(node.arguments[0].type)
    length = (sa.func.jsonb_array_length if several else sa.func.char_length)(terms.value(node.arguments[0]))
    return sa.cast(sa.func.coalesce(length, sa.literal_column("0")), NUMERIC)


def _edge(function: str) -> Emit:
    def emit(terms: Terms, node: Operation) -> Element:
        text = terms.value(node.arguments[0])
        return _blank_if_empty(getattr(sa.func, function)(text, _count(terms, node, 1)))

    return emit


def _mid(terms: Terms, node: Operation) -> Element:
    """Cut the difference alone to what an integer can be: the start may be as far below 1 as the length is great."""
    text = terms.value(node.arguments[0])
    start, length = (sa.type_coerce(terms.once(argument), NUMERIC) for argument in node.arguments[1:])
    begin = sa.func.greatest(start, sa.literal_column("1"), type_=NUMERIC)
    return _blank_if_empty(sa.func.substr(text, whole(begin), whole(start + length - begin, 0)))


def _find(terms: Terms, node: Operation) -> Element:
    search, text = map(terms.value, node.arguments)
    return sa.cast(sa.func.nullif(sa.func.strpos(text, search), sa.literal_column("0")), NUMERIC)


def _replace(terms: Terms, node: Operation) -> Element:
    if is_tested(node):
        return within(terms, node, _replaced, replaced_length)
    return _replaced([terms.value(argument) for argument in node.arguments])


def _replaced(texts: Sequence[Element]) -> Element:
    text, search, replacement = texts
    return _blank_if_empty(sa.func.replace(text, _text_or_empty(search), _text_or_empty(replacement)))


def _trim(terms: Terms, node: Operation) -> Element:
    characters = sa.bindparam(None, WHITE_SPACE, TEXT, unique=True)
    return _blank_if_empty(sa.func.btrim(terms.value(node.arguments[0]), characters))


def _ascii(function: str) -> Emit:
    """Write a change of case in the collation that knows A to Z alone."""
    return lambda terms, node: getattr(sa.func, function)(
        sa.collate(sa.type_coerce(terms.value(node.arguments[0]), TEXT), "C"), type_=TEXT
    )


def _starts_with(terms: Terms, node: Operation) -> Element:
    return sa.func.starts_with(*map(terms.value, node.arguments), type_=BOOLEAN)


def _ends_with(terms: Terms, node: Operation) -> Element:
    search = terms.once(node.arguments[1])
    return sa.func.right(terms.value(node.arguments[0]), sa.func.char_length(search), type_=TEXT) == search


def _contains(terms: Terms, node: Operation) -> Element:
    return sa.func.strpos(*map(terms.value, node.arguments), type_=INTEGER) > sa.literal_column("0")


def _concat(terms: Terms, node: Operation) -> Element:
    if is_tested(node):
        return within(terms, node, _concatenated, concatenated_length)
    return _concatenated([terms.value(argument) for argument in node.arguments])


def _concatenated(texts: Sequence[Element]) -> Element:
    return in_groups(lambda some: _blank_if_empty(sa.func.concat(*some)), texts)


def _join(terms: Terms, node: Operation) -> Element:
    if is_tested(node) or len(node.arguments) > MOST_ARGUMENTS:
        return within(terms, node, _joined, joined_length)
    return _joined([terms.value(argument) for argument in node.arguments])


def _joined(texts: Sequence[Element]) -> Element:
    between = _text_or_empty(texts[0])
    return in_groups(lambda some: _blank_if_empty(sa.func.concat_ws(between, *some)), texts[1:])


def _has(terms: Terms, node: Operation) -> Element:
    several, element = map(terms.value, node.arguments)
    found: Element = sa.type_coerce(several, SEVERAL_VALUES).has_key(element)
    return found


def _several(terms: Terms, node: Operation) -> Element:
    values = sa.cast(array([sa.type_coerce(terms.value(item), TEXT) for item in node.arguments]), ARRAY(TEXT))
    filled = sa.func.array_remove(values, sa.literal_column("NULL", TEXT))
    nothing = sa.literal_column("'[]'::jsonb", SEVERAL_VALUES)
    return sa.func.nullif(sa.func.to_jsonb(filled, type_=SEVERAL_VALUES), nothing, type_=SEVERAL_VALUES)


def _to_number(terms: Terms, node: Operation) -> Element:
    """Cast only what the pattern has let through: CASE tests first."""
    text = sa.type_coerce(terms.once(node.arguments[0]), TEXT)
    pattern = sa.bindparam(None, f"^{PLAIN_DECIMAL}$", TEXT, unique=True)
    number = sa.func.round(sa.cast(text, NUMERIC), DIVISION_SCALE, type_=NUMERIC)
    return sa.case((text.op("~", is_comparison=True)(pattern), number))


TEXT_OPERATIONS: Mapping[Op, Emit] = {
    Op.LENGTH: _length,
    Op.LEFT: _edge("left"),
    Op.RIGHT: _edge("right"),
    Op.MID: _mid,
    Op.FIND: _find,
    Op.REPLACE: _replace,
    Op.TRIM: _trim,
    Op.LOWER: _ascii("lower"),
    Op.UPPER: _ascii("upper"),
    Op.STARTS_WITH: _starts_with,
    Op.ENDS_WITH: _ends_with,
    Op.CONTAINS: _contains,
    Op.CONCAT: _concat,
    Op.JOIN: _join,
    Op.HAS: _has,
    Op.SEVERAL: _several,
    Op.TO_NUMBER: _to_number,
}
