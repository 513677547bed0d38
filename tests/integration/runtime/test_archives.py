"""An app moves with all that it holds: same bytes, same rows, and nobody gains a right or loses a record by it."""

from __future__ import annotations

import copy
import itertools
import json
import random
import zipfile

import pytest
from sqlalchemy import text

from engine.decision.changeset import Actor, Changeset, RecordWrite
from engine.kernel.canonical import compact
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.packs.archives.histories import arriving
from engine.packs.archives.writing import write_archive
from engine.packs.archives.zips import opened
from engine.runtime.activating import set_active
from engine.runtime.designs import roll_back
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.turning import unconverted
from engine.storage.database import open_database
from engine.storage.journal_triggers import ERASURE
from engine.storage.migrations import migrate
from engine.storage.settings import write as note_setting
from engine.storage.unit_of_work import apply
from engine.storage.write_guard import writing
from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, options
from tests.support.inspections import Inspections
from tests.support.moving import tables_of, take, write
from tests.support.sites import Site

LIMIT = "loan.days"
COPIES = [{"barcode": "B1", "shelf": "A", "pages": 12}, {"barcode": "B2"}]
FILLED = {"task": "closed_by", "state_log": "dwell", "rule_run": "trace", "parameter": "value", "saved_filter": "sort"}
"""What the library's story must have left behind, so that nothing of it can go missing on the way unseen."""

_numbers = itertools.count(1)


@pytest.fixture
def elsewhere(tmp_path, postgres_server):
    """Empty instances, one on SQLite and one on PostgreSQL."""
    name = f"archived_{next(_numbers)}"
    opened = [open_database(url) for url in (f"sqlite:///{tmp_path / 'other.db'}", postgres_server.create(name))]
    for database in opened:
        migrate(database)
    # Other chances than those of the instance that the archive comes from: ids are made of them.
    yield [Site(database, chance=random.Random(23)) for database in opened]  # noqa: S311 - repeatable on purpose
    for database in opened:
        database.close()
    postgres_server.drop(name)


def moved(site, elsewhere, tmp_path, *keys):
    """Take apps to every empty instance and hold what is there to what was here; return the archive."""
    path = tmp_path / "there.zip"
    written = write(site.services.execution, path, *keys)
    for number, other in enumerate(elsewhere):
        taken = take(other.services.execution, path)
        assert (taken.digest, taken.records, taken.entries) == (written.digest, written.records, written.entries)
        again = tmp_path / f"again{number}.zip"
        write(other.services.execution, again, *keys)
        assert again.read_bytes() == path.read_bytes()
        assert other.tables() == site.tables()
        if other.database.dialect == site.database.dialect:
            here, there = tables_of(other.database), tables_of(site.database)
            there["youju_file"] = [row for row in there["youju_file"] if "nobody" not in row]
            assert here == there
    return path


def lived_in(library):
    """Let the library live: loans with their tasks and messages, what is set and saved, what is deleted."""
    services, anna = library.site.services, library.anna
    services.parameters.set(anna, "library", {LIMIT: "9"})
    services.saved_filters.save(anna, "library", "loan", "在借", 'state = "lent"', "-due_date")
    book = library.book(subjects=["science"], published="2001-02-03", reference_only=True, copies=COPIES)
    library.book(note="a" * 5_000)
    gone = library.member(born="1980-05-06", note="要删的")
    library.records.delete(anna, "library", "member", gone.id, gone.version)
    library.loan(library.john, member=library.member().id, book=book.id)
    lent = library.loan(library.john, member=library.member().id)
    library.site.jobs().run_until_quiet()
    library.site.business.moment += 60_000
    task = next(one for one in library.inbox.open_tasks(anna) if one.record["id"] == lent.id)
    library.inbox.act(anna, task.id, "lend", {})
    library.site.jobs().run_until_quiet()


def test_the_same_bytes_and_rows_come_out_when_a_library_moves(library, elsewhere, tmp_path):
    lived_in(library)
    moved(library.site, elsewhere, tmp_path, "library")
    for table, column in FILLED.items():
        query = f"SELECT count(*) FROM youju_{table} WHERE {column} IS NOT NULL"  # noqa: S608 - the test's own names
        assert library.site.query(query)[0][0] > 0, table


