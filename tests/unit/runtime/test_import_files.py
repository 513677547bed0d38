"""Tables of files that people bring: what is read of each kind, and that whatever is no table is said to be none."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from engine.kernel.problems import EngineError
from engine.runtime.importing.reading_files import MOST_COLUMNS, read_table


def table(content):
    read = read_table(io.BytesIO(content if isinstance(content, bytes) else content.encode()))
    return read.kind, read.columns, [(row.line, list(row.cells)) for row in read.rows]


def excel(*rows, formats=()):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for place, shown in formats:
        book.active[place].number_format = shown
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def refused(content):
    with pytest.raises(EngineError) as error:
        table(content)
    return [problem.code for problem in error.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_is_read_when_it_is_written_in_a_known_way(encoding):
    text = '姓名,备注\r\n李伟,"第一行\n第二行, 有逗号"\r\n\r\n王芳,\r\n'
    assert table(text.encode(encoding)) == (
        "csv",
        ("姓名", "备注"),
        [(2, ["李伟", "第一行\n第二行, 有逗号"]), (4, ["王芳", ""])],
    )


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_that_which_the_first_row_has_most_of(separator):
    text = f"a{separator}b{separator}c\n1{separator}2{separator}3\n"
    assert table(text)[1:] == (("a", "b", "c"), [(2, ["1", "2", "3"])])


def test_columns_without_a_name_are_left_out_and_rows_keep_their_numbers():
    assert table("a,,b,\n1,2,3,\n,,,\n4,5\n")[1:] == (("a", "b"), [(2, ["1", "3"]), (4, ["4", None])])


def test_the_sign_that_keeps_a_text_from_being_a_formula_is_none_of_the_text():
    assert table("a,b\n'=1+1,'tis\n'-x,-5\n")[2] == [(2, ["=1+1", "'tis"]), (3, ["-x", "-5"])]


def test_cells_of_excel_are_read_as_they_are_shown():
    made = excel(
        ["a", "b", "c", "d", "e", "f"],
        [0.1 + 0.2, 13800138000, 0.125, dt.datetime(2026, 1, 5), dt.datetime(2026, 1, 5, 9, 30), True],  # noqa: DTZ001
        ["x", 1e15, None, dt.date(2026, 1, 5), dt.time(9, 30), " y "],
        formats=[("C2", "0.0%")],
    )
    assert table(made) == (
        "xlsx",
        ("a", "b", "c", "d", "e", "f"),
        [
            (2, ["0.3", "13800138000", "12.5%", "2026-01-05", "2026-01-05 09:30:00", True]),
            (3, ["x", "1000000000000000", None, "2026-01-05", "09:30", " y "]),
        ],
    )


def test_lines_of_json_have_every_key_as_a_column():
    text = '\ufeff{"a": 1.10, "b": [1]}\n\n{"c": {"d": null}, "a": null}\n'
    assert table(text) == ("ndjson", ("a", "b", "c"), [(1, ["1.1", [1], None]), (3, [None, None, {"d": None}])])


def test_what_unpacks_to_too_much_is_refused_before_it_is_read():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        for number in range(8):
            made.writestr(f"xl/worksheets/sheet{number}.xml", b" " * (80 << 20))
    assert refused(packed.getvalue()) == ["IMP-002"]


def test_more_columns_than_are_taken_are_refused():
    assert refused(",".join(f"c{number}" for number in range(MOST_COLUMNS + 1)) + "\n1\n") == ["IMP-002"]
    assert refused("\n".join(f'{{"k{number}": 1}}' for number in range(MOST_COLUMNS + 1))) == ["IMP-002"]


def _read(content):
    """Go through a file to its end; return the codes of what it is refused for."""
    try:
        table(content)
    except EngineError as error:
        return [problem.code for problem in error.problems]
    return []


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_table_or_refused_with_a_code(content):
    assert all(code.startswith("IMP-") for code in _read(content))


WHOLE = excel(["a", "b"], [1, "x"], [2.5, "y"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_excel_file_is_read_or_refused_with_a_code(changes):
    damaged = bytearray(WHOLE)
    for place, byte in changes:
        damaged[place] = byte
    assert all(code.startswith("IMP-") for code in _read(bytes(damaged)))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"]), st.binary(max_size=60))
def test_an_excel_file_with_a_broken_part_is_read_or_refused_with_a_code(part, content):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as whole, zipfile.ZipFile(made, "w") as broken:
        for name in whole.namelist():
            broken.writestr(name, content if name == part else whole.read(name))
    assert all(code.startswith("IMP-") for code in _read(made.getvalue()))
