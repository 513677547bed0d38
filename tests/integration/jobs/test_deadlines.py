"""A rule looks once at a record when its deadline has come, and timers follow records, designs and parameters."""

from __future__ import annotations

import pytest

from engine.decision.changeset import Actor
from engine.jobs import deadlines, scheduling
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import uuid7
from engine.runtime.timing import follow_parameters
from engine.storage.journal import Authorship
from engine.storage.parameters import put
from tests.integration.jobs.shops import (
    DAY,
    HOUR,
    START,
    moment,
    open_shop,
    runs,
    scheduled,
    shop,
    things,
    timed,
    undelivered,
)

COUNT = {"set": {"n": "coalesce(n, 0) + 1"}}
DUE = START + 3 * HOUR


def make(site, me, *names, **fields):
    return [site.services.records.create(me, "shop", "thing", {"name": name, **fields}).id for name in names]


def play(site, at):
    site.business.moment = at
    site.jobs().run_until_quiet()


def timers(site):
    rows = site.query("SELECT t.name, m.due_at FROM youju_timer m JOIN thing t ON t.id = m.record ORDER BY t.name")
    return {row[0]: row[1] for row in rows}


@pytest.fixture
def me(site):
    return open_shop(site, timed("late", "seen_at", COUNT, when="seen_at <= now()"))


def test_a_rule_looks_once_when_the_deadline_of_a_record_has_come(site, me):
    make(site, me, "a", seen_at=moment_text(DUE))
    make(site, me, "b")
    assert timers(site) == {"a": DUE}
    play(site, DUE - 1)
    assert things(site)["a"]["n"] is None
    play(site, DUE + HOUR)
    play(site, DUE + 2 * HOUR)
    assert (things(site)["a"]["n"], things(site)["b"]["n"]) == (1, None)
    (run,) = runs(site)
    assert (run["trace"]["event"]["deadline"], run["trace"]["event"]["version"]) == (DUE, f"due:{DUE}")
    assert timers(site) == {}


def test_the_timer_goes_with_the_record_when_it_changes_and_when_it_is_deleted(site, me):
    (id,) = make(site, me, "a", seen_at=moment_text(DUE))
    records = site.services.records
    records.update(me, "shop", "thing", id, {"seen_at": moment_text(DUE + HOUR)}, 1)
    assert timers(site) == {"a": DUE + HOUR}
    records.update(me, "shop", "thing", id, {"seen_at": None}, 2)
    assert timers(site) == {}
    records.update(me, "shop", "thing", id, {"seen_at": moment_text(DUE)}, 3)
    records.delete(me, "shop", "thing", id, 4)
    assert timers(site) == {}


def test_what_is_past_already_is_looked_at_now_when_it_is_saved(site, me):
    make(site, me, "a", seen_at=moment_text(START - DAY))
    assert timers(site) == {"a": START}
    play(site, START)
    assert things(site)["a"]["n"] == 1


def test_a_record_is_looked_at_each_time_when_it_is_set_past_its_deadline_and_the_clock_stands_still(site, me):
    (id,) = make(site, me, "a", seen_at=moment_text(START - DAY))
    play(site, START)
    site.services.records.update(me, "shop", "thing", id, {"seen_at": moment_text(START - 2 * DAY)}, None)
    play(site, START)
    assert things(site)["a"]["n"] == 2
    play(site, START + HOUR)
    assert (things(site)["a"]["n"], undelivered(site)) == (2, 0)


def test_a_date_is_due_at_its_first_moment_in_the_zone_when_it_is_a_deadline(site):
    me = open_shop(site, timed("late", "day + param.thing.days", COUNT))
    make(site, me, "a", day="2026-03-04")
    assert timers(site) == {"a": moment("2026-03-07T00:00")}


def test_others_are_looked_at_when_one_is_refused(site):
    me = open_shop(site, timed("late", "seen_at", {"set": {"code": '"one"'}}))
    make(site, me, "a", "b", "c", seen_at=moment_text(DUE))
    play(site, DUE)
    assert site.query("SELECT count(*) FROM thing WHERE code = 'one'")[0][0] == 1
    assert sorted(len(run["trace"].get("problems", [])) for run in runs(site)) == [0, 1, 1]
    assert undelivered(site) == 0


def test_a_record_that_is_saved_meanwhile_is_looked_at_once_when_its_timer_is_set_anew(site, me):
    (id,) = make(site, me, "a", seen_at=moment_text(DUE))
    site.business.moment = DUE
    with site.database.read() as connection:
        (seen,) = connection.exec_driver_sql("SELECT app, form, record, rule, due_at FROM youju_timer").all()
    site.services.records.update(me, "shop", "thing", id, {"seen_at": moment_text(DUE + HOUR)}, 1)
    with site.database.write() as connection:
        assert not deadlines.timers.claim(connection, deadlines.Timer(*seen))
    play(site, DUE + HOUR)
    assert things(site)["a"]["n"] == 1


@pytest.mark.parametrize("count", [2, 7])
def test_timers_of_all_records_are_set_when_a_rule_gets_its_deadline(site, monkeypatch, count):
    monkeypatch.setattr(deadlines, "CHUNK", 3)
    me = open_shop(site)
    names = [f"t{number}" for number in range(count)]
    make(site, me, *names, seen_at=moment_text(DUE))
    make(site, me, "past", seen_at=moment_text(START - DAY))
    make(site, me, "never")
    site.publish(shop(timed("late", "seen_at", COUNT)))
    assert timers(site) == {}
    play(site, START + 1)
    assert timers(site) == dict.fromkeys(names, DUE)
    assert things(site)["past"]["n"] == 1, "a new rule looks once at what is past its deadline"


