"""A changed rule is tried on the past: what it would have come to, against what came of the one in use."""

from __future__ import annotations

import json
import random

import pytest

from engine.kernel.clocks import DAY_MS, date_of, day_of, moment_text, start_of_day
from engine.kernel.problems import EngineError
from engine.runtime.backtests.views import Asked, Sum
from engine.runtime.directory import ADMIN_ROLE
from tests.support.apps import access, app, field, form, parameter, role, rule
from tests.support.sites import Site

STAFF, GUEST = ("shop", "staff"), ("shop", "guest")
ZONE = "Asia/Shanghai"
NINE = 9 * 3_600_000
IDLE = "not flag and days_since(seen_at) >= param.idle.days and exists(customer.debts where amount > 0)"
DEBTS = {"uid": "t99999999996", "key": "debts", "labels": {"zh": "欠款", "en": "debts"}, "form": "debt"}
FLAG = {"set": {"flag": "true", "flagged_at": "now()"}}


def labelled(item, zh, en):
    return {**item, "labels": {"zh": zh, "en": en}}


def _documents(*rules):
    forms = [
        form("customer", field("name"), title="{{name}}", relations=[{**DEBTS, "reference": "customer"}]),
        form("debt", field("amount", "money"), field("customer", "reference", form="customer")),
        form(
            "deal",
            field("name"),
            labelled(field("seen_at", "datetime"), "最近更新", "Last update"),
            labelled(field("worth", "money"), "金额", "Worth"),
            field("due", "date"),
            field("customer", "reference", form="customer"),
            field("flag", "boolean"),
            field("flagged_at", "datetime"),
            title="{{name}}",
        ),
    ]
    roles = [
        {**role("staff", access("customer"), access("deal"), access("debt")), "parameters": True},
        {**role("keeper", access("deal", "read", rows="owner = me")), "parameters": True},
        role("guest", access("deal", "read")),
    ]
    days = labelled(parameter("idle.days", "number", default="15"), "未更新天数", "Idle days")
    return app(*forms, *rules, roles=roles, parameters=[days])


@pytest.fixture
def shop(database):
    """A shop in which somebody is asked about deals that nobody touches, at nine every day."""
    site = Site(database)
    site.documents = _documents()
    site.publish(_with(site, rule("idle", "deal", [{"schedule": {"cron": "0 9 * * *"}}], FLAG, when=IDLE)))
    site.person("anna", STAFF)
    site.person("gast", GUEST)
    site.person("karl", ("shop", "keeper"))
    site.business.moment = start_of_day(day_of(site.business.moment, ZONE), ZONE)
    return site


def _with(site, made):
    """Return the design of the shop with one rule."""
    return {**site.documents, f"rules/{made['key']}.json": made}


def day(site, days=0):
    return date_of(day_of(site.business.moment, ZONE) + days).isoformat()


def sleep(site, days=1):
    """Let days pass; every morning at nine the jobs look."""
    for _ in range(days):
        site.business.moment += NINE
        site.jobs().run_until_quiet()
        site.business.moment += DAY_MS - NINE


def deal(site, name, worth="100", amount="5"):
    records, anna = site.services.records, site.viewer("anna")
    customer = records.create(anna, "shop", "customer", {"name": name})
    debt = records.create(anna, "shop", "debt", {"customer": customer.id, "amount": amount})
    fields = {"name": name, "worth": worth, "customer": customer.id, "seen_at": moment_text(site.business.moment)}
    return records.create(anna, "shop", "deal", fields).id, debt.id


def touch(site, id):
    seen = {"seen_at": moment_text(site.business.moment)}
    site.services.records.update(site.viewer("anna"), "shop", "deal", id, seen, None)


def asked(site, first, rule="idle", who="anna", **more):
    wanted = Asked("shop", rule, first, more.pop("last", day(site, -1)), **more)
    return site.services.backtests.run(site.viewer(who), wanted)


