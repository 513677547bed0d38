"""What an archive looks like: the names of its members, its manifest and its bounds; it opens nothing.

docs/reference/archive.md describes it for programs that share no code with this one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.kernel.canonical import Json, digest
from engine.storage.app_rows import KEPT, Kept

FORMAT: Final = 1
KIND: Final = "archive"
ENDING: Final = ".zip"

MANIFEST: Final = "manifest.json"
USERS: Final = "users.ndjson"
FILES: Final = "files.ndjson"

MIB: Final = 1 << 20
LONGEST_LINE: Final = 32 * MIB
"""Bytes that one line, one revision or the facts of an app may have."""

LARGEST_MANIFEST: Final = 256 * MIB
MOST_BYTES: Final = 1 << 40
"""Bytes that all members may have together when they are unpacked."""

LOOKED_AT: Final = 64 * MIB
MOST_TIMES: Final = 500
"""How many times a member may grow, and all of them together; up to ``LOOKED_AT`` bytes they grow as they like."""

_KEY = r"[a-z][a-z0-9_]{0,40}"
_TABLES = "|".join(kept.name for kept in KEPT)
_MEMBER: Final = re.compile(
    rf"users\.ndjson|files\.ndjson|files/[0-9a-f]{{64}}"
    rf"|apps/{_KEY}/(?:app\.json|revisions/[1-9][0-9]{{0,8}}\.json|records/{_KEY}\.ndjson|(?:{_TABLES})\.ndjson)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an archive as the manifest names it: its size in bytes when it is unpacked, and its digest."""

    name: str
    size: int
    sha256: str

    def as_json(self) -> Json:
        """Return it as the manifest says it."""
        return {"name": self.name, "size": self.size, "sha256": self.sha256}


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself: the apps, each after those that it needs, and every member in its order."""

    apps: tuple[str, ...]
    members: tuple[Member, ...]

    @property
    def digest(self) -> str:
        """The SHA-256 by which the archive as a whole is known: of all that it holds, not of how that is packed."""
        return digest(self._said())

    def _said(self) -> dict[str, Json]:
        listed = [member.as_json() for member in self.members]
        return {"format": FORMAT, "kind": KIND, "apps": list(self.apps), "members": listed}

    def as_json(self) -> Json:
        """Return it as it is written."""
        return self._said() | {"digest": self.digest}

    def names(self) -> Mapping[str, Member]:
        """Return the members by name."""
        return {member.name: member for member in self.members}


def manifest_of(said: Json) -> Manifest:
    """Return what a well-formed manifest says."""
    members = tuple(Member(item["name"], item["size"], item["sha256"]) for item in said["members"])
    return Manifest(tuple(said["apps"]), members)


def is_known(name: str) -> bool:
    """Tell whether a member may have that name; no other ever becomes part of a path or a query."""
    return name == MANIFEST or _MEMBER.fullmatch(name) is not None


def facts_name(app: str) -> str:
    """Return the name of the member with what is known of an app beside its documents."""
    return f"apps/{app}/app.json"


def revision_name(app: str, number: int) -> str:
    """Return the name of the member with a revision."""
    return f"apps/{app}/revisions/{number}.json"


def records_name(app: str, form: str) -> str:
    """Return the name of the member with the records of a form."""
    return f"apps/{app}/records/{form}.ndjson"


def rows_name(app: str, kept: Kept) -> str:
    """Return the name of the member with an app's rows of a table of the engine's own."""
    return f"apps/{app}/{kept.name}.ndjson"


def content_name(sha256: str) -> str:
    """Return the name of the member with the content of a file."""
    return f"files/{sha256}"


def forms_in(app: str, members: Sequence[str]) -> tuple[str, ...]:
    """Return the forms of which these members hold an app's records, in order."""
    before, after = records_name(app, "\n").split("\n")
    return tuple(name[len(before) : -len(after)] for name in members if name.startswith(before))
