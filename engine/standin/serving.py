"""A stand-in on a port of this machine: requests off the wire and replies onto it, broken where that was drawn."""

from __future__ import annotations

import ipaddress
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from engine.kernel.problems import EngineError
from engine.standin import problems
from engine.standin.service import Asked, Reply, Service, refusal

LARGEST_BODY = 1_000_000
MOST_PARAMETERS = 100
PATIENCE = 30.0
"""So many seconds a request may take to come in."""

NEAR = ("localhost", "127.0.0.1", "::1")
"""How this machine is called from itself; a page elsewhere that leads here by a name of its own is not near."""


class Server(ThreadingHTTPServer):
    """A thread for each request; what is still slow when it ends is not waited for."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, service: Service) -> None:
        """Listen; EngineError (STAND-024) where the port cannot be had."""
        self.service = service
        try:
            super().__init__((host, port), Answering)
        except OSError as error:
            raise EngineError(problems.NO_PORT.at(port=port, reason=error.strerror or str(error))) from error

    @property
    def port(self) -> int:
        """The port that it has."""
        return int(self.server_address[1])


class Answering(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    timeout = PATIENCE
    server_version = "demo"
    sys_version = ""

    def _answer(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isascii() or not length.isdigit() or int(length) > LARGEST_BODY:
            self._write(refusal(EngineError(problems.TOO_LARGE.at(limit=LARGEST_BODY))))
            return
        try:
            body = self.rfile.read(int(length))
        except OSError:  # whoever asked has gone, or was too slow
            self.close_connection = True
            return
        self._write(self.server.service.answer(self._asked(body)))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - names of the library

    def _asked(self, body: bytes) -> Asked:
        path, _, query = self.path.partition("?")
        try:
            pairs = tuple(parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS))
        except ValueError:
            pairs = (("", ""),)
        return Asked(
            method=self.command,
            parts=tuple(unquote(part) for part in path.strip("/").split("/")),
            query=pairs,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            is_near=self._is_near(),
        )

    def _is_near(self) -> bool:
        try:
            name = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        except ValueError:
            return False
        return ipaddress.ip_address(str(self.client_address[0])).is_loopback and name in NEAR

    def _write(self, reply: Reply) -> None:
        time.sleep(reply.wait_ms / 1_000)
        content = json.dumps(reply.body, ensure_ascii=False).encode(errors="replace")
        if reply.way == "wrong_json":
            content = content[: len(content) // 2]
        try:
            if reply.way != "lost":
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
        except OSError:  # whoever asked did not wait
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what came in is told under /_control/requests."""
