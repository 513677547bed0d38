"""Writes docs/reference/documents.md from the JSON Schemas of the documents; knows no more of them than these say."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.catalog.documents import FOLDERS, SINGLE, schemas
from engine.catalog.part_names import KINDS, PARTS
from engine.forms.field_types import BUILT_IN

TARGET = Path(__file__).parent / "reference" / "documents.md"
COMMON = "common"
HEAD = """# Documents 文档

An app is a set of JSON documents. Each kind has a JSON Schema (2020-12) in `engine/catalog/schemas`, which checks every
document that comes in; this page says the same in tables: what may stand where, what must (✱), and what it is called
in Chinese. Unknown keys are refused. Every element has a `uid` that stays the same for ever and a `key` that never
changes; labels change freely.

This page is generated: `make documents`.
"""

Schema = dict[str, Any]


@dataclass
class Chapter:
    """One kind of document as it is written down; ``waiting`` are the objects in it that get tables of their own."""

    kind: str
    schema: Schema
    waiting: list[tuple[str, Schema]] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def lines(self) -> Iterator[str]:
        """Go through the lines of the chapter."""
        self.waiting.append(("", self.schema))
        while self.waiting:
            name, node = self.waiting.pop(0)
            if name:
                yield f"\n### {self.kind}: `{name}`\n\n"
            if name and node.get("description"):
                yield f"{node['description']}\n\n"
            for number, shape in enumerate(shapes(node)):
                yield "\n" if number else ""
                yield from self._table(name, shape)

    def _table(self, name: str, shape: Schema) -> Iterator[str]:
        if not shape.get("properties"):
            yield f"{self.holds(name, shape)}\n"
            return
        required = set(shape.get("required", ()))
        yield "| key | 中文 | holds | |\n|---|---|---|---|\n"
        for key, node in shape["properties"].items():
            called = PARTS.get(key) or KINDS.get(key)
            says = str(node.get("description", "")).replace("|", "\\|")
            mark = " ✱" if key in required else ""
            within = f"{name}.{key}".removeprefix(".")
            yield f"| `{key}`{mark} | {called.zh if called else ''} | {self.holds(within, node)} | {says} |\n"

    def holds(self, name: str, node: Schema) -> str:
        """Return in a few words what a place may hold; objects within are put down to be told of later."""
        if "$ref" in node:
            file, _, part = node["$ref"].rpartition("#/$defs/")
            if file:
                return f"[{part}](#{COMMON}-{part})"
            self._later(part, self.schema["$defs"][part])
            return f"[{part}](#{self.kind}-{part})"
        if "const" in node:
            return f"`{_json(node['const'])}`"
        if "enum" in node:
            return " ".join(f"`{_json(one)}`" for one in node["enum"])
        kinds = node.get("type")
        match kinds[0] if isinstance(kinds, list) else kinds:
            case "array":
                return f"list of {self.holds(name, node.get('items', {}))}{_bounds(node, 'Items')}"
            case "object" if node.get("properties"):
                self._later(name, node)
                return f"[{name}](#{self.kind}-{name.replace('.', '')})"
            case "object":
                inner = node.get("additionalProperties")
                return f"{{…: {self.holds(name, inner)}}}" if isinstance(inner, dict) else "object"
            case "string":
                like = f" like `{_bare(node['pattern'])}`" if "pattern" in node else ""
                return f"text{_bounds(node, 'Length')}{like}"
            case str(plain):
                return f"{plain}{_bounds(node, 'imum')}"
        alternatives = [self.holds(name, one) for one in shapes(node) if one is not node]
        return " or ".join(dict.fromkeys(alternatives)) or "any value"

    def _later(self, name: str, node: Schema) -> None:
        if name not in self.told:
            self.told.add(name)
            self.waiting.append((name, node))


def shapes(node: Schema) -> list[Schema]:
    """Return the shapes that a place may have: the alternatives where there are some, else the one."""
    return node.get("oneOf") or node.get("anyOf") or [node]


def _bare(pattern: str) -> str:
    return pattern.removeprefix("^").removesuffix("$").replace("|", "\\|")


def _json(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bounds(node: Schema, what: str) -> str:
    least, most = node.get(f"min{what}"), node.get(f"max{what}")
    if least is None and most is None:
        return ""
    return f" ({least if least is not None else ''}…{most if most is not None else ''})"


def field_types() -> Iterator[str]:
    """Go through the lines about what fields of each type may say besides."""
    yield "\n### form: types of fields 字段类型\n\nBesides what every field may say (above), one of a type may say:\n"
    yield "\n| type | own properties |\n|---|---|\n"
    chapter = Chapter("form", {})
    for name, kind in BUILT_IN.items():
        own = [
            f"`{key}`: {_unlinked(chapter.holds(key, dict(node)))}"
            + (f" – {node['description']}" if "description" in node else "")
            for key, node in kind.properties.items()
        ]
        yield f"| `{name}` | {'<br>'.join(own).replace('|', chr(92) + '|')} |\n"


def _unlinked(text: str) -> str:
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)


def page() -> str:
    """Return the whole page."""
    known = schemas()
    parts = [HEAD]
    places = {kind: path for path, kind in SINGLE.items()}
    places |= {kind: f"{folder}/<key>.json" for folder, kind in FOLDERS.items()}
    for kind in sorted(places, key=lambda one: (one != "app", one)):
        parts += [f"\n## {_called(kind)} `{places[kind]}`\n\n{known[kind].get('title', '')}\n\n"]
        parts += Chapter(kind, known[kind]).lines()
        if kind == "form":
            parts += field_types()
    parts.append("\n## What stands in many places 各处通用\n")
    for name, node in known[COMMON]["$defs"].items():
        parts += [f"\n### {COMMON}: `{name}`\n\n"]
        parts += [f"{node['description']}\n\n"] if "description" in node else []
        parts += Chapter(COMMON, {**known[COMMON], **node}).lines()
    return "".join(parts)


def _called(kind: str) -> str:
    return f"{kind} {KINDS[kind].zh}" if kind in KINDS else kind


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(page().splitlines())} lines\n")
