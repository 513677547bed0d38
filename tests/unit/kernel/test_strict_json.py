"""Bytes are read as what they say, or refused with the place where they say nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernel.canonical import digest
from engine.kernel.strict_json import Unread, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_comes_back_when_it_was_written(value):
    assert read_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [
        (b'{"a": 1,\n  b}', 2, 3),
        (b'{"a": 1,\n"\xe4\xb9\xa6\xff"}', 2, 3),
        (b'{"a": NaN}', 1, 1),
        (b'{"a": 1e999}', 1, 1),
        (b"1" * 5_000, 1, 1),
        (b"[" * 100_000, 1, 1),
        (b"", 1, 1),
    ],
)
def test_the_place_is_told_when_bytes_are_no_json(raw, line, column):
    found = read_json(raw)
    assert isinstance(found, Unread)
    assert (found.line, found.column) == (line, column)
    assert found.reason


def test_a_key_is_named_when_it_stands_twice():
    assert read_json(b'{"a": {"b": 1, "b": 2}}').repeated == "b"
    assert read_json(b'{"a": "\xff"}').is_text is False


def test_a_digest_is_made_when_a_text_holds_a_lone_surrogate():
    assert digest({"a": "\ud800"}) != digest({"a": "\udfff"})
    assert digest({"a": "书"}) == digest(json.loads('{"a": "\\u4e66"}'))
