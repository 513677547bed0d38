"""Metrics and boards that do not fit together: each mistake is told with its place before anything is published."""

from __future__ import annotations

import pytest

from engine.catalog.editing.boards import kinds_of
from tests.support.apps import (
    app,
    element,
    field,
    form,
    labels,
    options,
    places,
    problems_of,
    state,
    transition,
    workflow,
)

FIELDS = (
    field("name"),
    field("amount", "money"),
    field("day", "date"),
    field("who", "person"),
    field("kind", "choice", options=options("a", "b")),
    field("kinds", "multi_choice", options=options("a", "b")),
    field("other", "reference", form="thing"),
)
COUNT = element("n", function="count")
GO = transition("go", ["one"], "two")


def metric(**more):
    return {"format": 1, "kind": "metric", **element("m"), "form": "thing", "measures": [COUNT], **more}


def board(*widgets, **more):
    return {"format": 1, "kind": "board", **element("b"), "widgets": list(widgets), **more}


def of(metric=None, board=None):
    documents = app(form("thing", *FIELDS))
    if metric is not None:
        documents["metrics/m.json"] = metric
    if board is not None:
        documents["boards/b.json"] = board
    return places(problems_of(documents))


def rows(**more):
    return element("w", **{"kind": "list", "form": "thing", "columns": [{"key": "name"}], **more})


@pytest.mark.parametrize(
    ("wrong", "code", "place"),
    [
        ({"form": "nothing"}, "APP-010", "metrics/m.json#/form"),
        ({"where": "amount >"}, "LANG-009", "metrics/m.json#where"),
        ({"where": "amount"}, "LANG-040", "metrics/m.json#where"),
        ({"dimensions": [element("d", by="kinds")]}, "BOARD-005", "metrics/m.json#dimensions.d.by"),
        ({"dimensions": [element("d", by="day")]}, "BOARD-004", "metrics/m.json#dimensions.d.bucket"),
        ({"dimensions": [element("d", by="kind", bucket="week")]}, "BOARD-004", "metrics/m.json#dimensions.d.bucket"),
        ({"dimensions": [element("d", by="latest(things.who)")]}, "LANG-026", "metrics/m.json#dimensions.d.by"),
        ({"measures": [element("s", function="sum", of="name")]}, "BOARD-006", "metrics/m.json#measures.s.of"),
        ({"measures": [element("s", function="max", of="kind")]}, "BOARD-006", "metrics/m.json#measures.s.of"),
        (
            {"measures": [element("s", function="formula", of="n / 2"), COUNT]},
            "LANG-020",
            "metrics/m.json#measures.s.of",
        ),
        ({"light": {"red": "m > 5"}}, "LANG-020", "metrics/m.json#light.red"),
        ({"order": ["-m"]}, "BOARD-002", "metrics/m.json#order"),
        ({"measures": [COUNT, element("n", function="count")]}, "BOARD-010", "metrics/m.json#n"),
        ({"measures": [element("s", function="share")]}, "APP-005", "metrics/m.json#/measures/0"),
        ({"measures": [element("s", function="median", of="name")]}, "BOARD-006", "metrics/m.json#measures.s.of"),
        (
            {"measures": [element("s", function="median", of="amount * amount")]},
            "BOARD-006",
            "metrics/m.json#measures.s.of",
        ),
        (
            {"measures": [element("s", function="distinct", of="who", per="kinds")]},
            "BOARD-006",
            "metrics/m.json#measures.s.per",
        ),
        (
            {"measures": [element("s", function="figure", metric="x", measure="n")]},
            "BOARD-001",
            "metrics/m.json#measures.s.metric",
        ),
        ({"over": "stays"}, "BOARD-012", "metrics/m.json#over"),
        ({"over": "stages"}, "APP-005", "metrics/m.json#/"),
        ({"stages": ["a", "b"]}, "APP-004", "metrics/m.json#/stages"),
        ({"measures": [element("s", function="conversion")]}, "BOARD-015", "metrics/m.json#measures.s.function"),
        ({"measures": [element("s", function="percentile", of="amount")]}, "APP-005", "metrics/m.json#/measures/0"),
        (
            {"measures": [element("s", function="percentile", p=90, of="day")]},
            "BOARD-006",
            "metrics/m.json#measures.s.of",
        ),
        ({"measures": [element("s", function="count", of="name")]}, "APP-004", "metrics/m.json#/measures/0/of"),
    ],
)
def test_metric_is_refused_with_its_place_when_a_part_does_not_fit(wrong, code, place):
    assert (code, place) in of(metric(**wrong))


