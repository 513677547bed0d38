"""Who holds which role: given and taken at once, in the journal with the name of whoever did it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.apps import App
from engine.decision.changeset import Actor
from engine.decision.persons import ADMIN, ENGINE
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.runtime import problems
from engine.runtime.execution import Execution
from engine.runtime.needs import all_needed
from engine.storage import directory
from engine.storage.journal import Authorship

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.storage.directory import User


def authorship(execution: Execution, actor: str | None) -> Authorship:
    """Return in whose name something is journalled now; None is the command line."""
    moment, random = execution.clocks.business(), execution.randomness
    return Authorship(Actor(actor), uuid7(moment, random(10)), moment, random)


def known_role(execution: Execution, connection: Connection, app: str, role: str) -> App:
    """Return an installed app that has a role; EngineError (RUN-015, RUN-016) where there is none."""
    apps = execution.catalogs.current(connection).catalog.apps
    if app not in apps:
        raise EngineError(problems.NO_APP.at("app", app=app, known=", ".join(apps)))
    known = [item.key for item in apps[app].definition.roles]
    if role not in known:
        raise EngineError(problems.NO_ROLE.at("role", app=app, role=role, known=", ".join(known)))
    return apps[app]


def give(execution: Execution, connection: Connection, by: Authorship, user: str, app: str, role: str) -> None:
    """Give a user (an id) a role of an app, or of the engine itself.

    The role of the same key in the apps that this one needs comes with it: what is shared is used by who uses it.
    """
    directory.grant(connection, by, user, app, role)
    for needed in _with_it(execution, connection, app, role):
        directory.grant(connection, by, user, needed, role)


def take(execution: Execution, connection: Connection, by: Authorship, user: str, app: str, role: str) -> None:
    """Take a role from a user (an id); to take what was not given is nothing.

    What came with it from the apps that this one needs goes with it, unless another role of the user's brings it too.
    EngineError (RUN-055) where nobody would be left who looks after the installation.
    """
    held = _held(connection, user)
    if (app, role) == (ENGINE, ADMIN) and (app, role) in held and _is_alone(connection, user):
        raise EngineError(problems.LAST_ADMIN.at("role"))
    directory.revoke(connection, by, user, app, role)
    others = {other for other, same in held if same == role and other != app}
    gone = set(_with_it(execution, connection, app, role))
    kept = {needed for other in others - gone for needed in (other, *all_needed(connection, other))}
    for needed in sorted(gone - kept):
        directory.revoke(connection, by, user, needed, role)


def _with_it(execution: Execution, connection: Connection, app: str, role: str) -> tuple[str, ...]:
    """Return the apps beneath an app that have a role of the same key."""
    apps = execution.catalogs.current(connection).catalog.apps
    return tuple(
        needed
        for needed in all_needed(connection, app)
        if needed in apps and any(item.key == role for item in apps[needed].definition.roles)
    )


def _held(connection: Connection, user: str) -> frozenset[tuple[str, str]]:
    return next((roles for _, roles in directory.users_with_roles(connection, (user,))), frozenset())


def _is_alone(connection: Connection, user: str) -> bool:
    """Tell whether no other active user is an administrator."""
    return set(directory.holders(connection, [(ENGINE, ADMIN)])[ENGINE, ADMIN]) <= {user}


def revoke_by_name(execution: Execution, name: str, app: str, role: str) -> None:
    """Take a role from the user of a name, also one that the app has no more.

    EngineError (RUN-012) where there is no such user, RUN-015 and RUN-016 where the user does not hold the role and
    there is none of that name, and as ``take``.
    """
    with execution.database.write() as connection:
        user = named(connection, name).id
        if app != ENGINE and (app, role) not in _held(connection, user):
            known_role(execution, connection, app, role)
        take(execution, connection, authorship(execution, None), user, app, role)


def named(connection: Connection, name: str) -> User:
    """Return the user of a name; EngineError (RUN-012) where there is none."""
    user = directory.user_by_name(connection, name)
    if user is None:
        raise EngineError(problems.NO_USER.at("name", name=name))
    return user
