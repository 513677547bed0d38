"""What was removed from a design is kept until it is purged: listed, destroyed with its past, and missed aloud."""

from __future__ import annotations

import copy
import io
import itertools
import json
import random
import threading

import pytest
from click.testing import CliRunner

from engine.decision.changeset import Actor
from engine.jobs.loop import JobsLoop
from engine.kernel.problems import EngineError, Nature
from engine.packs.commands_designs import roll_back_app
from engine.runtime import designs, purging
from engine.runtime.commands_purging import purge_app
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.turning import turns_of
from engine.storage import purging as storing
from engine.storage import system_tables
from engine.storage.audit import verify
from engine.storage.database import open_database
from engine.storage.migrations import migrate
from engine.storage.purging import Kept
from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, role
from tests.support.moving import take, write
from tests.support.sites import Site

NOBODY = Actor(None)
STAFF = ("shop", "staff")
SECRET = "绝不能留下的话"
_numbers = itertools.count(1)


@pytest.fixture
def shop(site):
    """Things with a colour, a price, parts and another thing beside them, and boxes that hold things."""
    site.first = app(
        form(
            "thing",
            field("title"),
            field("colour"),
            field("price", "number"),
            field("parts", "lines", fields=[field("part")]),
            field("beside", "reference", form="thing"),
        ),
        form(
            "box",
            field("word"),
            field("holds", "reference", form="thing"),
            field("rows", "lines", fields=[field("word")]),
        ),
        roles=[role("staff", access("thing"), access("box"))],
    )
    site.publish(site.first)
    site.person("root", ADMIN_ROLE)
    site.anna = site.person("anna", STAFF)
    return site


def without(documents, *names):
    made = copy.deepcopy(documents)
    for name in names:
        key, dot, inner = name.partition(".")
        if dot:
            thing = made[f"forms/{key}.json"]
            thing["fields"] = [one for one in thing["fields"] if one["key"] != inner]
        else:
            del made[f"forms/{key}.json"]
            for given in made["roles.json"]["roles"]:
                given["access"] = [one for one in given["access"] if one["form"] != key]
    return made


def filled(shop):
    """Make things and a box; return the ids of the things."""
    records = shop.services.records
    fields = {"title": "a", "colour": SECRET, "parts": [{"part": SECRET}]}
    first = records.create(shop.anna, "shop", "thing", fields, idempotency_key="once")
    records.update(shop.anna, "shop", "thing", first.id, {"colour": f"{SECRET}2"}, 1)
    second = records.create(shop.anna, "shop", "thing", {"title": "b", "colour": SECRET, "beside": first.id})
    records.update(shop.anna, "shop", "thing", second.id, {"colour": None}, 1)
    third = records.create(shop.anna, "shop", "thing", {"title": "c"})
    gone = records.create(shop.anna, "shop", "thing", {"title": "d", "colour": SECRET})
    records.delete(shop.anna, "shop", "thing", gone.id, 1)
    box = records.create(shop.anna, "shop", "box", {"word": SECRET, "holds": first.id, "rows": [{"word": SECRET}]})
    records.update(shop.anna, "shop", "box", box.id, {"word": "x"}, 1)
    return [first.id, second.id, third.id]


def listed(shop):
    return {one.name: one.kept for one in purging.retired(shop.services.execution, "shop")}


def purged(shop, *names):
    now = listed(shop)
    return purging.purge(shop.services.execution, "shop", {name: now[name] for name in names}, NOBODY)


def told(shop, word):
    """Return the tables of the database in which a word is found, the engine's own among them."""
    found = set()
    for table in sorted(shop.tables() | set(system_tables.metadata.tables)):
        rows = shop.query(f'SELECT * FROM "{table}"')  # noqa: S608 - the test's own names
        if any(word in str(value) for row in rows for value in row):
            found.add(table)
    return found


