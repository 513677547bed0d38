"""A field gets another type: what converts is there, what does not is listed, and nothing is lost on either way."""

from __future__ import annotations

import copy
import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from engine.decision.changeset import Actor
from engine.jobs import converting
from engine.jobs.converting import Converting
from engine.runtime import preparing, publishing
from engine.runtime.commands_types import show_conversions
from engine.runtime.designs import history, look_over, roll_back
from engine.runtime.turning import turns_of, unconverted
from engine.runtime.types_progress import progress
from engine.runtime.withdrawing import withdraw
from engine.storage import filling, settings
from engine.storage.audit import verify
from engine.storage.write_guard import writing
from tests.integration.runtime.conftest import refused
from tests.support import apps
from tests.support.apps import field, form

WRITTEN = ["12", " 7.5 ", "1,200.25", "约12", None]
READ = ["12.00", "7.50", "1200.25", None, None]


@pytest.fixture
def shop(site):
    """A form with a text, records with texts that are numbers or not, and what changes its type."""
    thing = form("thing", field("a"), field("b"))
    documents = apps.app(thing)
    site.publish(documents)
    return Shop(site, documents)


class Shop:
    def __init__(self, site, documents, written=tuple(WRITTEN)):
        self.site, self.documents = site, documents
        self.me = site.person("me", ("shop", "staff"))
        self.ids = [self.make(value) for value in written]

    def make(self, value):
        return self.site.services.records.create(self.me, "shop", "thing", {"a": value, "b": "x"}).id

    def becomes(self, type, **more):
        """Return the documents with another type of the field."""
        found = copy.deepcopy(self.documents)
        kept = {key: found["forms/thing.json"]["fields"][0][key] for key in ("uid", "key", "labels")}
        found["forms/thing.json"]["fields"][0] = {**kept, "type": type, **more}
        return found

    def values(self):
        return [self.read(id).fields["a"] for id in self.ids]

    def read(self, id):
        return self.site.services.records.read(self.me, "shop", "thing", id)

    def change(self, id, value):
        self.site.services.records.update(self.me, "shop", "thing", id, {"a": value}, self.read(id).version)

    def listed(self):
        return [(item.record, item.value) for item in unconverted(self.site.services.execution, "shop")]

    def findings(self, folder):
        """Return what verifying the journal and the records finds: code and place."""
        execution = self.site.services.execution
        with self.site.database.read() as connection:
            current = execution.catalogs.current(connection)
            turns = turns_of(connection, current.catalog, execution.catalogs.types)
        found = verify(self.site.database, current.tables, b"key", folder / "journal.head", turns=turns).findings
        return [(problem.code, problem.path) for problem in found]

    def jobs_done(self):
        self.site.jobs().run_until_quiet()

    def back(self, number):
        return roll_back(self.site.services.execution, "shop", number, Actor(None))


def test_what_converts_is_there_and_what_does_not_is_listed_when_a_text_becomes_a_number(shop):
    assert shop.site.publish(shop.becomes("number", scale=2)) == 2
    assert shop.values() == READ
    assert shop.listed() == [(shop.ids[3], "约12")]
    found = shop.site.services.records.list(shop.me, "shop", "thing", filter="a > 10")
    assert sorted(row.id for row in found.items) == sorted([shop.ids[0], shop.ids[2]])
    shop.change(shop.ids[3], "12")
    assert shop.listed() == []


def test_every_value_is_as_it_was_when_the_change_is_rolled_back(shop):
    shop.site.publish(shop.becomes("number", scale=2))
    shop.change(shop.ids[0], "13")
    new = shop.make("5")
    assert shop.back(1) == 3
    assert shop.values() == ["13.00", *WRITTEN[1:]]
    assert shop.read(new).fields["a"] == "5.00"
    assert shop.site.publish(shop.becomes("number", scale=2)) == 4
    assert shop.values() == ["13.00", *READ[1:]]


def test_the_history_says_each_value_as_it_was_when_the_type_has_changed(shop):
    shop.site.publish(shop.becomes("number", scale=2))
    shop.change(shop.ids[3], "13")
    entries = shop.site.services.records.history(shop.me, "shop", "thing", shop.ids[3])
    told = [
        (str(item.before_shown), str(item.after_shown))
        for entry in entries
        for item in entry.changes
        if item.key == "a"
    ]
    assert told == [("约12", "13"), ("None", "约12")]


