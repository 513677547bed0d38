"""Reading packs from folders: strict JSON, nothing that runs, and every problem at once with its file."""

from __future__ import annotations

import json
import shutil

import pytest

from engine.catalog.definitions import load_app
from engine.forms.field_types import BUILT_IN
from engine.kernel.problems import EngineError
from engine.packs.reading import FILE_LIMIT, find_pack, market, read_pack
from engine.rules.text.printing import print_rules
from tests.support.apps import LIBRARY, places


@pytest.fixture
def folder(tmp_path):
    """A copy of the library, to be broken."""
    return shutil.copytree(LIBRARY, tmp_path / "library")


def problems(folder):
    with pytest.raises(EngineError) as raised:
        read_pack(folder)
    return raised.value.problems


def test_a_pack_is_read_with_all_its_parts_when_it_is_whole():
    pack = read_pack(LIBRARY)
    assert (pack.key, pack.version, dict(pack.needs)) == ("library", "1.0.0", {})
    assert set(pack.documents) >= {
        "app.json", "option_lists.json", "pages.json", "parameters.json", "roles.json",
        "forms/book.json", "forms/loan.json", "forms/member.json", "workflows/loan.json",
        "decision_tables/after_return.json", "decision_tables/overdue_fine.json",
        *(f"rules/{key}.json" for key in ("damage_noted", "request_to_librarian", "returned_tell_librarian")),
    }  # fmt: skip
    assert {user["name"] for user in pack.users} >= {"librarian", "reader"}
    assert pack.scenarios


@pytest.mark.parametrize("key", sorted(market()))
def test_every_pack_of_the_market_is_read_when_it_is_asked_for(key):
    assert read_pack(find_pack(key)).key == key


def test_a_pack_is_found_by_its_folder_when_a_path_is_given():
    assert find_pack(str(LIBRARY)) == LIBRARY


@pytest.mark.parametrize("name", ["", "nope", "../sales_management", "/", "."])
def test_a_pack_is_unknown_when_there_is_none_of_that_name(name):
    with pytest.raises(EngineError) as raised:
        find_pack(name)
    (problem,) = raised.value.problems
    assert problem.code == "PACK-001"
    assert "sales_management" in problem.hint.en


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a": 1', "PACK-002"), ("", "PACK-002"), ("// no", "PACK-002"), ("{'a': 1}", "PACK-002"),
        ('{"a": NaN}', "PACK-002"), ('{"a": -Infinity}', "PACK-002"), ('{"a": ' + "9" * 5_000 + "}", "PACK-002"),
        ("[" * 100_000, "PACK-002"), ('{"a": 1, "a": 2}', "PACK-009"), ('{"b": [{"c": {"d": 1, "d": 1}}]}', "PACK-009"),
    ],
    ids=range(10),
)  # fmt: skip
@pytest.mark.parametrize("name", ["forms/book.json", "pack.json", "demo/users.json", "scenarios/lending.json"])
def test_a_file_is_refused_when_it_is_no_strict_json(folder, name, text, code):
    (folder / name).write_text(text, encoding="utf-8")
    assert places(problems(folder)) == [(code, name)]


def test_line_and_column_are_told_when_json_is_broken(folder):
    (folder / "app.json").write_text('{\n  "format": 1,\n  "kind" "app"\n}', encoding="utf-8")
    (problem,) = problems(folder)
    assert problem.message.en == "This is not JSON: line 3, column 10"


def test_a_file_is_refused_when_it_is_not_utf8(folder):
    (folder / "app.json").write_bytes(b'{"a": "\xff"}')
    assert places(problems(folder)) == [("PACK-003", "app.json")]


def test_a_file_is_refused_when_it_is_too_large(folder):
    (folder / "demo" / "big.json").write_bytes(b" " * (FILE_LIMIT + 1))
    assert places(problems(folder)) == [("PACK-005", "demo/big.json")]


@pytest.mark.parametrize(
    "name",
    ["run.py", "forms/book.py", "script.sh", "scenarios/play.js", "notes.txt", "forms/Book.json", "extra.json",
     "lib.so", "assets/page.html", ".hidden", "rules/sub/rule.json"],
)  # fmt: skip
def test_a_file_is_refused_when_a_pack_has_none_like_it(folder, name):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("{}", encoding="utf-8")
    assert places(problems(folder)) == [("PACK-004", name)]


@pytest.mark.parametrize("name", ["README.md", "assets/logo.png", "texts/more.md"])
def test_a_file_may_be_there_when_it_is_an_asset_or_a_note(folder, name):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("x", encoding="utf-8")
    assert read_pack(folder).key == "library"


