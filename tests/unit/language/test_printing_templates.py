"""Templates in the canonical style: texts stay, expressions are printed, and what is printed means the same."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from engine.language.printing.templating import print_template
from engine.language.templates import compile_template
from tests.support.apps import app, compiled, field, form


def _labelled(item, zh):
    return {**item, "labels": {"zh": zh, "en": f"the {zh}"}}


@pytest.fixture(scope="module")
def scope():
    lines = field("lines", "lines", fields=[_labelled(field("part", "number"), "数量")])
    deal = form("deal", _labelled(field("amount", "number"), "金额"), _labelled(lines, "明细"))
    return compiled(app(deal)).scope("shop", "deal")


@pytest.mark.parametrize(
    ("source", "keys", "zh"),
    [
        ("没有占位", "没有占位", "没有占位"),
        ("{{金额}}元", "{{amount}}元", "{{金额}}元"),
        ("{{  amount+1 }}", "{{  amount + 1 }}", "{{  金额 + 1 }}"),
        (
            "{%if(金额>1)%}多{%else%}少{%end%}",
            "{%if amount > 1%}多{%else%}少{%end%}",
            "{%if 金额 > 1%}多{%else%}少{%end%}",
        ),
        ('{{ "}}" & "%}" }}', '{{ "}}" & "%}" }}', '{{ "}}" & "%}" }}'),
        (
            "{% each 明细 其中 数量>1 %}{{数量}};{% end %}",
            "{% each lines where part > 1 %}{{part}};{% end %}",
            "{% each 明细 其中 数量 > 1 %}{{数量}};{% end %}",
        ),
    ],
)
def test_a_template_is_printed_when_its_expressions_are_known(scope, source, keys, zh):
    for speech, wanted in (("keys", keys), ("zh", zh)):
        assert print_template(source, scope, speech) == wanted
        assert print_template(wanted, scope, speech) == wanted
    assert compile_template(keys, scope).parts is not None
    assert [part.tree for part in compile_template(zh, scope).expressions] == [
        part.tree for part in compile_template(source, scope).expressions
    ]


def test_a_template_is_told_its_problems_when_it_is_printed(scope):
    with pytest.raises(EngineError) as caught:
        print_template("{{ 金鹅 }} {{ amount", scope, "zh")
    assert {problem.code for problem in caught.value.problems} == {"LANG-020", "LANG-050"}
