"""Running all scenarios of a pack: the pack is installed once, and each scenario plays on a copy of that."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.forms.field_types import FieldType
from engine.kernel.problems import EngineError, Problem
from engine.kernel.registries import Registry
from engine.packs.installing import needed_packs
from engine.packs.reading import Pack
from engine.scenarios.playing import Result, play
from engine.scenarios.problems import BROKEN_PROMISE
from engine.scenarios.stage import open_stage, set_up


def run_scenarios(pack: Pack, types: Registry[FieldType]) -> Iterator[Result]:
    """Play the scenarios of a pack in order, each on an instance of its own that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="youju-scenarios-") as folder:
        base = Path(folder) / "base.sqlite3"
        ground = set_up(pack, needed_packs(pack), f"sqlite:///{base}", types)
        for number, scenario in enumerate(pack.scenarios):
            copy = Path(folder) / f"{number}.sqlite3"
            shutil.copyfile(base, copy)
            stage = open_stage(pack, f"sqlite:///{copy}", ground)
            try:
                yield play(stage, scenario)
            finally:
                stage.close()
                copy.unlink()


def prove(pack: Pack, types: Registry[FieldType], report: Callable[[int, int], None]) -> None:
    """Play the scenarios of a pack, saying how far that is; EngineError with those that do not hold, if there are."""
    total, broken = len(pack.scenarios), list[Problem]()
    for number, result in enumerate(run_scenarios(pack, types), 1):
        broken += [BROKEN_PROMISE.at(result.id, scenario=result.id, reason=why) for why in result.failures[:1]]
        report(number, total)
    if broken:
        raise EngineError(broken)
