"""What is captured in expressions: there or not, and how many, the same in a decision, in a filter and in a page."""

from __future__ import annotations

import json

import pytest

from engine.language.backends.javascript.trees import to_json
from engine.language.compiling import compile_expression
from tests.integration.runtime.conftest import refused
from tests.support import apps
from tests.support.apps import places, problems_of
from tests.support.inspections import HERE, Inspections, documents


@pytest.fixture
def plant(site):
    return Inspections.on(site)


def test_records_are_found_by_what_they_hold_when_a_list_is_filtered(plant):
    names = [plant.send(name=f"{number}.png") for number in range(3)]
    plant.inspect(name="three", files=names, photos=[plant.photo(), plant.photo(name="q.png")])
    plant.inspect(name="one", files=names[:1], arrived=HERE, note={"file": _wav(plant), "seconds": "3.50"})
    plant.inspect(name="none")

    def found(filter):
        page = plant.site.services.records.list(plant.anna, "plant", "inspection", filter=filter)
        return {record.fields["name"] for record in page.items}

    assert found("count(files) >= 2") == {"three"}
    assert found("count(files) = 0") == {"none"}
    assert found("计数(photos) = 2") == {"three"}
    assert found("photos is empty") == {"one", "none"}
    assert found("arrived is not empty and note is not empty") == {"one"}
    assert found("count(plans) = 0") == {"three", "one", "none"}


def _wav(plant):
    return plant.send(name="n.wav", content=b"RIFF\x24\x00\x00\x00WAVEfmt ")


def test_a_transition_waits_for_enough_when_its_guard_counts(site):
    made = documents()
    flow = made["workflows/inspection.json"]
    flow["transitions"][0]["guard"] = "count(files) >= 2 and code is not empty"
    site.publish(made)
    plant = Inspections(site, site.person("anna", ("plant", "inspector")), None, None)
    one, two = plant.send(), plant.send(name="b.png")
    photo = plant.photo()
    kept = {"photos": [photo], "code": "96385074"}
    assert [code for code, _ in refused(plant.inspect, transition="submit", files=[one], **kept)] == ["FLOW-013"]
    assert plant.inspect(transition="submit", files=[one, two], **kept).state == "done"


def test_a_rule_carries_files_along_when_it_makes_another_record(site):
    made = documents()
    archive = apps.form("archive", apps.field("kept", "attachment"), apps.field("shots", "photo"), title="{{id}}")
    copying = apps.rule(
        "archive_it", "inspection", {"entered": "done"},
        {"create": {"form": "archive", "fields": {"kept": "files", "shots": "photos"}}},
    )  # fmt: skip
    made["forms/archive.json"] = archive
    made["rules/archive_it.json"] = copying
    made["roles.json"]["roles"][0]["access"].append(apps.access("archive"))
    site.publish(made)
    plant = Inspections(site, site.person("anna", ("plant", "inspector")), None, None)
    record = plant.inspect(transition="submit", files=[plant.send()], photos=[plant.photo()])
    site.jobs().run_until_quiet()
    (kept,) = site.services.records.list(plant.anna, "plant", "archive").items
    assert kept.fields["kept"] == record.fields["files"]
    assert kept.fields["shots"] == record.fields["photos"]
    assert len(site.query("SELECT record FROM youju_file_use WHERE form = 'archive'")) == 2


@pytest.mark.parametrize(
    "condition", ["files = plans", 'photos = "x"', "files contains name", "files & name", "photos > 1"]
)
def test_what_is_captured_is_neither_compared_nor_joined_when_written(condition):
    made = documents()
    made["forms/inspection.json"]["fields"][0]["visible_when"] = condition
    found = places(problems_of(made))
    assert len(found) == 1
    assert found[0][0].startswith("LANG-")


@pytest.mark.parametrize(
    ("condition", "code"), [("count(signed) > 0", "LANG-026"), ("count(files where name is empty) > 0", "LANG-042")]
)
def test_a_count_is_refused_when_there_is_nothing_to_count(condition, code):
    made = documents()
    made["forms/inspection.json"]["fields"][0]["visible_when"] = condition
    assert [found for found, _ in places(problems_of(made))] == [code]


def test_a_page_counts_as_the_server_does_when_it_has_the_tree():
    catalog = apps.compiled(documents())
    compiled = compile_expression("count(photos) >= 2", catalog.scope("plant", "inspection"))
    version, tree, kind = json.loads(json.dumps(to_json(compiled.tree)))
    assert (version, kind) == (1, "boolean")
    assert ["length", ["field", "photos"]] in _parts(tree)


def _parts(tree):
    yield tree
    for part in tree if isinstance(tree, list) else ():
        yield from _parts(part)


def test_a_geofence_is_refused_when_its_centre_is_no_place():
    made = documents()
    arrived = apps.item(made["forms/inspection.json"]["fields"], "arrived")
    for center in ("name", "site.name", "nowhere", "site.nowhere"):
        arrived["geofence"]["center"] = center
        assert [code for code, _ in places(problems_of(made))] == ["CAPT-016"]


def test_a_place_is_taken_from_photos_alone_when_it_is_taken_from_anywhere():
    made = documents()
    apps.item(made["forms/inspection.json"]["fields"], "shot_at")["taken_from"] = "files"
    assert [code for code, _ in places(problems_of(made))] == ["CAPT-017"]
