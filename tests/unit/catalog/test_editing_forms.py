"""Editing forms: each edit does what it says, leaves all else as it was, and the document stays a sound one."""

from __future__ import annotations

import json
from copy import deepcopy
from itertools import count

import pytest

from engine.catalog.comparing import ABSENT, compare
from engine.catalog.documents import shape_problems
from engine.catalog.editing import forms
from engine.catalog.editing.elements import Mint
from engine.forms.field_types import BUILT_IN
from engine.kernel.problems import EngineError
from tests.support.apps import LIBRARY

BOTH = {"zh": "样品名称", "en": "样品名称"}


def mint(spelled="yang pin ming cheng"):
    numbers = count(1)
    return Mint(lambda size: next(numbers).to_bytes(size, "big"), lambda _: spelled)


@pytest.fixture
def loan():
    return json.loads((LIBRARY / "forms" / "loan.json").read_text("utf-8"))


def uid(form, key):
    return next(field["uid"] for field in form["fields"] if field["key"] == key)


def keys(form):
    return [section["fields"] for section in form["sections"]]


def is_sound(form):
    app = json.loads((LIBRARY / "app.json").read_text("utf-8"))
    return shape_problems({"app.json": app, f"forms/{form['key']}.json": form}, BUILT_IN) == []


@pytest.mark.parametrize("kind", [*BUILT_IN, "lines"])
def test_a_field_of_any_type_can_be_added_and_the_form_stays_sound(loan, kind):
    made = forms.with_field(loan, kind, BOTH, mint(), None, "book")
    assert is_sound(made)
    assert made["fields"][-1]["key"] == "yang_pin_ming_cheng"
    assert made["sections"][-1]["fields"] == ["note", "yang_pin_ming_cheng"]
    assert len(compare({"a": loan}, {"a": made})) == 2


def test_a_key_is_that_of_the_english_name_and_never_taken_twice(loan):
    named = {"zh": "备注", "en": "Note"}
    made = forms.with_field(forms.with_field(loan, "text", named, mint(), None), "text", named, mint(), None)
    assert [field["key"] for field in made["fields"]][-3:] == ["note", "note_2", "note_3"]
    assert mint("").key({"zh": "？", "en": "？"}, set()) == "item"
    assert mint().key({"zh": "x", "en": "2nd offer"}, set()) == "n_2nd_offer"
    assert len(mint().key({"zh": "x", "en": "word " * 30}, set())) <= 41


def test_a_system_field_s_key_is_not_taken(loan):
    made = forms.with_field(loan, "text", {"zh": "负责人", "en": "Owner"}, mint(), None)
    assert made["fields"][-1]["key"] == "owner_2"


def test_the_other_language_follows_until_it_has_words_of_its_own(loan):
    made = forms.with_field(loan, "text", BOTH, mint(), None)
    new = made["fields"][-1]["uid"]
    made = forms.with_name(made, new, "样品", "zh")
    assert made["fields"][-1]["labels"] == {"zh": "样品", "en": "样品"}
    made = forms.with_name(made, new, "Sample", "en")
    made = forms.with_name(made, new, "试样", "zh")
    assert made["fields"][-1]["labels"] == {"zh": "试样", "en": "Sample"}
    with pytest.raises(EngineError) as refused:
        forms.with_name(made, new, "  ", "zh")
    assert [problem.code for problem in refused.value.problems] == ["APP-042"]


def test_a_field_goes_with_all_that_lists_it(loan):
    made = forms.without_field(loan, uid(loan, "member"))
    assert "member" not in [field["key"] for field in made["fields"]]
    assert keys(made)[0] == ["book", "due_date"]
    assert made["list"]["fields"] == ["book", "due_date"]
    assert is_sound(made)
    with pytest.raises(EngineError) as refused:
        forms.without_field(made, uid(loan, "member"))
    assert [problem.code for problem in refused.value.problems] == ["APP-040"]


def test_the_last_field_stays(loan):
    only = {**loan, "fields": loan["fields"][:1], "sections": []}
    with pytest.raises(EngineError) as refused:
        forms.without_field(only, only["fields"][0]["uid"])
    assert [problem.code for problem in refused.value.problems] == ["APP-041"]


