"""An import of a large file that is killed on the way and gone on with: ``python tests/perf/import_killed.py``.

It makes an installation in a folder of its own, a CSV file of 100,000 rows with 1,000 bad ones among them, starts
``youju records import`` and kills it (SIGKILL) when a fifth, a half and four fifths of the rows are through; each time
the import goes on with ``--resume``. In the end it counts what is there. With ``--rows`` the file is another size.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from engine.boot import open_instance  # noqa: E402
from engine.decision.changeset import Actor  # noqa: E402
from engine.runtime.publishing import publish  # noqa: E402
from engine.runtime.settings import read_settings  # noqa: E402
from tests.support.importing import EVERY, documents, rows  # noqa: E402

PARTS = (0.2, 0.5, 0.8)


def _made(home: Path) -> None:
    instance = open_instance(read_settings({"YOUJU_HOME": str(home)}))
    publish(instance.services.execution, documents(), Actor(None))
    instance.directory.add_user("anna", "Anna", None)
    instance.directory.grant("anna", "crm", "sales")
    instance.close()


def _started(home: Path, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "YOUJU_HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "engine.cli", "records", "import", "--form", "crm.customer", "--user", "anna"]
    return subprocess.Popen([*command, *words], env=environment, text=True, stdout=subprocess.PIPE)


def _asked(home: Path, statement: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(home / "youju.sqlite3", timeout=30)) as connection:
        return connection.execute(statement).fetchall()


def _through(home: Path) -> tuple[str, int] | None:
    """Return the import that is running and how many of its rows are through; None where there is none yet."""
    found = _asked(home, "SELECT id, made + refused FROM youju_import WHERE state = 'running'")
    return None if not found else (str(found[0][0]), int(str(found[0][1])))


def main() -> None:
    """Do it, and say how long it took and what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    total = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        home, file = Path(folder) / "home", Path(folder) / "customers.csv"
        _made(home)
        file.write_text("".join(rows(total)), encoding="utf-8")
        refused = Path(folder) / "refused.csv"
        begun, words = time.monotonic(), (str(file),)
        for part in PARTS:
            process = _started(home, *words)
            while (found := _through(home)) is None or found[1] < part * total:
                if process.poll() is not None:
                    sys.exit("the import ended before it could be killed")
                time.sleep(0.05)
            process.send_signal(signal.SIGKILL)
            process.wait()
            id, _ = found
            _, done = _through(home) or ("", 0)
            [(there,)] = _asked(home, "SELECT count(*) FROM customer")
            print(f"killed at {done} rows of {total}, {there} records are there")  # noqa: T201
            words = ("--resume", id)
        process = _started(home, *words, "--refused", str(refused))
        out, _ = process.communicate()
        took = time.monotonic() - begun
        said = out.strip()
        print(f"{said}\nexit code {process.returncode}, {took:.1f} s in all, three starts and ends included")  # noqa: T201
        _tell(home, refused, total)


def _tell(home: Path, refused: Path, total: int) -> None:
    [(records, codes)] = _asked(home, "SELECT count(*), count(DISTINCT code) FROM customer")
    [(entries,)] = _asked(home, "SELECT count(*) FROM youju_journal WHERE subject = 'customer'")
    [(last,)] = _asked(home, "SELECT max(no) FROM customer")
    lines = refused.read_text(encoding="utf-8-sig").splitlines()
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(  # noqa: T201
        f"{records} records, {codes} codes, {entries} journal entries, the last number is {last}; "
        f"{len(lines) - 1} refused rows with reasons; at most {memory:.0f} MiB"
    )
    bad = total // EVERY
    whole = (records, codes, entries, len(lines) - 1) == (total - bad, total - bad, total - bad, bad)
    sys.exit(0 if whole else 1)


if __name__ == "__main__":
    main()
