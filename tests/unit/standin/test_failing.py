"""How a stand-in fails: as often as told, alike for the same seed, and what was done although it failed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from engine.kernel.problems import EngineError
from engine.standin.failing import Failures, changed, drawn
from tests.unit.standin.partners import Played, box, codes, document

MANY = 4_000


def test_each_way_is_drawn_as_often_as_it_was_told_when_many_are() -> None:
    failures = Failures(fail=0.2, lost=0.1, wrong_json=0.05, slow=0.25, slow_ms=300)
    draws = [drawn(failures, number) for number in range(MANY)]
    found = Counter(draw.way for draw in draws)
    shares = {way: round(found[way] / MANY, 2) for way in found}
    assert shares == pytest.approx({"well": 0.65, "fail": 0.2, "lost": 0.1, "wrong_json": 0.05}, abs=0.02)
    assert sum(draw.wait_ms for draw in draws) / MANY == pytest.approx(75, abs=6)


def test_the_same_is_drawn_when_the_seed_is_the_same() -> None:
    one, other = Failures(fail=0.5, seed=1), Failures(fail=0.5, seed=2)
    ways = [[drawn(failures, number).way for number in range(50)] for failures in (one, one, other)]
    assert ways[0] == ways[1] != ways[2]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"fail": 1.1}, [("STAND-025", "fail")]),
        ({"fail": -0.1, "lost": "x"}, [("STAND-025", "fail"), ("STAND-025", "lost")]),
        ({"fail": True}, [("STAND-025", "fail")]),
        ({"slow_ms": 60_001}, [("STAND-025", "slow_ms")]),
        ({"slow_ms": 1.5}, [("STAND-025", "slow_ms")]),
        ({"seed": "x"}, [("STAND-025", "seed")]),
        ({"shuffle": 1}, [("STAND-025", "shuffle")]),
        ({"often": 1}, [("STAND-007", "often")]),
        ({"fail": 0.5, "lost": 0.4, "wrong_json": 0.2}, [("STAND-020", "")]),
    ],
)
def test_failures_are_refused_when_they_are_none(given: Any, wrong: Any) -> None:
    with pytest.raises(EngineError) as caught:
        changed(Failures(), given)
    assert [(one.code, one.path) for one in caught.value.problems] == wrong


def test_nothing_is_done_when_it_fails(tmp_path: Any) -> None:
    played = Played(tmp_path / "store.db", fail=1.0)
    reply = played.ask("POST", "api/boxes", {"size": "small"}, key="k1")
    assert (reply.status, codes(reply), reply.way) == (500, [("STAND-019", "")], "fail")
    played.ask("PUT", "_control/failures", {"fail": 0})
    assert played.ids("api/boxes") == []


@pytest.mark.parametrize("way", ["lost", "wrong_json"])
def test_it_is_done_once_when_the_answer_gets_lost(tmp_path: Any, way: str) -> None:
    played = Played(tmp_path / "store.db", **{way: 1.0})
    for _ in range(3):
        assert played.ask("POST", "api/boxes", {"size": "small"}, key="k1").way == way
    played.ask("PUT", "_control/failures", {way: 0})
    assert played.ids("api/boxes") == ["B-001"]
    noted = played.ask("GET", "_control/requests").body["latest"]
    assert [(one["key"], one["way"], one["repeated"]) for one in noted[:3]] == [
        ("k1", way, False),
        ("k1", way, True),
        ("k1", way, True),
    ]


def test_an_answer_waits_when_it_is_slow(tmp_path: Any) -> None:
    played = Played(tmp_path / "store.db", slow=1.0, slow_ms=250)
    assert played.ask("GET", "api/ping").wait_ms == 250
    assert played.ask("GET", "_control/failures").wait_ms == 0


def test_items_come_twice_and_out_of_order_when_that_is_wanted(tmp_path: Any) -> None:
    played = Played(tmp_path / "store.db", document(*map(box, range(1, 31))), duplicates=0.3, shuffle=True)
    page = played.ask("GET", "api/boxes").body
    found = [item["no"] for item in page["items"]]
    assert page["count"] == len(set(found)) == 30
    assert 33 <= len(found) <= 45
    assert list(dict.fromkeys(found)) != sorted(set(found))


def test_failures_change_and_are_told_when_it_runs(tmp_path: Any) -> None:
    played = Played(tmp_path / "store.db")
    assert played.ask("PUT", "_control/failures", {"fail": 0.25, "seed": 9}).body == {
        **Failures().as_json(), "fail": 0.25, "seed": 9
    }  # fmt: skip
    assert codes(played.ask("PUT", "_control/failures", {"fail": 2})) == [("STAND-025", "fail")]
    assert played.ask("GET", "_control/failures").body["fail"] == 0.25


def test_what_came_in_is_counted_until_it_is_forgotten(tmp_path: Any) -> None:
    played = Played(tmp_path / "store.db")
    played.ask("POST", "api/boxes", {"size": "small"})
    played.ask("POST", "api/boxes", {"size": "huge"})
    told = played.ask("GET", "_control/requests").body
    assert (told["count"], [(one["status"], one["count"]) for one in told["by"]]) == (2, [(201, 1), (422, 1)])
    assert played.ask("DELETE", "_control/requests").body == {"count": 0, "by": [], "latest": []}


def test_controls_are_closed_when_it_is_asked_from_elsewhere(tmp_path: Any) -> None:
    played = Played(tmp_path / "store.db")
    assert codes(played.ask("PUT", "_control/failures", {"fail": 1}, is_near=False)) == [("STAND-021", "")]
    assert played.ask("GET", "api/ping", is_near=False).status == 200
