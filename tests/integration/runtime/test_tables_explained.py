"""What explanations of rules tell of decision tables, validity and actions: on pages, by the API and by the command."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from engine.kernel.clocks import DAY_MS
from engine.runtime.commands_rules import rule as group
from engine.storage.system_tables import rule_run
from tests.support.apps import access, app, element, field, form, role, rule
from web.wire import explanation_json

POLICY = {"zh": "细则第三条", "en": "Rules, § 3"}
ASK = 'lookup("rate", n)'


def _rate(*keys):
    high = {"key": "top", "when": {"n": ">= 10"}, "then": {"o": "7"}, "policy": POLICY, "valid_from": "2020-01-01"}
    low = {"when": {"n": "[0, 1, 2]"}, "then": {"o": "3"}}
    return {
        "format": 1,
        "kind": "decision_table",
        **element("rate"),
        "labels": {"zh": "费率", "en": "Rates"},
        "hit_policy": "first",
        "inputs": [element("n", type="number")],
        "outputs": [element("o", type="number")],
        "rows": [{"uid": element(f"row{number}")["uid"], **row} for number, row in enumerate((high, low))],
    }


def _documents(*rules):
    thing = form("thing", field("n", "number"), field("m", "number"), field("k", "number"))
    roles = [role("staff", access("thing")), role("guest", access("thing", "read", hidden_fields=["n"]))]
    return {**app(thing, *rules, roles=roles), "decision_tables/rate.json": _rate()}


@pytest.fixture
def shop(site):
    site.publish(
        _documents(
            rule("r", "thing", {"created": True}, {"set": {"m": ASK}}, when=f"{ASK} * 2 > 6"),
            rule("daily", "thing", {"changed": ["k"]}, {"set": {"m": "1"}}, once="day"),
            rule("past", "thing", {"schedule": {"cron": "0 * * * *"}}, {"set": {"k": "1"}}, valid_to="2020-01-01"),
            rule("later", "thing", {"schedule": {"cron": "0 * * * *"}}, {"set": {"k": "1"}}, valid_from="2990-01-01"),
        )
    )
    site.person("anna", ("shop", "staff"))
    site.person("gast", ("shop", "guest"))
    return site


def _made(shop, n):
    id = shop.services.records.create(shop.viewer("anna"), "shop", "thing", {"n": n}).id
    shop.jobs().run_until_quiet()
    return id


def _explained(shop, id, key="r", who="anna"):
    return shop.services.explaining.explain(shop.viewer(who), "shop", "thing", id, key)


def test_the_row_with_policy_and_period_is_told_when_a_condition_looks_up(shop):
    found = _explained(shop, _made(shop, "12"))
    (because,) = found.because
    assert "查表“费率”所得" in because.zh
    assert because.zh.endswith("；依据“费率”第 1 行(top):细则第三条(自 2020-01-01 起)")
    assert because.en.endswith("; by the table “Rates”: row 1 (top): Rules, § 3 (from 2020-01-01)")
    (row,) = found.condition.deeper
    assert (row.words.zh, row.shown.zh) == ("命中的行", "第 1 行(top):细则第三条(自 2020-01-01 起)")
    source = row.source
    assert (source.row, source.number, source.policy.as_json(), source.valid_from, source.valid_to) == (
        "top",
        1,
        POLICY,
        "2020-01-01",
        None,
    )


def test_it_is_told_when_no_row_hits(shop):
    found = _explained(shop, _made(shop, "5"))
    assert found.rule.holds is False
    assert found.because[0].zh.endswith("；依据“费率”没有命中任何行")
    assert found.runs[0].tables[0].rows == ()
    assert [text.en for text in found.runs[0].told] == ["“Rates”: no row hits"]


def test_a_run_tells_the_row_of_then_when_the_record_has_changed_since(shop):
    id = _made(shop, "12")
    shop.services.records.update(shop.viewer("anna"), "shop", "thing", id, {"n": "1"}, None)
    found = _explained(shop, id)
    assert found.rule.holds is False
    ((table,),) = [run.tables for run in found.runs]
    assert (table.table, table.output, table.labels.zh, [row.row for row in table.rows]) == (
        "rate",
        "o",
        "费率",
        ["top"],
    )


def test_no_row_is_told_to_whom_what_is_looked_up_is_closed(shop):
    found = _explained(shop, _made(shop, "12"), who="gast")
    assert [run.tables for run in found.runs] == [()]
    assert "top" not in repr(found)
    assert "第三条" not in repr(found)


def test_a_rule_says_that_it_is_outside_its_validity(shop):
    id = _made(shop, "12")
    past, later = _explained(shop, id, "past"), _explained(shop, id, "later")
    assert [(item.kind, item.words.zh) for item in past.kept_by] == [
        ("validity", "今天不在规则的有效期内(至 2020-01-01 止)")
    ]
    assert past.next_at is None
    assert later.kept_by[0].words.en == "today is outside its validity (from 2990-01-01)"
    assert later.next_at.startswith("2990-01-01T") or later.next_at.startswith("2989-12-31T")
    assert _explained(shop, id).kept_by == ()


def test_a_rule_says_that_it_has_fired_for_the_day_until_that_is_over(shop):
    id = _made(shop, "12")
    assert _explained(shop, id, "daily").kept_by == ()
    shop.services.records.update(shop.viewer("anna"), "shop", "thing", id, {"k": "1"}, None)
    shop.jobs().run_until_quiet()
    (kept,) = _explained(shop, id, "daily").kept_by
    assert kept.kind == "once"
    assert kept.words.zh.startswith("每天只执行一次,已于 ")
    assert kept.words.en.startswith("it has fired already (once per day, at ")
    shop.business.moment += DAY_MS
    assert _explained(shop, id, "daily").kept_by == ()


def test_runs_of_before_are_readable_when_they_kept_other_names(shop):
    id = _made(shop, "12")
    trace = {"event": {}, "actions": ["Branch", "SetFields", "ForEach", "OpenTask"]}
    with shop.services.execution.database.write() as connection:
        connection.execute(update(rule_run).values(trace=json.dumps(trace)))
    (run,) = _explained(shop, id).runs
    assert (run.actions, run.tables) == (("set", "for_each", "open_task"), ())


def test_the_command_tells_rows_and_validity(shop):
    id = _made(shop, "12")
    done = (
        CliRunner()
        .invoke(group, ["explain", "shop", "thing", id, "r", "--as", "anna"], obj=lambda: shop.services)
        .output
    )
    assert "命中的行 = 第 1 行(top):细则第三条(自 2020-01-01 起)" in done
    assert "查表 by the table: “费率”第 1 行(top)" in done
    assert " set" in done
    done = (
        CliRunner()
        .invoke(group, ["explain", "shop", "thing", id, "past", "--as", "anna"], obj=lambda: shop.services)
        .output
    )
    assert "today is outside its validity" in done


def test_the_api_tells_rows_and_what_keeps_a_rule(shop):
    id = _made(shop, "12")
    told = explanation_json(_explained(shop, id))
    source = {"row": "top", "number": 1, "policy": POLICY, "valid_from": "2020-01-01", "valid_to": None}
    labels = {"zh": "费率", "en": "Rates"}
    assert told["runs"][0]["tables"] == [{"table": "rate", "output": "o", "labels": labels, "rows": [source]}]
    assert source in [part["source"] for part in told["condition"]["parts"][0]["parts"][0]["parts"]]
    assert [item["kind"] for item in explanation_json(_explained(shop, id, "past"))["kept_by"]] == ["validity"]


def test_rules_are_listed_with_how_each_saw_what_was_before(site):
    event, mark = {"changed": ["n"]}, {"set": {"m": "1"}}
    rules = [
        rule("less", "thing", event, mark, when="n < old.n", order=1),
        rule("more", "thing", event, mark, when="n > old.n", order=2),
        rule("plain", "thing", event, mark, when="n = 2", order=3),
    ]
    site.publish(app(form("thing", field("n", "number"), field("m", "number")), *rules))
    anna = site.person("anna", ("shop", "staff"))
    id = site.services.records.create(anna, "shop", "thing", {"n": "1"}).id
    site.services.records.update(anna, "shop", "thing", id, {"n": "2"}, None)
    held = [view.holds for view in site.services.explaining.rules(anna, "shop", "thing", id)]
    assert held == [False, False, True], "nothing is changing before a rule has looked"
    site.jobs().run_until_quiet()
    views = site.services.explaining.rules(anna, "shop", "thing", id)
    assert [view.holds for view in views] == [
        site.services.explaining.explain(anna, "shop", "thing", id, view.key).rule.holds for view in views
    ]
