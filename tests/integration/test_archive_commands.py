"""An app with all that it holds moves by two commands, and its people are let in by two more."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "tests" / "apps" / "library"
REFUSED, USAGE, ENVIRONMENT = 1, 2, 3


def _run(home, *words):
    return subprocess.run(
        [sys.executable, "-m", "engine.cli", *words],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "YOUJU_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def youju(tmp_path_factory):
    """Run a command of an installation with the library and a librarian."""
    run = functools.partial(_run, tmp_path_factory.mktemp("here") / "home")
    assert run("pack", "install", str(LIBRARY)).returncode == 0
    assert run("user", "add", "mei", "--display-name", "李梅", "--password", "a long enough one").returncode == 0
    assert run("user", "grant", "mei", "library", "librarian").returncode == 0
    return run


@pytest.fixture
def elsewhere(tmp_path):
    """Run a command of an installation that does not exist yet."""
    return functools.partial(_run, tmp_path / "elsewhere")


@pytest.fixture(scope="module")
def archive(youju, tmp_path_factory):
    """The archive of the library."""
    path = tmp_path_factory.mktemp("archive") / "library.ZIP"
    done = youju("app", "export", "library", "--output", str(path))
    assert (done.returncode, "library → " in done.stdout, "SHA-256" in done.stdout) == (0, True, True), done.stderr
    return path


def test_an_app_moves_with_its_people_when_the_file_is_an_archive(archive, elsewhere, tmp_path):
    path, again = archive, tmp_path / "again.zip"
    assert path.stat().st_mode & 0o077 == 0
    taken = elsewhere("app", "import", str(path))
    assert (taken.returncode, taken.stdout.startswith("library: revision 1\n")) == (0, True), taken.stderr
    assert "youju user enable" in taken.stdout
    said = json.loads(elsewhere("app", "export", "library", "--output", str(again), "--json").stdout)
    assert again.read_bytes() == path.read_bytes()
    assert (said["apps"], said["size"], said["people"]) == (["library"], path.stat().st_size, 1)
    assert elsewhere("user", "enable", "mei").returncode == 0
    assert elsewhere("user", "list").stdout == "mei\t李梅\t\n"
    assert elsewhere("audit", "verify").returncode == 0


def test_what_came_in_is_json_when_asked_for(archive, elsewhere, tmp_path):
    said = json.loads(elsewhere("app", "import", str(archive), "--json").stdout)
    assert (said["apps"], said["people"], said["here"], said["records"]) == ({"library": 1}, ["mei"], {}, 0)
    refused = elsewhere("app", "import", str(archive))
    assert (refused.returncode, "RUN-053 library" in refused.stderr) == (REFUSED, True)
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(archive.read_bytes()[:-30])
    assert "ARCH-001 damaged.zip" in elsewhere("app", "import", str(damaged)).stderr


def test_an_export_fails_with_its_reason_when_it_cannot_be_made(youju, tmp_path):
    nowhere = youju("app", "export", "library", "--output", str(tmp_path / "no" / "x.zip"))
    assert (nowhere.returncode, "RUN-035 output" in nowhere.stderr) == (ENVIRONMENT, True)
    assert "RUN-015 nothing" in youju("app", "export", "nothing", "--output", str(tmp_path / "x.zip")).stderr
    assert youju("app", "export", "library", "work_hub").returncode == USAGE
    assert list(tmp_path.iterdir()) == []


def test_a_user_acts_no_more_when_disabled(youju):
    youju("user", "add", "li", "--password", "a long enough one")
    assert youju("user", "disable", "li").stdout == "li ✓\n"
    assert "li\tli\t停用 inactive" in youju("user", "list").stdout
    unknown = youju("user", "enable", "nobody")
    assert (unknown.returncode, "RUN-012 name" in unknown.stderr) == (REFUSED, True)
