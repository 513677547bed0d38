"""How long records stay in states: means and medians of what has ended, figures beside what stays still, heat."""

from __future__ import annotations

from statistics import mean, median

import pytest

from tests.support.apps import element
from tests.support.apps import library as library_documents
from tests.support.statements import recorded

DAY = 86_400_000

STAYS = {
    "format": 1,
    "kind": "metric",
    **element("loan_stays"),
    "form": "loan",
    "over": "stays",
    "where": "date(stay_until) >= add_months(today(), -12)",
    "dimensions": [element("state", by="stay_state")],
    "measures": [
        element("stays", function="count"),
        element("mean_days", function="avg", of="stay_days"),
        element("middle_days", function="median", of="stay_days", where="stay_days > 0"),
        element("longest", function="max", of="stay_days"),
    ],
    "order": ["state"],
}
NOW = {
    "format": 1,
    "kind": "metric",
    **element("loans_now"),
    "form": "loan",
    "dimensions": [element("state", by="state")],
    "measures": [
        element("loans", function="count"),
        element("usual", function="figure", metric="loan_stays", measure="mean_days", by={"state": "state"}),
        element("ever", function="figure", metric="loan_stays", measure="stays"),
        element("twice", function="formula", of="usual * 2"),
    ],
    "light": {"red": "usual > 3"},
    "order": ["state"],
}
HEAT = {
    "format": 1,
    "kind": "metric",
    **element("loans_heat"),
    "form": "loan",
    "dimensions": [element("member", by="member"), element("week", by="created_at", bucket="week")],
    "measures": [element("days", function="distinct", of="book", per="date(created_at)")],
}
PACE = {
    "format": 1,
    "kind": "board",
    **element("pace"),
    "widgets": [
        element("stays", kind="table", metric="loan_stays"),
        element("now", kind="table", metric="loans_now"),
        element("heat", kind="heat", metric="loans_heat"),
        element(
            "rows",
            kind="list",
            form="loan",
            where='state = "lent" and days_since(state_since) > usual',
            columns=[
                {"key": "loan", "record": True},
                {"key": "usual", "metric": "loan_stays", "measure": "mean_days", "by": {"state": "state"}},
                {"key": "days", "value": "days_since(state_since)", "labels": {"zh": "天数", "en": "Days"}},
                {"key": "state"},
                {
                    "key": "said",
                    "labels": {"zh": "说明", "en": "In words"},
                    "sentence": {
                        "zh": "{{state}}平均{{usual}}天,已{{days}}天",
                        "en": "{{state}}: {{usual}} on average, {{days}} now",
                    },
                },
            ],
            light={"red": "days_since(state_since) > 2 * usual", "yellow": "true"},
            order=["-days"],
        ),
    ],
}


@pytest.fixture
def paced(library):
    """The library with a board of how long loans take."""
    documents = library_documents()
    for metric in (STAYS, NOW, HEAT):
        documents[f"metrics/{metric['key']}.json"] = metric
    documents["boards/pace.json"] = PACE
    library.site.publish(documents)
    return library


def widget(library, key, viewer=None):
    view = library.site.services.boards.show(viewer or library.anna, "library", "pace")
    return next((item for item in view.widgets if item.key == key), None)


def rows(library, key, viewer=None):
    return [dict(row.values) for row in widget(library, key, viewer).rows]


def go_on(library, days):
    library.site.business.moment += int(days * DAY)


def passed(library, *days):
    """Make loans that each wait for so many days, and then are lent."""
    for wait in days:
        loan = library.loan()
        go_on(library, wait)
        library.records.transition(library.anna, "library", "loan", loan.id, "lend", {})


def test_mean_and_median_are_those_of_ended_stays_when_records_stayed_unequally(paced):
    waits = (1, 2.25, 9.5, 4)
    passed(paced, *waits)
    (found,) = rows(paced, "stays")
    assert found == {
        "state": "requested",
        "stays": "4",
        "mean_days": f"{mean(waits):.1f}",
        "middle_days": f"{median(waits) + 0.0001:.1f}",
        "longest": "9.50",
    }


