"""The app of the benchmark: deals of twelve fields with ten rules, and customers with ten related lists; no values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from engine.kernel.canonical import Json

APP, DEAL, CUSTOMER = "bench", "deal", "customer"
RELATED: Final = tuple(f"kind_{number}" for number in range(10))
"""The forms whose records point at a customer."""
KINDS: Final = ("a", "b", "c", "d", "e", "f")
REGIONS: Final = ("north", "east", "south", "west")
SHOWN: Final = ("name", "customer", "kind", "amount", "seen_on")
"""The columns of the list of deals."""
FIELDS: Final = 12
RULES: Final = 10


def _labels(key: str) -> Json:
    return {"zh": key, "en": key}


class _Elements:
    """Elements of documents, each with a uid of its own."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self, key: str, **more: Json) -> dict[str, Json]:
        """Return one more."""
        self._made += 1
        return {"uid": f"d{self._made:011d}", "key": key, "labels": _labels(key), **more}


def documents() -> dict[str, Json]:
    """Return the app by the paths of its documents."""
    element, head = _Elements(), {"format": 1}
    forms = {DEAL: _deal(element), CUSTOMER: _customer(element), **{key: _related(element, key) for key in RELATED}}
    may = dict.fromkeys(("create", "read", "update"), True)
    access: list[Json] = [{"form": key, **may} for key in forms if key != DEAL]
    access.append({"form": DEAL, **may, "rows": 'region != "north"'})
    made: dict[str, Json] = {
        "app.json": {**head, "kind": "app", **element(APP), "timezone": "Asia/Shanghai"},
        "roles.json": {**head, "kind": "roles", "roles": [element("staff", access=access)]},
        "pages.json": {**head, "kind": "pages", "pages": [_page(element)]},
    }
    made |= {f"forms/{key}.json": {**head, "kind": "form", **element(key), **form} for key, form in forms.items()}
    made |= {f"rules/{rule['key']}.json": {**head, "kind": "rule", **rule} for rule in _rules(element)}
    return made


def _field(element: _Elements, key: str, type: str, **more: Json) -> dict[str, Json]:
    return element(key) | {"type": type} | more


def _deal(element: _Elements) -> dict[str, Json]:
    def holds(condition: str) -> list[Json]:
        return [{"uid": element("holds")["uid"], "holds": condition, "message": _labels("no")}]

    fields = [
        _field(element, "name", "text", required="create"),
        _field(element, "customer", "reference", form=CUSTOMER, required="create"),
        _field(element, "kind", "choice", options=[element(key) for key in KINDS], required="create"),
        _field(element, "region", "text", required="create"),
        _field(element, "amount", "money", required="create", validations=holds("amount >= 0")),
        _field(element, "quantity", "number", scale=0),
        _field(element, "discount", "percent", validations=holds("discount <= 50")),
        _field(element, "seen_on", "date", required="create"),
        _field(element, "met_at", "datetime"),
        _field(element, "urgent", "boolean"),
        _field(element, "phone", "phone"),
        _field(element, "note", "long_text"),
        _field(element, "worth", "money", computed="amount * or_zero(quantity)"),
    ]
    return {"title": "{{name}}", "fields": list(fields), "list": {"fields": list(SHOWN), "sort": "-seen_on"}}


def _customer(element: _Elements) -> dict[str, Json]:
    relations = [{**element(f"{key}s"), "form": key, "reference": CUSTOMER} for key in RELATED]
    fields = [_field(element, "name", "text"), _field(element, "note", "text")]
    return {"title": "{{name}}", "fields": list(fields), "relations": list(relations)}


def _related(element: _Elements, key: str) -> dict[str, Json]:
    fields = [
        _field(element, "customer", "reference", form=CUSTOMER),
        _field(element, "name", "text"),
        _field(element, "day", "date"),
    ]
    return {"title": f"{key} {{{{name}}}}", "fields": list(fields), "list": {"fields": ["name", "day"]}}


def _page(element: _Elements) -> dict[str, Json]:
    """Return the page of a customer: its facts, its ten related lists, and what happened lately."""
    events: list[Json] = [{"relation": f"{key}s", "sentence": _labels("{{name}}")} for key in RELATED[:2]]
    blocks: list[Json] = [
        {"kind": "facts", "labels": _labels("facts"), "fields": ["name", "note"]},
        {"kind": "related", "labels": _labels("related"), "relations": [f"{key}s" for key in RELATED]},
        {"kind": "timeline", "labels": _labels("timeline"), "limit": 20, "rules": False, "events": events},
    ]
    return {**element("glance"), "record": CUSTOMER, "blocks": blocks}


def _rules(element: _Elements) -> Sequence[Mapping[str, Json]]:
    """Return five rules that are considered before a deal is saved, one of which sets a field, and five after it."""
    refused = [
        'urgent and note is empty and kind = "f" and amount > 100000000',
        'region = "moon"',
        "seen_on > add_months(today(), 120)",
        "quantity < 0",
    ]
    no: list[Json] = [{"refuse": {"message": _labels("no")}}]
    before = [element(f"before_{number}", when=when, then=no) for number, when in enumerate(refused)]
    before.append(element("before_4", when="quantity is empty", then=[{"set": {"quantity": "1"}}]))
    after = [
        element(f"after_{number}", when=f"amount > {10**8 + number}", then=[{"set": {"note": '"large"'}}])
        for number in range(RULES - len(before))
    ]
    said: list[Json] = [{"before": ["save"]}]
    created: list[Json] = [{"created": True}]
    return [{**rule, "form": DEAL, "on": on} for rules, on in ((before, said), (after, created)) for rule in rules]
