"""What the system works out of captures: metres between two places, and whether a picture came before."""

from __future__ import annotations

import pytest

from tests.integration.runtime.conftest import refused
from tests.support import apps
from tests.support.inspections import Inspections

GATE = {"lat": "28.68", "lng": "115.89"}


@pytest.fixture
def plant(site):
    return Inspections.on(site)


def gated(plant, **gate):
    """Return the id of a site with its gate."""
    return plant.site.services.records.create(
        plant.anna, "plant", "site", {"name": "一厂", "gate": {**GATE, **gate}}
    ).id


@pytest.mark.parametrize(
    ("lat", "metres"), [("28.68", "0"), ("28.689", "1001"), ("28.67101", "1000"), ("29.68", "111195")]
)
def test_the_distance_is_filled_when_both_places_are_known(plant, lat, metres):
    kept = plant.inspect(site=gated(plant), photos=[plant.photo(lat=lat)])
    assert kept.fields["metres_off"] == metres


@pytest.mark.parametrize("lacking", ["site", "photos", "gate"])
def test_there_is_no_distance_when_one_of_the_places_is_not_known(plant, lacking):
    site = gated(plant) if lacking != "gate" else plant.site.services.records.create(plant.anna, "plant", "site", {}).id
    given = {"site": site, "photos": [plant.photo()]}
    assert plant.inspect(**{key: value for key, value in given.items() if key != lacking}).fields["metres_off"] is None


def test_the_distance_is_measured_again_when_a_place_is_another(plant):
    kept = plant.inspect(site=gated(plant), photos=[plant.photo(lat="28.689")])
    kept = plant.change(kept, photos=[plant.photo(name="q.png")])
    assert kept.fields["metres_off"] == "0"
    assert plant.change(kept, site=gated(plant, lat="28.689")).fields["metres_off"] == "1001"


def test_the_distance_stays_when_the_other_record_moves_on(plant):
    site = gated(plant)
    kept = plant.inspect(site=site, photos=[plant.photo()])
    plant.site.services.records.update(plant.anna, "plant", "site", site, {"gate": {**GATE, "lat": "30"}}, None)
    assert plant.change(kept, name="x").fields["metres_off"] == "0"


def test_nobody_fills_in_a_distance_or_a_mark_when_the_system_does(plant):
    kept = plant.inspect(site=gated(plant), photos=[plant.photo()])
    for key, value in (("metres_off", "3"), ("shown_before", True)):
        ((code, place),) = refused(plant.change, kept, **{key: value})
        assert (code[:5], place) == ("FORM-", f"fields.{key}")


def test_a_picture_is_new_when_no_other_record_holds_it(plant):
    kept = plant.inspect(photos=[plant.photo(), plant.photo()])
    assert kept.fields["shown_before"] is False
    assert plant.change(kept, photos=[*kept.fields["photos"], plant.photo()]).fields["shown_before"] is False


def test_a_picture_came_before_when_another_record_holds_its_content(plant):
    plant.inspect(photos=[plant.photo()])
    again = plant.inspect(plant.ben, photos=[plant.photo(plant.ben, "other.png"), plant.photo(plant.ben)])
    assert again.fields["shown_before"] is True
    mended = plant.change(again, plant.ben, photos=[plant.photo(plant.ben, "fresh.png")])
    assert mended.fields["shown_before"] is False


def test_a_picture_did_not_come_before_when_it_is_in_another_field(plant):
    plant.inspect(plans=[plant.send(name="p.png")])
    assert plant.inspect(photos=[plant.photo()]).fields["shown_before"] is False


BETWEEN = {"from": "here", "to": "there.gate"}
SITE = apps.form("site", apps.field("gate", "location"), apps.field("name"))


def told(**field):
    """Return the problems of a form with a field that is worked out."""
    kind = "number" if "metres_between" in field else "boolean"
    fields = [
        apps.field("here", "location"),
        apps.field("there", "reference", form="site"),
        apps.field("shots", "photo"),
        apps.field("name"),
        apps.field("worked", kind, **{key: value for key, value in {"set_by": "system", **field}.items() if value}),
    ]
    return apps.places(apps.problems_of(apps.app(SITE, apps.form("visit", *fields))))


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ({"metres_between": {**BETWEEN, "from": "name"}}, "metres_between.from"),
        ({"metres_between": {**BETWEEN, "to": "there"}}, "metres_between.to"),
        ({"metres_between": {**BETWEEN, "to": "there.name"}}, "metres_between.to"),
        ({"metres_between": {**BETWEEN, "to": "nowhere.gate"}}, "metres_between.to"),
        ({"seen_before": "here"}, "seen_before"),
        ({"seen_before": "pictures"}, "seen_before"),
        ({"seen_before": "shots", "set_by": None}, "seen_before"),
    ],
)
def test_a_field_is_refused_when_it_cannot_be_worked_out(field, place):
    assert told(**field) == [("CAPT-018", f"forms/visit.json#fields.worked.{place}")]


@pytest.mark.parametrize("field", [{"metres_between": BETWEEN}, {"seen_before": "shots"}])
def test_a_field_is_taken_when_it_can_be_worked_out(field):
    assert told(**field) == []
