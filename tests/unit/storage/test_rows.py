"""Values survive the way into a column or a journal and back, whatever they are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernel.canonical import compact
from engine.kernel.clocks import FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT
from engine.kernel.values import StorageKind, decimal_text
from engine.storage.cursors import Cursor, read_cursor, write_cursor
from engine.storage.rows import from_json, from_physical, to_json, to_physical
from tests.support.library import column

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
)


@st.composite
def columns_and_values(draw):
    digits = draw(st.integers(1, 18))
    scale = draw(st.integers(0, digits))
    kinds = {
        StorageKind.TEXT: TEXTS,
        StorageKind.NUMBER: st.integers(1 - 10**digits, 10**digits - 1),
        StorageKind.BOOLEAN: st.booleans(),
        StorageKind.DATE: st.integers(FIRST_DAY, LAST_DAY),
        StorageKind.DATETIME: st.integers(FIRST_MOMENT, LAST_MOMENT),
        StorageKind.TEXTS: st.lists(TEXTS, min_size=1).map(tuple),
        StorageKind.JSON: JSON,
    }
    kind = draw(st.sampled_from(sorted(kinds)))
    return column("field", kind, digits=digits, scale=scale), draw(st.none() | kinds[kind])


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@given(columns_and_values())
def test_a_value_comes_back_when_it_went_into_a_column(dialect, pair):
    spec, value = pair
    found = from_physical(to_physical(value, spec, dialect), spec, dialect)
    assert found == value
    assert type(found) is type(value)


@given(columns_and_values())
def test_a_value_comes_back_when_it_went_into_the_journal(pair):
    spec, value = pair
    assert from_json(json.loads(compact(to_json(value, spec))), spec) == value


@given(st.integers(-(10**18), 10**18), st.integers(0, 18))
def test_decimal_text_says_the_number_when_it_has_decimals(number, scale):
    text = decimal_text(number, scale)
    whole, _, decimals = text.partition(".")
    assert len(decimals) == scale
    assert int(whole + decimals) == number


@given(columns_and_values(), TEXTS, st.booleans())
def test_a_cursor_says_where_a_list_was_left_when_it_comes_back(pair, record, descending):
    spec, value = pair
    if spec.kind not in (StorageKind.JSON, StorageKind.TEXTS):
        cursor = Cursor("field", descending, value, record)
        assert read_cursor(write_cursor(cursor), "field", descending, spec) == cursor
