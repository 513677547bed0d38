"""Every pack keeps what it promises: its scenarios, played as ``youju pack test`` plays them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.forms.field_types import BUILT_IN
from engine.packs.reading import market, read_pack
from engine.scenarios.running import run_scenarios

LIBRARY = Path(__file__).parents[1] / "apps" / "library"
PACKS = {"library": LIBRARY, **market()}


@pytest.mark.parametrize("key", PACKS)
def test_scenarios_hold_when_a_pack_is_played(key):
    results = list(run_scenarios(read_pack(PACKS[key]), BUILT_IN))
    assert results, "a pack promises something"
    assert {result.id: result.failures for result in results if not result.holds} == {}


@pytest.mark.parametrize("key", PACKS)
def test_scenarios_are_told_apart_when_named(key):
    names = [scenario["id"] for scenario in read_pack(PACKS[key]).scenarios]
    assert len(names) == len(set(names))