@pytest.mark.parametrize("target", ["outside.json", "missing.json", ".."])
def test_a_link_is_refused_when_it_leads_anywhere(folder, tmp_path, target):
    (tmp_path / "outside.json").write_text("{}", encoding="utf-8")
    (folder / "forms" / "link.json").symlink_to(tmp_path / target)
    assert ("PACK-004", "forms/link.json") in places(problems(folder))


def test_a_folder_is_refused_when_it_has_no_manifest(folder):
    (folder / "pack.json").unlink()
    assert places(problems(folder)) == [("APP-002", "pack.json")]


def test_a_pack_is_refused_when_its_key_is_not_its_apps(folder):
    manifest = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    (folder / "pack.json").write_text(json.dumps({**manifest, "key": "archive"}), encoding="utf-8")
    assert places(problems(folder)) == [("PACK-007", "app.json#/key")]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"version": "1"}, ("APP-006", "pack.json#/version")),
        ({"needs": "x"}, ("APP-006", "pack.json#/needs")),
        ({"needs": ["../x"]}, ("APP-006", "pack.json#/needs/0")),
        ({"run": "setup.py"}, ("APP-004", "pack.json#/run")),
        ({"format": 2}, ("APP-003", "pack.json#/format")),
        ({"kind": "app"}, ("APP-006", "pack.json#/kind")),
        ({"labels": {"zh": "a"}}, ("APP-005", "pack.json#/labels")),
    ],
)
def test_a_manifest_is_refused_when_it_has_another_shape(folder, change, place):
    manifest = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    (folder / "pack.json").write_text(json.dumps({**manifest, **change}), encoding="utf-8")
    assert places(problems(folder)) == [place]


@pytest.mark.parametrize("document", [None, [], "text", 7])
def test_a_manifest_is_refused_when_it_is_no_object(folder, document):
    (folder / "pack.json").write_text(json.dumps(document), encoding="utf-8")
    assert [path.partition("#")[0] for _, path in places(problems(folder))] == ["pack.json"]


def test_all_files_are_told_at_once_when_several_are_broken(folder):
    (folder / "app.json").write_text("{", encoding="utf-8")
    (folder / "roles.json").write_text('{"a":1,"a":1}', encoding="utf-8")
    (folder / "run.py").write_text("print()", encoding="utf-8")
    (folder / "pack.json").write_text('{"format": 1}', encoding="utf-8")
    found = {path.partition("#")[0] for _, path in places(problems(folder))}
    assert found == {"app.json", "roles.json", "run.py", "pack.json"}


def test_rules_may_be_texts_when_a_pack_is_read(folder):
    whole = read_pack(LIBRARY).documents
    documents = [whole[f"rules/{key}.json"] for key in ("damage_noted", "request_to_librarian")]
    for document in documents:
        (folder / "rules" / f"{document['key']}.json").unlink()
    (folder / "rules" / "loans.rule").write_text(print_rules(documents, "zh"), encoding="utf-8")
    assert read_pack(folder).documents == whole


def test_a_text_of_rules_is_refused_with_its_place_when_it_does_not_read(folder):
    (folder / "rules" / "loans.rule").write_text('rule "r" on created\nfor loan then fly()', encoding="utf-8")
    assert places(problems(folder)) == [("RULE-020", "rules/loans.rule:2:15")]


@pytest.mark.parametrize("name", ["a.rule", "z.rule"])
def test_a_rule_is_refused_when_it_stands_in_two_files_of_a_pack(folder, name):
    document = read_pack(LIBRARY).documents["rules/damage_noted.json"]
    (folder / "rules" / name).write_text(print_rules([document]), encoding="utf-8")
    assert [code for code, _ in places(problems(folder))] == ["RULE-048"]


def test_a_text_of_rules_is_foreign_when_it_stands_elsewhere(folder):
    (folder / "loans.rule").write_text("", encoding="utf-8")
    assert [path for _, path in places(problems(folder))] == ["loans.rule"]


@pytest.mark.parametrize("key", sorted(market()))
def test_an_app_is_the_same_when_the_keys_of_its_documents_come_in_another_order(key):
    documents = read_pack(find_pack(key)).documents
    turned = {path: _turned(document) for path, document in documents.items()}
    assert load_app(turned, BUILT_IN) == load_app(documents, BUILT_IN)


def _turned(node):
    """Return a document with the keys of each object the other way round."""
    if isinstance(node, dict):
        return {key: _turned(inner) for key, inner in reversed(node.items())}
    return [_turned(inner) for inner in node] if isinstance(node, list) else node
