"""Apps as documents: the library as it is written, small apps made up by a test, and compiling both."""

from __future__ import annotations

import copy
import itertools
import json
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engine.catalog.apps import Catalog
from engine.catalog.compiling import Installed, compile_catalog
from engine.catalog.definitions import load_app
from engine.catalog.documents import FOLDERS
from engine.catalog.naming import assign_names
from engine.forms.field_types import BUILT_IN
from engine.forms.forms import Form
from engine.kernel.problems import EngineError, Problem

Documents = dict[str, Any]

LIBRARY = Path(__file__).parents[1] / "apps" / "library"
_PARTS = ("app", "option_lists", "pages", "parameters", "roles")
_numbers = itertools.count(1)


def library() -> Documents:
    """Return the library's documents, the caller's to change."""
    return copy.deepcopy(_read_library())


@cache
def _read_library() -> Documents:
    paths = [LIBRARY / f"{part}.json" for part in _PARTS]
    paths += [path for folder in FOLDERS for path in sorted((LIBRARY / folder).glob("*.json"))]
    return {path.relative_to(LIBRARY).as_posix(): json.loads(path.read_text(encoding="utf-8")) for path in paths}


@cache
def library_catalog() -> Catalog:
    """Return the library as it runs."""
    return compiled(library())


def compiled(*apps: Mapping[str, Any]) -> Catalog:
    """Return the catalog of these apps at revision 1; EngineError with every problem of their documents."""
    installed: list[Installed] = []
    taken: set[str] = set()
    for documents in apps:
        definition = load_app(documents, BUILT_IN)
        names = assign_names(definition, {}, taken)
        taken.update(names.values())
        installed.append(Installed(definition, 1, names))
    return compile_catalog(installed, BUILT_IN)


def problems_of(*apps: Mapping[str, Any]) -> list[Problem]:
    """Return the problems for which these apps do not compile; none where they do."""
    try:
        compiled(*apps)
    except EngineError as error:
        return list(error.problems)
    return []


def places(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    """Return the code and the place of each problem."""
    return [(problem.code, problem.path) for problem in problems]


def item(listed: list[Any], key: str) -> Any:
    """Return the member of a list of a document that has this key."""
    return next(member for member in listed if member["key"] == key)


def uid() -> str:
    """Return a uid that no other element has."""
    return f"t{next(_numbers):011d}"


def labels(key: str) -> dict[str, str]:
    return {"zh": f"{key}的中文", "en": f"{key} in English"}


def element(key: str, **more: Any) -> dict[str, Any]:
    """Return an element of a document: a field, a state, an option, a transition …"""
    return {"uid": uid(), "key": key, "labels": labels(key), **more}


def field(key: str, type: str = "text", **more: Any) -> dict[str, Any]:
    return element(key, type=type, **more)


def options(*keys: str) -> list[dict[str, Any]]:
    return [element(key) for key in keys]


def form(key: str, *fields: Any, title: str = "{{id}}", **more: Any) -> dict[str, Any]:
    return {"format": 1, "kind": "form", **element(key), "title": title, "fields": list(fields), **more}


def state(key: str, kind: str = "open", **more: Any) -> dict[str, Any]:
    return element(key, kind=kind, **more)


def transition(key: str, origins: Any, target: str, **more: Any) -> dict[str, Any]:
    """Return a transition; unless ``by`` or ``fields`` say otherwise, the owner's acknowledgement."""
    free = {} if "fields" in more or more.get("by") == "system" else {"acknowledgement": True}
    return element(key, **{"from": origins, "to": target, "by": [{"owner": True}], **free, **more})


def workflow(form_key: str, states: list[Any], transitions: list[Any], **more: Any) -> dict[str, Any]:
    return {
        "format": 1, "kind": "workflow", "uid": uid(), "key": form_key, "form": form_key,
        "initial": states[0]["key"], "states": states, "transitions": transitions, **more,
    }  # fmt: skip


def rule(key: str, form_key: str, on: Any, then: Any, **more: Any) -> dict[str, Any]:
    events, actions = (on if isinstance(on, list) else [on]), (then if isinstance(then, list) else [then])
    return {"format": 1, "kind": "rule", **element(key), "form": form_key, "on": events, "then": actions, **more}


def access(form_key: str, rights: str = "create read update delete", **more: Any) -> dict[str, Any]:
    return {"form": form_key, **dict.fromkeys(rights.split(), True), **more}


def role(key: str, *given: Any) -> dict[str, Any]:
    """Return a role; its uid comes of its key, so that an app made anew has the same one."""
    return element(key, access=list(given)) | {"uid": f"r{zlib.crc32(key.encode()):011d}"}


def parameter(key: str, type: str, **more: Any) -> dict[str, Any]:
    return element(key, type=type, **more)


def app(*parts: Any, key: str = "shop", timezone: str = "Asia/Shanghai", **lists: list[Any]) -> Documents:
    """Return an app of these forms, workflows and rules.

    ``roles``, ``parameters``, ``option_lists`` and ``pages`` are given by name; unless told, ``staff`` may do anything.
    """
    documents: Documents = {
        "app.json": {"format": 1, "kind": "app", **element(key), "timezone": timezone},
    }
    forms = [part["key"] for part in parts if part["kind"] == "form"]
    lists.setdefault("roles", [role("staff", *(access(form_key) for form_key in forms))])
    for part in parts:
        documents[f"{part['kind']}s/{part['key']}.json"] = part
    for name, listed in lists.items():
        documents[f"{name}.json"] = {"format": 1, "kind": name, name: listed}
    return documents


def one_form(*fields: Any, **more: Any) -> Form:
    """Return a form ``thing`` of these fields as it runs."""
    return compiled(app(form("thing", *fields, **more))).apps["shop"].forms["thing"]
