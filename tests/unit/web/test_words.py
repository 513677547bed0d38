"""Values in words, and what people type as values."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernel.problems import Text
from engine.runtime.boards_said import bucket_words
from engine.runtime.views import FieldView, OptionView
from web.display import number_of_input, shown_text, words
from web.display_moments import around_figures, local_input, moment_of_input, moment_words
from web.pages.boards import amount_words

ZONE = "Asia/Shanghai"


def field(widget, **more):
    return FieldView("f", widget, Text("字段", "Field"), **more)


OPTIONS = (OptionView("tender", Text("招标答疑", "Tender")), OptionView("old", Text("旧", "Old"), retired=True))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("预算没确认(自2026-11-07)", ["预算没确认(自", "2026-11-07", ")"]),
        ("no day: 12026-11-071", ["no day: 12026-11-071"]),
        ("欠7.35万·16天,合同还在签", ["欠", "7.35万·16天", ",合同还在签"]),
        ("铜业·产线1·二期", ["铜业·产线1·二期"]),
        ("铜业 · 产线", ["铜业 ·\N{NO-BREAK SPACE}产线"]),
        ("", [""]),
    ],
)
def test_days_and_figures_are_set_apart_when_a_sentence_names_them(text, pieces):
    assert around_figures(text) == pieces


@pytest.mark.parametrize(
    ("widget", "value", "read"),
    [
        ("money", "1234567.50", "¥1,234,567.50"),
        ("money", "-12.00", "-¥12.00"),
        ("percent", "12.50", "12.5%"),
        ("percent", "100", "100%"),
        ("number", "12000", "12,000"),
        ("number", "12.50", "12.50"),
        ("boolean", True, "是"),
        ("boolean", False, "否"),
        ("datetime", "2026-07-03T16:30:00Z", "2026-07-04 00:30"),
        ("date", "2026-07-03", "2026-07-03"),
        ("text", None, ""),
        ("multi_choice", [], ""),
    ],
)
def test_words_are_what_people_read_when_a_value_is_shown(widget, value, read):
    assert words(field(widget), value) == read


@pytest.mark.parametrize(("value", "read"), [("15.0000", "15"), ("4.2000", "4.2"), ("1200.1234", "1,200.1234")])
def test_zeros_that_say_nothing_are_left_out_when_a_number_has_many_decimals(value, read):
    assert words(FieldView("share", "number", Text("比", "Share"), scale=4), value) == read


def test_words_name_the_option_when_it_is_retired():
    assert words(field("choice", options=OPTIONS), "old") == "旧"
    assert words(field("multi_choice", options=OPTIONS), ["tender", "old"]) == "招标答疑、旧"


def test_words_hide_the_key_when_the_option_is_gone():
    assert "ghost" not in words(field("choice", options=OPTIONS), "ghost")


def test_words_hide_the_id_when_a_referenced_record_has_no_title_for_the_viewer():
    assert "0198" not in words(field("reference", target="a.b"), "0198f1c0-0000-7000-8000-000000000000")


def test_shown_text_reads_texts_in_lists_and_mappings_when_they_nest():
    assert shown_text([Text("甲", "A"), None, "乙"]) == "甲、乙"
    assert shown_text({"zh": "原因", "en": "Reason"}) == "原因"


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1,200", "1200"), ("１２．５", "12.5"), ("¥ 3,000.00", "3000.00"), ("12%", "12"), ("-4", "-4"), ("abc", "abc")],
)
def test_a_typed_number_is_plain_when_it_carries_separators_or_units(typed, number):
    assert number_of_input(typed) == number


@pytest.mark.parametrize("typed", ["nonsense", "2026-13-01T00:00", "0001-01-01T00:00"])
def test_a_typed_moment_is_passed_on_when_it_cannot_be_read(typed):
    assert moment_of_input(typed, ZONE) == typed


@given(
    st.datetimes(
        min_value=__import__("datetime").datetime(1970, 1, 2), max_value=__import__("datetime").datetime(2100, 1, 1)
    )
)
def test_a_moment_comes_back_to_the_minute_when_it_is_shown_and_typed_again(local):
    typed = local.strftime("%Y-%m-%dT%H:%M")
    moment = moment_of_input(typed, "UTC")
    assert local_input(moment, "UTC") == typed
    assert moment_of_input(local_input(moment, ZONE), ZONE) == moment


def test_a_moment_is_shown_in_the_zone_of_its_form_when_that_is_another():
    assert moment_words("2026-07-03T00:00:00Z", "America/New_York") == "2026-07-02 20:00"


@pytest.mark.parametrize(
    ("first", "bucket", "read"),
    [
        ("2026-12-28", "week", "12/28–1/3"),
        ("2026-11-01", "month", "2026年11月"),
        ("9999-12-31", "day", "9999-12-31"),
        ("9999-12-27", "week", "12/27–12/31"),
        ("9999-12-01", "month", "9999年12月"),
    ],
)
def test_bucket_is_told_by_its_days_when_the_calendar_ends_in_it(first, bucket, read):
    assert bucket_words(first, bucket, "zh") == read


@pytest.mark.parametrize(
    ("amount", "read"),
    [
        ("9349.50", "¥9,350"),
        ("-12", "-¥12"),
        ("73500", "7.35万"),
        ("99999999", "10,000万"),
        ("185978000", "1.86亿"),
        ("-2e8", "-2亿"),
    ],
)
def test_an_amount_is_said_in_the_unit_that_it_is_spoken_of(amount, read):
    assert amount_words(Decimal(amount)) == read
