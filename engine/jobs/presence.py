"""Being seen: each process that works says so in the database now and then, by a lease in its own name.

Nothing rests on it: whether a message is held is said by its row alone.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.storage import leases
from engine.storage.database import Database

log = logging.getLogger(__name__)

Role = Literal["worker", "scheduler"]

EVERY_MS, BELIEVED_MS = 20_000, 60_000
"""How often a process says that it is there, and how long it is believed (real time)."""


def new_holder() -> str:
    """Return a name for this process that no other one has: its machine, its number and chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass
class Presence:
    """Says that one process is there."""

    database: Database
    real: Callable[[], Moment]
    role: Role
    holder: str = field(default_factory=new_holder)
    _said: Moment | None = field(default=None, init=False)

    def say(self) -> None:
        """Say it, unless it was said a short while ago."""
        now = self.real()
        if self._said is not None and now < self._said + EVERY_MS:
            return
        with self.database.write() as connection:
            leases.acquire(connection, f"{self.role}/{self.holder}", self.holder, now, BELIEVED_MS)
        self._said = now

    def leave(self) -> None:
        """Say that it is gone."""
        if self._said is not None:
            with self.database.write() as connection:
                leases.drop(connection, f"{self.role}/{self.holder}")
            self._said = None


def leave_quietly(presence: Presence) -> None:
    """Say that a process is gone, if it can be said: it is believed a while longer where the database is away."""
    try:
        presence.leave()
    except EngineError as error:
        log.info("nobody is told that %s leaves: %s", presence.holder, error)
