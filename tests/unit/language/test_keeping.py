"""What comes again is compiled once, within one revision and for no other."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from engine.language.keeping import keep_expression, keep_understood
from engine.language.types import BooleanType, NumberType
from tests.support.apps import app, compiled, field, form, parameter


def _catalog(label):
    amount = {**field("amount", "number"), "labels": {"zh": label, "en": label}}
    return compiled(app(form("deal", amount), parameters=[parameter("least", "number")]))


def test_an_expression_is_the_very_same_when_it_comes_again():
    catalog = _catalog("金额")
    first = keep_expression("金额 > param.least", catalog.scope("shop", "deal"), expects=BooleanType)
    assert keep_expression("金额 > param.least", catalog.scope("shop", "deal"), expects=BooleanType) is first
    understood = keep_understood("金额 > param.least", catalog.scope("shop", "deal"), BooleanType)
    assert understood.tree == first.tree


def test_an_expression_is_another_when_the_revision_is():
    first = keep_expression("amount > 1", _catalog("金额").scope("shop", "deal"))
    other = keep_expression("amount > 1", _catalog("金额").scope("shop", "deal"))
    assert first is not other


def test_a_name_of_yesterday_is_unknown_when_the_revision_calls_it_otherwise():
    scope = _catalog("金额").scope("shop", "deal")
    assert keep_expression("金额 > 1", scope).type == BooleanType()
    with pytest.raises(EngineError):
        keep_expression("金额 > 1", _catalog("总额").scope("shop", "deal"))


def test_an_expression_is_compiled_for_its_place_when_another_place_needs_another_type():
    scope = _catalog("金额").scope("shop", "deal")
    assert keep_expression("amount / 3", scope, expects=NumberType(2)).type != keep_expression("amount / 3", scope).type
    with pytest.raises(EngineError):
        keep_expression("amount / 3", scope, expects=BooleanType)
    with pytest.raises(EngineError):
        keep_expression("amount / 3", scope, expects=BooleanType)
