"""What a timeline says of a change, in words that tell one thing from another."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.integration.web.conftest import PASSWORD
from tests.support.apps import app as documents_of
from tests.support.apps import field, form


class Words(HTMLParser):
    """The words of a page, one blank between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.found += data.split()


@pytest.fixture(scope="module")
def walker(instance):
    """Somebody who may write the trips of an app in which a trip has stops."""
    trips = form("trip", field("name"), field("stops", "lines", fields=[field("at")]), title="{{name}}")
    publish(instance.services.execution, documents_of(trips, key="trips"), Actor(None))
    instance.directory.add_user("ida", "小伊", PASSWORD)
    instance.directory.grant("ida", "trips", "staff")
    return instance.directory.viewer_of_session(instance.directory.sign_in("ida", PASSWORD))


@pytest.mark.parametrize(
    ("after", "told"),
    [(["南门"], "1 行,内容有改动"), (["东门", "南门"], "1 行 → 现在: 2 行")],
    ids=["as_many_lines", "more_lines"],
)
def test_lines_that_changed_are_not_told_as_if_they_had_not_when_there_are_as_many(
    instance, signed_in, walker, after, told
):
    trip = instance.records.create(walker, "trips", "trip", {"name": "游", "stops": [{"at": "东门"}]})
    fields = {"stops": [{"at": at} for at in after]}
    instance.records.update(walker, "trips", "trip", trip.id, fields, version=trip.version)
    page = signed_in("ida").get(f"/a/trips/trip/{trip.id}").get_data(as_text=True)
    assert told in " ".join(Words(page).found)
