"""The picture of the past is what was there at every moment; nothing of it stays, and nobody else sees it."""

from __future__ import annotations

import random

import pytest

from engine.kernel.problems import EngineError
from engine.storage import past as storage_past
from engine.storage.past import Past
from engine.storage.records import fetch_many, ids_after
from tests.support.apps import access, app, field, form, role
from tests.support.sites import Site

MINUTE = 60_000
CLERK = ("shop", "clerk")


@pytest.fixture
def shop(database):
    site = Site(database)
    lines = field("items", "lines", fields=[field("name"), field("price", "money")])
    customer = form("customer", field("name"), field("paid", "date"), field("tags", "multi_choice", options=_options()))
    deal = form("deal", field("customer", "reference", form="customer"), field("worth", "money"), lines)
    site.publish(app(customer, deal, roles=[role("clerk", access("customer"), access("deal"))]))
    site.person("anna", CLERK)
    return site


def _options():
    return [{"uid": f"opt{key * 9}", "key": key, "labels": {"zh": key, "en": key}} for key in "abc"]


def _all(connection, current):
    """Return every record of every form with its lines, deleted ones too."""
    return {
        place: fetch_many(connection, form, ids_after(connection, form, None, 1_000), deleted=True)
        for place, form in current.tables.items()
    }


def _shake(site, chance, made):
    """Do one thing that people do."""
    records, anna = site.services.records, site.viewer("anna")
    lines = [{"name": f"n{number}", "price": str(chance.randrange(100))} for number in range(chance.randrange(3))]
    customers = [id for id, key in made.items() if key == "customer"]
    match chance.choice(["customer", "deal", "change", "change", "lines", "delete"]):
        case "customer":
            made[records.create(anna, "shop", "customer", {"name": "甲", "tags": ["a", "c"]}).id] = "customer"
        case "deal":
            fields = {"customer": chance.choice(customers), "worth": "12.50", "items": lines} if customers else {}
            made[records.create(anna, "shop", "deal", fields).id] = "deal"
        case "delete" if len(made) > 3:
            id = chance.choice(sorted(made))
            records.delete(anna, "shop", made.pop(id), id, None)
        case _ if made:
            id = chance.choice(sorted(made))
            changed = {"paid": f"2026-0{chance.randrange(1, 9)}-01"} if made[id] == "customer" else {"items": lines}
            records.update(anna, "shop", made[id], id, changed, None)


def test_every_moment_is_shown_as_it_was_when_anything_has_happened_since(shop):
    chance, made, told = random.Random(5), {}, {}  # noqa: S311 - repeatable on purpose
    database, catalogs = shop.database, shop.services.execution.catalogs
    for _ in range(40):
        shop.business.moment += MINUTE
        _shake(shop, chance, made)
        with database.read() as connection:
            told[shop.business.moment] = _all(connection, catalogs.current(connection))
    moments = sorted(told)
    for since in moments[::9]:
        with database.aside() as connection:
            current = catalogs.current(connection)
            past = Past(connection, current.tables.values(), since, moments[-1])
            for moment in [one for one in moments if one >= since]:
                past.move(moment)
                assert _all(connection, current) == told[moment], moment
    with database.read() as connection:
        assert _all(connection, catalogs.current(connection)) == told[moments[-1]]


def test_too_much_past_is_refused_when_more_records_have_changed(shop, monkeypatch):
    monkeypatch.setattr(storage_past, "MOST_RECORDS", 2)
    since = shop.business.moment
    shop.business.moment += MINUTE
    for _ in range(3):
        shop.services.records.create(shop.viewer("anna"), "shop", "customer", {"name": "甲"})
    with shop.database.aside() as connection:
        tables = shop.services.execution.catalogs.current(connection).tables
        with pytest.raises(EngineError) as raised:
            Past(connection, tables.values(), since, shop.business.moment)
    assert [problem.code for problem in raised.value.problems] == ["STORE-065"]


def test_nothing_stays_when_a_picture_of_the_past_is_done(shop):
    since = shop.business.moment
    shop.business.moment += MINUTE
    shop.services.records.create(shop.viewer("anna"), "shop", "customer", {"name": "甲"})
    for _ in range(2):
        with shop.database.aside() as connection:
            current = shop.services.execution.catalogs.current(connection)
            Past(connection, current.tables.values(), since, shop.business.moment)
            assert not _all(connection, current)["shop", "customer"]
            with shop.database.read() as other:
                assert len(_all(other, current)["shop", "customer"]) == 1
