"""A process is killed at every point of a story whose work goes over Redis: the end is that of the uncrashed run.

The story is one of those that the embedded jobs process is killed in; what is killed here is a scheduler and a worker
in one process. To be killed anywhere within a transaction is to be killed before its commit, and nothing that only asks
changes what is killed: so the points are every commit of a write, every change in Redis, of a file, and every answer.
What several processes do at once is in test_rq_processes.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from engine.boot import open_instance, read_settings
from engine.kernel.clocks import Clocks
from tests.fault import lending
from tests.support.dumping import ids_in
from tests.support.kill_grounds import SqliteGround, sqlite_url
from tests.support.killing import HOUR, Killing, Play, servers
from tests.support.library import NOON
from tests.support.redis_server import running_redis

LIVE = "tests.fault.living_rq:live"
STORY = lending.lent_and_returned.__name__


@pytest.fixture(scope="module")
def killing():
    with TemporaryDirectory(prefix="youju-kill-") as folder, running_redis() as redis:
        base = Path(folder) / "base"
        base.mkdir()
        settings = read_settings({"YOUJU_HOME": str(base / "home"), "YOUJU_DATABASE_URL": sqlite_url(base / "home")})
        instance = open_instance(settings, Clocks(lambda: NOON, lambda: NOON))
        found = lending.base(instance)
        found["ids"] = sorted(ids_in(instance.database))
        instance.close()
        (base / "base.json").write_text(json.dumps(found), encoding="utf-8")
        (base / "redis").write_text(redis.url(), encoding="utf-8")
        with servers("tests.fault.living_rq") as forks:
            yield Killing(SqliteGround(), Play(LIVE, base, NOON + HOUR), forks, Path(folder))


def changes(points):
    """Return the numbers of the points before something that others can see."""
    found, writing = [], False
    for number, (point, following) in enumerate(zip(points, [*points[1:], ""], strict=True), 1):
        match point.partition(" ")[0]:
            case "BEGIN":
                writing = point == "BEGIN IMMEDIATE"
            case "COMMIT" if writing:
                found.append(number)
            case "redis" if point != "redis LMOVE" or following.startswith("redis"):  # else it found nothing
                found.append(number)
            case "open" | "os.rename" | "os.remove" | "os.link" | "the":
                found.append(number)
    return found


def test_the_end_is_that_of_the_uncrashed_run_when_killed_at_any_point(killing, record_property, capsys):
    whole = killing.uncrashed(STORY)
    assert [point for point in whole.points if point.startswith("redis LMOVE")], "the work goes over Redis"
    wanted = changes(whole.points)
    found = killing.at_points(STORY, whole, wanted)
    assert found.points == len(wanted)
    record_property("kill points", found.points)
    with capsys.disabled():
        print(f"\nkill points: rq on sqlite {found.points}", file=sys.stderr)  # noqa: T201 - it is wanted in every log
    assert not found.different, found.words()


def test_the_end_is_the_same_when_work_goes_over_redis(killing):
    over_redis = killing.uncrashed(STORY)
    embedded = replace(killing, play=replace(killing.play, live="tests.fault.living:live"))
    assert not over_redis.dump.difference(embedded.uncrashed(STORY).dump)
