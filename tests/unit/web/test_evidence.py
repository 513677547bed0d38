"""What was captured: how it comes out of a post, and how people read it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from engine.kernel.problems import Text
from engine.runtime.views import FieldState, FieldView, FormState, FormView, SectionView
from web.display import words
from web.display_evidence import captures, evidence_words, held, place_words
from web.filling.drawing import Filling, draw
from web.filling.posted import Posted, read_post

PHOTO = {
    "file": "f1",
    "token": "t",
    "captured_at": "2026-07-03T02:12:00Z",
    "lat": "28.6800000",
    "lng": "115.8912345",
    "accuracy_m": "12",
    "trust": "online",
}


def view(widget, **more):
    return FieldView(widget, widget, Text(widget, widget), **more)


def form(*fields):
    keys = tuple(field.key for field in fields)
    sections = (SectionView("main", Text("", ""), keys),)
    return FormView("app", "thing", Text("", ""), {field.key: field for field in fields}, sections, (), {}, {})


def posted(widget, text):
    return read_post(MultiDict([(f"f.{widget}", text)]), form(view(widget))).fields[widget]


def test_a_photo_tells_when_where_and_how_it_was_taken_when_it_is_read():
    (one,) = held("photo", [PHOTO], None, "Asia/Shanghai")
    assert one.file == "f1"
    assert one.facts == "2026-07-03 10:12 · 28.68, 115.89123 ±12米 · 当场拍摄"
    (late,) = held("photo", [{**PHOTO, "trust": "offline", "lat": None, "lng": None, "accuracy_m": None}])
    assert late.facts == "2026-07-03 10:12 · 没有定位 · 当场拍摄,稍后上传"


def test_an_address_stands_for_its_degrees_when_there_is_one():
    assert place_words({**PHOTO, "address": "南昌市红谷滩"}) == "南昌市红谷滩 ±12米"


@pytest.mark.parametrize(
    ("widget", "value", "shown", "said"),
    [
        ("photo", [PHOTO, PHOTO], None, "2 张照片"),
        ("image", ["f1"], [Text("a.png", "a.png")], "1 张图片"),
        ("attachment", ["f1", "f2"], [Text("合同.pdf", "合同.pdf"), Text("b.pdf", "b.pdf")], "合同.pdf、b.pdf"),
        ("attachment", ["f1", "f2"], None, "2 个文件"),
        ("audio", {"file": "f1", "seconds": "7.5", "transcript": None}, None, "语音 0:07"),
        ("audio", [{"file": "f1", "seconds": "67", "transcript": "漏水"}], None, "语音 1:07 · 漏水"),
        ("signature", {"file": "f1", "name": "", "signed_at": "2026-07-03T02:12:00Z"}, None, "已签名"),
        ("location", {"lat": "28.68", "lng": "115.89", "accuracy_m": None, "address": None}, None, "28.68, 115.89"),
    ],
)
def test_a_value_is_told_in_a_few_words_when_it_stands_in_a_list(widget, value, shown, said):
    assert evidence_words(widget, value, shown) == said
    assert words(view(widget), value, shown) == evidence_words(widget, value, shown)


def test_names_of_files_are_kept_when_they_are_known_and_none_is_made_up():
    assert [one.name for one in held("attachment", ["f1", "f2"], [Text("甲.pdf", "a.pdf"), None])] == ["甲.pdf", ""]
    assert [one.name for one in held("attachment", ["f1", "f2"], ["only one"])] == ["", ""]


@given(st.text() | st.lists(st.text()) | st.dictionaries(st.text(), st.none() | st.text() | st.integers()))
def test_nothing_breaks_when_a_value_is_not_what_it_should_be(value):
    for widget in ("photo", "image", "attachment", "audio", "signature", "location"):
        assert isinstance(evidence_words(widget, value), str)
        assert all(isinstance(one.facts, str) for one in held(widget, value))


def test_a_captured_field_is_json_when_it_is_posted():
    assert posted("photo", json.dumps([PHOTO])) == [PHOTO]
    assert posted("location", '{"lat": 28.682892, "lng": 115.9}') == {"lat": "28.682892", "lng": "115.9"}


@pytest.mark.parametrize("text", ["", "[]", "null", "{}"])
def test_a_captured_field_is_blank_when_it_holds_nothing(text):
    assert posted("image", text) is None


@pytest.mark.parametrize("text", ["[", "[" * 100_000, '{"a":'])
def test_what_is_no_json_goes_on_as_it_is_when_it_is_posted(text):
    assert posted("audio", text) == text


def test_no_number_is_without_bound_when_it_is_posted():
    assert posted("location", '{"lat": NaN, "lng": Infinity}') == {"lat": "NaN", "lng": "Infinity"}


def test_a_control_carries_its_value_as_json_when_it_is_drawn():
    field = view("photo", limits={"max_count": 2})
    state = FormState({"photo": [PHOTO]}, {"photo": FieldState()}, {})
    (control,) = draw(Filling(form(field), state, Posted())).controls()
    assert json.loads(control.value) == [PHOTO]
    assert control.held == [PHOTO]
    assert control.limits == {"max_count": 2}
    assert control.filled


def test_a_form_needs_the_scripts_when_any_field_or_line_is_captured():
    assert not captures(form(view("text")))
    assert captures(form(view("scan")))
    assert captures(form(view("lines", lines=(view("photo"),))))
