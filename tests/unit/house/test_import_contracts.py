"""Every import contract is alive: a planted forbidden import turns it red, and only it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.house.sources import ROOT, project

CONTRACTS = {contract["id"]: contract["name"] for contract in project()["tool"]["importlinter"]["contracts"]}
LAYERS = tuple(
    line.split("|")[0].strip().replace(".", "/")
    for line in next(c for c in project()["tool"]["importlinter"]["contracts"] if c["id"] == "layers")["layers"]
    if not line.startswith("(")
)
"""From the top down, the first room of each layer that must exist."""


@dataclass(frozen=True)
class Plant:
    """One forbidden import: which line goes into which package."""

    package: str
    line: str


PLANTS = {
    "layers": Plant("engine/kernel", "import engine.storage"),
    "pure-rooms": Plant("engine/decision", "import socket"),
    "two-doors": Plant("web", "import engine.storage"),
    "http-stays-in-web": Plant("engine/runtime", "import flask"),
    "one-writer": Plant("engine/packs", "import sqlite3"),
    "standin-apart": Plant("engine/standin", "import engine.storage"),
    "standin-unknown": Plant("engine/market.py", "import engine.standin"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Copy the packages and their contracts, so that planting harms nobody."""
    folder = tmp_path_factory.mktemp("planted")
    for package in ("engine", "web"):
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "*.json", "static")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _broken(folder: Path) -> set[str]:
    """Run the contracts on the copy and name the broken ones."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    surroundings = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    answer = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", answer.stdout, re.MULTILINE))
    assert set(CONTRACTS.values()) <= set(verdicts), answer.stdout + answer.stderr
    return {key for key, name in CONTRACTS.items() if verdicts[name] == "BROKEN"}


def test_contracts_hold_when_nothing_is_planted(copy):
    assert _broken(copy) == set()


@pytest.mark.parametrize("contract", CONTRACTS)
def test_contract_turns_red_when_a_forbidden_import_is_planted(copy, contract):
    plant = PLANTS[contract]
    with _planted(copy, plant):
        assert _broken(copy) == {contract}


@pytest.mark.parametrize(("lower", "upper"), list(pairwise(reversed(LAYERS))))
def test_a_layer_refuses_the_one_above_when_it_is_imported(copy, lower, upper):
    place = lower if (copy / lower).is_dir() else f"{lower}.py"
    with _planted(copy, Plant(place, f"import {upper.replace('/', '.')}")):
        assert "layers" in _broken(copy)


@contextmanager
def _planted(folder: Path, plant: Plant) -> Iterator[None]:
    """Put the import into a package as a module of its own, or at the end of a module."""
    target = folder / plant.package
    if target.suffix:
        before = target.read_text(encoding="utf-8")
        target.write_text(f"{before}\n{plant.line}\n", encoding="utf-8")
        try:
            yield
        finally:
            target.write_text(before, encoding="utf-8")
        return
    planted = target / "planted.py"
    planted.write_text(f'"""Planted."""\n\n{plant.line}\n', encoding="utf-8")
    try:
        yield
    finally:
        planted.unlink()
