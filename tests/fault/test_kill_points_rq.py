"""A process is killed at every point of a story whose work goes over Redis: the end is that of the uncrashed run.

The stories are those that the embedded jobs process is killed in; what is killed here is a scheduler and a worker
in one process: in deliveries, a wait, a rule of the night, a call, letters, a robot, and in sending them again. To be
killed anywhere within a transaction is to be killed before its commit, and nothing that only asks changes what is
killed: so the points are every commit of a write, every change in Redis, of a file, every piece that is sent over a
network, and every answer. What several processes do at once is in test_rq_processes.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from tests.fault import grounds, lending
from tests.support.kill_grounds import SqliteGround
from tests.support.kill_points import visible
from tests.support.killing import Killing, servers
from tests.support.receivers import receivers
from tests.support.redis_server import running_redis

LIVE = "tests.fault.living_rq:live"
STORIES = [
    story.__name__
    for story in (
        lending.lent_and_returned,
        lending.pressed_and_waited,
        lending.held_in_the_night,
        *lending.STORIES_FOR_OTHERS,
    )
]


@pytest.fixture(scope="module")
def killing():
    with grounds.place() as place, running_redis() as redis, servers("tests.fault.living_rq") as forks:
        play = grounds.play(place / "base", LIVE)
        (place / "base" / "redis").write_text(redis.url(), encoding="utf-8")
        yield Killing(SqliteGround(), play, forks, place, receivers)


@pytest.mark.parametrize("story", STORIES)
def test_the_end_is_that_of_the_uncrashed_run_when_killed_at_any_point(killing, story, record_property, capsys):
    whole = killing.uncrashed(story)
    assert [point for point in whole.points if point.startswith("redis LMOVE")], "the work goes over Redis"
    wanted = visible(whole.points)
    found = killing.at_points(story, whole, wanted)
    assert found.points == len(wanted)
    line = grounds.told("rq on sqlite", story, found)
    record_property("kill points", line.strip())
    with capsys.disabled():
        print(line, file=sys.stderr)  # noqa: T201 - it is wanted in every log
    assert not found.different, found.words()


@pytest.mark.parametrize("story", STORIES)
def test_the_end_is_the_same_when_work_goes_over_redis(killing, story):
    over_redis = killing.uncrashed(story)
    embedded = replace(killing, play=replace(killing.play, live="tests.fault.living:live")).uncrashed(story)
    assert not over_redis.dump.difference(embedded.dump)
    assert not over_redis.received.broken_promises(embedded.received, crashes=0)
