"""Widgets beyond tables and bars: places, words, times and shapes, each for its viewer and with what is behind it."""

from __future__ import annotations

from tests.integration.runtime.test_boards import lent, move_to, widget

__all__ = ["lent"]


def of_desk(library, key, viewer=None):
    return widget(library, key, viewer, board="desk")


def test_equals_share_a_place_when_they_have_the_same_figure(library):
    for by, times in ((library.anna, 2), (library.john, 2)):
        for _ in range(times):
            library.loan(by=by)
    rows = of_desk(library, "leaders").rows
    assert [row.rank for row in rows] == [1, 1]
    assert [row.is_own for row in rows if row.values["clerk"] == library.anna.id] == [True]
    assert sum(row.is_own for row in rows) == 1


def test_next_place_is_counted_past_equals_when_somebody_has_less(library):
    for by in (library.john, library.john, library.anna):
        library.loan(by=by)
    rows = of_desk(library, "leaders").rows
    assert [(row.values["loans"], row.rank, row.is_own) for row in rows] == [("2", 1, False), ("1", 2, True)]


def test_text_says_the_figures_of_its_viewer_when_rights_differ(library, lent):
    assert of_desk(library, "said").said.zh == "一共3次借阅,1本在借。\n涉及2位读者。"
    library.loan(by=library.john)
    assert of_desk(library, "said", library.john).said.en == "1 loans, 0 of them out.\nBy 1 readers."


def test_text_without_figures_is_there_when_the_board_is_open(library):
    assert of_desk(library, "note").said.zh == "每天下班前看一遍"
    assert of_desk(library, "note").form == ""


def test_bars_of_time_open_their_record_when_they_are_drawn(library, lent):
    found = of_desk(library, "plan")
    (row,) = found.rows
    assert (found.kind, found.start, found.end) == ("gantt", "lent_on", "due_date")
    assert row.drill.id == row.values["loan"]
    move_to(library, row.values["due_date"], 1)
    assert of_desk(library, "plan").rows[0].light == "red"