def told(found):
    return {
        item.title: (item.kind, item.old_at and item.old_at[:10], item.new_at and item.new_at[:10])
        for item in found.differing
    }


def test_records_are_told_apart_by_when_either_rule_would_have_acted(shop):
    first = day(shop)
    late, _ = deal(shop, "late", "100.50")
    never, _ = deal(shop, "never", "20")
    deal(shop, "paid", amount="0")
    sleep(shop, 17)
    touch(shop, never)
    sleep(shop, 8)
    found = asked(shop, first, parameters={"idle.days": "20"})
    fifteen, twenty = (date_of(day_of(shop.business.moment, ZONE) - 25 + days).isoformat() for days in (15, 20))
    assert told(found) == {"late": ("later", fifteen, twenty), "never": ("gone", fifteen, None)}
    assert (found.old, found.new) == (Sum(2, "120.50"), Sum(1, "100.50"))
    assert found.totals == {"later": Sum(1, "100.50"), "gone": Sum(1, "20.00")}
    assert (found.money, found.looks, found.every, found.unseen) == ("worth", 25, 1, 0)
    assert {text.zh for item in found.differing for text in item.because} == {
        "最近更新距今 15 天,不到 20 天(未更新天数)"
    }
    assert late in {item.id for item in found.differing}


def test_the_rule_in_use_comes_to_what_it_did_when_the_past_is_shaken(shop):
    chance, first, deals = random.Random(3), day(shop), {}  # noqa: S311 - repeatable on purpose
    anna, records = shop.viewer("anna"), shop.services.records
    for number in range(30):
        if number < 8:
            id, debt = deal(shop, f"d{number}", amount=chance.choice(["0", "3"]))
            deals[id] = debt
        for _ in range(2):
            id = chance.choice(list(deals))
            if chance.random() < 0.4:
                records.update(anna, "shop", "debt", deals[id], {"amount": chance.choice(["0", "7"])}, None)
            elif chance.random() < 0.2:
                touch(shop, id)
        sleep(shop)
    did = {
        row.record: row.at
        for row in shop.query("SELECT record, min(at) AS at FROM youju_rule_run WHERE fired GROUP BY record")
    }
    found = asked(shop, first, parameters={"idle.days": "400"})
    assert did, "nothing was done that could be found again"
    assert {item.id: item.old_at for item in found.differing} == {id: moment_text(at) for id, at in did.items()}
    assert {item.kind for item in found.differing} == {"gone"}


def test_nothing_differs_when_nothing_is_changed(shop):
    first = day(shop)
    deal(shop, "a")
    sleep(shop, 17)
    found = asked(shop, first)
    assert (found.count, found.old, found.new) == (0, Sum(1, "100.00"), Sum(1, "100.00"))


def test_a_rule_of_a_draft_is_tried_when_it_is_asked_for(shop):
    first = day(shop)
    deal(shop, "a")
    deal(shop, "b", worth="5")
    sleep(shop, 17)
    shop.services.directory.grant("anna", *ADMIN_ROLE)
    dear = rule("idle", "deal", [{"schedule": {"cron": "0 9 * * *"}}], FLAG, when=f"({IDLE}) and worth > 10")
    shop.services.draft_documents.change(shop.viewer("anna"), "shop", {"rules/idle.json": dear}, None)
    found = asked(shop, first, draft=True)
    assert [(item.title, item.kind, [text.en for text in item.because]) for item in found.differing] == [
        ("b", "gone", ["Worth is 5, not more than 10"])
    ]


SIGNS = ("O'Brien", "100% sure", "a:b %(c)s %s", "C:\\new", 'two "quotes"', "有据，：？", "$1 {x} ?")


