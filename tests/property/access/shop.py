"""Deals that people see some of, by roles of every make; and who sees what of them, worked out by hand.

What is expected here asks nothing of the engine: conditions are Python, written beside the expressions that they mean.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.apps import access, app, element, field, form, role

Deal = Mapping[str, Any]
"""``id``, ``code``, ``name``, ``amount`` (a number or None), ``closed``, ``note``, ``customer`` (an id), ``owner``."""


@dataclass(frozen=True)
class Case:
    """A deal that somebody looks at, and the customers that there are, by id."""

    deal: Deal
    me: str
    customers: Mapping[str, Deal]

    def __getitem__(self, key: str) -> Any:
        return self.deal[key]

    @property
    def grade(self) -> str | None:
        """The grade of the deal's customer."""
        return self.customers[self.deal["customer"]]["grade"] if self.deal["customer"] else None


@dataclass(frozen=True)
class Condition:
    """An expression over deals, what it reads of them and of their customers, and what it means."""

    source: str
    reads: frozenset[str]
    meaning: Callable[[Case], bool]
    reads_there: frozenset[str] = frozenset()

    def holds(self, deal: Deal, me: str, customers: Mapping[str, Deal]) -> bool:
        """Tell whether it holds for a deal."""
        return self.meaning(Case(deal, me, customers))


def _condition(source: str, reads: str, meaning: Callable[[Case], bool], there: str = "") -> Condition:
    return Condition(source, frozenset(reads.split()), meaning, frozenset(there.split()))


ALL = _condition("", "", lambda _: True)
CONDITIONS = (
    ALL,
    _condition("owner = me", "owner", lambda it: it["owner"] == it.me),
    _condition("amount > 50", "amount", lambda it: it["amount"] is not None and it["amount"] > 50),
    _condition("amount is empty", "amount", lambda it: it["amount"] is None),
    _condition("closed or owner != me", "closed owner", lambda it: it["closed"] or it["owner"] != it.me),
    _condition('customer.grade = "a"', "customer", lambda it: it.grade == "a", "grade"),
)
FILTERS = (
    *CONDITIONS,
    _condition("not closed", "closed", lambda it: not it["closed"]),
    _condition('note contains "7"', "note", lambda it: "7" in (it["note"] or "")),
    _condition(
        'closed and customer.grade = "b"', "closed customer", lambda it: it["closed"] and it.grade == "b", "grade"
    ),
    _condition("customer is empty", "customer", lambda it: it["customer"] is None),
)
HIDDEN = (frozenset(), frozenset({"amount"}), frozenset({"customer"}), frozenset({"name", "note"}))
RIGHTS = ("read", "read export", "export")
FIELDS = ("code", "name", "amount", "closed", "note", "customer")


@dataclass(frozen=True)
class Grant:
    """What a role gives on deals."""

    rights: frozenset[str]
    rows: Condition
    hidden: frozenset[str]


@dataclass(frozen=True)
class CustomerGrant:
    """What a role gives on customers: reading all or those of grade a, with the grade or without."""

    only_a: bool
    hides_grade: bool


GRANTS = {
    f"r{number}": Grant(frozenset(rights.split()), rows, hidden)
    for number, (rights, rows, hidden) in enumerate(itertools.product(RIGHTS, CONDITIONS, HIDDEN))
    if rights != "export" or not hidden
}
CUSTOMER_GRANTS = {
    f"c{number}": CustomerGrant(*flags) for number, flags in enumerate(itertools.product((False, True), repeat=2))
}