@pytest.mark.parametrize(
    ("wrong", "code", "place"),
    [
        (element("w", kind="table", metric="x"), "BOARD-001", "boards/b.json#widgets.w.metric"),
        (element("w", kind="bar", metric="m"), "BOARD-007", "boards/b.json#widgets.w.kind"),
        (element("w", kind="heat", metric="m"), "BOARD-007", "boards/b.json#widgets.w.kind"),
        (
            rows(columns=[{"key": "x", "metric": "m", "measure": "y"}]),
            "BOARD-002",
            "boards/b.json#widgets.w.columns.x.measure",
        ),
        (
            rows(columns=[{"key": "x", "metric": "m", "measure": "n", "by": {"z": "name"}}]),
            "BOARD-002",
            "boards/b.json#widgets.w.columns.x.by",
        ),
        (
            rows(columns=[{"key": "name", "metric": "m", "measure": "n"}]),
            "BOARD-008",
            "boards/b.json#widgets.w.columns.name",
        ),
        (rows(columns=[{"key": "x", "sentence": labels("s")}]), "BOARD-003", "boards/b.json#widgets.w.columns.x"),
        (element("w", kind="number", metric="m", measures=["x"]), "BOARD-002", "boards/b.json#widgets.w.measures"),
        (rows(form="nothing"), "APP-010", "boards/b.json#/widgets/0/form"),
        (rows(where="amount"), "LANG-040", "boards/b.json#widgets.w.where"),
        (rows(columns=[{"key": "nothing"}]), "BOARD-002", "boards/b.json#widgets.w.columns.nothing"),
        (rows(columns=[{"key": "x", "value": "amount * 2"}]), "BOARD-003", "boards/b.json#widgets.w.columns.x"),
        (
            rows(columns=[{"key": "x", "value": "now() - created_at", "labels": labels("x")}]),
            "BOARD-009",
            "boards/b.json#widgets.w.columns.x.value",
        ),
        (
            rows(columns=[{"key": "x", "record": True, "value": "name"}]),
            "BOARD-008",
            "boards/b.json#widgets.w.columns.x",
        ),
        (rows(order=["amount"]), "BOARD-002", "boards/b.json#widgets.w.order"),
        (rows(light={"red": "name"}), "LANG-040", "boards/b.json#widgets.w.light.red"),
        (element("w", kind="radar", metric="m"), "BOARD-007", "boards/b.json#widgets.w.kind"),
        (element("w", kind="scatter", metric="m"), "BOARD-007", "boards/b.json#widgets.w.kind"),
        (element("w", kind="calendar", metric="m"), "BOARD-007", "boards/b.json#widgets.w.kind"),
        (element("w", kind="leaders", metric="m"), "BOARD-007", "boards/b.json#widgets.w.kind"),
        (element("w", kind="words", metric="m"), "BOARD-007", "boards/b.json#widgets.w.kind"),
        (
            element("w", kind="text", metric="m", text=labels("{{nothing}}")),
            "LANG-020",
            "boards/b.json#widgets.w.text.zh",
        ),
        (element("w", kind="text"), "APP-005", "boards/b.json#/widgets/0"),
        (rows(kind="gantt", start="name", end="day"), "BOARD-031", "boards/b.json#widgets.w.start"),
        (rows(kind="map", place="name"), "BOARD-032", "boards/b.json#widgets.w.place"),
        (rows(kind="map"), "APP-005", "boards/b.json#/widgets/0"),
    ],
)
def test_board_is_refused_with_its_place_when_a_part_does_not_fit(wrong, code, place):
    assert (code, place) in of(metric(), board(wrong))


