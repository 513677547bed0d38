"""Editing forms: fields, sections, options and lines of a form's document; each function returns the next document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Final

from engine.catalog.comparing import Absent
from engine.catalog.documents import Documents
from engine.catalog.editing import problems
from engine.catalog.editing.elements import Mint, at, keys_of, named, of, shifted, text
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.field_types import LINES
from engine.kernel.canonical import Json, compact
from engine.kernel.problems import EngineError, Text

FORMAT: Final = 1
WITH_OPTIONS: Final = ("choice", "multi_choice")
WITH_TARGET: Final = ("reference", "references")


def new_form(labels: Json, taken: set[str], mint: Mint) -> Json:
    """Return a form with one field, the name by which its records go; the form's own uid is the one told."""
    inner = replace(mint, main="")
    name = {
        "uid": inner.uid(),
        "key": "name",
        "type": "text",
        "labels": text("名称", "Name"),
        "required": "submit",
    }
    section = {"uid": inner.uid(), "key": "main", "labels": text("基本信息", "Details"), "fields": ["name"]}
    return {
        "format": FORMAT,
        "kind": "form",
        "uid": mint.main or mint.uid(),
        "key": mint.key(labels, taken),
        "labels": dict(labels),
        "title": "{{name}}",
        "fields": [name],
        "sections": [section],
        "list": {"fields": ["name"]},
    }


def first_labels(given: str, language: str) -> Json:
    """Return the labels of what is new, named in one language; EngineError (APP-042) where there is no name."""
    return named(_told(given), language)


def with_own_property(form: Json, key: str, value: Json | Absent) -> Json:
    """Return the form with a property of its own set, or taken away where the value is ABSENT."""
    made = deepcopy(form)
    _set(made, key, value)
    return made


def section_labels(form: Json, uid: str, given: str, language: str) -> Json:
    """Return the labels of a section that is called otherwise in one language."""
    return named(_told(given), language, of(form.get("sections", []), uid)["labels"])


def renamed(form: Json, given: str, language: str) -> Json:
    """Return the form under another name; EngineError (APP-042) where there is none."""
    return {**form, "labels": named(_told(given), language, form["labels"])}


def with_field(form: Json, kind: str, labels: Json, mint: Mint, section: str | None, target: str | None = None) -> Json:
    """Return the form with a new field at the end of a section (a uid; the last one unless stated).

    A choice begins with two options, lines with one text; ``target`` is the form that a reference points at.
    """
    made = deepcopy(form)
    taken = keys_of(made["fields"]) | set(SYSTEM_LABELS) | keys_of(made.get("relations", ()))
    field = _field(kind, labels, mint, taken, target)
    made["fields"].append(field)
    sections = made.get("sections", [])
    if sections:
        (of(sections, section) if section else sections[-1])["fields"].append(field["key"])
    return made


def _field(kind: str, labels: Json, mint: Mint, taken: set[str], target: str | None) -> Json:
    field: dict[str, Json] = {
        "uid": mint.main or mint.uid(),
        "key": mint.key(labels, taken),
        "type": kind,
        "labels": dict(labels),
    }
    if kind in WITH_OPTIONS:
        field["options"] = [_option(number, mint) for number in (1, 2)]
    if kind in WITH_TARGET and target is not None:
        field["form"] = target
    if kind == LINES:
        field["fields"] = [_field("text", text("内容", "Content"), replace(mint, main=""), set(), None)]
    return field


def _option(number: int, mint: Mint) -> Json:
    return {"uid": mint.uid(), "key": f"option_{number}", "labels": text(f"选项{number}", f"Option {number}")}


def with_line_field(form: Json, outer: str, kind: str, labels: Json, mint: Mint, target: str | None = None) -> Json:
    """Return the form with a new field in the lines of a field (a uid)."""
    made = deepcopy(form)
    lines = of(made["fields"], outer)["fields"]
    lines.append(_field(kind, labels, mint, keys_of(lines) | {"id", "parent", "position"}, target))
    return made


def field_of(form: Json, uid: str) -> Json:
    """Return a field, or a field of lines, by its uid; EngineError (APP-040) where it is gone."""
    inner = [line for field in form["fields"] for line in field.get("fields", ())]
    return of([*form["fields"], *inner], uid)


def with_property(form: Json, uid: str, key: str, value: Json | Absent) -> Json:
    """Return the form with a property of a field set, or taken away where the value is ABSENT."""
    made = deepcopy(form)
    _set(field_of(made, uid), key, value)
    return made


def with_name(form: Json, uid: str, given: str, language: str) -> Json:
    """Return the form with a field called otherwise; EngineError (APP-042) where it would have no name."""
    labels = named(_told(given), language, field_of(form, uid)["labels"])
    return with_property(form, uid, "labels", labels)


