"""What people of the market's packs may know and what their figures say: points of one's own, codes of nobody's."""

from __future__ import annotations

from engine.decision.changeset import Actor
from engine.packs.installing import install_with_needs
from engine.packs.people import add_people
from engine.packs.reading import find_pack, read_pack
from tests.integration.runtime.conftest import refused

SALES = "sales_management"
EARNED = {"visit": "10", "visit_returned": "-10", "adjustment": "7", "redemption": "-4", "redemption_reversed": "4"}


def peopled(site, key):
    """Install a pack; return a function from the name of one of its people to the viewer."""
    pack = read_pack(find_pack(key))
    install_with_needs(site.services, pack, Actor(None))
    people = add_people(site.services.directory, pack.key, pack.users)
    return lambda name: site.services.directory.viewer(people[name])


def test_the_month_is_what_was_earned_and_taken_back_when_a_visit_is_returned(site):
    viewer = peopled(site, SALES)
    for number, (reason, delta) in enumerate(EARNED.items()):
        entry = {"user": viewer("rep").id, "reason": reason, "delta": delta, "reference": f"test:{number}"}
        site.services.records.create(viewer("ops"), SALES, "points_ledger", entry)
    blocks = site.services.pages.home(viewer("rep"), SALES).blocks
    figures = {figure.labels.en: figure.value for block in blocks if block.kind == "figures" for figure in block.figures}
    assert (figures["Points this month"], figures["My points"]) == ("7", "7")
    taken = {"user": viewer("rep").id, "reason": "redemption", "delta": "-5", "reference": "test:last"}
    site.services.records.create(viewer("ops"), SALES, "points_ledger", taken)
    blocks = site.services.pages.home(viewer("rep"), SALES).blocks
    figures = {figure.labels.en: figure.value for block in blocks if block.kind == "figures" for figure in block.figures}
    assert (figures["Points this month"], figures["My points"]) == ("7", "2"), "what is spent was earned all the same"


def test_codes_stay_with_those_who_hand_them_out_when_others_look_or_ask(site):
    viewer, records = peopled(site, SALES), site.services.records
    reward = {"name": "咖啡券", "kind": "coffee_coupon", "cost": "20", "code_pool": [{"code": "A-1"}]}
    made = records.create(viewer("ops"), SALES, "reward_item", reward)
    asking = 'any(code_pool where code = "A-1")'
    for name in ("ops", "admin"):
        assert records.list(viewer(name), SALES, "reward_item", filter=asking).count.value == 1
    for name in ("rep", "supervisor", "manager", "director"):
        assert "code_pool" not in records.read(viewer(name), SALES, "reward_item", made.id).fields
        assert refused(records.list, viewer(name), SALES, "reward_item", filter=asking)
