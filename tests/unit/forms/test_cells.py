"""What people write in cells, as fields read it."""

from __future__ import annotations

import pytest

from engine.forms.cells import cell_json
from engine.forms.definitions import FieldDef, OptionDef
from engine.kernel.problems import Text

ZONE = "Asia/Shanghai"
OPTIONS = (
    OptionDef("o1", "gold", Text("金", "Gold")),
    OptionDef("o2", "a_b", Text("甲、乙", "A, B")),
)


def of(kind, **more):
    return FieldDef("u", "k", kind, Text("字段", "Field"), **more)


@pytest.mark.parametrize(
    ("kind", "cell", "wanted"),
    [
        ("number", " 1,234.50 ", "1234.50"),
        ("number", "12", "12"),
        ("number", "12.5%", "0.125"),
        ("percent", "12.5%", "12.5"),
        ("money", "¥1,234", "1234"),
        ("money", "-¥ 5.00元", "-5.00"),
        ("money", "1200元", "1200"),
        ("number", "1,2,3", "1,2,3"),
        ("number", "很多", "很多"),
        ("rating", 4, "4"),
        ("boolean", "是", True),
        ("boolean", "×", False),
        ("boolean", "No", False),
        ("boolean", True, True),
        ("boolean", "也许", "也许"),
        ("date", "2026/1/5", "2026-01-05"),
        ("date", "2026年01月05日", "2026-01-05"),
        ("date", "20260105", "2026-01-05"),
        ("date", "2026-01-05 00:00:00", "2026-01-05"),
        ("date", "2026-01-05 09:30", "2026-01-05 09:30"),
        ("date", "明天", "明天"),
        ("datetime", "2026-01-05 9:30", "2026-01-05T09:30:00+08:00"),
        ("datetime", "2026/1/5", "2026-01-05T00:00:00+08:00"),
        ("datetime", "2026-01-05T09:30:15", "2026-01-05T09:30:15+08:00"),
        ("datetime", "2026-01-05T09:30:00+01:00", "2026-01-05T09:30:00+01:00"),
        ("datetime", "2026-13-05 09:30", "2026-13-05 09:30"),
        ("text", "  李伟 ", "李伟"),
        ("text", 13800138000, "13800138000"),
        ("text", "   ", None),
        ("text", None, None),
        ("phone", "138 0013 8000", "138 0013 8000"),
        ("persons", "李伟、王芳;anna", ["李伟", "王芳", "anna"]),
        ("references", "K1,K2", ["K1", "K2"]),
        ("reference", "红楼梦,上册", "红楼梦,上册"),
        ("json", '{"a": [1]}', {"a": [1]}),
        ("json", "{broken", "{broken"),
        ("photo", [{"file": "x"}], [{"file": "x"}]),
    ],
)
def test_a_cell_is_read_as_people_mean_it_when_its_field_has_that_type(kind, cell, wanted):
    assert cell_json(cell, of(kind), ZONE) == wanted


def test_an_option_with_a_separator_in_its_name_is_one_when_several_may_be_chosen():
    chosen = of("multi_choice", options=OPTIONS)
    assert cell_json("甲、乙", chosen, ZONE) == ["甲、乙"]
    assert cell_json("金、甲", chosen, ZONE) == ["金", "甲"]
