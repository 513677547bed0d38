"""Taking in an archive that is killed at any step leaves nothing of it, and the same archive comes in afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from engine.storage.database import open_database
from engine.storage.migrations import migrate
from tests.support.inspections import Inspections
from tests.support.kill_points import Points, watch
from tests.support.moving import opened, tables_of, take, write
from tests.support.sites import Site


@pytest.fixture
def archive(sqlite_url, tmp_path):
    """An archive with a record, a photo's file, people and a journal."""
    database = open_database(sqlite_url)
    migrate(database)
    plant = Inspections.on(Site(database))
    plant.inspect(files=[plant.send()], findings=[{"what": "x"}])
    path = tmp_path / "plant.zip"
    write(plant.site.services.execution, path, "plant")
    database.close()
    return path


@pytest.fixture
def home(tmp_path):
    """An empty installation."""
    opened(tmp_path / "home").close()
    return tmp_path / "home"


def passed(home: Path, archive: Path, fatal: int | None) -> list[str] | None:
    """Take the archive in, in a process of its own that is killed at a point; return the points where it lived."""
    told = home.with_name("told.json")
    child = os.fork()
    if not child:
        with Path(os.devnull).open("w") as silence:  # what dies there says nothing
            os.dup2(silence.fileno(), 1)
            os.dup2(silence.fileno(), 2)
        instance = opened(home)
        points = Points(fatal)
        watch(points, home)
        take(instance.services.execution, archive)
        told.write_text(json.dumps(points.passed), encoding="utf-8")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0
        return list(json.loads(told.read_text(encoding="utf-8")))
    assert os.WTERMSIG(status) == signal.SIGKILL
    return None


def state(home: Path) -> tuple[object, ...]:
    instance = opened(home)
    found = tables_of(instance.database), instance.directory.everybody(), instance.verify_journal().findings
    instance.close()
    return found


def copied(home: Path) -> Path:
    """Return a copy of an installation, in place of the one before."""
    copy = home.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    return shutil.copytree(home, copy)


def test_nothing_is_here_when_taking_in_was_killed_at_any_step(archive, home):
    points = passed(copied(home), archive, None) or []
    # Of what is done again and again the first time and the last; all of it lies before one commit.
    last = len(points) - points[::-1].index("COMMIT")
    wanted = sorted({points.index(effect) + 1 for effect in points} | {last})
    before = state(home)
    assert "INSERT" in "".join(points)
    assert len(wanted) > 50
    for point in wanted:
        assert passed(copied(home), archive, point) is None, points[point - 1]
        assert state(home.with_name("copy")) == before, points[point - 1]
    assert passed(home.with_name("copy"), archive, None)
    instance = opened(home.with_name("copy"))
    again = home.with_name("again.zip")
    write(instance.services.execution, again, "plant")
    instance.close()
    assert again.read_bytes() == archive.read_bytes()
