"""``youju tick`` as an administrator and a script meet it: processes, exit codes, JSON, and kill -9 in the middle."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.boot import open_instance, read_settings
from engine.decision.changeset import Actor
from engine.kernel.clocks import moment_text
from engine.runtime.publishing import publish
from tests.integration.jobs.shops import DAY, HOUR, START, scheduled, shop

ROOT = Path(__file__).resolve().parents[2]
FIRST = START + HOUR // 2
INCOMPLETE, USAGE = 1, 2


def start(home: Path, *words: str, clock: str = "1") -> subprocess.Popen[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("YOUJU_")}
    mine = {"YOUJU_HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "YOUJU_TEST_CLOCK": clock}
    return subprocess.Popen(
        [sys.executable, "-m", "engine.cli", *words],
        env=kept | mine,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(home: Path, *words: str, clock: str = "1") -> tuple[int, str, str]:
    """Return how a command ended: its code and what it said."""
    with start(home, *words, clock=clock) as process:
        said, told = process.communicate(timeout=120)
    return process.returncode, said, told


def rows(home: Path, query: str) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(home / "youju.sqlite3", timeout=10)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def home(tmp_path):
    """An installation whose test clock stands at START, with three things that a rule counts up every hour."""
    settings = read_settings({"YOUJU_HOME": str(tmp_path / "home"), "YOUJU_TEST_CLOCK": "1"})
    instance = open_instance(settings)
    instance.test_clock.set(START)
    publish(instance.services.execution, shop(scheduled("tick", {"set": {"n": "coalesce(n, 0) + 1"}})), Actor(None))
    me = instance.directory.add_user("me", "me")
    instance.directory.grant("me", "shop", "staff")
    for name in "abc":
        instance.records.create(instance.directory.viewer(me), "shop", "thing", {"name": name})
    instance.close()
    return settings.home


def check(home: Path, slots: int) -> None:
    """Check that every slot was played once for each thing, at its own moment."""
    runs = rows(home, "SELECT at, trace FROM youju_rule_run ORDER BY at")
    expected = [FIRST + number * HOUR for number in range(slots) for _ in range(3)]
    assert [at for at, _ in runs] == expected
    assert [json.loads(trace)["event"]["scheduled"] for _, trace in runs] == expected
    assert rows(home, "SELECT DISTINCT n FROM thing") == [(slots,)]


def test_counts_are_printed_when_the_clock_moves(home):
    code, said, _ = run(home, "tick", "--now", "2026-03-02T11:30")
    found = json.loads(said)
    assert code == 0
    assert (found["from"], found["to"]) == (moment_text(START), moment_text(START + 2 * HOUR))
    assert {key: found[key] for key in ("slots", "timers", "dead")} == {"slots": 2, "timers": 0, "dead": 0}
    check(home, 2)


def test_usage_is_told_when_the_clock_cannot_be_moved_so(home):
    assert run(home, "tick", "--now", "2026-03-03T00:00", clock="")[0] == USAGE
    assert run(home, "tick", "--now", "2026-03-03T00:00", clock="0")[0] == USAGE
    for wanted, problem in (("2026-03-02T09:29", "JOB-003"), ("tomorrow", "JOB-004"), ("", "JOB-004")):
        code, said, told = run(home, "tick", "--now", wanted)
        assert (code, said) == (USAGE, "")
        assert problem in told
    assert run(home, "tick")[0] == USAGE
    assert rows(home, "SELECT value FROM youju_setting WHERE key = 'clock.business'") == [(str(START),)]


@pytest.mark.parametrize("wanted", ["2026-03-02T03:00:00Z", "2026-03-02T11:00:00+08:00", "2026-03-02T11:00"])
def test_a_moment_is_read_with_its_zone_when_it_names_one_and_as_chinese_time_otherwise(home, wanted):
    code, said, _ = run(home, "tick", "--now", wanted)
    assert (code, json.loads(said)["to"]) == (0, "2026-03-02T03:00:00Z")


def test_what_could_not_be_delivered_is_told_when_the_clock_moves(home):
    letter = "INSERT INTO youju_outbox VALUES ('x', 'c', 'letter', '{}', ?, 0, 0, 5, NULL, NULL, NULL)"
    with contextlib.closing(sqlite3.connect(home / "youju.sqlite3")) as connection, connection:
        connection.execute(letter, [START])
    code, said, _ = run(home, "tick", "--now", "2026-03-02T10:00")
    assert (code, json.loads(said)["waiting"]) == (INCOMPLETE, 1)
    check(home, 1)


def test_the_journey_goes_on_where_it_was_when_its_process_was_killed(home):
    goal = moment_text(START + 3 * DAY)
    for part in (2, 20):
        with start(home, "tick", "--now", goal) as process:
            until = time.monotonic() + 60
            while len(rows(home, "SELECT id FROM youju_rule_run")) < part * 3 and time.monotonic() < until:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
    cut = len(rows(home, "SELECT id FROM youju_rule_run")) // 3
    assert 20 <= cut < 72
    code, said, told = run(home, "tick", "--now", goal)
    assert code == 0, told
    assert json.loads(said)["to"] == goal
    check(home, 72)


def test_everything_happens_once_when_a_worker_runs_beside(home):
    worker = start(home, "worker")
    try:
        code, said, told = run(home, "tick", "--now", moment_text(START + DAY))
    finally:
        worker.terminate()
        worker.communicate(timeout=30)
    assert code == 0, told
    assert {key: json.loads(said)[key] for key in ("slots", "waiting", "dead")} == {
        "slots": 24,
        "waiting": 0,
        "dead": 0,
    }
    check(home, 24)
