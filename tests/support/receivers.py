"""Whoever is told from outside of an instance: a partner that honours idempotency keys, a robot, and a mail server.

They outlive the process that calls them. What came whole was received; what was broken off in the middle was not.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from tests.support.letterbox import Letterbox, letterbox

if TYPE_CHECKING:
    from pathlib import Path

MENDED = "mended"
"""The file in their folder that says that what was wrong at the receivers has been put right."""

CODE = re.compile(r"\b[0-9]{6}\b")
"""What somebody is told to enter: it is another one in each run."""

UNKNOWN, NO_ROBOT = 422, 93_000
"""What they answer until then: both mean that the same again is no use."""


@dataclass(frozen=True)
class Received:
    """What came from one instance, whichever of its processes sent it, each as sorted lines.

    ``booked`` are the bodies of orders, one for each idempotency key; ``asked`` all calls by their keys; ``letters``
    by their ids, with whom they are for and what they are about; ``said`` is what the robot says.
    """

    booked: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    letters: tuple[tuple[str, str], ...] = ()
    said: tuple[str, ...] = ()

    def broken_promises(self, whole: Received, crashes: int) -> list[str]:
        """Tell what is otherwise than in the uncrashed run, but for what may come once more after each crash."""
        distinct, usual = sorted(what for _, what in set(self.letters)), sorted(what for _, what in set(whole.letters))
        copies = Counter(id for id, _ in self.letters).values()
        more, less = Counter(self.said) - Counter(whole.said), Counter(whole.said) - Counter(self.said)
        found = {
            f"booked {self.booked}, not {whole.booked}": self.booked != whole.booked,
            f"called with the keys {self.asked}": len(set(self.asked)) != len(set(whole.asked)),
            f"called {len(self.asked)} times, not {len(whole.asked)}": _is_other(self.asked, whole.asked, crashes),
            f"letters {distinct}, not {usual}": distinct != usual,
            f"letters came {list(copies)} times": sum(copies) - len(copies) > crashes,
            f"the robot said {self.said}, not {whole.said}": bool(less) or more.total() > crashes,
        }
        return [line for line, wrong in found.items() if wrong]


def _is_other(one: tuple[str, ...], whole: tuple[str, ...], crashes: int) -> bool:
    return not len(whole) <= len(one) <= len(whole) + crashes


@dataclass
class Receivers:
    """Takes what is sent; ``POST /orders`` needs a key, ``POST /robot`` has none."""

    folder: Path
    port: int
    box: Letterbox
    _booked: dict[str, str] = field(default_factory=dict)
    _asked: list[str] = field(default_factory=list)
    _said: list[str] = field(default_factory=list)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @property
    def settings(self) -> Mapping[str, str]:
        """The variables by which an instance reaches them."""
        here = f"127.0.0.1:{self.port}"
        return {
            "YOUJU_EGRESS_ALLOW": f"{here}, {self.box.listed}",
            "YOUJU_MAIL": f"smtp+plain://{self.box.listed}",
            "YOUJU_MAIL_FROM": "youju@example.com",
            "YOUJU_PUBLIC_URL": "https://youju.example.com",
            "YOUJU_SECRET_TRADE_ADDRESS": f"http://{here}",
            "YOUJU_SECRET_WECOM_WEBHOOK": f"http://{here}/robot?key=here",
        }

    def received(self) -> Received:
        """Return what came; all of it once they are closed."""
        letters = [
            (str(one["Message-ID"]), f"{one['To']}: {CODE.sub('‹code›', str(one['Subject']))}")
            for one in self.box.letters
        ]
        sorts = self._booked.values(), self._asked, letters, self._said
        booked, asked, letters, said = map(sorted, sorts)
        return Received(tuple(booked), tuple(asked), tuple(letters), tuple(said))

    def answer(self, path: str, key: str | None, body: bytes) -> tuple[int, object]:
        """Take a request; return the status and what is answered. To a key that was booked it is the same again."""
        with self._one_at_a_time:
            is_mended = (self.folder / MENDED).exists()
            if path == "/robot":
                if is_mended:
                    self._said.append(json.loads(body)["text"]["content"])
                return 200, {"errcode": 0 if is_mended else NO_ROBOT}
            assert key is not None, "an order without a key"
            self._asked.append(key)
            if not is_mended:
                return UNKNOWN, {"error": "unknown"}
            self._booked.setdefault(key, body.decode())
            return 200, {"price": f"{len(self._booked)}.50"}


@contextmanager
def receivers(folder: Path) -> Iterator[Receivers]:
    """Start them on free ports of this machine; at the end whatever has come is received before they close."""
    found: list[Receivers] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # broken off
            status, answer = found[0].answer(self.path.partition("?")[0], self.headers["Idempotency-Key"], body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False  # they are awaited when it closes

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of those who went away."""

    with letterbox() as box, Server(("127.0.0.1", 0), Answering) as server:
        found.append(Receivers(folder, server.server_address[1], box))
        thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
        thread.start()
        try:
            yield found[0]
        finally:
            server.shutdown()
            thread.join()
