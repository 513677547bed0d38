"""Copies of a base on SQLite and on PostgreSQL for runs that are killed; knows nothing of what is in it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg

from tests.support.postgres import SUPERUSER, PostgresServer

if TYPE_CHECKING:
    from pathlib import Path

SQLITE = "youju.sqlite3"
LEFT_SECONDS = 10.0
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"


def sqlite_url(home: Path) -> str:
    """Return the URL of the database in a home."""
    return f"sqlite:///{home / SQLITE}"


@dataclass(frozen=True)
class SqliteGround:
    """The database is a file in the home and copied with it."""

    def copy(self, folder: Path) -> str:
        return sqlite_url(folder / "home")

    def left(self, url: str) -> None:
        """Return: a process that is no more holds no locks."""

    def drop(self, url: str) -> None:
        """Return: the file goes with its folder."""


@dataclass(frozen=True)
class PostgresGround:
    """The databases are copies of ``template``, to which nobody is connected."""

    server: PostgresServer
    template: str
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def copy(self, _folder: Path) -> str:
        name = f"{self.template}_{next(self.numbers)}"
        with self._administering() as connection:
            # Copying the files of a template at rest is five times as fast as logging its pages.
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}" STRATEGY FILE_COPY'.encode())
        return self.server.url(name)

    def left(self, url: str) -> None:
        """Wait until the server has noticed that its client is gone."""
        name, until = _name(url), time.monotonic() + LEFT_SECONDS
        with self._administering() as connection:
            while connection.execute(_OTHERS, (name,)).fetchone() != (0,):
                assert time.monotonic() < until, f"somebody is still connected to {name}"
                time.sleep(0.002)

    def drop(self, url: str) -> None:
        self.server.drop(_name(url))

    def _administering(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.server.sockets), user=SUPERUSER, dbname=SUPERUSER, autocommit=True)


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