def with_key_of_name(documents: Documents, path: str, uid: str, mint: Mint) -> Documents:
    """Return the documents with the key of a new field made of its name, where nothing but its form lists it yet.

    A key stays for ever once a revision has it, so that it should say what the field is.
    """
    form = documents[path]
    field = next((one for one in form["fields"] if one["uid"] == uid), None)
    if field is None or _is_mentioned(documents, path, field["key"]):
        return documents
    taken = (keys_of(form["fields"]) | set(SYSTEM_LABELS) | keys_of(form.get("relations", ()))) - {field["key"]}
    key, old = mint.key(field["labels"], taken), field["key"]
    made = with_property(form, uid, "key", key)
    for holder in (*made.get("sections", ()), made.get("list", {})):
        if "fields" in holder:
            holder["fields"] = [key if one == old else one for one in holder["fields"]]
    return {**documents, path: made}


def _is_mentioned(documents: Documents, path: str, key: str) -> bool:
    """Tell whether anything but the field itself, its section and the list has a key's word in it."""
    form = documents[path]
    fields = [{name: value for name, value in one.items() if name != "key"} for one in form["fields"]]
    rest = {name: value for name, value in form.items() if name not in ("fields", "sections", "list")}
    shown = [section.get("visible_when", "") for section in form.get("sections", ())]
    others = [document for place, document in documents.items() if place != path]
    written = compact([rest, fields, shown, form.get("list", {}).get("sort", ""), others])
    return re.search(rf"(?<![a-z0-9_]){key}(?![a-z0-9_])", written) is not None


def _told(given: str) -> str:
    if not given.strip():
        raise EngineError(problems.UNNAMED.at())
    return given.strip()


def _set(element: dict[str, Json], key: str, value: Json | Absent) -> None:
    if isinstance(value, Absent):
        element.pop(key, None)
    else:
        element[key] = value


def without_field(form: Json, uid: str) -> Json:
    """Return the form without a field, nor in its sections, list and search; EngineError (APP-041) for its last one."""
    made = deepcopy(form)
    for field in made["fields"]:
        lines = field.get("fields", [])
        if any(line["uid"] == uid for line in lines):
            _dropped(lines, uid)
            return made
    key = _dropped(made["fields"], uid)["key"]
    holders = [*made.get("sections", ()), made.get("list", {}), made]
    for holder, name in [(one, name) for one in holders for name in ("fields", "find_by")]:
        listed = holder.get(name, ())
        if key in listed:
            holder[name] = [one for one in listed if one != key]
    if made.get("list", {}).get("fields") == []:
        del made["list"]["fields"]
    return made


def _dropped(items: list[Json], uid: str) -> Json:
    if len(items) == 1:
        raise EngineError(problems.LAST_ONE.at())
    return items.pop(at(items, uid))


def with_field_moved(form: Json, uid: str, section: str | None, before: str | None) -> Json:
    """Return the form with a field put in front of another (uids), or at the end of a section.

    In a form without sections the fields' own order is what is seen; within lines it is theirs.
    """
    made = deepcopy(form)
    for field in made["fields"]:
        if any(line["uid"] == uid for line in field.get("fields", ())):
            shifted(field["fields"], uid, before)
            return made
    sections = made.get("sections", [])
    if not sections:
        shifted(made["fields"], uid, before)
        return made
    key = of(made["fields"], uid)["key"]
    ahead = of(made["fields"], before)["key"] if before is not None and before != uid else None
    holder = next((one for one in sections if ahead in one["fields"]), None) if ahead else None
    chosen = holder or (of(sections, section) if section else sections[-1])
    if before == uid:
        return made
    for one in sections:
        one["fields"] = [name for name in one["fields"] if name != key]
    chosen["fields"].insert(chosen["fields"].index(ahead) if ahead else len(chosen["fields"]), key)
    return made


def with_field_stepped(form: Json, uid: str, step: int) -> Json:
    """Return the form with a field one place up (-1) or down (1), from section to section; at an end it stays."""
    for field in form["fields"]:
        lines = field.get("fields", [])
        if any(line["uid"] == uid for line in lines):
            return with_field_moved(form, uid, None, _ahead_of(lines, uid, step))
    sections = form.get("sections", [])
    if not sections:
        return with_field_moved(form, uid, None, _ahead_of(form["fields"], uid, step))
    made = deepcopy(form)
    key = of(made["fields"], uid)["key"]
    listed = [one["fields"] for one in made["sections"]]
    holder = next((number for number, keys in enumerate(listed) if key in keys), None)
    if holder is None:
        return with_field_moved(form, uid, None, None)
    place = listed[holder].index(key) + step
    other = holder + step
    if 0 <= place < len(listed[holder]):
        listed[holder].remove(key)
        listed[holder].insert(place, key)
    elif 0 <= other < len(listed):
        listed[holder].remove(key)
        listed[other].insert(len(listed[other]) if step < 0 else 0, key)
    return made


