"""The library's documents, broken in every place: each breach is a problem with a code, a file and a place."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from engine.catalog.definitions import load_app
from engine.forms.field_types import BUILT_IN
from engine.kernel.problems import EngineError, Problem
from tests.support.apps import library, places, problems_of

CODE = re.compile(r"(APP|FORM|FLOW|RULE|LANG|TABLE|BOARD)-\d{3}")
Place = tuple[str, ...]

REQUIRED = {
    "app": {"format", "kind", "uid", "key", "labels"},
    "form": {"format", "kind", "uid", "key", "labels", "title", "fields"},
    "workflow": {"format", "kind", "uid", "key", "form", "initial", "states", "transitions"},
    "decision_table": {"format", "kind", "uid", "key", "labels", "hit_policy", "inputs", "outputs", "rows"},
    "rule": {"format", "kind", "uid", "key", "labels", "form", "on", "then"},
    "roles": {"format", "kind", "roles"},
    "parameters": {"format", "kind", "parameters"},
    "option_lists": {"format", "kind", "option_lists"},
    "pages": {"format", "kind", "pages"},
    "metric": {"format", "kind", "uid", "key", "labels", "form", "measures"},
    "board": {"format", "kind", "uid", "key", "labels", "widgets"},
}


def objects(node: Any, place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Go through every object in a document, with the keys and numbers that lead to it."""
    if isinstance(node, dict):
        yield place, node
        for key, inner in node.items():
            yield from objects(inner, (*place, key))
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from objects(inner, (*place, str(number)))


def at(document: Any, place: Place) -> Any:
    for part in place:
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


def shape_breaches(documents: dict[str, Any]) -> list[Problem]:
    """Return the problems of loading; none where the documents load."""
    try:
        load_app(documents, BUILT_IN)
    except EngineError as error:
        return list(error.problems)
    return []


def assert_told(found: list[Problem], path: str) -> None:
    """Every problem has a documented code, names the file that is broken and says what is wrong in both languages."""
    assert found, path
    for problem in found:
        assert CODE.fullmatch(problem.code), problem
        assert problem.path.startswith(path), problem
        assert problem.message.zh
        assert problem.message.en
        assert problem.hint.zh
        assert problem.hint.en


PATHS = sorted(library())


def few(path: str) -> dict[str, Any]:
    """Return the document with what it cannot be loaded without: shapes are checked document by document."""
    return {name: document for name, document in library().items() if name in ("app.json", "option_lists.json", path)}


def test_the_library_is_whole_when_nothing_is_broken():
    assert places(problems_of(library())) == []


@pytest.mark.parametrize("path", PATHS)
def test_a_document_is_refused_with_its_place_when_a_required_key_is_missing(path):
    base = few(path)
    for key in REQUIRED[base[path]["kind"]]:
        broken = {**base, path: {name: value for name, value in base[path].items() if name != key}}
        found = shape_breaches(broken)
        wanted = ("APP-003", f"{path}#/format") if key == "format" else ("APP-005", f"{path}#/")
        assert wanted in places(found), key
        if key != "format":
            assert any(f"“{key}”" in problem.message.en for problem in found)


@pytest.mark.parametrize("path", PATHS)
def test_a_key_is_refused_with_its_place_when_it_is_unknown_anywhere(path):
    base = few(path)
    for place, node in list(objects(base[path])):
        open_to_names = place[-1:] in {("set",), ("fields",), ("when",), ("then",), ("values",)} and isinstance(
            node, dict
        )
        if open_to_names:
            continue
        node["zz_unknown"] = 1
        found = shape_breaches(base)
        del node["zz_unknown"]
        assert_told(found, path)
        told = [item.path for item in found if item.code == "APP-004" and "zz_unknown" in item.message.en]
        wanted = "#/" + "/".join((*place, "zz_unknown"))
        assert told == [f"{path}{wanted}"], wanted


@pytest.mark.parametrize("path", PATHS)
def test_a_value_is_refused_in_its_place_when_it_has_another_shape_anywhere(path):
    base = few(path)
    for place, node in list(objects(base[path])):
        for key, value in list(node.items()):
            if (path, key) == ("parameters.json", "default"):
                continue  # any JSON, held against the parameter's type when the app is compiled
            node[key] = {"zz": [value]}
            found = shape_breaches(base)
            node[key] = value
            assert_told(found, path)
            wanted = "#/" + "/".join((*place, key))
            assert any(item.path.startswith(f"{path}#/{'/'.join(place)}") for item in found), (wanted, places(found))


ODD = [None, True, 7, "", "\0", "\ud800", [], {}, float("nan"), [None]]


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_documents_load_or_are_refused_but_never_crash_when_any_value_is_another(value):
    for path in ("parameters.json", "forms/member.json", "rules/damage_noted.json"):
        base = few(path)
        for _, node in list(objects(base[path])):
            for key, before in list(node.items()):
                node[key] = value
                for problem in shape_breaches(base):
                    assert problem.path.startswith((path, "uid")), problem
                    assert problem.message.en.encode()
                node[key] = before


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "document", [None, [], "text", 7, {}, {"format": 2}, {"format": "1"}, {"format": True}], ids=repr
)
def test_a_document_is_refused_when_it_is_something_else(path, document):
    broken = {**library(), path: document}
    assert_told(shape_breaches(broken), path)


@pytest.mark.parametrize("path", PATHS)
def test_a_document_is_refused_when_it_is_of_another_kind(path):
    base = library()
    found = shape_breaches({**base, path: {**base[path], "kind": "dragon"}})
    assert ("APP-006", f"{path}#/kind") in places(found)


def test_an_unknown_format_is_refused_not_guessed_when_it_is_newer():
    base = library()
    base["app.json"]["format"] = 2
    (problem,) = shape_breaches(base)
    assert (problem.code, problem.path) == ("APP-003", "app.json#/format")
    assert "2" in problem.message.en
    assert "1" in problem.hint.en


@pytest.mark.parametrize(
    "path",
    [
        "forms/../app.json",
        "forms/Book.json",
        "forms/book.txt",
        "form/book.json",
        "secrets.json",
        "forms/",
        "x/y/z.json",
    ],
)
def test_a_file_is_refused_when_no_app_has_one_of_that_name(path):
    base = library()
    found = shape_breaches({**base, path: copy.deepcopy(base["forms/book.json"])})
    assert ("APP-001", path) in places(found)


def test_an_app_is_refused_when_its_own_document_is_missing():
    base = library()
    del base["app.json"]
    assert ("APP-002", "app.json") in places(shape_breaches(base))


def test_a_file_is_refused_when_it_is_not_named_after_its_key():
    base = library()
    base["forms/volume.json"] = base.pop("forms/book.json")
    assert places(shape_breaches(base)) == [("APP-006", "forms/volume.json#/key")]


def test_all_breaches_are_told_at_once_when_several_documents_are_broken():
    base = library()
    del base["app.json"]["labels"]
    base["forms/book.json"]["fields"][0]["type"] = "txt"
    base["forms/book.json"]["fields"][2]["max_lenght"] = 17
    base["forms/member.json"]["fields"][4]["scale"] = 2
    base["rules/damage_noted.json"]["then"] = []
    assert sorted(places(shape_breaches(base))) == [
        ("APP-004", "forms/book.json#/fields/2/max_lenght"),
        ("APP-004", "forms/member.json#/fields/4/scale"),
        ("APP-005", "app.json#/"),
        ("APP-006", "rules/damage_noted.json#/then"),
        ("APP-007", "forms/book.json#/fields/0/type"),
    ]
