"""Where stories are killed: a base of the library to be copied, in memory where there is room for that."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from engine.boot import open_instance, read_settings
from engine.kernel.clocks import Clocks
from tests.fault import lending
from tests.support.dumping import ids_in
from tests.support.kill_grounds import sqlite_url
from tests.support.killing import HOUR, Play
from tests.support.library import NOON

if TYPE_CHECKING:
    from tests.support.killing import Findings

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is made by tempfile
ENOUGH = 2 * 1024**3


@contextmanager
def place() -> Iterator[Path]:
    """Give a folder for the lives: in memory, where there is room, since a thousand databases are copied."""
    roomy = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ENOUGH
    with TemporaryDirectory(prefix="youju-kill-", dir=IN_MEMORY if roomy else None) as folder:
        Path(folder).chmod(0o755)  # the server of the tests may run as somebody else
        yield Path(folder)


def play(folder: Path, live: str, url: str | None = None) -> Play:
    """Furnish a base in a new folder, on SQLite unless a URL is given; return how stories are played on it."""
    folder.mkdir()
    home = folder / "home"
    settings = read_settings({"YOUJU_HOME": str(home), "YOUJU_DATABASE_URL": url or sqlite_url(home)})
    instance = open_instance(settings, Clocks(lambda: NOON, lambda: NOON))
    base = lending.base(instance)
    base["ids"] = sorted(ids_in(instance.database))
    instance.close()
    (folder / "base.json").write_text(json.dumps(base), encoding="utf-8")
    return Play(live, folder, NOON + HOUR)


def told(what: str, story: str, found: Findings) -> str:
    """Return the line that every log has: how many points of a story were killed at, and where."""
    return f"\nkill points: {what} {story} {found.points}"
