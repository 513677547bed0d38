"""Takes encrypted connections and hands what is in them to a server on this machine; it reads nothing of it."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from typing import Final

from web.tls.authority import Certificates

_AT_ONCE: Final = 64 * 1024
_HANDSHAKE_SECONDS: Final = 10.0
_ROUNDS: Final = 3
"""So many rounds of its loop a connection that was dropped takes until its socket is closed."""
LOOPBACK: Final = "127.0.0.1"


@dataclass
class Front:
    """An encrypted port before a plain one; it runs in a thread of its own until it is closed."""

    port: int
    _loop: asyncio.AbstractEventLoop
    _server: asyncio.Server
    _thread: threading.Thread = field(repr=False)

    @classmethod
    def open(cls, host: str, port: int, behind: int, certificates: Certificates) -> Front:
        """Listen at ``host`` and ``port`` (0: a free one) for the server at port ``behind``; OSError where taken."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificates.server, certificates.key)
        context.set_alpn_protocols(["http/1.1"])
        loop = asyncio.new_event_loop()

        async def listen() -> asyncio.Server:
            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await _pass_on(reader, writer, behind)

            return await asyncio.start_server(
                serve, host, port, ssl=context, ssl_handshake_timeout=_HANDSHAKE_SECONDS, limit=_AT_ONCE
            )

        thread = threading.Thread(target=loop.run_forever, name="tls-front", daemon=True)
        thread.start()
        try:
            server = asyncio.run_coroutine_threadsafe(listen(), loop).result()
        except BaseException:
            _stop(loop, thread)
            raise
        return cls(server.sockets[0].getsockname()[1], loop, server, thread)

    def close(self) -> None:
        """Listen no more and drop what is open."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        _stop(self._loop, self._thread)

    async def _end(self) -> None:
        self._server.close()
        open_ones = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, behind: int) -> None:
    """Join a connection with one to the server until either side ends."""
    try:
        server_reader, server_writer = await asyncio.open_connection(LOOPBACK, behind, limit=_AT_ONCE)
    except OSError:
        writer.close()
        return
    ways = {asyncio.ensure_future(_copy(reader, server_writer)), asyncio.ensure_future(_copy(server_reader, writer))}
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:  # the front closes: nobody waits for farewells
        server_writer.transport.abort()
        writer.transport.abort()
        raise
    finally:
        for way in ways:
            way.cancel()
        server_writer.close()
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the reader's end; who goes without a word (a phone that loses its network) ends it as well."""
    try:
        while part := await reader.read(_AT_ONCE):
            writer.write(part)
            await writer.drain()
    except (ConnectionError, ssl.SSLError, TimeoutError):
        return
