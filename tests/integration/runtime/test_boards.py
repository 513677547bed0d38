"""Boards: figures equal to SQL written by hand, for everybody their own, each with the way to the records behind it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.kernel.problems import EngineError
from tests.support.statements import recorded

DAY = 86_400_000


def widget(library, key, viewer=None, board="lending"):
    view = library.site.services.boards.show(viewer or library.anna, "library", board)
    return next((item for item in view.widgets if item.key == key), None)


def rows(library, key, viewer=None, board="lending"):
    found = widget(library, key, viewer, board)
    return [dict(row.values) for row in found.rows]


def move_to(library, day, later):
    """Go to noon so many days after a day."""
    noon = datetime.fromisoformat(day).replace(hour=4, tzinfo=UTC)
    library.site.business.moment = int(noon.timestamp() * 1000) + later * DAY


@pytest.fixture
def lent(library):
    """Two members with two loans, of which one came back late, and with one that is out."""
    ann, bob = (library.member(name=name) for name in ("安", "鲍"))
    book = library.book()
    for member, late in ((ann, 0), (ann, 12), (bob, None)):
        loan = library.loan(member=member.id, book=book.id, transition="lend")
        if late is not None:
            move_to(library, loan.fields["due_date"], late)
            back = datetime.fromtimestamp(library.site.business.moment / 1000, UTC).date().isoformat()
            fields = {"returned_on": back, "condition": "good"}
            library.records.transition(library.anna, "library", "loan", loan.id, "give_back", fields)
    return ann, bob


def test_figures_equal_sql_when_it_is_written_by_hand(library, lent):
    counted = library.site.query(
        "SELECT member, count(*), count(DISTINCT book), sum(fine) FROM v_loan "
        "GROUP BY member ORDER BY count(*) DESC, member"
    )
    expected = [
        {"member": member, "loans": str(loans), "books": str(books), "fines": f"{Decimal(str(fines)):.2f}"}
        for member, loans, books, fines in counted
    ]
    assert rows(library, "members") == expected
    assert [row["loans"] for row in expected] == ["2", "1"]
    assert Decimal(expected[0]["fines"]) > 0


def test_share_and_formula_are_exact_when_they_are_rounded(library, lent):
    (row,) = rows(library, "now")
    fines = Decimal(str(library.site.query("SELECT sum(fine) FROM v_loan")[0][0]))
    assert row["lent"] == "1"
    assert row["late"] == "33.3"
    assert Decimal(row["each"]) == (fines / 3).quantize(Decimal("0.01"))


def test_nothing_is_blank_and_unlit_when_there_is_no_record(library):
    (row,) = widget(library, "now").rows
    assert dict(row.values) == {"lent": "0", "late": None, "fines": "0.00", "each": None}
    assert (row.light, row.is_unlit) == (None, True)
    assert rows(library, "members") == []


def test_two_people_see_different_sums_when_their_rights_differ(library, lent):
    own = library.loan(by=library.john)
    assert sum(int(row["loans"]) for row in rows(library, "states")) == 4
    assert rows(library, "states", library.john) == [{"state": "requested", "loans": "1"}]
    assert rows(library, "by_member", library.john) == [{"member": own.fields["member"], "loans": "1"}]


def test_measure_is_left_out_when_its_field_is_hidden(library):
    library.book(price="12.50")
    assert rows(library, "value", board="stock") == [
        {"reference_only": False, "titles": "1", "value": "12.50", "mean": "12.50"}
    ]
    assert rows(library, "value", library.john, board="stock") == [{"reference_only": False, "titles": "1"}]


def test_list_opens_as_many_records_when_a_row_is_opened(library, lent):
    for key in ("members", "by_week", "states", "now"):
        for row in widget(library, key).rows:
            page = library.records.list(library.anna, "library", "loan", filter=row.drill.filter)
            assert page.count.value == int(row.values.get("loans") or 3), (key, row.drill)
            for measure, filter in row.drills.items():
                fewer = library.records.list(library.anna, "library", "loan", filter=filter)
                assert fewer.count.value == int(row.values[measure])


@pytest.mark.parametrize(("after", "light"), [(7, "green"), (8, "yellow"), (14, "yellow"), (15, "red")])
def test_row_is_lit_when_a_threshold_is_passed(library, after, light):
    loan = library.loan(transition="lend")
    library.site.services.parameters.set(library.anna, "library", {"loan.days": "14"})
    move_to(library, loan.fields["due_date"], after)
    (row,) = widget(library, "overdue").rows
    assert (row.light, row.values["days"]) == (light, str(after))
    assert row.drill.id == row.values["loan"] == loan.id
    assert row.shown["loan"] == loan.title


def test_red_rows_come_first_when_others_were_made_before(library):
    loans = [library.loan(transition="lend")]
    for _ in range(3):
        library.site.business.moment += 10 * DAY
        loans.append(library.loan(transition="lend"))
    library.site.services.parameters.set(library.anna, "library", {"loan.days": "14"})
    move_to(library, loans[-1].fields["due_date"], 1)
    found = [(row.light, row.values["days"]) for row in widget(library, "overdue").rows]
    assert found == [("red", "31"), ("red", "21"), ("yellow", "11"), ("green", "1")]


def test_week_is_that_of_the_zone_when_utc_is_still_in_the_one_before(library):
    # Half past midnight of a Monday in Berlin, where the library is.
    sunday = int(datetime(2026, 9, 20, 22, 30, tzinfo=UTC).timestamp() * 1000)
    library.site.business.moment = sunday - DAY
    library.loan()
    library.site.business.moment = sunday
    library.loan()
    assert rows(library, "by_week") == [{"week": "2026-09-14", "loans": "1"}, {"week": "2026-09-21", "loans": "1"}]


def test_last_week_of_the_calendar_opens_its_records_when_one_stands_in_it(library):
    library.loan()
    library.site.business.moment = int(datetime(9999, 12, 31, 10, tzinfo=UTC).timestamp() * 1000)
    library.loan()
    last = widget(library, "by_week").rows[-1]
    assert dict(last.values) == {"week": "9999-12-27", "loans": "1"}
    assert library.records.list(library.anna, "library", "loan", filter=last.drill.filter).count.value == 1


def test_each_widget_is_one_statement_when_a_board_is_shown(library, lent):
    statements: list[str] = []
    widget(library, "now")
    with recorded(library.site.database, statements):
        view = library.site.services.boards.show(library.anna, "library", "lending")
    counted = [one for one in statements if "counted" in one]
    listed = [one for one in statements if " AS light" in one]
    assert (len(view.widgets), len(counted), len(listed)) == (6, 5, 1)
    assert len(statements) <= 14


def test_boards_in_front_are_those_of_the_roles_when_they_are_listed(library):
    boards = library.site.services.boards
    assert [(item.key, item.mine) for item in boards.list(library.anna, "library")] == [
        ("lending", True),
        ("stock", True),
        ("desk", True),
    ]
    assert [(item.key, item.mine) for item in boards.list(library.john, "library")] == [
        ("stock", True),
        ("lending", False),
        ("desk", False),
    ]


def test_board_is_absent_when_none_of_its_forms_may_be_read(library):
    stranger = library.site.person("eve", ("other", "nobody"))
    with pytest.raises(EngineError) as refused:
        library.site.services.boards.show(stranger, "library", "lending")
    assert [problem.path for problem in refused.value.problems] == [""]
    assert library.site.services.boards.list(stranger, "library") == ()
