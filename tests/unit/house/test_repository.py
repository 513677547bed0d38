"""House rules on the project's files: nothing skipped, no machine named, locks with hashes, packs without code."""

from __future__ import annotations

import json
import re
from importlib.metadata import packages_distributions

import pytest

from tests.unit.house.sources import ROOT, project, sources, tracked_files

TEXT_SUFFIXES = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".json",
    ".html",
    ".css",
    ".js",
    ".mjs",
    ".ts",
    ".lark",
    ".po",
    ".sh",
    ".yaml",
    ".cfg",
}
# Written in pieces, so that this file does not find itself.
SKIPPING = re.compile(
    r"(pytest\.|mark\.|unittest\.|@)(sk" + r"ip\w*|xf" + r"ail|importorsk" + r"ip)|\bTO" + r"DO\b|\bFIX" + r"ME\b"
)
PLACES = re.compile(
    r"(?<![#\w/])/(wo" + r"rk/(main|shared)|ro" + r"ot|ho" + r"me/\w+|Us" + r"ers/\w+|tm" + r"p/(probe|plan|house))\b"
    r"|\bpyp" + r"i\.org|pyth" + r"onhosted|npm" + r"js\.org|--find-" + r"links|--(extra-)?index-" + r"url"
)
LOCKS = ("build", "runtime", "dev")
# What is installed but imported under no name of its own, or by a later part of the same release, and why.
NOT_IMPORTED = {
    "tzdata": "zoneinfo reads it where the system has no time zones",
    "psycopg": "SQLAlchemy loads the driver by the database URL",
}


def _texts(*without: str):
    for path in tracked_files():
        name = str(path.relative_to(ROOT))
        if (path.suffix in TEXT_SUFFIXES or path.name in {"Makefile", "run", "chromium"}) and not name.startswith(
            without
        ):
            yield name, path.read_text(encoding="utf-8")


def test_no_test_is_skipped_when_it_cannot_run():
    found = [
        f"{source.name}:{number}"
        for source in sources("tests", "engine", "web")
        for number, line in enumerate(source.text.splitlines(), 1)
        if SKIPPING.search(line)
    ]
    assert not found


@pytest.mark.parametrize(
    "line", ["@pytest.mark.sk" + "ip", "pytest.sk" + "ip('x')", "pytest.mark.xf" + "ail(strict=True)"]
)
def test_skipping_is_found_when_written(line):
    assert SKIPPING.search(line)


def test_no_machine_or_registry_is_named_when_files_are_read():
    found = [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in _texts("requirements/lock.sh", "Makefile", "web/static/")
        for number, line in enumerate(text.splitlines(), 1)
        if PLACES.search(line)
    ]
    assert not found


@pytest.mark.parametrize("name", LOCKS)
def test_locks_pin_and_hash_everything_when_resolved(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=[a-z0-9])", text) if not entry.startswith("#")]
    assert entries
    assert not [entry.split("\n")[0] for entry in entries if not re.match(r"[a-z0-9.\[\]_-]+==\S+", entry)]
    assert not [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry]


def test_locks_hold_what_the_project_asks_for_when_it_changes():
    locked = {lock: _locked(lock) for lock in LOCKS}
    wanted = {_name(line) for line in project()["project"]["dependencies"]}
    groups = project()["dependency-groups"]
    tools = {_name(line) for group in groups.values() for line in group if isinstance(line, str)}
    assert wanted <= locked["runtime"], "run: make lock"
    assert tools <= locked["dev"] | locked["runtime"], "run: make lock"


def _used() -> set[str]:
    """Name the distributions whose modules the product imports."""
    modules = {m.split(".")[0] for s in sources("engine", "web") for m in _imported(s.text)}
    providers = packages_distributions()
    return {_name(dist) for module in modules for dist in providers.get(module, ())} - {project()["project"]["name"]}


def test_dependencies_are_imported_when_declared():
    declared = {_name(line) for line in project()["project"]["dependencies"]}
    assert declared - _used() - set(NOT_IMPORTED) == set(), "declared, never imported"


def test_dependencies_are_declared_when_imported():
    declared = {_name(line) for line in project()["project"]["dependencies"]}
    assert _used() - declared - {"psycopg-binary"} == set(), "imported, never declared"


def test_dependencies_have_their_reason_when_declared():
    reasons = (ROOT / "docs" / "adr" / "0004-dependencies.md").read_text(encoding="utf-8")
    tools = [line for group in project()["dependency-groups"].values() for line in group if isinstance(line, str)]
    names = {
        _name(line) for line in (*project()["project"]["dependencies"], *tools, *project()["build-system"]["requires"])
    }
    assert not [name for name in sorted(names) if f"| {name} |" not in reasons]


def test_packs_hold_no_code_when_shipped():
    code = {".py", ".js", ".ts", ".html", ".sh", ".sql"}
    assert not [str(p) for p in (ROOT / "templates_market").glob("*/**/*") if p.suffix in code]


def test_uids_are_unique_when_an_app_is_read():
    for app in _app_folders():
        uids = [
            uid for path in sorted(app.rglob("*.json")) for uid in _uids(json.loads(path.read_text(encoding="utf-8")))
        ]
        assert uids, f"{app.name} has no element"
        assert len(uids) == len(set(uids)), f"{app.name}: {sorted({u for u in uids if uids.count(u) > 1})}"


def test_changelog_names_the_version_when_it_is_set():
    version = project()["project"]["version"]
    assert f"## {version} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_links_lead_somewhere_when_documents_are_read():
    broken = []
    for path in tracked_files():
        if path.suffix == ".md":
            for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8")):
                if not (path.parent / target).exists():
                    broken.append(f"{path.relative_to(ROOT)} → {target}")
    assert not broken


def _app_folders():
    return sorted(
        {path.parent for base in ("templates_market", "tests/apps") for path in (ROOT / base).rglob("app.json")}
    )


def _uids(node):
    match node:
        case dict():
            if "uid" in node:
                yield node["uid"]
            for value in node.values():
                yield from _uids(value)
        case list():
            for value in node:
                yield from _uids(value)


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def _locked(lock: str) -> set[str]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return {
        name.replace("_", "-") for name in re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==", text, re.MULTILINE)
    }


def _imported(text: str) -> list[str]:
    return re.findall(r"^\s*(?:from|import) ([\w.]+)", text, re.MULTILINE)
