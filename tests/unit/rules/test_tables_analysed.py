"""Gaps, overlaps and rows without effect: exact for small tables, with an example that is true, and bounded."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.decisions import decided
from engine.language.plain import Plain
from engine.rules.tables import analysing, regions
from engine.rules.tables.analysing import analyse
from engine.rules.tables.regions import common, minus, space_of, typical
from tests.unit.rules.tables import (
    AMOUNT,
    AROUND,
    DAY,
    GRADE,
    LINE,
    MOMENT,
    NAME,
    PERCENT,
    TODAY,
    VIP,
    WHOLE,
    compiled,
    table,
)


def _codes(made):
    return [problem.code for problem in analyse(made).findings]


def _said(made, code):
    return [(problem.path, problem.message.en) for problem in analyse(made).findings if problem.code == code]


def test_nothing_is_found_when_a_table_says_something_for_every_value():
    rows = [({"days": "< 5"}, "1"), ({"days": "5..9"}, "2"), ({"days": ">= 10"}, "3"), ({"days": "is empty"}, "4")]
    made = table("unique", [WHOLE], [PERCENT], rows)
    assert _codes(made) == []
    assert made.exclusive


def test_a_gap_is_told_with_an_example_when_no_row_hits():
    rows = [({"amount": "< 100"}, "1"), ({"amount": "> 100", "grade": "[a, c]"}, "2"), ({"amount": "is empty"}, "3")]
    made = table("first", [AMOUNT, GRADE], [PERCENT], rows)
    assert _said(made, "TABLE-011") == [
        ("rows", "No row hits: Amount = 100"),
        ("rows", "No row hits: Amount = 100.01, Grade = Grade B"),
    ]
    assert _said(made, "TABLE-012") == [("rows", "No row hits where “Grade” is blank: Amount = 100.01, Grade is blank")]


def test_an_overlap_is_refused_with_an_example_when_a_table_is_unique():
    made, found = compiled("unique", [AMOUNT, GRADE], [PERCENT], [({"amount": "0..10"}, "1"), ({"grade": "a"}, "2")])
    assert [(problem.code, problem.path) for problem in found] == [("TABLE-010", "rows[1]")]
    assert found[0].message.en == "The rows 1 and 2 both hit: Amount = 0, Grade = Grade A"
    assert found[0].message.zh == "第1行和第2行同时命中:金额 = 0,级别 = 甲级"
    assert not made.exclusive


def test_ends_of_ranges_meet_when_both_are_included():
    rows = [({"amount": "0..10"}, "1"), ({"amount": "10..20"}, "2")]
    _, found = compiled("unique", [AMOUNT], [PERCENT], rows)
    assert [problem.message.en for problem in found] == ["The rows 1 and 2 both hit: Amount = 10"]
    _, apart = compiled("unique", [AMOUNT], [PERCENT], [({"amount": "0..<10"}, "1"), ({"amount": "10..20"}, "2")])
    assert apart == []


def test_periods_part_rows_when_each_is_valid_at_its_time():
    rows = [
        ({}, "1", {"valid_from": "2026-01-01", "valid_to": "2026-06-30"}),
        ({}, "2", {"valid_from": "2026-07-01", "valid_to": "2026-12-31"}),
    ]
    made = table("unique", [AMOUNT], [PERCENT], rows)
    assert made.exclusive
    assert _said(made, "TABLE-011") == [("rows", "No row hits: today = 2027-01-01")]
    late = [rows[0], (*rows[1][:2], {"valid_from": "2026-08-01"})]
    assert _said(table("unique", [AMOUNT], [PERCENT], late), "TABLE-011") == [
        ("rows", "No row hits: today = 2026-07-01")
    ]
    by_day = table("unique", [DAY], [PERCENT], late, valid_on="day")
    assert ("rows", "No row hits: Day = 2026-07-01") in _said(by_day, "TABLE-011")


def test_rows_without_effect_are_told_when_they_never_hit_or_come_too_late():
    rows = [
        ({"amount": "> 10"}, "1"),
        ({"amount": "5..1"}, "2"),
        ({"amount": "> 20", "grade": "a"}, "3"),
        ({"grade": "a"}, "4"),
        ({}, "5"),
        ({"vip": "true"}, "6"),
    ]
    made = table("first", [AMOUNT, GRADE, VIP], [PERCENT], rows)
    assert [(code, path) for code, path in _placed(made)] == [
        ("TABLE-014", "rows[1]"),
        ("TABLE-013", "rows[2]"),
        ("TABLE-013", "rows[5]"),
    ]


def _placed(made):
    return [(problem.code, problem.path) for problem in analyse(made).findings]


def test_cells_are_named_when_they_are_not_analysed():
    rows = [
        ({"amount": "> param.limit", "name": 'contains "x"'}, "1"),
        ({"grade": "amount > 1 or vip"}, "2"),
        ({}, "3"),
    ]
    made = table("unique", [AMOUNT, GRADE, VIP, NAME], [PERCENT], rows[:2])
    assert not made.exclusive
    assert [path for code, path in _placed(made) if code == "TABLE-015"] == [
        "rows[0].when.amount",
        "rows[0].when.name",
        "rows[1].when.grade",
    ]
    assert [code for code, _ in _placed(table("first", [AMOUNT, GRADE, VIP, NAME], [PERCENT], rows))] == [
        "TABLE-015"
    ] * 3


def test_a_period_is_named_when_a_moment_tells_the_day():
    rows = [({}, "1", {"valid_from": "2026-09-21"}), ({}, "2")]
    made = table("first", [MOMENT], [PERCENT], rows, valid_on="at")
    assert _placed(made) == [("TABLE-015", "rows[0].valid_from")]
    answers = [decided(made, {"at": TODAY * 86_400_000 - before}, AROUND).results["percent"][0] for before in (0, 1)]
    assert answers == [100, 200]


def test_the_work_ends_and_says_so_when_it_passes_its_bound(monkeypatch):
    rows = [({"amount": f"{number}", "days": f"{number}", "grade": "a"}, "1") for number in range(40)]
    made = table("first", [AMOUNT, WHOLE, GRADE, LINE], [PERCENT], rows)
    monkeypatch.setattr(analysing, "MAX_STEPS", 50)
    found = analyse(made)
    assert not found.finished
    assert found.findings[-1].code == "TABLE-016"


def test_a_long_table_is_analysed_quickly_when_it_has_hundreds_of_rows():
    rows = [
        ({"amount": f"{number * 10}..<{number * 10 + 10}", "grade": grade}, "1")
        for number in range(160)
        for grade in ("a", "[b, c]", "is empty")
    ]
    started = time.monotonic()
    made = table("unique", [AMOUNT, GRADE], [PERCENT], rows)
    found = analyse(made)
    assert made.exclusive
    assert found.finished
    assert [problem.code for problem in found.findings] == ["TABLE-011", "TABLE-011", "TABLE-012"]
    assert time.monotonic() - started < 20


_SMALL = {
    "days": (WHOLE, ["<= 0", "1", "0..1", "> 1", "!= 1", "[0, 2]", "is empty", "is not empty", "-",
             "days < 2 or days > 3"],
             [-1, 0, 1, 2, 3, 4, None]),
    "grade": (GRADE, ["a", "[a, b]", "!= a", "is empty", "-", "not in [c]"], ["a", "b", "c", None]),
    "vip": (VIP, ["true", "false", "-", "not vip", "vip"], [True, False, None]),
    "name": (NAME, ['"x"', '!= "x"', '["x", "y"]', "is empty", "-"], ["x", "y", "z", None]),
}  # fmt: skip
_PERIODS = [{}, {}, {"valid_from": "2026-09-21"}, {"valid_to": "2026-09-20"}]
_DAYS = (TODAY - 1, TODAY, TODAY + 1)


@st.composite
def _tables(draw):
    keys = draw(st.lists(st.sampled_from(sorted(_SMALL)), min_size=1, max_size=3, unique=True))
    rows = [
        ({key: draw(st.sampled_from(_SMALL[key][1])) for key in keys}, "1", draw(st.sampled_from(_PERIODS)))
        for _ in range(draw(st.integers(1, 5)))
    ]
    made, _ = compiled("unique", [_SMALL[key][0] for key in keys], [PERCENT], rows)
    return keys, made


def _every_input(keys):
    for values in itertools.product(*(_SMALL[key][2] for key in keys)):
        for day in _DAYS:
            yield dict(zip(keys, values, strict=True)), Plain(AROUND.now, day, "UTC")


@settings(max_examples=150, deadline=None)
@given(_tables())
def test_gaps_and_overlaps_are_those_of_trying_every_value_when_domains_are_small(drawn):
    keys, made = drawn
    tried = [(inputs, {hit.row.number for hit in decided(made, inputs, around).hits}, around.today)
             for inputs, around in _every_input(keys)]  # fmt: skip
    meeting = {pair for _, hit, _ in tried for pair in itertools.combinations(sorted(hit), 2)}
    space = space_of(made)
    found = {
        (one.row.row.number, two.row.row.number)
        for one, two in itertools.combinations(space.regions, 2)
        if common(one.box, two.box)
    }
    assert found == meeting
    assert made.exclusive == (not meeting)
    never = {region.row.row.number for region in space.regions if region.is_nothing}
    assert never == {row.number for row in made.rows} - set().union(*(hit for _, hit, _ in tried))
    starts = [row.valid_from for row in made.rows]
    begin = min((start for start in starts if start is not None), default=0) if None not in starts else 0
    filled = [None not in inputs.values() and day >= begin and not hit for inputs, hit, day in tried]
    assert any(problem.code == "TABLE-011" for problem in analyse(made).gaps) == any(filled)


@settings(max_examples=100, deadline=None)
@given(_tables())
def test_every_example_is_true_when_a_gap_or_overlap_is_told(drawn):
    keys, made = drawn
    space = space_of(made)
    left = [tuple(axis.everything for axis in space.axes)]
    for region in space.regions:
        left = [piece for box in left for piece in minus(box, region.box)]
    for box in left:
        assert decided(made, *_example(keys, space, box)).hits == ()
    for one, two in itertools.combinations(space.regions, 2):
        both = common(one.box, two.box)
        if both:
            numbers = {hit.row.number for hit in decided(made, *_example(keys, space, both)).hits}
            assert {one.row.row.number, two.row.row.number} <= numbers


def _example(keys, space, box):
    values = dict(zip((axis.key for axis in space.axes), typical(space, box), strict=True))
    return {key: values[key] for key in keys}, Plain(AROUND.now, values.get("#today", TODAY), "UTC")


@pytest.mark.parametrize("policy", ["first", "max", "sum"])
def test_overlaps_are_no_matter_when_a_policy_settles_them(policy):
    _, found = compiled(policy, [AMOUNT], [PERCENT], [({"amount": "> 1"}, "1"), ({"amount": "> 0"}, "2")])
    assert found == []


def _lists(rows, constants):
    """Rows of one cell each that lists numbers of its own."""
    listed = [", ".join(str(one * 500 + number) for one in range(constants)) for number in range(rows)]
    return [({"days": f"[{cell}]"}, "1") for cell in listed]


def test_nothing_is_proven_and_nothing_refused_when_a_table_passes_a_bound(monkeypatch):
    for bound, most in ((regions, "MAX_LOOKS"), (analysing, "MAX_PAIRS")):
        with monkeypatch.context() as patched:
            assert table("unique", [WHOLE], [PERCENT], _lists(20, 20)).exclusive
            patched.setattr(bound, most, 150)
            made = table("unique", [WHOLE], [PERCENT], _lists(20, 20))
            assert not made.exclusive
            assert "TABLE-016" in _codes(made)


def test_cells_are_asked_at_their_own_constants_when_other_rows_have_many(monkeypatch):
    asked = []
    made = table("unique", [WHOLE], [PERCENT], _lists(40, 40))
    holding = regions._holding

    def counted(axis, nodes):
        holds = holding(axis, nodes)
        return lambda value: asked.append(value) or holds(value)

    monkeypatch.setattr(regions, "_holding", counted)
    space = space_of(made)
    assert len(space.axes[0].values) > 40 * 40
    assert len(asked) < 3 * 40 * 40 + 40 * 3


def test_the_first_overlaps_end_the_search_when_every_row_meets_every_other():
    _, found = compiled("unique", [WHOLE], [PERCENT], [({"days": ">= 1"}, "1")] * 400)
    assert [problem.code for problem in found] == ["TABLE-010"] * analysing.MAX_FINDINGS
