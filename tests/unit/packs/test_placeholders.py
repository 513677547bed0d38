"""Names of records and people and relative days, resolved wherever they stand in demo data and scenarios."""

from __future__ import annotations

import pytest

from engine.kernel.clocks import moment_text
from engine.kernel.problems import EngineError
from engine.packs.placeholders import Placeholders


@pytest.fixture
def names():
    return Placeholders({"anna": "a-1"}, "Asia/Shanghai", lambda: 20_000, {"book": ("book", "b-1")})


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ({"ref": "book"}, "b-1"),
        ({"user": "anna"}, "a-1"),
        ({"days": 0}, "2024-10-04"),
        ({"days": -4}, "2024-09-30"),
        ({"days": 1, "time": "08:30"}, "2024-10-05T00:30:00Z"),
        ([{"ref": "book"}, {"x": {"user": "anna"}}, 5, None], ["b-1", {"x": "a-1"}, 5, None]),
        ({"ref": 5}, {"ref": 5}),
        ("book", "book"),
    ],
)
def test_a_placeholder_becomes_its_value_when_it_stands_anywhere(names, document, value):
    assert names.value(document) == value


@pytest.mark.parametrize(("document", "code"), [({"ref": "bok"}, "PACK-010"), ([{"user": "ana"}], "PACK-011")])
def test_a_placeholder_is_refused_when_it_names_nothing(names, document, code):
    with pytest.raises(EngineError) as raised:
        names.value(document)
    assert raised.value.problems[0].code == code


def test_a_moment_is_in_the_apps_zone_when_it_is_relative(names):
    assert moment_text(names.moment({"days": -1})) == "2024-10-03T01:00:00Z"
    assert moment_text(names.moment({"time": "00:00"})) == "2024-10-03T16:00:00Z"


def test_a_moment_keeps_its_local_hour_when_the_zone_changes_its_clocks():
    berlin = Placeholders({}, "Europe/Berlin", lambda: 20_000)
    assert moment_text(berlin.moment({"days": 0, "time": "09:00"})) == "2024-10-04T07:00:00Z"
    assert moment_text(berlin.moment({"days": 60, "time": "09:00"})) == "2024-12-03T08:00:00Z"