def findings(shop, tmp_path):
    tmp_path.mkdir(exist_ok=True)
    with shop.database.read() as connection:
        current = shop.services.execution.catalogs.current(connection)
        turns = turns_of(connection, current.catalog, shop.services.execution.catalogs.types)
    return verify(shop.database, current.tables, b"key", tmp_path / "journal.head", turns=turns).findings


def test_nothing_is_listed_when_nothing_was_removed(shop):
    filled(shop)
    assert listed(shop) == {}
    assert refused(purging.purge, shop.services.execution, "shop", {"thing.colour": Kept(3, 5, 0)}, NOBODY) == [
        ("PURGE-001", "thing.colour")
    ]


def test_what_was_removed_is_listed_with_its_counts_and_comes_back_when_it_was_not_purged(shop):
    first, *_ = filled(shop)
    shop.publish(without(shop.first, "box", "thing.colour", "thing.parts"))
    assert listed(shop) == {
        "box": Kept(1, 2, 0),
        "thing.colour": Kept(2, 4, 0),
        "thing.parts": Kept(1, 1, 0),
    }
    assert designs.roll_back(shop.services.execution, "shop", 1, NOBODY) == 3
    assert listed(shop) == {}
    fields = shop.services.records.read(shop.anna, "shop", "thing", first).fields
    assert (fields["colour"], fields["parts"][0]["part"]) == (f"{SECRET}2", SECRET)


def test_a_field_is_gone_from_records_and_their_past_when_it_was_purged(shop, tmp_path):
    first, second, third = filled(shop)
    shop.publish(without(shop.first, "thing.colour", "thing.parts", "box"))
    purged(shop, "thing.colour", "thing.parts", "box")
    assert told(shop, SECRET) == set()
    assert listed(shop) == {}
    assert findings(shop, tmp_path) == ()
    versions = [shop.services.records.read(shop.anna, "shop", "thing", id).version for id in (first, second, third)]
    assert versions == [4, 3, 1]
    assert shop.services.records.update(shop.anna, "shop", "thing", first, {"title": "z"}, 4).version == 5


def test_what_was_purged_comes_back_empty_and_that_is_told(shop, tmp_path):
    first, *_ = filled(shop)
    shop.publish(without(shop.first, "thing.colour", "box"))
    purged(shop, "thing.colour", "box")
    execution, root = shop.services.execution, shop.viewer("root")
    gone = [(one.code, one.path) for one in designs.lost_with(execution, "shop", 1)]
    assert gone == [("PURGE-004", "box"), ("PURGE-004", "thing.colour")]
    shop.services.drafts.take_back(root, "shop", 1, None)
    look = shop.services.drafts.show(root, "shop").look
    assert look.problems == ()
    assert {one.path for one in look.advice if one.code == "PURGE-004"} == {"box", "thing.colour"}
    designs.roll_back(execution, "shop", 1, NOBODY)
    fields = shop.services.records.read(shop.anna, "shop", "thing", first).fields
    assert (fields["title"], fields["colour"]) == ("a", None)
    assert shop.services.records.list(shop.anna, "shop", "box").items == ()
    shop.services.records.update(shop.anna, "shop", "thing", first, {"colour": "new"}, 3)
    assert designs.lost_with(execution, "shop", 1) == ()
    assert findings(shop, tmp_path) == ()


def test_only_what_was_seen_is_destroyed_when_something_came_meanwhile(shop):
    filled(shop)
    shop.publish(without(shop.first, "thing.colour"))
    seen = listed(shop)
    other = {"thing.colour": Kept(seen["thing.colour"].records + 1, seen["thing.colour"].entries, 0)}
    assert refused(purging.purge, shop.services.execution, "shop", other, NOBODY) == [("PURGE-003", "thing.colour")]
    assert listed(shop) == seen
    shop.publish(shop.first)
    assert refused(purging.purge, shop.services.execution, "shop", seen, NOBODY) == [("PURGE-001", "thing.colour")]


