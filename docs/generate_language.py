"""Writes docs/reference/language.md and language.zh.md from the catalogue of the language and two pages of prose."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from engine.kernel.problems import Text
from engine.language import cases, functions, types
from engine.language.checking.names import MAX_HOPS
from engine.language.checking.people import MAX_LEVELS
from engine.language.checking.report import MAX_AGGREGATES
from engine.language.compiling import compile_expression
from engine.language.functions.catalogue import AGGREGATES
from engine.language.functions.shape import Function
from engine.language.plain import Plain
from engine.language.printing.spelling import KEYWORDS, Spelling
from engine.language.reading import vocabulary
from engine.language.reading.bounding import MAX_CHARACTERS, MAX_DEPTH, MAX_LIST, MAX_PARTS
from engine.language.scope import EMPTY_SCOPE

HERE = Path(__file__).parent
PAGES: Mapping[str, str] = MappingProxyType({"en": "language.md", "zh": "language.zh.md"})
MOMENT = 1_790_000_000_000
"""The moment at which examples look at the clock."""

_GROUPS = {
    "logic": Text("判断与选择", "Logic"),
    "text": Text("文本", "Texts"),
    "formats": Text("格式与样式", "Formats and patterns"),
    "numbers": Text("数字", "Numbers"),
    "dates": Text("日期", "Days"),
    "moments": Text("时刻与时长", "Moments and durations"),
    "workdays": Text("工作日", "Work calendar"),
    "people": Text("人员", "People"),
    "records": Text("记录", "The record"),
    "lookup": Text("决策表", "Decision tables"),
}
_OPERATORS = (
    ("or", "conditions", "条件"),
    ("and", "conditions", "条件"),
    ("not", "a condition", "条件"),
    ("= != < <= > >=", "two values of one type; numbers, dates, moments and durations have an order",
     "同类型的两个值;数字、日期、时刻、时长可比大小"),
    ("in / not in", "a value and a list of constants, or a field of several", "值与常量列表或多值字段"),
    ("contains / not contains", "two texts, or a field of several and an element", "两个文本,或多值字段与其中一项"),
    ("is empty / is not empty", "any value", "任何值"),
    ("+ - &", "numbers; a date and whole days; durations; `&` joins texts", "数字;日期与整天数;时长;`&` 连接文本"),
    ("* /", "numbers", "数字"),
    ("-", "a number, before it", "数字,写在前面"),
)  # fmt: skip
_HELD_AS = {
    "text": ("code points, never empty", "按码位,永不为空文本"),
    "number": ("an exact decimal of fixed scale", "小数位固定的精确小数"),
    "boolean": ("true or false", "真或假"),
    "date": ("a day of the calendar", "日历上的一天"),
    "datetime": ("a moment in UTC, to the millisecond", "UTC 时刻,精确到毫秒"),
    "duration": ("the time between two moments", "两个时刻之间的时间"),
    "choice": ("the key of one option", "一个选项的键"),
    "choices": ("the keys of several options", "几个选项的键"),
    "reference": ("the id of a record", "一条记录的编号"),
    "references": ("the ids of several records", "几条记录的编号"),
    "person": ("the id of a user", "一个用户的编号"),
    "persons": ("the ids of several users", "几个用户的编号"),
    "texts": ("several texts, such as departments", "几个文本,例如部门"),
    "captured": ("files, photos, a recording, a signature, a place", "文件、照片、录音、签名、位置"),
    "blank": ("a blank that nothing around it has given a type", "还没有类型的空值"),
}


def page(speech: str) -> str:
    """Return the page of one language: its prose with the tables filled in."""
    prose = (HERE / "templates" / PAGES[speech]).read_text(encoding="utf-8")
    tables = {
        "types": _types(speech),
        "operators": _operators(speech),
        "words": _words(speech),
        "aggregates": _aggregates(speech),
        "functions": "\n".join(_functions(speech)),
        "limits": _limits(speech),
        "hops": str(MAX_HOPS),
        "digits": str(types.MAX_DIGITS),
        "longest": f"{types.LONGEST_TEXT:,}",
        "case_types": ", ".join(f"`{name}`" for name in cases.TYPE_NAMES),
    }
    for name, table in tables.items():
        prose = prose.replace(f"{{{name}}}", table)
    return prose


def _said(speech: str, en: str, zh: str) -> str:
    return zh if speech == "zh" else en


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    columns = list(head)
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _types(speech: str) -> str:
    kinds = [kind for kind in vars(types).values() if isinstance(kind, type) and kind.__name__.endswith("Type")]
    rows = []
    for kind in kinds:
        key, words = types.type_key(kind), types.type_words(kind)
        held = _HELD_AS.get(key, ("", ""))
        rows.append((f"`{key}`", words.in_language(speech), _said(speech, *held)))
    return _table(_said(speech, "type|what|held as", "类型|名称|保存为").split("|"), rows)


def _operators(speech: str) -> str:
    rows = []
    for written, en, zh in _OPERATORS:
        parts = [part for part in written.split(" / ") if part in KEYWORDS]
        alias = "、".join(KEYWORDS[part].zh for part in parts) if parts and parts[0] in KEYWORDS else ""
        rows.append((f"`{written}`", alias, _said(speech, en, zh)))
    return _table(_said(speech, "operator|Chinese|takes", "运算符|中文|用于").split("|"), rows)


def _words(speech: str) -> str:
    by_kind: dict[str, list[str]] = {}
    for word, kind in vocabulary.KEYWORDS.items():
        by_kind.setdefault(kind, []).append(word)
    heads = {"me": vocabulary.ME_WORDS, "old": vocabulary.OLD_WORDS, "param": vocabulary.PARAMETER_WORDS}
    rows = [(_told(kind), " ".join(f"`{word}`" for word in words)) for kind, words in by_kind.items()]
    rows += [(f"`{name}`", " ".join(f"`{word}`" for word in sorted(words))) for name, words in heads.items()]
    return _table(_said(speech, "meaning|words", "意思|写法").split("|"), rows)


def _told(kind: str) -> str:
    return "`= != < <= > >=`" if kind == "COMPARE" else f"`{kind.lower().replace('_', ' ')}`"


_OVER = {
    "count": Text(
        "有几条,或几条填写了该字段;多值字段里有几个:count(photos)",
        "how many records, or how many with the field filled; of a field of several how many it holds: count(photos)",
    ),
    "sum": Text("数字或时长的合计", "the sum of a number or a duration"),
    "avg": Text("数字的平均,六位小数", "the average of a number, six decimals"),
    "min": Text("最小、最早", "the least or earliest"),
    "max": Text("最大、最晚", "the greatest or latest"),
    "any": Text("有一条为真,或有一条", "whether one is true, or there is one"),
    "all": Text("全部为真;没有记录时成立", "whether all are true; holds over nothing"),
    "exists": Text("有没有这样的记录", "whether there is such a record"),
    "latest": Text("最近一条有值的记录的值", "the value of the latest record that has one"),
}


def _aggregates(speech: str) -> str:
    rows = []
    for name in dict.fromkeys(AGGREGATES.values()):
        aliases = " ".join(f"`{alias}`" for alias, meant in AGGREGATES.items() if meant == name and not alias.isascii())
        rows.append((f"`{name}`", aliases, _OVER[name].in_language(speech)))
    return _table(_said(speech, "name|Chinese|gives", "名称|中文|给出").split("|"), rows)


def groups() -> Iterator[tuple[Text, tuple[Function, ...]]]:
    """Go through the groups of functions, one for each module; those without a title of their own come last."""
    modules = {found.name for found in pkgutil.iter_modules(functions.__path__)} - {"catalogue", "shape"}
    for name in (*_GROUPS, *sorted(modules - set(_GROUPS))):
        module = importlib.import_module(f"{functions.__name__}.{name}")
        for key, listed in vars(module).items():
            if key.endswith("_FUNCTIONS"):
                yield _GROUPS.get(name, Text(name, name)), listed


def _functions(speech: str) -> Iterator[str]:
    for title, listed in groups():
        yield f"### {title.in_language(speech)}\n"
        yield _table(
            _said(speech, "call|Chinese|does|examples", "调用|中文名|作用|例子").split("|"),
            (_function(function, speech) for function in listed),
        )
        yield ""


def _function(function: Function, speech: str) -> tuple[str, str, str, str]:
    aliases = " ".join(f"`{alias}`" for alias in function.aliases)
    examples = "<br>".join(_example(source, speech) for source, _ in function.examples)
    return f"`{function.usage}`", aliases, function.help.in_language(speech), examples


def _example(source: str, speech: str) -> str:
    expression = compile_expression(source, EMPTY_SCOPE)
    value = cases.shown(expression.evaluate({}, Plain.at(MOMENT)), expression.type)
    word = Spelling(EMPTY_SCOPE, "zh" if speech == "zh" else "en").keyword
    match value:
        case None | bool():
            shown = word({True: "true", False: "false", None: "empty"}[value])
        case _:
            shown = str(value)
    return f"`{source}` → {shown}"


def _limits(speech: str) -> str:
    rows = (
        ("characters", "字符数", MAX_CHARACTERS),
        ("parts", "部分数", MAX_PARTS),
        ("nesting", "嵌套层数", MAX_DEPTH),
        ("items of a list", "列表项数", MAX_LIST),
        ("aggregates in an expression", "一个表达式里的汇总", MAX_AGGREGATES),
        ("references on a path", "路径经过的关联", MAX_HOPS),
        ("superiors up", "向上的上级层数", MAX_LEVELS),
        ("digits of a number", "数字位数", types.MAX_DIGITS),
    )
    head = _said(speech, "what|at most", "内容|最多").split("|")
    return _table(head, ((_said(speech, en, zh), f"{limit:,}") for en, zh, limit in rows))


if __name__ == "__main__":
    for spoken, name in PAGES.items():
        (HERE / "reference" / name).write_text(page(spoken), encoding="utf-8")
        sys.stdout.write(f"{name}\n")
