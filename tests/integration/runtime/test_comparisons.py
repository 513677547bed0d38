"""Figures beside those of earlier times, of targets that are records, and of benchmarks that are somebody else's."""

from __future__ import annotations

from datetime import date

import pytest

from engine.boards.periods import earlier
from tests.support import apps
from tests.support.apps import element, labels
from tests.support.sites import Site

SALE = apps.form("sale", apps.field("day", "date"), apps.field("amount", "money"), apps.field("region"))
GOAL = apps.form("goal", apps.field("month", "date"), apps.field("amount", "money"), apps.field("region"))
RATE = apps.parameter("peers.amount", "number", default="250", scale=0)
STUDY = labels("A study")
GOAL_OF = {"function": "figure", "metric": "goals", "measure": "amount"}


def metric(key, form, **more):
    return {"format": 1, "kind": "metric", **element(key), "form": form, **more}


def by(*more):
    return [element("region", by="region"), element("month", by="day", bucket="month"), *more]


def taken(key, metric, **more):
    return element(
        key, function="figure", metric=metric, measure="amount", by={"region": "region", "month": "month"}, **more
    )


def amount():
    return element("amount", function="sum", of="amount")


ALL = metric("all_sales", "sale", dimensions=by(), measures=[amount()], limit=1)
GOALS = metric(
    "goals",
    "goal",
    dimensions=[element("region", by="region"), element("month", by="month", bucket="month")],
    measures=[amount()],
)
YEAR = metric(
    "year",
    "sale",
    where="day >= 2026-01-01",
    dimensions=by(),
    measures=[
        amount(),
        taken("before", "all_sales", back=1),
        taken("last_year", "all_sales", back=12),
        taken("goal", "goals"),
        element("growth", function="formula", of="(amount - before) / before * 100"),
        element("reached", function="formula", of="amount / goal * 100"),
        element("peers", function="benchmark", of="param.peers.amount", source=STUDY, scale=0),
        element("ahead", function="formula", of="amount - peers", scale=0),
    ],
    order=["month", "region"],
)
BOARD = {"format": 1, "kind": "board", **element("plan"), "widgets": [element("year", kind="table", metric="year")]}
SALES = (
    ("2025-03-31", "80"),
    ("2026-01-01", "100"),
    ("2026-02-28", "50"),
    ("2026-02-01", "100"),
    ("2026-03-15", "300"),
)


def documents(**changed):
    found = apps.app(SALE, GOAL, parameters=[RATE])
    found |= {f"metrics/{one['key']}.json": one for one in (ALL, GOALS, YEAR)} | {"boards/plan.json": BOARD}
    return found | changed


@pytest.fixture
def site(database):
    found = Site(database)
    found.publish(documents())
    staff = found.person("staff", ("shop", "staff"))
    for day, worth in SALES:
        found.services.records.create(staff, "shop", "sale", {"day": day, "amount": worth, "region": "east"})
    goals = {"month": "2026-03-09", "amount": "400", "region": "east"}
    found.services.records.create(staff, "shop", "goal", goals)
    return found


def shown(site):
    return next(iter(site.services.boards.show(site.viewer("staff"), "shop", "plan").widgets))


def test_months_stand_beside_those_before_and_their_goal(site):
    keys = ("month", "amount", "before", "last_year", "goal", "growth", "reached")
    assert [tuple(row.values[key] for key in keys) for row in shown(site).rows] == [
        ("2026-01-01", "100.00", None, None, None, None, None),
        ("2026-02-01", "150.00", "100.00", None, None, "50.0", None),
        ("2026-03-01", "300.00", "150.00", "80.00", "400.00", "100.0", "75.0"),
    ]


def test_earlier_figures_equal_sql_that_is_written_by_hand(site):
    written = (
        "SELECT substr(CAST(a.day AS TEXT), 1, 7), sum(a.amount), "
        "(SELECT sum(b.amount) FROM v_sale b WHERE substr(CAST(b.day AS TEXT), 1, 7) = '2026-02') "
        "FROM v_sale a WHERE substr(CAST(a.day AS TEXT), 1, 7) = '2026-03' GROUP BY 1"
    )
    ((month, now, before),) = site.query(written)
    row = shown(site).rows[-1].values
    assert (row["month"][:7], float(row["amount"]), float(row["before"])) == (month, float(now), float(before))


def test_benchmark_is_never_shown_without_whose_it_is(site):
    column = next(one for one in shown(site).columns if one.key == "peers")
    assert (column.labels.zh, column.labels.en) == (
        "peers的中文(A study的中文)",
        "peers in English (A study in English)",
    )
    assert [row.values["peers"] for row in shown(site).rows] == ["250", "250", "250"]
    assert shown(site).rows[-1].values["ahead"] == "50"


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        (
            element("x", **GOAL_OF, by={"region": "region"}, back=1),
            "BOARD-016",
        ),
        (element("x", **GOAL_OF, by={"month": "week"}), "BOARD-013"),
        (element("x", **GOAL_OF, by={"month": "region"}), "BOARD-013"),
        (element("x", function="benchmark", of="amount", source=STUDY), "LANG-020"),
        (element("x", function="benchmark", of="1"), "APP-005"),
    ],
)
def test_what_cannot_be_compared_is_refused(measure, code):
    dimensions = [element("region", by="region"), element("week", by="day", bucket="week")]
    wrong = metric("year", "sale", dimensions=dimensions, measures=[amount(), measure])
    found = apps.problems_of(documents(**{"metrics/year.json": wrong}))
    assert code in {problem.code for problem in found}


@pytest.mark.parametrize(
    ("bucket", "first", "back", "expected"),
    [
        ("month", "2026-01-01", 1, "2025-12-01"),
        ("month", "2026-03-01", 12, "2025-03-01"),
        ("month", "2026-12-01", 11, "2026-01-01"),
        ("month", "0001-01-01", 1, None),
        ("week", "2026-01-05", 1, "2025-12-29"),
        ("day", "2026-03-01", 1, "2026-02-28"),
        ("day", "0001-01-01", 1, None),
    ],
)
def test_bucket_before_is_that_of_the_calendar(bucket, first, back, expected):
    day = (date.fromisoformat(first) - date(1970, 1, 1)).days
    found = earlier(bucket, day, back)
    assert found == (None if expected is None else (date.fromisoformat(expected) - date(1970, 1, 1)).days)