def test_a_form_stays_as_long_as_something_that_stays_refers_to_it(shop, tmp_path):
    filled(shop)
    shop.publish(without(shop.first, "box.holds", "thing"))
    execution, now = shop.services.execution, listed(shop)
    assert refused(purging.purge, execution, "shop", {"thing": now["thing"]}, NOBODY) == [("PURGE-002", "thing")]
    purging.purge(execution, "shop", now, NOBODY)
    assert listed(shop) == {}
    assert shop.count("thing") == 0
    assert findings(shop, tmp_path) == ()


def test_a_purge_goes_on_where_it_was_ended(shop, tmp_path, monkeypatch):
    filled(shop)
    shop.publish(without(shop.first, "thing.colour", "box"))
    monkeypatch.setattr(storing, "CHUNK", 1)

    class EndedError(Exception):
        pass

    def end(done):
        if done > 1:
            raise EndedError

    with pytest.raises(EndedError):
        purging.purge(shop.services.execution, "shop", listed(shop), NOBODY, end)
    assert findings(shop, tmp_path) == ()
    left = listed(shop)
    assert left
    purged(shop, *left)
    assert told(shop, SECRET) == {
        "thing__parts",
        "v_thing__parts",
        "youju_journal",
    }  # of the parts, which are there still
    assert findings(shop, tmp_path) == ()


def test_people_go_on_writing_while_a_field_is_purged(shop, tmp_path, monkeypatch):
    records = shop.services.records
    made = [records.create(shop.anna, "shop", "thing", {"title": "a", "colour": SECRET}).id for _ in range(30)]
    shop.publish(without(shop.first, "thing.colour"))
    monkeypatch.setattr(storing, "CHUNK", 3)
    over, written, wrong = threading.Event(), [], []

    def write_on():
        for number in itertools.cycle(range(len(made))):
            if over.is_set():
                return
            try:
                seen = records.read(shop.anna, "shop", "thing", made[number]).version
                records.update(shop.anna, "shop", "thing", made[number], {"title": f"t{len(written)}"}, seen)
                written.append((made[number], f"t{len(written)}"))
            except EngineError as error:
                wrong.extend(one for one in error.problems if one.nature is not Nature.CONFLICT)

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        purged(shop, "thing.colour")
    finally:
        over.set()
        thread.join()
    assert wrong == []
    last = dict(written)
    now = {id: records.read(shop.anna, "shop", "thing", id).fields["title"] for id in last}
    assert now == last
    assert told(shop, SECRET) == set()
    assert findings(shop, tmp_path) == ()


def test_every_column_that_a_field_has_had_is_emptied(shop, tmp_path):
    records = shop.services.records
    made = records.create(shop.anna, "shop", "thing", {"title": "a", "price": "4711471147"})
    second = copy.deepcopy(shop.first)
    next(one for one in second["forms/thing.json"]["fields"] if one["key"] == "price")["type"] = "text"
    shop.publish(second)
    records.update(shop.anna, "shop", "thing", made.id, {"price": "0815 Taler"}, 1)
    shop.publish(without(second, "thing.price"))
    purged(shop, "thing.price")
    assert told(shop, "4711471147") | told(shop, "0815 Taler") == set()
    designs.roll_back(shop.services.execution, "shop", 1, NOBODY)
    assert records.read(shop.anna, "shop", "thing", made.id).fields["price"] is None
    assert findings(shop, tmp_path) == ()


def test_files_are_let_go_of_with_the_field_that_held_them(shop, tmp_path):
    second = copy.deepcopy(shop.first)
    second["forms/thing.json"]["fields"].append(field("papers", "attachment"))
    shop.publish(second)
    sent = shop.services.files.receive(shop.anna, io.BytesIO(SECRET.encode()), "a.txt")
    made = shop.services.records.create(shop.anna, "shop", "thing", {"title": "a", "papers": [sent.id]})
    shop.publish(shop.first)
    assert listed(shop) == {"thing.papers": Kept(1, 1, 1)}
    purged(shop, "thing.papers")
    assert shop.count("youju_file_use") == 0
    assert sent.id not in str(shop.query("SELECT payload FROM youju_journal WHERE record = :id", id=made.id))
    assert findings(shop, tmp_path) == ()


