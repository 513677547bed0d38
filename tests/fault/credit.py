"""A small app with limits that live aggregates guard: orders of a customer, backed by another, within both credits."""

from __future__ import annotations

from typing import Any

from tests.support.apps import app, element, field, form, state, transition, workflow

LIMIT = "100.00"
FITS_ALONE = "60.00"

_WITHIN = (
    'amount + sum(customer.orders.amount where state = "submitted") <= customer.credit and '
    '(backer is empty or amount + sum(backer.backed.amount where state = "submitted") <= backer.credit)'
)

_COVERED = 'credit >= sum(orders.amount where state = "submitted")'


def credit() -> dict[str, Any]:
    """Return the app's documents."""
    customer = form(
        "customer",
        field("name"),
        field("credit", "money", validations=[_validation(_COVERED)]),
        relations=[_relation("orders", "customer"), _relation("backed", "backer")],
    )
    order = form(
        "order",
        field("customer", "reference", form="customer", required="create"),
        field("backer", "reference", form="customer"),
        field("amount", "money", required="create"),
        workflow="order",
    )
    submit = transition("submit", ["draft"], "submitted", guard=_WITHIN, guard_message={"zh": "超额", "en": "Too much"})
    flow = workflow("order", [state("draft", "draft"), state("submitted")], [submit])
    return app(customer, order, flow, key="credit")


def _validation(holds: str) -> dict[str, Any]:
    validation = element("covered")
    return {"uid": validation["uid"], "holds": holds, "message": {"zh": "额度已用", "en": "In use"}}


def _relation(key: str, reference: str) -> dict[str, Any]:
    return {**element(key), "form": "order", "reference": reference}
