"""The statements that somebody would write by hand for a page of the list of deals, for both databases."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PAGE = 50

_LIST = f"""
SELECT d.id, d.version, d.state, d.owner, d.created_at, d.updated_at, d.name, d.customer, c.name, d.kind, d.region,
       d.amount, d.quantity, d.discount, d.seen_on, d.met_at, d.urgent, d.phone, d.note, d.worth
FROM deal d LEFT JOIN customer c ON c.id = d.customer
WHERE d.deleted_at IS NULL AND d.region <> 'north' AND d.kind = 'a' AND d.amount > %s
ORDER BY d.seen_on DESC, d.id DESC LIMIT {PAGE + 1}
"""  # noqa: S608 - numbers of ours

CENTS: Mapping[str, int] = MappingProxyType({"sqlite": 100, "postgresql": 1})
"""By how much an amount is larger where it lies: SQLite keeps whole numbers of cents."""


def page(dialect: str, amount: int) -> str:
    """Return the statement of the first page of the deals of one kind over this amount that one may see."""
    return _LIST % (amount * CENTS[dialect])
