"""Decision tables in a running app: values, filters, rights, rules and messages ask them; runs keep row and policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.kernel.problems import EngineError
from engine.runtime.commands_tables import table
from engine.runtime.exporting import export_app
from engine.runtime.tables import ask_table, find_table
from tests.support.apps import access, app, element, field, form, options, parameter, places, problems_of, role, rule

_LAST_MONTH = 'lookup("rebate_rate", "a", 96, add_months(order_date, -1))'
POLICY = {"zh": "返利细则第三条", "en": "Rebates, § 3"}


def _table(*rows, policy="first", **more):
    return {
        "format": 1,
        "kind": "decision_table",
        **element("rebate"),
        "hit_policy": policy,
        "inputs": [element("amount", field="deal.amount"), element("grade", field="deal.grade")],
        "outputs": [element("percent", type="percent"), element("plan", type="text")],
        "rows": [{"uid": element("row")["uid"], "when": when, "then": then, **rest} for when, then, rest in rows],
        **more,
    }


def _rebates():
    return _table(
        (
            {"amount": ">= param.big", "grade": "a"},
            {"percent": "12.5", "plan": '"年返"'},
            {"key": "top", "policy": POLICY},
        ),
        ({"amount": ">= param.big"}, {"percent": "amount / 1000"}, {"valid_from": "2020-01-01"}),
        ({"grade": "[a, b]"}, {"percent": "1.5"}, {"key": "small"}),
    )


def _deal(**computed):
    return form(
        "deal",
        field("amount", "money"),
        field("grade", "choice", options=options("a", "b", "c")),
        field("percent", "percent", computed='lookup("rebate", amount, grade)', **computed),
        field("source"),
    )


def _documents(*tables, rules=(), deal=None):
    found = 'lookup("rebate", amount, grade) > 10'
    roles = [role("staff", access("deal")), role("guest", access("deal", "read", rows=found))]
    documents = app(
        deal or _deal(), *rules, key="crm", roles=roles, parameters=[parameter("big", "money", default="1000")]
    )
    return documents | {f"decision_tables/{table['key']}.json": table for table in tables}


def _rule():
    text = {
        "zh": '{{percent}}%:{{lookup_policy("rebate", amount, grade)}}',
        "en": '{{percent}}%: {{lookup_policy("rebate.en", amount, grade)}}',
    }
    then = [
        {"set": {"source": 'lookup_row("rebate", amount, grade)'}},
        {"notify": {"to": [{"owner": True}], "text": text}},
    ]
    return rule("told", "deal", {"created": True}, then, when='lookup("rebate", amount, grade) > 1')


@pytest.fixture
def crm(site):
    site.publish(_documents(_rebates(), rules=[_rule()]))
    site.person("me", ("crm", "staff"))
    site.person("guest", ("crm", "guest"))
    return site


def _made(crm, amount, grade):
    fields = {"amount": amount, "grade": grade}
    return crm.services.records.create(crm.viewer("me"), "crm", "deal", fields)


def _listed(crm, who, filter=None):
    page = crm.services.records.list(crm.viewer(who), "crm", "deal", filter=filter)
    return {record.id for record in page.items}


def test_a_value_is_what_the_table_says_when_a_field_looks_up(crm):
    made = [_made(crm, *given) for given in (("1000.00", "a"), ("3456.78", "c"), ("10.00", "b"), ("10.00", "c"))]
    assert [record.fields["percent"] for record in made] == ["12.50", "3.46", "1.50", None]


def test_lists_and_rights_see_what_the_table_says_when_they_filter(crm):
    big, other, small, _ = (_made(crm, *given) for given in (("2000", "a"), ("20000", "c"), ("10", "b"), ("10", "c")))
    assert _listed(crm, "me", 'lookup("rebate", amount, grade) >= 12.5') == {big.id, other.id}
    assert _listed(crm, "me", 'lookup_row("rebate", amount, grade) = "small"') == {small.id}
    assert _listed(crm, "guest") == {big.id, other.id}
    with pytest.raises(EngineError):
        crm.services.records.read(crm.viewer("guest"), "crm", "deal", small.id)


def test_a_run_names_row_and_policy_when_a_rule_has_looked_up(crm):
    record = _made(crm, "1000.00", "a")
    crm.jobs().run_until_quiet()
    (run,) = crm.query("SELECT trace FROM youju_rule_run WHERE rule = 'told'")
    source = {"row": "top", "policy": POLICY, "valid_from": None, "valid_to": None}
    assert json.loads(run.trace)["tables"] == [
        {"table": "rebate", "output": output, "rows": [source]} for output in ("percent", "#row", "#zh", "#en")
    ]
    (row,) = crm.query("SELECT source FROM deal WHERE id = :id", id=record.id)
    assert row.source == "top"
    (told,) = crm.services.inbox.notifications(crm.viewer("me"))
    assert "返利细则第三条" in told.text.zh
    assert "Rebates, § 3" in told.text.en


def test_a_rule_is_explained_when_its_condition_looks_up(crm):
    record = _made(crm, "10", "c")
    found = crm.services.explaining.explain(crm.viewer("me"), "crm", "deal", record.id, "told")
    assert found.rule.holds is False
    assert found.because


def test_a_table_answers_when_it_is_asked_outside_of_a_record(crm):
    found = ask_table(crm.services.execution, "crm", "rebate", {"amount": "1500", "grade": "a"})
    assert [(hit.row.number, hit.decides) for hit in found.hits] == [(1, True), (2, False), (3, False)]
    assert {key: value for key, (value, _) in found.results.items()} == {"percent": 1_250, "plan": "年返"}
    with pytest.raises(EngineError) as raised:
        ask_table(crm.services.execution, "crm", "rebate", {"amount": "x", "grade": "z", "more": "1"})
    assert sorted((problem.code, problem.path) for problem in raised.value.problems) == [
        ("TABLE-002", "more"),
        ("TABLE-021", "amount"),
        ("TABLE-021", "grade"),
    ]
    for app_key, key in (("crm", "rebat"), ("shop", "rebate")):
        with pytest.raises(EngineError):
            find_table(crm.services.execution, app_key, key)


def _said(crm, *words):
    done = CliRunner().invoke(table, [*words], obj=lambda: crm.services)
    return done.exit_code, done.output


def test_the_command_line_shows_checks_and_asks_when_it_is_told_to(crm):
    code, shown = _said(crm, "show", "crm", "rebate")
    assert code == 0
    assert 'amount的中文: >= param.big · grade的中文: a → percent的中文: 12.5 · plan的中文: "年返"' in shown
    assert "返利细则第三条 Rebates, § 3" in shown
    assert "[2020-01-01 … ]" in shown
    code, checked = _said(crm, "check", "crm", "rebate")
    assert code == 0
    assert "TABLE-015 rows[0].when.amount" in checked
    assert "TABLE-011 rows: 没有任何一行命中:grade的中文 = c的中文" in checked
    listed = json.loads(_said(crm, "check", "crm", "rebate", "--json")[1])
    assert listed["finished"] is True
    assert {finding["code"] for finding in listed["findings"]} == {"TABLE-011", "TABLE-012", "TABLE-015"}
    code, decided = _said(crm, "decide", "crm", "rebate", '{"amount": "20000", "grade": "b"}')
    answer = json.loads(decided)
    assert (code, answer["results"]) == (0, {"percent": "20", "plan": None})
    assert [(row["number"], row["decides"], row["valid_from"]) for row in answer["rows"]] == [
        (2, True, "2020-01-01"),
        (3, False, None),
    ]
    assert _said(crm, "decide", "crm", "rebate", "[1]")[0] == 2


def test_a_parameter_moves_the_rows_when_it_is_set(crm):
    asked = {"amount": "1500", "grade": "c"}
    assert ask_table(crm.services.execution, "crm", "rebate", asked).results["percent"][0] == 150
    documents = json.loads(export_app(crm.services.execution, "crm"))["documents"]
    documents["parameters.json"]["parameters"][0]["default"] = "2000"
    crm.publish(documents)
    assert ask_table(crm.services.execution, "crm", "rebate", asked).results["percent"][0] is None


def test_a_table_travels_with_its_app_when_that_is_exported(crm):
    written = json.loads(export_app(crm.services.execution, "crm"))
    assert written["documents"]["decision_tables/rebate.json"]["rows"][0]["policy"] == POLICY


def test_an_app_is_refused_with_file_row_and_column_when_a_table_is_wrong():
    broken = _table(
        ({"amount": ">= big", "grade": "d"}, {"percent": '"x"'}, {}),
        ({"amount": "1..2"}, {"nothing": "1"}, {"valid_from": "2026-02-01", "valid_to": "2026-01-01"}),
    )
    file = "decision_tables/rebate.json#rows"
    found = [path for _, path in places(problems_of(_documents(broken)))]
    assert sorted(found) == [
        f"{file}[0].then.percent",
        f"{file}[0].when.amount",
        f"{file}[0].when.grade",
        f"{file}[1].then.nothing",
        f"{file}[1].valid_to",
    ]


def test_an_app_is_refused_when_rows_of_a_unique_table_meet():
    meeting = _table(
        ({"grade": "[a, b]"}, {"percent": "1"}, {}), ({"grade": "!= a"}, {"percent": "2"}, {}), policy="unique"
    )
    (problem,) = problems_of(_documents(meeting))
    assert (problem.code, problem.path) == ("TABLE-010", "decision_tables/rebate.json#rows[1]")
    assert "b in English" in problem.message.en


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"inputs": [element("amount", field="deal.amont")]}, "APP-011", "inputs[0].field"),
        ({"inputs": [element("who", field="deal.owner")]}, "TABLE-001", "inputs[0].field"),
        ({"inputs": [element("grade", type="choice")]}, "APP-013", "inputs[0]"),
        ({"inputs": [element("grade", type="choice", option_list="no")]}, "APP-009", "inputs[0].option_list"),
        ({"inputs": [element("amount", type="money"), element("amount", type="date")]}, "APP-008", "inputs"),
    ],
)
def test_a_column_is_refused_with_its_place_when_it_has_no_type(change, code, place):
    found = problems_of(_documents({**_rebates(), **change}))
    assert (code, f"decision_tables/rebate.json#{place}") in places(found)


def test_the_example_of_the_reference_is_a_table_when_an_app_has_its_forms():
    page = Path(__file__).parents[3] / "docs" / "reference" / "decision-tables.md"
    example = json.loads(page.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0])
    forms = [
        form("customer", field("grade", "choice", options=options("a", "b", "c"))),
        form("order", field("order_date", "date"), field("percent", "percent", computed=_LAST_MONTH)),
    ]
    documents = app(*forms, key="crm") | {f"decision_tables/{example['key']}.json": example}
    assert problems_of(documents) == []