def _ahead_of(items: Sequence[Json], uid: str, step: int) -> str | None:
    """Return the element in front of which one goes that is moved by a step; itself where it stays."""
    number = at(items, uid)
    if step < 0:
        return str(items[max(number - 1, 0)]["uid"])
    after = number + 2
    return str(items[after]["uid"]) if after < len(items) else None


def with_section(form: Json, labels: Json, mint: Mint) -> Json:
    """Return the form with one more section; the first one takes in the fields that stood in none."""
    made = deepcopy(form)
    sections = made.setdefault("sections", [])
    placed = {key for one in sections for key in one["fields"]}
    left = [] if sections else [field["key"] for field in made["fields"] if field["key"] not in placed]
    key = mint.key(labels, keys_of(sections))
    sections.append({"uid": mint.uid(), "key": key, "labels": dict(labels), "fields": left})
    return made


def with_section_property(form: Json, uid: str, key: str, value: Json | Absent) -> Json:
    """Return the form with a property of a section set, or taken away where the value is ABSENT."""
    made = deepcopy(form)
    _set(of(made.get("sections", []), uid), key, value)
    return made


def with_section_moved(form: Json, uid: str, before: str | None) -> Json:
    """Return the form with a section in front of another, or at the end."""
    made = deepcopy(form)
    shifted(made.get("sections", []), uid, before)
    return made


def without_section(form: Json, uid: str) -> Json:
    """Return the form without a section; its fields go to the one before, or the one that is first then."""
    made = deepcopy(form)
    sections = made.get("sections", [])
    number = at(sections, uid)
    fields = _dropped(sections, uid)["fields"]
    home = sections[max(number - 1, 0)]
    home["fields"] = [*home["fields"], *fields] if number else [*fields, *home["fields"]]
    return made


def with_option(owner: Json, given: str, language: str, mint: Mint) -> Json:
    """Return a field, or an option list, with one more option."""
    made = deepcopy(owner)
    labels = named(_told(given), language)
    made["options"].append({"uid": mint.uid(), "key": mint.key(labels, keys_of(made["options"])), "labels": labels})
    return made


def with_option_property(owner: Json, uid: str, key: str, value: Json | Absent) -> Json:
    """Return a field, or an option list, with a property of an option set, or taken away."""
    made = deepcopy(owner)
    _set(of(made["options"], uid), key, value)
    return made


def with_option_named(owner: Json, uid: str, given: str, language: str) -> Json:
    """Return a field, or an option list, with an option called otherwise in one language."""
    labels = named(_told(given), language, of(owner["options"], uid)["labels"])
    return with_option_property(owner, uid, "labels", labels)


def without_option(owner: Json, uid: str, *, used: bool) -> Json:
    """Return a field, or an option list, without an option; one that is ``used`` is kept for its records, retired."""
    if used:
        return with_option_property(owner, uid, "retired", value=True)
    made = deepcopy(owner)
    _dropped(made["options"], uid)
    return made


def with_option_moved(owner: Json, uid: str, before: str | None) -> Json:
    """Return a field, or an option list, with an option in front of another, or at the end."""
    made = deepcopy(owner)
    shifted(made["options"], uid, before)
    return made


def replaced(form: Json, field: Json) -> Json:
    """Return the form with a field, by its uid, as it is given."""
    made = deepcopy(form)
    held = field_of(made, field["uid"])
    held.clear()
    held.update(deepcopy(field))
    return made


def with_validation(form: Json, field: str, mint: Mint) -> Json:
    """Return the form with one more validation of a field (a uid): that it is not empty, until it is said otherwise."""
    made = deepcopy(form)
    held = field_of(made, field)
    message = text(f"请检查“{held['labels']['zh']}”", f"Check “{held['labels']['en']}”")
    held.setdefault("validations", []).append(
        {"uid": mint.uid(), "holds": f"{held['key']} is not empty", "message": message}
    )
    return made


def with_validation_property(form: Json, field: str, uid: str, key: str, value: str, language: str) -> Json:
    """Return the form with the condition of a validation set, or its message in one language."""
    made = deepcopy(form)
    held = of(field_of(made, field).get("validations", []), uid)
    held[key] = named(_told(value), language, held["message"]) if key == "message" else _told(value)
    return made


def without_validation(form: Json, field: str, uid: str) -> Json:
    """Return the form without a validation of a field."""
    made = deepcopy(form)
    held = field_of(made, field)
    del held["validations"][at(held.get("validations", []), uid)]
    if not held["validations"]:
        del held["validations"]
    return made


def label_of(element: Mapping[str, Json]) -> Text:
    """Return what an element is called."""
    return Text.from_json(element["labels"])
