"""Lists that are fetched from partners: page after page, from where it stopped, one at a time, by the clock."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.jobs.delivering import Delivery
from engine.storage import intakes, outbox
from engine.storage.intakes import PullState
from tests.integration.connectors.arriving import bill, bills, bills_shop, pull
from tests.integration.connectors.conftest import Shop
from tests.support.library import NOON
from tests.support.partner import Partner, Reply
from tests.support.sites import Site

Opened = Callable[..., Shop]
HOUR = 3_600_000
HOURLY = {"cron": "0 * * * *"}


def page(start: int, count: int, **more: Any) -> Reply:
    return Reply(body={"rows": [bill(f"B{number}") for number in range(start, start + count)], **more})


def asked(service: Partner) -> list[dict[str, list[str]]]:
    """Return the queries that came to the partner."""
    return [parse_qs(urlsplit(one.path).query) for one in service.received]


def state(here: Shop) -> PullState:
    with here.site.database.read() as connection:
        [found] = intakes.pull_states(connection)
    return found


def fetch(here: Shop) -> int:
    here.site.services.connectors.pull("shop", "erp", "fetch")
    return here.work()


def test_every_page_is_fetched_when_cursors_lead_on(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url))
    service.script.extend([page(1, 3, next="c1"), page(4, 3, next=7), page(7, 1, next="")])
    fetch(here)
    assert asked(service) == [{}, {"cursor": ["c1"]}, {"cursor": ["7"]}]
    assert [row[0] for row in bills(here)] == [f"B{number}" for number in range(1, 8)]
    found = state(here)
    assert (found.pages, found.items, found.taken, found.refused, found.error) == (3, 7, 7, 0, None)
    assert found.ended_at == found.since == NOON
    assert here.site.count("youju_call_receipt") == 3


def test_pages_are_fetched_by_number_until_one_is_not_full(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url, pulls=[pull(paging={"page": {"argument": "page", "size": 2}})]))
    service.script.extend([page(1, 2), page(3, 2), page(5, 1)])
    fetch(here)
    assert asked(service) == [{"page": [number]} for number in "123"]
    assert len(bills(here)) == 5


@pytest.mark.parametrize("link", ["/bills?after=2&x=", "?after=2&x=", "{url}/bills?after=2&x="])
def test_pages_are_fetched_by_links_on_the_same_host(opened: Opened, service: Partner, link: str) -> None:
    here = opened(bills_shop(service.url, pulls=[pull(paging={"link": {"at": "/next"}})]))
    service.script.extend([page(1, 2, next=link.format(url=service.url)), page(3, 1)])
    fetch(here)
    assert [one.path for one in service.received] == ["/bills", "/bills?after=2&x="]
    assert len(bills(here)) == 3


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.com/api/bills",
        "//evil.example.com/api/bills",
        "http://127.0.0.1:1/api/bills",
        "/bills",
        "../x",
        "/api/../x",
        "/api/bills\u00e9",
        "/api/%2e%2e/x",
        "/api/..%2fx",
        "/api/%252e%252e%252fx",
        "/api/a/%2e/x",
        "/api/..;a/x",
        "/api/%5c..%5cx",
    ],
)
def test_a_link_to_another_host_is_not_followed(opened: Opened, service: Partner, link: str) -> None:
    here = opened(bills_shop(f"{service.url}/api", pulls=[pull(paging={"link": {"at": "/next"}})]))
    service.script.extend([page(1, 2, next=link)])
    fetch(here)
    assert len(service.received) == 1
    assert len(bills(here)) == 2
    assert here.dead()[0].startswith("CONN-026")


def test_a_pull_goes_on_at_the_page_where_its_partner_failed(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url))
    service.script.extend(
        [page(1, 2, next="c1"), Reply(500), Reply(body=b"no json"), page(3, 2, next="c2"), page(5, 1)]
    )
    fetch(here)
    assert len(bills(here)) == 2
    here.later(2_000)
    here.later(10_000)
    assert [one.get("cursor") for one in asked(service)] == [None, ["c1"], ["c1"], ["c1"], ["c2"]]
    assert len(bills(here)) == 5
    assert state(here).pages == 3


def test_a_page_that_was_asked_for_and_not_kept_is_asked_for_again(opened: Opened, service: Partner) -> None:
    """Killed between the answer and the commit: nothing of the page is there, and the next process asks once more."""
    here = opened(bills_shop(service.url))
    service.always = page(1, 2)
    here.site.services.connectors.pull("shop", "erp", "fetch")
    kinds = {"pull": _killed}
    with here.site.database.write() as connection:
        [message] = outbox.claim(connection, business_now=NOON, real_now=NOON, lease=1_000)
    with pytest.raises(KeyboardInterrupt):
        Delivery(here.site.services.execution, kinds).deliver(message)
    assert bills(here) == []
    here.later(2_000)
    assert len(service.received) == 2
    assert len(bills(here)) == 2
    assert (state(here).pages, state(here).taken) == (1, 2)


def _killed(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_a_pull_asks_since_the_last_whole_one_began(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url, pulls=[pull(since={"argument": "since", "overlap_minutes": 5})]))
    service.always = page(1, 1)
    fetch(here)
    here.site.business.moment += HOUR
    fetch(here)
    service.always = Reply(400)
    here.site.business.moment += HOUR
    fetch(here)
    service.always = page(1, 1)
    here.site.business.moment += HOUR
    fetch(here)
    told = [one.get("since", [""])[0][11:16] for one in asked(service)]
    assert told == ["", "14:08", "15:08", "15:08"]


def test_a_pull_asks_for_everything_when_its_address_is_another_one(opened: Opened, service: Partner) -> None:
    since = {"argument": "since", "overlap_minutes": 5}
    design = bills_shop(service.url, pulls=[pull(since=since)])
    here = opened(design)
    service.always = page(1, 1)
    fetch(here)
    design = copy.deepcopy(design)
    design["app.json"]["labels"]["zh"] = "别的名字"
    here.site.publish(design)
    fetch(here)
    moved = copy.deepcopy(design)
    path = next(path for path in moved if path.startswith("connectors/"))
    moved[path]["base_url"] = f"{service.url}/v2"
    here.site.publish(moved)
    fetch(here)
    assert ["since" in one for one in asked(service)] == [False, True, False]
    fetch(here)
    assert "since" in asked(service)[-1]


def test_a_pull_is_begun_by_the_clock_once_and_not_while_one_goes_on(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url, pulls=[pull(schedule=HOURLY)]))
    service.always = page(1, 1)
    here.site.business.moment += HOUR
    here.work()
    assert len(service.received) == 1
    service.always = Reply(500)
    here.site.business.moment += HOUR
    here.work()
    here.site.business.moment += 3 * HOUR
    here.work()
    assert here.site.query("SELECT count(*) FROM youju_outbox WHERE kind = 'pull' AND done_at IS NULL") == [(1,)]
    service.always = page(2, 1)
    here.later(2_000)
    assert len(bills(here)) == 2


def test_nothing_is_pulled_where_nobody_is_called(database: Any, service: Partner) -> None:
    site = Site(database)
    site.publish(bills_shop(service.url, pulls=[pull(schedule=HOURLY)]))
    site.business.moment += HOUR
    assert site.jobs().run_until_quiet() > 0
    assert site.count("youju_outbox") == 0


def test_the_latest_slot_alone_is_pulled_when_nothing_was_there_to_play_them(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url, pulls=[pull(schedule=HOURLY)]))
    service.always = page(1, 1)
    here.site.business.moment += 30 * HOUR
    here.work()
    assert len(service.received) == 1


def test_a_pull_that_is_gone_is_not_begun_by_the_clock(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url, pulls=[pull(schedule=HOURLY)]))
    assert here.site.query("SELECT rule FROM youju_schedule") == [("erp/fetch",)]
    here.site.publish(bills_shop(service.url, pulls=None))
    assert here.site.query("SELECT rule FROM youju_schedule") == []


@pytest.mark.parametrize(("most", "code", "pages"), [(2, "CONN-028", 2), (100, "CONN-027", 2)])
def test_a_pull_ends_when_its_pages_do_not(opened: Opened, service: Partner, most: int, code: str, pages: int) -> None:
    here = opened(bills_shop(service.url, pulls=[pull(most_pages=most)]))
    replies = [page(1, 1, next="c1"), page(2, 1, next="c2" if most == 2 else "c1")]
    service.script.extend(replies)
    fetch(here)
    found = state(here)
    assert found.error is not None
    assert (json.loads(found.error)["code"], found.pages, found.since) == (code, pages, None)
    assert len(bills(here)) == 2


@pytest.mark.parametrize("kind", ["cursor", "link"])
@pytest.mark.parametrize("following", ["\ud800", "c\u0000", "c" * 2_001])
def test_a_pull_ends_when_what_leads_on_is_of_no_use(
    opened: Opened, service: Partner, kind: str, following: str
) -> None:
    paging = {"link": {"at": "/next"}} if kind == "link" else {"cursor": {"at": "/next", "argument": "cursor"}}
    here = opened(bills_shop(service.url, pulls=[pull(paging=paging)]))
    service.always = page(1, 1, next=following)
    fetch(here)
    found = state(here)
    assert json.loads(found.error or "{}")["code"] == "CONN-031"
    assert (len(service.received), len(bills(here)), here.dead()) == (1, 1, [])


def test_a_pull_that_died_is_told_to_have_stopped(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url, retry={"attempts": 1}))
    service.script.append(Reply(500))
    fetch(here)
    [told] = here.site.services.connectors.all()[0].pulls
    assert told.why is not None
    assert (told.goes_on, told.ended, told.why.code) == (False, None, "CONN-032")
    service.always = page(1, 1)
    fetch(here)
    assert here.site.services.connectors.all()[0].pulls[0].why is None


def test_an_item_that_is_refused_again_keeps_what_brought_it(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url))
    service.always = Reply(body={"rows": [bill("B1", customer={"code": "C9"})]})
    fetch(here)
    here.site.services.connectors.take_again()
    here.work()
    [kept] = here.site.services.connectors.refused()
    assert (kept.source, kept.times) == ("fetch", 2)
    assert state(here).refused == 1


def test_pages_wait_when_the_rate_is_used_up(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url, rate={"count": 1, "seconds": 10}))
    service.script.extend([page(1, 1, next="c1"), page(2, 1)])
    fetch(here)
    assert len(service.received) == 1
    here.later(10_000)
    assert len(service.received) == 2
    assert here.site.query("SELECT max(attempts) FROM youju_outbox") == [(0,)]


def test_a_page_is_refused_when_it_has_no_items_where_they_should_be(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url, retry={"attempts": 1}))
    service.always = Reply(body={"error": "no"})
    fetch(here)
    assert here.dead()[0].startswith("CONN-023")
    service.always = page(1, 1)
    fetch(here)
    assert len(bills(here)) == 1


def test_a_page_is_empty_when_null_stands_for_its_items(opened: Opened, service: Partner) -> None:
    here = opened(bills_shop(service.url, retry={"attempts": 1}, pulls=[pull(items="/data/a~1b")]))
    service.always = Reply(body={"data": {"a/b": None}})
    fetch(here)
    assert here.dead() == []
    assert (state(here).items, state(here).ended_at) == (0, NOON)


def test_a_dead_page_brings_its_items_when_it_is_sent_again_after_another_pull(
    opened: Opened, service: Partner
) -> None:
    here = opened(bills_shop(service.url, retry={"attempts": 1}))
    service.script.extend([Reply(500), page(1, 1), page(2, 1, next="c1")])
    fetch(here)
    fetch(here)
    before = state(here)
    [[dead]] = here.site.query("SELECT id FROM youju_outbox WHERE dead_at IS NOT NULL")
    with here.site.database.write() as connection:
        outbox.replay(connection, dead)
    here.work()
    assert len(bills(here)) == 2
    assert len(service.received) == 3
    assert state(here).pages == before.pages
