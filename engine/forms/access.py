"""Access: what somebody who holds certain roles may do with a form's records, which rows and which fields.

Rights add up over roles: whoever holds two has what either gives. Where no role names the form there is no access.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.kernel.canonical import Json
from engine.kernel.values import Row
from engine.language.expressions import Expression, Surroundings

Right = Literal["create", "read", "update", "delete"]
RIGHTS: tuple[Right, ...] = ("create", "read", "update", "delete")


@dataclass(frozen=True, slots=True)
class AccessDef:
    """What one role gives on one form; ``rows`` narrows read, update and delete to the rows for which it holds."""

    form: str
    rights: frozenset[Right]
    rows: str | None = None
    hidden_fields: frozenset[str] = frozenset()
    read_only_fields: frozenset[str] = frozenset()


def access_def(document: Json) -> AccessDef:
    """Return the access that a valid document states."""
    return AccessDef(
        form=document["form"],
        rights=frozenset(right for right in RIGHTS if document.get(right)),
        rows=document.get("rows"),
        hidden_fields=frozenset(document.get("hidden_fields", ())),
        read_only_fields=frozenset(document.get("read_only_fields", ())),
    )


@dataclass(frozen=True, eq=False)
class Grant:
    """An ``AccessDef`` with its row condition compiled; no condition means every row."""

    definition: AccessDef
    rows: Expression | None = None


@dataclass(frozen=True)
class Access:
    """The sum of some grants on one form."""

    grants: tuple[Grant, ...]

    def may(self, right: Right) -> bool:
        """Tell whether the right is given on any row at all."""
        return any(right in grant.definition.rights for grant in self.grants)

    def rows(self, right: Right) -> tuple[Expression, ...] | None:
        """Return the conditions of which one must hold; None where every row is open, empty where none is."""
        giving = [grant for grant in self.grants if right in grant.definition.rights]
        if any(grant.rows is None for grant in giving):
            return None
        return tuple(grant.rows for grant in giving if grant.rows is not None)

    def covers(self, right: Right, row: Row, surroundings: Surroundings) -> bool:
        """Tell whether the right is given on this row."""
        conditions = self.rows(right)
        return conditions is None or any(condition.holds(row, surroundings) for condition in conditions)

    @property
    def hidden_fields(self) -> frozenset[str]:
        """The fields that no reading role shows."""
        return self._common(grant.definition.hidden_fields for grant in self._with("read"))

    @property
    def read_only_fields(self) -> frozenset[str]:
        """The fields that no writing role lets change."""
        writing = [*self._with("update"), *(grant for grant in self._with("create"))]
        return self._common(grant.definition.read_only_fields for grant in writing)

    def _with(self, right: Right) -> list[Grant]:
        return [grant for grant in self.grants if right in grant.definition.rights]

    @staticmethod
    def _common(sets: Iterable[frozenset[str]]) -> frozenset[str]:
        gathered = list(sets)
        return frozenset.intersection(*gathered) if gathered else frozenset()


def access_of(roles: Iterable[str], grants: Mapping[str, tuple[Grant, ...]]) -> Access:
    """Return the access that the roles give together; ``grants`` maps roles to what they give on the form."""
    return Access(tuple(grant for role in roles for grant in grants.get(role, ())))
