"""A publication that is killed at any step leaves the old state or the new one, and can be made again."""

from __future__ import annotations

import json
import os
import shutil
import signal
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.decision.changeset import Actor
from engine.forms.field_types import BUILT_IN
from engine.jobs.converting import Converting
from engine.kernel.clocks import Clocks
from engine.runtime import preparing
from engine.runtime.publishing import publish
from engine.runtime.services import assemble
from engine.storage.database import open_database
from engine.storage.migrations import migrate
from tests.support import apps
from tests.support.kill_grounds import PostgresGround, SqliteGround
from tests.support.kill_points import Points, watch
from tests.support.library import NOON
from tests.support.schemas import schema_of
from tests.support.sites import Site

STATES = [apps.state("begun"), apps.state("ended", "won")]


def begun():
    """Return an app of one form whose records have lines."""
    parts = apps.field("parts", "lines", fields=[apps.field("weight", "number", scale=1, digits=9)])
    name, size = apps.field("name", unique=True), apps.field("size", "number", scale=2, digits=9)
    return apps.app(apps.form("hen", name, size, apps.field("gone"), parts, apps.field("eggs")))


def changed(old):
    """Return it with everything changed that a publication changes in tables."""
    new = json.loads(json.dumps(old))
    fields = new["forms/hen.json"]["fields"]
    name, size, parts = fields[0], fields[1], fields[3]
    del name["unique"]
    size["digits"] = 15
    parts["fields"].append(apps.field("egg", "reference", form="egg"))
    eggs = {**fields[4], "type": "number", "scale": 0}
    new["forms/hen.json"]["fields"] = [name, size, apps.field("code", unique=True), parts, eggs]
    new["forms/egg.json"] = apps.form("egg", apps.field("hen", "reference", form="hen"))
    new["workflows/egg.json"] = apps.workflow("egg", STATES, [apps.transition("end", ["begun"], "ended")])
    return new


OLD = begun()
NEW = changed(OLD)


def execution(database):
    clocks = Clocks(lambda: NOON, lambda: NOON)
    return assemble(database, clocks, os.urandom, BUILT_IN).execution


def furnish(url):
    """Publish the old design and make a record."""
    database = open_database(url)
    migrate(database)
    site = Site(database)
    site.publish(OLD)
    me = site.person("me", ("shop", "staff"))
    for name, eggs in (("Ada", "7"), ("Bea", "many"), ("Cid", None)):
        fields = {"name": name, "size": "1.25", "parts": [{"weight": "0.5"}], "eggs": eggs}
        site.services.records.create(me, "shop", "hen", fields)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request, tmp_path):
    """Copies of a furnished base: a function that gives a folder's database, and one that waits for the dead."""
    if request.param == "sqlite":
        (tmp_path / "base").mkdir()
        furnish(f"sqlite:///{tmp_path / 'base' / 'youju.sqlite3'}")
        yield SqliteGround(), tmp_path / "base"
        return
    server = request.getfixturevalue("postgres_server")
    furnish(server.create("killed"))
    (tmp_path / "base").mkdir()
    yield PostgresGround(server, "killed"), tmp_path / "base"
    server.drop("killed")


def told(url):
    """Return what the database says: the app's revision, its tables, and what is in them."""
    database = open_database(url)
    with database.read() as connection:
        revision = connection.execute(text("SELECT current_revision FROM youju_app WHERE key = 'shop'")).scalar_one()
        published = connection.execute(text("SELECT count(*) FROM youju_revision")).scalar_one()
        journalled = connection.execute(text("SELECT count(*) FROM youju_journal WHERE subject = 'app'")).scalar_one()
        rows = connection.execute(text("SELECT name, size, eggs FROM v_hen ORDER BY name")).all()
        seen = [(row[0], float(row[1]), None if row[2] is None else str(row[2])) for row in rows]
        schema = schema_of(connection)
    database.close()
    return (revision, published, journalled, seen), schema


def published(url, folder, fatal, at_once=preparing.AT_ONCE):
    """Publish in a process of its own that is killed at a point; return the points it passed where it lived."""
    child = os.fork()
    if not child:
        with Path(os.devnull).open("w") as silence:  # what dies there says nothing
            os.dup2(silence.fileno(), 2)
        preparing.AT_ONCE = at_once
        points = Points(fatal, lambda _effect: None)
        opened = open_database(url)
        watch(points, folder)
        publish(execution(opened), NEW, Actor(None))
        (folder / "points").write_text(str(len(points.passed)))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFEXITED(status) or os.WTERMSIG(status) == signal.SIGKILL
    return os.WIFEXITED(status)


def test_the_state_is_the_old_or_the_new_one_when_a_publication_is_killed_anywhere(ground, tmp_path):
    copies, base = ground
    old = new = None
    seen = []
    for fatal in count(0):
        folder = tmp_path / f"life{fatal}"
        shutil.copytree(base, folder / "home")
        url = copies.copy(folder)
        old = old or told(url)
        lived = published(url, folder, fatal)
        copies.left(url)
        found = told(url)
        if fatal == 0:
            assert lived
            new = found
            assert new != old
        else:
            assert found in (old, new), fatal
            seen.append(found == new)
            if fatal % 8 == 1 or lived:
                assert again(url) == new
        copies.drop(url)
        shutil.rmtree(folder)
        if fatal and lived:
            break
    assert seen == sorted(seen)
    assert len(seen) > 30


def again(url):
    """Publish once more, as whoever was cut short does; return what the database says then."""
    opened = open_database(url)
    publish(execution(opened), NEW, Actor(None))
    opened.close()
    return told(url)


def test_the_jobs_go_on_with_a_publication_that_waits_when_whoever_published_is_killed_anywhere(ground, tmp_path):
    copies, base = ground
    ends = []
    for fatal in count(0, STEPS[type(copies)]):
        folder = tmp_path / f"life{fatal}"
        shutil.copytree(base, folder / "home")
        url = copies.copy(folder)
        old, _ = told(url)
        lived = published(url, folder, fatal, at_once=0)
        copies.left(url)
        found, _ = told(url)
        resumed(url)
        ends.append((found, told(url)))
        copies.drop(url)
        shutil.rmtree(folder)
        if fatal and lived:
            break
    (new, _), *_ = ends
    assert new != old
    assert {found == old for found, _ in ends if found != new} == {True}
    assert sum(found == old and end[0] == new for found, end in ends) >= 4, "what waited was not published"
    assert all(end[0] in (old, new) for _, end in ends)
    assert all(end == ends[0][1] for _, end in ends if end[0] == new)


STEPS = {SqliteGround: 2, PostgresGround: 8}
"""Of how many points of a publication that waits one is killed at: it has as many again for each chunk."""


def resumed(url):
    """Let a jobs process go on with whatever waits."""
    opened = open_database(url)
    jobs = Converting(execution(opened))
    while jobs.do():
        pass
    opened.close()
