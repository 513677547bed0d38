"""Whether something goes out now: by what it is, how much went out that day, and how it stood before."""

from __future__ import annotations

import pytest

from engine.decision.attention import Place, placed


@pytest.mark.parametrize(
    ("taken", "limit", "urgent", "standing"),
    [(0, 1, False, "counted"), (1, 1, False, "morning"), (0, 0, False, "morning"), (9, 1, True, "urgent")],
)
def test_a_thing_goes_out_while_there_is_a_place_or_it_is_urgent(taken, limit, urgent, standing):
    assert placed(None, taken, limit, 7, is_urgent=urgent) == Place(standing, 7)


def test_a_place_is_kept_for_its_day_and_asked_for_anew_on_another_one():
    had = Place("counted", 7)
    assert placed(had, 9, 1, 7, is_urgent=False) == had
    assert placed(had, 0, 1, 8, is_urgent=False) == Place("counted", 8)
    assert placed(had, 1, 1, 8, is_urgent=False) == Place("morning", 8)
    assert placed(Place("urgent", 7), 1, 1, 8, is_urgent=True) == Place("urgent", 8)


def test_what_waits_for_the_morning_does_so_for_good():
    waits = Place("morning", 7)
    assert placed(waits, 0, 5, 8, is_urgent=False) == waits
