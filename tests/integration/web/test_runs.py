"""Runs of rules on pages and over the API: found, read and undone by administrators, absent for everybody else."""

from __future__ import annotations

import html
import re

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.integration.web.test_api import problems
from tests.support.apps import access, app, field, form, role, rule

WHY = "阈值设错了"


@pytest.fixture(scope="module", autouse=True)
def _acting(instance):
    """An app with a rule that flags what is worth much, and one that always fails."""
    thing = form(
        "thing", field("name"), field("worth", "number"), field("flag", "boolean"), field("quiet"), title="{{name}}"
    )
    keeper = role("keeper", access("thing"), access("note"))
    documents = app(
        thing,
        form("note", field("text", required="create")),
        rule("big", "thing", {"created": True}, {"set": {"flag": "true"}}, when="worth > 10 and not flag"),
        rule(
            "bad",
            "thing",
            {"created": True},
            {"create": {"form": "note", "fields": {"text": "quiet"}}},
            when="worth < 2",
        ),
        key="acting",
        roles=[keeper],
    )
    publish(instance.services.execution, documents, Actor(None))
    for name in ("librarian", "root"):
        instance.directory.grant(name, "acting", "keeper")


@pytest.fixture
def make(instance, work):
    """Make a thing; return its id once rules have looked at it."""
    author = next(one.id for one in instance.directory.everybody() if one.name == "librarian")

    def one(name, worth, **more):
        fields = {"name": name, "worth": worth, **more}
        made = instance.records.create(instance.directory.viewer(author), "acting", "thing", fields)
        work()
        return made.id

    return one


def listed(api, **wanted):
    asked = "&".join(f"{key}={value}" for key, value in wanted.items())
    answer = api("GET", f"/acting/runs?{asked}" if asked else "/acting/runs")
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def text(answer):
    return html.unescape(re.sub(r"\s+", " ", answer.get_data(as_text=True)))


def test_runs_are_found_by_rule_record_outcome_and_days_when_asked_for(admin_api, make):
    big, small = make("big one", "25"), make("small one", "5")
    (found,) = listed(admin_api, record=big, rule="big")["items"]
    assert (found["outcome"], found["record"]["title"], found["actions"]) == ("acted", "big one", ["set"])
    (idle,) = listed(admin_api, record=small, rule="big")["items"]
    assert (idle["outcome"], idle["actions"]) == ("idle", [])
    assert {one["outcome"] for one in listed(admin_api, outcome="acted")["items"]} == {"acted"}
    assert listed(admin_api, record=big, last="2020-01-01")["items"] == []
    (failed,) = listed(admin_api, record=make("poor", "1"), outcome="failed")["items"]
    assert (failed["rule"], failed["outcome"], "text的中文" in failed["error"]["zh"]) == ("bad", "failed", True)


def test_pages_follow_each_other_when_there_are_many(admin_api, make):
    for number in range(3):
        make(f"paged {number}", "30")
    whole = [one["id"] for one in listed(admin_api, rule="big", limit=200)["items"]]
    first = listed(admin_api, rule="big", limit=2)
    second = listed(admin_api, rule="big", limit=200, after=first["next"])
    assert [one["id"] for one in (*first["items"], *second["items"])] == whole
    assert second["next"] is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("outcome=maybe", {"outcome": "RUN-066"}),
        ("first=monday", {"first": "RUN-067"}),
        ("after=nowhere", {"after": "STORE-040"}),
        ("limit=0&colour=red", {"limit": "WEB-007", "colour": "WEB-006"}),
    ],
)
def test_a_mistake_is_told_with_its_place_when_runs_are_asked_for(admin_api, asked, found):
    told = problems(admin_api("GET", f"/acting/runs?{asked}"), 422)
    assert set(told) == set(found)


def test_a_run_tells_the_value_of_every_part_of_its_condition_and_what_it_did(admin_api, make):
    record = make("told", "12")
    (found,) = listed(admin_api, record=record, rule="big")["items"]
    run = admin_api("GET", f"/acting/runs/{found['id']}").get_json()
    assert run["condition"]["joins"] == "all"
    assert [part["holds"] for part in run["condition"]["parts"]] == [True, True]
    assert [one["shown"]["en"] for one in run["inputs"]] == ["12", ""]
    assert [(one["kind"], one["standing"]) for one in run["effects"]] == [("field", "back")]
    assert run["can_be_undone"] is True


