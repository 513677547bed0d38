"""An app moves from one instance to another as one file: the same bytes come out again, and nothing broken goes in."""

from __future__ import annotations

import itertools
import json

import pytest

from engine.catalog.problems import UNKNOWN_FORMAT, WRONG_SHAPE
from engine.decision.changeset import Actor
from engine.kernel.canonical import pretty
from engine.kernel.problems import EngineError
from engine.packs.installing import install, install_with_needs, needed_packs
from engine.packs.reading import find_pack, read_pack
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.exporting import export_app, import_app
from engine.storage.database import open_database
from engine.storage.migrations import migrate
from tests.integration.runtime.conftest import refused
from tests.support.apps import LIBRARY, app, field, form
from tests.support.sites import Site

PACKS = {"library": str(LIBRARY), "sales_management": "sales_management"}
FILE = "app.json"
_numbers = itertools.count(1)


def exported(site, key="library"):
    return export_app(site.services.execution, key)


def imported(site, raw):
    return import_app(site.services.execution, raw, FILE, Actor(None))


def refusal(site, raw):
    """Return what an import is refused for; nothing of it may be there afterwards."""
    before = site.count("youju_revision"), site.tables()
    found = refused(imported, site, raw)
    assert (site.count("youju_revision"), site.tables()) == before
    return found


@pytest.fixture
def other_sites(tmp_path, postgres_server):
    """Return empty instances: one on SQLite, one on PostgreSQL."""
    name = f"moved_{next(_numbers)}"
    opened = [open_database(url) for url in (f"sqlite:///{tmp_path / 'other.db'}", postgres_server.create(name))]
    for database in opened:
        migrate(database)
    yield [Site(database) for database in opened]
    for database in opened:
        database.close()
    postgres_server.drop(name)


@pytest.mark.parametrize("key", PACKS)
def test_the_same_bytes_come_out_when_an_export_is_imported_into_an_empty_instance(site, other_sites, key):
    pack = read_pack(find_pack(PACKS[key]))
    install_with_needs(site.services, pack, Actor(None))
    written = exported(site, key)
    for other in other_sites:
        for needed in needed_packs(pack):
            install(other.services, needed, Actor(None))
        done = imported(other, written)
        assert (done.app, done.revision, done.changed) == (key, 1, True)
        assert exported(other, key) == written
        assert other.tables() == site.tables()


def test_nothing_changes_when_the_same_file_is_imported_again(library):
    site = library.site
    written = exported(site)
    before = site.count("youju_journal"), site.count("youju_revision")
    done = imported(site, written)
    assert (done.revision, done.changed) == (1, False)
    assert (site.count("youju_journal"), site.count("youju_revision")) == before


def test_the_next_revision_is_published_when_the_file_says_something_else(library):
    site = library.site
    content = json.loads(exported(site))
    content["documents"]["forms/book.json"]["fields"].append(field("shelf"))
    del content["digest"]
    assert imported(site, json.dumps(content).encode()).revision == 2
    assert library.book(shelf="A-3").fields["shelf"] == "A-3"
    [entry] = site.query("SELECT action FROM youju_journal WHERE subject = 'app' ORDER BY id DESC LIMIT 1")
    assert entry[0] == "publish"


def test_the_version_of_the_pack_travels_when_it_is_known(site, other_sites):
    pack = read_pack(LIBRARY)
    site.publish(pack.documents)
    assert json.loads(exported(site))["version"] is None
    install(site.services, pack, Actor(None))
    written = exported(site)
    assert json.loads(written)["version"] == pack.version
    imported(other_sites[0], written)
    assert json.loads(exported(other_sites[0]))["version"] == pack.version


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", ("RUN-017", FILE)),
        (b"\xff\xfe", ("RUN-017", FILE)),
        (b'{"format": 1, "format": 1}', ("RUN-017", FILE)),
        (b"[" * 900 + b"]" * 900, ("RUN-031", FILE)),
        (b'{"a":' * 900 + b"1" + b"}" * 900, ("RUN-031", FILE)),
        (b"7", (WRONG_SHAPE.code, f"{FILE}#/")),
        (b'{"format": 2, "kind": "app_export"}', (UNKNOWN_FORMAT.code, f"{FILE}#/format")),
        (b'{"kind": "app_export"}', (UNKNOWN_FORMAT.code, f"{FILE}#/format")),
        (b" " * 20_000_001, ("RUN-030", FILE)),
    ],
    ids=["empty", "bytes", "twice", "lists", "objects", "number", "newer", "no format", "large"],
)
def test_a_file_is_refused_when_it_is_no_export(site, raw, found):
    assert found in refusal(site, raw)


def broken(library, **more):
    return pretty({**json.loads(exported(library.site)), **more}).encode()


def test_everything_wrong_with_the_file_is_told_at_once_when_it_is_refused(library):
    documents = {"app.json": 5}
    raw = broken(library, digest="12", colour="red", version="1.0", documents=documents, app="No App")
    assert {place for _, place in refusal(library.site, raw)} == {
        f"{FILE}#/{key}" for key in ("digest", "colour", "version", "documents/app.json", "app")
    }


def test_a_file_is_refused_when_its_digest_or_its_key_is_another_s(library):
    raw = broken(library, digest="0" * 64, app="shop")
    assert refusal(library.site, raw) == [("RUN-032", f"{FILE}#/digest"), ("RUN-033", f"{FILE}#/app")]


@pytest.mark.parametrize("version", ["1.0.0\n", "\uff11.0.0", "v1.0.0", "", 1])
def test_a_version_is_refused_when_it_is_none(library, version):
    assert refusal(library.site, broken(library, version=version)) == [(WRONG_SHAPE.code, f"{FILE}#/version")]


def test_every_problem_of_the_documents_is_told_when_they_cannot_be_published(library):
    content = json.loads(exported(library.site))
    content["documents"]["nonsense.json"] = {}
    content["documents"]["forms/book.json"]["fields"][0]["type"] = "texd"
    del content["documents"]["app.json"]["labels"], content["digest"]
    assert refusal(library.site, json.dumps(content).encode()) == [
        ("APP-005", "app.json#/"),
        ("APP-007", "forms/book.json#/fields/0/type"),
        ("APP-001", "nonsense.json"),
    ]


@pytest.mark.parametrize(
    ("documents", "place"),
    [
        (app(form("thing", field("a")), key="inbox"), "app.json#/key"),
        (app(form("parameters", field("a"))), "forms/parameters.json#/key"),
        (app(form("boards", field("a"))), "forms/boards.json#/key"),
    ],
)
def test_a_key_is_refused_when_an_address_needs_it(site, documents, place):
    assert refused(site.publish, documents) == [("RUN-034", place)]


def test_an_export_is_absent_when_the_viewer_is_no_administrator(library):
    apps = library.site.services.apps
    admin = library.site.person("root", ADMIN_ROLE)
    assert apps.export(admin, "library") == exported(library.site)
    for viewer, key in ((library.anna, "library"), (library.john, "library"), (admin, "nothing")):
        with pytest.raises(EngineError) as raised:
            apps.export(viewer, key)
        assert raised.value.nature == "absent"
