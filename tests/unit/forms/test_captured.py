"""Values of what is captured: what is read comes back the same, and what is none is refused without a crash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms.captured.parsing import is_ean
from engine.forms.captured.values import files_in, in_words, metres_between, too_few
from engine.forms.payloads import read_payload
from engine.forms.writing import row_json
from engine.kernel.problems import Problem
from tests.support import apps

FORM = apps.one_form(
    apps.field("files", "attachment", max_count=2),
    apps.field("pictures", "image"),
    apps.field("photos", "photo", min_count=2),
    apps.field("note", "audio", min_seconds=5, max_seconds=60),
    apps.field("notes", "audio", max_count=9),
    apps.field("signed", "signature"),
    apps.field("place", "location"),
    apps.field("code", "scan", codes="ean"),
    apps.field("link", "scan"),
)
ID, OTHER = "01a200e2-0000-7000-8000-000000000001", "01a200e2-0000-7000-8000-000000000002"
NOWHERE = {"accuracy_m": None, "address": None}
SAID = {"transcript": None, "transcript_source": None}
PLACE = {"lat": "28.682892", "lng": "115.89", "accuracy_m": "12", "address": None}


def read(key, raw):
    """Return the value of one field, or the codes of its problems."""
    values, found = read_payload(FORM, {key: raw})
    return [problem.code for problem in found] or values[key]


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("files", [ID, OTHER, ID], (ID, OTHER)),
        ("files", [], None),
        ("files", None, None),
        ("place", {"lat": 28.682892, "lng": "115.8900000", "accuracy_m": 12}, PLACE),
        ("place", {"lat": -0.00000001, "lng": 1e-7}, {**NOWHERE, "lat": "0", "lng": "0.0000001"}),
        ("note", {"file": ID, "seconds": 5}, {**SAID, "file": ID, "seconds": "5"}),
        ("signed", ID, {"file": ID, "name": None, "signed_at": None}),
        ("signed", "", None),
        ("code", " 6901234567892 ", "6901234567892"),
        ("code", "", None),
        ("link", "HTTPS://EXAMPLE.COM/x?y=1", "HTTPS://EXAMPLE.COM/x?y=1"),
    ],
)
def test_a_value_is_kept_in_one_form_when_it_is_read(key, raw, value):
    assert read(key, raw) == value


@pytest.mark.parametrize(
    ("key", "raw", "code"),
    [
        ("files", ID, "CAPT-001"),
        ("files", ["x"], "CAPT-001"),
        ("files", [ID, OTHER, OTHER[:-1] + "3"], "FORM-019"),
        ("place", {"lat": "91", "lng": "0"}, "CAPT-001"),
        ("place", {"lat": "NaN", "lng": "0"}, "CAPT-001"),
        ("place", {"lat": "1e999999999", "lng": "0"}, "CAPT-001"),
        ("place", {"lat": float("inf"), "lng": 0}, "CAPT-001"),
        ("place", {"lat": 10**400, "lng": 0}, "CAPT-001"),
        ("place", {"lat": True, "lng": 0}, "CAPT-001"),
        ("place", {"lat": "1"}, "CAPT-001"),
        ("place", {"lat": "1", "lng": "1", "height": "1"}, "CAPT-001"),
        ("photos", [{"token": "x"}], "CAPT-001"),
        ("photos", [{"file": ID, "captured_at": "2026-07-03 10:12"}], "CAPT-001"),
        ("photos", [{"file": ID, "captured_at": "0001-01-01T00:00:00+14:00"}], "CAPT-001"),
        ("photos", [{"file": ID, "device_id_type": "mac"}], "CAPT-001"),
        ("note", {"file": ID, "seconds": "4.9"}, "CAPT-013"),
        ("note", {"file": ID, "seconds": "60.1"}, "CAPT-013"),
        ("note", [{"file": ID, "seconds": "6"}, {"file": OTHER, "seconds": "6"}], "FORM-019"),
        ("note", {"file": ID, "seconds": "6", "transcript": "好"}, "CAPT-001"),
        ("note", {"file": ID}, "CAPT-001"),
        ("signed", {"name": "x"}, "CAPT-001"),
        ("code", "6901234567893", "CAPT-015"),
        ("code", "69012345678٩2", "CAPT-015"),
        ("code", 6901234567892, "CAPT-001"),
        ("link", "a\0b", "CAPT-001"),
    ],
)
def test_a_value_is_refused_when_it_is_none_of_its_type(key, raw, code):
    assert read(key, raw) == [code]


def test_one_recording_is_a_list_of_it_when_the_field_takes_several():
    assert read("notes", {"file": ID, "seconds": "1"})[0]["file"] == ID
    assert isinstance(read("note", {"file": ID, "seconds": "9"}), dict)


NUMBERS = st.one_of(st.decimals(-180, 180, places=9).map(str), st.floats(-180, 180), st.integers(-180, 180))
LATITUDES = st.one_of(st.decimals(-90, 90, places=9).map(str), st.floats(-90, 90), st.integers(-90, 90))
METRES = st.floats(0, 1e6)
IDS = st.uuids().map(str)
POSITIONS = {"lat": LATITUDES, "lng": NUMBERS}
MOMENTS = (
    st.datetimes().filter(lambda at: 1 < at.year < 9999).map(lambda at: f"{at.isoformat(timespec='seconds')}+08:00")
)
VALUES = st.fixed_dictionaries(
    {
        "files": st.lists(IDS, max_size=2),
        "place": st.fixed_dictionaries(POSITIONS, optional={"accuracy_m": METRES, "address": st.just("南昌")}),
        "photos": st.lists(
            st.fixed_dictionaries({"file": IDS}, optional={**POSITIONS, "token": st.just("t"), "captured_at": MOMENTS}),
            max_size=4,
        ),
        "note": st.fixed_dictionaries({"file": IDS, "seconds": st.floats(5, 60)}),
        "signed": IDS,
    }
)


@given(VALUES)
def test_what_was_read_reads_back_the_same_when_it_is_written(raw):
    values, found = read_payload(FORM, raw)
    assert not found
    written = {key: value for key, value in row_json(FORM, values).items() if key in raw}
    again, found = read_payload(FORM, written)
    assert not found
    assert again == values
    assert {key: value for key, value in row_json(FORM, again).items() if key in raw} == written


PARTS = ["file", "lat", "lng", "seconds", "token", "captured_at", "x"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | IDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["file", "lat", "lng", "seconds", "token", "captured_at", "x"]), inner, max_size=4
        )
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(FORM.fields)), JSON)
def test_anything_is_read_or_refused_when_it_comes(key, raw):
    _, found = read_payload(FORM, {key: raw})
    assert all(isinstance(problem, Problem) and problem.path == key for problem in found)


@given(st.integers(0, 10**12 - 1))
def test_one_check_digit_of_ten_is_right_when_a_code_is_typed(number):
    stem = f"{number:012d}"
    assert sum(is_ean(f"{stem}{digit}") for digit in range(10)) == 1


def test_a_swapped_digit_is_found_when_a_code_is_typed():
    assert is_ean("96385074")
    assert not is_ean("96385704")
    assert not is_ean("0" * 12)


def test_distances_are_those_on_the_ground_when_they_are_measured():
    nanchang, jiujiang = (28.6829, 115.8582), (29.7051, 116.0019)
    assert metres_between(nanchang, nanchang) == 0
    assert abs(metres_between(nanchang, jiujiang) - 114_500) < 500
    assert metres_between((0, 179.999), (0, -179.999)) < 300
    assert metres_between((90, 0), (-90, 180)) == 20_015_087


def test_the_files_of_a_value_are_told_when_it_names_any():
    fields = {item.key: item.definition for item in FORM.live_fields()}
    assert files_in(fields["files"], (ID, OTHER)) == (ID, OTHER)
    assert files_in(fields["photos"], [{"file": ID}]) == (ID,)
    assert files_in(fields["signed"], {"file": ID, "name": None}) == (ID,)
    assert files_in(fields["place"], PLACE) == ()
    assert files_in(fields["files"], None) == ()


def test_a_field_says_how_many_it_lacks_when_it_asks_for_more():
    fields = {item.key: item.definition for item in FORM.live_fields()}
    found = too_few(fields["photos"], [{"file": ID}])
    assert found is not None
    assert found.message.zh == "“photos的中文”至少2项"
    assert too_few(fields["photos"], [{"file": ID}, {"file": OTHER}]) is None
    assert too_few(fields["code"], "x") is None


def test_words_tell_no_ids_when_a_name_is_not_known():
    assert in_words("attachment", ID, {}).zh == "文件"
    assert in_words("signature", {"file": ID, "name": None}, {}).en == "signed"
    assert in_words("photo", {"file": ID, "lat": None}, {}).zh == "照片 没有定位"
