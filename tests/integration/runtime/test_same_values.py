"""Who holds the same value: many questions are answered by one statement as each is by itself."""

from __future__ import annotations

from engine.decision.facts import SameQuery
from engine.storage.facts import answer
from tests.support.apps import access, app, field, form, role
from tests.support.sites import Site

PLANT = form("plant", field("name"), field("size", "number"), field("since", "date"), field("code", unique=True))


def test_who_holds_the_same_value_is_answered_alike_when_it_is_asked_once_and_often(database):
    site = Site(database)
    site.publish(app(PLANT, key="garden", roles=[role("keeper", access("plant"))]))
    anna = site.person("anna", ("garden", "keeper"))
    made = [
        site.services.records.create(
            anna,
            "garden",
            "plant",
            {"name": f"n{at % 3}", "code": f"C{at}", "size": str(at % 4), "since": f"2026-01-0{at % 2 + 1}"},
        )
        for at in range(30)
    ]
    values = {"name": ("n0", "n1", "x"), "size": (0, 3, 9), "since": (20454, 20455), "code": ("C5",)}
    asked = [
        SameQuery("garden", "plant", (key,), (value,), excluding)
        for key, listed in values.items()
        for value in listed
        for excluding in ("", made[0].id, made[3].id)
    ]
    with database.read() as connection:
        tables = site.services.execution.catalogs.current(connection).tables
        alone = {query: answer(connection, [query], tables)[query] for query in asked}
        assert answer(connection, asked, tables) == alone
    assert {len(found) for found in alone.values()} >= {0, 1, 7, 8, 10}
