"""Law of access: whoever asks, by whatever way, gets the rows and fields that their roles give, no more and no less.

Page = API = list = count = export = board = related list = search for choices = what is told of one record.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.runtime.granting import revoke_by_name
from engine.runtime.publishing import publish
from engine.runtime.settings import read_settings
from tests.property.access.shop import ALL, CUSTOMER_GRANTS, FILTERS, GRANTS, Condition, Sight, documents
from web.app import create_app

if TYPE_CHECKING:
    from engine.boot import Instance

PASSWORD = "correct horse"
DEALS = 18
API = "/api/v1/shop/deal"
EXAMPLES = {"sqlite": 60, "postgresql": 15}


@dataclass
class Shop:
    """An installation with deals and two people, whose roles change from example to example."""

    instance: Instance
    people: dict[str, str] = field(default_factory=dict)
    clients: dict[str, Any] = field(default_factory=dict)
    customers: dict[str, Any] = field(default_factory=dict)
    deals: list[dict[str, Any]] = field(default_factory=list)
    held: dict[str, set[str]] = field(default_factory=dict)

    def furnish(self) -> None:
        """Make people, customers and deals; of every mixture some."""
        directory, records = self.instance.directory, self.instance.records
        publish(self.instance.services.execution, documents(), Actor(None))
        made = create_app(self.instance)
        for name in ("boss", "anna", "ben"):
            self.people[name] = directory.add_user(name, name, PASSWORD)
            self.clients[name], self.held[name] = made.test_client(), set()
            self.clients[name].set_cookie("youju_session", directory.sign_in(name, PASSWORD))
        directory.grant("boss", "shop", "staff")
        boss, chance = directory.viewer(self.people["boss"]), random.Random(5)  # noqa: S311 - repeatable on purpose
        for number in range(4):
            grade = "ab"[number % 2]
            id = records.create(boss, "shop", "customer", {"title": f"客户{number}", "grade": grade}).id
            self.customers[id] = {"grade": grade}
        for number in range(DEALS):
            fields = {
                "code": f"D{number:02}",
                "name": f"name{number}!",
                "amount": chance.choice([None, "20", "80"]),
                "closed": chance.choice([True, False]),
                "note": chance.choice([None, f"note{number}!"]),
                "customer": chance.choice([None, *self.customers]),
                "owner": self.people[chance.choice(["anna", "ben"])],
            }
            id = records.create(boss, "shop", "deal", fields).id
            amount = None if fields["amount"] is None else int(fields["amount"])
            self.deals.append({**fields, "id": id, "amount": amount})

    def become(self, name: str, roles: set[str]) -> None:
        """Give somebody these roles and no others."""
        for gone in self.held[name] - roles:
            revoke_by_name(self.instance.services.execution, name, "shop", gone)
        for new in roles - self.held[name]:
            self.instance.directory.grant(name, "shop", new)
        self.held[name] = roles


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(request, tmp_path_factory):
    """The shop, on SQLite and on PostgreSQL."""
    settings_ = {"YOUJU_HOME": str(tmp_path_factory.mktemp("shop"))}
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        settings_["YOUJU_DATABASE_URL"] = server.create("access_shop")
    instance = open_instance(read_settings(settings_))
    made = Shop(instance)
    made.furnish()
    yield made
    instance.close()
    if request.param == "postgresql":
        server.drop("access_shop")


def test_every_way_gives_the_same_when_roles_and_filters_are_any(shop):
    @settings(
        max_examples=EXAMPLES[shop.instance.database.dialect],
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        st.sampled_from(["anna", "ben"]),
        st.sets(st.sampled_from(sorted(GRANTS)), max_size=3),
        st.sets(st.sampled_from(sorted(CUSTOMER_GRANTS)), max_size=2),
        st.sampled_from(FILTERS),
        st.sampled_from(["code", "-code", "-updated_at", "owner"]),
    )
    def law(name, own, of_customers, wanted, sort):
        shop.become(name, own | of_customers)
        grants = [GRANTS[key] for key in own]
        sight = Sight(shop.people[name], grants, [CUSTOMER_GRANTS[key] for key in of_customers], shop.customers)
        _Look(shop, name, sight, wanted, sort).all_ways()

    law()


@dataclass
class _Look:
    """One person's look at the deals that meet one filter."""

    shop: Shop
    name: str
    sight: Sight
    wanted: Condition
    sort: str

    def all_ways(self) -> None:
        """Ask in every way, and compare."""
        if not self.sight.is_known:
            statuses = {
                self.get(f"{API}{end}").status_code for end in ("", "/export/csv", f"/{self.shop.deals[0]['id']}")
            }
            assert statuses | {self.get("/a/shop/deal/").status_code} == {404}
            return
        self.one_by_one()
        self.boards()
        self.choices()
        self.related()
        if self.sight.may_ask(self.wanted):
            self.lists()
        else:
            ways = (API, f"{API}/export/csv", "/a/shop/deal/")
            assert {self.get(way, **self.asked).status_code for way in ways} == {422}

    @property
    def asked(self) -> dict[str, str]:
        """The filter and the order, as an address has them."""
        return {"filter": self.wanted.source or "1 = 1", "sort": self.sort}

    def get(self, path: str, **query: str) -> Any:
        """Ask for an address as the person."""
        return self.shop.clients[self.name].get(f"{path}?{urlencode(query)}" if query else path)

    def expected(self) -> dict[str, dict[str, Any]]:
        """Return what of each deal is seen that they may read, by id."""
        return {
            deal["id"]: {key: deal[key] for key in deal.keys() - {"id"} - self.sight.hidden(deal)}
            for deal in self.shop.deals
            if self.sight.reads(deal)
        }

    def matching(self) -> dict[str, dict[str, Any]]:
        """Return of these the ones that meet the filter."""
        met = {deal["id"] for deal in self.shop.deals if self.sight.meets(deal, self.wanted)}
        return {id: seen for id, seen in self.expected().items() if id in met}

    def lists(self) -> None:
        """The API's list, its count, the page, and the exports."""
        found = self.get(API, **self.asked, limit="200").get_json()
        assert {one["id"]: told(one) for one in found["items"]} == self.matching()
        assert found["count"] == {"value": len(found["items"]), "exact": True}
        page = self.get("/a/shop/deal/", **self.asked).get_data(as_text=True)
        ids = [one["id"] for one in found["items"]]
        assert list(dict.fromkeys(re.findall(r'href="/a/shop/deal/([0-9a-f-]{36})"', page))) == ids
        assert not [mark for mark in self.marks() if mark in page]
        self.exports(found["items"])

    def marks(self) -> set[str]:
        """Return texts that stand in deals or fields that they may not see."""
        seen = self.expected()
        return {
            deal[key]
            for deal in self.shop.deals
            for key in ("name", "note")
            if deal[key] and key not in seen.get(deal["id"], {})
        }

    def exports(self, items: list[dict[str, Any]]) -> None:
        """NDJSON has what the list has, of what they may export; CSV the same rows, what is hidden blank."""
        answer = self.get(f"{API}/export/ndjson", **self.asked)
        if not self.sight.may_export:
            assert answer.status_code == 422
            assert "/a/shop/deal/export" not in self.get("/a/shop/deal/").get_data(as_text=True)
            return
        may = {deal["id"] for deal in self.shop.deals if self.sight.exports(deal)}
        wanted = [one for one in items if one["id"] in may]
        lines = [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]
        assert lines == [{key: one[key] for key in ("id", "version", "state", "fields")} for one in wanted]
        content = self.get(f"{API}/export/csv", **self.asked).get_data()
        heads, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        assert [row[heads.index("code的中文")] for row in rows] == [one["fields"]["code"] for one in wanted]
        assert not [mark for mark in self.marks() if mark in content.decode()]

    def one_by_one(self) -> None:
        """One record, its history, its rules and a dry run of changing it: absent where it may not be read."""
        seen = self.expected()
        for deal in self.shop.deals[::5]:
            at = f"{API}/{deal['id']}"
            read = self.get(at)
            assert (read.status_code == 200) == (deal["id"] in seen)
            absent = {self.get(f"{at}{end}").status_code for end in ("/history", "/rules")}
            assert absent == ({200} if deal["id"] in seen else {404})
            tried = self.shop.clients[self.name].post(f"{at}/preview", json={"fields": {}}, headers=self.proof())
            assert (tried.status_code == 404) == (deal["id"] not in seen)
            if deal["id"] in seen:
                assert told(read.get_json()) == seen[deal["id"]]
                changes = [one for entry in self.get(f"{at}/history").get_json()["items"] for one in entry["changes"]]
                assert not {one["key"] for one in changes} & self.sight.hidden(deal)

    def proof(self) -> dict[str, str]:
        """Return what a request that is no reading has to carry."""
        page = self.get("/me").get_data(as_text=True)
        return {"X-CSRF-Token": re.findall(r'name="_csrf" value="([0-9a-f]+)"', page)[0]}

    def boards(self) -> None:
        """Figures count what the lists behind them show; where there is no reading, there is no board."""
        seen, answer = self.expected(), self.get("/api/v1/shop/boards/counts")
        if not self.sight.may_read:
            assert answer.status_code == 404
            return
        closed = [deal for deal in self.shop.deals if deal["id"] in seen and deal["closed"]]
        in_all, by_closed = answer.get_json()["widgets"]
        (row,) = in_all["rows"]
        assert row["values"] == {"deals": str(len(seen)), "closed": str(len(closed))}
        assert sum(int(one["values"]["deals"]) for one in by_closed["rows"]) == len(seen)
        for one in by_closed["rows"]:
            behind = self.get(API, filter=one["drill"]["filter"], limit="200").get_json()
            assert str(behind["count"]["value"]) == one["values"]["deals"]

    def choices(self) -> None:
        """Whoever looks for a deal by its title finds those that they may read; so, of the first, in the search."""
        viewer = self.shop.instance.directory.viewer(self.shop.people[self.name])
        found = self.shop.instance.records.choices(viewer, "shop", "deal", "D")
        assert {id for id, _ in found} == set(self.expected())
        page = self.get("/search", q="D").get_data(as_text=True)
        ids = set(re.findall(r'href="/a/shop/deal/([0-9a-f-]{36})"', page))
        assert ids <= set(self.expected())
        assert bool(ids) == bool(self.expected())

    def related(self) -> None:
        """The list of a customer's deals: absent where they do not see it, or that deals are of it."""
        for id in list(self.shop.customers)[:2]:
            page = self.get("/a/shop/deal/", of=f"shop.customer.deals.{id}")
            assert (page.status_code == 200) == self.sight.sees_relation(id)
            if page.status_code == 200:
                of_it = {one for one, deal in self.expected().items() if deal["customer"] == id}
                ids = re.findall(r'href="/a/shop/deal/([0-9a-f-]{36})"', page.get_data(as_text=True))
                assert set(ids) == of_it


def told(record: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a deal as the API has it, in the way in which they were made."""
    fields = {key: record["fields"][key] for key in record["fields"] if key in (*KEYS,)}
    amount = fields.get("amount")
    return {**fields, **({"amount": int(amount)} if amount is not None else {})}


KEYS = ("code", "name", "amount", "closed", "note", "customer", "owner")


def test_the_filter_that_asks_for_nothing_is_allowed_to_everybody():
    assert ALL in FILTERS
    assert Sight("me", [], [], {}).may_ask(ALL)