def test_an_export_sees_one_moment_when_people_write_meanwhile(library, tmp_path):
    lived_in(library)
    execution = library.site.services.execution
    before = write(execution, tmp_path / "before.zip", "library")
    written = []

    def meanwhile(_done, _total):
        written.append(library.member().id)

    assert write_archive(execution, ["library"], tmp_path / "meanwhile.zip", meanwhile) == before
    assert len(written) > 10
    assert (tmp_path / "meanwhile.zip").read_bytes() == (tmp_path / "before.zip").read_bytes()


def erase(site, id, key):
    """Blank a field of a member for good: by an entry that says so, and out of what the journal held of it."""
    execution, moment = site.services.execution, site.business.moment
    with site.database.write() as connection:
        write = RecordWrite("update", "library", "member", id, 2, {key: None}, {}, ERASURE, Actor(None))
        changeset = Changeset(uuid7(moment, b"erased" * 2), moment, Actor(None), {"library": 1}, writes=(write,))
        apply(connection, changeset, execution.locked(connection).tables, execution.randomness)
    about = "WHERE record = :id AND version = 1"
    (stored,) = site.query(f"SELECT payload FROM youju_journal {about}", id=id)[0]  # noqa: S608 - the test's own
    left = {name: value for name, value in json.loads(stored).items() if name != key}
    with site.database.write() as connection, writing(connection):
        shorter = text(f"UPDATE youju_journal SET payload = :payload {about}")  # noqa: S608
        connection.execute(shorter, {"payload": compact(left), "id": id})


def test_what_was_erased_stays_erased_when_an_app_moves(library, elsewhere, tmp_path):
    member = library.member(note="秘密")
    erase(library.site, member.id, "note")
    path = moved(library.site, elsewhere, tmp_path, "library")
    assert "秘密".encode() not in b"".join(unpacked(path).values())


def everything(**more):
    """Return an app whose form has a field of every way of keeping a value."""
    return app(
        form(
            "thing",
            field("name"),
            field("size", "number", scale=2),
            field("share", "percent"),
            field("paid", "money"),
            field("open", "boolean"),
            field("day", "date"),
            field("at", "datetime"),
            field("kinds", "multi_choice", options=options("one", "two")),
            field("who", "person"),
            field("all", "persons"),
            field("place", "location"),
            field(
                "rows",
                "lines",
                fields=[field("amount", "number", scale=3), field("on", "date"), field("on_hand", "boolean")],
            ),
            field("next", "reference", form="thing"),
        ),
        form("retired", field("word"), field("parts", "lines", fields=[field("part")])),
        **more,
    )


FIRST = everything()


def without(documents, *gone, **more):
    """Return documents without some fields of the form, and without its other form."""
    left = copy.deepcopy(documents)
    thing = left["forms/thing.json"]
    thing["fields"] = [item for item in thing["fields"] if item["key"] not in gone] + [
        field(*one) for one in more.values()
    ]
    del left["forms/retired.json"]
    left["roles.json"]["roles"] = [{**left["roles.json"]["roles"][0], "access": [access("thing")]}]
    return left


@pytest.fixture
def shop(site):
    """An app at its third revision: most of what it once held is retired."""
    site.publish(FIRST)
    staff = site.person("小王", ("shop", "staff"))
    records = site.services.records
    filled = {
        "name": "甲“引号”\n第二行 \t€𠮷", "size": "-12.50", "share": "7.5", "paid": "99.90", "open": False,
        "day": "1969-12-31", "at": "2026-01-31T01:02:03.004Z", "kinds": ["two", "one"], "who": staff.id,
        "all": [staff.id], "place": {"lat": "28.6", "lng": "115.8"},
        "rows": [{"amount": "-0.001", "on": "2026-02-28", "on_hand": True}, {"on": "2026-03-01"}],
    }  # fmt: skip
    first = records.create(staff, "shop", "thing", filled)
    records.create(staff, "shop", "thing", {"name": "乙", "next": first.id})
    records.create(staff, "shop", "retired", {"word": "留着", "parts": [{"part": "一"}]})
    site.publish(without(FIRST, "size", "open", "rows", "all", more=("extra", "long_text")))
    records.create(staff, "shop", "thing", {"name": "丙", "extra": "新"})
    roll_back(site.services.execution, "shop", 1, Actor(None))
    records.create(staff, "shop", "thing", {"name": "丁", "size": "1.00", "open": True})
    site.publish(without(FIRST, "day", "kinds", "place", "rows"))
    return site


