"""Homes of installations that are furnished once in a run, for all of its workers, and copied for whoever asks."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.boot import open_instance
from engine.demo import make_demo
from engine.runtime.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from engine.boot import Instance

TEST_CLOCK = {"YOUJU_TEST_CLOCK": "1"}


def folder_of_the_run(factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this run share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def furnished(folder: Path, name: str, furnish: Callable[[Path], object]) -> Path:
    """Return the home of that name in a folder, furnished by whoever asks first; others wait."""
    home = folder / name
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            begun = folder / f"{name}.begun"
            shutil.rmtree(begun, ignore_errors=True)
            furnish(begun)
            begun.rename(home)
    return home


def furnish_with_the_demo(home: Path) -> None:
    """Make an installation on the test clock with all packs and their demo."""
    opened = open_demo(home)
    make_demo(opened, None, lambda _done, _total: None)
    opened.close()


def open_demo(home: Path) -> Instance:
    """Open an installation on the test clock."""
    return open_instance(read_settings({"YOUJU_HOME": str(home), **TEST_CLOCK}))
