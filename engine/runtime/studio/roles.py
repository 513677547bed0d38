"""What can be changed of the roles of a design, each change a value that makes the next documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.catalog.documents import Documents
from engine.catalog.editing import roles
from engine.catalog.editing.access import ACTIONS, OWN_ROWS, ROLES, with_access, with_rows
from engine.catalog.editing.elements import Mint
from engine.catalog.editing.problems import GONE
from engine.catalog.editing.roles import Limit
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.runtime.studio.edits import Language, form_in

Sight = Literal["all", "own", "kept"]

__all__ = ["ACTIONS", "AddRole", "Limit", "LimitFields", "RemoveRole", "SetAccess", "SetRole", "SetSight", "roles_in"]


def roles_in(documents: Documents) -> list[Json]:
    """Return the roles of a design, in their order."""
    return list(documents.get(ROLES, {}).get("roles", ()))


def access_of(role: Json, form: str) -> Json:
    """Return what a role may do with a form; nothing where it has no access."""
    return next((one for one in role.get("access", ()) if one["form"] == form), {})


def sight_of(access: Json) -> Sight:
    """Return which records a role sees: all, its own, or those of a condition that is kept as it is written."""
    rows = access.get("rows")
    return "all" if rows is None else "own" if rows == OWN_ROWS else "kept"


def _on(documents: Documents, change: Callable[[Json], Json]) -> Documents:
    if ROLES not in documents:
        raise EngineError(GONE.at(ROLES))
    return {**documents, ROLES: change(documents[ROLES])}


@dataclass(frozen=True)
class AddRole:
    """One more role, which may do nothing yet."""

    name: str
    language: Language

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the role."""
        return {**documents, ROLES: roles.with_new_role(documents.get(ROLES), self.name, self.language, mint)}


@dataclass(frozen=True)
class SetRole:
    """A role is called otherwise (``name``), or may set the app's parameters (``parameters``)."""

    role: str
    key: Literal["name", "parameters"]
    value: str
    language: Language

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the role."""
        if self.key == "name":
            return _on(documents, lambda it: roles.with_role_named(it, self.role, self.value, self.language))
        return _on(documents, lambda it: roles.with_parameters(it, self.role, allowed=bool(self.value)))


@dataclass(frozen=True)
class RemoveRole:
    """A role goes; whoever held it may do nothing by it any more."""

    role: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the role."""
        return _on(documents, lambda it: roles.without_role(it, self.role))


@dataclass(frozen=True)
class SetAccess:
    """An action on a form is granted to a role, or taken from it."""

    role: str
    form: str
    action: str
    granted: bool

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the access."""
        form_in(documents, self.form)
        return _on(documents, lambda it: with_access(it, self.role, self.form, self.action, granted=self.granted))


@dataclass(frozen=True)
class SetSight:
    """A role sees its own records of a form alone, or all of them; a condition is kept."""

    role: str
    form: str
    sight: Sight

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the records that are seen."""
        if self.sight == "kept":
            return documents
        rows = OWN_ROWS if self.sight == "own" else None
        return _on(documents, lambda it: with_rows(it, self.role, self.form, rows))


@dataclass(frozen=True)
class LimitFields:
    """The fields of a form that a role does not see, or cannot change."""

    role: str
    form: str
    limit: Limit
    fields: Sequence[str]

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the limits."""
        known = [field["key"] for field in form_in(documents, self.form)["fields"]]
        return _on(documents, lambda it: roles.with_limited(it, self.role, self.form, self.limit, self.fields, known))
