"""complete(): the fields that are required now, as a condition like any other."""

import pytest

from engine.language.compiling import compile_expression
from engine.language.expressions import Plain
from tests.support.apps import app, compiled, field, form, options, places, problems_of, rule

NOW = 1_790_000_000_000
SECTION = {"uid": "t99999999981", "key": "more", "labels": {"zh": "更多", "en": "More"}, "visible_when": "size > 1"}
THING = (
    field("name", required="submit"),
    field("size", "number"),
    field("why", required_when="size > 10"),
    field("secret", required="submit", visible_when="size > 5"),
    field("far", required="submit"),
    field("count", "number", set_by="system", required="submit"),
    field("kind", "multi_choice", required_when='contains_all = "yes"', options=options("a", "b")),
    field("contains_all"),
    field("plain"),
    field("photo", "json", required_when="size > 100"),
    field(
        "items",
        "lines",
        required_when="size > 20",
        fields=[field("what", required="submit"), field("price", "number", required_when='what = "sold"')],
    ),
)


@pytest.fixture(scope="module")
def scope():
    documents = form("thing", *THING, sections=[{**SECTION, "fields": ["far"]}])
    return compiled(app(documents)).scope("shop", "thing")


def _is_complete(scope, **given):
    row = {"id": "r1", **dict.fromkeys(item["key"] for item in THING), **given}
    return compile_expression("complete()", scope).holds(row, Plain.at(NOW))


def _line(**given):
    return {"id": "l1", "what": None, "price": None, "parent": "r1", **given}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, False),
        ({"name": "a"}, True),
        ({"name": "a", "size": 11}, False),
        ({"name": "a", "size": 11, "why": "w", "secret": "s", "far": "f"}, True),
        ({"name": "a", "size": 2}, False),
        ({"name": "a", "size": 2, "far": "f"}, True),
        ({"name": "a", "size": 6, "far": "f"}, False),
        ({"name": "a", "size": 6, "far": "f", "secret": "s"}, True),
        ({"name": "a", "contains_all": "yes"}, False),
        ({"name": "a", "contains_all": "yes", "kind": ("a",)}, True),
        ({"name": "a", "size": 101, "why": "w", "secret": "s", "far": "f", "items": (_line(what="x"),)}, False),
        ({"name": "a", "size": 21, "why": "w", "secret": "s", "far": "f"}, False),
        ({"name": "a", "size": 21, "why": "w", "secret": "s", "far": "f", "items": (_line(what="x"),)}, True),
        ({"name": "a", "items": (_line(what="x"), _line())}, False),
        ({"name": "a", "items": (_line(what="sold"),)}, False),
        ({"name": "a", "items": (_line(what="sold", price=1),)}, True),
    ],
)
def test_record_is_complete_when_all_that_is_required_now_is_filled(scope, given, wanted):
    assert _is_complete(scope, **given) is wanted


def test_everything_is_complete_when_nothing_is_required():
    scope = compiled(app(form("thing", field("name")))).scope("shop", "thing")
    assert compile_expression("填写完整()", scope).holds({"id": "r1", "name": None}, Plain.at(NOW)) is True


@pytest.mark.parametrize(
    "wrong",
    [
        field("b", required_when="complete()"),
        field("b", visible_when="not complete()"),
        field("b", "lines", fields=[field("c", computed="if(complete(), 1, 2)")]),
    ],
)
def test_complete_is_refused_when_it_would_ask_about_itself(wrong):
    found = problems_of(app(form("thing", field("a"), wrong)))
    assert [code for code, _ in places(found)] == ["LANG-084"]


def test_complete_is_refused_when_it_stands_in_an_aggregate(scope):
    found = problems_of(
        app(
            form("thing", *THING),
            rule("r", "thing", {"created": True}, {"set": {"plain": '"x"'}}, when="exists(items where complete())"),
        )
    )
    assert [code for code, _ in places(found)] == ["LANG-084"]


def test_computed_field_may_ask_when_it_is_not_required_itself():
    documents = form("thing", field("a", required="submit"), field("done", "boolean", computed="complete()"))
    compiled_form = compiled(app(documents)).apps["shop"].forms["thing"]
    assert compiled_form.computed_order == ("done",)


def test_circle_is_told_when_a_required_computed_field_asks_for_itself():
    documents = form("thing", field("done", "boolean", required="submit", computed="complete()"))
    assert [code for code, _ in places(problems_of(app(documents)))] == ["FORM-022"]


def test_fields_are_read_when_completeness_is_asked_for(scope):
    reads = compile_expression("complete()", scope).reads
    assert {"name", "size", "why", "secret", "far", "kind", "photo"} <= reads.fields
    assert "plain" not in reads.fields
    assert "count" not in reads.fields
