"""Editing lists of options that several fields share, and the words by which an option goes besides its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Final

from engine.catalog.comparing import ABSENT
from engine.catalog.documents import Documents
from engine.catalog.editing import problems
from engine.catalog.editing.elements import Mint, keys_of, of, text
from engine.catalog.editing.forms import field_of, label_of, renamed, with_option_property
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text

LISTS: Final = "option_lists.json"
MOST_ALIASES: Final = 50
_BETWEEN: Final = re.compile(r"[、,,;;\n]")


def lists_in(documents: Documents) -> list[Json]:
    """Return the option lists of an app, in their order."""
    return list(documents.get(LISTS, {}).get("option_lists", ()))


def with_list(documents: Documents, labels: Json, mint: Mint) -> Documents:
    """Return the documents with one more list of two options; its own uid is the one told."""
    found = deepcopy(documents.get(LISTS)) or {"format": 1, "kind": "option_lists", "option_lists": []}
    uid = mint.main or mint.uid()
    options = [
        {"uid": mint.uid(), "key": f"option_{number}", "labels": text(f"选项{number}", f"Option {number}")}
        for number in (1, 2)
    ]
    key = mint.key(labels, keys_of(found["option_lists"]))
    found["option_lists"].append({"uid": uid, "key": key, "labels": dict(labels), "options": options})
    return {**documents, LISTS: found}


def with_list_changed(documents: Documents, uid: str, change: Callable[[Json], Json]) -> Documents:
    """Return the documents with a list (a uid) as ``change`` makes it; EngineError (APP-040) where it is gone."""
    of(lists_in(documents), uid)
    made = deepcopy(documents[LISTS])
    made["option_lists"] = [change(one) if one["uid"] == uid else one for one in made["option_lists"]]
    return {**documents, LISTS: made}


def with_list_named(documents: Documents, uid: str, given: str, language: str) -> Documents:
    """Return the documents with a list called otherwise in one language; EngineError (APP-042) without a name."""
    return with_list_changed(documents, uid, lambda one: renamed(one, given, language))


def without_list(documents: Documents, uid: str) -> Documents:
    """Return the documents without a list; EngineError (APP-043) where something is chosen from it."""
    gone = of(lists_in(documents), uid)
    users = list(users_of(documents, gone["key"]))
    if users:
        name = label_of(gone)
        said_zh, said_en = "、".join(one.zh for one in users), ", ".join(one.en for one in users)
        raise EngineError(
            problems.LIST_IN_USE.at(LISTS, name_zh=name.zh, name_en=name.en, by_zh=said_zh, by_en=said_en)
        )
    left = [one for one in lists_in(documents) if one["uid"] != uid]
    if not left:
        return {path: item for path, item in documents.items() if path != LISTS}
    return {**documents, LISTS: {**documents[LISTS], "option_lists": left}}


def users_of(documents: Documents, key: str) -> Iterator[Text]:
    """Go through what takes its options from a list: fields as ``form: field``, and decision tables."""
    for path, document in documents.items():
        if path.startswith("forms/"):
            form = label_of(document)
            for field in document["fields"]:
                for one in (field, *field.get("fields", ())):
                    if one.get("option_list") == key:
                        name = label_of(one)
                        yield Text(f"{form.zh}·{name.zh}", f"{form.en} · {name.en}")
        elif path.startswith("decision_tables/"):
            columns = (*document.get("inputs", ()), *document.get("outputs", ()))
            if any(column.get("option_list") == key for column in columns):
                yield label_of(document)


def with_field_list(documents: Documents, path: str, uid: str, key: str | None, mint: Mint) -> Documents:
    """Return the documents with a field (a uid) that takes its options from a list, or (None) has its own again.

    Options of its own are those of the list, in identities of their own: what records hold stays what it means.
    """
    made = deepcopy(documents[path])
    field = field_of(made, uid)
    listed = {one["key"]: one for one in lists_in(documents)}
    if key is not None:
        if key not in listed:
            raise EngineError(problems.GONE.at(LISTS))
        field.pop("options", None)
        field["option_list"] = key
    elif "option_list" in field:
        before = listed.get(field.pop("option_list"))
        field["options"] = [{**deepcopy(one), "uid": mint.uid()} for one in before["options"]] if before else []
    return {**documents, path: made}


def with_aliases(owner: Json, uid: str, typed: str) -> Json:
    """Return a field, or an option list, with the aliases of an option (a uid) as they were typed between commas."""
    words = [" ".join(one.split()) for one in _BETWEEN.split(typed)]
    option = of(owner["options"], uid)
    own = {option["key"], option["labels"]["zh"], option["labels"]["en"]}
    kept = [word for word in dict.fromkeys(words) if word and word not in own]
    return with_option_property(owner, uid, "aliases", kept[:MOST_ALIASES] or ABSENT)
