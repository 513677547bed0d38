"""An import that is killed goes on where it was: every row is taken once, and every bad one is given back with why."""

from __future__ import annotations

import io
from collections import Counter

import pytest

from engine.storage import imports
from tests.support.importing import BAD, EVERY, content, documents, lived
from tests.support.sites import Site

ROWS = 10_000
FATAL = (400, 851, 602)
"""At which statement of its life a process is killed: before, in and behind the writes of some chunk."""


@pytest.fixture
def site(database):
    site = Site(database)
    site.publish(documents())
    site.person("anna", ("crm", "sales"))
    return site


def test_an_import_that_is_killed_three_times_takes_every_row_once(site):
    anna, service = site.viewer("anna"), site.services.imports
    brought = service.bring(anna, "crm", "customer", io.BytesIO(content(ROWS)), "customers.csv")
    service.start(anna, "crm", "customer", brought.id, by_jobs=False)
    url = site.database.engine.url.render_as_string(hide_password=False)
    reached = [0]
    for fatal in FATAL:
        assert not lived(url, brought.id, fatal)
        now = service.look(anna, "crm", "customer", brought.id)
        assert reached[-1] < now.made + now.refused < ROWS, "it was killed on the way, and had gone on"
        assert now.made == site.count("customer"), "what is told is what there is"
        reached.append(now.made + now.refused)
    assert lived(url, brought.id, None)
    bad = ROWS // EVERY
    end = service.look(anna, "crm", "customer", brought.id)
    assert (end.state, end.made, end.refused, end.left) == ("done", ROWS - bad, bad, 0)
    _taken_once(site, ROWS, bad)
    assert site.count("youju_import_row") == bad, "what is taken is gone"
    with site.database.read() as connection:
        refused = list(imports.refused(connection, brought.id))
    assert [row.line for row in refused] == [number + 1 for number in range(EVERY, ROWS + 1, EVERY)]
    assert Counter(row.problems[0]["code"] for row in refused) == dict.fromkeys(BAD, bad // len(BAD))


def _taken_once(site, rows, bad):
    good = {f"C{number}" for number in range(1, rows + 1) if number % EVERY}
    codes = [row[0] for row in site.query("SELECT code FROM customer ORDER BY id")]
    assert len(codes) == rows - bad, "no row is taken twice"
    assert set(codes) == good, "none is lost"
    assert codes == sorted(codes, key=lambda code: int(code[1:])), "they stand in the order of the file"
    numbers = [row[0] for row in site.query("SELECT no FROM customer ORDER BY id")]
    assert numbers == [f"KH{number:06}" for number in range(1, rows - bad + 1)], "no number is lost"
    assert site.query("SELECT count(*) FROM youju_journal WHERE subject = 'customer'")[0][0] == rows - bad
