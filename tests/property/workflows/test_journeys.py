"""Figures over the log of states: of deals that go anywhere, as hand-written SQL and a plain program have them."""

from __future__ import annotations

import itertools
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.support.journeys import APP, DAY, FORM, STAGES, STATES, Walk, begun, funnel, percent
from tests.support.sites import Site

STEPS = some.tuples(some.sampled_from([*STATES, "delete"]), some.integers(0, 9 * DAY))
JOURNEYS = some.lists(some.tuples(some.sampled_from("xyz"), some.lists(STEPS, max_size=6)), min_size=1, max_size=5)

_BY_HAND = """
SELECT count(DISTINCT d.customer),
       count(DISTINCT CASE WHEN EXISTS (SELECT 1 FROM youju_state_log n WHERE n.app = 'crm' AND n.form = 'deal'
                                        AND n.record = d.id AND n.target IN ({later})) THEN d.customer END)
FROM v_deal d
WHERE d.run = :run AND EXISTS (SELECT 1 FROM youju_state_log l WHERE l.app = 'crm' AND l.form = 'deal'
                               AND l.record = d.id AND l.target = '{stage}')
"""


def walked(ground, run, customer, steps):
    """Make a deal and take it through these steps as far as they can be taken; return what a plain program notes."""
    deal, records = ground.deal(customer, run), ground.site.services.records
    walk = Walk(customer, [("lead", ground.site.business.moment)])
    for step, wait in steps:
        ground.later(wait)
        if step == "delete":
            records.delete(ground.rep, APP, FORM, deal.id, records.read(ground.rep, APP, FORM, deal.id).version)
            walk.deleted = True
            break
        if walk.came[-1][0] != step:
            ground.go(deal.id, step)
            walk.came.append((step, ground.site.business.moment))
    return walk


def by_hand(ground, run, stage):
    """Return the customers in a stage, and those that ever reached a later one."""
    later = STAGES[STAGES.index(stage) + 1 :]
    written = _BY_HAND.format(stage=stage, later=", ".join(f"'{key}'" for key in later) or "NULL")
    return tuple(ground.site.query(written, run=run)[0])


def test_conversion_is_that_of_sql_and_of_a_plain_program_whatever_way_deals_go(database):
    ground, runs = begun(Site(database)), itertools.count(1)

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(JOURNEYS)
    def holds(journeys):
        run = next(runs)
        walks = [walked(ground, run, customer, steps) for customer, steps in journeys]
        shown: dict[str, dict[str, str]] = {}
        for row in (*ground.rows("pace"), *ground.rows("funnel"), *ground.rows("alike")):
            if row["run"] == str(run):
                own = shown.get(row["stage"], row)
                assert all(row[key] == own[key] for key in row.keys() & own.keys())
                shown.setdefault(row["stage"], {}).update(row)
        expected = funnel(walks)
        assert {key: {name: row[name] for name in expected[key]} for key, row in shown.items()} == expected
        for stage, row in shown.items():
            there, gone = by_hand(ground, run, stage)
            assert row["there"] == str(there)
            assert stage == STAGES[-1] or row["conversion"] == percent(gone, there)
            assert row["conversion"] is None or Decimal(0) <= Decimal(row["conversion"]) <= Decimal(100)

    holds()
