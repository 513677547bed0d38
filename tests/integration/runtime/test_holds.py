"""Holds, lines of other records and what lists ask of both, on both databases."""

from __future__ import annotations

import pytest

from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, role, rule, state, transition, workflow

STAFF = ("shop", "staff")


def _documents():
    release = transition("release", "*", "open", releases=True, fields=["why"], acknowledgement=True)
    del release["to"]
    hold = {
        "hold": {
            "reason": {"zh": "超过{{limit}}", "en": "over {{limit}}"},
            "released_by": [{"persons": [{"manager_of": "owner"}]}, {"persons": [{"person": "banker"}]}],
        }
    }
    splits = {
        "uid": "t99999999997",
        "key": "splits",
        "labels": {"zh": "明细", "en": "Splits"},
        "form": "payment",
        "lines": "splits",
        "reference": "deal",
    }
    deal = form(
        "deal",
        field("limit", "money"),
        field("why"),
        field("banker", "person"),
        field("total", "money", computed="sum(splits.part where parent.day >= 2026-01-01)"),
        relations=[splits],
        list={"fields": ["limit", "held"]},
    )
    lines = [field("deal", "reference", form="deal"), field("part", "money")]
    payment = form("payment", field("day", "date"), field("splits", "lines", fields=lines))
    return app(
        deal,
        payment,
        workflow("deal", [state("open"), state("done", "won")], [transition("finish", ["open"], "done"), release]),
        rule("stop", "deal", {"changed": ["limit"]}, hold, when="sum(splits.part) > limit"),
        roles=[role("staff", access("deal"), access("payment"))],
    )


@pytest.fixture
def shop(site):
    site.publish(_documents())
    site.person("boss", STAFF)
    site.person("banker", STAFF)
    site.person("owner", STAFF, manager="boss")
    return site


def _held(shop, part="60"):
    """Return a deal of the owner's that is held where more than 50 was paid on it."""
    records, owner = shop.services.records, shop.viewer("owner")
    banker = shop.viewer("banker")
    deal = records.create(owner, "shop", "deal", {"limit": "100", "banker": banker.id})
    records.create(owner, "shop", "payment", {"day": "2026-03-01", "splits": [{"deal": deal.id, "part": part}]})
    old = records.create(owner, "shop", "payment", {"day": "2025-03-01", "splits": [{"deal": deal.id, "part": "1"}]})
    records.delete(owner, "shop", "payment", old.id, 1)
    records.update(owner, "shop", "deal", deal.id, {"limit": "50"}, None)
    shop.jobs().run_until_quiet()
    return deal.id


def test_a_held_record_tells_why_since_when_and_who_can_release(shop):
    records, owner = shop.services.records, shop.viewer("owner")
    id = _held(shop)
    view = records.read(owner, "shop", "deal", id)
    assert view.held["reason"] == {"zh": "超过50", "en": "over 50"}
    assert view.held["releasers"] == [shop.viewer("boss").id, shop.viewer("banker").id]
    assert set(view.held) == {"reason", "since", "releasers"}
    assert view.transitions == (), "nothing is offered that would be refused"
    assert refused(records.transition, owner, "shop", "deal", id, "finish", {}) == [("FLOW-016", "")]
    assert [one.key for one in records.read(shop.viewer("boss"), "shop", "deal", id).transitions] == ["release"]


def test_two_parties_release_one_after_the_other(shop):
    records, boss, banker = shop.services.records, shop.viewer("boss"), shop.viewer("banker")
    id = _held(shop)
    half = records.transition(banker, "shop", "deal", id, "release", {"why": "已付"})
    assert half.held["releasers"] == [boss.id]
    assert half.transitions == ()
    whole = records.transition(boss, "shop", "deal", id, "release", {})
    assert whole.held is None
    assert [entry.action for entry in records.history(boss, "shop", "deal", id)][:3] == ["release", "release", "update"]
    newest = records.history(boss, "shop", "deal", id)[0]
    assert newest.labels.en


def test_lists_find_what_is_held_and_what_lines_of_others_add_up_to(shop):
    records, owner = shop.services.records, shop.viewer("owner")
    held, free = _held(shop), _held(shop, part="40")

    def found(filter):
        return {item.id for item in records.list(owner, "shop", "deal", filter=filter).items}

    assert found("held") == {held}
    assert found("not held") == {free}
    assert found("sum(splits.part) = 40") == {free}, "lines of deleted records do not count"
    assert found("exists(splits where parent.day < 2026-01-01)") == set()
    assert found("count(splits) = 1") == {held, free}
