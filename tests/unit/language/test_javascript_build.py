"""What browsers are sent: built from the sources beside it, small, without code from text, with locked tools."""

import gzip
import json
import re
import subprocess

from tests.support.node import BUILT, LANGUAGE, node
from tests.unit.house.sources import ROOT

SMALL = 8 * 1024
SOURCES = BUILT.parent / "source"


def test_evaluator_is_small_when_it_is_sent():
    assert len(gzip.compress(LANGUAGE.read_bytes(), 9)) <= SMALL


def test_built_files_are_those_of_the_sources_when_built_afresh(tmp_path):
    subprocess.run(
        [node(), str(BUILT.parent / "build.mjs"), "--out", str(tmp_path)], check=True, capture_output=True, cwd=tmp_path
    )
    fresh = {path.name: path.read_text("utf8") for path in tmp_path.iterdir()}
    assert fresh == {path.name: path.read_text("utf8") for path in BUILT.iterdir()}, "run: make javascript"


def test_no_code_is_made_from_text_when_expressions_are_compiled():
    for path in (*SOURCES.glob("*.ts"), *BUILT.glob("*.mjs")):
        assert not re.search(r"\beval\b|\bFunction\s*\(|setTimeout|innerHTML", path.read_text("utf8")), path.name


def test_evaluator_asks_nothing_of_a_browser_when_it_runs():
    text = "\n".join(path.read_text("utf8") for path in SOURCES.glob("*.ts") if path.name != "lines.ts")
    assert not re.search(r"\b(window|document|process|globalThis|fetch|Intl)\b\s*[.(]", text)
    assert not re.search(r"Date\.now|new Date\(\)|Math\.random", text)


def test_tools_are_locked_with_hashes_when_installed():
    wanted = json.loads((ROOT / "package.json").read_text("utf8"))
    lock = json.loads((ROOT / "package-lock.json").read_text("utf8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert not [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")]
    assert not [name for name, entry in packages.items() if "resolved" in entry]
    assert "dependencies" not in wanted
    for name, version in wanted["devDependencies"].items():
        assert packages[f"node_modules/{name}"]["version"] == version


def test_tools_have_their_reason_when_declared():
    reasons = (ROOT / "docs" / "adr" / "0004-dependencies.md").read_text("utf8")
    wanted = json.loads((ROOT / "package.json").read_text("utf8"))
    assert [name for name in wanted["devDependencies"] if f"| {name} |" not in reasons] == []
