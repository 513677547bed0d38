"""Editing roles: their names, and the fields of a form that they do not see or cannot change."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Final, Literal

from engine.catalog.editing import problems
from engine.catalog.editing.access import with_role
from engine.catalog.editing.elements import Mint, at, named, of
from engine.catalog.editing.forms import first_labels
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError

Limit = Literal["hidden_fields", "read_only_fields"]

EMPTY: Final[Json] = {"format": 1, "kind": "roles", "roles": []}


def with_new_role(roles: Json | None, given: str, language: str, mint: Mint) -> Json:
    """Return the roles with one more of this name; EngineError (APP-042) where there is none."""
    return with_role(EMPTY if roles is None else roles, first_labels(given, language), mint)


def with_role_named(roles: Json, role: str, given: str, language: str) -> Json:
    """Return the roles with one (a uid) called otherwise in one language."""
    first_labels(given, language)
    made = deepcopy(roles)
    held = of(made["roles"], role)
    held["labels"] = named(given.strip(), language, held["labels"])
    return made


def with_parameters(roles: Json, role: str, *, allowed: bool) -> Json:
    """Return the roles with one (a uid) that may set the app's parameters, or may not."""
    made = deepcopy(roles)
    held = of(made["roles"], role)
    if allowed:
        held["parameters"] = True
    else:
        held.pop("parameters", None)
    return made


def without_role(roles: Json, role: str) -> Json:
    """Return the roles without one (a uid); EngineError (APP-041) where it is the only one."""
    made = deepcopy(roles)
    if len(made["roles"]) == 1:
        raise EngineError(problems.LAST_ONE.at())
    made["roles"].pop(at(made["roles"], role))
    return made


def with_limited(roles: Json, role: str, form: str, limit: Limit, fields: Sequence[str], known: Sequence[str]) -> Json:
    """Return the roles with the fields of a form that a role (a uid) does not see, or cannot change.

    They stay in their order, and what is new comes in the order of the form.
    """
    made = deepcopy(roles)
    for access in of(made["roles"], role).get("access", ()):
        if access["form"] == form:
            held = [key for key in access.get(limit, ()) if key in fields]
            listed = [*held, *(key for key in known if key in fields and key not in held)]
            if listed:
                access[limit] = listed
            else:
                access.pop(limit, None)
    return made
