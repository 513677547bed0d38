"""What comes again is compiled once, within one revision and for no other."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import pytest

from engine.kernel.problems import EngineError, Text
from engine.language.keeping import keep_expression, keep_understood
from engine.language.kept import KEPT
from engine.language.scope import FieldScope
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


def test_a_revision_goes_when_nobody_needs_it_though_expressions_of_it_were_kept():
    catalog = _catalog("再无此名")
    assert keep_understood("再无此名 > 1", replace(catalog.scope("shop", "deal"), with_old=True)).tree
    keep_expression("再无此名 > 1", catalog.scope("shop", "deal"))
    gone = weakref.ref(catalog)
    del catalog
    gc.collect()
    assert gone() is None
    assert not [
        kept
        for kept in gc.get_objects()
        if isinstance(kept, FieldScope) and kept.labels == Text("再无此名", "再无此名")
    ]


def test_few_expressions_are_kept_when_many_are_asked():
    scope = _catalog("金额").scope("shop", "deal")
    for number in range(KEPT + 10):
        keep_understood(f"金额 > {number}", scope)
    assert scope.kept is not None
    assert len(scope.kept) == KEPT
