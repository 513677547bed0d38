"""Naming persons relative to a record: who may move it, who is told, whose task it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from engine.kernel.canonical import Json

PersonsKind = Literal["owner", "creator", "role", "person", "manager_of", "manager_chain", "least_loaded", "watchers"]


@dataclass(frozen=True, slots=True)
class PersonsDef:
    """One way to name persons.

    ``kind`` is ``owner``, ``creator``, ``role`` (``of`` is the role's key), ``person`` (``of`` is a field of the type
    person) or ``manager_of`` (``of`` is ``owner`` or a field of the type person). A field may be one of the record that
    references lead to: ``customer.finance_bp``. Rules have ``manager_chain`` (like ``manager_of``, with all above),
    ``least_loaded``, one of a role, and ``watchers``, who cannot be found yet.
    """

    kind: PersonsKind
    of: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return the document that names these persons."""
        return {self.kind: self.of or True}


def persons_def(document: Mapping[str, Json]) -> PersonsDef:
    """Return the persons that ``{"owner": true}``, ``{"role": "legal"}``, ``{"manager_of": "owner"}`` … name."""
    ((kind, of),) = document.items()
    return PersonsDef(cast("PersonsKind", kind), of if isinstance(of, str) else "")
