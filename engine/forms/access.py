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

Right = Literal["create", "read", "update", "delete", "export"]
RIGHTS: tuple[Right, ...] = ("create", "read", "update", "delete", "export")


@dataclass(frozen=True, slots=True)
class AccessDef:
    """What one role gives on one form; ``rows`` narrows every right to the rows for which it holds."""

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
    """The sum of some grants on one form. What a grant hides or closes counts in the rows that it is given on."""

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

    def hidden(self, row: Row, surroundings: Surroundings) -> frozenset[str]:
        """Return the fields of this row that are not shown: those that every grant that shows the row hides."""
        return _common(self._over(row, surroundings, "read") or self._over(row, surroundings, "create") or self.grants)

    def closed(self, right: Right, row: Row, surroundings: Surroundings) -> frozenset[str]:
        """Return the fields that cannot be filled in this row by this right, hidden ones among them."""
        giving = self._over(row, surroundings, right) or self.grants
        closed = (
            frozenset.intersection(*(grant.definition.read_only_fields for grant in giving)) if giving else frozenset()
        )
        return closed | self.hidden(row, surroundings)

    @property
    def never_shown(self) -> frozenset[str]:
        """The fields that are hidden in every row."""
        return _common(self.grants)

    @property
    def not_always_shown(self) -> frozenset[str]:
        """The fields that are hidden in some row: what nobody may sort, filter or search by."""
        reading = [grant for grant in self.grants if "read" in grant.definition.rights] or self.grants
        return frozenset(key for grant in reading for key in grant.definition.hidden_fields)

    def _over(self, row: Row, surroundings: Surroundings, right: Right) -> tuple[Grant, ...]:
        return tuple(
            grant
            for grant in self.grants
            if right in grant.definition.rights and (grant.rows is None or grant.rows.holds(row, surroundings))
        )


def _common(grants: Iterable[Grant]) -> frozenset[str]:
    hidden = [grant.definition.hidden_fields for grant in grants]
    return frozenset.intersection(*hidden) if hidden else frozenset()


def access_of(roles: Iterable[str], grants: Mapping[str, tuple[Grant, ...]]) -> Access:
    """Return the access that the roles give together; ``grants`` maps roles to what they give on the form."""
    return Access(tuple(grant for role in roles for grant in grants.get(role, ())))
