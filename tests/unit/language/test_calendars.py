"""Work calendars: counting agrees with going through the days one by one, at the ends of the calendar too."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernel.clocks import FIRST_DAY, LAST_DAY, date_of
from engine.language.calendars import WEEKDAYS, calendar_from, calendar_of
from engine.storage.language_runner import run_lines

_BASE = 20_000
near = st.integers(_BASE, _BASE + 120)
calendars = st.builds(calendar_of, st.sets(near, max_size=40), st.sets(near, max_size=40))


def _is_workday(off, made_up, day):
    return day in made_up or (date_of(day).isoweekday() < 6 and day not in off)


@given(st.sets(near, max_size=40), st.sets(near, max_size=40), near)
def test_workday_is_what_the_lists_say_when_a_day_is_asked(off, made_up, day):
    assert calendar_of(off, made_up).is_workday(day) is _is_workday(off, made_up, day)


@given(calendars, near, near)
def test_workdays_between_are_counted_one_by_one_when_days_are_given(calendar, first, second):
    expected = sum(map(calendar.is_workday, range(first + 1, second + 1)))
    assert calendar.between(first, second) == (
        expected if first <= second else -sum(map(calendar.is_workday, range(second + 1, first + 1)))
    )
    assert calendar.between(first, second) == -calendar.between(second, first)


@given(calendars, near, st.integers(-60, 60))
def test_shift_goes_from_workday_to_workday_when_it_is_not_zero(calendar, day, workdays):
    expected, left = day, abs(workdays)
    while left:
        expected += 1 if workdays > 0 else -1
        left -= calendar.is_workday(expected)
    assert calendar.shifted(day, workdays) == expected
    if workdays > 0:
        assert calendar.between(day, expected) == workdays


@given(calendars, st.integers(_BASE - 400, _BASE + 400))
def test_day_with_a_count_is_the_first_that_reaches_it_when_one_has_it(calendar, day):
    count = calendar.count(day)
    found = calendar.nth(count)
    assert found is not None
    assert found <= day
    assert calendar.count(found) == count
    assert calendar.is_workday(found)


@given(calendars)
def test_calendar_is_the_same_when_it_is_read_from_its_text(calendar):
    assert calendar_from(calendar.text) == calendar


def test_days_that_say_nothing_are_left_out_when_a_calendar_is_made():
    monday, saturday = FIRST_DAY, FIRST_DAY + 5
    assert calendar_of([saturday], [monday]) == WEEKDAYS
    assert calendar_of([monday, saturday], [monday, saturday]).days == (saturday,)


def test_shift_is_blank_when_it_leaves_the_years_1_to_9999():
    assert WEEKDAYS.shifted(LAST_DAY, 1) is None
    assert WEEKDAYS.shifted(LAST_DAY, 0) == LAST_DAY
    assert WEEKDAYS.shifted(FIRST_DAY, -1) is None
    assert WEEKDAYS.shifted(FIRST_DAY, 10**30) is None
    assert WEEKDAYS.shifted(LAST_DAY, -(10**30)) is None
    assert WEEKDAYS.shifted(FIRST_DAY, WEEKDAYS.between(FIRST_DAY, LAST_DAY)) == LAST_DAY


def _answer(expr, calendar):
    case = {"id": "1", "expr": expr, "calendar": calendar, "now": "2026-10-09T09:00:00+08:00"}
    return json.loads(next(iter(run_lines([json.dumps(case)], ["python", "sqlite"]))))


@pytest.mark.parametrize(
    "calendar",
    [
        {"non_working": ["2026-10-07", "2026-10-08"], "make_up": ["2026-10-10"]},
        {"holidays": ["2026-10-07", "2026-10-08"], "workdays": ["2026-10-10"]},
        {"days_off": ["2026-10-07"], "off": ["2026-10-08"], "make_up_days": ["2026-10-10"]},
    ],
)
def test_case_has_its_own_calendar_when_it_brings_one(calendar):
    for expr, expected in {
        "workdays_between(2026-10-06, today())": "1",
        "add_workdays(today(), 1)": "2026-10-10",
        "add_workdays(today(), -1)": "2026-10-06",
        "是工作日(2026-10-10) 且 非 是工作日(2026-10-08)": True,
    }.items():
        answer = _answer(expr, calendar)
        assert (answer["python"], answer["sqlite"]) == (expected, expected), expr


@pytest.mark.parametrize(
    "calendar", [{"nope": []}, {"holidays": "2026-10-07"}, {"holidays": ["2026-02-30"]}, {"holidays": [None]}, []]
)
def test_case_is_refused_when_its_calendar_is_none(calendar):
    assert _answer("1", calendar)["error"]["code"] == "LANG-060"


@given(calendars, st.dictionaries(near, st.booleans(), max_size=20), near)
def test_days_are_what_was_said_of_them_and_the_others_as_before(calendar, said, day):
    changed = calendar.changed(said)
    assert changed.is_workday(day) is said.get(day, calendar.is_workday(day))
    assert changed == calendar_from(changed.text)