@pytest.mark.parametrize(
    ("by", "fits"),
    [
        ({"d": "name"}, True),
        ({"d": "kind"}, True),
        ({}, True),
        ({"d": "amount"}, False),
        ({"d": "who"}, False),
        ({"d": "day"}, False),
    ],
)
def test_figure_is_refused_when_its_group_has_another_type(by, fits):
    column = {"key": "x", "metric": "m", "measure": "n", "by": by}
    found = of(metric(dimensions=[element("d", by="kind")]), board(rows(columns=[column])))
    assert (("BOARD-013", "boards/b.json#widgets.w.columns.x.by.d") not in found) is fits
    assert fits == (found == [])


def test_bucket_of_time_is_refused_when_it_is_looked_up():
    column = {"key": "x", "metric": "m", "measure": "n", "by": {"d": "day"}}
    found = of(metric(dimensions=[element("d", by="day", bucket="day")]), board(rows(columns=[column])))
    assert found == [("BOARD-013", "boards/b.json#widgets.w.columns.x.by.d")]


def test_metric_of_another_app_is_refused_when_it_is_drawn_by_itself():
    documents = app(form("own", field("name")), key="second")
    documents["metrics/m.json"] = metric(form="first.thing")
    documents["boards/b.json"] = board(element("w", kind="number", metric="m"))
    found = places(problems_of(app(form("thing", *FIELDS), key="first"), documents))
    assert found == [("BOARD-014", "boards/b.json#widgets.w.metric")]


def test_board_is_refused_when_its_role_or_a_second_widget_does_not_fit():
    found = of(metric(), board(rows(), rows(), roles=["nobody"]))
    assert ("APP-017", "boards/b.json#/roles/0") in found
    assert ("APP-008", "boards/b.json#/widgets/1/key") in found


def test_all_is_well_when_everything_fits():
    good = metric(
        where="amount > 0",
        dimensions=[
            element("who", by="who"),
            element("month", by="created_at", bucket="month"),
            element("o", by="other"),
        ],
        measures=[
            COUNT,
            element("sum", function="sum", of="amount", where='kind = "a"'),
            element("first", function="min", of="day"),
            element("mean", function="formula", of="sum / n", scale=2),
        ],
        light={"red": "mean > 5 and n > 1"},
        order=["-mean"],
    )
    shown = rows(columns=[{"key": "thing", "record": True}, {"key": "amount"}, {"key": "other"}], order=["-amount"])
    assert of(good, board(element("t", kind="table", metric="m"), shown)) == []


@pytest.mark.parametrize(
    ("stages", "fits"), [(("one", "two"), True), (("one", "other"), False), (("one",), False), (("one", "one"), False)]
)
def test_stages_are_states_of_the_form_and_two_at_least(stages, fits):
    documents = app(form("thing", *FIELDS), workflow("thing", [state("one"), state("two")], [GO]))
    share = element("share", function="conversion", of="who")
    documents["metrics/m.json"] = metric(over="stages", stages=list(stages), measures=[share])
    assert (problems_of(documents) == []) is fits


@pytest.mark.parametrize(
    ("dimensions", "is_trend", "expected"),
    [
        ([], False, "number"),
        ([], True, "line"),
        ([{"key": "who"}], True, "heat"),
        ([{"key": "who"}, {"key": "kind"}], True, "table"),
    ],
)
def test_kind_that_is_offered_first_fits_what_is_now_and_what_was_kept(dimensions, is_trend, expected):
    metric = {"dimensions": dimensions, "measures": [{"key": "n"}], "snapshot": "weekly"}
    assert kinds_of(metric, is_trend=is_trend)[0] == expected
