"""What a line is said to begin and end with, and which way time goes in a table of two dimensions."""

from __future__ import annotations

import pytest

from engine.kernel.problems import Text
from engine.runtime.boards_views import ColumnView, Drill, RowView, WidgetView
from engine.runtime.views import FieldView
from web.pages.boards import DrawnRow, DrawnValue, DrawnWidget, heat_of

WORDS = Text("词", "word")


def column(key, bucket=None, *, is_measure=False):
    return ColumnView(key, WORDS, FieldView(key, "text", WORDS), is_measure=is_measure, bucket=bucket)


MONTH, WHO, COUNT = column("month", "month"), column("who"), column("n", is_measure=True)


def drawn(kind, columns, *rows):
    """Return a widget with rows of these values."""
    views = [RowView(dict(zip((c.key for c in columns), row, strict=True)), {}, None, Drill("sale")) for row in rows]
    made = tuple(
        DrawnRow(
            view, str(row), "/", tuple(DrawnValue(c, str(value), None) for c, value in zip(columns, row, strict=True))
        )
        for view, row in zip(views, rows, strict=True)
    )
    return DrawnWidget(WidgetView("w", kind, WORDS, None, "sale", tuple(columns), tuple(views)), made, (COUNT,))


def test_line_ends_with_its_latest_month_when_something_has_no_time():
    found = drawn("line", (MONTH, COUNT), ("2026-01-01", "1"), ("2026-02-01", "2"), (None, "9"))
    assert [one.row.values["month"] for one in found.ends] == ["2026-01-01", "2026-02-01"]
    assert drawn("line", (MONTH, COUNT), ("2026-01-01", "1"), (None, "9")).ends == ()


@pytest.mark.parametrize("columns", [(MONTH, WHO), (WHO, MONTH)])
def test_time_goes_to_the_right_whichever_dimension_it_is(columns):
    values = [("2026-02-01", "ann"), ("2026-01-01", "ann"), ("2026-01-01", "bob")]
    rows = [(*(pair if columns[0] is MONTH else pair[::-1]), "1") for pair in values]
    found = drawn("heat", (*columns, COUNT), *rows)
    made = heat_of(found.view, found.rows)
    assert made.columns == ("2026-01-01", "2026-02-01")
    assert [line.name for line in made.lines] == ["ann", "bob"]