def test_an_archive_of_before_and_after_says_the_same_everywhere(shop, tmp_path, postgres_server):
    filled(shop)
    shop.publish(without(shop.first, "thing.colour", "box"))
    purged(shop, "thing.colour", "box")
    path = tmp_path / "one.zip"
    write(shop.services.execution, path, "shop")
    name = f"purged_{next(_numbers)}"
    for number, url in enumerate((f"sqlite:///{tmp_path / 'other.db'}", postgres_server.create(name))):
        database = open_database(url)
        migrate(database)
        other = Site(database, chance=random.Random(23))  # noqa: S311 - repeatable on purpose
        take(other.services.execution, path)
        again = tmp_path / f"again{number}.zip"
        write(other.services.execution, again, "shop")
        assert again.read_bytes() == path.read_bytes()
        assert [one.code for one in designs.lost_with(other.services.execution, "shop", 1)] == ["PURGE-004"] * 2
        database.close()
    postgres_server.drop(name)


def test_who_purged_what_is_in_the_journal(shop):
    filled(shop)
    shop.publish(without(shop.first, "thing.colour"))
    root = shop.viewer("root")
    service = shop.services.purging
    (one,) = service.retired(root, "shop")
    service.purge(root, "shop", {one.name: (one.kept.records, one.kept.entries, one.kept.files)})
    rows = shop.query("SELECT record, action, actor, payload FROM youju_journal WHERE subject = 'purge'")
    assert [(row[0], row[1], row[2]) for row in rows] == [("thing.colour", "purge", root.id)]
    assert '"records":[' in rows[0][3]
    for step, more in ((service.retired, ()), (service.purge, ({},))):
        assert refused(step, shop.anna, "shop", *more) == [("DECIDE-001", "")]
    JobsLoop(shop.services.execution).run_until_quiet()


def told_by(shop, *words):
    shown = CliRunner().invoke(purge_app, ["shop", *words], obj=lambda: shop.services)
    return shown.exit_code, shown.stdout, shown.exception


def test_the_command_shows_what_there_is_and_destroys_it_only_when_told_to(shop):
    filled(shop)
    assert told_by(shop)[1] == "没有移除后还保留的数据 nothing is kept of anything removed\n"
    shop.publish(without(shop.first, "thing.colour", "box"))
    both = told_by(shop)[1]
    counted = "2条记录 4条日志 0个文件 2 records, 4 entries, 0 files"
    assert f"- thing.colour\tcolour的中文 colour in English\t{counted}\n" in both
    assert "box" in both
    assert "--yes" in both
    assert len(listed(shop)) == 2
    code, said, _ = told_by(shop, "--field", "thing.colour", "--yes", "--json")
    assert (code, json.loads(said)["purged"]) == (0, True)
    assert [one["name"] for one in json.loads(said)["items"]] == ["thing.colour"]
    assert set(listed(shop)) == {"box"}
    for words in (("--form", "thing"), ("--field", "thing.title"), ("--field", "box"), ("--form", "thing.colour")):
        assert [one.code for one in told_by(shop, *words)[2].problems] == ["PURGE-001"]
    assert told_by(shop, "--yes")[0] == 0
    assert listed(shop) == {}


def test_going_back_by_command_tells_what_is_missing_and_where_to_take_it_from(shop):
    filled(shop)
    shop.publish(without(shop.first, "thing.colour"))
    purged(shop, "thing.colour")
    said = CliRunner().invoke(roll_back_app, ["shop", "1"], obj=lambda: shop.services).stdout
    assert said.startswith("shop: revision 3 = 1 ✓\n! PURGE-004 thing.colour: ")
    assert "备份" in said
    assert "! " not in CliRunner().invoke(roll_back_app, ["shop", "2"], obj=lambda: shop.services).stdout
