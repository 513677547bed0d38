"""Work goes to whoever of a role has the least to do, and what is urgent stands first in the inbox."""

from __future__ import annotations

import pytest

from engine.decision.facts import LoadsQuery
from engine.kernel.clocks import DAY_MS
from engine.runtime.activating import set_active
from engine.storage.facts import answer
from tests.integration.jobs.shops import START, open_shop
from tests.support.apps import rule

TO_STAFF = [{"least_loaded": "staff"}]
LOOK = {"zh": "看{{name}}", "en": "Look at {{name}}"}


def asking(**more):
    return {"open_task": {"key": "look", "to": TO_STAFF, "title": LOOK, **more}}


@pytest.fixture
def me(site):
    me = open_shop(site, rule("ask", "thing", {"created": True}, asking()))
    site.person("bob", ("shop", "staff"))
    site.person("eve", ("shop", "staff"))
    return me


def make(site, me, *names, **fields):
    made = []
    for name in names:
        made.append(site.services.records.create(me, "shop", "thing", {"name": name, **fields}))
        site.business.moment += 1
        site.jobs().run_until_quiet()
    return made


def asked(site):
    rows = dict(site.query("SELECT assignee, count(*) FROM youju_task GROUP BY assignee"))
    return {name: rows.get(id, 0) for name, id in site.people.items()}


def loads(site):
    return {name: len(site.services.inbox.open_tasks(site.viewer(name))) for name in sorted(site.people)}


def test_each_gets_as_much_when_tasks_come_one_after_another(site, me):
    make(site, me, *"abcdef")
    assert loads(site) == {"bob": 2, "eve": 2, "me": 2}


def test_who_has_done_the_most_is_asked_next(site, me):
    make(site, me, *"abcdef")
    for task in site.services.inbox.open_tasks(site.viewer("eve")):
        site.services.inbox.act(site.viewer("eve"), task.id, "done", {})
    make(site, me, "g", "h")
    assert loads(site) == {"bob": 2, "eve": 2, "me": 2}


def test_of_those_with_as_much_it_is_whoever_got_something_the_longest_ago(site, me):
    make(site, me, *"abc")
    for name in ("me", "bob", "eve"):
        for task in site.services.inbox.open_tasks(site.viewer(name)):
            site.services.inbox.act(site.viewer(name), task.id, "done", {})
    make(site, me, "d")
    assert loads(site) == {"bob": 1, "eve": 0, "me": 0}


def test_who_is_not_active_and_who_has_another_role_gets_nothing(site, me):
    site.person("root")
    set_active(site.services.execution, "bob", active=False)
    make(site, me, *"abcd")
    assert {name: load for name, load in asked(site).items() if load} == {"eve": 2, "me": 2}


def test_nobody_is_found_where_nobody_holds_the_role(site, me):
    query = LoadsQuery("shop", "nobody")
    with site.database.read() as connection:
        assert answer(connection, [query], {}) == {query: ()}


def test_tasks_of_one_decision_are_spread(site):
    many = [{"open_task": {"key": f"look_{n}", "to": TO_STAFF, "title": LOOK}} for n in range(7)]
    me = open_shop(site, {**rule("ask", "thing", {"created": True}, asking()), "then": many})
    site.person("bob", ("shop", "staff"))
    site.person("eve", ("shop", "staff"))
    make(site, me, "a")
    assert sorted(loads(site).values()) == [2, 2, 3]


def test_who_is_away_is_passed_over_while_somebody_is_there(site, me):
    now = site.business.moment
    for name in ("bob", "eve"):
        site.services.absences.add(site.viewer(name), now, now + DAY_MS, None)
    make(site, me, *"abc")
    assert loads(site) == {"bob": 0, "eve": 0, "me": 3}
    site.services.absences.add(site.viewer("me"), now, now + DAY_MS, None)
    make(site, me, *"de")
    assert loads(site) == {"bob": 1, "eve": 1, "me": 3}


@pytest.mark.parametrize("priority", ["urgent", "high", "normal", "low"])
def test_a_task_keeps_how_pressing_it_is(site, priority):
    me = open_shop(site, rule("ask", "thing", {"created": True}, asking(priority=priority)))
    make(site, me, "a")
    (task,) = site.services.inbox.open_tasks(site.viewer("me"))
    assert task.priority == priority


def test_the_urgent_stand_first_then_what_is_due_then_by_importance_and_age(site):
    rules = [
        rule(f"r{n}", "thing", {"created": True}, asking(priority=one, **more), when=f'name = "{name}"')
        for n, (name, one, more) in enumerate(
            [
                ("low", "low", {}),
                ("urgent", "urgent", {}),
                ("old", "normal", {}),
                ("new", "normal", {}),
                ("high", "high", {}),
                ("soon", "low", {"due": "add_days(today(), 1)"}),
                ("later", "urgent", {"due": "add_days(today(), 30)"}),
            ]
        )
    ]
    me = open_shop(site, *rules, at=START)
    make(site, me, "low", "urgent", "old", "new", "high", "soon", "later")
    titles = [task.title.zh for task in site.services.inbox.open_tasks(site.viewer("me"))]
    assert titles == ["看later", "看urgent", "看soon", "看high", "看new", "看old", "看low"]
