"""Tables whose cells are graded: what is greatest stands out, what is not there opens nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from web.heat import GRADES, Spot, figure, heat


def spot(row, column, value):
    return Spot(row, f"row {row}", column, f"column {column}", Decimal(value), str(value), f"/{row}/{column}")


def test_greatest_line_comes_first_when_columns_keep_their_order():
    table = heat([spot("a", "2", 1), spot("b", "1", 3), spot("a", "1", 1)], "—")
    assert table.columns == ("column 1", "column 2")
    assert [line.name for line in table.lines] == ["row b", "row a"]
    assert [(cell.text, cell.href) for cell in table.lines[0].cells] == [("3", "/b/1"), ("—", None)]


@pytest.mark.parametrize(("value", "grade"), [(0, 0), (1, 1), (3, 1), (4, 2), (9, 3), (10, 4), (12, GRADES)])
def test_grade_is_the_share_of_the_greatest_when_a_cell_is_shaded(value, grade):
    (first, second) = heat([spot("a", "1", 12), spot("b", "1", value)], "—").lines
    assert first.cells[0].grade == GRADES
    assert second.cells[0].grade == grade


def test_nothing_is_shaded_when_all_is_nothing():
    assert heat([spot("a", "1", 0)], "—").lines[0].cells[0].grade == 0
    assert heat([], "—").lines == ()


@pytest.mark.parametrize(("value", "number"), [("1.5", Decimal("1.5")), (None, Decimal(0)), ("x", Decimal(0))])
def test_figure_is_a_number_when_it_is_blank(value, number):
    assert figure(value) == number
