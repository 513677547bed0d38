"""What the house rules look at: the project's own files and their syntax trees."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file of the project."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path from the project's root, for messages."""
        return str(self.path.relative_to(ROOT))

    def functions(self) -> Iterator[Definition]:
        """Go through all functions and methods, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Definition):
                yield node

    def classes(self) -> Iterator[ast.ClassDef]:
        """Go through all classes."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef):
                yield node


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Read the Python files under the folders of the project."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    texts = [(path, path.read_text(encoding="utf-8")) for path in paths]
    return tuple(Source(path, text, ast.parse(text)) for path, text in texts)


@cache
def tracked_files() -> tuple[Path, ...]:
    """Name the files that belong to the project: tracked, or new and not ignored; in an unpacked archive, all."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    found = [ROOT / name for name in answer.stdout.split("\0") if name]
    return tuple(path for path in found if path.is_file())


@cache
def project() -> dict[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
