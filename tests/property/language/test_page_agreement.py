"""The law in a page: decision tables, work calendars, formats, people and long conditions as in Python."""

from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from engine.language.backends.javascript.trees import to_json
from engine.language.backends.javascript.worlds import world_json
from engine.language.calendars import USUAL_HOURS, WEEKDAYS
from engine.language.cases import shown
from engine.language.checking.answering import Decider
from engine.language.compiling import compile_expression
from engine.language.plain import PlainPerson
from engine.language.scope import RoleScope
from engine.storage.javascript import evaluator
from tests.property.language.deciding import ASKED, tables
from tests.property.language.generating import parts
from tests.property.language.pages import Page, as_shown
from tests.property.language.test_tables import _long
from tests.property.language.worlds import APP, SCOPE, ZONES, made_rows, plain
from tests.support.node import node

ROWS = made_rows()
DEALS = ROWS[APP, "deal"]
ZONE = "Asia/Shanghai"


def _expected(expression, zone=ZONE):
    world = plain(ROWS, zone)
    return as_shown({row["id"]: expression.evaluate(row, world) for row in DEALS}, expression.type)


def test_page_says_what_python_says_when_tables_are_random():
    with closing(Page(ROWS)) as page:

        @settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
        @given(tables())
        def agree(made):
            scope = replace(SCOPE, tables={"table": made.decider})
            asked = [compile_expression(ASKED.format(output=f".{output}"), scope) for output in made.outputs]
            assert page.answers(asked, ZONE) == [_expected(one) for one in asked], made.rows

        agree()


@pytest.mark.parametrize(
    ("policy", "count", "more"),
    [("first", 500, {}), ("unique", 200, {}), ("max", 200, {}), ("sum", 200, {}), ("collect", 200, {"limit": 3})],
)
def test_page_says_what_python_says_when_tables_are_long(policy, count, more):
    scope = replace(SCOPE, tables={"table": Decider(_long(policy, count, **more))})
    expression = compile_expression('lookup("table", amount, stage)', scope)
    with closing(Page(ROWS)) as page:
        assert page.answers([expression], ZONE) == [_expected(expression)]


WORKDAYS = (
    *(f"is_workday({day})" for day in ("due", "start", "seen", "9999-12-31", "0001-01-01", "due + whole")),
    *(f"add_workdays({day}, {count})" for day in ("due", "start") for count in (0, 1, -1, 5, 6, -7, 261, "whole")),
    "add_workdays(9999-12-31, 1)", "add_workdays(0001-01-01, -1)", "add_workdays(due, 100000000000)",
    "workdays_between(due, start)", "workdays_between(start, today())", "workdays_between(0001-01-01, 9999-12-31)",
)  # fmt: skip


WORK_HOURS = (
    *(
        f"add_work_hours({moment}, {hours})"
        for moment in ("seen", "made", "datetime(due)", "datetime(due, 18)")
        for hours in ("0", "1", "-1", "8", "-8", "0.000001", "2.75", "whole", "rate", "99999999999")
    ),
    "work_hours_between(seen, made)", "work_hours_between(datetime(due), seen)", "work_hours_between(seen, now())",
    "add_work_hours(datetime(9999-12-31, 17), 2)", "add_work_hours(datetime(0001-01-01, 9), -1)",
)  # fmt: skip


@pytest.mark.parametrize("hours", [USUAL_HOURS, ((0, 1440),), ((1, 2), (600, 601))])
@pytest.mark.parametrize("zone", ZONES)
def test_page_counts_working_hours_as_python_does_when_a_calendar_has_its_own(zone, hours):
    world = plain(ROWS, zone)
    around = replace(world, calendar=world.calendar.with_hours(hours))
    asked = [compile_expression(source, SCOPE) for source in WORK_HOURS]
    with evaluator(node()) as process:
        found = process.answer([to_json(one.tree) for one in asked], world_json(around, SCOPE, DEALS))
    for expression, values in zip(asked, found, strict=True):
        assert values == [shown(expression.evaluate(row, around), expression.type) for row in DEALS], expression.source


@pytest.mark.parametrize("zone", ZONES[:3])
def test_page_counts_workdays_as_python_does_when_a_calendar_differs_from_plain_weeks(zone):
    asked = [compile_expression(source, SCOPE) for source in WORKDAYS]
    with closing(Page(ROWS)) as page:
        for expression, answer in zip(asked, page.answers(asked, zone), strict=True):
            assert answer == _expected(expression, zone), expression.source


def test_page_counts_plain_weeks_when_no_calendar_was_made():
    around = replace(plain(ROWS, ZONE), calendar=WEEKDAYS)
    asked = [compile_expression(source, SCOPE) for source in WORKDAYS]
    with evaluator(node()) as process:
        found = process.answer([to_json(one.tree) for one in asked], world_json(around, SCOPE, DEALS))
    for expression, values in zip(asked, found, strict=True):
        assert values == [shown(expression.evaluate(row, around), expression.type) for row in DEALS], expression.source


def test_page_holds_texts_against_formats_and_globs_as_python_does():
    tests = [f"{name}({field})" for name in ("is_email", "is_phone", "is_uscc") for field in ("name", "note")]
    patterns = (*parts("P"), '"\\uffff*?"', '"*^$.|()[]{}+/-#&~ *"', '"*1*2?3*"', '"*\\n*"')
    globs = [f"matches({field}, {pattern})" for field in ("name", "note") for pattern in patterns]
    written = [f"is_email({text})" for text in ('"a@b.cn"', '"a..b@c.d"', f'"{"a" * 65}@b.cn"', '"a@b.cn\\n"')]
    written += [f"is_uscc({text})" for text in ('"91350100M000100Y43"', '"91350100M000100Y44"', '"9135"')]
    written += ['matches("a\\nb", "a?b")', 'matches("🐱", "?")', 'matches("a.b", "a.b")', 'matches("axb", "a.b")']
    asked = [compile_expression(source, SCOPE) for source in (*tests, *globs, *written)]
    with closing(Page(ROWS)) as page:
        for expression, answer in zip(asked, page.answers(asked, ZONE), strict=True):
            assert answer == _expected(expression), expression.source


PEOPLE = {
    "u1": PlainPerson("Li Lei", "east", "u2", frozenset({(APP, "rep"), ("other", "chief")})),
    "u2": PlainPerson("Han", None, None, frozenset({(APP, "chief")}), active=False),
}


def test_page_asks_the_directory_as_python_does_when_it_was_sent():
    scope = replace(SCOPE, roles={key: RoleScope(APP, key) for key in ("rep", "chief")})
    sources = (
        "owner.name", "owner.department", "manager_of(owner)", "dept_of(me)", 'role_in(owner, "rep")',
        'role_in(me, "chief")', 'role_in(manager_of(me), "chief")', "owner.department in me.departments_below",
        "not role_in(owner, \"rep\")", "manager_of(manager_of(me)) is empty",
    )  # fmt: skip
    asked = [compile_expression(source, scope) for source in sources]
    around = replace(plain(ROWS, ZONE), people=PEOPLE)
    with evaluator(node()) as process:
        found = process.answer([to_json(one.tree) for one in asked], world_json(around, scope, DEALS))
    for expression, values in zip(asked, found, strict=True):
        assert values == [shown(expression.evaluate(row, around), expression.type) for row in DEALS], expression.source
