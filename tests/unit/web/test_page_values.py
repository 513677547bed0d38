"""What is typed into controls becomes the same values in the page as on the server."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.backends.javascript.zone_tables import zone_table
from tests.support.page_form import page
from web.display import number_of_input
from web.display_moments import moment_of_input

ZONE = "America/New_York"
TYPED = st.lists(
    st.text(st.sampled_from("0123456789.,-+ ,。、¥%'_\u00a0\u3000\t\u2009\x1c\ufeff"), max_size=12), min_size=20
)
LOCAL = st.lists(
    st.one_of(
        st.datetimes().map(lambda at: at.strftime("%Y-%m-%dT%H:%M") if at.year > 999 else "0999-01-01T00:00"),
        st.sampled_from(["2026-03-08T02:30", "2026-11-01T01:30", "2026-02-30T10:00", "2026-01-01T24:00", "soon", ""]),
    ),
    min_size=20,
)


@cache
def _zone():
    return zone_table(ZONE)


@settings(max_examples=8, deadline=None)
@given(TYPED)
def test_a_number_is_the_same_text_when_it_is_typed_with_signs_and_blanks(typed):
    assert page("return given.map(form.numberOfInput);", typed) == [number_of_input(one) for one in typed]


@settings(max_examples=8, deadline=None)
@given(LOCAL)
def test_a_moment_is_the_same_when_clocks_are_put_forward_or_back(typed):
    code = "const zone = form.zoneOf(given.zone); return given.typed.map((one) => form.momentOfInput(one, zone));"
    assert page(code, {"typed": typed, "zone": _zone()}) == [moment_of_input(one, ZONE) for one in typed]
