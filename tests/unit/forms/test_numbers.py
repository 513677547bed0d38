"""Patterns of numbers: what they write, what they read back, and which are none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms.numbers import number_pattern

DAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("source", "run", "number", "period"),
    [
        ("KH{000000}", 7, "KH000007", ""),
        ("KH{000000}", 1_234_567, "KH1234567", ""),
        ("YS{yyyymmdd}-{nnnn}", 12, "YS20260309-0012", "20260309"),
        ("{yymm}{nn}号", 3, "260303号", "2603"),
        ("{yyyy}/{mm}/{n}", 10, "2026/03/10", "202603"),
        ("合同{yy}{mm}{dd}{000}", 1, "合同260309001", "260309"),
    ],
)
def test_a_pattern_writes_the_day_and_the_run(source, run, number, period):
    frame = number_pattern(source).frame(DAY)
    assert (frame.number(run), frame.period) == (number, period)
    assert number_pattern(source).read(number) == (period, run)


@pytest.mark.parametrize(
    ("source", "shortfall"),
    [
        ("KH", "run"),
        ("{nnn}-{nnn}", "run"),
        ("{mmdd}{nnn}", "part"),
        ("KH{nnn", "part"),
        ("KH}{nnn}", "part"),
        ("{n0}", "part"),
        ("{mm}{nnn}", "date"),
        ("{yyyy}{dd}{nnn}", "date"),
        ("{yyyy}{nnn}", None),
        ("{nnnnnnnnnnnn}", None),
        ("{nnnnnnnnnnnnn}", "part"),
    ],
)
def test_a_pattern_that_would_not_name_every_record_otherwise_is_none(source, shortfall):
    assert number_pattern(source).shortfall == shortfall


@pytest.mark.parametrize("number", ["KH00001", "KH00000١", "kh000001", "KH000001 ", "KH", "KH0000000000000001"])
def test_what_does_not_follow_the_pattern_is_not_read(number):
    assert number_pattern("KH{000000}").read(number) is None


@given(
    st.dates(date(1, 1, 1), date(9999, 12, 31)),
    st.integers(1, 10**12),
    st.sampled_from(["KH{000}", "{yyyymmdd}{n}", "a{yyyy}b{mm}c{nnnn}d", "{n}{yyyymmdd}"]),
)
def test_every_number_is_read_back_and_no_other_day_or_run_writes_it(day, run, source):
    pattern = number_pattern(source)
    frame = pattern.frame(day)
    assert pattern.read(frame.number(run)) == (frame.period, run)
