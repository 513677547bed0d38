"""Bounds: what is beyond them is refused with its place, what is within them runs on every back end."""

import pytest

from tests.unit.language.deals import problems_of, value


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("1" + " " * 4_000, "LANG-001"),
        (" + ".join(["1"] * 501), "LANG-011"),
        ("-" * 60 + "1", "LANG-012"),
        ("abs(" * 40 + "1" + ")" * 40, "LANG-012"),
        ("amount * " * 40 + "1", "LANG-012"),
        ("count in [" + ",".join(map(str, range(1_001))) + "]", "LANG-013"),
        (" + ".join(["count(visits)"] * 6), "LANG-014"),
        ("customer.parent.parent.parent.level", "LANG-015"),
        (" * ".join(["123456789012345"] * 33), "LANG-016"),
        ("9" * 481, "LANG-016"),
    ],
)
def test_expression_is_refused_when_it_passes_a_bound(source, code):
    assert [problem.code for problem in problems_of(source)] == [code]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (" + ".join(["1"] * 499), 499),
        ("(" * 200 + "7" + ")" * 200, 7),
        ("not " * 38 + "budget", False),
        (" or ".join(["false"] * 400 + ["true"]), True),
        ("count in [" + ",".join(map(str, range(1_000))) + "]", True),
        (" * ".join(["123456789012345"] * 32), 123456789012345**32),
        (" + ".join(["count(visits)"] * 5), 15),
        ("".join(f"if(count = {number}, {number}, " for number in range(38)) + "0" + ")" * 38, 7),
    ],
)
def test_expression_runs_when_it_is_just_within_the_bounds(source, expected):
    assert value(source) == expected


@pytest.mark.parametrize(
    "source",
    ["due" + " + 1" * 240, "seen" + " + hours(1)" * 160, "(seen - seen)" + " * 1.5" * 38, "due" + " - 1" * 120],
)
def test_expression_is_refused_when_more_comes_of_it_than_can_be_nested(source):
    assert [problem.code for problem in problems_of(source)] == ["LANG-012"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("due" + " + 1" * 98, 20_798),
        ("seen" + " + hours(1)" * 98, 1_789_000_000_000 + 98 * 3_600_000),
        ("(seen - seen)" + " + hours(1)" * 160, 160 * 3_600_000),
        ("ifs(" + "count = 1, 1, " * 110 + "0)", 0),
    ],
)
def test_chain_runs_when_much_else_is_under_way(source, expected):
    def deeper(calls):
        return deeper(calls - 1) if calls else value(source)

    assert deeper(200) == expected