def test_what_would_convert_and_what_would_not_is_counted_when_somebody_looks_first(shop):
    look = look_over(shop.site.services.execution, shop.becomes("number", scale=2))
    assert not look.problems
    assert [(item.records, item.exact) for item in look.touched] == [(3, True), (1, True)]
    assert shop.values() == ["12", " 7.5 ", "1,200.25", "约12", None]


@pytest.mark.parametrize("type", ["json", "person", "attachment"])
def test_a_type_is_refused_when_no_value_could_become_of_it(shop, type):
    assert refused(shop.site.publish, shop.becomes(type)) == [("STORE-032", "shop.thing.a")]


def test_publishing_is_refused_and_nothing_changes_when_converted_values_would_be_twice(shop):
    shop.make("12.0")
    documents = shop.becomes("number", scale=2, unique=True)
    assert refused(shop.site.publish, documents) == [("STORE-033", "shop.thing.a")]
    assert shop.values() == WRITTEN_THERE


WRITTEN_THERE = ["12", " 7.5 ", "1,200.25", "约12", None]


@pytest.fixture
def small(monkeypatch):
    """Let few records be many: more than two wait, and a chunk is of two."""
    monkeypatch.setattr(preparing, "AT_ONCE", 2)
    monkeypatch.setattr(filling.fill, "__defaults__", (2,))


@pytest.mark.usefixtures("small")
def test_records_that_are_written_meanwhile_are_converted_as_they_are_then_when_many_wait(shop):
    execution, documents = shop.site.services.execution, shop.becomes("number", scale=2)
    assert publishing.publish(execution, documents, Actor(None), wait=False) == 1
    converting = Converting(execution)
    for _ in range(2):
        converting.do()
    shop.change(shop.ids[0], "12.5")
    shop.change(shop.ids[2], "多")
    new = shop.make("99")
    assert shop.values()[:3] == ["12.5", " 7.5 ", "多"], "the old type serves until the switch"
    assert progress(execution, "shop").converted >= 2
    while converting.do():
        pass
    assert shop.values() == ["12.50", "7.50", None, None, None]
    assert shop.read(new).fields["a"] == "99.00"
    assert sorted(shop.listed()) == sorted([(shop.ids[2], "多"), (shop.ids[3], "约12")])
    assert progress(execution, "shop") is None


@pytest.mark.usefixtures("small")
def test_what_waited_does_not_cover_up_what_is_published_in_the_last_moment(shop, monkeypatch):
    execution = shop.site.services.execution
    publishing.publish(execution, shop.becomes("number", scale=2), Actor(None), wait=False)
    shop.documents["app.json"]["labels"]["zh"] = "后来的"
    inner = converting.publish

    def late(*given, **named):
        monkeypatch.undo()
        shop.site.publish(shop.documents)
        return inner(*given, **named)

    monkeypatch.setattr(converting, "publish", late)
    jobs = Converting(execution)
    while jobs.do():
        pass
    assert shop.values() == WRITTEN_THERE
    assert [one.number for one in history(execution, "shop")] == [2, 1]


@pytest.mark.usefixtures("small")
def test_a_publication_waits_no_more_and_says_why_when_it_cannot_be_made_in_the_end(shop):
    shop.make("12.0")
    execution, documents = shop.site.services.execution, shop.becomes("number", scale=2, unique=True)
    assert publishing.publish(execution, documents, Actor(None), wait=False) == 1
    jobs = Converting(execution)
    while jobs.do():
        pass
    assert [problem["code"] for problem in progress(execution, "shop").refused] == ["STORE-033"]
    assert shop.values() == WRITTEN_THERE
    assert shop.site.publish(shop.becomes("number", scale=2)) == 2
    assert progress(execution, "shop") is None


@pytest.mark.usefixtures("small")
def test_another_publication_takes_the_place_of_one_that_waits(shop):
    execution = shop.site.services.execution
    publishing.publish(execution, shop.becomes("date"), Actor(None), wait=False)
    assert shop.site.publish(shop.becomes("number", scale=2)) == 2
    assert shop.values() == READ
    assert Converting(execution).do() == 0


