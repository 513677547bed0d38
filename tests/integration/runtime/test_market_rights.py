"""What people of the market's packs may know and what their figures say: points of one's own, codes of nobody's."""

from __future__ import annotations

from engine.decision.changeset import Actor
from engine.packs.installing import install_with_needs
from engine.packs.people import add_people
from engine.packs.reading import find_pack, read_pack
from tests.integration.runtime.conftest import refused

SALES, STORES, HUB = "sales_management", "store_sales", "work_hub"
EARNED = {"visit": "10", "visit_returned": "-10", "adjustment": "7", "redemption": "-4", "redemption_reversed": "4"}


def peopled(site, key):
    """Install a pack; return a function from the name of one of its people to the viewer."""
    pack = read_pack(find_pack(key))
    install_with_needs(site.services, pack, Actor(None))
    people = add_people(site.services.directory, pack.key, pack.users)
    return lambda name: site.services.directory.viewer(people[name])


def points(site, viewer):
    """Return the points of the month and of all times as the home page says them."""
    blocks = [block for block in site.services.pages.home(viewer, SALES).blocks if block.kind == "figures"]
    figures = {figure.labels.en: figure.value for block in blocks for figure in block.figures}
    return figures["Points this month"], figures["My points"]


def test_the_month_is_what_was_earned_and_taken_back_when_a_visit_is_returned(site):
    viewer = peopled(site, SALES)
    for number, (reason, delta) in enumerate(EARNED.items()):
        entry = {"user": viewer("rep").id, "reason": reason, "delta": delta, "reference": f"test:{number}"}
        site.services.records.create(viewer("ops"), HUB, "points_ledger", entry)
    assert points(site, viewer("rep")) == ("7", "7")
    taken = {"user": viewer("rep").id, "reason": "redemption", "delta": "-5", "reference": "test:last"}
    site.services.records.create(viewer("ops"), HUB, "points_ledger", taken)
    assert points(site, viewer("rep")) == ("7", "2"), "what is spent was earned all the same"


def test_codes_stay_with_those_who_hand_them_out_when_others_look_or_ask(site):
    viewer, records = peopled(site, SALES), site.services.records
    reward = {"name": "咖啡券", "kind": "coffee_coupon", "cost": "20", "code_pool": [{"code": "A-1"}]}
    made = records.create(viewer("ops"), HUB, "reward_item", reward)
    asking = 'any(code_pool where code = "A-1")'
    for name in ("ops", "admin"):
        assert records.list(viewer(name), HUB, "reward_item", filter=asking).count.value == 1
    for name in ("rep", "supervisor", "manager", "director"):
        assert "code_pool" not in records.read(viewer(name), HUB, "reward_item", made.id).fields
        assert refused(records.list, viewer(name), HUB, "reward_item", filter=asking)


def test_points_are_told_without_cents_when_they_are_earned_and_spent(site):
    viewer, records = peopled(site, SALES), site.services.records
    earned = {"user": viewer("rep").id, "reason": "visit", "delta": "50", "reference": "test:1"}
    entry = records.create(viewer("ops"), HUB, "points_ledger", earned)
    assert entry.title == f"+50 · 拜访 · {viewer('rep').display_name}"
    reward = {"name": "咖啡券", "kind": "coffee_coupon", "cost": "30"}
    coffee = records.create(viewer("ops"), HUB, "reward_item", reward)
    assert coffee.fields["points"] == "30"
    spent = records.create(viewer("rep"), HUB, "redemption", {"item": coffee.id})
    assert "已兑换咖啡券,30分已扣" in spent.answer.zh
    blocks = site.services.pages.record(viewer("rep"), HUB, "redemption", spent.id).blocks
    (left,) = [figure for block in blocks if block.kind == "figures" for figure in block.figures]
    assert (left.labels.zh, left.value) == ("还剩", "20")


def two_stores(site):
    """Return the records service, the viewers of two stores, and a shopper of the first with what hangs on it."""
    known, records = peopled(site, STORES), site.services.records
    given = {
        "neighbour": "clerk",
        "keeper": "store_manager",
        "area": "area_manager",
        "near": "clerk",
        "adviser": "care_adviser",
    }
    people = {name: site.person(name, (STORES, role)).id for name, role in given.items()}
    hq = known("hq")
    own = {"store_code": "A1", "name": "一店", "clerks": [people["near"]], "manager": known("store_manager").id}
    store = records.create(hq, STORES, "store", {**own, "area_manager": people["area"]})
    other = {
        "store_code": "A2",
        "name": "二店",
        "clerks": [people["neighbour"], people["adviser"]],
        "manager": people["keeper"],
    }
    records.create(hq, STORES, "store", other)
    care = {"name": "李秀英", "code": "M1", "phone": "138-0000-2201", "consent": True, "conditions": ["hypertension"]}
    shopper = records.create(site.viewer("near"), STORES, "shopper", {**care, "store": store.id})
    booking = {"shopper": shopper.id, "store": store.id, "contact_phone": "138-0000-2201"}
    records.create(site.viewer("near"), STORES, "followup_booking", booking)
    product = records.list(hq, "master_data", "product").items[0].id
    bought = {"shopper": shopper.id, "product": product, "quantity": "1", "purchased_at": "2026-03-10T10:00:00+08:00"}
    records.create(hq, STORES, "purchase_history", bought)
    viewers = {name: site.viewer(name) for name in people} | {"store_manager": known("store_manager"), "hq": hq}
    return records, viewers, shopper


def test_shoppers_are_their_own_store_s_when_there_are_others(site):
    records, viewers, shopper = two_stores(site)
    forms = ("shopper", "followup_booking", "purchase_history")
    seen = {
        name: [records.list(viewers[name], STORES, form).count.value for form in forms]
        for name in ("near", "store_manager", "hq", "neighbour", "keeper", "adviser")
    }
    assert (seen["near"], seen["store_manager"], seen["hq"]) == ([1, 1, 1], [1, 1, 1], [1, 1, 1])
    assert (seen["neighbour"], seen["keeper"], seen["adviser"]) == ([0, 0, 0], [0, 0, 0], [0, 0, 0])
    take = site.services.quick_actions.take
    assert take(viewers["near"], STORES, "scan_shopper", None, {"code": "M1"}).record.id == shopper.id
    assert refused(take, viewers["neighbour"], STORES, "scan_shopper", None, {"code": "M1"})


def test_names_and_phones_stay_in_the_store_when_the_area_manager_looks(site):
    records, viewers, shopper = two_stores(site)
    for reader in ("near", "hq"):
        assert records.read(viewers[reader], STORES, "shopper", shopper.id).title == "李秀英 · 2201"
    seen = records.read(viewers["area"], STORES, "shopper", shopper.id)
    (booking,) = records.list(viewers["area"], STORES, "followup_booking").items
    said = f"{seen} {booking}"
    assert seen.title == "#M1"
    assert not [word for word in ("李秀英", "2201", "138") if word in said.replace(shopper.id, "")], said
