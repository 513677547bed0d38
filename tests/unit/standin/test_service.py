"""What a stand-in answers: rows by id and in pages, writes that happen once, and why it refuses."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from engine.standin.service import Asked
from tests.unit.standin.partners import Played, box, codes, document

THINGS = [{"name": "cup", "count": "2"}]
WHOLE = {
    "no": "B-900", "size": "large", "owner": "anna", "price": 12.5, "day": "2026-03-01", "month": "2026-03",
    "seen": "2026-03-01T08:00:00+08:00", "sealed": True, "things": THINGS,
}  # fmt: skip


@pytest.fixture
def played(tmp_path: Any) -> Played:
    sizes = ["small", "large", "small", "small", "large"]
    rows = [box(number, size=size, price=f"{number}.00") for number, size in enumerate(sizes, 1)]
    return Played(tmp_path / "store.db", document(*rows))


def test_it_says_that_it_is_there_when_it_is_asked(played: Played) -> None:
    assert played.ask("GET", "api/ping").body == {"ok": True, "partner": "store"}


def test_a_row_is_found_by_its_id_when_it_is_there(played: Played) -> None:
    assert played.ask("GET", "api/boxes/B-002").body["size"] == "large"
    assert codes(played.ask("GET", "api/boxes/B-999")) == [("STAND-012", "boxes/B-999")]


@pytest.mark.parametrize(
    "path", ["api", "api/cups", "api/boxes/B-001/things", "elsewhere", "", "_control", "_control/x"]
)
def test_nothing_is_there_when_no_address_is_meant(played: Played, path: str) -> None:
    reply = played.ask("GET", path)
    assert (reply.status, codes(reply)[0][0]) == (404, "STAND-012")


def test_every_row_comes_once_when_pages_are_read_to_their_end(played: Played) -> None:
    found, path, pages = [], "api/boxes?limit=2", 0
    while True:
        page = played.ask("GET", path).body
        found += [item["no"] for item in page["items"]]
        pages += 1
        if page["next"] is None:
            break
        path = f"api/boxes?limit=2&after={page['next']}"
    assert (found, pages, page["count"]) == ([f"B-00{number}" for number in range(1, 6)], 3, 5)


def test_the_last_page_says_so_when_it_is_full(played: Played) -> None:
    assert played.ask("GET", "api/boxes?limit=5").body["next"] is None


def test_a_list_holds_what_fits_when_values_are_stated(played: Played) -> None:
    assert played.ids("api/boxes?size=large") == ["B-002", "B-005"]
    assert played.ids("api/boxes?size=large&price=5") == ["B-005"]
    assert played.ids("api/boxes?owner=nobody") == []
    assert played.ask("GET", "api/boxes?size=large&limit=1").body["count"] == 2


@pytest.mark.parametrize("field", [key for key in WHOLE if key != "things"])
def test_a_row_is_found_by_each_of_its_fields_when_that_is_stated(played: Played, field: str) -> None:
    made = played.ask("POST", "api/boxes", WHOLE).body
    written = str(made[field]).lower() if field == "sealed" else made[field]
    assert "B-900" in played.ids(f"api/boxes?{field}={written}")


def test_a_list_holds_what_has_changed_when_since_is_stated(played: Played) -> None:
    made = played.ask("POST", "api/boxes", {"size": "small"}).body
    changed = played.ask("PATCH", "api/boxes/B-001", {"price": "9"}).body
    assert played.ids(f"api/boxes?since={made['changed_at']}") == [made["no"], "B-001"]
    assert played.ids(f"api/boxes?since={changed['changed_at']}") == ["B-001"]
    assert played.ids("api/boxes?since=2026-03-18") == [made["no"], "B-001"]
    assert played.ids("api/boxes?since=2026-03-19") == []


def test_what_changes_meanwhile_comes_again_when_pages_are_read(played: Played) -> None:
    first = played.ask("GET", "api/boxes?limit=3").body
    played.ask("PATCH", "api/boxes/B-001", {"price": "9"})
    assert played.ids(f"api/boxes?after={first['next']}") == ["B-004", "B-005", "B-001"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "STAND-018"),
        ("limit=501", "STAND-018"),
        ("after=x", "STAND-018"),
        ("since=yesterday", "STAND-018"),
        ("since=2026-03-18T00:00:00", "STAND-018"),
        ("size=small&size=large", "STAND-018"),
        ("things=1", "STAND-018"),
        ("colour=red", "STAND-018"),
        ("size=huge", "STAND-009"),
        ("size=", "STAND-008"),
    ],
)
def test_a_list_is_refused_when_a_parameter_does_not_fit(played: Played, query: str, code: str) -> None:
    reply = played.ask("GET", f"api/boxes?{query}")
    assert (reply.status, [one[0] for one in codes(reply)]) == (422, [code])


def test_a_row_is_kept_in_one_form_when_it_is_created(played: Played) -> None:
    reply = played.ask("POST", "api/boxes", WHOLE)
    assert reply.status == 201
    assert played.ask("GET", "api/boxes/B-900").body == reply.body
    assert {key: reply.body[key] for key in WHOLE} == {
        **WHOLE, "price": "12.50", "seen": "2026-03-01T00:00:00Z", "things": [{"name": "cup", "count": "2.0"}]
    }  # fmt: skip


def test_new_rows_are_numbered_on_when_they_bring_no_id(played: Played) -> None:
    made = [played.ask("POST", "api/boxes", {"size": "small"}).body["no"] for _ in range(2)]
    played.ask("POST", "api/boxes", {"size": "small", "no": "B-99x"})
    made.append(played.ask("POST", "api/boxes", {"size": "small", "no": ""}).body["no"])
    assert made == ["B-006", "B-007", "B-008"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"size": "huge", "colour": "red"}, [("STAND-007", "colour"), ("STAND-009", "size")]),
        ({}, [("STAND-008", "size")]),
        ({"size": "small", "no": "B-001"}, [("STAND-011", "no")]),
        ({"size": "small", "owner": "bert"}, [("STAND-010", "owner")]),
        ({"size": "small", "price": "a lot"}, [("STAND-009", "price")]),
        ({"size": "small", "price": "1e30"}, [("STAND-009", "price")]),
        ({"size": "small", "price": True}, [("STAND-009", "price")]),
        ({"size": "small", "day": "2026-02-30"}, [("STAND-009", "day")]),
        ({"size": "small", "seen": "2026-02-01T08:00:00"}, [("STAND-009", "seen")]),
        ({"size": "small", "sealed": "maybe"}, [("STAND-009", "sealed")]),
        ({"size": "small", "month": "x" * 2001}, [("STAND-009", "month")]),
        ({"size": "small", "month": "a\0b"}, [("STAND-009", "month")]),
        ({"size": "small", "things": "cup"}, [("STAND-009", "things")]),
        ({"size": "small", "things": [{"name": "cup"}, {}]}, [("STAND-008", "things/1/name")]),
    ],
)
def test_a_row_is_refused_with_all_that_is_wrong_when_it_does_not_fit(played: Played, given: Any, wrong: Any) -> None:
    reply = played.ask("POST", "api/boxes", given)
    assert (reply.status // 100, codes(reply)) == (4, wrong)
    assert played.ask("GET", "api/boxes").body["count"] == 5


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"size": "small", "size": "large"}', b"\xff", b"[" * 100_000])
def test_a_body_is_refused_when_it_is_no_object(played: Played, body: bytes) -> None:
    assert codes(played.ask("POST", "api/boxes", body)) == [("STAND-014", "")]


def test_rows_are_left_alone_when_the_resource_takes_no_changes(played: Played) -> None:
    assert codes(played.ask("POST", "api/owners", {"code": "bert"})) == [("STAND-017", "")]
    assert codes(played.ask("PATCH", "api/owners/anna", {"name": "A"})) == [("STAND-017", "")]
    assert codes(played.ask("DELETE", "api/boxes/B-001")) == [("STAND-012", "boxes/B-001")]


def test_the_rest_stays_when_a_part_of_a_row_is_changed(played: Played) -> None:
    changed = played.ask("PATCH", "api/boxes/B-002", {"price": "7"}).body
    assert (changed["price"], changed["size"]) == ("7.00", "large")
    assert codes(played.ask("PATCH", "api/boxes/B-002", {"no": "B-777"})) == [("STAND-017", "no")]
    assert codes(played.ask("PATCH", "api/boxes/B-777", {"price": "7"})) == [("STAND-012", "boxes/B-777")]


def test_one_row_is_made_when_a_request_comes_again_under_its_key(played: Played) -> None:
    first = played.ask("POST", "api/boxes", {"size": "small"}, key="k1")
    again = played.ask("POST", "api/boxes", {"size": "small"}, key="k1")
    other = played.ask("POST", "api/boxes", {"size": "small"}, key="k2")
    assert (first.status, first.body) == (again.status, again.body)
    assert other.body["no"] != first.body["no"]
    assert played.ask("GET", "api/boxes").body["count"] == 7


def test_one_row_is_made_when_a_request_comes_many_times_at_once(played: Played) -> None:
    replies = []

    def ask() -> None:
        replies.append(played.ask("POST", "api/boxes", {"size": "small"}, "k1"))

    asking = [threading.Thread(target=ask) for _ in range(24)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert [(reply.status, reply.body["no"]) for reply in replies] == [(201, "B-006")] * 24
    assert played.ask("GET", "api/boxes").body["count"] == 6


def test_a_request_is_refused_when_its_key_came_with_another(played: Played) -> None:
    played.ask("POST", "api/boxes", {"size": "small"}, key="k1")
    for method, path, body in [
        ("POST", "api/boxes", {"size": "large"}),
        ("PATCH", "api/boxes/B-001", {"size": "small"}),
    ]:
        reply = played.ask(method, path, body, key="k1")
        assert (reply.status, codes(reply)) == (422, [("STAND-016", "Idempotency-Key")])


def test_a_key_is_free_when_its_request_was_refused(played: Played) -> None:
    played.ask("POST", "api/boxes", {"size": "huge"}, key="k1")
    assert played.ask("POST", "api/boxes", {"size": "small"}, key="k1").status == 201


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Basic a-token-of-the-test"])
@pytest.mark.parametrize("path", [("api", "ping"), ("_control", "failures")])
def test_nobody_is_answered_when_the_token_is_wrong(played: Played, path: tuple[str, ...], given: str) -> None:
    reply = played.service.answer(Asked("GET", path, headers={"authorization": given}))
    assert (reply.status, codes(reply)) == (401, [("STAND-013", "Authorization")])
