"""Publishing on large tables of PostgreSQL: nobody waits for an index, and what never came to be leaves nothing."""

from __future__ import annotations

import copy
import os
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import inspect, text

from engine.decision.changeset import Actor
from engine.jobs.converting import Converting
from engine.runtime import preparing, publishing
from engine.runtime.publishing import publish
from engine.storage import ahead, settings
from engine.storage.database import open_database
from engine.storage.locks import lock_for_write
from engine.storage.migrations import migrate
from engine.storage.write_guard import writing
from tests.integration.runtime.conftest import refused
from tests.support import apps
from tests.support.apps import field, form
from tests.support.moving import write as write_archive
from tests.support.sites import Site

ROWS = 200_000
FILL = """
    INSERT INTO thing (id, version, created_at, updated_at, a, b, c)
    SELECT lpad(i::text, 36, '0'), 1, created_at, updated_at, 'a' || i, i::text, 'c' || (i % 7)
    FROM thing, generate_series(1, :rows) AS i
"""
SLOW = ("AccessExclusiveLock", "ExclusiveLock", "ShareRowExclusiveLock", "ShareLock")
"""What holds back whoever writes a table, the first of them whoever reads, too."""


@pytest.fixture
def shop(postgres_url):
    """An app of one form and another, and who writes in it."""
    database = open_database(postgres_url)
    migrate(database)
    site = Site(database)
    site.documents = apps.app(form("thing", field("a"), field("b"), field("c")), form("other", field("t")))
    site.publish(site.documents)
    site.me = site.person("me", ("shop", "staff"))
    yield site
    database.close()


@pytest.fixture
def large(shop):
    """The same with many records."""
    make(shop, a="a0", b="0")
    with shop.database.write() as connection, writing(connection):
        connection.execute(text(FILL), {"rows": ROWS})
    return shop


@pytest.fixture
def few(shop, monkeypatch):
    """The same with two records, which are many."""
    monkeypatch.setattr(ahead, "MANY", 1)
    make(shop, a="x", b="1")
    make(shop, a="x", b="2")
    return shop


def make(site, **fields):
    return site.services.records.create(site.me, "shop", "thing", fields)


def changed(site, change):
    documents = copy.deepcopy(site.documents)
    change(documents["forms/thing.json"]["fields"])
    return documents


def unique(key):
    return lambda fields: apps.item(fields, key).update(unique=True)


def more(*fields):
    return lambda there: there.extend(fields)


def told(site):
    """Return the columns and indices that the form's table has, and what is noted of any app."""
    with site.database.read() as connection:
        inspector = inspect(connection)
        columns = {column["name"]: str(column["type"]) for column in inspector.get_columns("thing")}
        indices = {index["name"] for index in inspector.get_indexes("thing")}
        keys = {key["name"] for key in inspector.get_foreign_keys("thing")}
        return columns, indices, keys, settings.starting(connection, "ahead/")


class Held:
    """How long the locks were held that make others wait: the longest time in seconds, by mode."""

    def __init__(self, database):
        self.database, self.longest, self._since, self._stop = database, {}, {}, threading.Event()

    @contextmanager
    def watched(self):
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()

    def _watch(self):
        query = text(
            "SELECT pid, mode FROM pg_locks WHERE granted AND relation = 'thing'::regclass AND mode = ANY(:modes)"
        )
        with self.database.alone() as connection:
            while not self._stop.is_set():
                now = time.monotonic()
                held = {(row.pid, row.mode) for row in connection.execute(query, {"modes": list(SLOW)})}
                for key in held:
                    begun = self._since.setdefault(key, now)
                    self.longest[key[1]] = max(self.longest.get(key[1], 0.0), now - begun)
                for key in self._since.keys() - held:
                    del self._since[key]
                time.sleep(0.002)


@contextmanager
def written(site):
    """Let somebody write and read all the while; give the longest that it took."""
    stop, took = threading.Event(), [0.0]
    mine = make(site, a=secrets.token_hex(8), b=secrets.token_hex(8))

    def write():
        version = mine.version
        while not stop.is_set():
            begun = time.monotonic()
            values = {"c": str(version)}
            version = site.services.records.update(site.me, "shop", "thing", mine.id, values, version).version
            site.services.records.read(site.me, "shop", "thing", mine.id)
            took[0] = max(took[0], time.monotonic() - begun)

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        try:
            yield took
        finally:
            stop.set()
            writer.result()


def building(site):
    """Return how long this machine takes now for an index of the table inside a transaction, which locks it."""
    begun = time.monotonic()
    with site.database.write() as connection:
        connection.execute(text("CREATE INDEX measured ON thing (c, a, id)"))
        connection.execute(text("DROP INDEX measured"))
    return time.monotonic() - begun


GROWN = {
    "a plain field": more(field("plain")),
    "a field that is unique": more(field("code", unique=True)),
    "a field that refers": more(field("leads", "reference", form="other")),
    "a field that becomes unique": unique("b"),
    "two fields and an index": lambda fields: (unique("a")(fields), more(field("x"), field("y"))(fields)),
}


