"""One HTTP call: connected to the addresses that the guard admitted, TLS verified, bounded in time and length.

It follows no redirect, reads no proxy from the environment and repeats nothing: that is for whoever calls.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.exceptions import SSLError as TLSError

from engine.connectors import problems
from engine.connectors.egress import Guard, Target
from engine.kernel.problems import EngineError, Problem

if TYPE_CHECKING:
    from urllib3 import HTTPResponse

LONGEST_ANSWER = 2_000_000
CONNECT_SECONDS = 5.0
MOST_ADDRESSES = 2
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: ``path`` begins with a slash and holds the query, too; ``seconds`` bounds the whole call."""

    method: str
    target: Target
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how many milliseconds; the names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    duration: int


def call(request: Request, guard: Guard, limit: int = LONGEST_ANSWER) -> Answer:
    """Return the answer, whatever its status; EngineError (CONN-003 to 007) where there is none to be had."""
    begun = time.monotonic()
    connection = _connected(request, guard)
    overtime, wire = threading.Event(), connection.sock  # the answer may take the wire over from the connection

    def end() -> None:
        overtime.set()
        _cut(wire)

    watch = threading.Timer(max(0.001, request.seconds - (time.monotonic() - begun)), end)
    watch.daemon = True
    watch.start()
    try:
        status, headers, body = _exchange(connection, request, limit)
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        raise EngineError(_no_answer(request.target, error, overtime=overtime.is_set())) from None
    finally:
        watch.cancel()
        connection.close()
    if overtime.is_set():
        raise EngineError(_no_answer(request.target, TimeoutError(), overtime=True))
    return Answer(status, headers, body, round((time.monotonic() - begun) * 1_000))


def _exchange(connection: HTTPConnection, request: Request, limit: int) -> tuple[int, Mapping[str, str], bytes]:
    headers = {"Host": request.target.shown, "Accept-Encoding": "identity", "User-Agent": "youju", **request.headers}
    connection.request(request.method, request.path, body=request.body, headers=headers, preload_content=False)
    response = connection.getresponse()
    try:
        body = _read(response, request.target, limit)
    finally:
        response.close()
    return response.status, {name.lower(): value for name, value in response.headers.items()}, body


def _connected(request: Request, guard: Guard) -> HTTPConnection:
    """Connect to the first address that takes it; the name is only for TLS and the header, never looked up again."""
    failure: Exception = OSError()
    for address in guard.admitted(request.target)[:MOST_ADDRESSES]:
        connection = _connection(request.target, address, min(request.seconds, CONNECT_SECONDS), guard)
        try:
            connection.connect()
        except (HTTPError, OSError) as error:
            connection.close()
            failure = error
            continue
        if connection.sock is not None:
            connection.sock.settimeout(request.seconds)
        connection.timeout = request.seconds  # it is set anew when the answer is waited for
        return connection
    raise EngineError(_no_answer(request.target, failure)) from None


def _connection(target: Target, address: str, seconds: float, guard: Guard) -> HTTPConnection:
    if target.scheme == "http":
        return HTTPConnection(address, target.port, timeout=seconds)
    return HTTPSConnection(
        address,
        target.port,
        timeout=seconds,
        ssl_context=guard.trust(),
        server_hostname=target.host,
    )


def _read(response: HTTPResponse, target: Target, limit: int) -> bytes:
    pieces, size = list[bytes](), 0
    while piece := response.read1(_PIECE, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise EngineError(problems.TOO_LONG.at(host=target.host, limit=limit))
    expected = response.headers.get("Content-Length")
    if expected is not None and expected.isdigit() and size < int(expected) and response.status not in (204, 304):
        message = "the answer was cut off"
        raise OSError(message)
    return b"".join(pieces)


def _cut(wire: socket.socket | None) -> None:
    """End a connection under whoever is reading from it."""
    try:
        if wire is not None:
            wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


def _no_answer(target: Target, error: Exception, *, overtime: bool = False) -> Problem:
    """Return the problem without the words of the error, which may quote what was sent."""
    if overtime or "timed out" in str(error) or isinstance(error, TimeoutError):
        why = ("超时", "it took too long")
    elif isinstance(error, TLSError | ssl.SSLError):
        why = ("证书不对", "its certificate is not valid for it")
    elif isinstance(error, ConnectionRefusedError) or "refused" in str(error):
        why = ("拒绝连接", "the connection was refused")
    else:
        why = ("连接中断", "the connection broke off")
    return problems.NO_ANSWER.at(host=target.shown, why_zh=why[0], why_en=why[1])
