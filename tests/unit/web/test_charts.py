"""Figures as shapes: nothing is longer than the whole, gaps stay gaps, a ring closes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import charts

AMOUNTS = st.none() | st.decimals(-(10**9), 10**9, places=2).map(str)


def test_share_is_of_the_greatest_when_numbers_are_below_zero():
    top = charts.greatest(["-50", "20", None])
    assert top == Decimal(50)
    assert [charts.share(value, top) for value in ("-50", "20", None, "words")] == [100.0, 40.0, 0.0, 0.0]
    assert charts.share("3", charts.greatest([None])) == 0.0


@given(st.lists(AMOUNTS, max_size=30))
def test_ring_closes_when_something_is_above_zero(values):
    arcs = charts.arcs(values)
    assert bool(arcs) == any(value is not None and Decimal(value) > 0 for value in values)
    if arcs:
        assert sum(arc.length for arc in arcs) == pytest.approx(100, abs=0.2)
