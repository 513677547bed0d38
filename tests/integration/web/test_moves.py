"""The page of records by state: what is there, what a move would come to, moving and moving back."""

from __future__ import annotations

import re

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.support.apps import access, app, field, form, role, state, transition, workflow
from web import api_moves

CASE = form("case", field("name"), title="{{name}}", workflow="case")
STATES = [state("new"), state("old", retired=True), state("next"), state("done", "won")]
TRANSITIONS = [transition("go", ["new"], "next"), transition("finish", ["next", "old"], "done")]
FLOW = workflow("case", STATES, TRANSITIONS)
BEFORE = workflow("case", [*STATES[:1], state("old"), *STATES[2:]], [*TRANSITIONS, transition("age", ["new"], "old")])
PAGE = "/a/moving/moves/"


@pytest.fixture(scope="module", autouse=True)
def _cases(instance):
    """Three cases in a state that is then retired."""
    roles = [role("keeper", access("case"))]
    same = {one["key"]: one["uid"] for one in STATES}
    before = {**BEFORE, "uid": FLOW["uid"], "states": [{**one, "uid": same[one["key"]]} for one in BEFORE["states"]]}
    publish(instance.services.execution, app(CASE, before, key="moving", roles=roles), Actor(None))
    for name in ("librarian", "root"):
        instance.directory.grant(name, "moving", "keeper")
    author = next(one.id for one in instance.directory.everybody() if one.name == "librarian")
    for number in range(3):
        fields = {"name": f"案子{number}"}
        instance.records.create(instance.directory.viewer(author), "moving", "case", fields, "age")
    publish(instance.services.execution, app(CASE, FLOW, key="moving", roles=roles), Actor(None))


@pytest.fixture
def root(signed_in):
    return signed_in("root")


