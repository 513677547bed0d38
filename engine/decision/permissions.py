"""Who may: access to forms, rows and fields, and the persons that a transition or a rule names relative to a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from engine.catalog.apps import App
from engine.decision.facts import PersonQuery, Query, RoleQuery
from engine.decision.pending import Saving
from engine.decision.problems import ABSENT, NOT_ALLOWED
from engine.decision.work import Work
from engine.forms.access import Access, Right
from engine.forms.forms import Form
from engine.kernel.persons import PersonsDef
from engine.kernel.problems import EngineError
from engine.kernel.values import Row

ENGINE = "youju"
ADMIN = "admin"
"""The role of the engine itself that everything without a recipient falls back to."""


def roles_in(work: Work, app: str) -> frozenset[str]:
    """Return the roles that the acting user holds in an app; none for the system and for who is not active."""
    user = work.command.actor.user
    person = None if user is None else work.person(user)
    if person is None or not person.active:
        return frozenset()
    return frozenset(role for of, role in person.roles if of == app)


def access_to(work: Work, form: Form) -> Access:
    """Return what the acting user may do with a form."""
    return work.app(form.app).access(form.key, roles_in(work, form.app))


def readable(work: Work, form: Form, row: Row) -> bool:
    """Tell whether the acting user may read a row; the system may read every one."""
    if work.command.actor.user is None:
        return True
    return access_to(work, form).covers("read", row, work.surroundings(form.app))


def require(work: Work, form: Form, right: Right, row: Row) -> None:
    """Raise unless the acting user has the right on the row: absent where it is not even readable."""
    if work.command.actor.user is None:
        return
    if not readable(work, form, row):
        raise EngineError(ABSENT.at())
    if not access_to(work, form).covers(right, row, work.surroundings(form.app)):
        raise EngineError(NOT_ALLOWED.at())


def require_still(saving: Saving, right: Right) -> None:
    """Raise where the save would take the record out of the sender's own rows: nobody writes what they may not hold."""
    if saving.work.command.actor.user is None:
        return
    if not access_to(saving.work, saving.form).covers(right, saving.row, saving.around):
        raise EngineError(NOT_ALLOWED.at())


def named(work: Work, app: App, who: PersonsDef, row: Row) -> tuple[str, ...]:
    """Return the users that are named relative to a row, whether active or not; nobody where nobody is."""
    match who.kind:
        case "owner":
            return _one(row.get("owner"))
        case "creator":
            return _one(row.get("created_by"))
        case "person":
            return _one(row.get(who.of))
        case "role":
            return cast("tuple[str, ...]", work.fact(RoleQuery(app.key, who.of)))
        case "manager_of":
            below = row.get(who.of)
            person = work.person(below) if below else None
            return _one(person.manager if person else None)


def _one(id: object) -> tuple[str, ...]:
    if isinstance(id, tuple):
        return id
    return (str(id),) if id else ()


def is_one_of(work: Work, app: App, who: Iterable[PersonsDef], row: Row) -> bool:
    """Tell whether the acting user is among the persons named."""
    user, roles = work.command.actor.user, roles_in(work, app.key)
    return any(item.of in roles if item.kind == "role" else user in named(work, app, item, row) for item in who)


def recipients(work: Work, app: App, who: Iterable[PersonsDef], row: Row) -> tuple[str, ...]:
    """Return the active users to tell; where a post is vacant, the owner's superior, else the admins (rulings)."""
    listed = tuple(who)
    work.want(_asked_for(app, listed, row))
    groups = [named(work, app, item, row) for item in listed]
    work.want(PersonQuery(id) for group in groups for id in group)
    found: list[str] = []
    for ids in groups:
        found.extend([id for id in ids if _is_active(work, id)] or _stand_in(work, row))
    return tuple(dict.fromkeys(found))


def _asked_for(app: App, who: Iterable[PersonsDef], row: Row) -> Iterable[Query]:
    """Go through what naming persons asks for, so that it is asked for at once."""
    for item in who:
        if item.kind == "role":
            yield RoleQuery(app.key, item.of)
        elif item.kind == "manager_of" and row.get(item.of):
            yield PersonQuery(str(row[item.of]))


def _is_active(work: Work, id: str) -> bool:
    person = work.person(id)
    return person is not None and person.active


def _stand_in(work: Work, row: Row) -> list[str]:
    owner = work.person(row["owner"]) if row.get("owner") else None
    if owner is not None and owner.manager is not None and _is_active(work, owner.manager):
        return [owner.manager]
    return list(cast("tuple[str, ...]", work.fact(RoleQuery(ENGINE, ADMIN))))
