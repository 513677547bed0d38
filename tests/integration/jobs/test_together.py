"""What a sweep decides side by side comes to the same as what it decides one after the other, whatever rules do."""

from __future__ import annotations

from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.jobs import sweeping
from engine.storage.database import open_database
from engine.storage.migrations import migrate
from tests.integration.jobs.shops import HOUR, HOURLY, START, moment, scheduled
from tests.support.apps import app, element, field, form, state, transition, workflow
from tests.support.sites import Site
from tests.support.statements import recorded

TEN = moment("2026-03-02T10:00")
BOX = form(
    "box",
    field("name"),
    field("total", "number"),
    relations=[element("things", form="thing", reference="box")],
)
THING = form(
    "thing",
    field("name"),
    field("n", "number"),
    field("code", unique=True),
    field("box", "reference", form="box"),
)
FLOW = workflow(
    "thing",
    [state("new", "draft"), state("open"), state("shut", "won")],
    [
        transition("open_it", ["new"], "open"),
        transition("shut", ["open"], "shut"),
    ],
)
LOG = form("log", field("text"), field("thing", "reference", form="thing"))
COUNT = {"set": {"n": "coalesce(n, 0) + 1"}}
TELL = {"zh": "看{{name}}", "en": "Look at {{name}}"}
ACTIONS = {
    "counts": COUNT,
    "numbers the record": {"set": {"n": "coalesce(box.total, 0) + coalesce(n, 0)"}},
    "numbers it in its box": {"set": {"n": "count(box.things where n is not empty)"}},
    "names what must be unique": {"set": {"code": "name"}},
    "adds to its box": {"update": {"record": "box", "fields": {"total": "coalesce(box.total, 0) + 1"}}},
    "counts those in its box": {"update": {"record": "box", "fields": {"total": "coalesce(box.total, 0) + 10"}}},
    "makes another": {"create": {"form": "log", "fields": {"text": "name", "thing": "id"}}},
    "makes one like it": {"create": {"form": "thing", "fields": {"name": "name", "box": "box"}}},
    "asks somebody": {"open_task": {"key": "look", "to": [{"owner": True}], "title": TELL}},
    "asks the least loaded": {"open_task": {"key": "take", "to": [{"least_loaded": "staff"}], "title": TELL}},
    "tells somebody": {"notify": {"to": [{"owner": True}], "text": TELL}},
    "shuts it": {"fire": {"transition": "shut"}},
}
CONDITIONS = ("true", "n is empty", 'name <> "b"', "coalesce(box.total, 0) < 3", "count(box.things) < 4")


@st.composite
def stories(draw):
    """Rules, and records with few names, boxes and numbers, so that they get into each other's way."""
    chosen = draw(st.lists(st.sampled_from(sorted(ACTIONS)), min_size=1, max_size=3, unique=True))
    rules = [
        scheduled(f"rule{at}", ACTIONS[name], HOURLY, when=draw(st.sampled_from(CONDITIONS)))
        for at, name in enumerate(chosen)
    ]
    thing = st.fixed_dictionaries(
        {"name": st.sampled_from("aabcd")},
        optional={"n": st.sampled_from("01"), "box": st.integers(0, 1)},
    )
    return rules, draw(st.lists(thing, min_size=2, max_size=8))


def played(database, rules, things, together):
    """Let the rules' slot come over these things in an empty database; return all that it came to."""
    migrate(database)
    site = Site(database)
    site.business.moment = site.real.moment = START
    site.publish(app(BOX, THING, FLOW, LOG, *rules))
    me = site.person("me", ("shop", "staff"))
    site.person("you", ("shop", "staff"))
    records = site.services.records
    boxes = [records.create(me, "shop", "box", {"name": str(number)}).id for number in range(2)]
    for fields in things:
        box = {"box": boxes[fields["box"]]} if "box" in fields else {}
        records.create(me, "shop", "thing", {**fields, **box}, transition="open_it")
    site.business.moment = site.real.moment = TEN
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeping, "TOGETHER", together)
        site.jobs().run_until_quiet()
    return {table: sorted(site.query(f"SELECT {columns} FROM {table}"), key=str) for table, columns in SEEN.items()}  # noqa: S608


SEEN = {
    "box": "id, version, total",
    "thing": "id, version, name, n, code, box, state, updated_at",
    "log": "id, version, text, thing",
    "youju_rule_run": "id, rule, record, fired, trace, at",
    "youju_task": "id, record, assignee, title_zh, closed_at",
    "youju_outbox": "id, kind, payload, done_at IS NULL",
    "youju_journal": "command, record, version, action, rule, revision",
    "youju_state_log": "record, origin, target, transition, at, dwell",
}
"""What can be compared of two runs: all but what is left to chance, and the pieces in which a sweep went."""


@settings(max_examples=40, deadline=None)
@given(stories())
def test_side_by_side_is_the_same_as_one_after_the_other(story):
    found = []
    for together in (1, 8):
        with TemporaryDirectory() as folder, closing(open_database(f"sqlite:///{Path(folder) / 'a.db'}")) as database:
            found.append(played(database, *story, together))
    assert found[0] == found[1]


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_side_by_side_is_the_same_on_postgresql(postgres_server, action):
    rules = [scheduled("rule", ACTIONS[action], HOURLY, when="count(box.things) < 4")]
    things = [{"name": name, "n": "1", "box": box} for name in "aab" for box in (0, 1)]
    found = []
    for together in (1, 8):
        with closing(open_database(postgres_server.create(f"together_{next(_numbers)}"))) as database:
            found.append(played(database, rules, things, together))
    assert found[0] == found[1]


_numbers = count()


def test_many_take_no_more_statements_than_few(database):
    site = Site(database)
    site.business.moment = site.real.moment = START
    site.publish(app(BOX, THING, FLOW, LOG, scheduled("rule", ACTIONS["counts"], HOURLY, when="n is empty")))
    me = site.person("me", ("shop", "staff"))
    asked = []
    for number, many in enumerate((2, 40)):
        for name in range(many):
            site.services.records.create(me, "shop", "thing", {"name": str(name)})
        site.business.moment = TEN + number * HOUR
        statements: list[str] = []
        with recorded(database, statements):
            site.jobs().run_until_quiet()
        asked.append(len(statements))
    assert site.query("SELECT count(*) FROM thing WHERE n = 1")[0][0] == 42
    assert asked[1] <= asked[0]
