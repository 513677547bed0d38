"""Designs that are refused, each with its code and its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import apps
from tests.support.apps import field, form, item, library, options, places, problems_of, state, transition, workflow

NOTIFY = {"notify": {"to": [{"owner": True}], "text": {"zh": "z", "en": "e"}}}


def found(documents: dict[str, Any]) -> list[tuple[str, str]]:
    return places(problems_of(documents))


def change_library(path: str, change: Any) -> dict[str, Any]:
    documents = library()
    change(documents[path])
    return documents


TWICE = {
    "a field": ("forms/book.json", lambda doc: doc["fields"].append(field("isbn")), "forms/book.json#/fields"),
    "a section": (
        "forms/loan.json",
        lambda doc: doc["sections"].append(
            {"uid": apps.uid(), "key": "more", "labels": apps.labels("more"), "fields": []}
        ),
        "forms/loan.json#/sections",
    ),
    "a field in two sections": (
        "forms/loan.json",
        lambda doc: doc["sections"][0]["fields"].append("note"),
        "forms/loan.json#/sections/fields",
    ),
    "a relation": (
        "forms/book.json",
        lambda doc: doc["relations"].append({**doc["relations"][0], "uid": apps.uid()}),
        "forms/book.json#/relations",
    ),
    "a relation and a field": (
        "forms/book.json",
        lambda doc: doc["relations"][0].update(key="note"),
        "forms/book.json#/relations",
    ),
    "an option": (
        "forms/loan.json",
        lambda doc: item(doc["fields"], "condition")["options"].append(options("worn")[0]),
        "forms/loan.json#/fields/condition/options",
    ),
    "a line's field": (
        "forms/book.json",
        lambda doc: item(doc["fields"], "copies")["fields"].append(field("shelf")),
        "forms/book.json#/fields/copies/fields",
    ),
    "an option of a list": (
        "option_lists.json",
        lambda doc: doc["option_lists"][0]["options"].append(options("novel")[0]),
        "forms/book.json#/fields/subjects/options",
    ),
    "an option list": (
        "option_lists.json",
        lambda doc: doc["option_lists"].append({**doc["option_lists"][0], "uid": apps.uid(), "options": options("x")}),
        "option_lists.json#/option_lists",
    ),
    "a state": ("workflows/loan.json", lambda doc: doc["states"].append(state("lost")), "workflows/loan.json#/states"),
    "a transition": (
        "workflows/loan.json",
        lambda doc: doc["transitions"].append({**doc["transitions"][0], "uid": apps.uid()}),
        "workflows/loan.json#/transitions",
    ),
    "a role": ("roles.json", lambda doc: doc["roles"].append(apps.role("reader")), "roles.json#/roles"),
    "a parameter": (
        "parameters.json",
        lambda doc: doc["parameters"].append(apps.parameter("loan.days", "number")),
        "parameters.json#/parameters",
    ),
    "a uid in one document": (
        "forms/book.json",
        lambda doc: doc["fields"][0].update(uid=doc["fields"][1]["uid"]),
        "uid",
    ),
    "a uid in two documents": ("forms/book.json", lambda doc: doc["fields"][0].update(uid="j2oax7hp6kum"), "uid"),
}


@pytest.mark.parametrize("what", TWICE)
def test_a_key_is_told_when_it_stands_twice(what):
    path, change, place = TWICE[what]
    assert ("APP-008", place) in found(change_library(path, change))


def test_a_workflow_is_told_when_a_form_has_two():
    documents = library()
    other = {**documents["workflows/loan.json"], "uid": apps.uid(), "key": "lending"}
    other["states"] = [{**one, "uid": apps.uid()} for one in other["states"]]
    other["transitions"] = [{**one, "uid": apps.uid()} for one in other["transitions"]]
    documents["workflows/lending.json"] = other
    assert ("APP-008", "workflows") in found(documents)


@pytest.mark.parametrize("key", ["id", "version", "state", "held", "owner", "department", "created_at", "deleted_at"])
def test_a_field_is_refused_when_its_key_is_a_system_fields(key):
    assert ("APP-015", "forms/thing.json#/fields/1/key") in found(apps.app(form("thing", field("name"), field(key))))


@pytest.mark.parametrize("key", ["id", "parent", "position"])
def test_a_field_of_lines_is_refused_when_every_line_has_it(key):
    lines = field("rows", "lines", fields=[field("name"), field(key)])
    assert ("APP-015", "forms/thing.json#/fields/rows/fields/1/key") in found(apps.app(form("thing", lines)))


@pytest.mark.parametrize(
    "key", ["visible_when", "read_only_when", "unique", "read_only_after_create", "fields", "max_lenght"]
)
def test_a_field_of_lines_is_refused_when_it_asks_for_what_lines_do_not_do(key):
    value = True if key in ("unique", "read_only_after_create") else [field("x")] if key == "fields" else "true"
    documents = apps.app(form("thing", field("rows", "lines", fields=[field("name", **{key: value})])))
    assert ("APP-004", f"forms/thing.json#/fields/0/fields/0/{key}") in found(documents)


@pytest.mark.parametrize(
    ("key", "value"), [("default", "empty"), ("computed", "empty"), ("unique", True), ("option_list", "x")]
)
def test_lines_are_refused_when_they_ask_for_what_one_value_has(key, value):
    documents = apps.app(form("thing", field("rows", "lines", fields=[field("name")], **{key: value})))
    assert found(documents) == [("APP-004", f"forms/thing.json#/fields/0/{key}")]


@pytest.mark.parametrize("kind", ["multi_choice", "persons", "references", "json"])
def test_a_field_is_refused_when_it_is_unique_and_holds_several_values(kind):
    more = {"multi_choice": {"options": options("a")}, "references": {"form": "thing"}}.get(kind, {})
    assert found(apps.app(form("thing", field("some", kind, unique=True, **more)))) == [
        ("APP-004", "forms/thing.json#/fields/0/unique")
    ]


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("text", "options", options("a")), ("number", "option_list", "x"), ("text", "fields", [field("a")]),
        ("text", "scale", 2), ("date", "max_length", 3), ("money", "scale", 3), ("boolean", "min", "0"),
        ("text", "form", "thing"), ("choice", "max", "1"),
    ],
)  # fmt: skip
def test_a_property_is_refused_when_the_type_of_the_field_has_none_of_it(kind, key, value):
    more = {"options": options("a", "b")} if kind == "choice" else {}
    documents = apps.app(form("thing", field("some", kind, **{**more, key: value})))
    assert ("APP-004", f"forms/thing.json#/fields/0/{key}") in found(documents)


@pytest.mark.parametrize(
    ("kind", "more", "code", "at"),
    [
        ("number", {"scale": 10}, "APP-006", "/scale"), ("number", {"scale": "2"}, "APP-006", "/scale"),
        ("number", {"digits": 19}, "APP-006", "/digits"), ("number", {"min": 0}, "APP-006", "/min"),
        ("number", {"max": "1e3"}, "APP-006", "/max"), ("text", {"max_length": 0}, "APP-006", "/max_length"),
        ("reference", {}, "APP-005", ""), ("references", {}, "APP-005", ""), ("choice", {}, "APP-013", ""),
        ("multi_choice", {}, "APP-013", ""), ("lines", {}, "APP-005", ""), ("dragon", {}, "APP-007", "/type"),
        ("reference", {"form": "Thing"}, "APP-006", "/form"),
    ],
)  # fmt: skip
def test_a_property_is_refused_when_it_does_not_fit_the_type_of_the_field(kind, more, code, at):
    assert found(apps.app(form("thing", field("some", kind, **more)))) == [(code, f"forms/thing.json#/fields/0{at}")]


def test_a_circle_is_told_when_computed_fields_depend_on_each_other():
    documents = apps.app(
        form(
            "thing",
            field("a", "number", computed="b + 1"),
            field("b", "number", computed="c"),
            field("c", "number", computed="a"),
            field("d", "number", computed="a + d"),
        )
    )
    (problem,) = problems_of(documents)
    assert problem.code == "FORM-022"
    assert problem.path.startswith("forms/thing.json#fields.")
    assert "→" in problem.message.en


def test_a_circle_is_told_when_computed_fields_of_lines_depend_on_each_other():
    lines = [field("a", "number", computed="b + 1"), field("b", "number", computed="a")]
    (problem,) = problems_of(apps.app(form("thing", field("rows", "lines", fields=lines))))
    assert problem.code == "FORM-022"
    assert problem.path.startswith("forms/thing.json#fields.rows.fields.")


@pytest.mark.parametrize(
    "clock", ["date(created_at) = today()", "created_at < now()", "days_since(date(created_at)) > 3"]
)
def test_a_visibility_is_refused_when_it_reads_the_clock(clock):
    documents = apps.app(
        form(
            "thing",
            field("a", visible_when=clock),
            field("b"),
            sections=[apps.element("late", fields=["b"], visible_when=clock)],
        )
    )
    assert found(documents) == [
        ("FORM-023", "forms/thing.json#fields.a.visible_when"),
        ("FORM-023", "forms/thing.json#sections.late.visible_when"),
    ]


def test_a_json_field_is_no_text_when_an_expression_names_it():
    documents = apps.app(form("thing", field("raw", "json"), field("a", computed='raw & "x"')))
    assert found(documents) == [("LANG-020", "forms/thing.json#fields.a.computed")]


def flow(*transitions: Any, states: Any = None) -> dict[str, Any]:
    listed = states or [state("draft", "draft"), state("open"), state("won", "won")]
    return apps.app(
        form("thing", field("a"), field("b"), field("c"), field("d")), workflow("thing", listed, list(transitions))
    )


GO = {"origins": ["draft"], "target": "open"}
WIN = transition("win", ["open"], "won")


@pytest.mark.covers("S1-63")
@pytest.mark.parametrize("fields", [[], ["a"], ["a", "b"], ["a", "b", "a"], ["a", "a", "a", "b"]])
def test_a_transition_is_refused_when_it_names_fewer_than_three_fields(fields):
    documents = flow(transition("go", **GO, fields=fields), WIN)
    (problem,) = problems_of(documents)
    assert (problem.code, problem.path) == ("FLOW-003", "workflows/thing.json#transitions.go.fields")
    assert f" {len(set(fields))} " in problem.message.en
    assert "3" in problem.message.en


@pytest.mark.covers("S1-63")
@pytest.mark.parametrize(
    "more",
    [
        {"fields": ["a", "b", "c"]},
        {"fields": ["a", "b", "owner"]},
        {"fields": [], "acknowledgement": True},
        {"fields": ["a"], "by": "system"},
    ],
)
def test_a_transition_is_taken_when_it_names_three_fields_or_needs_none(more):
    assert found(flow(transition("go", **GO, **more), WIN)) == []


@pytest.mark.covers("S1-63")
@pytest.mark.parametrize(
    ("kind", "more", "enough"),
    [
        ("number", {"default": "2"}, 2),
        ("number", {"default": "0"}, 0),
        ("number", {"default": "1", "scale": 2}, 1),
        ("number", {}, 3),
        ("boolean", {"default": False}, 3),
        ("text", {"default": "1"}, 3),
    ],
)
def test_the_least_fields_are_those_of_the_parameter_when_the_app_has_one(kind, more, enough):
    def documents(count: int) -> dict[str, Any]:
        made = flow(transition("go", **GO, fields=["a", "b", "c"][:count]), WIN)
        given = [apps.parameter("transition.min_fields", kind, **more)]
        return {**made, "parameters.json": {"format": 1, "kind": "parameters", "parameters": given}}

    assert found(documents(enough)) == []
    if enough:
        assert [code for code, _ in found(documents(enough - 1))] == ["FLOW-003"]


def test_a_bad_default_is_told_when_it_is_that_of_the_least_fields():
    made = flow(transition("go", **GO, fields=["a", "b", "c"]), WIN)
    given = [apps.parameter("transition.min_fields", "number", default="three")]
    made["parameters.json"] = {"format": 1, "kind": "parameters", "parameters": given}
    assert found(made) == [("APP-012", "parameters.json#/transition.min_fields/default")]


def test_a_state_is_told_when_it_cannot_be_reached():
    states = [state("draft", "draft"), state("open"), state("won", "won"), state("island"), state("reef")]
    documents = flow(transition("go", **GO), WIN, transition("hop", ["island"], "reef"), states=states)
    assert found(documents) == [
        ("FLOW-002", "workflows/thing.json#states.island"),
        ("FLOW-002", "workflows/thing.json#states.reef"),
    ]


def test_a_state_is_reached_when_a_transition_from_anywhere_leads_to_it():
    states = [state("draft", "draft"), state("open"), state("won", "won"), state("held", "held")]
    assert found(flow(transition("go", **GO), WIN, transition("hold", "*", "held"), states=states)) == []


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"origins": ["draft"], "target": "opn"}, "transitions.go.to"),
        ({"origins": ["draft", "dratf"], "target": "open"}, "transitions.go.from"),
    ],
)
def test_a_transition_is_told_when_it_names_an_unknown_state(more, at):
    assert ("FLOW-001", f"workflows/thing.json#{at}") in found(flow(transition("go", **more), WIN))


def test_a_workflow_is_told_when_it_begins_in_an_unknown_state():
    documents = flow(transition("go", **GO), WIN)
    documents["workflows/thing.json"]["initial"] = "new"
    assert found(documents) == [("FLOW-001", "workflows/thing.json#initial")]


@pytest.mark.parametrize(
    ("on", "then", "code", "at"),
    [
        ({"before": ["save"]}, NOTIFY, "RULE-002", "then[0]"),
        ({"before": ["save"]}, {"open_task": {"key": "t", "to": [{"owner": True}], "title": {"zh": "z", "en": "e"}}},
         "RULE-002", "then[0]"),
        ({"before": ["go"]}, {"create": {"form": "thing", "fields": {}}}, "RULE-002", "then[0]"),
        ({"before": ["go"]}, {"fire": {"transition": "go"}}, "RULE-002", "then[0]"),
        ({"created": True}, {"refuse": {"message": {"zh": "z", "en": "e"}}}, "RULE-003", "then[0]"),
        ([{"created": True}, {"before": ["save"]}], {"set": {"a": '"x"'}}, "RULE-004", "on"),
    ],
)  # fmt: skip
def test_an_action_is_refused_when_its_rule_looks_at_the_wrong_moment(on, then, code, at):
    documents = flow(transition("go", **GO), WIN)
    documents["rules/r.json"] = apps.rule("r", "thing", on, then)
    assert found(documents) == [(code, f"rules/r.json#{at}")]


@pytest.mark.parametrize("on", [{"before": ["save"]}, {"before": ["save", "go"]}, {"before": ["win"]}])
def test_a_before_rule_is_taken_when_it_sets_and_refuses(on):
    documents = flow(transition("go", **GO), WIN)
    then = [{"set": {"a": '"x"', "owner": "me"}}, {"refuse": {"message": {"zh": "z", "en": "e"}, "field": "a"}}]
    documents["rules/r.json"] = apps.rule("r", "thing", on, then)
    assert found(documents) == []


def test_a_rule_sees_no_states_when_its_form_has_no_workflow():
    documents = apps.app(form("thing", field("a")))
    documents["rules/r.json"] = apps.rule("r", "thing", {"entered": "open"}, NOTIFY)
    assert found(documents) == [("RULE-001", "rules/r.json#on[0].entered")]


def test_a_key_is_refused_when_a_line_feed_follows_it():
    documents = change_library("forms/book.json", lambda doc: item(doc["fields"], "isbn").update(key="isbn\n"))
    assert found(documents) == [("APP-006", "forms/book.json#/fields/2/key")]


def test_a_line_of_defaults_needs_a_default_for_all_that_is_required():
    lines = [field("a", required="create"), field("b", required="create", default='"x"'), field("c")]
    documents = apps.app(form("thing", field("rows", "lines", fields=lines, default_line=True)))
    assert found(documents) == [("FORM-027", "forms/thing.json#fields.rows.fields.a")]


def test_only_lines_have_a_line_of_defaults():
    documents = apps.app(form("thing", field("a", default_line=True)))
    assert found(documents) == [("APP-004", "forms/thing.json#/fields/0/default_line")]


def test_only_the_reference_is_blamed_when_a_rule_updates_what_it_cannot_lead_to():
    there = field("there", "reference", form="away.thing")
    update = {"update": {"record": "there", "fields": {"name": '"x"'}}}
    documents = apps.app(form("thing", there), apps.rule("send", "thing", {"created": True}, update))
    assert found(documents) == [("FORM-021", "forms/thing.json#fields.there.form")]


@pytest.mark.parametrize(
    ("theirs", "own"),
    [("who", "owner_of"), ("nothing", "customer"), ("customer", "nothing"), ("customer", "name"), ("name", "customer")],
)
def test_what_a_reference_must_fit_are_references_to_one_form(theirs, own):
    one, two = (field("customer", "reference", form="customer") for _ in "ab")
    deal = form("deal", one, field("who", "person"), field("name"))
    fitting = field("deal", "reference", form="deal", fitting={theirs: own})
    visit = form("visit", two, field("owner_of", "person"), field("name"), fitting)
    documents = apps.app(form("customer", field("name")), deal, visit)
    assert found(documents) == [("FORM-028", f"forms/visit.json#fields.deal.fitting.{theirs}")]