def test_a_field_goes_before_another_or_to_the_end_of_a_section(loan):
    sections = [section["uid"] for section in loan["sections"]]
    made = forms.with_field_moved(loan, uid(loan, "note"), None, uid(loan, "book"))
    assert keys(made)[0] == ["member", "note", "book", "due_date"]
    assert keys(made)[2] == []
    back = forms.with_field_moved(made, uid(loan, "note"), sections[2], None)
    assert back == loan
    assert forms.with_field_moved(loan, uid(loan, "book"), None, uid(loan, "book")) == loan


def test_steps_go_from_section_to_section_and_back(loan):
    down = loan
    for _ in range(3):
        down = forms.with_field_stepped(down, uid(loan, "member"), 1)
    assert keys(down)[:2] == [["book", "due_date"], ["member", *keys(loan)[1]]]
    up = down
    for _ in range(3):
        up = forms.with_field_stepped(up, uid(loan, "member"), -1)
    assert up == loan
    assert forms.with_field_stepped(loan, uid(loan, "member"), -1) == loan
    assert forms.with_field_stepped(loan, uid(loan, "note"), 1) == loan


def test_steps_change_the_order_of_fields_where_there_are_no_sections(loan):
    plain = {key: value for key, value in loan.items() if key != "sections"}
    made = forms.with_field_stepped(plain, uid(loan, "member"), 1)
    assert [field["key"] for field in made["fields"]][:3] == ["book", "member", "due_date"]
    assert forms.with_field_stepped(made, uid(loan, "member"), -1) == plain
    last = plain["fields"][-1]["uid"]
    assert forms.with_field_stepped(plain, last, 1) == plain


def test_the_first_section_takes_in_what_stood_in_none(loan):
    plain = {key: value for key, value in loan.items() if key != "sections"}
    made = forms.with_section(plain, {"zh": "借阅", "en": "Loan"}, mint())
    assert made["sections"][0]["fields"] == [field["key"] for field in loan["fields"]]
    more = forms.with_section(made, {"zh": "借阅", "en": "Loan"}, mint())
    assert [(one["key"], len(one["fields"])) for one in more["sections"]] == [("loan", 10), ("loan_2", 0)]


def test_the_fields_of_a_removed_section_stay_beside(loan):
    sections = [section["uid"] for section in loan["sections"]]
    assert keys(forms.without_section(loan, sections[1])) == [[*keys(loan)[0], *keys(loan)[1]], ["note"]]
    assert keys(forms.without_section(loan, sections[0])) == [[*keys(loan)[0], *keys(loan)[1]], ["note"]]


def test_an_option_in_use_is_retired_and_a_new_one_is_gone(loan):
    field = forms.field_of(loan, uid(loan, "condition"))
    more = forms.with_option(field, "水渍", "zh", mint("shui zi"))
    new = more["options"][-1]
    assert (new["key"], new["labels"]) == ("shui_zi", {"zh": "水渍", "en": "水渍"})
    assert forms.without_option(more, new["uid"], used=False) == field
    worn = field["options"][1]["uid"]
    retired = forms.without_option(field, worn, used=True)
    assert retired["options"][1]["retired"] is True
    assert forms.with_option_property(retired, worn, "retired", ABSENT) == field


def test_lines_have_columns_that_are_added_named_moved_and_removed(loan):
    made = forms.with_field(loan, "lines", {"zh": "明细", "en": "Items"}, mint(), None)
    outer = made["fields"][-1]
    first = outer["fields"][0]["uid"]
    made = forms.with_line_field(
        made, outer["uid"], "number", {"zh": "数量", "en": "Count"}, Mint(lambda n: b"z" * n, str)
    )
    assert [line["key"] for line in made["fields"][-1]["fields"]] == ["content", "count"]
    assert is_sound(made)
    swapped = forms.with_field_stepped(made, first, 1)
    assert [line["key"] for line in swapped["fields"][-1]["fields"]] == ["count", "content"]
    assert [line["key"] for line in forms.without_field(made, first)["fields"][-1]["fields"]] == ["count"]


def test_a_new_form_is_sound_and_every_edit_leaves_what_it_was_given(loan):
    before = deepcopy(loan)
    forms.with_field(loan, "text", BOTH, mint(), None)
    forms.without_field(loan, uid(loan, "note"))
    forms.with_field_stepped(loan, uid(loan, "member"), 1)
    forms.with_section(loan, BOTH, mint())
    assert loan == before
    made = forms.new_form(BOTH, {"yang_pin_ming_cheng"}, mint())
    assert made["key"] == "yang_pin_ming_cheng_2"
    assert is_sound(made)
