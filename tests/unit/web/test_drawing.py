"""What is drawn of a form being filled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.kernel.problems import ProblemKind, Text
from engine.runtime.views import FieldState, FieldView, FormState, FormView, OptionView, SectionView
from web.filling.drawing import ONE_OF, Filling, anchor_of, draw
from web.filling.posted import Posted
from web.pages.desk import Desk, shown_while_typing

WRONG = ProblemKind("TEST-1", Text("不对", "Wrong"), Text("", ""))
LINES = (
    FieldView("title", "text", Text("事项", "What"), required=True),
    FieldView("made", "text", Text("生成", "Made"), system=True),
)
FIELDS = {
    "purpose": FieldView(
        "purpose",
        "choice",
        Text("目的", "Purpose"),
        options=(OptionView("a", Text("甲", "A")), OptionView("gone", Text("旧", "Old"), retired=True)),
    ),
    "tender_no": FieldView("tender_no", "text", Text("标书号", "Tender number")),
    "todos": FieldView("todos", "lines", Text("待办", "To-dos"), lines=LINES),
    "total": FieldView("total", "money", Text("合计", "Total"), scale=2),
}
FORM = FormView(
    "app", "visit", Text("拜访", "Visit"), FIELDS,
    (
        SectionView("main", Text("主要", "Main"), ("purpose", "tender_no")),
        SectionView("more", Text("更多", "More"), ("todos", "total")),
    ),
    (), {}, {},
)  # fmt: skip


def drawn(posted=None, states=None, problems=(), fields=None, only=None, one_of=()):
    state = FormState(fields or {}, states or {}, {})
    return draw(Filling(FORM, state, Posted(posted or {}), problems=problems, only=only, one_of=one_of))


def control(form, key):
    return next(c for c in form.controls() if c.key == key)


@pytest.mark.parametrize(
    ("path", "anchor"),
    [
        ("tender_no", "f-tender_no"),
        ("fields.tender_no", "f-tender_no"),
        ("todos[1].title", "f-todos-n7-title"),
        ("todos[9].title", "f-todos-9-title"),
        ("todos[0]", "f-todos"),
        ("", "f-"),
    ],
)
def test_a_problem_finds_its_control_when_its_path_names_one(path, anchor):
    assert anchor_of(path, {"todos": ("0", "n7")}) == anchor


def test_what_was_typed_is_kept_when_the_form_is_refused():
    form = drawn({"tender_no": "JX-1", "todos": [{"title": "发参数"}]}, problems=(WRONG.at("tender_no"),))
    assert control(form, "tender_no").value == "JX-1"
    assert control(form, "todos").lines[0].controls[0].value == "发参数"


def test_problems_stand_in_the_order_of_the_form_when_they_come_in_another():
    form = drawn(problems=(WRONG.at("total"), WRONG.at("purpose"), WRONG.at("nowhere")))
    assert [item.anchor for item in form.summary] == [None, "f-purpose", "f-total"]


@pytest.mark.parametrize(("codes", "only"), [(("FORM-002",), True), (("FORM-002", "FORM-013"), False)])
def test_the_heading_says_what_is_left_when_nothing_is_wrong_besides(codes, only):
    kinds = [ProblemKind(code, Text("请填写", "Fill it in"), Text("", "")) for code in codes]
    assert drawn(problems=tuple(kind.at("tender_no") for kind in kinds)).only_left is only


def test_what_only_a_new_record_is_given_is_not_asked_for_when_there_is_one():
    fixed = replace(FORM, fields={**FIELDS, "tender_no": replace(FIELDS["tender_no"], fixed=True)})
    state = FormState({"tender_no": "JX-1"}, {}, {})
    keys = {
        fresh: [c.key for c in draw(Filling(fixed, state, Posted({}), fresh=fresh)).controls()]
        for fresh in (True, False)
    }
    assert "tender_no" in keys[True]
    assert "tender_no" not in keys[False]


def test_a_problem_of_the_whole_has_no_link_when_no_control_is_its_own():
    assert [item.anchor for item in drawn(problems=(WRONG.at(""),)).summary] == [None]


def test_a_typed_value_is_parked_when_its_field_no_longer_applies():
    form = drawn(
        {"tender_no": "JX-1", "purpose": None},
        {"tender_no": FieldState(visible=False), "purpose": FieldState(visible=False)},
    )
    assert form.parked == {"tender_no": "标书号"}


def test_the_skeleton_is_the_same_when_fields_hide():
    shown, hidden = drawn(), drawn(states={key: FieldState(visible=False) for key in FIELDS})
    assert [c.key for c in shown.controls()] == [c.key for c in hidden.controls()]
    assert not any(section.visible for section in hidden.sections)


def test_a_control_may_be_left_alone_when_only_what_is_typed_differs():
    one, two = control(drawn({"tender_no": "a"}), "tender_no"), control(drawn({"tender_no": "b"}), "tender_no")
    assert one.state_mark == two.state_mark
    assert one.value_mark == two.value_mark == ""


@pytest.mark.parametrize(
    "other",
    [
        {"states": {"tender_no": FieldState(required=True)}},
        {"states": {"tender_no": FieldState(visible=False)}},
        {"problems": (WRONG.at("tender_no"),)},
    ],
)
def test_a_control_is_replaced_when_its_standing_or_problems_change(other):
    assert (
        control(drawn({"tender_no": "a"}), "tender_no").state_mark
        != control(drawn({"tender_no": "a"}, **other), "tender_no").state_mark
    )


def test_a_control_is_replaced_when_the_server_computes_another_value():
    states = {"total": FieldState(read_only=True)}
    one, two = drawn(states=states, fields={"total": "1.00"}), drawn(states=states, fields={"total": "2.00"})
    assert control(one, "total").value_mark != control(two, "total").value_mark


def test_a_retired_option_is_offered_only_when_it_is_chosen():
    assert [c.key for c in control(drawn(), "purpose").choices] == ["a"]
    assert [c.key for c in control(drawn(fields={"purpose": "gone"}), "purpose").choices] == ["a", "gone"]


def test_a_fixed_field_is_left_out_when_it_holds_nothing():
    assert not control(drawn(states={"total": FieldState(read_only=True)}), "total").shows


def test_a_required_sub_table_begins_with_a_blank_line_when_it_is_empty():
    assert len(control(drawn(states={"todos": FieldState(required=True)}), "todos").lines) == 1
    assert control(drawn(), "todos").lines == ()


def test_fields_of_a_line_stand_by_their_design_when_drawn():
    first, second = control(drawn({"todos": [{"title": "x"}]}), "todos").lines[0].controls
    assert first.standing.required
    assert second.standing.read_only


def test_only_the_asked_fields_are_drawn_when_a_transition_asks():
    assert [c.key for c in drawn(only=("total",)).controls()] == ["total"]


@pytest.mark.parametrize(
    ("defaults", "fresh", "value"),
    [({}, True, "JX-0318"), ({"tender_no": "JX-0318"}, True, ""), ({}, False, "")],
    ids=["it came up just now", "it was there and was cleared", "the record is not new"],
)
def test_a_default_fills_a_control_when_nobody_has_touched_it(defaults, fresh, value):
    state = FormState({"tender_no": "JX-0318"}, {}, {})
    form = draw(Filling(FORM, state, Posted({"tender_no": None}, defaults=defaults), fresh=fresh))
    assert (control(form, "tender_no").value or "") == value


def test_a_new_line_leaves_room_for_defaults_when_something_in_it_is_blank():
    posted = Posted({"todos": [{"title": "发参数", "made": None}, {"id": "l1", "title": "旧", "made": None}]})
    assert Desk(FORM).given(posted)["todos"] == [{"title": "发参数"}, {"id": "l1", "title": "旧", "made": None}]


GROUP = ProblemKind(ONE_OF, Text("填一项", "Fill one"), Text("", ""))


def test_a_group_stands_together_with_its_problem_when_one_of_it_is_enough():
    form = drawn(problems=(GROUP.at("tender_no"), WRONG.at("purpose")), one_of=(("tender_no", "total"),))
    assert [(section.key, [c.key for c in section.controls]) for section in form.sections] == [
        ("main", ["purpose"]),
        ("one_of.0", ["tender_no", "total"]),
        ("more", ["todos"]),
    ]
    group = form.sections[1]
    assert (group.one_of, [problem.code for problem in group.problems]) == (True, [ONE_OF])
    assert control(form, "tender_no").problems == ()
    assert control(form, "purpose").problems
    assert [item.anchor for item in form.summary] == ["f-purpose", "f-tender_no"]


def test_a_group_is_left_out_when_none_of_it_is_asked_for():
    assert [section.key for section in drawn(only=("purpose",), one_of=(("total",),)).sections] == ["main"]


@pytest.mark.parametrize(
    ("lines", "shown"), [([{"title": None}], False), ([], False), ([{"title": "x"}], True), (["a"], True)]
)
def test_a_problem_of_lines_is_shown_when_something_was_typed_in_them(lines, shown):
    assert bool(shown_while_typing([WRONG.at("todos")], {"todos": lines})) == shown


def test_a_folded_section_says_in_one_line_what_is_filled_in_it():
    sections = {section.key: section for section in drawn({"purpose": "a", "tender_no": "T-1"}).sections}
    assert sections["main"].told == "甲、T-1"
    assert sections["more"].told == ""
