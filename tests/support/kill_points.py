"""Numbers what a process does to the outside as it does it, and ends it at one number; knows nothing of what it means.

An effect is a statement, a commit, a change of a file that is watched, a connection to an address of a network and what
is sent there, or what the run itself calls one (an answer that leaves). A rollback is none: to be killed is to be
rolled back. A point lies before each effect and after the last one: between two effects nothing happens that the
outside could see, so what is after the one is before the next. Nothing lists them: a new statement is a new point.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect

LONGEST = 110
"""How much of a statement is told."""

_CHANGING = frozenset({"INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "WITH"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_NETWORKS = (socket.AF_INET, socket.AF_INET6)
_CHANGES = frozenset({"os.rename", "os.remove", "os.link"})


@dataclass
class Points:
    """The points that were passed, in order; at the ``fatal`` one (counted from 1) the process is killed."""

    fatal: int | None = None
    before_death: Callable[[str], None] = print
    passed: list[str] = field(default_factory=list)

    def before(self, effect: str) -> None:
        """Pass the point before an effect, or die there as by ``kill -9``."""
        self.passed.append(effect)
        if len(self.passed) == self.fatal:
            self.before_death(effect)
            os.kill(os.getpid(), signal.SIGKILL)


def visible(points: Sequence[str]) -> list[int]:
    """Return the numbers of the points before something that others can see.

    To be killed anywhere within a transaction is to be killed before its commit, and what only asks changes nothing.
    """
    found, changes = [], False
    for number, (point, following) in enumerate(zip(points, [*points[1:], ""], strict=True), 1):
        match point.partition(" ")[0]:
            case "COMMIT":
                found += [number] * changes
                changes = False
            case "redis" if point != "redis LMOVE" or following.startswith("redis"):  # else it found nothing
                found.append(number)
            case "open" | "os.rename" | "os.remove" | "os.link" | "connect" | "send" | "the":
                found.append(number)
            case word:
                changes = changes or word in _CHANGING
    return found


def watch(points: Points, folder: Path) -> None:
    """Let all that this process does to databases, over networks and to files under ``folder`` pass through ``points``.

    For good: what is hung here stays until the process ends.
    """
    _watch_statements(points)
    _watch_commits(points)
    _watch_networks(points)
    _watch_files(points, f"{folder}{os.sep}")


def _watch_statements(points: Points) -> None:
    def before(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        points.before(" ".join(statement.split())[:LONGEST])

    event.listen(Engine, "before_cursor_execute", before)


def _watch_commits(points: Points) -> None:
    commit = DefaultDialect.do_commit

    def watched(self: DefaultDialect, connection: Any) -> None:
        points.before("COMMIT")
        commit(self, connection)

    DefaultDialect.do_commit = watched  # type: ignore[method-assign]


def _watch_networks(points: Points) -> None:
    """Watch what is sent piece by piece: each of ours is sent by ``sendall``. Sockets of this machine are none."""
    connect, send = socket.socket.connect, socket.socket.sendall

    def connecting(self: socket.socket, address: Any) -> None:
        if self.family in _NETWORKS:
            points.before("connect")
        connect(self, address)

    def sending(self: socket.socket, content: Any, *flags: int) -> None:
        if self.family in _NETWORKS:
            points.before(f"send {_first_word(bytes(content))}")
        send(self, content, *flags)

    socket.socket.connect = connecting  # type: ignore[method-assign]
    socket.socket.sendall = sending  # type: ignore[method-assign]


def _first_word(content: bytes) -> str:
    """Return what tells one piece from another: commands and requests begin with a word."""
    return content.decode(errors="replace").split(maxsplit=1)[0][:12]


def _watch_files(points: Points, under: str) -> None:
    """Watch files by the interpreter's audit events, which come before the change."""

    def hook(name: str, arguments: tuple[Any, ...]) -> None:
        changes = name in _CHANGES or (name == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING)
        if not changes or not isinstance(arguments[0], str | os.PathLike):
            return
        path = os.fspath(arguments[0])
        if isinstance(path, str) and path.startswith(under):
            points.before(f"{name} {_without_chance(Path(path).name)}")

    sys.addaudithook(hook)


def _without_chance(name: str) -> str:
    """Return the name of a file up to its second full stop: what follows there is random."""
    return ".".join(name.split(".")[:2])
