"""Documents that are well formed and do not fit together: every broken name, expression and machine has its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.apps import item, library, places, problems_of


def found(documents: dict[str, Any]) -> list[tuple[str, str]]:
    return places(problems_of(documents))


def change_library(path: str, change: Any) -> dict[str, Any]:
    documents = library()
    change(documents[path])
    return documents


BROKEN = {
    "a field's condition": (
        "forms/member.json",
        lambda doc: item(doc["fields"], "guardian").update(required_when="bron is not empty"),
        ("LANG-020", "forms/member.json#fields.guardian.required_when"),
    ),
    "a default": (
        "forms/loan.json",
        lambda doc: item(doc["fields"], "due_date").update(default="1 +"),
        ("LANG-009", "forms/loan.json#fields.due_date.default"),
    ),
    "a default of another type": (
        "forms/loan.json",
        lambda doc: item(doc["fields"], "due_date").update(default='"soon"'),
        ("LANG-040", "forms/loan.json#fields.due_date.default"),
    ),
    "a computed field of another type": (
        "forms/book.json",
        lambda doc: item(doc["fields"], "copy_count").update(computed="title"),
        ("LANG-040", "forms/book.json#fields.copy_count.computed"),
    ),
    "a validation": (
        "forms/loan.json",
        lambda doc: item(doc["fields"], "due_date")["validations"][0].update(holds="due_date > 5"),
        ("LANG-", "forms/loan.json#fields.due_date.validations[0].holds"),
    ),
    "a default inside lines": (
        "forms/book.json",
        lambda doc: item(item(doc["fields"], "copies")["fields"], "acquired").update(default="title"),
        ("LANG-", "forms/book.json#fields.copies.fields.acquired.default"),
    ),
    "a section's condition": (
        "forms/loan.json",
        lambda doc: item(doc["sections"], "back").update(visible_when='state = "borrowed"'),
        ("LANG-", "forms/loan.json#sections.back.visible_when"),
    ),
    "a title": (
        "forms/book.json",
        lambda doc: doc.update(title="{{titel}}"),
        ("LANG-020", "forms/book.json#title"),
    ),
    "an option that is not there": (
        "forms/loan.json",
        lambda doc: item(doc["fields"], "damage").update(visible_when='condition = "burnt"'),
        ("LANG-", "forms/loan.json#fields.damage.visible_when"),
    ),
    "a section's field": (
        "forms/loan.json",
        lambda doc: item(doc["sections"], "what")["fields"].append("bok"),
        ("FORM-020", "forms/loan.json#sections.what.fields[3]"),
    ),
    "a list's field": (
        "forms/book.json",
        lambda doc: doc["list"]["fields"].append("autor"),
        ("FORM-020", "forms/book.json#list.fields[3]"),
    ),
    "a list's order": (
        "forms/book.json",
        lambda doc: doc["list"].update(sort="-titel"),
        ("FORM-020", "forms/book.json#list.sort"),
    ),
    "a list sorted by lines": (
        "forms/book.json",
        lambda doc: doc["list"].update(sort="copies"),
        ("FORM-020", "forms/book.json#list.sort"),
    ),
    "the choice to be made first": (
        "forms/loan.json",
        lambda doc: doc.update(choose_first="kind"),
        ("FORM-020", "forms/loan.json#choose_first"),
    ),
    "a reference's form": (
        "forms/loan.json",
        lambda doc: item(doc["fields"], "book").update(form="bok"),
        ("FORM-021", "forms/loan.json#fields.book.form"),
    ),
    "a reference into another app": (
        "forms/loan.json",
        lambda doc: item(doc["fields"], "book").update(form="archive.book"),
        ("FORM-021", "forms/loan.json#fields.book.form"),
    ),
    "a relation's form": (
        "forms/book.json",
        lambda doc: doc["relations"][0].update(form="lone"),
        ("FORM-021", "forms/book.json#relations[0].form"),
    ),
    "a relation's reference": (
        "forms/book.json",
        lambda doc: doc["relations"][0].update(reference="boook"),
        ("FORM-020", "forms/book.json#relations[0].reference"),
    ),
    "a form's workflow": (
        "forms/loan.json",
        lambda doc: doc.update(workflow="lending"),
        ("APP-019", "forms/loan.json#/workflow"),
    ),
    "the workflow of a form without one": (
        "forms/book.json",
        lambda doc: doc.update(workflow="loan"),
        ("APP-019", "forms/book.json#/workflow"),
    ),
    "an option list": (
        "forms/book.json",
        lambda doc: item(doc["fields"], "subjects").update(option_list="topic"),
        ("APP-009", "forms/book.json#/fields/3/option_list"),
    ),
    "a workflow's form": (
        "workflows/loan.json",
        lambda doc: doc.update(form="lone"),
        ("APP-010", "workflows/loan.json#/form"),
    ),
    "a transition's field": (
        "workflows/loan.json",
        lambda doc: item(doc["transitions"], "lend")["fields"].append("due"),
        ("FLOW-004", "workflows/loan.json#transitions.lend.fields[3]"),
    ),
    "a transition's optional field": (
        "workflows/loan.json",
        lambda doc: item(doc["transitions"], "report_lost").update(optional_fields=["notes"]),
        ("FLOW-004", "workflows/loan.json#transitions.report_lost.fields[3]"),
    ),
    "a guard": (
        "workflows/loan.json",
        lambda doc: item(doc["transitions"], "lend").update(guard="member.blokked"),
        ("LANG-", "workflows/loan.json#transitions.lend.guard"),
    ),
    "a parameter in a guard": (
        "workflows/loan.json",
        lambda doc: item(doc["transitions"], "lend").update(guard="param.loan.limits > 1"),
        ("LANG-", "workflows/loan.json#transitions.lend.guard"),
    ),
    "a role that may move": (
        "workflows/loan.json",
        lambda doc: item(doc["transitions"], "lend").update(by=[{"owner": True}, {"role": "libarian"}]),
        ("APP-017", "workflows/loan.json#transitions.lend.by[1].role"),
    ),
    "a person that may move": (
        "workflows/loan.json",
        lambda doc: item(doc["transitions"], "lend").update(by=[{"person": "member"}]),
        ("APP-018", "workflows/loan.json#transitions.lend.by[0].person"),
    ),
    "a superior that may move": (
        "workflows/loan.json",
        lambda doc: item(doc["transitions"], "lend").update(by=[{"manager_of": "book"}]),
        ("APP-018", "workflows/loan.json#transitions.lend.by[0].manager_of"),
    ),
    "a rule's form": (
        "rules/damage_noted.json",
        lambda doc: doc.update(form="lone"),
        ("APP-010", "rules/damage_noted.json#/form"),
    ),
    "a rule's condition": (
        "rules/damage_noted.json",
        lambda doc: doc.update(when="condition = damaged"),
        ("LANG-020", "rules/damage_noted.json#when"),
    ),
    "a field that a rule sets": (
        "rules/damage_noted.json",
        lambda doc: doc["then"][0].update(set={"notes": '"x"'}),
        ("RULE-001", "rules/damage_noted.json#then[0].set"),
    ),
    "what a rule sets a field to": (
        "rules/damage_noted.json",
        lambda doc: doc["then"][0].update(set={"note": "5"}),
        ("LANG-040", "rules/damage_noted.json#then[0].set.note"),
    ),
    "a transition that a rule looks before": (
        "rules/damage_noted.json",
        lambda doc: doc.update(on=[{"before": ["givee_back"]}]),
        ("RULE-001", "rules/damage_noted.json#on[0].before"),
    ),
    "a state that a rule looks on": (
        "rules/returned_tell_librarian.json",
        lambda doc: doc.update(on=[{"created": True}, {"entered": "back"}]),
        ("RULE-001", "rules/returned_tell_librarian.json#on[1].entered"),
    ),
    "a state that a rule sees left": (
        "rules/returned_tell_librarian.json",
        lambda doc: doc.update(on=[{"left": "back"}]),
        ("RULE-001", "rules/returned_tell_librarian.json#on[0].left"),
    ),
    "a field that a rule sees changed": (
        "rules/returned_tell_librarian.json",
        lambda doc: doc.update(on=[{"changed": ["due_date", "dew"]}]),
        ("RULE-001", "rules/returned_tell_librarian.json#on[0].changed"),
    ),
    "a rule's text": (
        "rules/returned_tell_librarian.json",
        lambda doc: doc["then"][0]["notify"]["text"].update(en="{{book.titel}} is back"),
        ("LANG-", "rules/returned_tell_librarian.json#then[0].notify.text.en"),
    ),
    "a rule's text left open": (
        "rules/returned_tell_librarian.json",
        lambda doc: doc["then"][0]["notify"]["text"].update(zh="{{book.title"),
        ("LANG-", "rules/returned_tell_librarian.json#then[0].notify.text.zh"),
    ),
    "whom a rule tells": (
        "rules/returned_tell_librarian.json",
        lambda doc: doc["then"][0]["notify"].update(to=[{"role": "nobody"}]),
        ("APP-017", "rules/returned_tell_librarian.json#then[0].to[0].role"),
    ),
    "whose superior has a task": (
        "rules/request_to_librarian.json",
        lambda doc: doc["then"][0]["open_task"].update(to=[{"manager_of": "member"}]),
        ("APP-018", "rules/request_to_librarian.json#then[0].to[0].manager_of"),
    ),
    "the transition of a task's action": (
        "rules/request_to_librarian.json",
        lambda doc: doc["then"][0]["open_task"]["actions"][0].update(transition="len"),
        ("RULE-001", "rules/request_to_librarian.json#then[0].open_task.actions"),
    ),
    "a field of a task's action": (
        "rules/request_to_librarian.json",
        lambda doc: doc["then"][0]["open_task"]["actions"][0].update(fields=["nte"]),
        ("RULE-001", "rules/request_to_librarian.json#then[0].open_task.actions[0].fields"),
    ),
    "when a task is due": (
        "rules/request_to_librarian.json",
        lambda doc: doc["then"][0]["open_task"].update(due="param.loan.days"),
        ("RULE-005", "rules/request_to_librarian.json#then[0].open_task.due"),
    ),
    "the transition that a rule fires": (
        "rules/returned_tell_librarian.json",
        lambda doc: doc.update(then=[{"fire": {"transition": "shelve"}}]),
        ("RULE-001", "rules/returned_tell_librarian.json#then[0].fire.transition"),
    ),
    "the form that a rule makes a record of": (
        "rules/returned_tell_librarian.json",
        lambda doc: doc.update(then=[{"create": {"form": "notice", "fields": {}}}]),
        ("RULE-001", "rules/returned_tell_librarian.json#then[0].create.form"),
    ),
    "a field of the record that a rule makes": (
        "rules/returned_tell_librarian.json",
        lambda doc: doc.update(then=[{"create": {"form": "book", "fields": {"titel": '"x"'}}}]),
        ("RULE-001", "rules/returned_tell_librarian.json#then[0].create.fields"),
    ),
    "a system field that a rule sets": (
        "rules/damage_noted.json",
        lambda doc: doc["then"][0].update(set={"state": '"lent"'}),
        ("RULE-001", "rules/damage_noted.json#then[0].set"),
    ),
    "the field of a refusal": (
        "rules/damage_noted.json",
        lambda doc: doc.update(then=[{"refuse": {"field": "cond", "message": {"zh": "z", "en": "e"}}}]),
        ("RULE-001", "rules/damage_noted.json#then[0].refuse.field"),
    ),
    "a role's form": (
        "roles.json",
        lambda doc: doc["roles"][0]["access"][1].update(form="members"),
        ("APP-010", "roles.json#/librarian/access[1].form"),
    ),
    "a role's rows": (
        "roles.json",
        lambda doc: doc["roles"][1]["access"][1].update(rows="acount = me"),
        ("LANG-020", "roles.json#/reader/access[1].rows"),
    ),
    "a role's rows that are no condition": (
        "roles.json",
        lambda doc: doc["roles"][1]["access"][1].update(rows="name"),
        ("LANG-040", "roles.json#/reader/access[1].rows"),
    ),
    "a role's hidden field": (
        "roles.json",
        lambda doc: doc["roles"][1]["access"][0].update(hidden_fields=["prise"]),
        ("APP-011", "roles.json#/reader/access[0]"),
    ),
    "a role's read-only field": (
        "roles.json",
        lambda doc: doc["roles"][1]["access"][2].update(read_only_fields=["wavied"]),
        ("APP-011", "roles.json#/reader/access[2]"),
    ),
    "a page's form": (
        "pages.json",
        lambda doc: doc["pages"][0]["blocks"][3].update(form="lone"),
        ("APP-010", "pages.json#/pages/home/blocks[3].form"),
    ),
    "a page's filter": (
        "pages.json",
        lambda doc: doc["pages"][0]["blocks"][3].update(filter='stat = "lent"'),
        ("LANG-020", "pages.json#/pages/home/blocks[3].filter"),
    ),
    "a parameter's default": (
        "parameters.json",
        lambda doc: doc["parameters"][0].update(default="three"),
        ("APP-012", "parameters.json#/loan.limit/default"),
    ),
    "a parameter's default with too many decimals": (
        "parameters.json",
        lambda doc: doc["parameters"][2].update(default="0.205"),
        ("APP-012", "parameters.json#/fine.per_day/default"),
    ),
    "the time zone": (
        "app.json",
        lambda doc: doc.update(timezone="Europe/Berlim"),
        ("APP-014", "app.json#/timezone"),
    ),
    "the time zone as a path": (
        "app.json",
        lambda doc: doc.update(timezone="../../etc/passwd"),
        ("APP-014", "app.json#/timezone"),
    ),
}


DRAGS_ALONG = ("a reference's form", "a reference into another app", "a workflow's form", "a relation's form")
"""Whose break other documents feel: expressions elsewhere lead over them."""


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_bond_is_told_with_its_place_when_it_is(what):
    path, change, (code, place) = BROKEN[what]
    problems = problems_of(change_library(path, change))
    told = [problem for problem in problems if problem.path == place and problem.code.startswith(code)]
    assert told, places(problems)
    if what not in DRAGS_ALONG:
        assert {problem.path.partition("#")[0] for problem in problems} == {path}, "nothing else is blamed"
    for problem in problems:
        assert problem.message.zh != problem.message.en
        if problem.code.startswith("LANG"):
            assert problem.start is not None
            assert problem.end is not None


def test_an_expression_is_marked_where_it_is_wrong_when_it_does_not_compile():
    documents = change_library(
        "forms/member.json", lambda doc: item(doc["fields"], "guardian").update(required_when="born > 5 or 年龄 = 3")
    )
    spans = {(p.code, p.start, p.end) for p in problems_of(documents)}
    assert ("LANG-020", 12, 14) in spans


def test_broken_bonds_are_told_together_when_there_are_several():
    documents = library()
    for path, change, _ in (BROKEN["a guard"], BROKEN["a role's rows"], BROKEN["a title"], BROKEN["the time zone"]):
        change(documents[path])
    blamed = {path.partition("#")[0] for _, path in found(documents)}
    assert blamed == {"workflows/loan.json", "roles.json", "forms/book.json", "app.json"}
