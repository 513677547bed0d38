"""What ``youju bench records`` compares is the same on both sides; how long anything takes is no matter here."""

from __future__ import annotations

import json

import pytest

from engine.bench.records import by_hand, submitting
from engine.bench.records.documents import APP, DEAL, FIELDS, RULES
from engine.bench.records.ground import ground
from engine.bench.records.lines import COMMON, deciding, listing, opening
from engine.bench.records.minimal_server import minimal
from engine.bench.records.submitting import submit_lines

ROWS = 600


@pytest.fixture
def made(database):
    with ground(database.engine.url.render_as_string(hide_password=False), ROWS) as found:
        yield found


def test_a_deal_has_twelve_fields_and_ten_rules_when_it_is_submitted(made):
    view = made.instance.records.create(made.viewer, APP, DEAL, made.fields(1))
    with made.instance.database.read() as connection:
        app = made.instance.services.execution.catalogs.current(connection).catalog.apps[APP]
    assert len(made.fields(1)) == FIELDS
    assert len(app.rules) == RULES
    assert view.fields["worth"] == "2003.00"


def test_the_list_of_the_benchmark_is_the_one_written_by_hand(made):
    line = listing(made, "list", COMMON, 1)
    shown = made.instance.records.list(made.viewer, APP, DEAL, filter='kind = "a" and amount > 15000', limit=50)
    statements, _, decided = [*opening(made), *deciding(made)]
    assert len(shown.items) == by_hand.PAGE
    assert shown.items[0].fields["region"] != "north"
    assert line.name.startswith(f"records {made.dialect} list")
    assert 0 < statements.value <= 12
    assert statements.holds
    assert "decide()" in decided.name


def test_no_time_is_told_when_the_lists_differ(made, monkeypatch):
    monkeypatch.setattr(by_hand, "page", lambda *_: "SELECT id FROM deal WHERE kind = 'b' LIMIT 51")
    with pytest.raises(ValueError, match="differ"):
        listing(made, "list", COMMON, 1)


def test_both_servers_take_what_is_submitted(made, monkeypatch, tmp_path):
    monkeypatch.setattr(submitting, "EACH", 2)
    monkeypatch.setattr(submitting, "PROGRAMS", 2)
    with made.instance.database.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM deal").scalar_one()
    [line] = submit_lines(made, f"sqlite:///{tmp_path / 'beside.db'}", 1)
    with made.instance.database.read() as connection:
        after = connection.exec_driver_sql("SELECT count(*) FROM deal").scalar_one()
    assert after - before == 2 * 2 * 2
    assert line.unit == "/s"
    assert line.ratio > 0


def test_the_least_program_refuses_what_its_schema_does_not_know(tmp_path):
    client = minimal(f"sqlite:///{tmp_path / 'beside.db'}").test_client()
    answer = client.post("/deal", data=json.dumps({"name": "x", "more": 1}), content_type="application/json")
    assert answer.status_code == 422
    assert len(answer.get_json()) >= 2
