"""Deliveries that partners send: each has one effect, whatever is sent how often, and what is refused is kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from engine.jobs.delivering import Delivery
from engine.kernel.problems import EngineError
from engine.storage import intakes, outbox
from tests.integration.connectors.arriving import (
    bill,
    bills,
    bills_shop,
    body_of,
    hook,
    intake,
    send,
    signature,
    signed,
)
from tests.integration.connectors.conftest import Shop
from tests.support.apps import rule
from tests.support.library import NOON

Opened = Callable[..., Shop]
TELLING = {"notify": {"to": [{"owner": True}], "text": {"zh": "到", "en": "in"}}}


def refused(here: Shop) -> list[tuple[str, list[str], int]]:
    with here.site.database.read() as connection:
        found = intakes.refused(connection)
    return sorted((one.item, [each["code"] for each in one.why], one.times) for one in found)


def code_of(here: Shop, *given: Any) -> str:
    with pytest.raises(EngineError) as caught:
        send(here, *given)
    return caught.value.problems[0].code


def test_items_become_records_once_the_jobs_have_run(opened: Opened) -> None:
    here = opened(bills_shop())
    accepted = send(here, body_of("d1", bill("B1"), bill("B2", 2)))
    assert (accepted.delivery, accepted.items, accepted.again) == ("d1", 2, False)
    assert bills(here) == []
    here.work()
    assert bills(here) == [("B1", 10, 1), ("B2", 20, 2)]
    with here.site.database.read() as connection:
        [kept] = intakes.deliveries(connection)
    assert (kept.delivery, kept.items, kept.taken, kept.refused) == ("d1", 2, 2, 0)


def test_a_delivery_has_one_effect_when_it_comes_again(opened: Opened) -> None:
    here = opened(bills_shop())
    body = body_of("d1", bill("B1"))
    send(here, body)
    here.work()
    here.site.real.moment += 60_000
    again = send(here, body, signed(body, here.site.real.moment))
    assert (again.delivery, again.items, again.again) == ("d1", 1, True)
    assert here.site.count("youju_outbox") == 1
    here.work()
    assert here.site.query("SELECT version FROM bill") == [(1,)]


def test_what_was_signed_comes_in_once_when_its_id_is_another(opened: Opened) -> None:
    here = opened(bills_shop(hooks=[hook(id={"header": "X-Id"})]))
    body = body_of("", bill("B1"))
    assert not send(here, body, {**signed(body), "x-id": "one"}).again
    assert send(here, body, {**signed(body), "x-id": "two"}).again


def test_an_older_item_changes_nothing_when_a_newer_one_was_taken(opened: Opened) -> None:
    here = opened(bills_shop())
    for number, version in enumerate((2, 3, 1, 3)):
        send(here, body_of(f"d{number}", bill("B1", version)))
        here.work()
    assert bills(here) == [("B1", 30, 3)]
    assert here.site.query("SELECT version FROM bill") == [(2,)]


def test_of_two_items_of_one_key_in_a_delivery_one_record_comes(opened: Opened) -> None:
    here = opened(bills_shop())
    send(here, body_of("d1", bill("B1"), bill("B2"), bill("B1", 2), bill("B1", 1)))
    here.work()
    assert bills(here) == [("B1", 20, 2), ("B2", 10, 1)]


def test_one_key_never_makes_two_records_when_two_processes_take_items(opened: Opened) -> None:
    here = opened(bills_shop())
    for number in range(6):
        send(here, body_of(f"d{number}", *(bill(f"B{key}", number + 1) for key in range(5))))
    with here.site.database.write() as connection:
        claimed = outbox.claim(connection, business_now=NOON, real_now=NOON)
    processes = [Delivery(here.site.assembled().execution) for _ in range(3)]
    begin = threading.Barrier(len(processes))

    def deliver(number: int) -> None:
        begin.wait()
        for message in claimed[number :: len(processes)]:
            processes[number].deliver(message)

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(len(processes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    here.later(60_001)
    assert bills(here) == [(f"B{key}", 60, 6) for key in range(5)]
    assert refused(here) == []


def test_refused_items_are_kept_with_their_reason_and_the_others_taken(opened: Opened) -> None:
    here = opened(bills_shop())
    wrong = [
        {"sum": 1, "v": 1},
        "text",
        bill("B3", customer={"code": "C9"}),
        bill("B4", sum="much"),
        bill("B5", v=None),
    ]
    send(here, body_of("d1", bill("B1"), *wrong, bill("B2")))
    here.work()
    assert [row[0] for row in bills(here)] == ["B1", "B2"]
    named = {item: codes for item, codes, _ in refused(here)}
    assert named['{"number":"B3"}'] == ["APP-073"]
    assert named['{"number":"B4"}'] == ["FORM-003"]
    assert named['{"number":"B5"}'] == ["APP-074"]
    assert sorted(codes for item, codes in named.items() if item.startswith("sha256:")) == [["APP-056"], ["APP-070"]]
    with here.site.database.read() as connection:
        [kept] = intakes.deliveries(connection)
    assert (kept.items, kept.taken, kept.refused) == (7, 2, 5)


def test_a_refused_item_is_forgotten_once_it_is_taken(opened: Opened) -> None:
    here = opened(bills_shop())
    for number in range(2):
        send(here, body_of(f"d{number}", bill("B1", customer={"code": "C1"})))
        here.work()
    assert refused(here) == [('{"number":"B1"}', ["APP-073"], 2)]
    customer = here.customer(code="C1")
    send(here, body_of("d3", bill("B1", customer={"code": "C1"})))
    here.work()
    assert refused(here) == []
    assert here.site.query("SELECT customer FROM bill") == [(customer,)]


UNKNOWN = {"customer": {"code": "C9"}}


@pytest.mark.parametrize("together", [False, True])
def test_a_newer_refused_item_stays_when_an_older_one_comes(opened: Opened, *, together: bool) -> None:
    here = opened(bills_shop())
    items = [bill("B1"), bill("B1", 3, **UNKNOWN), bill("B1", 2, **UNKNOWN), bill("B1")]
    for number, some in enumerate([items] if together else [[one] for one in items]):
        send(here, body_of(f"d{number}", *some))
        here.work()
    assert bills(here) == [("B1", 10, 1)]
    with here.site.database.read() as connection:
        [kept] = intakes.refused(connection)
    assert json.loads(kept.content)["v"] == 3
    here.customer(code="C9")
    here.site.services.connectors.take_again()
    here.work()
    assert (bills(here), refused(here)) == ([("B1", 30, 3)], [])


def test_a_refused_item_goes_when_a_newer_one_is_taken(opened: Opened) -> None:
    here = opened(bills_shop())
    for version, more in ((2, UNKNOWN), (3, {})):
        send(here, body_of(f"d{version}", bill("B1", version, **more)))
        here.work()
    assert (bills(here), refused(here)) == ([("B1", 30, 3)], [])


def test_a_refused_item_stays_when_the_next_of_its_key_is_left_alone(opened: Opened) -> None:
    here = opened(bills_shop(intakes=[intake(when="not void")]))
    for version, more in ((1, {"void": False, **UNKNOWN}), (2, {"void": True})):
        send(here, body_of(f"d{version}", bill("B1", version, **more)))
        here.work()
    assert [codes for _, codes, _ in refused(here)] == [["APP-073"]]


@pytest.mark.parametrize("number", ["B12345", "B1"])
def test_an_item_is_refused_when_a_field_would_not_take_its_value(opened: Opened, number: str) -> None:
    documents = bills_shop(intakes=[intake(set={"note": "code"})])
    for one in documents["forms/bill.json"]["fields"]:
        one.update({"max_length": 5} if one["key"] in ("number", "note") else {})
    here = opened(documents)
    send(here, body_of("d1", bill("B0"), bill(number, customer={"code": "C" * (6 if number == "B1" else 5)})))
    here.work()
    assert [row[0] for row in bills(here)] == ["B0"]
    assert [codes for _, codes, _ in refused(here)] == [["FORM-005"]]


def test_the_oldest_refused_items_are_taken_again_first(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.runtime.connectors.MOST", 1)
    here = opened(bills_shop())
    for number in range(3):
        send(here, body_of(f"d{number}", bill(f"B{number}", **UNKNOWN)))
        here.later(1_000)
    for _ in range(3):
        assert here.site.services.connectors.take_again() == 1
        here.later(1_000)
    assert [times for _, _, times in refused(here)] == [2, 2, 2]


@pytest.mark.parametrize(("missing", "codes"), [("skip", []), ("refuse", ["APP-073"])])
def test_an_item_without_a_record_is_left_or_refused_as_stated(opened: Opened, missing: str, codes: list[str]) -> None:
    here = opened(bills_shop(intakes=[intake(missing=missing)]))
    send(here, body_of("d1", bill("B1")))
    here.work()
    assert bills(here) == []
    assert [code for _, found, _ in refused(here) for code in found] == codes


def test_an_item_is_left_alone_when_the_condition_does_not_hold(opened: Opened) -> None:
    here = opened(bills_shop(intakes=[intake(when="not void")]))
    send(here, body_of("d1", bill("B1", void=True), bill("B2", void=False)))
    here.work()
    assert [row[0] for row in bills(here)] == ["B2"]
    assert refused(here) == []


def test_several_records_of_one_key_are_told_and_left_alone(opened: Opened) -> None:
    here = opened(bills_shop())
    for _ in range(2):
        here.site.services.records.create(here.me, "shop", "bill", {"number": "B1"})
    send(here, body_of("d1", bill("B1")))
    here.work()
    assert [codes for _, codes, _ in refused(here)] == [["APP-072"]]
    assert bills(here) == [("B1", None, None)] * 2


def test_a_change_is_told_in_the_name_of_the_intake(opened: Opened) -> None:
    here = opened(bills_shop())
    send(here, body_of("d1", bill("B1")))
    here.work()
    assert here.site.query("SELECT actor, rule, action FROM youju_journal WHERE subject = 'bill'") == [
        (None, "erp/bills", "create")
    ]
    id = here.site.query("SELECT id FROM bill")[0][0]
    [entry] = here.site.services.records.history(here.me, "shop", "bill", id)
    assert entry.by_shown.zh == "bills的中文"


def test_a_rule_looks_at_what_its_hook_made_or_changed(opened: Opened) -> None:
    rules = [
        rule(key, "bill", {"webhook": "paid"} if key == "heard" else {"changed": ["amount"]}, TELLING, when=when)
        for key, when in (("heard", "amount > 15"), ("seen", "amount > 15"))
    ]
    here = opened(bills_shop("https://erp.example.com", *rules))
    for number, version in enumerate((1, 2, 2)):
        send(here, body_of(f"d{number}", bill("B1", version)))
        here.work()
    record = here.site.query("SELECT id FROM bill")[0][0]
    here.site.services.records.update(here.me, "shop", "bill", record, {"amount": "30"}, 2)
    here.work()
    runs = here.site.query("SELECT rule, fired FROM youju_rule_run")
    assert sorted((key, bool(fired)) for key, fired in runs) == [
        ("heard", False), ("heard", True), ("seen", True), ("seen", True)
    ]  # fmt: skip


def test_nothing_tells_a_wrong_signature_from_an_address_that_is_not_there(opened: Opened) -> None:
    here = opened(bills_shop())
    body = body_of("d1", bill("B1"))
    told = []
    for address, headers in (
        (("shop", "erp", "paid"), signed(body, secret="another")),
        (("shop", "erp", "paid"), {}),
        (("shop", "erp", "nothing"), signed(body)),
        (("nothing", "erp", "paid"), signed(body)),
    ):
        with pytest.raises(EngineError) as caught:
            here.site.services.hooks.accept(*address, headers, body)
        told.append([one.as_json() for one in caught.value.problems])
    assert all(one == told[0] for one in told)
    assert told[0][0]["code"] == "CONN-020"
    assert here.site.count("youju_hook_delivery") == 0


def test_nobody_is_let_in_when_the_secret_is_not_set(opened: Opened) -> None:
    here = opened(
        bills_shop(hooks=[hook(signature={**signature(timestamp="X-Timestamp"), "secret": {"secret": "no"}})])
    )
    body = body_of("d1", bill("B1"))
    assert code_of(here, body, signed(body, secret="")) == "CONN-020"


@pytest.mark.parametrize("away", [-301_000, 301_000])
def test_a_delivery_is_refused_when_it_was_sent_long_ago_or_will_be(opened: Opened, away: int) -> None:
    here = opened(bills_shop())
    body = body_of("d1", bill("B1"))
    assert code_of(here, body, signed(body, NOON + away)) == "CONN-021"
    assert here.site.count("youju_hook_delivery") == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "CONN-022"),
        (b"\xff\xfe", "CONN-022"),
        (b'{"id": "a", "data": NaN}', "CONN-022"),
        (b"[" * 100_000, "CONN-022"),
        (b'{"id": "a"}', "CONN-023"),
        (b'{"id": "a", "data": [' + b"1," * 10_000 + b"1]}", "CONN-030"),
        (b'{"data": []}', "CONN-024"),
        (b'{"id": true, "data": []}', "CONN-024"),
        (b'{"id": "\\u0000", "data": []}', "CONN-024"),
    ],
)
def test_a_delivery_that_cannot_be_read_is_told_what_is_wrong(opened: Opened, body: bytes, code: str) -> None:
    assert code_of(opened(bills_shop()), body) == code


def test_deliveries_are_held_back_when_too_many_come(opened: Opened) -> None:
    here = opened(bills_shop(hooks=[hook(rate={"count": 2, "seconds": 60})]))
    bodies = [body_of(f"d{number}", bill("B1")) for number in range(3)]
    for body in bodies[:2]:
        send(here, body)
    assert code_of(here, bodies[2]) == "CONN-025"
    here.site.real.moment += 60_000
    assert not send(here, bodies[2], signed(bodies[2], here.site.real.moment)).again


def test_whatever_json_says_is_kept_when_it_is_refused(opened: Opened) -> None:
    here = opened(bills_shop())
    send(here, b'{"id": "d1", "data": {"no": "a\\u0000\\ud800", "sum": 1e400, "v": 123456789012345678901234567890}}')
    here.work()
    assert len(refused(here)) == 1
    assert here.dead() == []


def test_deliveries_and_refused_items_go_when_they_are_old(opened: Opened) -> None:
    here = opened(bills_shop())
    send(here, body_of("d1", "text"))
    here.work()
    here.site.real.moment += 181 * 86_400_000
    with here.site.database.write() as connection:
        assert intakes.forget(connection, here.site.real.moment - 180 * 86_400_000, 10) == 2
