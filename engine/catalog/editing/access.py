"""Editing who may do what: the access that roles have to forms."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

from engine.catalog.documents import Documents
from engine.catalog.editing.elements import Mint, of
from engine.kernel.canonical import Json

ROLES: Final = "roles.json"
OWN_ROWS: Final = "owner = me"
"""The records that are one's own."""
ACTIONS: Final = ("create", "read", "update", "delete", "export")


def with_new_form(documents: Documents, form: str) -> Documents:
    """Return the documents with a form that every role may fill.

    A role that sees all records of the forms that there are sees all of the new one, too; any other sees its own.
    """
    found = documents.get(ROLES)
    if found is None:
        return documents
    made = deepcopy(found)
    for role in made["roles"]:
        granted = role.setdefault("access", [])
        everything = bool(role.get("parameters")) or (bool(granted) and not any("rows" in one for one in granted))
        access: dict[str, Json] = {"form": form, "create": True, "read": True, "update": True}
        granted.append({**access, "delete": True} if everything else {**access, "rows": OWN_ROWS})
    return {**documents, ROLES: made}


def without_form(documents: Documents, form: str) -> Documents:
    """Return the documents without what roles may do with a form."""
    found = documents.get(ROLES)
    if found is None:
        return documents
    made = deepcopy(found)
    for role in made["roles"]:
        if "access" in role:
            role["access"] = [one for one in role["access"] if one["form"] != form]
    return {**documents, ROLES: made}


def with_role(roles: Json, labels: Json, mint: Mint) -> Json:
    """Return the roles with one more, which may do nothing yet."""
    made = deepcopy(roles)
    key = mint.key(labels, {one["key"] for one in made["roles"]})
    made["roles"].append({"uid": mint.uid(), "key": key, "labels": dict(labels)})
    return made


def with_access(roles: Json, role: str, form: str, action: str, *, granted: bool) -> Json:
    """Return the roles with one action on a form granted to a role (a uid), or taken from it.

    Whoever may do nothing with a form any more has no access to it; ``rows`` and hidden fields stay as they were.
    """
    made = deepcopy(roles)
    held = of(made["roles"], role)
    listed = held.setdefault("access", [])
    found = next((one for one in listed if one["form"] == form), None)
    if found is None:
        found = {"form": form}
        listed.append(found)
    if granted:
        found[action] = True
        if action != "read":
            found["read"] = True
    else:
        found.pop(action, None)
    if not any(found.get(one) for one in ACTIONS):
        held["access"] = [one for one in listed if one is not found]
    return made


def with_rows(roles: Json, role: str, form: str, rows: str | None) -> Json:
    """Return the roles with the records of a form that a role (a uid) sees narrowed, or all of them."""
    made = deepcopy(roles)
    for access in of(made["roles"], role).get("access", ()):
        if access["form"] == form:
            if rows:
                access["rows"] = rows
            else:
                access.pop("rows", None)
    return made