def test_middle_one_is_the_median_when_their_number_is_odd_and_some_do_not_count(paced):
    passed(paced, 7, 0, 3, 0, 5)
    assert rows(paced, "stays")[0]["middle_days"] == "5.0"


def test_median_is_blank_when_nothing_counts(paced):
    passed(paced, 0)
    assert rows(paced, "stays")[0]["middle_days"] is None


def test_stays_are_forgotten_when_a_year_has_gone_by(paced):
    passed(paced, 2)
    go_on(paced, 370)
    assert rows(paced, "stays") == []


def test_each_state_has_its_own_mean_when_records_went_through_several(paced):
    loan = paced.loan()
    go_on(paced, 1)
    paced.records.transition(paced.anna, "library", "loan", loan.id, "lend", {})
    go_on(paced, 6)
    paced.records.transition(paced.anna, "library", "loan", loan.id, "report_lost", {})
    assert [(row["state"], row["mean_days"]) for row in rows(paced, "stays")] == [("requested", "1.0"), ("lent", "6.0")]


def test_stays_are_those_of_records_that_one_may_read_when_rights_differ(paced):
    passed(paced, 2, 4)
    assert rows(paced, "stays", paced.john) == []
    assert rows(paced, "now", paced.john) == []


def test_row_of_stays_opens_what_stands_in_the_state_when_it_is_opened(paced):
    passed(paced, 2)
    paced.loan()
    (row,) = widget(paced, "stays").rows
    page = paced.records.list(paced.anna, "library", "loan", filter=row.drill.filter)
    assert [item.state for item in page.items] == ["requested"]


def test_figure_of_another_metric_stands_beside_when_its_group_is_found(paced):
    passed(paced, 2, 6)
    paced.loan()
    waiting, lent = widget(paced, "now").rows  # in the order of the design
    assert dict(lent.values) == {"state": "lent", "loans": "2", "usual": None, "ever": None, "twice": None}
    assert dict(waiting.values) == {"state": "requested", "loans": "1", "usual": "4.0", "ever": None, "twice": "8.0"}
    assert (lent.light, waiting.light) == (None, "red")


@pytest.mark.parametrize(("later", "light"), [(4, None), (5, "yellow"), (8, "yellow"), (9, "red")])
def test_record_is_lit_beside_its_mean_when_it_stays_longer(paced, later, light):
    loan = paced.loan(transition="lend")
    go_on(paced, 4)
    paced.records.transition(paced.anna, "library", "loan", loan.id, "report_lost", {})
    paced.loan(transition="lend")
    go_on(paced, later)
    found = [(row.light, row.values["usual"], row.values["days"]) for row in widget(paced, "rows").rows]
    assert found == ([] if light is None else [(light, "4.0", str(later))])


def test_sentence_tells_the_columns_before_it_when_a_row_is_drawn(paced):
    loan = paced.loan(transition="lend")
    go_on(paced, 4.2)
    paced.records.transition(paced.anna, "library", "loan", loan.id, "report_lost", {})
    paced.loan(transition="lend")
    go_on(paced, 7)
    (row,) = widget(paced, "rows").rows
    assert row.values["said"] == row.shown["said"].zh == "已借出平均4.2天,已7天"
    assert row.shown["said"].en == "Lent: 4.2 on average, 7 now"


def test_values_are_told_apart_by_day_when_distinct_is_per_day(paced):
    book, member = paced.book().id, paced.member().id
    for _ in range(2):
        paced.loan(member=member, book=book)
    go_on(paced, 1)
    paced.loan(member=member, book=book)
    assert sum(int(row["days"]) for row in rows(paced, "heat")) == 2


def test_figures_take_one_statement_a_metric_when_a_board_is_shown(paced):
    passed(paced, 2)
    statements: list[str] = []
    with recorded(paced.site.database, statements):
        rows(paced, "rows")
    assert sum("youju_state_log" in one for one in statements) == 3
