"""Forms made of tables: what columns seem to hold, and the form that comes of them."""

from __future__ import annotations

import datetime as dt
from itertools import count

import pytest

from engine.catalog.editing.elements import Mint
from engine.catalog.editing.sheets import TYPES, Cell, Column, form_of, guessed
from tests.support.apps import app, problems_of

DAY, NOON = dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 2, 12, 30)  # noqa: DTZ001 - as a table has them


def mint():
    numbers = count(1)
    return Mint(lambda size: next(numbers).to_bytes(size, "big"), lambda name: name if name.isascii() else "zi duan")


def kind(*values, name="Column", shown="General"):
    return guessed(name, [Cell(value, shown) for value in values]).type


@pytest.mark.parametrize(
    ("expected", "values"),
    [
        ("text", ["a", "b", "c"]),
        ("text", [None, ""]),
        ("text", ["a", 1, DAY]),
        ("text", ["001", "002"]),
        ("long_text", ["a" * 61, "b"]),
        ("long_text", ["a\nb"]),
        ("number", [1, 2.5, None]),
        ("number", ["1", "2.5"]),
        ("boolean", [True, False]),
        ("boolean", ["是", "否", "是"]),
        ("boolean", ["Yes", "no"]),
        ("date", [DAY, None]),
        ("date", [dt.date(2026, 1, 2)]),
        ("date", ["2026-01-02", "2026年1月3日", "2026/1/3"]),
        ("datetime", [DAY, NOON]),
        ("datetime", ["2026-01-02 09:30"]),
        ("email", ["a@b.cn", "c.d@example.com"]),
        ("phone", ["13800138000", "138 0013 8000", "010-12345678"]),
        ("url", ["https://example.com/a"]),
        ("money", ["¥12.50", "3,000元"]),
        ("choice", ["红", "绿", "红", "绿", "红"]),
        ("text", ["红", "绿", "蓝", "红"]),
        ("text", ["红", "红", "红"]),
    ],
)
def test_a_type_is_guessed_from_the_values(expected, values):
    assert kind(*values) == expected


def test_a_name_or_a_format_tells_more_than_a_number_does():
    assert kind(1.5, shown='"¥"#,##0.00') == "money"
    assert kind(100, 200, name="合同金额") == "money"
    assert kind("100", "200", name="金额(元)") == "money"
    assert kind(0.25, shown="0.00%") == "percent"
    assert kind(13800138000, name="手机") == "phone"
    assert kind(13800138000, name="编号") == "number"


def test_options_decimals_and_samples_are_those_of_the_values():
    chosen = guessed("色", [Cell(one) for one in ("红", "绿", "红", "绿")])
    assert (chosen.options, chosen.samples) == (("红", "绿"), ("红", "绿"))
    assert guessed("数", [Cell(1.25), Cell(3.0)]).scale == 2
    assert guessed("数", [Cell(3.0)]).samples == ("3",)
    assert guessed("日", [Cell(NOON), Cell(DAY)]).samples == ("2026-01-02 12:30", "2026-01-02")


def test_the_form_goes_by_its_first_text_and_compiles():
    columns = [Column(f"Field {number}", kind) for number, kind in enumerate(TYPES)]
    columns += [Column("状态", "choice", ("新", "新 ", "old")), Column("State", "text"), Column("Q", "number", scale=2)]
    made = form_of({"zh": "表", "en": "Table"}, columns, {"table"}, "zh", mint())
    assert problems_of(app(made)) == []
    assert (made["key"], made["title"]) == ("table_2", "{{field_0}}")
    assert [len(one["fields"]) for one in made["sections"]] == [len(columns)]
    assert "state" not in {field["key"] for field in made["fields"]}, "the platform keeps that one"
    assert len({field["key"] for field in made["fields"]}) == len(columns)
    assert made["fields"][-1]["scale"] == 2
    without = form_of({"zh": "表", "en": "Table"}, [Column("数", "number")], set(), "zh", mint())
    assert problems_of(app(without)) == []
