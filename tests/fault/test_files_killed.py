"""A process killed at any point of taking in a file leaves no file without its content, and nothing for ever."""

from __future__ import annotations

import hashlib
import io
import os
import signal
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import event

from engine.boot import Instance, open_instance
from engine.jobs.housekeeping import SHARDS, Housekeeping
from engine.kernel.clocks import Clocks
from engine.packs.capturing import picture
from engine.runtime.settings import read_settings
from engine.storage.contents import store
from tests.support.library import NOON
from tests.support.sites import Hand

CONTENT = picture("killed")
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def opened(home: Path, real: Hand | None = None) -> Instance:
    return open_instance(read_settings({"YOUJU_HOME": str(home)}), Clocks(lambda: NOON, real or (lambda: NOON)))


@pytest.fixture
def home(tmp_path):
    """An instance with one user."""
    instance = opened(tmp_path / "home")
    instance.directory.add_user("anna", "Anna", None)
    instance.close()
    return tmp_path / "home"


def sent(home: Path, point: int) -> bool:
    """Send the file in a process of its own that is killed at a point; tell whether it lived to the end."""
    child = os.fork()
    if not child:
        with Path(os.devnull).open("w") as silence:  # what dies there says nothing
            os.dup2(silence.fileno(), 2)
        _send(home, point)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFEXITED(status) or os.WTERMSIG(status) == signal.SIGKILL
    return os.WIFEXITED(status)


def _send(home: Path, point: int) -> None:
    instance = opened(home)
    points = count(1)

    def reached(*_: object, **__: object) -> None:
        if next(points) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    for place, name in ((os, "fsync"), (store.Path, "replace"), (store.Path, "unlink"), (store.Path, "mkdir")):
        setattr(place, name, _watched(getattr(place, name), reached))
    engine = instance.database.engine
    event.listen(engine, "before_cursor_execute", reached)
    event.listen(engine, "commit", reached)
    viewer = instance.directory.viewer(_anna(instance))
    instance.services.files.receive(viewer, io.BytesIO(CONTENT), "a.png")


def _watched(doing, reached):
    def done(*arguments, **named):
        reached()
        outcome = doing(*arguments, **named)
        reached()
        return outcome

    return done


def _anna(instance: Instance) -> str:
    with instance.database.read() as connection:
        return connection.exec_driver_sql("SELECT id FROM youju_user WHERE name = 'anna'").scalar_one()


def rows(instance: Instance) -> list[str]:
    with instance.database.read() as connection:
        return list(connection.exec_driver_sql("SELECT sha256 FROM youju_file").scalars())


def contents(home: Path) -> set[str]:
    return {path.name for path in (home / "files").rglob("*") if path.is_file()}


def test_no_file_is_without_its_content_when_its_process_was_killed_anywhere(home):
    killed = 0
    for point in count(1):
        if sent(home, point):
            break
        killed += 1
        instance = opened(home)
        assert set(rows(instance)) <= contents(home)
        instance.close()
    assert killed > 10
    instance = opened(home)
    viewer = instance.directory.viewer(_anna(instance))
    again = instance.services.files.receive(viewer, io.BytesIO(CONTENT), "a.png")
    _, content = instance.services.files.open(viewer, again.id)
    with content:
        assert content.read() == CONTENT
    assert rows(instance) == [DIGEST]
    instance.close()


def test_what_killed_processes_left_is_swept_when_a_day_has_passed(home):
    point = next(point for point in count(1) if not sent(home, point) and DIGEST in contents(home))
    assert point
    real = Hand()
    instance = opened(home, real)
    assert rows(instance) == []
    for path in (home / "files").rglob("*"):
        os.utime(path, (0, 0))
    house = Housekeeping(instance.services.execution)
    for _ in range(SHARDS):
        house.do()
        real.moment += 4_000_000
    assert contents(home) == set()
    instance.close()
