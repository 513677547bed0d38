"""Who may: access to forms, rows and fields, and whether the acting user is among the persons that are named."""

from __future__ import annotations

from collections.abc import Iterable

from engine.decision.pending import Saving
from engine.decision.persons import named
from engine.decision.problems import ABSENT, NOT_ALLOWED, STALE
from engine.decision.work import Work
from engine.forms.access import Access, Right
from engine.forms.forms import Form
from engine.kernel.persons import PersonsDef
from engine.kernel.problems import EngineError
from engine.kernel.values import Row


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


def readable_by(work: Work, form: Form, row: Row, user: str) -> bool:
    """Tell whether a user may read a row, whoever acts."""
    person = work.person(user)
    if person is None or not person.active:
        return False
    roles = frozenset(role for of, role in person.roles if of == form.app)
    return work.app(form.app).access(form.key, roles).covers("read", row, work.surroundings(form.app, me=user))


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


def is_one_of(work: Work, form: Form, who: Iterable[PersonsDef], row: Row) -> bool:
    """Tell whether the acting user is among the persons named."""
    user, roles = work.command.actor.user, roles_in(work, form.app)
    return any(item.of in roles if item.kind == "role" else user in named(work, form, item, row) for item in who)


def existing(work: Work, app: str, form: Form, id: str) -> Row:
    """Return the record; EngineError where it is absent or not readable."""
    row = work.record(app, form.key, id)
    if row is None or not readable(work, form, row):
        raise EngineError(ABSENT.at())
    return row


def as_seen(work: Work, app: str, form: Form, id: str, seen: int | None) -> Row:
    """Return the record; EngineError where it is absent, not readable, or at another version than the sender saw."""
    row = existing(work, app, form, id)
    if seen is not None and seen != row["version"]:
        raise EngineError(STALE.at(seen=seen, now=row["version"]))
    return row