def test_retired_fields_and_forms_travel_when_an_app_moves(shop, elsewhere, tmp_path):
    moved(shop, elsewhere, tmp_path, "shop")
    for other in elsewhere:
        roll_back(other.services.execution, "shop", 1, Actor(None))
        set_active(other.services.execution, "小王", active=True)
        staff = other.services.directory.viewer(shop.people["小王"])
        (kept,) = other.services.records.list(staff, "shop", "retired").items
        assert (kept.fields["word"], kept.fields["parts"][0]["part"]) == ("留着", "一")
        things = other.services.records.list(staff, "shop", "thing", filter="size = -12.5").items
        assert [(one.fields["size"], one.fields["open"], one.fields["day"]) for one in things] == [
            ("-12.50", False, "1969-12-31")
        ]


def becomes(documents, type, **more):
    """Return documents in which the first field of the form has another type."""
    found = copy.deepcopy(documents)
    fields = found["forms/thing.json"]["fields"]
    fields[0] = {**{key: fields[0][key] for key in ("uid", "key", "labels")}, "type": type, **more}
    return found


def test_what_a_field_held_before_its_type_changed_travels_when_an_app_moves(site, elsewhere, tmp_path):
    documents = app(form("thing", field("a"), field("b")))
    site.publish(documents)
    staff = site.person("小王", ("shop", "staff"))
    for value in ("12", "约12", None):
        site.services.records.create(staff, "shop", "thing", {"a": value, "b": "x"})
    site.publish(becomes(documents, "number", scale=2))
    site.services.records.create(staff, "shop", "thing", {"a": "7.50", "b": "y"})
    moved(site, elsewhere, tmp_path, "shop")
    for other in elsewhere:
        execution = other.services.execution
        assert [item.value for item in unconverted(execution, "shop")] == ["约12"]
        roll_back(execution, "shop", 1, Actor(None))
        set_active(execution, "小王", active=True)
        found = other.services.records.list(other.services.directory.viewer(staff.id), "shop", "thing").items
        assert {row.fields["a"] for row in found} == {"12", "约12", None, "7.50"}


def test_files_travel_with_the_records_that_hold_them_when_an_app_moves(site, elsewhere, tmp_path):
    plant = Inspections.on(site)
    sent = plant.send()
    plant.inspect(files=[sent])
    lonely = plant.send(name="nobody's.png")
    moved(site, elsewhere, tmp_path, "plant")
    for other in elsewhere:
        set_active(other.services.execution, "anna", active=True)
        anna = other.services.directory.viewer(plant.anna.id)
        (_, there), (_, here) = (services.files.open(anna, sent) for services in (other.services, site.services))
        assert there.read() == here.read()
        assert other.query("SELECT count(*) FROM youju_file WHERE id = :id", id=lonely)[0][0] == 0


def test_nothing_secret_is_in_an_archive_when_there_are_secrets(site, tmp_path):
    plant = Inspections.on(site)
    services = site.services
    services.directory.set_password("anna", "a long enough one")
    session, token = (
        services.directory.sign_in("anna", "a long enough one"),
        services.directory.issue_token("anna", "x"),
    )
    services.directory.grant("anna", *ADMIN_ROLE)
    waiting = plant.token()
    plant.inspect(files=[plant.send()])
    path = tmp_path / "plant.zip"
    write(services.execution, path, "plant")
    said = b"".join(unpacked(path).values())
    hashed = site.query("SELECT password_hash FROM youju_user WHERE name = 'anna'")[0][0]
    for secret in (hashed, session, token, waiting, *(row[0] for row in site.query("SELECT hash FROM youju_token"))):
        assert secret.encode() not in said
    assert b'["youju' not in said
    assert b'"admin"' not in said


def unpacked(path):
    """Return the members of an archive by name."""
    with zipfile.ZipFile(path) as source:
        return {name: source.read(name) for name in source.namelist()}


