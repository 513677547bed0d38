"""A partner's HTTP service on this machine: slow, broken, wrong or well, as told; it keeps what it was sent."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssl import SSLContext


@dataclass
class Reply:
    """What is answered: ``wait`` seconds later, ``drip`` seconds between the bytes of the body."""

    status: int = 200
    body: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0
    drip: float = 0
    cut: bool = False

    @property
    def content(self) -> bytes:
        """The bytes of the body: bytes as they are, anything else as JSON."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Partner:
    """Answers by ``script``, one after the other; when that is used up, by ``always``."""

    port: int
    secure: bool = False
    script: deque[Reply] = field(default_factory=deque)
    always: Reply = field(default_factory=Reply)
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address to call."""
        return f"{'https' if self.secure else 'http'}://127.0.0.1:{self.port}"

    @property
    def listed(self) -> str:
        """What an administrator lists so that it may be called."""
        return f"127.0.0.1:{self.port}"


@contextmanager
def partner(secured: SSLContext | None = None) -> Iterator[Partner]:
    """Give a service on a free port of this machine; with ``secured`` it speaks TLS."""
    found: list[Partner] = []

    class Answering(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            here = found[0]
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            here.received.append(Received(self.command, self.path, headers, self.rfile.read(length)))
            _write(self, here.script.popleft() if here.script else here.always)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - names of the library

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    if secured is not None:
        server.socket = secured.wrap_socket(server.socket, server_side=True)
    found.append(Partner(server.server_address[1], secured is not None))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found[0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _write(answering: BaseHTTPRequestHandler, reply: Reply) -> None:
    time.sleep(reply.wait)
    try:
        answering.send_response(reply.status)
        for name, value in reply.headers.items():
            answering.send_header(name, value)
        answering.send_header("Content-Length", str(len(reply.content) + (10 if reply.cut else 0)))
        answering.end_headers()
        if not reply.drip:
            answering.wfile.write(reply.content)
        for byte in reply.content if reply.drip else b"":
            answering.wfile.write(bytes([byte]))
            time.sleep(reply.drip)
    except OSError:
        answering.close_connection = True
