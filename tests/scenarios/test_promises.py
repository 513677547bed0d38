"""Every pack keeps what it promises: each scenario is a test of its own, played on a copy of an installed pack."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.forms.field_types import BUILT_IN
from engine.packs.installing import needed_packs
from engine.packs.reading import Pack, market, read_pack
from engine.scenarios.playing import play
from engine.scenarios.stage import Ground, open_stage, set_up

LIBRARY = Path(__file__).parents[1] / "apps" / "library"
PACKS = {"library": LIBRARY, **market()}


def promises() -> list[Any]:
    """Return every scenario of every pack, marked with what it covers."""
    return [
        pytest.param(key, scenario, id=f"{key}-{scenario['id']}", marks=pytest.mark.covers(*scenario.get("covers", ())))
        for key, folder in PACKS.items()
        for scenario in read_pack(folder).scenarios
    ]


@dataclass(frozen=True)
class Installed:
    """A pack that is installed in a database, to be copied."""

    pack: Pack
    base: Path
    ground: Ground


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Installs each pack once for the module."""
    made: dict[str, Installed] = {}

    def of(key: str) -> Installed:
        if key not in made:
            pack, base = read_pack(PACKS[key]), tmp_path_factory.mktemp(key) / "base.sqlite3"
            made[key] = Installed(pack, base, set_up(pack, needed_packs(pack), f"sqlite:///{base}", BUILT_IN))
        return made[key]

    return of


@pytest.mark.parametrize(("key", "scenario"), promises())
def test_a_promise_is_kept_when_its_scenario_is_played(key, scenario, installed, tmp_path):
    found = installed(key)
    copy = shutil.copyfile(found.base, tmp_path / "stage.sqlite3")
    stage = open_stage(found.pack, f"sqlite:///{copy}", found.ground)
    try:
        assert play(stage, scenario).failures == ()
    finally:
        stage.close()


@pytest.mark.parametrize("key", PACKS)
def test_scenarios_are_told_apart_and_claim_something_when_they_are_read(key):
    scenarios = read_pack(PACKS[key]).scenarios
    names = [scenario["id"] for scenario in scenarios]
    assert names, "a pack promises something"
    assert len(names) == len(set(names))
    assert all(scenario["then"] for scenario in scenarios)
