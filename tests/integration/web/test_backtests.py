"""Back-tests over the API and on the command line: what is asked is read strictly, and answered to who may ask."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from engine.decision.changeset import Actor
from engine.kernel.clocks import date_of, day_of
from engine.runtime.backtests.commands import backtest_rule
from engine.runtime.publishing import publish
from tests.integration.web.test_api import problems
from tests.support.apps import access, app, field, form, parameter, role, rule

ADDRESS = "/tried/rules/idle/backtest"
TODAY = {"first": "2026-03-02", "last": "2026-03-02"}


@pytest.fixture(scope="module", autouse=True)
def _tried(instance):
    """An app with a rule that flags things that are worth more than a parameter says, as they are made."""
    parts = [
        form("thing", field("name"), field("worth", "money"), field("flag", "boolean"), title="{{name}}"),
        rule("idle", "thing", {"created": True}, {"set": {"flag": "true"}}, when="worth > param.least"),
    ]
    keeper = {**role("keeper", access("thing")), "parameters": True}
    documents = app(*parts, key="tried", roles=[keeper], parameters=[parameter("least", "number", default="10")])
    publish(instance.services.execution, documents, Actor(None))
    instance.directory.grant("librarian", "tried", "keeper")
    author = next(one.id for one in instance.directory.everybody() if one.name == "librarian")
    for name, worth in (("small", "5"), ("middle", "15"), ("large", "25")):
        instance.records.create(instance.directory.viewer(author), "tried", "thing", {"name": name, "worth": worth})


def today(instance):
    return date_of(day_of(instance.clocks.business(), "Asia/Shanghai")).isoformat()


def test_what_would_have_come_is_answered_when_parameters_are_tried(api, instance):
    period = {"first": today(instance), "last": today(instance)}
    answer = api("POST", ADDRESS, {**period, "parameters": {"least": "20"}})
    assert answer.status_code == 200
    found = answer.get_json()
    assert (found["old"], found["new"]) == ({"count": 2, "money": "40.00"}, {"count": 1, "money": "25.00"})
    assert found["totals"] == {"gone": {"count": 1, "money": "15.00"}, "same": {"count": 1, "money": "25.00"}}
    assert [(one["title"], one["kind"], one["new_at"]) for one in found["differing"]] == [("middle", "gone", None)]
    assert found["differing"][0]["because"][0]["en"].startswith("worth in English is 15, not more than 20")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"first": "2026-03-02"}, {"last": "WEB-003"}),
        ({**TODAY, "parameters": []}, {"parameters": "WEB-003"}),
        ({**TODAY, "draft": "yes"}, {"draft": "WEB-003"}),
        ({**TODAY, "days": 3}, {"days": "WEB-002"}),
        ({**TODAY, "first": "2099-01-01", "last": "2099-01-02"}, {"first": "PAST-002"}),
    ],
)
def test_a_mistake_is_told_with_its_place_when_something_else_is_asked(api, body, found):
    assert problems(api("POST", ADDRESS, body), 422) == found


def test_it_is_absent_when_somebody_else_asks(reader_api, api):
    problems(reader_api("POST", ADDRESS, TODAY), 404)
    problems(api("POST", "/tried/rules/nothing/backtest", TODAY), 404)
    assert problems(api("POST", ADDRESS, {**TODAY, "parameters": {"most": "1"}}), 404) == {"most": "RUN-036"}


def test_the_command_tells_the_same_when_it_is_asked_for_words_or_json(instance):
    day = today(instance)
    asked = ["tried", "idle", "--as", "librarian", "--over", day, day, "--set", "least=20"]
    runner = CliRunner()
    words = runner.invoke(backtest_rule, asked, obj=lambda: instance.services, catch_exceptions=False)
    assert words.exit_code == 0
    assert "as it is 2 (40.00); 改后 as changed 1 (25.00)" in words.output
    assert "middle" in words.output
    found = runner.invoke(backtest_rule, [*asked, "--json"], obj=lambda: instance.services, catch_exceptions=False)
    assert json.loads(found.output)["totals"]["gone"]["count"] == 1
    wrong = runner.invoke(backtest_rule, [*asked[:-1], "least"], obj=lambda: instance.services)
    assert wrong.exit_code == 2