@pytest.mark.parametrize("name", SIGNS)
def test_the_first_look_finds_its_record_when_its_text_has_signs_of_their_own(shop, name):
    first = day(shop)
    deal(shop, name, "7")
    deal(shop, "other", "5")
    sleep(shop)
    shop.services.directory.grant("anna", *ADMIN_ROLE)
    written = json.dumps(name, ensure_ascii=False)
    when = f'name = {written} and name != "nobody" and worth > 1.5 and seen_at <= now() and not flag'
    named = rule("named", "deal", [{"schedule": {"cron": "0 9 * * *"}}], FLAG, when=when)
    shop.services.draft_documents.change(shop.viewer("anna"), "shop", {"rules/named.json": named}, None)
    found = asked(shop, first, rule="named", draft=True)
    assert (found.old, found.new) == (Sum(0, "0.00"), Sum(1, "7.00"))
    assert [(item.title, item.kind) for item in found.differing] == [(name, "added")]


def test_events_are_gone_through_when_a_rule_looks_at_changes(shop):
    shop.publish(
        _with(shop, rule("dear", "deal", {"changed": ["worth"]}, FLAG, when="worth > old.worth + param.idle.days"))
    )
    first = day(shop)
    records, anna = shop.services.records, shop.viewer("anna")
    for number, step in enumerate((10, 16, 30)):
        id, _ = deal(shop, f"d{number}", worth="100")
        records.update(anna, "shop", "deal", id, {"worth": str(100 + step)}, None)
        records.update(anna, "shop", "deal", id, {"worth": "1"}, None)
    sleep(shop)
    found = asked(shop, first, "dear", parameters={"idle.days": "20"})
    assert {title: kind for title, (kind, *_) in told(found).items()} == {"d1": "gone"}
    assert (found.old.count, found.new.count, found.every, found.looks) == (2, 1, 0, 6)


def test_deadlines_are_met_when_a_rule_looks_on_them(shop):
    due = {"deadline": {"at": "due", "offset": {"days": 2}}}
    shop.publish(_with(shop, rule("due", "deal", due, FLAG, when="days_since(seen_at) >= param.idle.days")))
    first = day(shop)
    records, anna = shop.services.records, shop.viewer("anna")
    for name, days in (("soon", 3), ("far", 8)):
        id, _ = deal(shop, name)
        records.update(anna, "shop", "deal", id, {"due": day(shop, days)}, None)
    sleep(shop, 14)
    found = asked(shop, first, "due", parameters={"idle.days": "7"})
    assert told(found) == {"far": ("added", None, day(shop, -4))}
    assert (found.old.count, found.new.count) == (0, 1)


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"first": "2026-13-01"}, ["PAST-002"]),
        ({"first": "2024-01-01"}, ["PAST-002"]),
        ({"last": "2031-01-01"}, ["PAST-002"]),
        ({"rule": "nothing"}, ["DECIDE-001"]),
        ({"who": "gast"}, ["DECIDE-001"]),
        ({"parameters": {"idle.day": "1"}}, ["RUN-036"]),
    ],
)
def test_what_cannot_be_asked_is_refused_when_it_is_asked(shop, more, codes):
    wanted = {"first": day(shop), "last": day(shop), **more}
    with pytest.raises(EngineError) as raised:
        asked(shop, **wanted)
    assert [problem.code for problem in raised.value.problems] == codes


def test_only_the_own_records_are_named_when_others_may_not_be_seen(shop):
    first = day(shop)
    deal(shop, "secret")
    sleep(shop, 17)
    found = asked(shop, first, who="karl", parameters={"idle.days": "20"})
    assert (found.differing, found.unseen, found.money, found.old.count) == ((), 1, None, 1)


def test_nothing_is_written_when_the_past_is_looked_at(shop):
    first = day(shop)
    deal(shop, "a")
    sleep(shop, 17)
    tables = ["youju_journal", "youju_rule_run", "youju_outbox", "youju_rule_once"]
    before = [shop.count(name) for name in tables]
    asked(shop, first, parameters={"idle.days": "1"})
    assert [shop.count(name) for name in tables] == before