def test_the_journal_proves_the_values_when_types_have_changed_and_come_back(shop, tmp_path):
    shop.site.publish(shop.becomes("number", scale=2))
    shop.change(shop.ids[0], "13")
    assert shop.findings(tmp_path) == []
    shop.back(1)
    shop.change(shop.ids[1], "8 件")
    assert shop.findings(tmp_path) == []
    shop.site.publish(shop.becomes("date"))
    assert shop.findings(tmp_path) == []
    with shop.site.database.write() as connection, writing(connection):
        connection.execute(text("UPDATE thing SET _a_date = (SELECT _a_date FROM thing WHERE 0 = 1), b = 'forged'"))
    assert {code for code, _ in shop.findings(tmp_path)} == {"AUDIT-020"}


def test_a_rule_sees_what_was_before_in_the_new_type_when_it_looks_after_the_switch(site):
    was = form("thing", field("a", "number", scale=1), field("b"), field("grown", "boolean"))
    rule = apps.rule("kept", "thing", {"changed": ["a"]}, {"set": {"grown": "a - old.a = 1"}})
    documents = apps.app(was, rule)
    site.publish(documents)
    shop = Shop(site, documents, ["12"])
    shop.jobs_done()
    shop.change(shop.ids[0], "13")
    documents["forms/thing.json"]["fields"][0]["scale"] = 2
    site.publish(documents)
    shop.jobs_done()
    assert shop.read(shop.ids[0]).fields["grown"] is True


def test_equal_values_are_refused_by_the_field_when_it_is_unique_and_its_type_has_changed(shop):
    shop.site.publish(shop.becomes("number", scale=2, unique=True))
    assert refused(shop.make, "12.00") == [("FORM-014", "fields.a")]


def test_a_field_of_lines_keeps_its_type(site):
    rows = field("rows", "lines", fields=[field("c")])
    documents = apps.app(form("thing", rows))
    site.publish(documents)
    rows["fields"][0]["type"] = "number"
    assert refused(site.publish, documents) == [("STORE-032", "shop.thing.rows.c")]


def test_a_field_that_had_gone_comes_back_with_another_type(shop):
    fields = shop.documents["forms/thing.json"]["fields"]
    gone = fields.pop(0)
    shop.site.publish(shop.documents)
    fields.insert(0, {**gone, "type": "number", "scale": 2})
    assert shop.site.publish(shop.documents) == 3
    assert shop.values() == READ


def test_old_and_new_are_seen_alike_by_whoever_opened_the_database_before(shop):
    other = shop.site.assembled()
    assert other.records.read(shop.me, "shop", "thing", shop.ids[0]).fields["a"] == "12"
    shop.site.publish(shop.becomes("number", scale=2))
    assert other.records.read(shop.me, "shop", "thing", shop.ids[0]).fields["a"] == "12.00"
    assert shop.site.query("SELECT min(a) FROM v_thing") == [(7.5,)]


def test_names_of_columns_are_found_when_an_app_was_published_before_they_were_kept(shop):
    with shop.site.database.write() as connection:
        names = json.loads(settings.read(connection, "tables.shop"))
        only_tables = {key: name for key, name in names.items() if ":" not in key}
        settings.write(connection, "tables.shop", json.dumps(only_tables))
    assert shop.site.publish(shop.becomes("number", scale=2)) == 2
    assert shop.values() == READ
    assert shop.back(1) == 3
    assert shop.values() == WRITTEN_THERE


def test_the_command_shows_what_waits_and_what_did_not_convert(shop):
    shop.site.publish(shop.becomes("number", scale=2))
    shown = CliRunner().invoke(show_conversions, ["shop"], obj=lambda: shop.site.services)
    assert shop.ids[3] in shown.output
    assert "约12" in shown.output
    shown = CliRunner().invoke(show_conversions, ["shop", "--json"], obj=lambda: shop.site.services)
    (item,) = json.loads(shown.output)["unconverted"]
    assert (item["record"], item["value"], item["why"]["code"]) == (shop.ids[3], "约12", "FORM-003")
    withdraw(shop.site.services.execution, "shop", Actor(None))
    for key in ("nothing", "shop"):
        shown = CliRunner().invoke(show_conversions, [key], obj=lambda: shop.site.services)
        assert "RUN-015" in str(shown.exception)


