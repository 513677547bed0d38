"""Law: a record is what its line in an archive says, whatever its columns hold; and no line says it in other words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernel.canonical import compact
from engine.kernel.clocks import day_number
from engine.kernel.values import StorageKind
from engine.packs.archives.record_lines import MisfitError, row_of, said
from engine.storage.form_tables import form_tables
from tests.support.apps import app, compiled, field, form, options

DOCUMENTS = app(
    form(
        "thing",
        field("name"),
        field("size", "number", scale=4),
        field("open", "boolean"),
        field("day", "date"),
        field("at", "datetime"),
        field("kinds", "multi_choice", options=options("one", "two")),
        field("place", "location"),
        field("rows", "lines", fields=[field("amount", "number", scale=2), field("on", "date"), field("word")]),
    )
)
FORM = form_tables(compiled(DOCUMENTS).apps["shop"].tables, "sqlite")["shop", "thing"]

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1)
JSON = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
VALUES = {
    StorageKind.TEXT: TEXTS,
    StorageKind.NUMBER: st.integers(-(10**15) + 1, 10**15 - 1),
    StorageKind.BOOLEAN: st.booleans(),
    StorageKind.DATE: st.dates().map(day_number),
    StorageKind.DATETIME: st.integers(-(10**13), 10**14),  # from 1653 to 5138
    StorageKind.TEXTS: st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    StorageKind.JSON: JSON,
}


def rows(columns, **own):
    """Return rows of these columns, any of them blank."""
    return st.fixed_dictionaries(
        {key: st.none() | VALUES[column.kind] for key, column in columns.items() if key not in own} | own
    )


LINES = FORM.lines["rows"].columns
WITHOUT_PLACE = {key: column for key, column in LINES.items() if key not in ("parent", "position")}
RECORDS = rows(
    FORM.main.columns,
    id=TEXTS,
    version=st.integers(1, 2**31),
    rows=st.none() | st.lists(rows(WITHOUT_PLACE, id=TEXTS), min_size=1, max_size=3).map(tuple),
)


def filled(row):
    """Return a row without what is blank, lines included."""
    kept = {key: value for key, value in row.items() if value is not None}
    return kept | {key: tuple(map(filled, value)) for key, value in kept.items() if key == "rows"}


@given(RECORDS)
def test_a_record_is_what_its_line_says_when_it_is_read_again(row):
    line = compact(said(row, FORM))
    again = row_of(json.loads(line), FORM)
    assert again == filled(row)
    assert compact(said(dict.fromkeys((*FORM.main.columns, "rows")) | _whole(again), FORM)) == line


def _whole(row):
    lines = tuple(dict.fromkeys(WITHOUT_PLACE) | line for line in row.get("rows", ())) or None
    return {**row, "rows": lines}


@given(RECORDS, st.sampled_from(sorted(FORM.main.columns)), st.floats() | st.lists(st.integers()) | st.just({"a": 1}))
def test_a_line_is_refused_when_a_column_is_of_another_kind(row, key, other):
    if FORM.main.columns[key].kind is StorageKind.JSON:
        return
    line = said(row, FORM) | {key: other}
    with pytest.raises(MisfitError, match=key):
        row_of(line, FORM)
