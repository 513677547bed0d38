"""The cells of decision tables are stored by keys, and mean the same when inputs and options are called otherwise."""

from __future__ import annotations

import copy

import pytest

from engine.catalog.restating_tables import restated_tables
from engine.language.compiling import compile_expression
from engine.language.plain import Plain
from tests.support import apps
from tests.support.apps import compiled, element, field, form, options

ROWS = [
    ({"stage": "新建", "amount": ">= 起点"}, "金额 * 2"),
    ({"stage": '["新建", 成交]', "amount": "1..9"}, "参数.least"),
    ({"stage": "new", "amount": "-"}, "amount"),
    ({"stage": "不属于 [成交]"}, "0"),
]


def _called(item, zh):
    return item | {"labels": {"zh": zh, "en": f"the {zh}"}}


@pytest.fixture
def shop():
    stages = [_called(option, name) for option, name in zip(options("new", "won"), ("新建", "成交"), strict=True)]
    deal = form(
        "deal",
        _called(field("stage", "choice", options=stages), "阶段"),
        _called(field("amount", "number"), "金额"),
        _called(field("least", "number"), "起点"),
    )
    inputs = [element(key, field=f"deal.{key}") for key in ("stage", "amount", "least")]
    for column in inputs:
        del column["labels"]
    rows = [{"uid": apps.uid(), "when": when, "then": {"rate": then}} for when, then in ROWS]
    table = {
        "format": 1, "kind": "decision_table", **element("rates"), "hit_policy": "first",
        "inputs": inputs, "outputs": [element("rate", type="number", scale=2)], "rows": rows,
    }  # fmt: skip
    documents = apps.app(deal, parameters=[apps.parameter("least", "number", default="7")])
    return documents | {"decision_tables/rates.json": table}


def _restated(documents):
    app = compiled(documents).apps["shop"]
    return restated_tables(app.definition.documents, app.decision_tables)


def _asked(documents, stage, amount):
    catalog = compiled(documents)
    expression = compile_expression('lookup("rates", stage, amount, least)', catalog.scope("shop", "deal"))
    row = {"id": "1", "stage": stage, "amount": amount, "least": 5}
    return expression.evaluate(row, Plain(0, 0, parameters={"least": 7}))


def test_cells_are_by_keys_when_they_were_by_labels(shop):
    rows = _restated(shop)["decision_tables/rates.json"]["rows"]
    assert [(row["when"], row["then"]["rate"]) for row in rows] == [
        ({"stage": '"new"', "amount": ">= least"}, "amount * 2"),
        ({"stage": '["new", "won"]', "amount": "1..9"}, "参数.least"),
        ({"stage": "new", "amount": "-"}, "amount"),
        ({"stage": '不属于 ["won"]'}, "0"),
    ]


def test_cells_are_the_very_same_when_they_are_by_keys(shop):
    found = _restated(shop)
    assert _restated(found) is found


def test_a_table_decides_as_before_when_everything_is_called_otherwise(shop):
    found = copy.deepcopy(dict(_restated(shop)))
    for outer in found["forms/deal.json"]["fields"]:
        for named in (outer, *outer.get("options", ())):
            named["labels"] = {"zh": "空", "en": "or"}
    for stage in ("new", "won", None):
        for amount in (0, 3, 6, 100):
            assert _asked(found, stage, amount) == _asked(shop, stage, amount)
