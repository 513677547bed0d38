"""An app under random edits, and what is to be in its database then: the design's own memory of what was retired."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support import apps

Element = dict[str, Any]
Choose = Callable[[int], int]
"""Gives a number from 0 to one less than told: every choice of an edit."""

TYPES = (
    "text", "long_text", "number", "money", "rating", "boolean", "date", "datetime", "choice", "multi_choice",
    "person", "persons", "json", "reference", "references",
)  # fmt: skip
ONCE = frozenset(("text", "number", "money", "date", "choice", "person", "reference"))
"""Types of fields that may be unique."""

TURNING = ("text", "number", "boolean", "date", "choice")

DIGITS = (4, 9, 12, 15, 18)


@dataclass
class Design:
    """Forms, their workflows and what was taken out of them, as an editor holds them between two publications."""

    forms: dict[str, Element] = field(default_factory=dict)
    flows: dict[str, Element] = field(default_factory=dict)
    gone_forms: dict[str, Element] = field(default_factory=dict)
    gone_flows: dict[str, Element] = field(default_factory=dict)
    gone_fields: dict[str, list[Element]] = field(default_factory=dict)
    made: int = 0

    def documents(self) -> apps.Documents:
        """Return the documents as they are to be published."""
        found = apps.app(*self.forms.values(), *self.flows.values())
        found["app.json"]["uid"] = "theappofedits"[:12]
        return copy.deepcopy(found)

    def edit(self, name: str, choose: Choose) -> None:
        """Make one edit; where there is nothing to make it on, nothing happens."""
        EDITS[name](self, choose)

    def key(self, start: str) -> str:
        self.made += 1
        return f"{start}_{self.made}"

    def holders(self) -> Iterator[tuple[str, list[Element]]]:
        """Yield the lists of fields: those of forms, and those of lines."""
        for key, form in self.forms.items():
            yield key, form["fields"]
            yield from ((f"{key}.{item['key']}", item["fields"]) for item in form["fields"] if item["type"] == "lines")


def begun() -> Design:
    """Return two forms that refer to each other, with lines, something unique, numbers and states."""
    design = Design()
    for key, other in (("hen", "egg"), ("egg", "hen")):
        inner = [apps.field("weight", "number", scale=1, digits=9), apps.field("mate", "reference", form=other)]
        fields = [
            apps.field("name", unique=True),
            apps.field("size", "number", scale=2, digits=9),
            apps.field("other", "reference", form=other),
            apps.field("parts", "lines", fields=inner),
        ]
        design.forms[key] = apps.form(key, *fields)
    add_states(design, lambda most: most - 1)
    return design


def _one(listed: list[Any], choose: Choose) -> Any | None:
    return listed[choose(len(listed))] if listed else None


def _fields(design: Design, *types: str) -> list[Element]:
    return [item for _, held in design.holders() for item in held if not types or item["type"] in types]


def new_field(design: Design, choose: Choose, *, inside: bool = False) -> Element:
    """Return a field of some type, unique or not; ``inside`` lines it cannot be."""
    kind = TYPES[choose(len(TYPES))]
    more: dict[str, Any] = {}
    match kind:
        case "number":
            more = {"scale": choose(4), "digits": DIGITS[choose(len(DIGITS))]}
        case "choice" | "multi_choice":
            more = {"options": apps.options("one", "two")}
        case "reference" | "references":
            more = {"form": _one(sorted(design.forms), choose)}
    if kind in ONCE and not inside and choose(3) == 0:
        more["unique"] = True
    return apps.field(design.key(kind), kind, **more)


def add_field(design: Design, choose: Choose) -> None:
    holder = _one(list(design.holders()), choose)
    if holder is not None:
        key, held = holder
        held.insert(choose(len(held) + 1), new_field(design, choose, inside="." in key))


def add_lines(design: Design, choose: Choose) -> None:
    form = _one(list(design.forms.values()), choose)
    if form is not None:
        inner = [new_field(design, choose, inside=True) for _ in range(1 + choose(2))]
        form["fields"].append(apps.field(design.key("lines"), "lines", fields=inner))


def remove_field(design: Design, choose: Choose) -> None:
    holder = _one([(key, held) for key, held in design.holders() if len(held) > 1], choose)
    if holder is not None:
        key, held = holder
        design.gone_fields.setdefault(key, []).append(held.pop(choose(len(held))))


def restore_field(design: Design, choose: Choose) -> None:
    there = [(held, design.gone_fields[key]) for key, held in design.holders() if design.gone_fields.get(key)]
    found = _one(there, choose)
    if found is not None:
        held, gone = found
        item = changed_meanwhile(gone.pop(choose(len(gone))), choose)
        if item.get("form", next(iter(design.forms))) in design.forms:
            held.append(item)


def changed_meanwhile(item: Element, choose: Choose) -> Element:
    """Return a field that comes back with other digits, or unique no more."""
    if item["type"] == "number":
        item["digits"] = DIGITS[choose(len(DIGITS))]
    if choose(2) == 0:
        item.pop("unique", None)
    return item


def rename_field(design: Design, choose: Choose) -> None:
    item = _one(_fields(design), choose)
    if item is not None:
        item["labels"] = apps.labels(design.key("renamed"))


def move_field(design: Design, choose: Choose) -> None:
    holder = _one(list(design.holders()), choose)
    if holder is not None:
        holder[1].append(holder[1].pop(choose(len(holder[1]))))


def change_digits(design: Design, choose: Choose) -> None:
    item = _one(_fields(design, "number"), choose)
    if item is not None:
        item["digits"] = DIGITS[choose(len(DIGITS))]


def toggle_unique(design: Design, choose: Choose) -> None:
    items = [item for form in design.forms.values() for item in form["fields"] if item["type"] in ONCE]
    item = _one(items, choose)
    if item is not None and not item.pop("unique", False):
        item["unique"] = True


def change_type(design: Design, choose: Choose) -> None:
    """Give a field of a form another type, of those that values convert to and from."""
    there = [form["fields"] for form in design.forms.values()]
    places = [(held, at) for held in there for at, item in enumerate(held) if item["type"] in TURNING]
    found = _one(places, choose)
    if found is not None:
        held, at = found
        kept = {name: held[at][name] for name in ("uid", "key", "labels")}
        kind = TURNING[choose(len(TURNING))]
        more = {"scale": choose(3), "digits": DIGITS[choose(len(DIGITS))]} if kind == "number" else {}
        if kind == "choice":
            more["options"] = held[at].get("options", apps.options("one", "two"))
        held[at] = {**kept, "type": kind, **more}


def add_option(design: Design, choose: Choose) -> None:
    item = _one(_fields(design, "choice", "multi_choice"), choose)
    if item is not None:
        item["options"].append(apps.element(design.key("option")))


def retarget(design: Design, choose: Choose) -> None:
    item = _one(_fields(design, "reference"), choose)
    if item is not None:
        item["form"] = _one(sorted(design.forms), choose)


def add_form(design: Design, choose: Choose) -> None:
    key = design.key("form")
    design.forms[key] = apps.form(key)
    design.forms[key]["fields"] = [new_field(design, choose) for _ in range(1 + choose(3))]


def remove_form(design: Design, choose: Choose) -> None:
    pointed = {item["form"] for item in _fields(design, "reference", "references")}
    key = _one(sorted(set(design.forms) - pointed), choose)
    if key is not None and len(design.forms) > 1:
        design.gone_forms[key] = design.forms.pop(key)
        design.flows.pop(key, None)


def restore_form(design: Design, choose: Choose) -> None:
    key = _one(sorted(design.gone_forms), choose)
    if key is not None:
        design.forms[key] = design.gone_forms.pop(key)
        design.forms[key]["fields"] = [changed_meanwhile(item, choose) for item in design.forms[key]["fields"]]
        if {item["form"] for item in _fields(design, "reference", "references")} - set(design.forms):
            design.gone_forms[key] = design.forms.pop(key)


def add_states(design: Design, choose: Choose) -> None:
    key = _one(sorted(set(design.forms) - set(design.flows)), choose)
    if key is not None:
        states = [apps.state("begun"), apps.state("ended", "won")]
        new = apps.workflow(key, states, [apps.transition("finish", ["begun"], "ended")])
        design.flows[key] = design.gone_flows.pop(key, new)


def remove_states(design: Design, choose: Choose) -> None:
    key = _one(sorted(design.flows), choose)
    if key is not None:
        design.gone_flows[key] = design.flows.pop(key)


EDITS: Mapping[str, Callable[[Design, Choose], None]] = {
    edit.__name__: edit
    for edit in (
        add_field, add_lines, remove_field, restore_field, rename_field, move_field, change_digits, toggle_unique,
        add_option, retarget, change_type, add_form, remove_form, restore_form, add_states, remove_states,
    )
}  # fmt: skip
