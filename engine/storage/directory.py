"""Keeps users, roles, sessions and tokens; knows hashes, never a password or a token itself.

Whatever an administrator does here writes its journal entry in the same breath.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, FromClause, bindparam, delete, insert, literal, select, tuple_, update
from sqlalchemy.exc import IntegrityError

from engine.decision.changeset import Note
from engine.decision.facts import Person
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.storage import journal, problems, system_tables
from engine.storage.journal import Authorship
from engine.storage.upserts import insert_or_ignore
from engine.storage.write_guard import writing

_USER = system_tables.user
_GRANT = system_tables.role_grant

USER_SUBJECT = "user"
ENGINE_APP = ""
"""Users belong to no app; their journal entries carry this in place of one."""


@dataclass(frozen=True, slots=True)
class User:
    """A user as the directory keeps one."""

    id: str
    name: str
    display_name: str
    language: str = "zh"
    manager_id: str | None = None
    department: str | None = None
    active: bool = True


def add_user(connection: Connection, by: Authorship, user: User, password_hash: str | None = None) -> None:
    """Add a user; raises ``EngineError`` (STORE-052) where the name is taken. Journalled without the hash."""
    with writing(connection):
        try:
            connection.execute(insert(_USER), asdict(user) | {"password_hash": password_hash})
        except IntegrityError as error:
            raise EngineError(problems.NAME_IN_USE.at("name", name=user.name)) from error
    _note(connection, by, user.id, "create", {key: value for key, value in asdict(user).items() if key != "id"})


def change_user(connection: Connection, by: Authorship, user: str, changes: Mapping[str, Json]) -> None:
    """Change columns of a user, by their names in ``User``. Journalled."""
    _change(connection, user, changes)
    _note(connection, by, user, "update", changes)


def set_password(connection: Connection, by: Authorship, user: str, password_hash: str) -> None:
    """Set the hash of a user's password; the journal says that it was set, not to what."""
    _change(connection, user, {"password_hash": password_hash})
    _note(connection, by, user, "password", {})


def _change(connection: Connection, user: str, changes: Mapping[str, Any]) -> None:
    with writing(connection):
        try:
            done = connection.execute(update(_USER).where(_USER.c.id == user), dict(changes))
        except IntegrityError as error:
            raise EngineError(problems.NAME_IN_USE.at("name", name=changes.get("name"))) from error
    if done.rowcount != 1:
        raise EngineError(problems.UNKNOWN_USER.at())


def grant(connection: Connection, by: Authorship, user: str, app: str, role: str) -> None:
    """Give a user a role in an app; to give it twice is nothing. Journalled."""
    with writing(connection):
        row = {"user_id": user, "app": app, "role": role}
        done = connection.execute(insert_or_ignore(connection, _GRANT, ("user_id", "app", "role")), row)
    if done.rowcount:
        _note(connection, by, user, "grant", {"app": app, "role": role})


def revoke(connection: Connection, by: Authorship, user: str, app: str, role: str) -> None:
    """Take a role from a user; to take what was not given is nothing. Journalled."""
    held = (_GRANT.c.user_id == user, _GRANT.c.app == app, _GRANT.c.role == role)
    with writing(connection):
        done = connection.execute(delete(_GRANT).where(*held))
    if done.rowcount:
        _note(connection, by, user, "revoke", {"app": app, "role": role})


def _note(connection: Connection, by: Authorship, user: str, action: str, changes: Mapping[str, Json]) -> None:
    journal.note(connection, by, [Note(ENGINE_APP, USER_SUBJECT, user, action, changes)])


def user_by_id(connection: Connection, user: str) -> User | None:
    """Return the user, active or not, or None."""
    return _one(connection, _USER.c.id == user)


def user_by_name(connection: Connection, name: str) -> User | None:
    """Return the user of that name, active or not, or None."""
    return _one(connection, _USER.c.name == name)


def users(connection: Connection) -> tuple[User, ...]:
    """Return all users in order of their names."""
    return tuple(_user(row) for row in connection.execute(_USERS.order_by(_USER.c.name)))


def password_hash(connection: Connection, user: str) -> str | None:
    """Return the hash of the user's password; None where there is none."""
    return connection.execute(select(_USER.c.password_hash).where(_USER.c.id == user)).scalar_one_or_none()


_USERS = select(
    _USER.c.id,
    _USER.c.name,
    _USER.c.display_name,
    _USER.c.language,
    _USER.c.manager_id,
    _USER.c.department,
    _USER.c.active,
)


