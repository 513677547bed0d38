"""What a posted form says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from engine.kernel.problems import Text
from engine.runtime.views import FieldState, FieldView, FormState, FormView, OptionView
from web.filling.posted import Posted, add_line, move_line, read_post, remove_line
from web.filling.sending import changed, resolve, sendable


def view(key, widget, **more):
    return FieldView(key, widget, Text(key, key), **more)


LINES = (view("title", "text"), view("due", "date"), view("contact", "reference", target="app.contact"))
FIELDS = {
    item.key: item
    for item in (
        view("name", "text"),
        view("amount", "money", scale=2),
        view("agreed", "boolean"),
        view("purpose", "choice", options=(OptionView("a", Text("甲", "A")),)),
        view("tags", "multi_choice"),
        view("customer", "reference", target="app.customer"),
        view("attendees", "references", target="app.contact"),
        view("at", "datetime"),
        view("todos", "lines", lines=LINES),
    )
}
FORM = FormView("app", "visit", Text("拜访", "Visit"), FIELDS, (), (), {}, {})


def read(*pairs):
    return read_post(MultiDict(pairs), FORM)


def test_a_blank_control_is_null_when_it_was_drawn_and_absent_when_it_was_not():
    posted = read(("f.name", "  "), ("f.tags", ""))
    assert posted.fields == {"name": None, "tags": None}


def test_values_take_their_json_form_when_they_are_read():
    posted = read(
        ("f.name", " 九江 "),
        ("f.amount", "1,200.50"),
        ("f.agreed", ""),
        ("f.agreed", "true"),
        ("f.tags", ""),
        ("f.tags", "x"),
        ("f.tags", "y"),
        ("f.tags", "x"),
        ("f.at", "2026-07-03T08:00"),
    )
    assert posted.fields == {
        "name": "九江",
        "amount": "1200.50",
        "agreed": True,
        "tags": ["x", "y"],
        "at": "2026-07-03T00:00:00Z",
    }


def test_a_box_keeps_being_unanswered_when_it_was_never_ticked():
    assert read(("f.agreed", "")).fields == {"agreed": None}
    assert read(("f.agreed", "false")).fields == {"agreed": False}


def test_an_unknown_key_is_passed_on_when_somebody_sends_one():
    assert read(("f.hack", "1")).fields == {"hack": "1"}


def test_lines_keep_their_order_and_ids_when_some_are_blank():
    posted = read(
        ("f.todos", ""),
        ("f.todos.n2.title", "二"),
        ("f.todos.n1.title", ""),
        ("f.todos.n1.due", ""),
        ("f.todos.0.id", "line-1"),
        ("f.todos.0.title", ""),
    )
    assert [line.get("id") for line in posted.fields["todos"]] == [None, "line-1"]
    assert posted.tokens["todos"] == ("n2", "0")


def test_lines_are_null_when_all_are_removed():
    assert read(("f.todos", "")).fields == {"todos": None}


def test_a_chosen_reference_is_dropped_when_another_text_is_typed():
    posted = read(("f.customer", "id-1"), ("f.customer._was", "九江康宁"), ("f.customer._text", "信江"))
    assert posted.fields["customer"] is None
    assert posted.typed == {"f.customer": "信江"}


def test_a_chosen_reference_is_kept_when_its_text_is_its_title():
    posted = read(("f.customer", "id-1"), ("f.customer._was", "九江康宁"), ("f.customer._text", "九江康宁"))
    assert posted.fields["customer"] == "id-1"
    assert posted.typed == {}


def test_a_reference_is_blank_when_its_text_is_emptied():
    posted = read(("f.customer", ""), ("f.customer._was", "九江康宁"), ("f.customer._text", ""))
    assert posted.fields["customer"] is None
    assert posted.typed == {}


def test_a_typed_name_becomes_its_record_when_it_names_one():
    posted = read(
        ("f.customer", ""), ("f.customer._text", "信江铜业"), ("f.attendees", "c1"), ("f.attendees._text", "李敏")
    )
    found = {"信江铜业": [("id-2", "信江铜业"), ("id-3", "信江铜业二厂")], "李敏": [("c2", "李敏")]}
    resolved = resolve(posted, FIELDS, lambda _, text: found[text])
    assert resolved.posted.fields == {"customer": "id-2", "attendees": ["c1", "c2"]}
    assert resolved.problems == ()


def test_a_typed_name_is_a_problem_at_its_line_when_it_names_several_or_none():
    posted = read(
        ("f.todos", ""),
        ("f.todos.a.title", "x"),
        ("f.todos.b.contact", ""),
        ("f.todos.b.contact._text", "王"),
        ("f.customer", ""),
        ("f.customer._text", "无"),
    )
    found = {"王": [("1", "王建国"), ("2", "王敏")], "无": []}
    resolved = resolve(posted, FIELDS, lambda _, text: found[text])
    assert [(p.code, p.path) for p in resolved.problems] == [("WEB-016", "todos[1].contact"), ("WEB-015", "customer")]
    assert resolved.candidates["f.todos.b.contact"] == found["王"]
    assert resolved.posted.typed == posted.typed


def test_hidden_and_fixed_fields_are_not_sent_when_the_form_is_submitted():
    posted = read(("f.name", "a"), ("f.amount", "1"), ("f.purpose", "a"))
    state = FormState({}, {"amount": FieldState(visible=False), "purpose": FieldState(read_only=True)}, {})
    sent = sendable(posted, state, FIELDS, frozenset({"amount"}))
    assert sent.fields == {"name": "a"}
    assert sent.newly_hidden == ()


def test_a_typed_value_is_a_warning_first_when_it_is_about_to_be_left_out():
    posted = read(("f.amount", "1"), ("f.name", ""))
    state = FormState({}, {"amount": FieldState(visible=False), "name": FieldState(visible=False)}, {})
    sent = sendable(posted, state, FIELDS, frozenset())
    assert [(p.code, p.path) for p in sent.newly_hidden] == [("WEB-019", "amount")]


def test_a_default_is_no_loss_when_it_was_left_as_it_came():
    state = FormState({}, {"at": FieldState(visible=False)}, {})
    left = read(("f.at", "2026-07-03T08:00"), ("_d.at", "2026-07-03T08:00"))
    assert sendable(left, state, FIELDS, frozenset()).newly_hidden == ()
    changed_by_hand = read(("f.at", "2026-07-04T08:00"), ("_d.at", "2026-07-03T08:00"))
    assert len(sendable(changed_by_hand, state, FIELDS, frozenset()).newly_hidden) == 1


def test_only_changes_are_sent_when_a_record_is_edited():
    before = {"name": "a", "amount": "1200.00", "tags": ["x", "y"], "todos": [{"id": "1", "title": "t", "due": None}]}
    sent = {"name": "b", "amount": "1200", "tags": ["y", "x"], "todos": [{"id": "1", "title": "t"}]}
    assert changed(sent, before, FIELDS) == {"name": "b"}
    assert changed({"name": None, "amount": None}, before, FIELDS) == {"name": None, "amount": None}


def test_a_line_is_added_and_removed_when_the_page_has_no_script():
    posted = read(("f.todos", ""), ("f.todos.s0.title", "一"))
    more = add_line(posted, "todos")
    assert more.tokens["todos"] == ("s0", "s1")
    assert remove_line(more, "todos", "s0").fields["todos"] == [{}]
    assert remove_line(posted, "todos", "s0").fields["todos"] is None


NAMES = st.sampled_from(
    ["f.name", "f.todos", "f.todos.a.title", "f.todos..x", "f.", "f.customer._text", "f.at", "f.amount", "x"]
)


@given(st.lists(st.tuples(NAMES, st.text(max_size=8)), max_size=12))
def test_any_post_is_read_without_failing_when_names_and_values_are_arbitrary(pairs):
    posted = read(*pairs)
    assert isinstance(posted, Posted)
    for key, tokens in posted.tokens.items():
        assert len(tokens) == len(posted.fields[key] or [])


def test_a_line_changes_places_with_its_neighbour_and_stays_at_either_end():
    lines = [{"title": "a"}, {"title": "b"}]
    posted = Posted({"todos": lines}, {"todos": ("0", "n1")})
    up = move_line(posted, "todos", "n1", -1)
    assert up.fields["todos"] == [{"title": "b"}, {"title": "a"}]
    assert up.tokens["todos"] == ("n1", "0")
    assert move_line(posted, "todos", "0", -1) == posted
    assert move_line(posted, "todos", "n1", 1) == posted
    assert move_line(posted, "todos", "gone", 1) == posted
