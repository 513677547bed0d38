"""Conversion over the log of states: who ever got further, of those that were there; from nothing to all of them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support import journeys
from tests.support.journeys import APP, DAY, FORM, METRICS, begun
from tests.support.sites import Site
from tests.support.statements import recorded


@pytest.fixture
def ground(database):
    return begun(Site(database))


def stage(ground, key, name="funnel"):
    return next(row for row in ground.rows(name) if row["stage"] == key)


def events(ground, origin, target):
    """Return how often deals went from one state to another: what was counted before."""
    return ground.site.query(
        "SELECT count(*) FROM youju_state_log WHERE app = 'crm' AND origin = :origin AND target = :target",
        origin=origin,
        target=target,
    )[0][0]


@pytest.mark.covers("S1-58", "S1-61")
def test_conversion_stays_a_share_when_more_deals_fall_back_in_a_day_than_go_on(ground):
    """The replay: A takes customers on one day, B sends them back the next, with hardly a new one going on."""
    found = [ground.deal(f"customer {number}") for number in range(63)]
    for deal in found[:9]:
        ground.go(deal.id, "chance")
    ground.later(DAY)
    for deal in found[:9]:
        ground.go(deal.id, "lead")
    ground.go(found[9].id, "chance")
    day = ground.site.query(
        "SELECT sum(CASE WHEN origin = 'lead' AND target = 'chance' THEN 1 ELSE -1 END) FROM youju_state_log "
        "WHERE app = 'crm' AND origin IS NOT NULL AND at > :since",
        since=ground.site.business.moment - DAY,
    )[0][0]
    assert Decimal(day) * 100 / 63 == pytest.approx(Decimal("-12.7"), abs=Decimal("0.05")), "as it was counted before"
    row = stage(ground, "lead")
    assert (row["there"], row["conversion"], row["deals"]) == ("63", "15.9", "15.9")
    assert Decimal(row["conversion"]) == round(Decimal(1000) / 63, 1)


@pytest.mark.covers("S1-58", "S1-61")
def test_rollback_is_a_figure_beside_when_one_customer_goes_on_and_falls_back(ground):
    deal = ground.deal("X")
    ground.go(deal.id, "chance")
    ground.go(deal.id, "lead")
    lead, chance = stage(ground, "lead"), stage(ground, "chance")
    assert (lead["conversion"], chance["rollbacks"], lead["rollbacks"]) == ("100.0", "1", "0")
    assert (events(ground, "lead", "chance"), events(ground, "chance", "lead")) == (1, 1)
    ground.go(deal.id, "chance")
    assert stage(ground, "lead")["conversion"] == "100.0", "who goes on twice has gone on once"
    assert (stage(ground, "lead")["times"], stage(ground, "chance")["times"]) == ("2", "2")


@pytest.mark.covers("S1-61")
def test_customer_counts_once_when_it_has_several_deals(ground):
    for _ in range(3):
        ground.deal("X")
    ground.go(ground.deal("X").id, "chance")
    ground.deal("Y")
    row = stage(ground, "lead")
    assert (row["there"], row["conversion"], row["deals"]) == ("2", "50.0", "20.0")


def test_who_skips_a_stage_has_gone_on_and_was_never_in_it(ground):
    ground.go(ground.deal("X").id, "offer")
    assert [(row["stage"], row["there"], row["conversion"]) for row in ground.rows("funnel")] == [
        ("lead", "1", "100.0"),
        ("offer", "1", "0.0"),
    ]


def test_last_stage_and_nothing_are_blank_not_none_in_a_hundred(ground):
    assert ground.rows("funnel") == []
    ground.go(ground.deal("X").id, "won")
    assert stage(ground, "won")["conversion"] is None


def test_lost_is_no_stage_when_it_is_not_among_them(ground):
    ground.go(ground.deal("X").id, "lost")
    assert stage(ground, "lead")["conversion"] == "0.0"
    assert {row["stage"] for row in ground.rows("funnel")} == {"lead"}


def test_cohort_is_when_a_deal_came_to_the_first_stage(ground):
    ground.go(ground.deal("X").id, "chance")
    late = ground.deal("Y")
    ground.later(40 * DAY)
    ground.deal("Z")
    ground.go(late.id, "chance")
    assert [row["conversion"] for row in ground.rows("cohorts")] == ["100.0", "0.0"]


def test_days_to_the_next_stage_are_those_from_the_first_to_the_first(ground):
    deal = ground.deal("X")
    ground.later(int(2.5 * DAY))
    ground.go(deal.id, "chance")
    ground.later(DAY)
    ground.go(deal.id, "lead")
    ground.later(DAY)
    ground.go(deal.id, "chance")
    assert stage(ground, "lead", "pace")["days"] == stage(ground, "lead")["longest"] == "2.50"


def test_many_moved_by_mistake_and_back_have_not_been_there(ground):
    for customer in "XY":
        ground.deal(customer)
    ground.later(1)
    moves = ground.site.services.relocations
    done = moves.move(ground.boss, APP, FORM, {"lead": "won"}, "wrong")
    assert stage(ground, "lead")["conversion"] == "100.0"
    ground.later(1)
    moves.back(ground.boss, APP, done.id, "mistake")
    assert [(row["stage"], row["conversion"], row["times"]) for row in ground.rows("funnel")] == [("lead", "0.0", "2")]


def test_retired_state_is_a_stage_still(ground):
    ground.go(ground.deal("X").id, "chance")
    ground.site.publish(journeys.documents(retired=["chance"]))
    assert stage(ground, "lead")["conversion"] == "100.0"


def test_row_opens_what_stands_in_the_stage_now(ground):
    ground.go(ground.deal("X").id, "chance")
    ground.deal("Y")
    view = ground.site.services.boards.show(ground.rep, APP, "flow")
    lead = next(widget for widget in view.widgets if widget.key == "funnel").rows[0]
    page = ground.site.services.records.list(ground.rep, APP, FORM, filter=lead.drill.filter)
    assert [item.state for item in page.items] == ["lead"]


def test_one_sees_the_conversion_of_the_deals_that_one_may_read(ground):
    other = ground.site.person("other", (APP, "own"))
    ground.go(ground.deal("X").id, "chance")
    ground.site.services.records.create(other, APP, FORM, {"customer": "Y", "run": "0"})
    assert [row["conversion"] for row in ground.rows("funnel", other)] == ["0.0"]
    assert stage(ground, "lead")["conversion"] == "50.0"


def test_who_may_not_see_states_sees_no_stages(ground):
    blind = ground.site.person("blind", (APP, "blind"))
    ground.go(ground.deal("X").id, "chance")
    view = ground.site.services.boards.show(blind, APP, "flow")
    assert view.widgets == ()


def test_board_takes_a_statement_for_each_widget_and_few_besides(ground):
    ground.go(ground.deal("X").id, "chance")
    ground.rows("funnel")
    statements: list[str] = []
    with recorded(ground.site.database, statements):
        ground.rows("funnel")
    over_the_log = [one for one in statements if "counted" in one]
    assert len(over_the_log) == len(METRICS)
    besides = [one for one in statements if "counted" not in one and "youju_relocation" in one]
    assert len(besides) == sum(one["over"] == "stages" for one in METRICS), "whether moves were moved back"
    assert len(statements) <= len(METRICS) + len(besides) + 4


def test_stays_are_those_of_sql_when_some_go_on(ground):
    """Days, medians, percentiles and workdays against statements written by hand, over a national holiday."""
    ground.site.business.moment = 1_790_600_000_000  # 2026-09-28, three days before a week of holidays
    for number, waits in enumerate(((1, 3), (2.2, 9.4), (7, 1), (0.3, 12), (11, 2), (4, 4))):
        deal = ground.deal(f"c{number}")
        for state, wait in zip(("chance", "offer"), waits, strict=True):
            ground.later(int(wait * DAY))
            ground.go(deal.id, state)
    for key, where in (("ended", "l.dwell IS NOT NULL"), ("all", "TRUE"), ("going", "l.dwell IS NULL")):
        expected = by_hand(ground, where)
        shown = {row["state"]: {name: row[name] for name in next(iter(expected.values()))} for row in ground.rows(key)}
        assert shown == expected, key
    assert {row["state"] for row in ground.rows("going")} == {"offer"}
    assert sum(int(row["workdays"]) for row in ground.rows("ended")) > 0


_STAYS = """
WITH stay AS (
  SELECT l.origin AS state, l.at - l.dwell AS since, l.at AS until, l.dwell AS dwell
  FROM youju_state_log l JOIN v_deal d ON d.id = l.record WHERE l.app = 'crm' AND l.dwell IS NOT NULL
  UNION ALL
  SELECT l.target, l.at, :now, NULL
  FROM youju_state_log l JOIN v_deal d ON d.id = l.record WHERE l.app = 'crm'
  AND NOT EXISTS (SELECT 1 FROM youju_state_log m WHERE m.record = l.record AND m.at >= l.at AND m.id > l.id))
