"""Administrators say on which days one works: rules, lists and deadlines go by it at once, until it is taken back."""

from __future__ import annotations

from datetime import date

import pytest

from engine.kernel.clocks import day_number
from engine.kernel.problems import EngineError
from engine.runtime.directory import ADMIN_ROLE
from tests.integration.jobs.shops import moment, open_shop, shop, things, timed
from tests.integration.jobs.test_deadlines import COUNT, make, play, timers
from tests.support.apps import rule
from tests.support.statements import recorded

ZONE = "Asia/Shanghai"


@pytest.fixture
def me(site):
    return open_shop(site, timed("late", "add_workdays(day, 2)", COUNT))


@pytest.fixture
def root(site, me):
    return site.person("root", ADMIN_ROLE)


def say(site, by, days, **more):
    return site.services.days_off.say(by, ZONE, days, **more)


def works(site, by, day):
    shown = site.services.days_off.year(by, ZONE, int(day[:4]))
    return next(one.works for one in shown.days if one.day.isoformat() == day)


def test_deadlines_that_count_workdays_are_put_off_when_a_day_becomes_one_off(site, me, root):
    make(site, me, "a", day="2026-03-04")
    assert timers(site) == {"a": moment("2026-03-06T00:00")}
    assert say(site, root, {"2026-03-05": False, "2026-03-06": False}, note="厂庆") == 2
    play(site, moment("2026-03-04T10:00"))
    assert timers(site) == {"a": moment("2026-03-10T00:00")}
    assert say(site, root, {"2026-03-05": None, "2026-03-06": None}) == 2
    site.jobs().run_until_quiet()
    assert timers(site) == {"a": moment("2026-03-06T00:00")}


def listed(site, me, filter):
    """Return the names of the things of which a condition holds."""
    return [one.fields["name"] for one in site.services.records.list(me, "shop", "thing", filter=filter).items]


def test_a_weekend_is_worked_when_it_is_said_and_a_list_agrees(site, me, root):
    make(site, me, "a", day="2026-03-07")
    assert listed(site, me, "is_workday(day)") == []
    say(site, root, {"2026-03-07": True})
    assert listed(site, me, "is_workday(day)") == ["a"]
    assert works(site, me, "2026-03-07")
    assert not works(site, me, "2026-03-08")


def test_what_was_announced_holds_again_when_what_was_said_is_taken_back(site, me, root):
    day = "2026-10-05"
    say(site, root, {day: True}, note="赶货")
    assert works(site, me, day)
    say(site, root, {day: None})
    assert not works(site, me, day)
    assert site.services.days_off.year(root, ZONE, 2026).changes[0].days == {day: None}


def test_nothing_is_done_twice_when_the_same_is_said_again(site, me, root):
    assert say(site, root, {"2026-03-05": False}) == 1
    before = site.query("SELECT count(*) FROM youju_journal")
    assert say(site, root, {"2026-03-05": False}) == 0
    assert site.query("SELECT count(*) FROM youju_journal") == before


def test_what_somebody_else_said_meanwhile_is_not_overwritten(site, me, root):
    seen = site.services.days_off.year(root, ZONE, 2026).version
    say(site, root, {"2026-03-05": False}, seen=seen)
    with pytest.raises(EngineError) as refused:
        say(site, root, {"2026-03-05": True}, seen=seen)
    assert [problem.code for problem in refused.value.problems] == ["RUN-078"]
    assert not works(site, root, "2026-03-05")