_WITH_ROLES = (
    _USERS.add_columns(_GRANT.c.app, _GRANT.c.role)
    .join_from(_USER, _GRANT, _GRANT.c.user_id == _USER.c.id, isouter=True)
    .where(_USER.c.id.in_(bindparam("wanted", expanding=True)))
    .order_by(_USER.c.id)
)


def _one(connection: Connection, where: Any) -> User | None:  # noqa: ANN401 - a condition
    row = connection.execute(_USERS.where(where)).one_or_none()
    return None if row is None else _user(row)


def _user(row: Any) -> User:  # noqa: ANN401 - a row of _USERS
    return User(*row)


def persons(connection: Connection, ids: Iterable[str]) -> dict[str, Person]:
    """Return these users as deciding sees them, by id, in one query."""
    return {
        user.id: Person(
            id=user.id,
            name=user.name,
            display_name=user.display_name,
            manager=user.manager_id,
            department=user.department,
            roles=roles,
            active=user.active,
        )
        for user, roles in users_with_roles(connection, ids)
    }


HIGHEST = 50
"""No chain of superiors is longer."""


def superiors(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return everybody above each of these users, the nearest first; a circle ends where it closes."""
    below = sorted(set(ids))
    start = select(_USER.c.id.label("below"), _USER.c.manager_id.label("above"), literal(1).label("level"))
    up = start.where(_USER.c.id.in_(below)).cte("up", recursive=True)
    step = select(up.c.below, _USER.c.manager_id, up.c.level + 1).join(_USER, _USER.c.id == up.c.above)
    up = up.union_all(step.where(up.c.level < HIGHEST))
    gathered: dict[str, dict[str, None]] = {id: {} for id in below}
    for row in connection.execute(select(up).where(up.c.above.is_not(None)).order_by(up.c.below, up.c.level)):
        if row.above != row.below:
            gathered[row.below].setdefault(row.above)
    return {id: tuple(above) for id, above in gathered.items()}


def users_with_roles(connection: Connection, ids: Iterable[str]) -> Iterator[tuple[User, frozenset[tuple[str, str]]]]:
    """Go through these users, active or not, each with the roles ``(app, role)`` that it holds, in one query."""
    found = connection.execute(_WITH_ROLES, {"wanted": sorted(set(ids))}).all()
    for _, rows in groupby(found, key=itemgetter(0)):
        listed = list(rows)
        yield _user(listed[0][:-2]), frozenset((app, role) for *_, app, role in listed if app is not None)


def people_table() -> FromClause:
    """Return all people as expressions see them: ``id``, ``name``, ``department`` and ``manager``."""
    shown = (_USER.c.id, _USER.c.display_name.label("name"), _USER.c.department, _USER.c.manager_id.label("manager"))
    return select(*shown).subquery()


def role_table() -> FromClause:
    """Return the roles of active people as expressions see them: ``person``, ``app`` and ``role``."""
    held = select(_GRANT.c.user_id.label("person"), _GRANT.c.app, _GRANT.c.role)
    return held.join(_USER, _USER.c.id == _GRANT.c.user_id).where(_USER.c.active).subquery()


def holders(connection: Connection, roles: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the ids of the active users who hold each of these roles ``(app, role)``, in order of name."""
    gathered: dict[tuple[str, str], list[str]] = {role: [] for role in roles}
    query = (
        select(_GRANT.c.app, _GRANT.c.role, _USER.c.id)
        .join(_USER, _USER.c.id == _GRANT.c.user_id)
        .where(_USER.c.active, _GRANT.c.app.in_({app for app, _ in gathered}))
        .order_by(_USER.c.name)
    )
    for row in connection.execute(query):
        if (row.app, row.role) in gathered:
            gathered[row.app, row.role].append(row.id)
    return {role: tuple(ids) for role, ids in gathered.items()}


def former_holders(connection: Connection, roles: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the ids of those who hold one of these roles and have left, in order of name."""
    wanted = tuple_(_GRANT.c.app, _GRANT.c.role).in_(sorted(set(roles)))
    query = select(_USER.c.id).join(_GRANT, _USER.c.id == _GRANT.c.user_id).where(~_USER.c.active, wanted)
    return tuple(dict.fromkeys(connection.execute(query.order_by(_USER.c.name)).scalars()))


def count_holders(connection: Connection, app: str, role: str) -> int:
    """Return how many active users hold a role."""
    held: Sequence[str] = holders(connection, [(app, role)])[app, role]
    return len(held)
