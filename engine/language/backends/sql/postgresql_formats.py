"""How PostgreSQL tests whether a text has a form; none of these can fail, whatever the text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from engine.language.backends.sql.column_types import INTEGER, TEXT
from engine.language.backends.sql.terms import Element, Terms
from engine.language.formats import EMAIL, EMAIL_LENGTH, LOCAL_LENGTH, PHONE, USCC, USCC_CHARACTERS, USCC_WEIGHTS
from engine.language.globs import like_of
from engine.language.operations import Op
from engine.language.tree import Literal, Operation

Emit = Callable[[Terms, Operation], Element]


def _text(element: Element) -> Element:
    return sa.type_coerce(element, TEXT)


def _bound(text: str) -> Element:
    return sa.bindparam(None, text, TEXT, unique=True)


def _fits(text: Element, pattern: str) -> Element:
    return text.op("~", is_comparison=True)(_bound(f"^(?:{pattern})$"))


def _matches(terms: Terms, node: Operation) -> Element:
    """Use ``LIKE``, whose stars never go back behind each other."""
    text, pattern = node.arguments
    written = pattern.value if isinstance(pattern, Literal) else ""
    return _text(terms.value(text)).op("LIKE", is_comparison=True)(_bound(like_of(written)))


def _is_email(terms: Terms, node: Operation) -> Element:
    text = _text(terms.once(node.arguments[0]))
    at = sa.func.strpos(text, sa.literal_column("'@'"), type_=INTEGER)
    length = sa.func.char_length(text, type_=INTEGER)
    return sa.and_(length <= EMAIL_LENGTH, at <= LOCAL_LENGTH + 1, _fits(text, EMAIL))


def _is_phone(terms: Terms, node: Operation) -> Element:
    return _fits(_text(terms.value(node.arguments[0])), PHONE)


def _is_uscc(terms: Terms, node: Operation) -> Element:
    """Add up the weighted values; ``strpos`` counts from 1."""
    text = _text(terms.once(node.arguments[0]))
    characters = _bound(USCC_CHARACTERS)
    total: Element = sa.literal_column(str(-sum(USCC_WEIGHTS)), INTEGER)
    for place, weight in enumerate(USCC_WEIGHTS, 1):
        character = sa.func.substr(text, sa.literal_column(str(place)), sa.literal_column("1"))
        value = sa.func.strpos(characters, character, type_=INTEGER)
        total = total + value * sa.literal_column(str(weight), INTEGER)
    return sa.and_(_fits(text, USCC), total.op("%", precedence=8)(sa.literal_column("31")) == sa.literal_column("0"))


FORMAT_OPERATIONS: Mapping[Op, Emit] = {
    Op.MATCHES: _matches,
    Op.IS_EMAIL: _is_email,
    Op.IS_PHONE: _is_phone,
    Op.IS_USCC: _is_uscc,
}
