"""Formats, moments, durations and workdays: every pattern and every edge of the calendar, on all databases."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.language.backends.sql.queries import from_database, to_condition, to_value
from engine.language.calendars import USUAL_HOURS
from engine.language.compiling import compile_expression
from engine.language.types import BooleanType
from tests.property.language.generating import parts
from tests.property.language.worlds import APP, SCOPE, ZONES, Database, made_rows, plain

ROWS = made_rows()
DEALS = ROWS[APP, "deal"]


def _agree(sources, postgres_url, zones=("Asia/Shanghai",), hours=USUAL_HOURS):
    with closing(Database("sqlite://", ROWS)) as lite, closing(Database(postgres_url, ROWS)) as server:
        for source in sources:
            expression = compile_expression(source, SCOPE)
            for zone in zones:
                world = plain(ROWS, zone)
                world = replace(world, calendar=world.calendar.with_hours(hours))
                expected = {row["id"]: expression.evaluate(row, world) for row in DEALS}
                held = {row["id"] for row in DEALS if expression.holds(row, world)}
                for database in (lite, server):
                    deal, scope = database.tables["deal"], database.scope(zone, world)
                    found = database.connection.execute(sa.select(deal.c.id, to_value(expression, scope)))
                    values = {key: from_database(value, expression.type, database.dialect) for key, value in found}
                    assert values == expected, (source, zone, database.dialect)
                    if expression.type != BooleanType():
                        continue
                    matching = sa.select(deal.c.id).where(to_condition(expression, scope))
                    assert set(database.connection.execute(matching).scalars()) == held, (source, zone)


@pytest.mark.parametrize("field", ["name", "note"])
def test_databases_agree_when_texts_have_a_format(postgres_url, field):
    formats = [f"{name}({field})" for name in ("is_email", "is_phone", "is_uscc", "date")]
    globs = [f"matches({field}, {pattern})" for pattern in (*parts("P"), '"\\uffff*?"', '"?\\ufffd"', '"?\\ufffe?*"')]
    _agree([*formats, *globs, *(f"not {source}" for source in (*formats[:-1], *globs))], postgres_url)


_TIMES = (
    "datetime(due)", "datetime(seen)", "datetime(seen, 2, 30)", "datetime(seen, 1, 59, 59)",
    "datetime(due, 23, 59, 59)", "datetime(due, whole)", "datetime(seen, 0, whole, 0)",
    "datetime(due, 0, 0, whole * 99999)",
    "datetime(2007-11-04, 0, whole)", "datetime(2007-11-04, 0, 1)", "datetime(2018-11-04, 0, whole, 1)",
    "datetime(2011-12-30, whole)", "datetime(2026-03-29, 1, whole)", "datetime(2026-10-25, 1, whole)",
    "datetime(1900-12-31, 23, whole, 30)", "datetime(1986-05-04, 2, whole)", "seen + spent", "seen - spent",
    "seen + spent - spent", "spent + spent + spent", "spent - hours(whole)", "spent * rate", "spent * whole * 99999",
    "rate * rate * spent", "spent / whole", "spent / rate", "spent / spent", "(seen - made) / hours(1)", "-spent",
    "min(spent, seen - made)", "max(seen, made)", "max(spent, spent + seconds(1))", "hours(rate)", "days(whole * 9999)",
    "hours_between(made, seen)", "sum(visits.took)", "sum(visits.took) * whole", "max(visits.took)",
    "days(rate * rate) < spent", "seen + hours(1) > made", "spent = seen - made", "spent is empty", "spent < days(1)",
    "coalesce(spent, hours(1)) * 2", "if(hot, spent, empty)", "switch(stage, \"won\", spent, hours(2))",
)  # fmt: skip


def test_databases_agree_when_moments_and_durations_meet_every_edge(postgres_url):
    _agree(_TIMES, postgres_url, ZONES)


_WORKDAYS = (
    "is_workday(due)", "is_workday(seen)", "not is_workday(due)", "add_workdays(due, whole)", "add_workdays(seen, 1)",
    "add_workdays(due, -1)", "add_workdays(due, 0)", "add_workdays(due, 99999999999)", "workdays_between(due, start)",
    "workdays_between(seen, due)", "add_workdays(add_workdays(due, 3), -3)",
    "workdays_between(due, add_days(due, whole))", "add_workdays(due, whole * 0)",
    *(
        f"{there}workdays_between({first}, {second}) {order} {limit}"
        for there in ("", "not ")
        for first, second in (("due", "today()"), ("2026-09-30", "due"), ("seen", "today()"), ("today()", "seen"))
        for order in ("<", "<=", ">", ">=", "=")
        for limit in (0, 1, -4)
    ),
    "3000000 > workdays_between(due, today())", "workdays_between(due, today()) > -3000000",
    "workdays_between(due, 9999-12-31) = 0", "workdays_between(0001-01-01, due) <= 3",
)  # fmt: skip


def test_databases_agree_when_workdays_are_counted(postgres_url):
    _agree(_WORKDAYS, postgres_url, ("Asia/Shanghai", "America/St_Johns"))


_WORK_HOURS = (
    *(
        f"add_work_hours({moment}, {hours})"
        for moment in ("seen", "made", "datetime(due)", "datetime(due, 18)", "datetime(start, 12, 30)")
        for hours in ("0", "1", "-1", "8", "-8", "3", "0.000001", "2.75", "whole", "rate", "-40.5", "99999999999")
    ),
    "work_hours_between(seen, made)", "work_hours_between(datetime(due), seen)", "work_hours_between(now(), seen)",
    "work_hours_between(datetime(0001-01-01), seen)", "work_hours_between(seen, datetime(9999-12-31, 23, 59))",
    "add_work_hours(datetime(9999-12-31, 17), 1)", "add_work_hours(datetime(9999-12-31, 17), 2)",
    "add_work_hours(datetime(0001-01-03, 10), -1)", "add_work_hours(datetime(0001-01-01, 9), -1)",
    "work_hours_between(seen, add_work_hours(seen, whole)) = whole", "work_hours_between(seen, now()) > 8",
    "add_work_hours(seen, 8) < now()", "add_work_hours(seen, whole) > seen",
)  # fmt: skip


@pytest.mark.parametrize("hours", [USUAL_HOURS, ((0, 1440),), ((1, 2), (600, 601), (1439, 1440))])
def test_databases_agree_when_working_hours_are_counted(postgres_url, hours):
    _agree(_WORK_HOURS, postgres_url, ZONES, hours)


_PASSED = (
    *(
        f"{there}{passed} {order} {limit}"
        for there in ("", "not ")
        for order in ("<", "<=", ">", ">=", "=", "!=")
        for passed, limits in (
            ("hours_since(seen)", ("0", "0.000001", "-1.5", "24", "9999999999", "999999999999")),
            ("hours_between(datetime(2026-01-31), seen)", ("0.5", "-400.000001")),
            ("(now() - seen)", ("hours(0)", "hours(24)", "seconds(-0.001)", "days(3652058)")),
            ("(seen - now())", ("hours(0)", "days(-1)")),
        )
        for limit in limits
    ),
    "24 < hours_since(seen)", "hours_since(seen) >= whole", "(now() - seen) / hours(1) > 24", "now() - seen = spent",
    "hours_since(seen) * 2 > 3", "hours_since(datetime(due)) > 3",
)  # fmt: skip


def test_databases_agree_when_passed_time_is_a_bound_on_a_moment(postgres_url):
    _agree(_PASSED, postgres_url)
