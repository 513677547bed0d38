"""Secrets by reference: from the environment, or from a file of the installation that only its own key opens.

Nothing here prints one, and ``hidden`` takes them out of what others say.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets as randomness
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken

from engine.connectors import problems
from engine.kernel.problems import EngineError

if TYPE_CHECKING:
    from pathlib import Path

PREFIX = "YOUJU_SECRET_"
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
SHORTEST_HIDDEN = 4
"""What is shorter stands in too many words to be taken out of them."""


@dataclass(frozen=True)
class Secrets:
    """The secrets of an installation; one of the environment goes before one of the file. Without a home, no file."""

    home: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    _made: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    """What an instance without a home has made for itself: it lasts as long as this does."""

    def __getitem__(self, name: str) -> str:
        """Return a secret; EngineError (CONN-013) where it is not set."""
        found = self.environment.get(PREFIX + name.upper()) or self._kept().get(name)
        if not found:
            raise EngineError(problems.NO_SECRET.at(name=name, variable=PREFIX + name.upper()))
        return found

    def own(self, name: str, make: Callable[[], str]) -> str:
        """Return a secret of the installation's own making, made when it is asked for the first time.

        Two processes that ask at once get the same one.
        """
        found = self.environment.get(PREFIX + name.upper()) or self._kept().get(name)
        if found:
            return found
        if self.home is None:
            if name not in self._made:
                self._made[name] = make()
            return self._made[name]
        with open(self.home / "secrets.made.lock", "a", opener=_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = self._kept().get(name)
            if not found:
                found = make()
                self.keep(name, found)
        return found

    def names(self) -> tuple[str, ...]:
        """Return the names of all that are set, never what they are."""
        given = (key.removeprefix(PREFIX).lower() for key, value in self.environment.items() if _names_one(key, value))
        known = {name for name in given if NAME.fullmatch(name)}
        return tuple(sorted(known | self._kept().keys()))

    def keep(self, name: str, value: str | None) -> None:
        """Write a secret to the file, or take it out; EngineError (CONN-014) where the name is none."""
        if not NAME.fullmatch(name):
            raise EngineError(problems.BAD_SECRET_NAME.at(name=name))
        if self.home is None:
            raise EngineError(problems.CLOSED.at())
        with open(self.home / "secrets.lock", "a", opener=_private) as lock:  # two writers: one after the other
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = {key: found for key, found in self._kept().items() if key != name}
            sealed = _key(self.home / "secrets.key").encrypt(
                json.dumps(kept if value is None else {**kept, name: value}).encode()
            )
            part = self.home / f"secrets.{randomness.token_hex(8)}.part"
            with open(part, "xb", opener=_private) as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.home / "secrets.sealed")

    def _kept(self) -> dict[str, str]:
        file = None if self.home is None else self.home / "secrets.sealed"
        if file is None or not file.exists():
            return {}
        try:
            opened: dict[str, str] = json.loads(_key(file.with_name("secrets.key")).decrypt(file.read_bytes()))
        except (InvalidToken, ValueError, OSError) as error:
            raise EngineError(problems.UNREADABLE.at(file=file.name)) from error
        return opened


def _names_one(key: str, value: str) -> bool:
    return bool(value) and key.startswith(PREFIX)


def hidden(text: str, known: Iterable[str]) -> str:
    """Return a text without any of these secrets, the longest taken out first."""
    for secret in sorted(known, key=len, reverse=True):
        if len(secret) >= SHORTEST_HIDDEN:
            text = text.replace(secret, "***")
    return text


def _key(path: Path) -> Fernet:
    if not path.exists():
        with open(path, "xb", opener=_private) as file:
            file.write(Fernet.generate_key())
    return Fernet(path.read_bytes())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
