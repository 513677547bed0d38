"""The market's packs live alone and side by side: each brings what it needs, none knows of the other."""

from __future__ import annotations

import pytest

from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError
from engine.packs.installing import install_with_needs, remove
from engine.packs.people import add_people
from engine.packs.reading import find_pack, read_pack

NOBODY = Actor(None)
NEEDED = {"store_sales": {"master_data", "work_hub", "store_sales"}}


def installed(site) -> set[str]:
    with site.database.read() as connection:
        return set(site.services.execution.catalogs.current(connection).catalog.apps)


def installing(site, *keys: str) -> None:
    for key in keys:
        install_with_needs(site.services, read_pack(find_pack(key)), NOBODY)


@pytest.mark.parametrize("key", ["store_sales", "sales_management"])
def test_a_pack_brings_what_it_needs_when_it_is_alone(site, key):
    pack = read_pack(find_pack(key))
    installing(site, key)
    assert installed(site) >= {key, *pack.needs}
    assert {"store_sales", "sales_management"} - installed(site)


@pytest.mark.parametrize("order", [("store_sales", "sales_management"), ("sales_management", "store_sales")])
def test_both_packs_work_when_they_are_beside_each_other(site, order):
    installing(site, *order)
    assert installed(site) >= {"store_sales", "sales_management", "master_data", "work_hub"}
    store = read_pack(find_pack("store_sales"))
    people = add_people(site.services.directory, store.key, store.users)
    hq, clerk = (site.services.directory.viewer(people[name]) for name in ("hq", "clerk"))
    records, take = site.services.records, site.services.quick_actions.take
    shop = records.create(hq, "store_sales", "store", {"store_code": "A1", "name": "一店", "clerks": [clerk.id]})
    care = {"name": "李秀英", "consent": True, "conditions": ["hypertension"], "store": shop.id}
    shopper = records.create(clerk, "store_sales", "shopper", care)
    (tap,) = [
        item
        for item in site.services.quick_actions.offered(clerk, "store_sales", "shopper", shopper.id)
        if item.key == "tap_script"
    ]
    assert [choice.labels.zh for choice in tap.choices] == [
        "您最近血压控制如何?",
        "是否按时服用氨氯地平?",
        "需要帮您预约社区医生随访吗?",
    ]
    taken = [take(clerk, "store_sales", "tap_script", shopper.id, choice.fields) for choice in tap.choices]
    assert [one.made for one in taken] == [True, False, False]
    page = records.list(clerk, "store_sales", "service_touch", filter="counted")
    assert (page.count.value, len(page.items[0].fields["answers"])) == (1, 3)


def test_the_modules_stay_when_one_of_their_packs_goes(site):
    installing(site, "store_sales")
    with pytest.raises(EngineError, match="PACK-015"):
        remove(site.services, "work_hub", NOBODY)
    remove(site.services, "store_sales", NOBODY)
    assert installed(site) == {"master_data", "work_hub"}
    installing(site, "store_sales")
    assert installed(site) == NEEDED["store_sales"]
