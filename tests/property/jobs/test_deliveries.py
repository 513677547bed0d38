"""Laws of deliveries: in whatever order and however often they come, the same records are there in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.connectors.outside import Outside
from engine.connectors.secrets import Secrets
from engine.storage import intakes
from engine.storage.database import open_database
from tests.integration.connectors.arriving import SECRET, bill, bills_shop, body_of, signed
from tests.support.sites import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBERS, NEWEST = ("B1", "B2", "B3"), 4
versions = st.tuples(st.sampled_from(NUMBERS), st.integers(1, NEWEST))
deliveries = st.lists(st.lists(versions, min_size=1, max_size=4), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def site(tmp_path_factory, migrated_sqlite):
    """A shop that bills come to; each example begins with none."""
    path = tmp_path_factory.mktemp("deliveries") / "youju.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = open_database(f"sqlite:///{path}")
    made = Site(database, outside=Outside(secrets=Secrets(None, {"YOUJU_SECRET_ERP_HOOK": SECRET}), is_open=True))
    hooks = bills_shop()
    hooks["connectors/erp.json"]["hooks"][0]["rate"] = {"count": 10_000, "seconds": 1}
    made.publish(hooks)
    yield made
    database.close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(deliveries, st.data())
def test_the_newest_of_each_key_is_there_whatever_came_in_which_order(site, sent, data):
    lot = site.count("youju_hook_delivery")
    listed = [(f"{lot}-{number}", items) for number, items in enumerate(sent)]
    again = data.draw(st.lists(st.sampled_from(listed), max_size=3))
    order = data.draw(st.permutations([*listed, *again]))
    apart = data.draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order)))
    prefix = f"{lot}:"
    for (id, items), works in zip(order, apart, strict=True):
        body = body_of(id, *(bill(prefix + number, version) for number, version in items))
        site.services.hooks.accept("shop", "erp", "paid", signed(body), body)
        if works:
            site.jobs().run_until_quiet()
    site.jobs().run_until_quiet()
    found = site.query("SELECT number, told FROM bill WHERE number LIKE :start ORDER BY number", start=f"{prefix}%")
    assert [tuple(row) for row in found] == expected(sent, prefix)
    with site.database.read() as connection:
        assert intakes.refused(connection) == ()


def expected(sent: Sequence[Sequence[tuple[str, int]]], prefix: str) -> list[tuple[str, int]]:
    newest: dict[str, int] = {}
    for number, version in (one for items in sent for one in items):
        newest[prefix + number] = max(version, newest.get(prefix + number, 0))
    return sorted(newest.items())