@pytest.mark.usefixtures("small")
def test_nothing_is_published_any_more_when_the_app_is_taken_out_of_use_meanwhile(shop):
    execution = shop.site.services.execution
    publishing.publish(execution, shop.becomes("number", scale=2), Actor(None), wait=False)
    withdraw(execution, "shop", Actor(None))
    assert Converting(execution).do() == 0
    assert shop.site.publish(shop.documents) == 1
    assert shop.values() == WRITTEN_THERE


def test_no_write_is_lost_or_forgotten_when_people_write_while_records_are_converted(site, monkeypatch):
    monkeypatch.setattr(preparing, "AT_ONCE", 3)
    monkeypatch.setattr(filling.fill, "__defaults__", (1,))
    documents = apps.app(form("thing", field("a"), field("b")))
    site.publish(documents)
    shop = Shop(site, documents, [str(number) for number in range(80)])
    last, over = dict(zip(shop.ids, range(80), strict=True)), threading.Event()

    def write(seed):
        chance, done = random.Random(seed), 0  # noqa: S311 - repeatable on purpose
        # So few that converting catches up within its passes, however the threads are dealt their time.
        while not over.is_set() and done < 30:
            id, value = chance.choice(shop.ids[seed::2]), chance.randrange(1000)
            shop.change(id, str(value))
            last[id] = value
            done += 1
        return done

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write, seed) for seed in range(2)]
        try:
            assert shop.site.publish(shop.becomes("number", scale=0)) == 2
        finally:
            over.set()
        assert sum(writer.result(timeout=60) for writer in writers) > 0
    assert shop.values() == [str(last[id]) for id in shop.ids]
    assert shop.listed() == []


def test_sums_orders_and_searches_go_by_the_new_type_when_records_are_related(site):
    whole = form("whole", field("name"), relations=[apps.element("parts", form="thing", reference="whole")])
    part = form("thing", field("a"), field("whole", "reference", form="whole"))
    documents = apps.app(whole, part)
    site.publish(documents)
    shop = Shop(site, documents, [])
    records, me = site.services.records, shop.me
    owner = records.create(me, "shop", "whole", {"name": "w"})
    for value in ("9", "10", "2.5"):
        records.create(me, "shop", "thing", {"a": value, "whole": owner.id})
    part["fields"][0] |= {"type": "number", "scale": 1}
    site.publish(documents)
    assert [row.id for row in records.list(me, "shop", "whole", filter="sum(parts.a) = 21.5").items] == [owner.id]
    ordered = records.list(me, "shop", "thing", sort="-a").items
    assert [row.fields["a"] for row in ordered] == ["10.0", "9.0", "2.5"]


def test_values_that_did_not_convert_are_listed_as_people_wrote_them(site):
    documents = apps.app(form("thing", field("a", "number", scale=2), field("b", "date")))
    site.publish(documents)
    shop = Shop(site, documents, [])
    site.services.records.create(shop.me, "shop", "thing", {"a": "7.5", "b": "2026-01-31"})
    for number, item in enumerate(documents["forms/thing.json"]["fields"]):
        kept = {key: item[key] for key in ("uid", "key", "labels")}
        documents["forms/thing.json"]["fields"][number] = {**kept, "type": "email"}
    site.publish(documents)
    assert [value for _, value in shop.listed()] == ["7.50", "2026-01-31"]


def test_a_field_does_not_become_unique_when_it_holds_a_text_that_no_index_takes(site):
    documents = apps.app(form("thing", field("a", "long_text"), field("b")))
    site.publish(documents)
    shop = Shop(site, documents, ["".join(map(chr, range(0x4E00, 0x6000)))])
    documents["forms/thing.json"]["fields"][0].update(type="text", unique=True)
    assert refused(site.publish, documents) == [("STORE-064", "shop.thing.a")]
    shop.change(shop.ids[0], "short")
    assert site.publish(documents) == 2
