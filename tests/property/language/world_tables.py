"""The decision tables of the world: one of each hit policy, with blanks, ranges, periods, parameters and functions."""

from __future__ import annotations

from engine.kernel.problems import Text
from engine.language.checking.answering import Decider
from engine.language.tables import Column
from engine.language.types import ChoiceType, DateType, NumberType, TextType
from engine.rules.tables.compiling import compile_table
from engine.rules.tables.definitions import table_def

_RATES = (
    ({"amount": ">= 100", "stage": "won"}, {"rate": "12.5", "words": '"甲"', "day": "due"}, {}),
    ({"amount": "0..<100", "due": "< today()"}, {"rate": "amount / 3", "words": 'if(amount > 50, "🐱")'}, {}),
    ({"amount": "> param.days or due is empty"}, {"rate": "param.rate * amount", "day": "2024-02-29"}, {}),
    ({"stage": "[谈判, lost]"}, {"rate": "-7", "words": '"b"', "day": "due + 1"}, {"valid_from": "2026-09-01"}),
    ({"amount": "为空"}, {"rate": "0", "words": '"c"'}, {"valid_to": "2026-09-01"}),
)
_POLICY = {"zh": "第三条", "en": "§ 3"}


def made_tables(options, parameters):
    """The tables by key: one named after each hit policy, and ``marks`` that collects options."""
    choice = ChoiceType(options)
    inputs = (_column("amount", NumberType(2)), _column("stage", choice), _column("due", DateType()))
    rate, words, day = _column("rate", NumberType(4)), _column("words", TextType()), _column("day", DateType())
    mark = _column("mark", choice)
    marked = (
        ({"amount": "> 0"}, {"mark": "won"}, {}),
        ({"amount": "> 10"}, {"mark": "stage"}, {}),
        ({"due": "不为空"}, {"mark": "谈判"}, {}),
    )
    made = {policy: _table(policy, policy, inputs, (rate, words, day), _RATES, parameters) for policy in _WHOLE}
    made["sum"] = _table("sum", "sum", inputs, (rate,), _RATES, parameters)
    made["collect"] = _table("collect", "collect", inputs, (words,), _RATES, parameters, limit=2)
    made["marks"] = _table("marks", "collect", inputs, (mark,), marked, parameters)
    return made


_WHOLE = ("first", "unique", "max")


def _column(key, kind):
    return Column(key, Text(key, key), kind)


def _table(key, policy, inputs, outputs, rows, parameters, **more):
    element = {"uid": "u", "labels": {"zh": "表", "en": "table"}}
    kept = {column.key for column in outputs}
    document = {
        **element,
        "key": key,
        "hit_policy": policy,
        "inputs": [{**element, "key": column.key} for column in inputs],
        "outputs": [{**element, "key": column.key} for column in outputs],
        "rows": [
            {
                "uid": f"row{number}",
                "when": when,
                "then": {name: cell for name, cell in then.items() if name in kept},
                "policy": _POLICY,
                **period,
            }
            for number, (when, then, period) in enumerate(rows)
        ],
        **more,
    }
    table, found = compile_table(table_def(document), inputs, outputs, parameters)
    assert not [problem for problem in found if problem.code != "TABLE-010"], found
    return Decider(table)
