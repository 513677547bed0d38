"""Who has which role of an app: looked at and changed by administrators, and holding at once; no part of a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.decision.problems import ABSENT
from engine.decision.telling import MAIL
from engine.kernel.problems import EngineError, Text
from engine.runtime import problems
from engine.runtime.desk import Desk
from engine.runtime.directory import is_admin
from engine.runtime.granting import authorship, give, known_role, take
from engine.runtime.pinyin import reading_order
from engine.runtime.telling import Telling
from engine.runtime.views import Viewer
from engine.storage import contacts, directory

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.storage.directory import User


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a role, or may be given one."""

    id: str
    name: str
    display_name: str
    active: bool
    mail: str = ""

    @property
    def said(self) -> str:
        """What tells them from others of that name."""
        return f"{self.display_name} ({self.name})"


@dataclass(frozen=True)
class Holding:
    """A role of an app with those who hold it; one without ``labels`` is no role of the app any more."""

    key: str
    labels: Text | None
    people: tuple[Holder, ...]


@dataclass(frozen=True)
class Staff:
    """The roles of an app with their people, and everybody who could be given one, as one looks for names."""

    app: str
    labels: Text
    roles: tuple[Holding, ...]
    everybody: tuple[Holder, ...]


class People:
    """Giving and taking the roles of apps, for administrators; for all others it is absent."""

    def __init__(self, desk: Desk) -> None:
        """Read and write through ``desk``."""
        self._desk = desk

    def staff(self, viewer: Viewer, app: str) -> Staff:
        """Return who holds the roles of an app that is in use."""
        with self._desk.reading(viewer) as reading:
            if not is_admin(viewer):
                raise EngineError(ABSENT.at())
            found = reading.app(app)
            users = directory.users(reading.connection)
            ids = [user.id for user in users]
            held = {user.id: roles for user, roles in directory.users_with_roles(reading.connection, ids)}
            mail = contacts.by_way(reading.connection, ids, MAIL)
        known = {role.key: role.labels for role in found.definition.roles}
        gone = sorted({role for roles in held.values() for of, role in roles if of == app} - set(known))
        everybody = tuple(
            Holder(user.id, user.name, user.display_name, user.active, mail.get(user.id, ""))
            for user in sorted(users, key=lambda one: reading_order(one.display_name))
        )
        holding = tuple(
            Holding(key, known.get(key), tuple(one for one in everybody if (app, key) in held.get(one.id, ())))
            for key in (*known, *gone)
        )
        return Staff(app, found.definition.labels, holding, tuple(one for one in everybody if one.active))

    def give(self, viewer: Viewer, app: str, role: str, user: str) -> None:
        """Give somebody a role, at once: by their id, or as they are said; EngineError where there is none of these."""
        execution = self._desk.execution
        self._refuse_others(viewer)
        with execution.database.write() as connection:
            known_role(execution, connection, app, role)
            found = directory.user_by_id(connection, user) or _said_so(connection, user.strip())
            if found is None:
                raise EngineError(problems.NO_USER.at("user", name=user))
            give(execution, connection, authorship(execution, viewer.id), found.id, app, role)

    def take(self, viewer: Viewer, app: str, role: str, user: str) -> None:
        """Take a role from somebody, at once, also one that the app has no more; absent where there is no such app."""
        execution = self._desk.execution
        self._refuse_others(viewer)
        with execution.database.write() as connection:
            # The engine is no app: who looks after the installation is not said among the people of one.
            self._desk.over(connection, viewer).app(app)
            take(execution, connection, authorship(execution, viewer.id), user, app, role)

    def reach(self, viewer: Viewer, app: str, user: str, mail: str) -> None:
        """Note at which mail address somebody (an id) is reached; EngineError where either is none."""
        self._refuse_others(viewer)
        with self._desk.reading(viewer) as reading:
            reading.app(app)
            found = directory.user_by_id(reading.connection, user)
        if found is None:
            raise EngineError(problems.NO_USER.at("user", name=user))
        Telling(self._desk.execution).keep_of(found.name, {MAIL: mail}, viewer.id)

    def _refuse_others(self, viewer: Viewer) -> None:
        if not is_admin(viewer):
            raise EngineError(ABSENT.at())


def _said_so(connection: Connection, said: str) -> User | None:
    """Return who may sign in and is said so, or has that name alone; None where it is nobody, or several."""
    active = [user for user in directory.users(connection) if user.active]
    found = [one for one in active if said in (f"{one.display_name} ({one.name})", one.name, one.display_name)]
    return found[0] if len(found) == 1 else None