def test_what_was_looked_at_is_not_looked_at_again_when_the_deadline_becomes_another_one(site):
    me = open_shop(site, timed("late", "seen_at", COUNT))
    make(site, me, "done", seen_at=moment_text(START))
    make(site, me, "coming", seen_at=moment_text(START + DAY))
    play(site, START)
    assert things(site)["done"]["n"] == 1
    site.publish(shop(timed("late", "coalesce(seen_at, seen_at)", COUNT)))
    play(site, START + 1)
    assert (things(site)["done"]["n"], timers(site)) == (1, {"coming": START + DAY})


def test_timers_follow_when_a_parameter_that_the_deadline_reads_changes(site):
    late = timed("late", "day + param.thing.days", COUNT)
    me = open_shop(site, late)
    make(site, me, "a", day="2026-03-04")
    site.publish(shop(late, days="5"))
    play(site, START + 1)
    assert timers(site) == {"a": moment("2026-03-09T00:00")}, "a new default of the design"
    set_days(site, "1")
    play(site, START + 2)
    assert timers(site) == {"a": moment("2026-03-05T00:00")}, "a value that somebody set"


def set_days(site, value):
    execution = site.services.execution
    with execution.database.write() as connection:
        app = execution.catalogs.current(connection).catalog.apps["shop"]
        by = Authorship(Actor(None), uuid7(START, bytes(10)), START, execution.randomness)
        put(connection, by, "shop", "thing.days", value, {"to": value})
        follow_parameters(execution, connection, app, ["thing.days"], by.command)


@pytest.mark.parametrize("gone", [shop(), shop(timed("late", "seen_at", COUNT, enabled=False))])
def test_timers_go_when_the_rule_no_longer_looks_on_a_deadline(site, me, gone):
    make(site, me, "a", seen_at=moment_text(DUE))
    site.publish(gone)
    assert timers(site) == {}
    play(site, DUE)
    assert runs(site) == []


def test_what_is_past_is_left_alone_when_a_rule_is_switched_off_and_on(site):
    late = timed("late", "seen_at", COUNT)
    me = open_shop(site, late)
    make(site, me, "done", seen_at=moment_text(START))
    make(site, me, "coming", seen_at=moment_text(DUE))
    play(site, START)
    site.publish(shop({**late, "enabled": False}))
    site.publish(shop(late))
    play(site, START + 1)
    assert (things(site)["done"]["n"], timers(site)) == (1, {"coming": DUE})


def claim(site, at):
    """Let a scheduler claim what has come, and stop before it delivers."""
    site.business.moment = at
    with site.database.write() as connection:
        return scheduling.claim(site.services.execution, connection, at)


@pytest.mark.parametrize(
    ("change", "looks"),
    [({"seen_at": moment_text(DUE + HOUR)}, None), ({"seen_at": None}, None), (None, None), ({"code": "x"}, 1)],
)
def test_a_claimed_deadline_is_looked_at_unless_it_was_put_off_before_the_delivery(site, change, looks):
    me = open_shop(site, timed("late", "seen_at", COUNT))
    (id,) = make(site, me, "a", seen_at=moment_text(DUE))
    assert claim(site, DUE).timers == 1
    if change is None:
        site.services.records.delete(me, "shop", "thing", id, 1)
    else:
        site.services.records.update(me, "shop", "thing", id, change, 1)
    play(site, DUE)
    assert (things(site)["a"]["n"], undelivered(site)) == (looks, 0)
    assert len(runs(site)) == (looks or 0)


def test_a_rule_sees_the_deadline_as_now_when_it_is_looked_at_late(site):
    me = open_shop(site, timed("late", "seen_at", COUNT, when="now() <= seen_at"))
    make(site, me, "a", seen_at=moment_text(DUE))
    play(site, DUE + HOUR)
    assert things(site)["a"]["n"] == 1


def test_deadlines_are_claimed_together_when_many_have_come(site):
    me = open_shop(site, timed("late", "seen_at", COUNT))
    make(site, me, "a", "b", "c", seen_at=moment_text(DUE))
    assert claim(site, DUE + 1).timers == 3


def test_every_deadline_comes_before_the_slot_of_its_moment_when_there_are_more_than_are_claimed_at_once(
    site, monkeypatch
):
    monkeypatch.setattr(scheduling, "TIMERS", 2)
    slot = scheduled("slot", {"set": {"n": "100"}}, cron="30 12 * * *", when="n is empty")
    me = open_shop(site, timed("late", "seen_at", COUNT), slot)
    make(site, me, "a", "b", "c", "d", "e", seen_at=moment_text(DUE))
    play(site, DUE)
    assert [item["n"] for item in things(site).values()] == [1] * 5


@pytest.mark.parametrize(
    ("given", "step", "looks", "waits"),
    [
        ("2026-03-01", "-1", 1, {}),
        ("2026-03-01", "1", 2, {"a": moment("2026-03-03T00:00")}),
        ("2026-03-01", "9", 1, {"a": moment("2026-03-10T00:00")}),
    ],
)
def test_a_rule_that_moves_its_deadline_comes_to_rest_when_that_goes_back(site, given, step, looks, waits):
    me = open_shop(site, timed("late", "day", {"set": {"n": "coalesce(n, 0) + 1", "day": f"day + ({step})"}}))
    make(site, me, "a", day=given)
    play(site, START)
    assert (things(site)["a"]["n"], timers(site)) == (looks, waits)
