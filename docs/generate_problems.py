"""Writes docs/reference/problems.md from the problem kinds that the rooms declare; knows nothing of their meaning."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import engine
import web
from engine.kernel.problems import ProblemKind

TARGET = Path(__file__).parent / "reference" / "problems.md"

HEAD = """# Problems 错误代码

Every bad input is answered with a code, a place, a message and a mend, in Chinese and English, all problems of one
input at once. A code keeps its meaning for ever. `{…}` places are filled with what was found. *Nature* tells what the
answer means to who sent the input: refused (422), conflict (409), absent (404), unsigned (401),
throttled (429), busy and unavailable (503); only the web knows these numbers.

This page is generated: `make problems`.
"""


def modules() -> Iterator[ModuleType]:
    """Go through the modules called ``problems`` of all rooms, in order of name."""
    names = [
        found.name
        for package in (engine, web)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if found.name.rpartition(".")[2] == "problems" and found.name != "engine.kernel.problems"
    ]
    for name in sorted(names):
        yield importlib.import_module(name)


def kinds(module: ModuleType) -> list[ProblemKind]:
    """Return the kinds that a module declares, by code."""
    return sorted((thing for thing in vars(module).values() if isinstance(thing, ProblemKind)), key=lambda k: k.code)


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for module in modules():
        says = (module.__doc__ or "").strip().splitlines()[0]
        parts.append(f"\n## {module.__name__.rpartition('.')[0]}\n\n{says}\n\n")
        parts.append("| code | message | mend | nature |\n|---|---|---|---|\n")
        parts.extend(_row(kind) for kind in kinds(module))
    return "".join(parts)


def _row(kind: ProblemKind) -> str:
    message, hint = (f"{text.zh}<br>{text.en}".replace("|", "\\|") for text in (kind.message, kind.hint))
    return f"| {kind.code} | {message} | {hint} | {kind.nature} |\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {sum(len(kinds(m)) for m in modules())} problems\n")
