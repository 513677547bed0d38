"""Calls of a rule against a real service: what is asked, what is kept, and what happens when the partner is unwell."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from engine.jobs.delivering import DELIVERIES, Delivery
from engine.jobs.letters import Letters
from engine.jobs.queues import MAIN
from engine.storage.outbox import claim
from tests.integration.connectors.conftest import TOKEN, WELL, Shop, calling, shop
from tests.support.apps import element, field, rule
from tests.support.partner import Partner, Reply
from tests.support.sites import Site

Opened = Callable[..., Shop]


def test_the_record_takes_what_was_answered_when_the_call_goes_well(opened: Opened) -> None:
    here = opened()
    here.service.always = Reply(body=WELL)
    id = here.customer(since="2026-03-01")
    here.work()
    assert here.stored(id)["credit"] == "1234.50"
    (asked,) = here.received
    assert (asked.method, asked.path) == ("GET", "/customers/C%201%2F2?on=2026-03-01")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    (receipt,) = here.receipts(id)
    assert (receipt.status, receipt.error, receipt.attempt, receipt.rule) == (200, None, 1, "ask")


def test_the_same_key_is_sent_when_a_call_is_repeated(opened: Opened) -> None:
    here = opened()
    here.service.script.extend([Reply(500), Reply(503), Reply(body=WELL)])
    id = here.customer()
    here.work()
    assert here.stored(id)["credit"] is None
    here.later(5_000)
    here.later(5_000)
    assert here.stored(id)["credit"] == "1234.50"
    keys = {asked.headers["idempotency-key"] for asked in here.received}
    assert (len(here.received), len(keys)) == (3, 1)
    assert [one.status for one in here.receipts(id)] == [500, 503, 200]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(body=b"<html>"), "CONN-010"),
        (Reply(body={"data": {"left": "much"}}), "CONN-011"),
        (Reply(body={"error": 0}), "CONN-011"),
        (Reply(body={**WELL, "error": 7}), "CONN-012"),
        (Reply(429), "CONN-009"),
        (Reply(cut=True, body=WELL), "CONN-006"),
    ],
)
def test_a_call_is_tried_again_when_the_answer_is_no_good(opened: Opened, reply: Reply, code: str) -> None:
    here = opened()
    here.service.script.append(reply)
    here.service.always = Reply(body=WELL)
    id = here.customer()
    here.work()
    assert (here.receipts(id)[0].error or "").startswith(code)
    here.later(2_000)
    assert here.stored(id)["credit"] == "1234.50"


@pytest.mark.parametrize("status", [302, 400, 401, 404, 422])
def test_a_call_is_dead_at_once_when_the_partner_refuses_it(opened: Opened, status: int) -> None:
    here = opened()
    here.service.always = Reply(status, b"no such customer")
    here.customer()
    here.work()
    here.later(3_600_000)
    assert len(here.received) == 1
    (error,) = here.dead()
    assert error.startswith("CONN-008")
    assert "no such customer" in error


def test_a_call_is_repeated_as_the_rule_says_when_it_says_so(opened: Opened, service: Partner) -> None:
    retry = {"attempts": 2, "wait": {"minutes": 5}}
    here = opened(shop(service.url, rules=[calling(retry=retry)], retry={"attempts": 9}))
    service.always = Reply(500)
    here.customer()
    here.work()
    here.later(299_000)
    assert len(here.received) == 1
    here.later(2_000)
    assert (len(here.received), len(here.dead())) == (2, 1)


def test_nothing_secret_is_kept_when_the_partner_repeats_it(opened: Opened) -> None:
    here = opened()
    here.service.always = Reply(400, f"wrong token {TOKEN}".encode())
    here.customer()
    here.work()
    kept = [str(row) for row in here.site.query("SELECT * FROM youju_outbox")]
    kept += [str(row) for row in here.site.query("SELECT * FROM youju_call_receipt")]
    assert any("wrong token ***" in row for row in kept)
    assert not any(TOKEN in row for row in kept)


def test_the_partner_is_left_alone_when_it_failed_too_often(opened: Opened, service: Partner) -> None:
    here = opened(shop(service.url, breaker={"failures": 3, "pause_seconds": 600}, retry={"attempts": 20}))
    service.always = Reply(500)
    for number in range(6):
        here.customer(code=f"C{number}")
    here.work()
    assert len(service.received) == 3
    here.later(300_000)
    assert len(service.received) == 3
    here.later(301_000)
    assert len(service.received) == 4, "one call tries"
    service.always = Reply(body=WELL)
    here.later(601_000)
    here.later(3_600_000)
    assert {row[0] for row in here.site.query("SELECT credit FROM v_customer")} == {1234.5}
    assert here.dead() == []


def test_no_more_calls_go_out_than_the_rate_allows_when_many_wait(opened: Opened, service: Partner) -> None:
    here = opened(shop(service.url, rate={"count": 2, "seconds": 10}))
    service.always = Reply(body=WELL)
    for number in range(5):
        here.customer(code=f"C{number}")
    here.work()
    assert len(service.received) == 2
    here.later(5_000)
    assert len(service.received) == 3
    here.later(10_000)
    assert len(service.received) == 5
    assert all(one.attempt == 1 for one in here.receipts(here.site.query("SELECT id FROM customer")[0][0]))


def test_a_body_is_built_of_the_record_and_its_lines_when_it_is_stated(opened: Opened, service: Partner) -> None:
    body = {
        "code": "code",
        "limit": "limit",
        "fixed": ['"a"', "1.25", "true"],
        "none": "note",
        "lines": {"each": "items", "item": {"sku": "product", "n": "count"}},
    }
    argument = field("limit", "money", required=True)
    order = element("order", method="POST", path="/orders", form="customer", arguments=[argument], body=body)
    here = opened(shop(service.url, order, rules=[calling("order", **{"with": {"limit": "100.5"}})]))
    here.customer(code="C9", items=[{"product": "P1", "count": "2"}, {"product": "P2"}])
    here.work()
    (asked,) = service.received
    assert json.loads(asked.body) == {
        "code": "C9",
        "limit": 100.5,
        "fixed": ["a", 1.25, True],
        "none": None,
        "lines": [{"sku": "P1", "n": 2}, {"sku": "P2", "n": None}],
    }
    assert asked.headers["content-type"] == "application/json"


def test_rules_look_at_what_was_answered_when_it_changed_the_record(opened: Opened, service: Partner) -> None:
    noting = rule("note", "customer", {"changed": ["credit"]}, {"set": {"note": '"credit is known"'}})
    here = opened(shop(service.url, rules=[calling(), noting]))
    service.always = Reply(body=WELL)
    id = here.customer()
    here.work()
    assert here.stored(id)["note"] == "credit is known"


def test_a_chain_of_calls_ends_when_each_answer_calls_again(opened: Opened, service: Partner) -> None:
    again = rule("again", "customer", {"changed": ["credit"]}, {"call": {"connector": "erp", "operation": "credit"}})
    here = opened(shop(service.url, rules=[calling(), again]))
    service.script.extend(Reply(body={"data": {"left": number}, "error": 0}) for number in range(1, 40))
    here.customer()
    here.work()
    assert 3 <= len(service.received) <= 6


def test_submitting_is_not_held_up_when_the_partner_is_slow(opened: Opened, service: Partner) -> None:
    here = opened()
    service.always = Reply(wait=1, body=WELL)
    begun = time.monotonic()
    here.customer()
    assert time.monotonic() - begun < 0.5
    assert service.received == []


def test_the_partners_answer_is_told_when_the_record_cannot_take_it(opened: Opened, service: Partner) -> None:
    documents: Any = shop(service.url)
    refusing = {"refuse": {"message": {"zh": "太多", "en": "too much"}}}
    documents["rules/limit.json"] = rule("limit", "customer", {"before": ["save"]}, refusing, when="credit > 1000")
    here = opened(documents)
    service.always = Reply(body=WELL)
    id = here.customer()
    here.work()
    (receipt,) = here.receipts(id)
    assert (receipt.status, here.stored(id)["credit"]) == (200, None)
    assert "too much" in (receipt.error or "")
    assert len(service.received) == 1


def test_nothing_is_called_when_the_way_out_is_closed(database: Any, service: Partner) -> None:
    site = Site(database)
    site.publish(shop(service.url))
    here = Shop(site, service, site.person("me", ("shop", "staff")))
    here.customer()
    here.work()
    assert service.received == []
    assert [error[:8] for error in here.dead()] == ["CONN-001"]


def test_an_answer_is_dropped_when_the_record_is_gone_by_then(opened: Opened, service: Partner) -> None:
    here = opened()
    service.script.append(Reply(500))
    service.always = Reply(body=WELL)
    id = here.customer()
    here.work()
    here.site.services.records.delete(here.me, "shop", "customer", id, None)
    here.later(2_000)
    assert [one.status for one in here.receipts(id)] == [500, 200]


def test_the_same_call_is_made_again_when_a_process_dies_before_it_kept_the_answer(
    opened: Opened, service: Partner
) -> None:
    here = opened()
    service.always = Reply(body=WELL)
    id = here.customer()

    def dying(*_: object) -> None:
        raise SystemExit

    execution, clocks = here.site.services.execution, here.site.services.execution.clocks
    here.site.jobs().run_once((MAIN,))
    with here.site.database.write() as connection:
        (message,) = claim(connection, business_now=clocks.business(), real_now=clocks.real())
    with pytest.raises(SystemExit):
        Delivery(execution, {**DELIVERIES, "call": dying}).deliver(message)
    assert (len(service.received), here.stored(id)["credit"], here.receipts(id)) == (1, None, [])
    here.later(60_001)
    assert here.stored(id)["credit"] == "1234.50"
    assert len({one.headers["idempotency-key"] for one in service.received}) == 1
    assert [one.status for one in here.receipts(id)] == [200]


def test_a_dead_call_goes_out_when_it_is_replayed(opened: Opened, service: Partner) -> None:
    here = opened()
    service.script.append(Reply(404))
    service.always = Reply(body=WELL)
    id = here.customer()
    here.work()
    (message,) = [row[0] for row in here.site.query("SELECT id FROM youju_outbox WHERE dead_at IS NOT NULL")]
    Letters(here.site.services.execution).replay(message)
    here.work()
    assert (here.stored(id)["credit"], here.dead()) == ("1234.50", [])
    assert sorted((one.attempt, one.status) for one in here.receipts(id)) == [(1, 404), (2, 200)]


def test_a_call_waits_in_the_dead_letters_when_its_operation_is_gone(opened: Opened, service: Partner) -> None:
    here = opened()
    here.customer()
    here.site.jobs().run_once((MAIN,))
    other = element("other", method="GET", path="/")
    here.site.publish(shop(service.url, other, rules=[]))
    here.work()
    (error,) = here.dead()
    assert error.startswith("JOB-013")
    assert service.received == []
