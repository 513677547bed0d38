"""A rule that fires once only, in two transactions at the same time: its effect is there once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, TimeoutError

import pytest
from sqlalchemy import text

from engine.decision.changeset import Actor, Changeset, Firing
from engine.decision.commands import RunRules
from engine.jobs.isolating import attempted
from engine.kernel.problems import EngineError, Nature
from engine.storage.unit_of_work import apply
from tests.integration.jobs.shops import START, open_shop
from tests.support.apps import rule

TOLD = {"notify": {"to": [{"owner": True}], "text": {"zh": "x", "en": "x"}}}
WAIT = 20


class UndoneError(Exception):
    """What makes a transaction be undone."""


@pytest.fixture(params=["record", "day"])
def look(site, request):
    """Makes commands that let a rule, which tells once, look at one record."""
    me = open_shop(site, rule("r", "thing", {"changed": ["n"]}, TOLD, once=request.param))
    record = site.services.records.create(me, "shop", "thing", {"n": "1"}).id
    event = {"created": False, "deleted": False, "changed": ["n"], "left": None, "entered": None}

    def command(version):
        body = RunRules("shop", "thing", record, {**event, "version": version})
        return site.services.execution.command(Actor(None), body)

    return command


def effects(site):
    told = site.query("SELECT count(*) FROM youju_outbox WHERE kind = 'notify'")[0][0]
    return told, site.count("youju_rule_run"), site.count("youju_rule_once")


def as_a_delivery(site, command):
    """Carry out a command as the delivery of a message does, in a transaction of its own."""
    execution = site.services.execution
    with site.database.write() as connection:
        return attempted(execution, connection, execution.locked(connection), command)


def by_itself(site, command):
    site.services.execution.execute(command)
    return ()


@pytest.mark.parametrize("carry_out", [as_a_delivery, by_itself])
def test_the_second_waits_and_does_nothing_when_the_first_has_fired(site, look, carry_out):
    execution = site.services.execution
    with ThreadPoolExecutor(1) as pool:
        with site.database.write() as connection:
            execution.within(connection, look(2))
            other = pool.submit(carry_out, site, look(3))
            with pytest.raises(TimeoutError):
                other.result(0.5)
        assert other.result(WAIT) == ()
    assert effects(site) == (1, 1, 1)


def test_the_second_fires_when_the_first_is_undone(site, look):
    others = []

    def begin(pool):
        with site.database.write() as connection:
            site.services.execution.within(connection, look(2))
            others.append(pool.submit(as_a_delivery, site, look(3)))
            with pytest.raises(TimeoutError):
                others[0].result(0.5)
            raise UndoneError

    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(UndoneError):
            begin(pool)
        assert others[0].result(WAIT) == ()
    assert effects(site) == (1, 1, 1)


def test_many_fire_once_when_they_look_together(site, look):
    commands = [look(version) for version in range(8)]
    with ThreadPoolExecutor(4) as pool:
        assert [list(found) for found in pool.map(lambda one: as_a_delivery(site, one), commands)] == [[]] * 8
    assert effects(site) == (1, 1, 1)


def test_nothing_is_done_when_what_is_applied_has_been_done_for_the_same(site):
    firing = Firing("shop", "u", "r", "day:2026-03-02", START, START + 1)
    for number, wanted in enumerate((True, False)):
        changeset = Changeset(str(number), START, Actor(None), {}, firings=(firing,))
        with site.database.write() as connection:
            if wanted:
                apply(connection, changeset, {}, site.services.execution.randomness)
                continue
            with pytest.raises(EngineError, match="STORE-062") as raised:
                apply(connection, changeset, {}, site.services.execution.randomness)
            assert raised.value.nature is Nature.CONFLICT
    assert site.count("youju_rule_once") == 1


def test_what_is_over_is_found_by_an_index_when_it_is_forgotten(site):
    query = "SELECT 1 FROM youju_rule_once WHERE over_at < 5 ORDER BY over_at LIMIT 200"
    with site.database.write() as connection:
        if site.database.dialect == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN" if site.database.dialect == "postgresql" else "EXPLAIN QUERY PLAN"
        plan = connection.execute(text(f"{explain} {query}")).all()
    assert "ix_youju_rule_once_over_at" in str(plan)
