"""A process that is killed anywhere loses nothing and does nothing twice: every point of a story, on both databases."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from engine.boot import open_instance, read_settings
from engine.kernel.clocks import Clocks
from tests.fault import lending
from tests.support.dumping import ids_in
from tests.support.kill_grounds import PostgresGround, SqliteGround, sqlite_url
from tests.support.killing import HOUR, Killing, Play, servers
from tests.support.library import NOON
from tests.support.postgres import running_postgres

LIVE = "tests.fault.living:live"
STORIES = [story.__name__ for story in lending.STORIES]

WAYS = ["effect_before_its_mark", "mark_before_its_effect", "answer_kept_after_the_commit", "event_after_the_commit"]

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is made by tempfile
ENOUGH = 2 * 1024**3


@pytest.fixture(scope="module")
def place():
    """Where the lives are put: in memory, where there is room, since a thousand databases are copied."""
    roomy = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ENOUGH
    with TemporaryDirectory(prefix="youju-kill-", dir=IN_MEMORY if roomy else None) as folder:
        Path(folder).chmod(0o755)  # the server of the tests may run as somebody else
        yield Path(folder)


@pytest.fixture(scope="module")
def server(place):
    """A PostgreSQL server whose files are in that place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(place))
        with running_postgres() as running:
            yield running


@pytest.fixture(scope="module")
def forks():
    with servers("tests.fault.living") as at_hand:
        yield at_hand


@pytest.fixture(scope="module")
def sqlite(place, forks):
    folder = place / "sqlite"
    _make_base(folder, sqlite_url(folder / "home"))
    return Killing(SqliteGround(), Play(LIVE, folder, NOON + HOUR), forks, place)


@pytest.fixture(scope="module")
def postgresql(place, forks, server):
    folder = place / "postgresql"
    _make_base(folder, server.create("kill"))
    return Killing(PostgresGround(server, "kill"), Play(LIVE, folder, NOON + HOUR), forks, place)


def _make_base(folder, url):
    folder.mkdir()
    settings = read_settings({"YOUJU_HOME": str(folder / "home"), "YOUJU_DATABASE_URL": url})
    instance = open_instance(settings, Clocks(lambda: NOON, lambda: NOON))
    base = lending.base(instance)
    base["ids"] = sorted(ids_in(instance.database))
    instance.close()
    (folder / "base.json").write_text(json.dumps(base), encoding="utf-8")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_end_is_that_of_the_uncrashed_run_when_killed_at_any_point(dialect, request, record_property, capsys):
    killing = request.getfixturevalue(dialect)
    counts, different = {}, []
    for story in STORIES:
        whole = killing.uncrashed(story)
        found = killing.at_points(story, whole, range(1, len(whole.points) + 1))
        assert found.points == len(whole.points)
        counts[story] = found.points
        different += [f"{story}: {found.words()}"] * bool(found.different)
    words = f"{sum(counts.values())} ({', '.join(f'{story} {count}' for story, count in counts.items())})"
    record_property("kill points", words)
    with capsys.disabled():
        print(f"\nkill points: {dialect} {words}", file=sys.stderr)  # noqa: T201 - it is wanted in every log
    assert not different, "\n".join(different)


@pytest.mark.parametrize("story", STORIES)
def test_two_uncrashed_runs_end_alike_when_chance_differs(sqlite, story):
    one, other = sqlite.uncrashed(story), sqlite.uncrashed(story)
    assert one.points == other.points
    assert not one.dump.difference(other.dump)


@pytest.mark.parametrize("way", WAYS)
def test_a_difference_is_found_when_the_spine_is_broken(sqlite, way):
    broken, story = replace(sqlite, play=replace(sqlite.play, broken=way)), STORIES[0]
    whole = broken.uncrashed(story)
    assert not whole.dump.difference(sqlite.uncrashed(story).dump), "without a kill nobody would notice"
    after_commits = [number + 2 for number, effect in enumerate(whole.points) if effect == "COMMIT"]
    found = broken.at_points(story, whole, after_commits, first=True)
    rows = [line for lines in found.different.values() for line in lines if line.startswith(("+ ", "- "))]
    assert rows, f"no row is different after {found.points} commits: {found.words()}"


@pytest.mark.parametrize(
    ("story", "traces"),
    [
        ("lent_and_returned", ['"closed_action": "lend"', '"action": "give_back"', "is back, days overdue"]),
        ("changed_and_published", ['"barcode": "B-1"', '"current_revision": 2', '"target": "lent"']),
        ("pressed_and_waited", ['"waits_until"', '"after_wait": true', "is recalled", '"note": "recalled"']),
        ("held_by_the_clock", ['"rule": "overdue_held", "since"', "is overdue", '"record": "loan.grace"']),
        ("sent_by_a_partner", ['"rule": "trade/prices"', "三国演义", '"APP-056', '"taken": 2']),
    ],
)
def test_a_story_leaves_its_traces_when_nobody_is_killed(sqlite, story, traces):
    rows = "\n".join(sqlite.uncrashed(story).dump.shallow)
    assert not [trace for trace in traces if trace not in rows]
