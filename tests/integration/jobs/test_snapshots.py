"""Figures of metrics that are kept: once a period, over all records, for good, and for who may know them all."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.boards import periods
from engine.jobs.keeping import figured, keep
from engine.kernel.clocks import moment_read
from engine.kernel.problems import EngineError
from engine.storage.database import open_database
from engine.storage.migrations import migrate
from engine.storage.outbox import Message
from tests.support import apps
from tests.support.apps import element
from tests.support.moving import take, write
from tests.support.sites import Site

APP, FORM = "shop", "sale"
SALE = apps.form(FORM, apps.field("who"), apps.field("amount", "money"), apps.field("day", "date"))
GOAL = apps.form("goal", apps.field("amount", "money"))
ROLES = [
    apps.role("staff", apps.access(FORM), apps.access("goal")),
    apps.role("own", apps.access(FORM, rows="owner = me"), apps.access("goal")),
    apps.role("poor", apps.access(FORM, hidden_fields=["amount"]), apps.access("goal")),
    apps.role("aimless", apps.access(FORM), apps.access("goal", rows="owner = me")),
]
MONDAY = moment_read("2026-03-02T12:00:00+08:00")
HOUR = 3_600_000
DAY = 24 * HOUR


def metric(key, form=FORM, **more):
    return {"format": 1, "kind": "metric", **element(key), "form": form, **more}


def measures():
    return [
        element("n", function="count"),
        element("total", function="sum", of="amount"),
        element("mean", function="avg", of="amount", scale=2),
        element("each", function="formula", of="total / n", scale=2, format="money"),
    ]


def documents(**changed):
    goals = metric("goals", "goal", measures=[element("goal", function="sum", of="amount")])
    taken = element("goal", function="figure", metric="goals", measure="goal")
    made = (
        metric("total", snapshot="daily", measures=measures()),
        metric("people", snapshot="weekly", dimensions=[element("who", by="who")], measures=measures()),
        metric("ended", snapshot="monthly", measures=[element("n", function="count", where="day = today()")]),
        metric("aims", snapshot="daily", measures=[element("n", function="count"), taken]),
        goals,
    )
    widgets = [
        element("line", kind="line", metric="total", measures=["n", "each"], trend=True),
        element("now", kind="number", metric="total"),
        element("heat", kind="heat", metric="people", measures=["n"], trend=True),
        element("table", kind="table", metric="people", trend=True),
        element("aims", kind="line", metric="aims", measures=["goal"], trend=True),
    ]
    found = apps.app(SALE, GOAL, key=APP, roles=ROLES)
    found |= {f"metrics/{one['key']}.json": one for one in made}
    found["boards/board.json"] = {"format": 1, "kind": "board", **element("board"), "widgets": widgets}
    return found | changed


@pytest.fixture
def shop(database):
    site = Site(database)
    site.business.moment = site.real.moment = MONDAY
    site.publish(documents())
    for role in ("staff", "own", "poor", "aimless"):
        site.person(role, (APP, role))
    return site


def later(shop, milliseconds):
    shop.business.moment += milliseconds
    shop.real.moment += milliseconds
    shop.jobs().run_until_quiet()


def sell(shop, who="ann", amount="10.00", **more):
    fields = {"who": who, "amount": amount, **more}
    return shop.services.records.create(shop.viewer("staff"), APP, FORM, fields)


def kept(shop, metric="total", who="staff"):
    found = shop.services.snapshots.list(shop.viewer(who), APP, metric)
    return [(one.period, [dict(row) for row in one.rows]) for one in found]


def widget(shop, key, who="staff"):
    view = shop.services.boards.show(shop.viewer(who), APP, "board")
    return next((one for one in view.widgets if one.key == key), None)


def dead(shop):
    return shop.query("SELECT error FROM youju_outbox WHERE error IS NOT NULL")


def test_figures_are_kept_at_the_end_of_each_day_and_never_change(shop):
    first = sell(shop)
    assert kept(shop) == []
    later(shop, DAY)
    sell(shop, amount="20.00")
    later(shop, DAY)
    one = {"n": "1", "total": "10.00", "mean": "10.00", "each": "10.00"}
    two = {"n": "2", "total": "30.00", "mean": "15.00", "each": "15.00"}
    assert kept(shop) == [("2026-03-02", [one]), ("2026-03-03", [two])]
    records, staff = shop.services.records, shop.viewer("staff")
    records.update(staff, APP, FORM, first.id, {"amount": "99.00"}, first.version)
    records.delete(staff, APP, FORM, first.id, records.read(staff, APP, FORM, first.id).version)
    sell(shop, amount="7.00")
    later(shop, HOUR)
    assert kept(shop) == [("2026-03-02", [one]), ("2026-03-03", [two])]
    assert widget(shop, "now").rows[0].values["total"] == "27.00"
    assert dead(shop) == []


def test_weeks_and_months_are_kept_group_by_group_when_they_are_over(shop):
    sell(shop, "ann")
    sell(shop, "bob", "5.00")
    sell(shop, None, "1.00", day="2026-03-31")
    for _ in range(35):
        later(shop, DAY)
    weeks = kept(shop, "people")
    assert [period for period, _ in weeks] == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30"]
    assert {(row["who"], row["total"]) for row in weeks[0][1]} == {("ann", "10.00"), ("bob", "5.00"), (None, "1.00")}
    assert kept(shop, "ended") == [("2026-03-01", [{"n": "1"}])], "today is the last day of the month"


def test_latest_period_is_made_up_for_when_nothing_ran_and_says_when_it_was_taken(shop):
    sell(shop)
    later(shop, DAY)
    later(shop, 3 * DAY + HOUR)
    found = shop.services.snapshots.list(shop.viewer("staff"), APP, "total")
    assert [(one.period, one.taken_at) for one in found] == [
        ("2026-03-02", "2026-03-03T04:00:00Z"),
        ("2026-03-05", "2026-03-06T05:00:00Z"),
    ]
    rows = widget(shop, "line").rows
    assert [(row.values["_period"], row.values["n"]) for row in rows] == [
        ("2026-03-02", "1"),
        ("2026-03-03", None),
        ("2026-03-04", None),
        ("2026-03-05", "1"),
    ]


def handed_out(shop, id, slot):
    """Return a message that has the figures of a day kept, as one that was taken from the outbox."""
    payload = {"app": APP, "metric": "total", "slot": slot}
    return Message(id=id, kind="snapshot", payload=payload, command=id, due_at=slot, attempts=0, fence=0)


def kept_by(shop, message, *, is_killed=False):
    """Find the figures and keep them, as a delivery does; one that is killed does not come to the end."""
    execution = shop.services.execution
    found = figured(execution, message)
    with shop.database.write() as connection:
        keep(execution, connection, found)
        if is_killed:
            raise InterruptedError


def all_rows(shop):
    return shop.query("SELECT * FROM youju_metric_snapshot ORDER BY metric, period, number")


def test_period_stays_as_it_was_kept_when_it_is_to_be_kept_again(shop):
    sell(shop)
    later(shop, DAY)
    before = all_rows(shop)
    assert len(before) == 4
    sell(shop)
    for id in ("m1", "m2"):
        kept_by(shop, handed_out(shop, id, moment_read("2026-03-03T00:00:00+08:00")))
    assert all_rows(shop) == before


def test_period_is_kept_once_when_several_schedulers_keep_it_at_the_same_time(shop):
    sell(shop)
    slot = moment_read("2026-03-03T00:00:00+08:00")
    with ThreadPoolExecutor(6) as pool:
        for one in [pool.submit(kept_by, shop, handed_out(shop, f"m{number}", slot)) for number in range(12)]:
            one.result()
    assert [(row.period, row.number) for row in all_rows(shop)] == [(20514, 0), (20514, 1)]


def test_period_is_kept_by_the_next_try_when_one_ended_in_the_middle(shop):
    sell(shop)
    message = handed_out(shop, "m", moment_read("2026-03-03T00:00:00+08:00"))
    with pytest.raises(InterruptedError):
        kept_by(shop, message, is_killed=True)
    assert all_rows(shop) == []
    kept_by(shop, message)
    assert len(all_rows(shop)) == 2


def test_figures_go_with_their_app_into_an_archive_and_out_of_it(shop, tmp_path):
    sell(shop)
    later(shop, 8 * DAY)
    write(shop.services.execution, tmp_path / "shop.zip", APP)
    other = open_database(f"sqlite:///{tmp_path / 'other.db'}")
    try:
        migrate(other)
        there = Site(other)
        take(there.services.execution, tmp_path / "shop.zip")
        assert all_rows(there) == all_rows(shop)
        assert len(all_rows(there)) == 6
    finally:
        other.close()


def test_first_period_is_the_one_in_which_keeping_began(shop):
    other = copy.deepcopy(documents())
    other["metrics/late.json"] = metric("late", snapshot="monthly", measures=[element("n", function="count")])
    shop.publish(other)
    later(shop, HOUR)
    assert kept(shop, "late") == []
    later(shop, 30 * DAY)
    assert [period for period, _ in kept(shop, "late")] == ["2026-03-01"]


@pytest.mark.parametrize("who", ["own", "poor", "aimless"])
def test_figures_of_all_are_for_those_alone_who_may_know_them_all(shop, who):
    sell(shop)
    later(shop, 8 * DAY)
    if who == "own":
        assert widget(shop, "line", who) is None
        with pytest.raises(EngineError):
            kept(shop, "total", who)
    elif who == "poor":
        assert [column.key for column in widget(shop, "line", who).columns] == ["_period", "n"]
        assert kept(shop, "total", who)[0][1] == [{"n": "1"}]
    else:
        assert widget(shop, "aims", who) is None
        assert kept(shop, "aims", who)[0][1] == [{"n": "1"}]
        assert kept(shop, "aims")[0][1] == [{"n": "1", "goal": "0.00"}]


def test_old_periods_are_forgotten(shop, monkeypatch):
    monkeypatch.setattr("engine.jobs.keeping.KEPT", {**periods.KEPT, "daily": 3})
    for _ in range(6):
        later(shop, DAY)
    assert [period for period, _ in kept(shop)] == ["2026-03-05", "2026-03-06", "2026-03-07"]


def test_trend_by_groups_opens_what_counts_now(shop):
    sell(shop, "ann")
    later(shop, 8 * DAY)
    sell(shop, "ann")
    (row,) = widget(shop, "heat").rows
    assert (row.values["_period"], row.values["who"], row.values["n"]) == ("2026-03-02", "ann", "1")
    page = shop.services.records.list(shop.viewer("staff"), APP, FORM, filter=row.drill.filter)
    assert page.count.value == 2


@pytest.mark.parametrize(
    ("key", "change", "code"),
    [
        ("metrics/total.json", {"where": "owner = me"}, "BOARD-017"),
        ("metrics/total.json", {"snapshot": None}, "BOARD-018"),
    ],
)
def test_design_is_refused_when_what_is_kept_cannot_be(shop, key, change, code):
    wrong = copy.deepcopy(documents())
    wrong[key] = {name: value for name, value in {**wrong[key], **change}.items() if value is not None}
    with pytest.raises(EngineError) as refused:
        shop.publish(wrong)
    assert code in {problem.code for problem in refused.value.problems}
