"""A jobs process deletes what nobody asks for any more, in small batches, and leaves alone what is young."""

from __future__ import annotations

import pytest

from engine.decision.attention import Place
from engine.jobs import housekeeping
from engine.jobs import rounds as rounds_of_jobs
from engine.kernel.clocks import day_of, moment_text
from engine.storage import credentials, idempotency, interruptions
from tests.integration.jobs.shops import DAY, HOUR, START, moment, open_shop, timed

LOOK = timed("late", "seen_at", {"set": {"n": "1"}})


@pytest.fixture
def kept(site, monkeypatch):
    """A shop in which something of every kind has been left behind, five of each."""
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    monkeypatch.setattr(rounds_of_jobs, "IDLE_SECONDS", 0)
    me = open_shop(site, LOOK)
    for number in range(5):
        site.services.records.create(me, "shop", "thing", {"name": str(number), "seen_at": moment_text(START)})
    site.jobs().run_until_quiet()
    with site.database.write() as connection:
        for number in range(5):
            idempotency.keep(connection, me.id, str(number), "digest", "answer", START)
            credentials.open_session(connection, str(number), me.id, START, START)
    return site


def rounds(jobs, count):
    left = iter(range(count))
    jobs.run(lambda: next(left, None) is None)


def counts(site):
    return [site.count(f"youju_{table}") for table in ("outbox", "idempotency", "session", "rule_run")]


@pytest.mark.parametrize(
    ("business", "real", "left"),
    [
        (0, 7 * DAY, [5, 5, 5, 5]),
        (0, 7 * DAY + 1, [0, 5, 5, 5]),
        (30 * DAY + 1, 0, [5, 0, 5, 5]),
        (0, 30 * DAY + 1, [0, 5, 0, 5]),
        (180 * DAY, 0, [5, 0, 5, 5]),
        (180 * DAY + 1, 0, [5, 0, 5, 0]),
    ],
)
def test_what_is_too_old_goes_when_the_jobs_process_keeps_house(kept, business, real, left):
    kept.business.moment += business
    kept.real.moment += real
    rounds(kept.jobs(), 6)
    assert counts(kept) == left
    assert kept.count("thing") == 5


def test_a_batch_goes_in_each_round_and_nothing_is_looked_for_again_within_the_hour(kept):
    jobs = kept.jobs()
    kept.business.moment += 31 * DAY
    rounds(jobs, 1)
    assert counts(kept)[1] == 3
    rounds(jobs, 3)
    assert counts(kept)[1] == 0
    kept.real.moment += 8 * DAY
    rounds(jobs, 6)
    assert counts(kept)[0] == 0
    with kept.database.write() as connection:
        idempotency.keep(connection, "anybody", "key", "digest", "answer", START)
    kept.real.moment += HOUR - 1
    rounds(jobs, 1)
    assert counts(kept)[1] == 1
    kept.real.moment += 1
    rounds(jobs, 1)
    assert counts(kept)[1] == 0


@pytest.mark.parametrize(
    ("kind", "longest", "kept"), [("record", 0, 1), ("day", 1, 0), ("week", 7, 0), ("month", 31, 0)]
)
def test_what_a_rule_has_fired_for_goes_half_a_year_after_it_is_over(site, kind, longest, kept):
    late = timed("late", "seen_at", {"set": {"n": "1"}}, once=kind)
    me = open_shop(site, late, at=moment("2026-08-01T00:00"))
    site.services.records.create(me, "shop", "thing", {"seen_at": moment_text(START)})
    site.jobs().run_until_quiet()
    start = moment("2026-07-27T00:00") if kind == "week" else site.business.moment
    counts = []
    for after in (0, 1):
        site.business.moment = start + (longest + 180) * DAY + after
        site.real.moment += DAY
        rounds(site.jobs(), 3)
        counts.append(site.count("youju_rule_once"))
    assert counts == [1, kept]


def test_messages_that_wait_and_dead_letters_stay_when_they_are_old(kept):
    with kept.database.write() as connection:
        connection.exec_driver_sql("UPDATE youju_outbox SET done_at = NULL, dead_at = due_at")
    kept.real.moment += 400 * DAY
    rounds(kept.jobs(), 3)
    assert counts(kept)[0] == 5


def test_what_interrupted_somebody_goes_with_the_runs_of_rules(kept):
    day = day_of(kept.business(), "UTC")
    with kept.database.write() as connection:
        for number in range(5):
            interruptions.keep(connection, str(number), "somebody", Place("counted", day))
    kept.business.moment += 180 * DAY
    rounds(kept.jobs(), 6)
    assert kept.count("youju_interruption") == 5
    kept.business.moment += 2 * DAY
    kept.real.moment += 2 * HOUR
    rounds(kept.jobs(), 6)
    assert kept.count("youju_interruption") == 0