def documents() -> dict[str, Any]:
    """Return the app: customers with their deals, a role for every grant, and a board that counts deals."""
    deals = {**element("deals"), "form": "deal", "reference": "customer"}
    deal = form(
        "deal",
        field("code"),
        field("name"),
        field("amount", "number"),
        field("closed", "boolean"),
        field("note"),
        field("customer", "reference", form="customer"),
        title="{{code}}",
        list={"fields": list(FIELDS), "sort": "code"},
    )
    customer = form("customer", field("title"), field("grade"), title="{{title}}", relations=[deals])
    roles = [
        role("staff", access("deal"), access("customer")),
        *(role(key, _access(grant)) for key, grant in GRANTS.items()),
        *(role(key, _customer_access(grant)) for key, grant in CUSTOMER_GRANTS.items()),
    ]
    counted = [element("deals", function="count"), element("closed", function="count", where="closed")]
    by_closed = {"dimensions": [element("closed", by="closed")], "measures": [element("deals", function="count")]}
    metrics = [
        {"format": 1, "kind": "metric", "form": "deal", **element("in_all"), "measures": counted},
        {"format": 1, "kind": "metric", "form": "deal", **element("by_closed"), **by_closed},
    ]
    board = {
        "format": 1,
        "kind": "board",
        **element("counts"),
        "widgets": [element(one["key"], kind="table", metric=one["key"]) for one in metrics],
    }
    return app(deal, customer, *metrics, board, roles=roles)


def _access(grant: Grant) -> dict[str, Any]:
    rows = {"rows": grant.rows.source} if grant.rows.source else {}
    hidden = {"hidden_fields": sorted(grant.hidden)} if grant.hidden else {}
    return access("deal", " ".join(sorted(grant.rights)), **rows, **hidden)


def _customer_access(grant: CustomerGrant) -> dict[str, Any]:
    rows = {"rows": 'grade = "a"'} if grant.only_a else {}
    return access("customer", "read", **rows, **({"hidden_fields": ["grade"]} if grant.hides_grade else {}))


@dataclass(frozen=True)
class Sight:
    """What somebody with some roles may see, worked out from the grants."""

    me: str
    grants: Sequence[Grant]
    customer_grants: Sequence[CustomerGrant]
    customers: Mapping[str, Deal]

    @property
    def is_known(self) -> bool:
        """Whether there is such a form for them at all."""
        return bool(self.grants)

    @property
    def may_read(self) -> bool:
        """Whether they may read any deal at all."""
        return any("read" in grant.rights for grant in self.grants)

    @property
    def may_export(self) -> bool:
        """Whether they may export anything at all."""
        return {"read", "export"} <= {right for grant in self.grants for right in grant.rights}

    def reads(self, deal: Deal) -> bool:
        """Tell whether they may read a deal."""
        return any(self._reading(deal))

    def exports(self, deal: Deal) -> bool:
        """Tell whether they may take a deal away."""
        giving = (grant for grant in self.grants if "export" in grant.rights)
        return self.reads(deal) and any(grant.rows.holds(deal, self.me, self.customers) for grant in giving)

    def hidden(self, deal: Deal) -> frozenset[str]:
        """Return what they do not see of a deal that they may read."""
        return frozenset.intersection(*(grant.hidden for grant in self._reading(deal)))

    def sees_customer(self, id: str) -> bool:
        """Tell whether they may read a customer."""
        grade = self.customers[id]["grade"]
        return any(not grant.only_a or grade == "a" for grant in self.customer_grants)

    def may_ask(self, wanted: Condition) -> bool:
        """Tell whether they may filter by a condition: nothing that it reads is hidden from them in some row."""
        closed = frozenset[str]().union(*(grant.hidden for grant in self.grants if "read" in grant.rights))
        if wanted.reads & closed:
            return False
        return not wanted.reads_there or self._sees_grades

    def sees_relation(self, id: str) -> bool:
        """Tell whether they see a customer, and that deals are of it."""
        closed = frozenset[str]().union(*(grant.hidden for grant in self.grants if "read" in grant.rights))
        return self.may_read and "customer" not in closed and self.sees_customer(id)

    def meets(self, deal: Deal, wanted: Condition) -> bool:
        """Tell whether a deal meets a filter of theirs: what lies behind a customer that they do not see never does."""
        behind = wanted.reads_there and deal["customer"] and not self.sees_customer(deal["customer"])
        return not behind and wanted.holds(deal, self.me, self.customers)

    @property
    def _sees_grades(self) -> bool:
        return bool(self.customer_grants) and not any(grant.hides_grade for grant in self.customer_grants)

    def _reading(self, deal: Deal) -> Iterator[Grant]:
        for grant in self.grants:
            if "read" in grant.rights and grant.rows.holds(deal, self.me, self.customers):
                yield grant
