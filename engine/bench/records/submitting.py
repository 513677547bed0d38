"""Submits records to two servers over HTTP in alternating rounds, by as many programs at once; each is a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from engine.bench.measuring import Line
from engine.bench.records.documents import APP, DEAL, FIELDS, RULES
from engine.bench.records.ground import Ground
from engine.kernel.canonical import Json

LEAST: Final = 0.5
"""Records a second, as a share of what the least program takes (05)."""

PROGRAMS: Final = 8
EACH: Final = 40
"""Records that each program submits in a round."""
PATIENCE_SECONDS: Final = 30.0
CREATED: Final = 201


@dataclass(frozen=True)
class Server:
    """Where records are sent, and how."""

    address: str
    path: str
    headers: Mapping[str, str]
    body: Callable[[int], Json]


def submit_lines(made: Ground, beside: str, rounds: int) -> Iterator[Line]:
    """Yield the figure of submitting one record through HTTP; ``beside`` is the URL of the least program's database."""
    numbers = count(made.rows)
    url = str(made.instance.settings.database_url)
    sent = {"Content-Type": "application/json"}
    with (
        served(["engine.cli", "serve", "--port", "0", "--no-jobs"], _environment(made, url)) as address,
        served(["engine.bench.records.minimal_server", beside], dict(os.environ)) as other,
    ):
        ours = Server(
            address,
            f"/api/v1/{APP}/{DEAL}",
            sent | {"Authorization": f"Bearer {made.token}"},
            lambda number: {"fields": made.fields(number)},
        )
        theirs = Server(other, "/deal", sent, made.fields)
        yield _compared(made, ours, theirs, numbers, rounds)


def _compared(made: Ground, ours: Server, theirs: Server, numbers: Iterator[int], rounds: int) -> Line:
    rates: dict[str, list[float]] = {ours.address: [], theirs.address: []}
    for number in range(-1, rounds):
        for server in (ours, theirs) if number % 2 else (theirs, ours):
            rate = _rate(server, numbers)
            if number >= 0:  # the first round warms up
                rates[server.address].append(rate)
    ratio = median(one / other for one, other in zip(rates[ours.address], rates[theirs.address], strict=True))
    return Line(
        f"records {made.dialect} submit, {FIELDS} fields, {RULES} rules, {made.rows} there",
        median(rates[ours.address]),
        f"≥ {LEAST:g}×",
        ratio >= LEAST,
        "/s",
        median(rates[theirs.address]),
        ratio,
        f"{PROGRAMS} connections",
    )


def _rate(server: Server, numbers: Iterator[int]) -> float:
    """Return how many records a second the server takes from all programs together."""
    lots = [[server.body(next(numbers)) for _ in range(EACH)] for _ in range(PROGRAMS)]
    failures = list[str]()
    programs = [threading.Thread(target=_submit, args=(server, lot, failures)) for lot in lots]
    begun = time.perf_counter()
    for program in programs:
        program.start()
    for program in programs:
        program.join()
    taken = time.perf_counter() - begun
    if failures:
        raise ConnectionError(failures[0])
    return PROGRAMS * EACH / taken


def _submit(server: Server, bodies: Sequence[Json], failures: list[str]) -> None:
    try:
        with closing(HTTPConnection(server.address, timeout=PATIENCE_SECONDS)) as connection:
            for body in bodies:
                connection.request("POST", server.path, json.dumps(body), dict(server.headers))
                answer = connection.getresponse()
                said = answer.read()
                if answer.status != CREATED:
                    failures.append(f"{server.path}: {answer.status} {said.decode()[:300]}")
                    return
    except OSError as error:
        failures.append(f"{server.path}: {error}")


def _environment(made: Ground, url: str) -> dict[str, str]:
    own = {"YOUJU_HOME": str(made.instance.settings.home), "YOUJU_DATABASE_URL": url}
    return os.environ | own | {"YOUJU_REDIS_URL": "", "YOUJU_TEST_CLOCK": ""}


@contextmanager
def served(module: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """Run a server on a free port of this machine, which it prints; give its address."""
    command = [sys.executable, "-m", *module]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        try:
            if process.stdout is None:
                raise AssertionError
            yield str(urlsplit(process.stdout.readline().strip()).netloc)
        finally:
            process.terminate()