@pytest.mark.parametrize(
    ("days", "more", "code"),
    [
        ({"2026-02-30": False}, {}, "RUN-075"),
        ({"1999-12-31": False}, {}, "RUN-075"),
        ({"x" * 400: False}, {}, "RUN-075"),
        ({"2026-03-05": False}, {"note": "长" * 61}, "RUN-077"),
        ({f"{2010 + n // 200}-{n % 12 + 1:02}-{n % 28 + 1:02}": False for n in range(2_000)}, {}, "RUN-076"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_kept(site, me, root, days, more, code):
    with pytest.raises(EngineError) as refused:
        say(site, root, {**days, "2026-03-06": False}, **more)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert works(site, root, "2026-03-06")


def test_others_look_and_do_not_change(site, me, root):
    with pytest.raises(EngineError) as refused:
        say(site, me, {"2026-03-05": False})
    assert refused.value.nature == "absent"
    assert site.services.days_off.year(me, ZONE, 2026).changes == ()
    with pytest.raises(EngineError) as unknown:
        site.services.days_off.year(me, "Mars/Olympus")
    assert [problem.code for problem in unknown.value.problems] == ["RUN-074"]


def test_another_process_goes_by_what_was_said_at_its_next_transaction(site, me, root):
    other, day = site.assembled(), day_number(date(2026, 3, 5))
    with site.database.read() as connection:
        assert other.execution.catalogs.current(connection).catalog.calendar("shop").is_workday(day)
    say(site, root, {"2026-03-05": False})
    with site.database.read() as connection:
        assert not other.execution.catalogs.current(connection).catalog.calendar("shop").is_workday(day)


def test_a_publication_keeps_what_was_said(site, me, root):
    say(site, root, {"2026-03-05": False})
    site.publish(shop(timed("late", "add_workdays(day, 1)", COUNT)))
    make(site, me, "a", day="2026-03-04")
    assert timers(site) == {"a": moment("2026-03-06T00:00")}


def test_a_schedule_of_workdays_leaves_out_a_day_that_has_become_one_off(site):
    daily = {"schedule": {"cron": "0 9 * * *", "workdays": True}}
    me = open_shop(site, rule("daily", "thing", daily, COUNT), at=moment("2026-03-04T08:00"))
    make(site, me, "a")
    say(site, site.person("root", ADMIN_ROLE), {"2026-03-05": False})
    play(site, moment("2026-03-05T12:00"))
    assert things(site)["a"]["n"] == 1
    play(site, moment("2026-03-06T12:00"))
    assert things(site)["a"]["n"] == 2


def test_deadlines_that_count_working_hours_follow_days_and_hours(site):
    me = open_shop(site, timed("late", "add_work_hours(seen_at, 10)", COUNT))
    root = site.person("root", ADMIN_ROLE)
    make(site, me, "a", seen_at="2026-03-05T14:00:00+08:00")
    assert timers(site) == {"a": moment("2026-03-06T16:00")}
    say(site, root, {"2026-03-06": False, "2026-03-07": True})
    site.jobs().run_until_quiet()
    assert timers(site) == {"a": moment("2026-03-07T16:00")}
    assert site.services.days_off.set_hours(root, ZONE, [["08:00", "20:00"]])
    site.jobs().run_until_quiet()
    assert timers(site) == {"a": moment("2026-03-07T12:00")}
    assert not site.services.days_off.set_hours(root, ZONE, [["08:00", "20:00"]])
    assert say(site, root, {"2026-03-06": None}) == 1, "the hours stay"
    site.jobs().run_until_quiet()
    assert timers(site) == {"a": moment("2026-03-06T12:00")}
    shown = site.services.days_off.year(root, ZONE, 2026)
    assert [one.hours for one in shown.changes] == [None, "08:00-20:00", None]
    assert site.services.days_off.set_hours(root, ZONE, None)
    site.jobs().run_until_quiet()
    assert timers(site) == {"a": moment("2026-03-06T16:00")}
    assert not site.services.days_off.year(me, ZONE, 2026).own_hours


def test_a_list_counts_the_hours_that_were_said(site, me, root):
    make(site, me, "a", seen_at="2026-03-05T14:00:00+08:00")
    over = "work_hours_between(seen_at, datetime(2026-03-06, 10)) = 5"
    assert listed(site, me, over) == ["a"]
    site.services.days_off.set_hours(root, ZONE, [["00:00", "24:00"]])
    assert listed(site, me, over) == []


def test_half_of_a_time_in_working_hours_is_half_of_these(site):
    half = {"at": "add_work_hours(seen_at, 16)", "percent": 50, "since": "seen_at"}
    whole = {"at": "seen_at", "offset": {"work_hours": -3}}
    me = open_shop(
        site,
        rule("half", "thing", {"deadline": half}, COUNT),
        rule("ahead", "thing", {"deadline": whole}, COUNT),
    )
    make(site, me, "a", seen_at="2026-03-06T14:00:00+08:00")
    due = dict(site.query("SELECT rule, due_at FROM youju_timer"))
    assert due == {"half": moment("2026-03-09T14:00"), "ahead": moment("2026-03-06T10:00")}


@pytest.mark.parametrize(
    "hours",
    [
        [],
        [["09:00", "09:00"]],
        [["12:00", "09:00"]],
        [["09:00", "12:00"], ["11:00", "18:00"]],
        [["09:00"]],
        [["9:00", "12:00"]],
        [["09:00", "24:01"]],
        [["09:00", "x"]],
        [[f"{hour:02}:00", f"{hour:02}:30"] for hour in range(7)],
    ],
)
def test_hours_that_are_none_are_refused(site, root, hours):
    with pytest.raises(EngineError) as refused:
        site.services.days_off.set_hours(root, ZONE, hours)
    assert [problem.code for problem in refused.value.problems] == ["RUN-079"]
    assert not site.services.days_off.year(root, ZONE, 2026).own_hours


def test_hours_are_set_by_administrators_and_on_what_they_saw(site, me, root):
    with pytest.raises(EngineError) as refused:
        site.services.days_off.set_hours(me, ZONE, [["09:00", "17:00"]])
    assert refused.value.nature == "absent"
    seen = site.services.days_off.year(root, ZONE, 2026).version
    say(site, root, {"2026-03-05": False})
    with pytest.raises(EngineError) as moved:
        site.services.days_off.set_hours(root, ZONE, [["09:00", "17:00"]], seen)
    assert [problem.code for problem in moved.value.problems] == ["RUN-078"]


def test_a_year_reads_of_the_changes_no_more_than_it_shows(site, me, root):
    for day in range(1, 29):
        say(site, root, {f"2026-07-{day:02}": day % 2 == 0}, note=str(day))
    statements: list[str] = []
    with recorded(site.database, statements):
        shown = site.services.days_off.year(root, ZONE, 2026)
    assert shown.version == 28
    assert [next(iter(one.days)) for one in shown.changes] == [f"2026-07-{day:02}" for day in range(28, 8, -1)]
    read = [one for one in statements if "youju_journal" in one]
    assert read
    assert all("count(" in one or "LIMIT" in one for one in read)
