"""A pack with a fault in its scenarios, its demo or its needs is refused, with the place of the fault."""

from __future__ import annotations

import json

import pytest

from engine.kernel.problems import EngineError
from engine.packs.installing import needed_packs
from engine.packs.reading import read_pack

LABELS = {"zh": "店", "en": "Shop"}
STEP = {"as": "anna", "create": {"form": "item", "ref": "i"}}
CLAIM = {"record": {"ref": "i", "state": "draft"}}
SCENARIO = {"id": "one", "when": [STEP], "then": [CLAIM]}
USER = {"name": "anna", "display_name": "安娜", "roles": ["seller"]}
RECORD = {"ref": "i", "as": "anna", "form": "item", "at": {"days": -3, "time": "09:30"}, "fields": {"name": "x"}}


def write(folder, key="shop", needs=(), **parts):
    folder.mkdir(exist_ok=True)
    manifest = {"format": 1, "kind": "pack", "key": key, "version": "1.0.0", "labels": LABELS, "needs": list(needs)}
    (folder / "pack.json").write_text(json.dumps(manifest), encoding="utf-8")
    for kind, items in parts.items():
        path = folder / ("scenarios" if kind == "scenarios" else "demo") / f"{kind}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"format": 1, "kind": kind, kind: items}), encoding="utf-8")
    return folder


def found(folder):
    with pytest.raises(EngineError) as caught:
        read_pack(folder)
    return {(problem.code, problem.path) for problem in caught.value.problems}


def test_everything_is_read_when_it_is_well_formed(tmp_path):
    pack = read_pack(write(tmp_path / "shop", scenarios=[SCENARIO], users=[USER], records=[RECORD]))
    assert (pack.scenarios, pack.users, pack.demo) == ((SCENARIO,), (USER,), (RECORD,))


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"id": None}, "APP-005", ""),
        ({"when": None}, "APP-005", ""),
        ({"then": None}, "APP-005", ""),
        ({"then": []}, "APP-006", "/then"),
        ({"than": []}, "APP-004", "/than"),
        ({"clock": "2026-03-18"}, "APP-006", "/clock"),
        ({"when": [{**STEP, "ass": "anna"}]}, "APP-004", "/when/0/ass"),
        ({"when": [{"create": STEP["create"]}]}, "APP-005", "/when/0"),
        ({"given": [{"as": "anna", "create": {"form": "item"}}]}, "APP-005", "/given/0/create"),
        ({"then": [{"record": {"ref": "i", "stat": "draft"}}]}, "APP-004", "/then/0/record/stat"),
        ({"then": [{"refused": {"field": ["name"]}}]}, "APP-004", "/then/0/refused/field"),
        ({"then": [{"count": {"as": "anna", "form": "item"}}]}, "APP-005", "/then/0/count"),
        ({"then": [{**CLAIM, "refused": {}}]}, "APP-004", "/then/0/record"),
    ],
)
def test_a_scenario_is_refused_with_its_place_when_it_is_misshapen(tmp_path, change, code, place):
    scenario = {key: value for key, value in {**SCENARIO, **change}.items() if value is not None}
    assert (code, f"scenarios/scenarios.json#/scenarios/0{place}") in found(
        write(tmp_path / "shop", scenarios=[scenario])
    )


@pytest.mark.parametrize(
    ("kind", "item", "code", "place"),
    [
        ("users", {**USER, "role": "x"}, "APP-004", "/role"),
        ("users", {"name": "anna", "display_name": "安娜"}, "APP-005", ""),
        ("records", {**RECORD, "felds": {}}, "APP-004", "/felds"),
        ("records", {**RECORD, "at": {"day": 3}}, "APP-004", "/at/day"),
        ("records", {**RECORD, "at": {"time": "25:00"}}, "APP-006", "/at/time"),
        ("records", {"ref": "i", "form": "item"}, "APP-005", ""),
        ("records", {"ref": "i", "as": "anna"}, "APP-006", ""),
        ("guests", USER, "APP-006", None),
    ],
)
def test_demo_data_is_refused_with_its_place_when_it_is_misshapen(tmp_path, kind, item, code, place):
    where = f"demo/{kind}.json#/" + ("kind" if place is None else f"{kind}/0{place}")
    assert (code, where) in found(write(tmp_path / "shop", **{kind: [item]}))


@pytest.mark.parametrize("written", [None, "null"])
def test_a_folder_is_refused_when_it_has_no_manifest(tmp_path, written):
    folder = write(tmp_path / "shop", scenarios=[SCENARIO])
    (folder / "pack.json").unlink() if written is None else (folder / "pack.json").write_text(written)
    expected = ("APP-002", "pack.json") if written is None else ("APP-006", "pack.json#/")
    assert found(folder) == {expected}


def test_all_faults_are_told_at_once_when_several_files_have_some(tmp_path):
    folder = write(tmp_path / "shop", scenarios=[{**SCENARIO, "a": 1}], users=[{**USER, "b": 1}])
    assert {path.rpartition("/")[2] for _, path in found(folder)} == {"a", "b"}


def test_packs_are_refused_when_they_need_each_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for key, needs in {"shop": ["stock"], "stock": ["goods"], "goods": ["stock"], "own": ["own"]}.items():
        write(tmp_path / key, key, needs)
    with pytest.raises(EngineError, match=r"PACK-012.*stock → goods → stock"):
        needed_packs(read_pack(tmp_path / "shop"))
    with pytest.raises(EngineError, match=r"PACK-012.*own → own"):
        needed_packs(read_pack(tmp_path / "own"))


def test_a_pack_comes_once_and_after_its_own_needs_when_two_need_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for key, needs in {"shop": ["till", "stock"], "till": ["stock"], "stock": []}.items():
        write(tmp_path / key, key, needs)
    assert [pack.key for pack in needed_packs(read_pack(tmp_path / "shop"))] == ["stock", "till"]
