"""A design before it is published: what is wrong, what changes and what it touches, on both databases; the way back."""

from __future__ import annotations

import copy

import pytest

from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError
from engine.runtime.designs import documents_of, history, look_over, roll_back
from engine.runtime.publishing import publish
from tests.support.apps import field, item, library


@pytest.fixture
def documents():
    """The library's documents, to change."""
    return library()


def _codes(problems):
    return [problem.code for problem in problems]


def _members(services, viewer, count):
    for number in range(count):
        note = {"note": "常客"} if number % 2 else {}
        fields = {"name": f"读者{number}", "card_no": f"k{number}", **note}
        services.records.create(viewer, "library", "member", fields)


def _without(documents, form, key):
    """Take a field out of a form and out of everything that names it by its key alone."""
    document = documents[f"forms/{form}.json"]
    document["fields"].remove(item(document["fields"], key))
    for section in document.get("sections", ()):
        section["fields"] = [named for named in section["fields"] if named != key]


def test_nothing_is_said_when_the_design_is_the_one_that_runs(services, documents):
    look = look_over(services.execution, documents)
    assert (look.app, look.revision) == ("library", 1)
    assert (look.problems, look.advice, look.changes, look.touched) == ((), (), (), ())


def test_changes_and_the_records_that_they_touch_are_said_when_a_field_goes(services, librarian, documents):
    _members(services, librarian, 5)
    _without(documents, "member", "note")
    look = look_over(services.execution, documents)
    assert look.problems == ()
    assert ("removed", "移除字段“备注”") in [(one.kind, one.what.zh) for one in look.changes]
    (one,) = look.touched
    assert (one.records, one.exact) == (2, True)
    assert one.what.zh == "2条记录里的字段“备注”不再显示,数据保留"
    assert history(services.execution, "library")[0].number == 1


def test_records_that_lack_it_are_counted_when_a_field_is_required_from_now_on(services, librarian, documents):
    _members(services, librarian, 5)
    item(documents["forms/member.json"]["fields"], "note")["required"] = "create"
    (one,) = look_over(services.execution, documents).touched
    assert (one.records, one.what.en) == (3, "3 records lack field “Note”, and need it with their next change")


def test_records_are_counted_when_an_option_that_they_hold_goes(services, librarian, documents):
    book = documents["forms/book.json"]
    book["fields"].append(field("kinds", "multi_choice", options=_kinds()) | {"uid": "kindskinds01"})
    book["fields"].append(field("size", "choice", options=_kinds("s")) | {"uid": "sizessizes01"})
    publish(services.execution, documents, Actor(None))
    for number, kinds in enumerate((["novel"], ["novel", "novel_old"], ["novel_old"], None)):
        fields = {"title": "书", "isbn": f"i{number}", "kinds": kinds, "size": kinds and kinds[0]}
        services.records.create(librarian, "library", "book", fields)
    for key in ("kinds", "size"):
        options = item(book["fields"], key)["options"]
        options.remove(item(options, "novel"))
    found = look_over(services.execution, documents).touched
    assert [(one.records, one.what.zh.partition("条")[2]) for one in found] == [
        (2, "记录选了选项“novel的中文”"),
        (2, "记录选了选项“novel的中文”"),
    ]


def _kinds(prefix="k"):
    made = []
    for number, key in enumerate(("novel", "novel_old")):
        labels = {"zh": f"{key}的中文", "en": key}
        made.append({"uid": f"{prefix}option{number:05d}", "key": key, "labels": labels})
    return made


def test_every_problem_is_said_beside_the_changes_when_a_design_is_refused(services, documents):
    _without(documents, "member", "name")
    look = look_over(services.execution, documents)
    assert "LANG-020" in _codes(look.problems)
    assert [one.kind for one in look.changes] == ["removed"]
    with pytest.raises(EngineError) as refused:
        publish(services.execution, documents, Actor(None))
    assert _codes(refused.value.problems) == _codes(look.problems)


def test_advice_is_given_when_a_form_is_for_nobody(services, documents):
    documents["forms/shelf.json"] = {**copy.deepcopy(documents["forms/book.json"]), "uid": "shelfshelf01"}
    shelf = documents["forms/shelf.json"] | {"key": "shelf", "fields": [field("name")], "sections": []}
    shelf |= {"relations": [], "list": {"fields": ["name"]}, "title": "{{name}}"}
    documents["forms/shelf.json"] = {key: value for key, value in shelf.items() if key not in ("find_by", "workflow")}
    look = look_over(services.execution, documents)
    assert look.problems == ()
    assert _codes(look.advice) == ["APP-025", "APP-026"]


def test_an_earlier_revision_comes_back_with_its_data_when_it_is_rolled_back_to(services, librarian, documents):
    before = copy.deepcopy(documents)
    _members(services, librarian, 2)
    _without(documents, "member", "note")
    assert publish(services.execution, documents, Actor(librarian.id)) == 2
    assert roll_back(services.execution, "library", 1, Actor(None)) == 3
    listed = services.records.list(librarian, "library", "member", filter=None, sort="name", limit=9, after=None)
    assert [record.fields["note"] for record in listed.items] == [None, "常客"]
    kept = history(services.execution, "library")
    assert [(one.number, one.user) for one in kept] == [(3, None), (2, librarian.id), (1, kept[2].user)]
    assert kept[0].digest == kept[2].digest != kept[1].digest
    assert look_over(services.execution, before).changes == ()
    taken = documents_of(services.execution, "library", 2)["forms/member.json"]["fields"]
    assert "note" not in [one["key"] for one in taken]


def test_there_is_no_way_back_when_the_revision_was_never_there(services, librarian):
    with pytest.raises(EngineError) as refused:
        roll_back(services.execution, "library", 7, Actor(librarian.id))
    assert _codes(refused.value.problems) == ["STORE-054"]
    with pytest.raises(EngineError) as unknown:
        history(services.execution, "cinema")
    assert _codes(unknown.value.problems) == ["RUN-015"]