SELECT state, since, until FROM stay l WHERE {where} ORDER BY state
"""
HOLIDAYS = {20727 + number for number in range(7)} | {20721}  # 1 to 7 October 2026 and 25 September
MADE_UP = {20716, 20736}


def workdays(since, until):
    """Return the workdays after the day of one moment up to that of another, in China, counted one by one."""
    first, last = ((at + 8 * 3_600_000) // DAY for at in (since, until))
    days = range(first + 1, last + 1)
    return sum(day in MADE_UP or ((day + 3) % 7 < 5 and day not in HOLIDAYS) for day in days)


def by_hand(ground, where):
    found: dict[str, list[tuple[int, int]]] = {}
    for state, since, until in ground.site.query(_STAYS.format(where=where), now=ground.site.business.moment):
        found.setdefault(state, []).append((since, until))
    expected = {}
    for state, stays in found.items():
        lasted = [journeys.days(until - since) for since, until in stays]
        expected[state] = {
            "stays": str(len(stays)),
            "days": str(round(sum(lasted) / len(lasted) + Decimal("0.0000001"), 2)),
            "middle": journeys.percentile(lasted, 50),
            "p90": journeys.percentile(lasted, 90),
            "p25": journeys.percentile(lasted, 25),
            "workdays": str(sum(workdays(*stay) for stay in stays)),
        }
    return expected