def test_nobody_waits_for_an_index_when_a_large_table_changes(large):
    for what, change in GROWN.items():
        change(large.documents["forms/thing.json"]["fields"])
        least = building(large)
        held = Held(large.database)
        with held.watched(), written(large):
            large.publish(large.documents)
        assert max(held.longest.values(), default=0.0) < max(0.1, least / 2), (what, held.longest, least)
    columns, indices, keys, noted = told(large)
    assert {"plain", "code", "leads", "x", "y"} <= columns.keys()
    assert {"ux_thing_code", "ux_thing_b", "ux_thing_a", "ix_thing_leads_id"} <= indices
    assert (keys, noted) == ({"fk_thing_leads"}, {})
    assert large.query("SELECT count(*) FROM pg_constraint WHERE NOT convalidated") == [(0,)]
    assert large.query("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(0,)]


def test_whoever_reads_does_not_wait_for_records_to_be_converted_when_a_field_gets_another_type(large, monkeypatch):
    monkeypatch.setattr(preparing, "AT_ONCE", ROWS // 4)
    fields = large.documents["forms/thing.json"]["fields"]
    fields[1] = {**{key: fields[1][key] for key in ("uid", "key", "labels")}, "type": "number", "scale": 0}
    least, held = building(large), Held(large.database)
    with held.watched():
        publish(large.services.execution, large.documents, Actor(None), wait=False)
    assert held.longest.get("AccessExclusiveLock", 0.0) < max(0.1, least / 2)


def test_whoever_writes_does_not_queue_behind_a_publication_that_waits_for_somebody(shop):
    with ThreadPoolExecutor(1) as pool:
        with shop.database.write() as somebody:
            lock_for_write(somebody, ["shop"])
            waiting = pool.submit(shop.publish, changed(shop, more(field("d"))))
            time.sleep(0.3)
            begun = time.monotonic()
            make(shop, a="x", b="1")
            took = time.monotonic() - begun
        assert waiting.result() == 2
    assert took < 4, "a waiting publication gives way before a second has passed"


def test_nothing_is_left_when_a_field_that_is_to_be_unique_holds_a_value_twice(few):
    before = told(few)
    documents = changed(few, lambda fields: (more(field("code", unique=True))(fields), unique("a")(fields)))
    assert refused(few.publish, documents) == [("STORE-033", "shop.thing.a")]
    assert told(few) == before
    assert few.publish(changed(few, more(field("code", "number", scale=2, unique=True)))) == 2
    assert told(few)[0]["code"].startswith("NUMERIC")


def test_a_value_that_is_there_is_refused_in_words_when_its_field_is_just_becoming_unique(few, monkeypatch):
    inner, seen = publishing._publish, []

    def late(*given):
        seen.append(refused(make, few, a="z", b="1"))
        return inner(*given)

    monkeypatch.setattr(publishing, "_publish", late)
    few.publish(changed(few, unique("b")))
    assert seen == [[("STORE-011", "fields.b")]]


def died(site, documents):
    """Publish in a process of its own that dies when all is ready to be published."""
    child = os.fork()
    if not child:
        database = open_database(site.database.engine.url.render_as_string())
        publishing._publish = lambda *_: os._exit(0)
        publish(Site(database).services.execution, documents, Actor(None))
    os.waitpid(child, 0)


def test_the_jobs_take_back_what_was_made_when_whoever_published_has_died(few):
    before = told(few)
    died(few, changed(few, lambda fields: (more(field("code", unique=True))(fields), unique("b")(fields))))
    columns, indices, _, noted = told(few)
    assert ("code" in columns, "ux_thing_b" in indices, list(noted)) == (True, True, ["shop"])
    assert Converting(few.services.execution).do() == 0
    assert told(few) == before
    make(few, a="x", b="1")


def test_another_design_is_published_when_whoever_published_before_has_died(few):
    died(few, changed(few, more(field("code", unique=True))))
    assert few.publish(changed(few, more(field("code", "number", scale=2)))) == 2
    columns, indices, _, noted = told(few)
    assert (columns["code"].startswith("NUMERIC"), "ux_thing_code" in indices, noted) == (True, False, {})


def test_an_app_is_exported_when_something_is_made_for_its_next_revision(few, tmp_path):
    died(few, changed(few, more(field("code", unique=True))))
    assert write_archive(few.services.execution, tmp_path / "x.zip", "shop").records == 2


def test_two_that_publish_at_once_come_one_after_the_other(few, monkeypatch):
    inner, ready = publishing._publish, threading.Event()

    def slow(*given):
        ready.set()
        time.sleep(0.5)
        return inner(*given)

    monkeypatch.setattr(publishing, "_publish", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(few.publish, changed(few, more(field("code", unique=True))))
        ready.wait()
        # The key is the same, and the type is not: what the first one has made must not serve the other.
        other = pool.submit(refused, few.publish, changed(few, more(field("code", "number", scale=2, unique=True))))
        assert first.result() == 2
        assert other.result() == [("RUN-019", "forms/thing.json#/fields/3")]
    columns, indices, _, noted = told(few)
    assert (columns["code"].partition(" ")[0], "ux_thing_code" in indices, noted) == ("TEXT", True, {})
