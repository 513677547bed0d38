"""The people of an archive: whoever is named in it, by name and without a way to sign in; it knows no records.

An id means the same person everywhere, so it stays. Where another id bears the name already, that is the person here,
and takes the place of the other in everything that comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from engine.kernel.canonical import Json
from engine.kernel.identifiers import is_uuid
from engine.storage import directory, system_tables
from engine.storage.directory import User
from engine.storage.journal import Authorship

if TYPE_CHECKING:
    from sqlalchemy import Connection

ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
KEYS = frozenset(("id", "name", "display_name", "language", "manager", "department", "roles"))
_TEXTS = ("id", "name", "display_name", "language")
LANGUAGES = ("zh", "en")


@dataclass
class Named:
    """Gathers which of an instance's users are named in what passes by, wherever an id stands."""

    users: Mapping[str, User]
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Know the ids that are looked for."""
        self._wanted = {id.encode() for id in self.users}

    def see(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Let pieces pass, and remember whom they name."""
        for piece in pieces:
            self.ids |= {id.decode() for id in self._wanted.intersection(ID.findall(piece))}
            yield piece

    def everybody(self) -> Sequence[User]:
        """Return who was named, and their superiors, by id."""
        waiting = list(self.ids)
        found: dict[str, User] = {}
        while waiting:
            user = self.users.get(waiting.pop())
            if user is not None and user.id not in found:
                found[user.id] = user
                waiting += [user.manager_id] if user.manager_id is not None else []
        return [found[id] for id in sorted(found)]


def named_in(connection: Connection, apps: Sequence[str]) -> Named:
    """Return what gathers the users that are named; whoever has a role in one of the apps is from the beginning."""
    users = {user.id: user for user in directory.users(connection)}
    return Named(users, {id for id, _, _ in _grants(connection, apps)} & users.keys())


def lines(connection: Connection, named: Named, apps: Sequence[str]) -> Iterator[dict[str, Json]]:
    """Go through what an archive says of its people: no password, no session, no token, no right beyond its apps."""
    roles: dict[str, list[list[str]]] = {}
    for id, app, role in _grants(connection, apps):
        roles.setdefault(id, []).append([app, role])
    for user in named.everybody():
        said = {
            "id": user.id,
            "name": user.name,
            "display_name": user.display_name,
            "language": user.language,
            "manager": user.manager_id,
            "department": user.department,
            "roles": sorted(roles.get(user.id, ())),
        }
        yield {key: value for key, value in said.items() if value is not None}


def _grants(connection: Connection, apps: Sequence[str]) -> Sequence[tuple[str, str, str]]:
    table = system_tables.role_grant
    query = select(table.c.user_id, table.c.app, table.c.role).where(table.c.app.in_(apps))
    return [(row.user_id, row.app, row.role) for row in connection.execute(query)]


def misfit(said: Mapping[str, Json], apps: Sequence[str]) -> str | None:
    """Return the key under which a line says what no person has, or None."""
    for key in sorted(said.keys() - KEYS):
        return key
    for key in _TEXTS:
        if not isinstance(said.get(key), str) or not said[key]:
            return key
    for key in ("manager", "department"):
        if not isinstance(said.get(key, ""), str):
            return key
    if not is_uuid(said["id"]):
        return "id"
    if said["language"] not in LANGUAGES:
        return "language"
    return None if _are_roles(said.get("roles"), apps) else "roles"


def _are_roles(roles: Json, apps: Sequence[str]) -> bool:
    """Tell whether these are roles of the archive's own apps: nobody becomes an administrator by what a file says."""
    return isinstance(roles, list) and all(
        isinstance(pair, list) and len(pair) == len(("app", "role")) and pair[0] in apps and isinstance(pair[1], str)
        for pair in roles
    )


@dataclass(frozen=True)
class Arrival:
    """Who came: the names of those that were made, and for those who are here under another id, that id by theirs."""

    made: tuple[str, ...]
    here: Mapping[str, str]


def take_in(connection: Connection, by: Authorship, people: Sequence[Mapping[str, Json]]) -> Arrival:
    """Make the people who are not here yet, who cannot sign in and are not active, and give all of them their roles."""
    known = {user.name: user.id for user in directory.users(connection)}
    ids = set(known.values())
    here = {one["id"]: known[one["name"]] for one in people if one["id"] not in ids and one["name"] in known}
    new = [one for one in people if one["id"] not in ids and one["id"] not in here]
    for one in new:
        manager = one.get("manager")
        user = User(
            id=one["id"],
            name=one["name"],
            display_name=one["display_name"],
            language=one["language"],
            manager_id=None if manager is None else here.get(manager, manager),
            department=one.get("department"),
            active=False,
        )
        directory.add_user(connection, by, user)
    for one in people:
        id: str = one["id"]
        for app, role in one["roles"]:
            directory.grant(connection, by, here.get(id, id), app, role)
    return Arrival(tuple(one["name"] for one in new), here)


def in_place(ids: Mapping[str, str]) -> Mapping[bytes, bytes]:
    """Return these ids as they stand in lines."""
    return {before.encode(): after.encode() for before, after in ids.items()}
