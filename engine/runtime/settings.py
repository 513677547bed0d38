"""Settings of one installation: read from environment variables, with defaults that work on one machine."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO

from engine.kernel.problems import EngineError
from engine.runtime.problems import NO_DAYS

KEY_BYTES = 32
LONGEST_DAYS = 36_500

TEST_CLOCK, ON = "YOUJU_TEST_CLOCK", "1"
REDIS_URL = "YOUJU_REDIS_URL"
EGRESS_ALLOW = "YOUJU_EGRESS_ALLOW"
MAIL, MAIL_FROM, PUBLIC_URL = "YOUJU_MAIL", "YOUJU_MAIL_FROM", "YOUJU_PUBLIC_URL"
METRICS_TOKEN = "YOUJU_METRICS_TOKEN"  # noqa: S105 - the name of a variable


@dataclass(frozen=True)
class Retention:
    """For how many days is kept what nobody works with any more.

    ``delivered`` (real time): a message that has been delivered. ``runs`` (business time): what a rule has done about a
    record; (real time) what calls came to, and what came in from partners. ``firings`` (business time): that a rule
    which fires once has fired; an event that is looked at later than that may fire again. ``sessions`` (real time): a
    session that is over. ``tokens`` (business time): a capture token that was not used. ``imports`` (real time): an
    import that is over, with the rows that it refused. ``bin`` (business time): a record that was deleted; with 0 it
    stays until an administrator destroys it.
    """

    delivered: int = 7
    runs: int = 180
    firings: int = 180
    sessions: int = 30
    tokens: int = 30
    imports: int = 30
    bin: int = 0


def keep_variable(kept: str) -> str:
    """Return the environment variable that states for how many days something is kept."""
    return f"YOUJU_KEEP_{kept.upper()}_DAYS"


_DAYS = tuple(keep_variable(kept.name) for kept in fields(Retention))
SETTING_VARIABLES = (TEST_CLOCK, REDIS_URL, METRICS_TOKEN, EGRESS_ALLOW, MAIL, MAIL_FROM, PUBLIC_URL, *_DAYS)
"""The environment variables that are read here, beside where the home and the database are."""


@dataclass(frozen=True)
class Settings:
    """Where things are. ``home`` holds what is not in the database: keys, the journal's witness, demo passwords.

    With ``test_clock`` business time is kept in the database and moved by ``youju tick`` alone. With ``redis_url`` work
    is handed to workers by a queue there. ``metrics_token`` lets others than this machine itself read the metrics.
    ``egress_allow`` lists what connectors may call inside of networks. ``mail`` is the server where letters are handed
    in, ``mail_from`` in whose name, ``public_url`` where people find the pages.
    """

    home: Path
    database_url: str
    test_clock: bool = False
    redis_url: str | None = None
    retention: Retention = Retention()
    metrics_token: str | None = None
    egress_allow: str = ""
    mail: str = ""
    mail_from: str = ""
    public_url: str = ""

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

    ``YOUJU_TEST_CLOCK=1``, and no other value, turns the test clock on. Raises ``EngineError`` (RUN-056) where a number
    of days is none.
    """
    given = os.environ if environment is None else environment
    home = Path(given.get("YOUJU_HOME") or "var").absolute()
    url = given.get("YOUJU_DATABASE_URL") or f"sqlite:///{home / 'youju.sqlite3'}"
    return Settings(
        home,
        url,
        given.get(TEST_CLOCK) == ON,
        redis_url=given.get(REDIS_URL) or None,
        retention=_retention(given),
        metrics_token=given.get(METRICS_TOKEN) or None,
        egress_allow=given.get(EGRESS_ALLOW, ""),
        mail=given.get(MAIL, ""),
        mail_from=given.get(MAIL_FROM, ""),
        public_url=given.get(PUBLIC_URL, ""),
    )


def _retention(given: Mapping[str, str]) -> Retention:
    """Read the numbers of days; those that are not stated are the usual ones."""
    stated = {kept.name: given.get(keep_variable(kept.name), "") for kept in fields(Retention)}
    wrong = [name for name, days in stated.items() if days and not (days.isdecimal() and 0 < int(days) <= LONGEST_DAYS)]
    if wrong:
        raise EngineError(NO_DAYS.at(keep_variable(name), given=stated[name], most=LONGEST_DAYS) for name in wrong)
    return Retention(**{name: int(days) for name, days in stated.items() if days})


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
