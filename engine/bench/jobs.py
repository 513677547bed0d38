"""How soon what must follow has followed: from the commit of a message to its effect, idle and under load.

Each message is a transaction of its own and tells one person something; when it was delivered says its row. Who sends,
schedules and works shares the machine, as on the reference machine with its two cores.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from engine.bench.measuring import Line
from engine.boot import Instance, open_instance
from engine.decision.changeset import OutboxMessage
from engine.kernel.identifiers import uuid7
from engine.runtime.settings import Settings
from engine.storage import outbox
from engine.storage.database import open_database
from engine.storage.system_tables import outbox as table

IDLE_SECONDS, LOADED_SECONDS = 1.0, 5.0
"""How long 95 of 100 messages may take from commit to effect (issue F)."""

RATE = 200
"""How many messages a second come under load."""

SINGLE, QUICK_SINGLE = 30, 10
"""How many messages are sent one by one to who is idle, with a pause after each."""

BURST_SECONDS, QUICK_BURST_SECONDS = 30, 8
PAUSE_SECONDS = 0.35
PATIENT_SECONDS = 120.0
P95 = 0.95
WORKERS = 2


def job_lines(*, quick: bool, database: str | None, redis: str | None) -> Iterator[Line]:
    """Yield the figures of the embedded process on each database, and of two workers on Redis, where these are."""
    with tempfile.TemporaryDirectory(prefix="youju-bench-") as folder:
        home = Path(folder)
        yield from _figures("SQLite, embedded", Settings(home / "s", f"sqlite:///{home / 'bench.db'}"), quick)
        if database is None:
            return
        with made_beside(database) as url:
            yield from _figures("PostgreSQL, embedded", Settings(home / "p", url), quick)
        if redis is not None:
            with made_beside(database) as url:
                yield from _figures("PostgreSQL, RQ", Settings(home / "r", url, redis_url=redis), quick)


def _figures(name: str, settings: Settings, quick: bool) -> Iterator[Line]:
    single, seconds = (QUICK_SINGLE, QUICK_BURST_SECONDS) if quick else (SINGLE, BURST_SECONDS)
    instance = open_instance(replace(settings, redis_url=None))
    try:
        with _running(settings):
            send(instance)
            _delays(instance)  # by then everybody is there
            for _ in range(single):
                send(instance)
                time.sleep(PAUSE_SECONDS)
            yield p95_line(f"jobs {name}, idle", _delays(instance), IDLE_SECONDS)
            rate = _under_load(instance, seconds)
            yield p95_line(f"jobs {name}, {RATE}/s", _delays(instance), LOADED_SECONDS, f"sent at {rate:.0f}/s")
    finally:
        instance.close()


def p95_line(name: str, delays: Sequence[float], reach: float, note: str = "") -> Line:
    """Return the line of what 95 of 100 may take, in seconds."""
    p95 = sorted(delays)[int(P95 * (len(delays) - 1))]
    return Line(name, p95, f"p95 ≤ {reach:g} s", p95 <= reach, note=f"{len(delays)} messages; {note}".rstrip("; "))


def _under_load(instance: Instance, seconds: int) -> float:
    """Send so many messages a second, each in a transaction of its own; return how many a second were sent."""
    begun = time.monotonic()
    for number in range(RATE * seconds):
        wait = begun + number / RATE - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        send(instance)
    return RATE * seconds / (time.monotonic() - begun)


def send(instance: Instance, recipient: str = "somebody") -> None:
    """Send one person a message, in a transaction of its own."""
    now = instance.clocks.business()
    execution = instance.services.execution
    words = {"zh": "到了", "en": "It is here"}
    about = {"app": "bench", "form": "thing", "record": "one"}
    payload = {"text": words, "recipients": [recipient], **about}
    message = OutboxMessage(uuid7(now, os.urandom(10)), "notify", payload, now)
    with instance.database.write() as connection:
        execution.send(connection, message.id, [message])


def _delays(instance: Instance) -> list[float]:
    """Wait until everything is delivered; return the seconds that each message took, and forget them."""
    until = time.monotonic() + PATIENT_SECONDS
    while True:
        with instance.database.read() as connection:
            waiting = outbox.depth(connection, instance.clocks.business()).waiting
        if not waiting:
            break
        if time.monotonic() > until:
            message = f"{waiting} messages are not delivered"
            raise TimeoutError(message)
        time.sleep(0.05)
    with instance.database.write() as connection:
        rows = connection.execute(select(table.c.done_at, table.c.due_at)).all()
        connection.execute(table.delete())
    return [(row.done_at - row.due_at) / 1_000 for row in rows]


@contextmanager
def _running(settings: Settings) -> Iterator[None]:
    """Run the jobs of an instance as processes of their own."""
    environment = os.environ | {
        "YOUJU_HOME": str(settings.home),
        "YOUJU_DATABASE_URL": settings.database_url,
        "YOUJU_REDIS_URL": settings.redis_url or "",
        "YOUJU_TEST_CLOCK": "",
    }
    commands = ["worker"] if settings.redis_url is None else ["scheduler", *["worker"] * WORKERS]
    started = [
        subprocess.Popen([sys.executable, "-m", "engine.cli", command], env=environment)  # noqa: S603 - our own command
        for command in commands
    ]
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


@contextmanager
def made_beside(server: str) -> Iterator[str]:
    """Make a database beside that one for the time being; give its URL."""
    name = f"youju_bench_{token_hex(4)}"
    database = open_database(server)
    try:
        with database.alone() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        with database.alone() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        database.close()
