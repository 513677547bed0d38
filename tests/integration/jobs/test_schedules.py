"""A rule's slot comes once, finds the records that meet its condition as of the slot, and spares all others."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import text

from engine.jobs import scheduling, sweeping
from engine.jobs.delivering import AT_ONCE
from engine.kernel.clocks import moment_text
from engine.kernel.problems import EngineError
from engine.runtime.execution import Execution
from tests.integration.jobs.shops import (
    DAY,
    HOUR,
    START,
    moment,
    open_shop,
    runs,
    scheduled,
    shop,
    slots,
    things,
    undelivered,
)
from tests.support.apps import rule
from tests.support.statements import recorded

COUNT = {"set": {"n": "coalesce(n, 0) + 1"}}
TEN = moment("2026-03-02T10:00")


def make(site, me, *names, **fields):
    return [site.services.records.create(me, "shop", "thing", {"name": name, **fields}).id for name in names]


def play(site, at):
    site.business.moment = at
    site.jobs().run_until_quiet()


def test_records_that_meet_the_condition_are_found_once_when_a_slot_comes(site):
    me = open_shop(site, scheduled("tick", COUNT, when='name = "a"'))
    make(site, me, "a", "b")
    play(site, TEN - 1)
    assert things(site)["a"]["n"] is None
    for _ in range(2):
        play(site, TEN + 5_000)
    assert (things(site)["a"]["n"], things(site)["b"]["n"]) == (1, None)
    (run,) = runs(site)
    assert (run["trace"]["event"]["scheduled"], run["at"]) == (TEN, TEN + 5_000)
    play(site, TEN + HOUR)
    assert things(site)["a"]["n"] == 2


def test_the_condition_sees_the_slot_as_now_when_it_is_played_late(site):
    me = open_shop(site, scheduled("late", COUNT, when="now() < seen_at"))
    make(site, me, "a", seen_at=moment_text(TEN + 1))
    make(site, me, "b", seen_at=moment_text(TEN))
    play(site, TEN + HOUR // 2)
    assert (things(site)["a"]["n"], things(site)["b"]["n"]) == (1, None)
    assert slots(site) == [TEN]


def test_every_record_is_found_when_there_are_more_than_fit_into_one_transaction(site):
    me = open_shop(site, scheduled("tick", COUNT, when='name <> "z"'))
    names = [f"t{number}" for number in range(2 * sweeping.CHUNK + 3)]
    make(site, me, *names, "z")
    play(site, TEN)
    found = things(site)
    assert {found[name]["n"] for name in names} == {1}
    assert found["z"]["n"] is None
    assert site.query("SELECT count(*) FROM youju_outbox WHERE kind = 'sweep'")[0][0] == 3
    assert undelivered(site) == 0


@pytest.mark.parametrize("count", [13, 14, 16])
def test_every_record_is_found_once_when_there_are_more_than_one_look_finds(site, monkeypatch, count):
    monkeypatch.setattr(sweeping, "AHEAD", 7)
    monkeypatch.setattr(sweeping, "CHUNK", 3)
    me = open_shop(site, scheduled("tick", COUNT))
    make(site, me, *(f"t{number}" for number in range(count)))
    looks = []
    found = sweeping.matching
    monkeypatch.setattr(sweeping, "matching", lambda *asked: looks.append(asked[5]) or found(*asked))
    play(site, TEN)
    assert {item["n"] for item in things(site).values()} == {1}
    assert len(looks) == count // 7 + 1
    assert undelivered(site) == 0


def counted(site):
    """Return how many things were looked at how often."""
    return Counter(item["n"] for item in things(site).values())


def _in_parts(site, monkeypatch, *names):
    """Let a slot come whose records fit into parts of three; return what is left of the first look."""
    monkeypatch.setattr(sweeping, "PART", 3)
    monkeypatch.setattr(sweeping, "CHUNK", 2)
    make(site, open_shop(site, scheduled("tick", COUNT)), *names)
    site.business.moment = TEN
    jobs = site.jobs()
    jobs.delivery = replace(jobs.delivery, at_once=0)
    jobs.run_once()
    return jobs


def test_what_a_sweep_leaves_is_gone_on_with_a_few_times_when_it_is_delivered(site, monkeypatch):
    monkeypatch.setattr(sweeping, "CHUNK", 1)
    make(site, open_shop(site, scheduled("tick", COUNT)), *(f"t{number}" for number in range(AT_ONCE + 3)))
    site.business.moment = TEN
    jobs = site.jobs()
    assert jobs.run_once() == 2, "the slot and the one message that was found"
    assert counted(site) == {1: AT_ONCE + 1, None: 2}
    jobs.run_until_quiet()
    assert (counted(site), undelivered(site)) == ({1: AT_ONCE + 3}, 0)


def test_the_parts_of_one_look_come_one_after_the_other_when_it_has_found_many(site, monkeypatch):
    jobs = _in_parts(site, monkeypatch, *"abcdefgh")
    ready = "SELECT count(*) FROM youju_outbox WHERE done_at IS NULL AND available_at <= :real"
    while undelivered(site):
        assert site.query(ready, real=site.real.moment)[0][0] == 1
        jobs.run_once()
    assert site.query("SELECT count(*) FROM youju_outbox WHERE kind = 'sweep'")[0][0] == 5
    assert counted(site) == {1: 8}


def test_the_other_parts_come_by_themselves_when_one_is_dead(site, monkeypatch):
    jobs = _in_parts(site, monkeypatch, *"abcdefgh")
    real = site.real.moment
    with site.database.write() as connection:
        connection.execute(
            text("UPDATE youju_outbox SET dead_at = 1 WHERE done_at IS NULL AND available_at <= :real"), {"real": real}
        )
    assert jobs.run_until_quiet() == 0
    site.real.moment += sweeping.PATIENCE_MS
    jobs.run_until_quiet()
    assert counted(site) == {1: 5, None: 3}


def test_parts_that_wait_end_when_their_rule_has_gone(site, monkeypatch):
    jobs = _in_parts(site, monkeypatch, *"abcdefgh")
    site.publish(shop())
    jobs.run_until_quiet()
    assert undelivered(site) == 0
    assert counted(site) == {1: 2, None: 6}


@pytest.mark.parametrize(("cost", "expected"), [(0, 1), (7, 3), (25, 7), (90, 7)])
def test_a_transaction_ends_earlier_when_deciding_takes_long(site, monkeypatch, cost, expected):
    monkeypatch.setattr(sweeping, "TOGETHER", 2)
    monkeypatch.setattr(sweeping, "LEAST", 1)
    me = open_shop(site, scheduled("tick", COUNT))
    names = [f"t{number}" for number in range(13)]
    make(site, me, *names)
    decide_all = Execution.decide_all

    def slowly(execution, connection, current, commands):
        site.real.moment += cost * len(commands)
        return decide_all(execution, connection, current, commands)

    monkeypatch.setattr(Execution, "decide_all", slowly)
    play(site, TEN)
    assert {item["n"] for item in things(site).values()} == {1}
    assert site.query("SELECT count(*) FROM youju_outbox WHERE kind = 'sweep'")[0][0] == expected
    assert undelivered(site) == 0


def test_others_are_not_touched_when_one_record_is_refused(site):
    me = open_shop(site, scheduled("name", {"set": {"code": '"one"'}}, when="code = empty"))
    ids = sorted(make(site, me, "a", "b", "c"))
    play(site, TEN)
    assert site.query("SELECT count(*) FROM thing WHERE code = 'one'")[0][0] == 1
    assert undelivered(site) == 0
    errors = {run["record"]: [one["code"] for one in run["trace"].get("problems", [])] for run in runs(site)}
    assert [len(errors[id]) for id in ids] == [0, 1, 1]


def test_deleted_records_are_left_alone_when_a_slot_comes(site):
    me = open_shop(site, scheduled("tick", COUNT))
    first, _ = make(site, me, "a", "b")
    site.services.records.delete(me, "shop", "thing", first, 1)
    play(site, TEN)
    assert (things(site)["a"]["n"], things(site)["b"]["n"]) == (None, 1)


def test_no_statement_is_made_for_a_record_that_does_not_match(site):
    me = open_shop(site, scheduled("tick", COUNT, when='name = "a"'))

    def statements(at):
        made: list[str] = []
        with recorded(site.database, made):
            play(site, at)
        return len(made)

    make(site, me, "a")
    few = statements(TEN)
    make(site, me, *(f"b{number}" for number in range(25)))
    assert statements(TEN + HOUR) == few


@pytest.mark.parametrize(
    ("catch_up", "expected"),
    [(None, [TEN + 2 * HOUR]), ("latest", [TEN + 2 * HOUR]), ("all", [TEN, TEN + HOUR, TEN + 2 * HOUR]), ("none", [])],
)
def test_missed_slots_are_played_as_the_schedule_says_when_nothing_was_there_to_play_them(site, catch_up, expected):
    me = open_shop(site, scheduled("tick", COUNT, catch_up=catch_up))
    make(site, me, "a")
    play(site, TEN + 2 * HOUR + 61_000)
    assert slots(site) == expected
    play(site, TEN + 3 * HOUR)
    assert slots(site) == [*expected, TEN + 3 * HOUR], "what comes in time is played however it catches up"


@pytest.mark.parametrize(("before", "expected"), [(TEN - 1, [TEN]), (None, [])])
def test_a_slot_is_played_when_it_came_since_the_process_last_looked_at_the_clock(site, before, expected):
    me = open_shop(site, scheduled("tick", COUNT, catch_up="none"))
    make(site, me, "a")
    jobs = site.jobs()
    for at in (before, TEN + 10 * 60_000):
        if at is not None:
            site.business.moment = at
            jobs.run_until_quiet()
    assert slots(site) == expected


def test_the_newest_missed_slots_are_played_when_there_are_too_many(site, monkeypatch, caplog):
    monkeypatch.setattr(scheduling, "MOST_MISSED", 3)
    me = open_shop(site, scheduled("tick", COUNT, catch_up="all"))
    make(site, me, "a")
    with caplog.at_level(logging.WARNING):
        play(site, TEN + 9 * HOUR)
    assert slots(site) == [TEN + hours * HOUR for hours in (7, 8, 9)]
    assert "missed more than 3 slots" in caplog.text


def test_slots_follow_the_clock_of_the_apps_zone_when_there_are_two_schedules(site):
    both = rule("both", "thing", [{"schedule": {"cron": "0 8 * * *"}}, {"schedule": {"cron": "30 8 * * 1"}}], COUNT)
    me = open_shop(site, both)
    make(site, me, "a")
    for day in range(8):
        play(site, START + day * DAY)
    expected = [moment(f"2026-03-{day:02}T08:00") for day in range(3, 10)] + [moment("2026-03-09T08:30")]
    assert slots(site) == sorted(expected)


def test_a_schedule_goes_and_comes_with_its_rule_when_the_app_is_published_anew(site):
    tick = scheduled("tick", COUNT)
    open_shop(site, tick)
    assert next_slots(site) == [TEN]
    site.business.moment = START + DAY
    site.publish(shop(tick, scheduled("other", COUNT, cron="0 12 * * *")))
    assert next_slots(site) == [TEN, moment("2026-03-03T12:00")], "a schedule that stays keeps what it has not played"
    tick["on"] = [{"schedule": {"cron": "30 * * * *"}}]
    site.publish(shop(tick))
    assert next_slots(site) == [moment("2026-03-03T10:30")]
    site.publish(shop({**tick, "enabled": False}))
    assert next_slots(site) == []


def next_slots(site):
    return [row[0] for row in site.query("SELECT next_slot FROM youju_schedule ORDER BY next_slot")]


def test_nothing_happens_when_the_rule_of_a_claimed_slot_has_gone(site):
    me = open_shop(site, scheduled("tick", COUNT))
    make(site, me, "a")
    site.business.moment = TEN
    with site.database.write() as connection:
        assert scheduling.claim(site.services.execution, connection, TEN).slots == 1
    site.publish(shop())
    play(site, TEN + 1)
    assert runs(site) == []
    assert undelivered(site) == 0


def test_nothing_happens_when_the_rule_has_lost_the_schedule_of_a_claimed_slot(site):
    tick = scheduled("tick", COUNT)
    me = open_shop(site, tick)
    make(site, me, "a")
    site.business.moment = TEN
    with site.database.write() as connection:
        assert scheduling.claim(site.services.execution, connection, TEN).messages == 1
    site.publish(shop({**tick, "on": [{"created": True}, {"schedule": {"cron": "0 12 * * *"}}]}))
    play(site, TEN + 1)
    assert (runs(site), undelivered(site)) == ([], 0)


def test_a_slot_is_played_when_the_rule_has_got_another_schedule_since_it_was_claimed(site):
    tick = scheduled("tick", COUNT)
    me = open_shop(site, tick)
    make(site, me, "a")
    site.business.moment = TEN
    with site.database.write() as connection:
        scheduling.claim(site.services.execution, connection, TEN)
    site.publish(shop({**tick, "on": [{"schedule": {"cron": "0 12 * * *"}}, *tick["on"]]}))
    play(site, TEN + 1)
    assert slots(site) == [TEN]


def test_a_slot_is_played_once_when_two_schedulers_run_side_by_side(site):
    me = open_shop(site, scheduled("tick", COUNT), scheduled("told", COUNT, when='name = "a"'))
    make(site, me, "a", "b")
    for hours in range(5):
        site.business.moment = TEN + hours * HOUR
        gate = threading.Barrier(3)

        def work(gate=gate):
            jobs = site.jobs()
            gate.wait()
            jobs.run_until_quiet()

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        site.jobs().run_until_quiet()
    assert sorted(slots(site)) == sorted(TEN + hours * HOUR for hours in range(5) for _ in range(3))
    assert (things(site)["a"]["n"], things(site)["b"]["n"]) == (10, 5)


def test_a_schedule_is_refused_when_its_condition_asks_what_changed(site):
    with pytest.raises(EngineError) as caught:
        open_shop(site, scheduled("tick", COUNT, when="n > 1 and changed(n)"))
    assert [problem.path for problem in caught.value.problems] == ["rules/tick.json#when"]
    assert next_slots(site) == []