def text(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def test_it_is_for_administrators_alone(signed_in):
    assert signed_in("librarian").get(PAGE).status_code == 404
    assert signed_in("librarian").post(PAGE, {"_do": "move"}).status_code == 404


def test_records_are_counted_looked_at_moved_and_moved_back(root):
    shown = text(root.get(PAGE))
    assert "已停用" in shown
    assert re.search(r"<strong>3</strong>", shown)
    foreseen = text(root.get(f"{PAGE}?form=case&origin=old&target=next"))
    assert "将有 3 条记录从“old的中文”移到“next的中文”" in foreseen
    assert "案子0" in foreseen
    moving = {"form": "case", "origin": "old", "target": "next", "_do": "move"}
    refused = root.post(PAGE, {**moving, "reason": " "})
    assert (refused.status_code, "请写明原因" in text(refused)) == (422, True)
    assert root.post(PAGE, {**moving, "reason": "改流程"}).status_code == 303
    shown = text(root.get(PAGE))
    assert "移动了 3 条记录" in shown
    [id] = re.findall(r'value="back:([0-9a-f-]+)"', shown)
    assert root.post(PAGE, {"_do": f"back:{id}", "reason": "弄错了"}).status_code == 303
    assert "移回了 3 条记录" in text(root.get(PAGE))


def test_what_cannot_be_is_said(root):
    answer = root.post(PAGE, {"form": "case", "origin": "new", "target": "old", "reason": "x", "_do": "move"})
    assert (answer.status_code, "不能把记录移到" in text(answer)) == (422, True)
    assert root.post(PAGE, {"_do": "back:nothing", "reason": "x"}).status_code == 404
    assert root.post(PAGE, {"form": "case", "origin": "gone", "target": "next", "reason": "x"}).status_code == 422


def test_what_has_gone_on_is_passed_over_and_named(root, instance):
    moving = {"form": "case", "origin": "old", "target": "next", "_do": "move", "reason": "停用"}
    root.post(PAGE, moving)
    id = re.findall(r'value="back:([0-9a-f-]+)"', text(root.get(PAGE)))[0]
    viewer = instance.directory.viewer(
        next(one.id for one in instance.directory.everybody() if one.name == "librarian")
    )
    found = instance.records.list(viewer, "moving", "case", filter='state = "next"').items[0]
    instance.records.transition(viewer, "moving", "case", found.id, "finish", {})
    passed = text(root.post(PAGE, {"_do": f"back:{id}", "reason": "弄错了"}))
    assert "1 条记录留在原处" in passed
    assert f"<code>{found.id}</code> 它这期间已经往下走了。" in passed


def test_the_api_counts_moves_and_moves_back(admin_api, reader_api):
    address = "/moving/moves"
    assert reader_api("GET", address).status_code == 404
    states = {one["key"]: one["records"] for one in admin_api("GET", address).json["forms"]["case"]}
    asked = {"form": "case", "moves": {"old": "new"}, "reason": "并入"}
    done = admin_api("POST", address, asked)
    assert (done.status_code, done.json["moved"], done.json["passed"]) == (200, states["old"], 0)
    assert admin_api("GET", address).json["moves"][0]["reason"] == "并入"
    back = admin_api("POST", f"{address}/{done.json['id']}/back", {"reason": "弄错了"})
    assert (back.status_code, back.json["moved"]) == (200, states["old"])
    wrong = admin_api("POST", address, {"form": 1, "moves": {}, "reason": None})
    assert (wrong.status_code, [one["path"] for one in wrong.json["errors"]]) == (422, ["form", "moves", "reason"])
    assert admin_api("POST", address, {**asked, "reason": " "}).json["errors"][0]["path"] == "reason"
    assert admin_api("POST", f"{address}/nothing/back", {"reason": "x"}).status_code == 404


def test_many_are_moved_on_the_command_line(root, monkeypatch):
    monkeypatch.setattr(api_moves, "MOST", 1)
    answer = root.post(PAGE, {"form": "case", "origin": "old", "target": "next", "reason": "x", "_do": "move"})
    assert (answer.status_code, "youju app move moving case" in text(answer)) == (422, True)


def test_many_are_moved_back_a_part_at_a_time(root, admin_api, monkeypatch):
    address = "/moving/moves"
    states = {one["key"]: one["records"] for one in admin_api("GET", address).json["forms"]["case"]}
    count = states["old"]
    assert count > 1
    done = admin_api("POST", address, {"form": "case", "moves": {"old": "new"}, "reason": "并入"})
    monkeypatch.setattr(api_moves, "MOST", 1)
    back = admin_api("POST", f"{address}/{done.json['id']}/back", {"reason": "弄错了"})
    assert (back.json["moved"], back.json["left"]) == (1, count - 1)
    monkeypatch.setattr("web.pages.moves.MOST", count - 1)
    answer = root.post(PAGE, {"_do": f"back:{done.json['id']}", "reason": "弄错了"})
    assert answer.status_code == 303
    assert {one["key"]: one["records"] for one in admin_api("GET", address).json["forms"]["case"]} == states


def test_the_page_says_how_many_are_left_to_move_back(root, admin_api, monkeypatch):
    done = admin_api("POST", "/moving/moves", {"form": "case", "moves": {"old": "new"}, "reason": "并入"})
    count = done.json["moved"]
    assert count > 1
    monkeypatch.setattr("web.pages.moves.MOST", 1)
    shown = text(root.post(PAGE, {"_do": f"back:{done.json['id']}", "reason": "弄错了"}))
    assert "已移回 1 条" in shown
    assert f"还剩 {count - 1} 条" in shown
    assert "条记录留在原处" not in shown
    monkeypatch.setattr("web.pages.moves.MOST", 100)
    assert root.post(PAGE, {"_do": f"back:{done.json['id']}", "reason": "弄错了"}).status_code == 303


def test_it_is_there_in_english_too(root):
    root.post("/language", {"language": "en"})
    assert "Records by state" in text(root.get(PAGE))
    root.post("/language", {"language": "zh"})
