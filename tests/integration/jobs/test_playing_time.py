"""Scenarios move the clock, publish designs and set parameters, and look at holds and explanations."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.forms.field_types import BUILT_IN
from engine.packs.reading import read_pack
from engine.scenarios.playing import play
from engine.scenarios.stage import open_stage, set_up
from tests.support.apps import rule

LIBRARY = Path(__file__).parents[2] / "apps" / "library"
CLOCK = "2026-03-18T10:00:00+08:00"
TEXT = {"zh": "逾期了", "en": "Overdue"}
RULES = (
    rule(
        "overdue",
        "loan",
        {"schedule": {"cron": "0 9 * * *"}},
        [
            {"notify": {"to": [{"role": "librarian"}], "text": TEXT}},
            {"set": {"note": 'switch(param.loan.limit, 5, "five", "other")'}},
        ],
        when='state = "lent" and due_date < today() and note = empty',
    ),
    rule(
        "stop",
        "member",
        {"changed": ["blocked"]},
        {"hold": {"reason": {"zh": "停借", "en": "Blocked"}}},
        when="blocked",
    ),
    rule("lift", "member", {"changed": ["blocked"]}, {"release": True}, when="not blocked"),
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library") / "library"
    shutil.copytree(LIBRARY, folder)
    for document in RULES:
        path = folder / "rules" / f"{document['key']}.json"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    pack, path = read_pack(folder), folder.with_suffix(".sqlite3")
    return pack, path, set_up(pack, (), f"sqlite:///{path}", BUILT_IN)


@pytest.fixture
def stage(installed, tmp_path):
    pack, path, people = installed
    made = open_stage(pack, f"sqlite:///{shutil.copyfile(path, tmp_path / 'stage.sqlite3')}", people)
    yield made
    made.close()


def create(form, ref, **fields):
    return {"as": "librarian", "create": {"form": form, "ref": ref, "fields": fields}}


LENT = create("loan", "loan", member={"ref": "m"}, book={"ref": "b"}, due_date={"days": 2})
LENT["create"]["transition"] = "lend"
GIVEN = [
    create("member", "m", name="约翰", card_no="K-1"),
    create("book", "b", title="书", isbn="978-0-00-000001-1"),
    LENT,
]
TOLD = {"notified": {"user": "librarian", "contains": "逾期", "times": 1}}
NOT_TOLD = {"notified": {"user": "librarian", "contains": "逾期", "times": 0}}


def scenario(when, *then, given=GIVEN):
    return {"id": "tried", "clock": CLOCK, "given": list(given), "when": list(when), "then": list(then)}


@pytest.mark.parametrize(
    ("tick", "claim"),
    [
        ({"days": 3, "time": "08:59"}, NOT_TOLD),
        ({"days": 3, "time": "09:00"}, TOLD),
        ({"days": 9}, TOLD),
        ("2026-03-21T08:59:59+01:00", NOT_TOLD),
        ("2026-03-21T08:00:00Z", TOLD),
    ],
)
def test_rules_by_the_clock_are_played_when_a_step_moves_it(stage, tick, claim):
    assert play(stage, scenario([{"tick": tick}], claim)).failures == ()


def test_a_scenario_fails_when_the_clock_would_go_back(stage):
    (failure,) = play(stage, scenario([{"tick": "2026-03-18T01:00:00Z"}], TOLD)).failures
    assert "JOB-003" in failure


def test_a_parameter_counts_from_the_next_look_when_a_step_sets_it(stage):
    setting = {"as": "librarian", "parameter": {"key": "loan.limit", "value": "5"}}
    claim = {"record": {"ref": "loan", "fields": {"note": "five"}}}
    assert play(stage, scenario([setting, {"tick": {"days": 3}}], claim)).failures == ()


def publication(path, value):
    edit = {"document": "workflows/loan.json", "path": path, "value": value}
    return {"as": "librarian", "publish": [edit]}


def test_a_publication_is_claimed_when_it_goes_through_and_when_it_is_refused(stage):
    good = publication("/transitions/0/labels/zh", "出借")
    assert play(stage, scenario([good], {"published": True})).failures == ()
    bad = publication("/transitions/0/fields", ["member"])
    assert play(stage, scenario([bad], {"refused": {"code": "FLOW-003"}}, given=())).failures == ()
    (failure,) = play(stage, scenario([bad], {"published": True}, {"refused": {}}, given=())).failures
    assert "nothing was published" in failure


@pytest.mark.parametrize("path", ["/nowhere/0", "/transitions/99/fields", "/transitions/99"])
def test_a_scenario_fails_when_it_changes_a_place_that_is_not_there(stage, path):
    (failure,) = play(stage, scenario([publication(path, 1)], {"published": True}, given=())).failures
    assert "SCEN-003" in failure


def test_a_hold_is_claimed_with_its_reason_and_who_releases(stage):
    block = {"as": "librarian", "patch": {"ref": "m", "fields": {"blocked": True}}}
    held = {"ref": "m", "is": True, "reason_contains": "停借", "releasers": []}
    assert play(stage, scenario([block], {"held": held}, given=GIVEN[:1])).failures == ()


@pytest.mark.parametrize(
    ("claim", "word"),
    [({"is": False}, "is held"), ({"reason_contains": "生病"}, "生病"), ({"releasers": ["x"]}, "instead")],
)
def test_a_scenario_fails_when_a_hold_is_another_one(stage, claim, word):
    block = {"as": "librarian", "patch": {"ref": "m", "fields": {"blocked": True}}}
    (failure,) = play(stage, scenario([block], {"held": {"ref": "m", **claim}}, given=GIVEN[:1])).failures
    assert word in failure


def test_why_is_claimed_when_a_rule_does_not_fire(stage):
    body = {"as": "librarian", "ref": "loan", "rule": "overdue", "holds": False, "contains": "2026-03-20"}
    nothing = {"as": "librarian", "patch": {"ref": "b", "fields": {"title": "新"}}}
    assert play(stage, scenario([nothing], {"explains": body})).failures == ()
    (failure,) = play(stage, scenario([], {"explains": {**body, "holds": True}}, given=())).failures
    assert "does not hold" in failure


def test_a_scenario_fails_when_a_rule_is_refused_on_the_way(stage):
    broken = {"document": "rules/overdue.json", "path": "/then/1/set", "value": {"due_date": "empty"}}
    publish = {"as": "librarian", "publish": [broken]}
    (failure,) = play(stage, scenario([publish, {"tick": {"days": 3}}], NOT_TOLD)).failures
    assert "the rule overdue was refused" in failure
