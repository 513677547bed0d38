"""Settings of one installation: read from environment variables, with defaults that work on one machine."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

KEY_BYTES = 32

TEST_CLOCK, ON = "YOUJU_TEST_CLOCK", "1"


@dataclass(frozen=True)
class Settings:
    """Where things are. ``home`` holds what is not in the database: keys, the journal's witness, demo passwords.

    With ``test_clock`` business time is kept in the database and moved by ``youju tick`` alone.
    """

    home: Path
    database_url: str
    test_clock: bool = False

    @property
    def journal_key(self) -> Path:
        """The file with the key of the journal's MAC."""
        return self.home / "journal.key"

    @property
    def journal_witness(self) -> Path:
        """The file that remembers the journal's head outside the database."""
        return self.home / "journal.head"

    @property
    def files(self) -> Path:
        """The folder with the contents of files."""
        return self.home / "files"

    @property
    def session_key(self) -> Path:
        """The file with the key that signs what the web hands out."""
        return self.home / "session.key"

    @property
    def demo_users(self) -> Path:
        """The file with the names and passwords of the demo's users."""
        return self.home / "demo-users.json"


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that the environment states; ``YOUJU_HOME`` and ``YOUJU_DATABASE_URL`` have defaults.

    ``YOUJU_TEST_CLOCK=1``, and no other value, turns the test clock on.
    """
    given = os.environ if environment is None else environment
    home = Path(given.get("YOUJU_HOME") or "var").absolute()
    url = given.get("YOUJU_DATABASE_URL") or f"sqlite:///{home / 'youju.sqlite3'}"
    return Settings(home, url, given.get(TEST_CLOCK) == ON)


def make_home(settings: Settings) -> None:
    """Make the home folder, for its owner alone."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)


def read_key(path: Path) -> bytes:
    """Return a key of 32 bytes, made at the first call; two processes that make it at once read the same one."""
    if not path.exists():
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with open(part, "xb", opener=_private) as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its key is the one
            path.hardlink_to(part)
        part.unlink()
    return path.read_bytes()


def write_private(path: Path, document: object) -> None:
    """Write JSON that only the owner may read, whole or not at all."""
    part = path.with_suffix(".part")
    with open(part, "w", opener=_private, encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, indent=2)
        file.write("\n")
    part.replace(path)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; OSError where it cannot be written. A device is written to as it is."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a new file that only its owner may read, and put it in place at the end, or not at all where that fails."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        with open(part, "xb", opener=_private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
