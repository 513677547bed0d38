"""Every kind of problem has a code of its own, both languages, and its line in the reference."""

from __future__ import annotations

import ast
import re
from collections import Counter

from docs import generate_problems
from tests.unit.house.sources import sources

CODE = re.compile(r"[A-Z]{2,10}-\d{3}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _all_kinds():
    return [
        (module.__name__, kind) for module in generate_problems.modules() for kind in generate_problems.kinds(module)
    ]


def test_codes_are_unique_when_taken_together():
    counted = Counter(kind.code for _, kind in _all_kinds())
    assert counted, "no problem kind was found at all"
    assert not [code for code, times in counted.items() if times > 1]


def test_codes_are_well_formed_when_declared():
    assert not [kind.code for _, kind in _all_kinds() if not CODE.fullmatch(kind.code)]


def test_a_prefix_belongs_to_one_room_when_rooms_declare():
    rooms: dict[str, set[str]] = {}
    for module, kind in _all_kinds():
        rooms.setdefault(kind.code.split("-")[0], set()).add(".".join(module.split(".")[:2]))
    assert not {prefix: names for prefix, names in rooms.items() if len(names) > 1}


def test_texts_stand_in_both_languages_when_declared():
    texts = [(kind.code, text) for _, kind in _all_kinds() for text in (kind.message, kind.hint)]
    # A text may be handed through whole, from a design that has both languages: "{message_zh}".
    assert not [code for code, t in texts if not CHINESE.search(t.zh) and not re.fullmatch(r"\{\w+_zh\}", t.zh)]
    assert not [code for code, t in texts if not t.en.strip() or t.en == t.zh]


def test_reference_names_every_problem_when_generated():
    written = generate_problems.TARGET.read_text(encoding="utf-8")
    assert written == generate_problems.page(), "run: make problems"


def test_kinds_are_declared_in_problems_modules_when_declared():
    elsewhere = [
        f"{source.name}:{node.lineno}"
        for source in sources("engine", "web")
        if source.path.name != "problems.py"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "ProblemKind"
    ]
    assert not elsewhere


def test_kinds_are_used_when_declared():
    words = Counter(word for source in sources("engine", "web") for word in re.findall(r"\w+", source.text))
    names = {
        name: kind.code
        for module in generate_problems.modules()
        for name, kind in vars(module).items()
        if isinstance(kind, generate_problems.ProblemKind)
    }
    unused = {code for name, code in names.items() if words[name] < 2}
    assert not unused, "a documented problem that nothing raises"
