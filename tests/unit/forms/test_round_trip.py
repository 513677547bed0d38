"""Writing is the inverse of parsing: whatever a field holds, its JSON form reads back as the same value."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.forms.parsing import FIRST, LAST
from engine.forms.payloads import read_payload
from engine.forms.writing import field_json, row_json
from engine.kernel.clocks import FIRST_DAY, LAST_DAY
from engine.kernel.values import decimal_text
from tests.support.apps import field, one_form, options

KEYS = ("red", "green", "blue")
FORM = one_form(
    field("text", max_length=50),
    field("whole", "number", digits=18),
    field("exact", "number", scale=9, digits=18),
    field("money", "money"),
    field("boolean", "boolean"),
    field("date", "date"),
    field("moment", "datetime"),
    field("choice", "choice", options=options(*KEYS)),
    field("choices", "multi_choice", options=options(*KEYS)),
    field("people", "persons"),
    field("json", "json"),
    field("lines", "lines", fields=[field("title"), field("price", "money"), field("on", "date")]),
)


def whole(digits):
    return st.integers(1 - 10**digits, 10**digits - 1)


clean = (
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=16)
    .map(lambda text: unicodedata.normalize("NFC", text))
    .filter(lambda text: len(text) <= 50)
)
ids = st.uuids().map(str)
days = st.integers(FIRST_DAY, LAST_DAY)
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | clean
LINE = st.fixed_dictionaries(
    {"id": ids, "title": st.none() | clean, "price": st.none() | whole(15), "on": st.none() | days}
)
VALUES = {
    "text": clean,
    "whole": whole(18),
    "exact": whole(18),
    "money": whole(15),
    "boolean": st.booleans(),
    "date": days,
    "moment": st.integers(FIRST, LAST),
    "choice": st.sampled_from(KEYS),
    "choices": st.sets(st.sampled_from(KEYS), min_size=1).map(lambda some: tuple(k for k in KEYS if k in some)),
    "people": st.lists(ids, min_size=1, max_size=5, unique=True).map(tuple),
    "json": st.recursive(plain, lambda deep: st.lists(deep, max_size=4) | st.dictionaries(clean, deep, max_size=4)),
    "lines": st.lists(LINE, min_size=1, max_size=3).map(tuple),
}


def test_every_field_is_tried_when_round_trips_are():
    assert VALUES.keys() == FORM.fields.keys()


@settings(max_examples=100, deadline=None)
@given(st.fixed_dictionaries({key: st.none() | values for key, values in VALUES.items()}))
def test_the_same_row_is_read_when_it_was_written(row):
    written = json.loads(json.dumps({key: field_json(FORM.fields[key], row[key]) for key in row}))
    read, found = read_payload(FORM, written)
    assert found == []
    assert read == row


@pytest.mark.parametrize(
    ("value", "scale", "text"),
    [
        (0, 0, "0"), (-7, 0, "-7"), (1250, 2, "12.50"), (5, 2, "0.05"), (-5, 2, "-0.05"), (-100, 2, "-1.00"),
        (1, 9, "0.000000001"), (10**18 - 1, 9, "999999999.999999999"),
    ],
)  # fmt: skip
def test_all_decimals_are_written_when_a_number_has_a_scale(value, scale, text):
    assert decimal_text(value, scale) == text


def test_a_row_is_written_with_owner_and_without_system_and_retired_fields_when_it_is_shown():
    form = one_form(field("name"), field("old", retired=True), field("lines", "lines", fields=[field("title")]))
    row = {"name": "a", "old": "b", "lines": None, "owner": "o", "department": "d", "id": "i", "version": 3}
    assert row_json(form, row) == {"name": "a", "lines": [], "owner": "o", "department": "d"}
