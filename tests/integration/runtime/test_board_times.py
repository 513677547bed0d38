"""Buckets of time on boards: the latest ones are shown, in order, without stretches that nobody told of."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from pypdf import PdfReader

from engine.runtime import boards_groups
from engine.runtime.boards_charts import pictures
from engine.runtime.boards_said import Saying
from tests.support import apps
from tests.support.apps import element
from tests.support.sites import Site

APP, FORM = "shop", "sale"
SALE = apps.form(FORM, apps.field("day", "date"), apps.field("who"), apps.field("amount", "number"))


def metric(key, **more):
    return {"format": 1, "kind": "metric", **element(key), "form": FORM, **more}


def by(bucket):
    return element(bucket, by="day", bucket=bucket)


def count():
    return element("n", function="count")


def total():
    return element("amount", function="sum", of="amount")


MEAN = element("mean", function="avg", of="amount")
EACH = element("each", function="formula", of="amount / n", scale=1, format="money")
BEFORE = element("before", function="figure", metric="all", measure="n", by={"month": "month"}, back=1)
METRICS = (
    metric("days", dimensions=[by("day")], measures=[count()], limit=5),
    metric("months", dimensions=[by("month")], measures=[count(), total(), MEAN, EACH], order=["-n"]),
    metric("people", dimensions=[element("who", by="who")], measures=[count(), total()], order=["-amount"], limit=2),
    metric("all", dimensions=[by("month")], measures=[count()]),
    metric("compared", dimensions=[by("month")], measures=[count(), BEFORE]),
)
SHAPES = (
    ("calendar", "calendar", "days", ["n"]),
    ("line", "line", "months", ["n", "amount", "mean", "each"]),
    ("leaders", "leaders", "people", ["n"]),
    ("table", "table", "days", ["n"]),
    ("compared", "table", "compared", ["n", "before"]),
)
BOARD = {
    "format": 1,
    "kind": "board",
    **element("board"),
    "widgets": [element(key, kind=kind, metric=of, measures=measures) for key, kind, of, measures in SHAPES],
}


@pytest.fixture
def shop(database):
    site = Site(database)
    design = apps.app(SALE, key=APP, roles=[apps.role("staff", apps.access(FORM))])
    design |= {f"metrics/{one['key']}.json": one for one in METRICS} | {"boards/board.json": BOARD}
    site.publish(design)
    site.person("ann", (APP, "staff"))
    return site


def sell(shop, day, amount=1, who="x"):
    fields = {"day": day, "amount": str(amount), "who": who}
    shop.services.records.create(shop.viewer("ann"), APP, FORM, {key: value for key, value in fields.items() if value})


def widget(shop, key):
    view = shop.services.boards.show(shop.viewer("ann"), APP, "board")
    return next(one for one in view.widgets if one.key == key)


@pytest.mark.parametrize("key", ["calendar", "table"])
def test_latest_days_are_shown_in_order_when_there_are_more_than_fit(shop, key):
    first = date(2026, 3, 1)
    for ahead in range(8):
        sell(shop, (first + timedelta(days=ahead)).isoformat())
    found = widget(shop, key)
    assert [row.values["day"] for row in found.rows] == [f"2026-03-0{day}" for day in (4, 5, 6, 7, 8)]
    assert (found.cut, found.is_latest) == (True, True)


def test_line_is_in_order_of_time_and_has_the_months_in_which_nothing_was(shop):
    for day, amount in (("2026-02-03", 5), ("2025-11-30", 4), ("2026-02-04", 6), (None, 3)):
        sell(shop, day, amount)
    found = widget(shop, "line")
    assert [tuple(row.values[key] for key in ("month", "n", "amount", "mean", "each")) for row in found.rows] == [
        ("2025-11-01", "1", "4", "4.0", "4.0"),
        ("2025-12-01", "0", "0", None, None),
        ("2026-01-01", "0", "0", None, None),
        ("2026-02-01", "2", "11", "5.5", "5.5"),
        (None, "1", "3", "3.0", "3.0"),
    ]
    assert not found.cut
    drawn = pictures(found, Saying("zh", "Asia/Shanghai"))
    hints = [shape.hint for one in drawn for shape in one.picture.shapes if getattr(shape, "hint", "")]
    assert hints
    assert not any("(空)" in hint for hint in hints)


def test_line_of_sparse_days_is_bounded_and_says_that_there_were_earlier_ones(shop, monkeypatch):
    for day in ("2020-01-01", "2026-02-03"):
        sell(shop, day)
    assert len(widget(shop, "line").rows) == 74
    monkeypatch.setattr(boards_groups, "MOST_BUCKETS", 12)
    found = widget(shop, "line")
    assert (len(found.rows), found.rows[-1].values["month"], found.cut) == (12, "2026-02-01", True)


def test_leaders_are_those_of_the_measure_that_is_shown_when_the_metric_is_ordered_otherwise(shop):
    for who, amounts in (("rich", (900,)), ("well", (500,)), ("busy", (1, 1, 1))):
        for amount in amounts:
            sell(shop, "2026-03-01", amount, who)
    assert [(row.rank, row.values["who"]) for row in widget(shop, "leaders").rows] == [(1, "busy"), (2, "rich")]


def test_what_has_no_time_has_nothing_before_it(shop):
    for day in ("2026-02-03", "2026-03-03", None):
        sell(shop, day)
    assert [(row.values["month"], row.values["before"]) for row in widget(shop, "compared").rows] == [
        ("2026-02-01", None),
        ("2026-03-01", "1"),
        (None, None),
    ]


def test_figures_that_are_looked_up_are_bounded_and_the_latest(shop, monkeypatch):
    for day in ("2026-01-03", "2026-02-03", "2026-03-03"):
        sell(shop, day)
    monkeypatch.setattr(boards_groups, "MOST_LOOKED_UP", 2)
    assert [row.values["before"] for row in widget(shop, "compared").rows] == [None, None, "1"]


def test_each_chart_of_a_line_is_named_on_paper_when_its_units_differ(shop):
    for day in ("2026-02-03", "2026-03-03"):
        sell(shop, day, 4)
    made = shop.services.board_exports.make(shop.viewer("ann"), APP, "board", "pdf")
    words = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made.content)).pages)
    told = words.split("table的中文")[0].split("line的中文")[1]
    assert told.index("each的中文") < told.index("month的中文")