def test_a_run_is_undone_over_the_api_when_a_reason_is_given(admin_api, make, api):
    record = make("undone", "12")
    (found,) = listed(admin_api, record=record, rule="big")["items"]
    address = f"/acting/runs/{found['id']}/undo"
    assert problems(admin_api("POST", address, {"reason": ""}), 422) == {"reason": "UNDO-001"}
    done = admin_api("POST", address, {"reason": WHY}, Idempotency_Key="one")
    assert (done.status_code, done.get_json()["undone"]["reason"]) == (200, WHY)
    assert admin_api("POST", address, {"reason": WHY}, Idempotency_Key="one").status_code == 200
    assert problems(admin_api("POST", address, {"reason": WHY}), 409) == {"": "UNDO-002"}
    assert api("GET", f"/acting/thing/{record}").get_json()["fields"]["flag"] is None
    assert [one["id"] for one in listed(admin_api, outcome="undone")["items"]] == [found["id"]]


def test_runs_are_absent_for_who_does_not_administer(api, reader_api, admin_api, make):
    record = make("closed", "12")
    (found,) = listed(admin_api, record=record, rule="big")["items"]
    for caller in (api, reader_api):
        assert caller("GET", "/acting/runs").status_code == 404
        assert caller("GET", f"/acting/runs/{found['id']}").status_code == 404
        assert caller("POST", f"/acting/runs/{found['id']}/undo", {"reason": WHY}).status_code == 404
    assert admin_api("GET", "/acting/runs/nothing").status_code == 404
    assert admin_api("GET", f"/library/runs/{found['id']}").status_code == 404


def test_a_run_is_undone_on_its_page_and_the_record_says_why(root, make):
    record = make("on the page", "40")
    page = text(root.get(f"/a/acting/runs/?record={record}&rule=big"))
    (address,) = set(re.findall(r"/a/acting/runs/[0-9a-f-]{36}", page))
    shown = text(root.get(address))
    assert "flag的中文:空 → 是" in shown
    assert "可以放回" in shown
    refused = root.post(f"{address}/undo", {"reason": ""})
    assert refused.status_code == 422
    assert "请写明为什么撤回" in text(refused)
    again = re.search(r'name="again" value="([0-9a-f]+)"', refused.get_data(as_text=True)).group(1)
    done = root.post(f"{address}/undo", {"reason": WHY, "again": again})
    assert done.status_code == 303
    after = text(root.get(done.location))
    assert "Root 于" in after
    assert WHY in after
    assert f"撤回了“big的中文”做的:{WHY}" in text(root.get(f"/a/acting/thing/{record}"))
    repeated = root.post(f"{address}/undo", {"reason": WHY, "again": again})
    assert repeated.status_code == 303, "a double tap does nothing twice"


def test_the_pages_are_there_for_administrators_alone(librarian, root, make):
    record = make("linked", "40")
    assert librarian.get("/a/acting/runs/").status_code == 404
    assert "/a/acting/runs/" not in text(librarian.get(f"/a/acting/thing/{record}/rules"))
    assert f"/a/acting/runs/?form=thing&record={record}" in text(root.get(f"/a/acting/thing/{record}/rules"))
    assert "/a/acting/runs/?rule=big" in text(root.get("/a/acting/studio/rules/big"))


def test_runs_of_a_rule_are_undone_together_on_their_page_when_it_was_seen_what_that_comes_to(
    root, make, instance, api
):
    records = [make(f"together {number}", "50") for number in range(2)]
    page = text(root.get("/a/acting/runs/?rule=big&outcome=acted"))
    assert "/a/acting/runs/undo?rule=big" in page
    seen = text(root.get("/a/acting/runs/undo?rule=big&first=2020-01-01"))
    assert "可全部撤回" in seen
    done = root.post("/a/acting/runs/undo", {"rule": "big", "first": "2020-01-01", "reason": WHY})
    assert done.status_code == 200
    assert re.search(r"已撤回 \d+ 次运行", text(done))
    assert [api("GET", f"/acting/thing/{one}").get_json()["fields"]["flag"] for one in records] == [None, None]
    assert root.post("/a/acting/runs/undo", {"rule": "big", "reason": ""}).status_code == 422


def test_runs_are_undone_together_over_the_api(admin_api, api, make):
    make("by the api", "60")
    seen = admin_api("GET", "/acting/runs/undo?rule=big&revision=1").get_json()
    assert (seen["whole"] >= 1, seen["more"], len(seen["runs"])) == (True, False, seen["whole"] + seen["never"])
    assert problems(admin_api("GET", "/acting/runs/undo"), 422) == {"rule": "RUN-068"}
    assert problems(admin_api("POST", "/acting/runs/undo", {"rule": "big", "reason": ""}), 422) == {
        "reason": "UNDO-001"
    }
    assert problems(admin_api("POST", "/acting/runs/undo", {"rule": 3, "reason": WHY}), 422) == {"rule": "WEB-003"}
    assert api("POST", "/acting/runs/undo", {"rule": "big", "reason": WHY}).status_code == 404
    done = admin_api("POST", "/acting/runs/undo", {"rule": "big", "reason": WHY}).get_json()
    assert done["undone"] == seen["whole"]
    assert admin_api("GET", "/acting/runs/undo?rule=big").get_json()["whole"] == 0