def test_people_stay_who_they_are_when_somebody_here_bears_the_name(site, elsewhere, tmp_path):
    plant = Inspections.on(site)
    record = plant.inspect(files=[plant.send(), plant.send(name="b.png")])
    path = tmp_path / "plant.zip"
    write(site.services.execution, path, "plant")
    for other in elsewhere:
        other.business.moment += 5_000
        anna = other.person("anna")
        here = Inspections(other, anna, anna, anna)
        sent = here.send(name="b.png")
        taken = take(other.services.execution, path)
        assert taken.here == {plant.anna.id: anna.id}
        assert set(taken.people) == {"ben", "guest"}
        found = other.services.records.read(other.viewer("anna"), "plant", "inspection", record.id)
        assert found.fields["owner"] == anna.id
        assert sent in found.fields["files"]
        assert other.query("SELECT count(*) FROM youju_user WHERE name = 'anna'")[0][0] == 1
        with pytest.raises(EngineError):
            other.services.directory.viewer(plant.ben.id)


def test_apps_are_taken_along_when_an_app_needs_them(site, elsewhere, tmp_path):
    site.publish(app(form("base", field("name")), key="ground"))
    upper = app(form("leaf", field("of", "reference", form="ground.base")), key="tree")
    site.publish(upper)
    staff = site.person("li", ("ground", "staff"), ("tree", "staff"))
    base = site.services.records.create(staff, "ground", "base", {"name": "x"})
    site.services.records.create(staff, "tree", "leaf", {"of": base.id})
    path = moved(site, elsewhere, tmp_path, "tree")
    assert "apps/ground/records/base.ndjson" in unpacked(path)


def test_an_app_is_refused_alone_when_it_needs_another(site, elsewhere, tmp_path):
    site.publish(app(form("base", field("name")), key="ground"))
    site.publish(app(form("leaf", field("of", "reference", form="ground.base")), key="tree"))
    with site.database.write() as connection:
        note_setting(connection, "needs.tree", '{"ground":""}')
    alone, both = tmp_path / "alone.zip", tmp_path / "ground.zip"
    write(site.services.execution, alone, "tree", with_needs=False)
    write(site.services.execution, both, "ground")
    for other in elsewhere:
        execution = other.services.execution
        assert refused(take, execution, alone) == [("ARCH-013", "alone.zip/apps/tree/app.json")]
        take(execution, both)
        assert take(execution, alone).apps == {"tree": 1}
        assert refused(take, execution, alone) == [("RUN-053", "tree")]


def test_nothing_is_here_when_an_app_was_here_before(library, tmp_path):
    path = tmp_path / "library.zip"
    write(library.site.services.execution, path, "library")
    before = tables_of(library.site.database)
    assert refused(take, library.site.services.execution, path) == [("RUN-053", "library")]
    assert tables_of(library.site.database) == before


def test_an_export_is_refused_when_it_would_leave_a_column_out(shop, tmp_path):
    name = "thing"
    with shop.database.write() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN stray TEXT")
    path = tmp_path / "shop.zip"
    assert refused(write, shop.services.execution, path, "shop") == [("ARCH-014", "thing.stray")]
    assert list(tmp_path.glob("shop*")) == []


def test_an_export_is_refused_when_there_is_no_such_app(library, tmp_path):
    assert refused(write, library.site.services.execution, tmp_path / "x.zip", "nothing") == [("RUN-015", "nothing")]


def test_an_export_is_refused_when_a_content_is_gone(site, tmp_path):
    plant = Inspections.on(site)
    sent = plant.send()
    plant.inspect(files=[sent])
    digest = plant.files.describe(plant.anna, sent).sha256
    site.services.execution.contents.remove(digest)
    assert refused(write, site.services.execution, tmp_path / "x.zip", "plant") == [("ARCH-015", f"files/{digest}")]


def test_what_revisions_share_is_held_once_when_an_archive_comes(site, tmp_path):
    documents = app(form("thing", field("a")), form("other", field("b")))
    site.publish(documents)
    documents["forms/thing.json"]["labels"]["zh"] = "改过的"
    site.publish(documents)
    path = tmp_path / "shop.zip"
    write(site.services.execution, path, "shop")
    with opened(path, lambda _size: None) as reader:
        (arrived,) = arriving(reader)
    first, second = (documents for _, documents in arrived.history.published)
    shared = {path for path in first if first[path] is second[path]}
    assert shared == first.keys() - {"forms/thing.json"}
