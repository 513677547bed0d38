"""House rules on the shape of the code: sizes, names, docstrings, purity that imports cannot show."""

from __future__ import annotations

import ast
import re

import pytest

from tests.unit.house.sources import Definition, Source, project, sources

CODE = ("engine", "web", "docs", "tests")
PRODUCT = ("engine", "web")
FILE_LINES = 400
FUNCTION_LINES = 40
PUBLIC_METHODS = 12
BANNED_NAMES = re.compile(r"(^|_)(utils?|helpers?|manager|handlers?|common|misc)($|_)")
PURE_ROOMS = ("kernel", "language", "forms", "rules", "workflows", "boards", "catalog", "decision")
CLOCK_READINGS = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|monotonic)(_ns)?|uuid[14])\(")


def _lines(function: Definition) -> int:
    """Count a function's lines without its docstring: to explain is not to be long."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def _public_methods(kind: ast.ClassDef) -> list[str]:
    return [node.name for node in kind.body if isinstance(node, Definition) and not node.name.startswith("_")]


def test_files_stay_short_when_code_grows():
    long = {s.name: s.text.count("\n") for s in sources(*CODE) if s.text.count("\n") > FILE_LINES}
    assert not long, f"over {FILE_LINES} lines: {long}"


def test_functions_stay_short_when_code_grows():
    long = {
        f"{source.name}:{function.lineno} {function.name}": _lines(function)
        for source in sources(*CODE)
        for function in source.functions()
        if _lines(function) > FUNCTION_LINES
    }
    assert not long, f"over {FUNCTION_LINES} lines: {long}"


def test_classes_stay_small_when_code_grows():
    wide = {
        f"{source.name}:{kind.lineno} {kind.name}": len(_public_methods(kind))
        for source in sources(*PRODUCT)
        for kind in source.classes()
        if len(_public_methods(kind)) > PUBLIC_METHODS
    }
    assert not wide, f"over {PUBLIC_METHODS} public methods: {wide}"


def test_modules_say_what_they_are_when_named():
    vague = [
        s.name
        for s in sources(*CODE)
        if any(BANNED_NAMES.search(part) for part in s.name.removesuffix(".py").split("/"))
    ]
    assert not vague


@pytest.mark.parametrize("name", ["utils", "string_utils", "helpers", "task_manager", "handler", "common", "misc"])
def test_banned_names_are_found_when_part_of_a_name(name):
    assert BANNED_NAMES.search(name)


def test_modules_open_with_a_docstring_when_read():
    silent = [s.name for s in sources(*CODE) if s.text.strip() and not ast.get_docstring(s.tree)]
    assert not silent


def test_pure_rooms_read_no_clock_when_run():
    readings = [
        f"{source.name}:{number} {line.strip()}"
        for source in sources(*(f"engine/{room}" for room in PURE_ROOMS))
        for number, line in enumerate(source.text.splitlines(), 1)
        if CLOCK_READINGS.search(line) and source.name != "engine/kernel/clocks.py"
    ]
    assert not readings, "time is injected"


def test_nothing_is_swallowed_when_it_fails():
    assert not [place for source in sources(*PRODUCT) for place in _swallowed(source)]


def _swallowed(source: Source) -> list[str]:
    handlers = [node for node in ast.walk(source.tree) if isinstance(node, ast.ExceptHandler)]
    empty = [h for h in handlers if all(isinstance(s, ast.Pass) or _is_ellipsis(s) for s in h.body)]
    return [f"{source.name}:{handler.lineno}" for handler in empty]


def _is_ellipsis(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and statement.value.value is Ellipsis
    )


def test_every_room_stands_in_the_layers_when_it_exists():
    layers = next(c for c in project()["tool"]["importlinter"]["contracts"] if c["id"] == "layers")["layers"]
    named = {part.strip(" ()") for line in layers for part in line.split("|")}
    found = {f"engine.{s.name.removesuffix('.py').split('/')[1]}" for s in sources("engine")} - {"engine.__init__"}
    assert found <= named, f"rooms without a layer: {sorted(found - named)}"


def test_pure_rooms_are_all_under_contract_when_they_exist():
    contract = next(c for c in project()["tool"]["importlinter"]["contracts"] if c["id"] == "pure-rooms")
    existing = {room for room in PURE_ROOMS if sources(f"engine/{room}")}
    assert {f"engine.{room}" for room in existing} <= set(contract["source_modules"])
