"""How soon an open page hears: from the commit of a change, or of a message, to the event on its stream.

The site is a process of its own with its jobs beside it, as ``youju serve`` runs it; the page is one connection.
"""

from __future__ import annotations

import os
import queue
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from typing import Final
from urllib.parse import urlsplit

from engine.bench.jobs import p95_line, send
from engine.bench.measuring import Line
from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.kernel.canonical import Json
from engine.runtime.publishing import publish
from engine.runtime.settings import Settings

PUSH_SECONDS: Final = 2.0
"""How long 95 of 100 changes may take from their commit to the open page (05)."""

CHANGES, QUICK_CHANGES = 40, 10
PATIENCE_SECONDS: Final = 30.0
PAUSE_SECONDS: Final = 0.3
GOLDEN: Final = 0.618
"""Part of a second by which each change comes later than the one before: what polls does so at times of its own."""

LEAVING_SECONDS: Final = 1.5
"""How long the site may take to see that the page has been left."""

APP, FORM, NAME = "push", "thing", "bench"


def push_lines(name: str, settings: Settings, *, quick: bool) -> Iterator[Line]:
    """Yield how soon an open page hears of a change of what it shows, and of a message to the one who looks at it."""
    instance = open_instance(settings)
    try:
        publish(instance.services.execution, _documents(), Actor(None))
        password = secrets.token_urlsafe(16)
        person = instance.directory.add_user(NAME, NAME, password)
        instance.directory.grant(NAME, APP, "staff")
        viewer = instance.directory.viewer(person)
        record = instance.records.create(viewer, APP, FORM, {"name": "0"}).id
        numbers = iter(range(1, 1_000))

        def change() -> None:
            instance.records.update(viewer, APP, FORM, record, {"name": str(next(numbers))}, None)

        cookie = f"youju_session={instance.directory.sign_in(NAME, password)}"
        count = QUICK_CHANGES if quick else CHANGES
        with _served(settings) as address, _opened(address, cookie, f"{APP}.{FORM}.{record}") as heard:
            changed = _delays(heard, "changed", change, count)
            yield p95_line(f"push {name}, a change to an open page", changed, PUSH_SECONDS)
            told = _delays(heard, "inbox", lambda: send(instance, person), count)
            yield p95_line(f"push {name}, a message to an open page", told, PUSH_SECONDS)
    finally:
        instance.close()


def _delays(heard: queue.Queue[tuple[str, float]], event: str, act: Callable[[], None], count: int) -> list[float]:
    """Return the seconds from the end of each act, which is its commit, to its event."""
    found = list[float]()
    for number in range(count):
        time.sleep(PAUSE_SECONDS + number * GOLDEN % 1)
        while not heard.empty():
            heard.get()
        act()
        done = time.monotonic()
        name = ""
        while name != event:
            name, at = heard.get(timeout=PATIENCE_SECONDS)
        found.append(at - done)
    return found


@contextmanager
def _served(settings: Settings) -> Iterator[str]:
    """Run the site on a free port of this machine; give its address."""
    environment = os.environ | {
        "YOUJU_HOME": str(settings.home),
        "YOUJU_DATABASE_URL": settings.database_url,
        "YOUJU_REDIS_URL": "",
        "YOUJU_TEST_CLOCK": "",
    }
    command = [sys.executable, "-m", "engine.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        try:
            if process.stdout is None:
                raise AssertionError
            yield str(urlsplit(process.stdout.readline().strip()).netloc)
        finally:
            process.terminate()


@contextmanager
def _opened(address: str, cookie: str, topic: str) -> Iterator[queue.Queue[tuple[str, float]]]:
    """Open the stream of a page; give the names of its events, each with the moment (monotonic) at which it came."""
    heard = queue.Queue[tuple[str, float]]()
    with closing(HTTPConnection(address, timeout=PATIENCE_SECONDS)) as connection:
        connection.request("GET", f"/live?topic={topic}", headers={"Cookie": cookie})
        answer = connection.getresponse()
        if answer.status != 200:  # noqa: PLR2004 - OK
            message = f"the stream was answered with {answer.status}"
            raise ConnectionError(message)
        threading.Thread(target=_listen, args=(answer, heard), daemon=True).start()
        heard.get(timeout=PATIENCE_SECONDS)  # what it says first: it is there
        yield heard
    time.sleep(LEAVING_SECONDS)


def _listen(answer: HTTPResponse, heard: queue.Queue[tuple[str, float]]) -> None:
    """Note the events until the stream ends."""
    try:
        for line in answer:
            key, _, value = line.decode().partition(":")
            if key == "event":
                heard.put((value.strip(), time.monotonic()))
    except (OSError, ValueError):  # it was closed here
        return


def _labels(key: str) -> Json:
    return {"zh": key, "en": key}


def _documents() -> Mapping[str, Json]:
    may = dict.fromkeys(("create", "read", "update"), True)
    names = {"uid": "c00000000004", "key": "name", "labels": _labels("name"), "type": "text"}
    form = {"uid": "c00000000002", "key": FORM, "labels": _labels(FORM), "title": "{{name}}", "fields": [names]}
    staff = {"uid": "c00000000003", "key": "staff", "labels": _labels("staff"), "access": [{"form": FORM, **may}]}
    app = {"uid": "c00000000001", "key": APP, "labels": _labels(APP), "timezone": "Asia/Shanghai"}
    return {
        "app.json": {"format": 1, "kind": "app", **app},
        "forms/thing.json": {"format": 1, "kind": "form", **form},
        "roles.json": {"format": 1, "kind": "roles", "roles": [staff]},
    }
