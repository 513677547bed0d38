"""Charts: axes hold what they show, nothing leaves the picture, gaps stay gaps, marks differ in form."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.printouts.picture import Area, Dot, Label, Picture, Stroke, length_of, shortened
from engine.runtime.charts.days import months, schedule
from engine.runtime.charts.figures import Chart, Series, steps
from engine.runtime.charts.lines import lines
from engine.runtime.charts.plane import Place, map_of, scatter
from engine.runtime.charts.polar import radar, ring

FIGURES = st.lists(st.none() | st.floats(-1e9, 1e9, allow_subnormal=False), min_size=1, max_size=40)
DAY = date(2026, 11, 23)


def chart(*columns):
    names = tuple(f"n{row}" for row in range(len(columns[0])))
    series = (Series(f"s{at}", tuple(one), tuple(str(value) for value in one)) for at, one in enumerate(columns))
    return Chart(names, tuple(series))


def points(picture: Picture):
    for shape in picture.shapes:
        match shape:
            case Stroke(found) | Area(found):
                yield from found
            case Dot(x, y) | Label(x, y):
                yield x, y


def drawn(picture, row):
    return [shape for shape in picture.shapes if isinstance(shape, Area | Dot) and shape.row == row]


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
@example(1e12, 1e12 + 2.0**-13)
@example(0.0, 5e-324)
@example(-1e12, -1e12)
def test_steps_hold_both_ends_when_they_are_round(one, other):
    low, high = sorted((one, other))
    found = steps(low, high)
    slack = max(abs(low), abs(high), 1.0) * 1e-6
    assert found[0] <= low + slack
    assert found[-1] >= high - slack
    assert 2 <= len(found) <= 12


@given(FIGURES, FIGURES)
def test_nothing_leaves_the_picture_when_figures_are_drawn(first, second):
    size = min(len(first), len(second))
    made = chart(first[:size], second[:size])
    for picture in (lines(made, str), radar(made, str), scatter(made, "{:g}".format, "{:g}".format)):
        assert all(-2 <= y <= picture.height + 2 for _, y in points(picture))
        assert all(x <= picture.width + 2 for x, _ in points(picture))


def test_line_is_broken_when_a_figure_is_blank():
    made = lines(chart([1.0, 2.0, None, 3.0, 4.0]), str)
    pieces = [shape for shape in made.shapes if isinstance(shape, Stroke) and shape.tone == "series-1"]
    assert [len(piece.points) for piece in pieces] == [2, 2]
    assert (len(drawn(made, 1)), len(drawn(made, 2))) == (1, 0)


def test_axis_says_how_much_and_when_when_a_line_is_drawn():
    made = lines(chart([0.0, 45.0, 90.0]), lambda value: f"<{value:g}>")
    said = [shape.text for shape in made.shapes if isinstance(shape, Label)]
    assert {"<0>", "<100>", "n0", "n2"} <= set(said)


def test_names_keep_apart_when_there_are_many():
    made = lines(Chart(tuple(f"11月{day}日" for day in range(30)), (Series("s", (1.0,) * 30, ("1",) * 30),)), str)
    below = sorted(shape.x for shape in made.shapes if isinstance(shape, Label) and shape.y > 170)
    assert len(below) > 2
    assert min(right - left for left, right in pairwise(below)) >= length_of("11月29日")


def test_marks_differ_in_form_when_series_stand_together():
    made = lines(chart(*([float(at), 2.0] for at in range(6))), str)
    forms = {len(shape.points) if isinstance(shape, Area) else 0 for shape in drawn(made, 0)}
    assert forms == {0, 4, 3, 5}
    assert len({shape.dashes for shape in made.shapes if isinstance(shape, Stroke) and "series" in shape.tone}) == 6


@given(FIGURES)
def test_ring_has_a_part_for_each_when_it_is_above_zero(values):
    parts = [shape.row for shape in ring(values).shapes]
    total = sum(value for value in values if value and value > 0)
    assert parts == [at for at, value in enumerate(values) if value and value > 0 and total]


def test_places_stand_north_above_and_east_to_the_right_when_they_are_far_apart():
    made = map_of([Place(0, 31.0, 121.0, "south", None), Place(1, 32.0, 122.0, "north", None)])
    (south,), (north,) = drawn(made, 0), drawn(made, 1)
    assert north.y < south.y
    assert north.x > south.x


def test_scale_bar_is_true_when_two_places_are_a_degree_apart():
    made = map_of([Place(0, 30.0, 120.0, "a", None), Place(1, 31.0, 120.0, "b", None)])
    (first,), (second,) = drawn(made, 0), drawn(made, 1)
    (bar,) = (shape for shape in made.shapes if isinstance(shape, Stroke) and shape.tone == "soft")
    (words,) = (shape.text for shape in made.shapes if isinstance(shape, Label) and shape.text.endswith(" km"))
    length = bar.points[2][0] - bar.points[1][0]
    assert (first.y - second.y) / length * float(words.removesuffix(" km")) == pytest.approx(111.195, rel=0.02)


def test_near_places_are_one_with_their_number_when_they_would_cover_each_other():
    near = [Place(at, 31.0 + at * 1e-6, 121.0, f"p{at}", "red" if at == 2 else None) for at in range(3)]
    made = map_of([*near, Place(9, 32.0, 122.0, "far", None)])
    assert "3" in [shape.text for shape in made.shapes if isinstance(shape, Label)]
    (heap,) = (shape for shape in made.shapes if isinstance(shape, Area) and shape.tone == "red")
    assert heap.row is None
    assert "p0 · p1 · p2" in heap.hint


def test_places_on_both_sides_of_the_date_line_are_near_when_they_are():
    made = map_of([Place(0, 0.0, 179.9, "west", None), Place(1, 0.0, -179.9, "east", None)])
    assert any(isinstance(shape, Label) and shape.text in {"10 km", "5 km"} for shape in made.shapes)


def test_month_holds_each_day_once_when_it_is_laid_out():
    (found,) = months({DAY: (0, 4.0), DAY - timedelta(days=1): (1, 2.0)})
    days = [day for week in found.weeks for day in week if day is not None]
    assert len(days) == 30
    assert [(day.day.day, day.grade, day.row) for day in days if day.row is not None] == [(22, 2, 1), (23, 4, 0)]


def test_bar_goes_on_until_today_when_its_end_is_missing():
    found = schedule([(DAY - timedelta(days=9), None), (None, DAY), (None, None)], DAY)
    assert found is not None
    first, second, none = found.spans
    assert (first.left, first.width, first.is_open) == (0.0, 100.0, True)
    assert (second.left, second.width) == (90.0, 10.0)
    assert none is None
    assert schedule([(None, None)], DAY) is None


@given(st.lists(st.tuples(st.none() | st.dates(), st.none() | st.dates()), min_size=1, max_size=20))
def test_every_bar_is_within_the_time_when_ends_are_turned_round(rows):
    found = schedule(rows, DAY)
    for span in () if found is None else found.spans:
        assert span is None or (span.left >= -0.01 and span.left + span.width <= 100.01 and span.width > 0)


def test_text_is_cut_when_it_is_longer_than_its_room():
    assert shortened("abc", 100) == "abc"
    cut = shortened("很长很长很长的名字", 40)
    assert cut.endswith("…")
    assert length_of(cut) <= 40
