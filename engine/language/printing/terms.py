"""Names of values: labels on a path, constants, results of functions and of aggregates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.kernel.clocks import date_of
from engine.kernel.problems import Text
from engine.language.checking.report import Chosen, Meaning, Named, Worded
from engine.language.functions.catalogue import AGGREGATES, function_named
from engine.language.printing.formatting import Level, level_of
from engine.language.printing.phrases import PHRASES, beside, named_call, phrased
from engine.language.printing.spelling import decimal_written
from engine.language.reading import syntax
from engine.language.reading.syntax import Part, Syntax
from engine.language.reading.vocabulary import ME_WORDS, OLD_WORDS, PARAMETER_WORDS
from engine.language.scope import FieldScope, RelationScope
from engine.language.tables import Decides
from engine.language.tree import Span

Say = Callable[[Syntax], str]
"""Puts a condition into a sentence."""

_SIGNS = {"*": "×", "/": "÷", "-": "−", "+": "+"}
_LEAST_SEPARATED = 5
"""Whole numbers of so many digits and more are written with separators."""

_OVER: Mapping[str, Text] = {
    "count": Text("{0}的笔数", "the number of {0}"),
    "sum": Text("{0}的{1}合计", "the sum of {1} over {0}"),
    "avg": Text("{0}的{1}平均值", "the average of {1} over {0}"),
    "min": Text("{0}的最小{1}", "the least {1} of {0}"),
    "max": Text("{0}的最大{1}", "the greatest {1} of {0}"),
    "latest": Text("最近一条{0}的{1}", "the latest {1} of {0}"),
    "any": Text("是否有{0}的{1}为是", "whether {1} is yes for some of {0}"),
    "all": Text("是否所有{0}的{1}都为是", "whether {1} is yes for all of {0}"),
    "exists": Text("是否有{0}", "whether there are {0}"),
}
_LOOKED_UP: Mapping[str, Text] = {
    "lookup": Text("查表{0}所得({1})", "what the table {0} says ({1})"),
    "lookup_policy": Text("表{0}的依据({1})", "the policy in the table {0} ({1})"),
    "lookup_row": Text("表{0}命中的行({1})", "the row that decides in the table {0} ({1})"),
}
_COUNTED = Text("{0}中有{1}的笔数", "the number of {0} with {1}")


@dataclass(frozen=True)
class Related:
    """An aggregate as it was written: over which records, of which field, under which condition."""

    function: str
    way: str
    relation: str
    field: str
    where: Syntax | None


@dataclass(frozen=True)
class Terms:
    """Names the values of one expression in one language; ``parameters`` are labels by key, ``tables`` the app's."""

    meant: Mapping[Span, Meaning]
    parameters: Mapping[str, Text]
    speech: str
    tables: Mapping[str, Decides] = field(default_factory=dict)

    def term(self, node: Syntax, say: Say) -> str:
        """Return the name of a value; a condition among values is quoted."""
        match node:
            case syntax.Name(parts):
                return self._quoted(parts)
            case syntax.NumberWritten(digits, scale):
                return number_shown(decimal_written(digits, scale))
            case syntax.TextWritten(text, at):
                return self._text(text, at)
            case syntax.DateWritten(day):
                return date_of(day).isoformat()
            case syntax.WordWritten(value):
                words = {True: Text("是", "yes"), False: Text("否", "no"), None: Text("空", "empty")}
                return self._of(words[value])
            case syntax.ListWritten(items):
                return self._of(Text("、", ", ")).join(self.term(item, say) for item in items)
            case syntax.Prefix("-", item):
                return f"−{self._within(item, Level.SIGN, say)}"
            case syntax.Series():
                return self._series(node, say)
            case syntax.Call():
                return self._call(node, say)
            case _:
                return self._of(Text("“{0}”", "“{0}”")).format(say(node))

    def _of(self, text: Text) -> str:
        return text.in_language(self.speech)

    def _text(self, text: str, at: Span) -> str:
        meaning = self.meant.get(at)
        if isinstance(meaning, Chosen):
            return f"“{self._of(meaning.option.labels)}”"
        return f"“{text}”" if text else self._of(Text("空", "empty"))

    def _quoted(self, parts: Sequence[Part]) -> str:
        """Return a path as it stands among other words: the label of a parameter is a sentence of its own."""
        head = parts[0]
        if head.text in PARAMETER_WORDS and not head.quoted and head.at not in self.meant:
            return self._of(Text("「{0}」", "“{0}”")).format(self.path(parts))
        return self.path(parts)

    def path(self, parts: Sequence[Part]) -> str:
        """Return the labels on a path, each of the one before it."""
        head, rest = parts[0], parts[1:]
        if not head.quoted and head.at not in self.meant:
            if head.text in PARAMETER_WORDS and rest:
                key = ".".join(part.text for part in rest)
                return self._of(self.parameters.get(key, Text(key, key)))
            if head.text in OLD_WORDS and rest:
                return phrased(self._of(Text("原来的{0}", "{0} before")), [self.path(rest)], self.speech)
        return self._of(Text("的", "’s ")).join(map(self.label, parts))

    def label(self, part: Part) -> str:
        """Return the label of what one name stands for."""
        match self.meant.get(part.at):
            case Named(item):
                return self._of(item.labels) if item.labels is not None else item.key
            case Worded(word):
                return self._of(word).replace("_", " ")
            case _:
                return self._of(Text("本人", "me")) if part.text in ME_WORDS and not part.quoted else part.text

    def field(self, name: syntax.Name) -> FieldScope | None:
        """Return the field at the end of a path."""
        meaning = self.meant.get(name.parts[-1].at)
        return meaning.item if isinstance(meaning, Named) and isinstance(meaning.item, FieldScope) else None

    def related(self, call: syntax.Call) -> Related | None:
        """Return the aggregate that a call is, or None."""
        function = AGGREGATES.get(call.function.text.lower())
        if function is None or len(call.arguments) != 1 or not isinstance(call.arguments[0], syntax.Name):
            return None
        parts = call.arguments[0].parts
        for number, part in enumerate(parts):
            meaning = self.meant.get(part.at)
            if isinstance(meaning, Named) and isinstance(meaning.item, RelationScope):
                way = self.path(parts[:number]) if number else ""
                field = self.path(parts[number + 1 :]) if parts[number + 1 :] else ""
                return Related(function, way, self.label(part), field, call.where)
        return None

    def rows(self, related: Related, say: Say) -> str:
        """Return which records an aggregate looks at: whose, under which condition, and what they are."""
        if self.speech == "zh":
            if related.where is None:
                return beside(related.way, "的", related.relation) if related.way else related.relation
            return beside(related.way, say(related.where), "的", related.relation)
        owned = f"{related.way}’s {related.relation}" if related.way else related.relation
        return f"{owned} where {say(related.where)}" if related.where is not None else owned

    def _call(self, call: syntax.Call, say: Say) -> str:
        related = self.related(call)
        if related is not None:
            pattern = _COUNTED if related.function == "count" and related.field else _OVER[related.function]
            return phrased(self._of(pattern), (self.rows(related, say), related.field), self.speech)
        function = function_named(call.function.text)
        name = call.function.text if function is None else function.name
        match name:
            case "if" | "ifs":
                return self._chosen(call.arguments, say)
            case "switch":
                return self._switched(call.arguments, say)
            case "coalesce" | "min" | "max" | "join":
                return self._several(name, [self.term(item, say) for item in call.arguments])
            case "lookup" | "lookup_policy" | "lookup_row" if call.arguments:
                return self._looked_up(name, call.arguments, say)
        pieces = [self.term(argument, say) for argument in call.arguments]
        phrase = PHRASES.get(name)
        return (
            named_call(name, pieces, self.speech)
            if phrase is None
            else phrased(self._of(phrase.says), pieces, self.speech)
        )

    def _chosen(self, arguments: Sequence[Syntax], say: Say) -> str:
        pairs = list(zip(arguments[::2], arguments[1::2], strict=False))
        said = [
            phrased(self._of(Text("{0}时取{1}", "{1} if {0}")), (say(condition), self.term(value, say)), self.speech)
            for condition, value in pairs
        ]
        if len(arguments) % 2:
            said.append(
                phrased(self._of(Text("否则取{0}", "otherwise {0}")), [self.term(arguments[-1], say)], self.speech)
            )
        return self._of(Text(",", ", ")).join(said)

    def _switched(self, arguments: Sequence[Syntax], say: Say) -> str:
        item, *rest = (self.term(argument, say) for argument in arguments)
        cases = [
            phrased(self._of(Text("{0}取{1}", "{1} for {0}")), pair, self.speech)
            for pair in zip(rest[::2], rest[1::2], strict=False)
        ]
        if len(rest) % 2:
            cases.append(phrased(self._of(Text("其他取{0}", "otherwise {0}")), [rest[-1]], self.speech))
        return phrased(
            self._of(Text("按{0}({1})", "by {0} ({1})")), (item, self._of(Text("、", ", ")).join(cases)), self.speech
        )

    def _several(self, name: str, pieces: Sequence[str]) -> str:
        listed = self._of(Text("、", ", ")).join(pieces)
        patterns = {
            "coalesce": Text("{0}中第一个不为空的", "the first of {0} that is not empty"),
            "min": Text("{0}中最小的", "the least of {0}"),
            "max": Text("{0}中最大的", "the greatest of {0}"),
            "join": Text("{0}连成的文本", "{0} joined"),
        }
        if name == "join":
            listed = self._of(Text("、", ", ")).join(pieces[1:])
        return phrased(self._of(patterns[name]), [listed], self.speech)

    def _looked_up(self, name: str, arguments: Sequence[Syntax], say: Say) -> str:
        first, *inputs = arguments
        table = self._table(first.text) if isinstance(first, syntax.TextWritten) else self.term(first, say)
        listed = self._of(Text("、", ", ")).join(self.term(item, say) for item in inputs)
        return phrased(self._of(_LOOKED_UP[name]), [table, listed], self.speech)

    def _table(self, written: str) -> str:
        """Return the label of a table, and that of the output where one is named."""
        key, _, part = written.partition(".")
        table = self.tables.get(key)
        if table is None:
            return f"“{written}”"
        output = table.design.output(part)
        label = self._of(table.design.labels)
        return f"“{label}”" if output is None else f"“{label} · {self._of(output.labels)}”"

    def _series(self, node: syntax.Series, say: Say) -> str:
        level = level_of(node)
        written = self._within(node.first, level, say)
        for sign, item in node.rest:
            joint = self._of(Text("接", "followed by")) if sign == "&" else _SIGNS[sign]
            written += f" {joint} {self._within(item, Level(level + 1), say)}"
        return written

    def _within(self, node: Syntax, level: Level, say: Say) -> str:
        said = self.term(node, say)
        return said if level_of(node) >= level or _is_condition(node) else f"({said})"


def _is_condition(node: Syntax) -> bool:
    return isinstance(node, syntax.Logic | syntax.Comparison | syntax.Test | syntax.EmptyTest)


def number_shown(decimal: str) -> str:
    """Return a decimal with separators between thousands, where it is long enough to need them."""
    whole, dot, decimals = decimal.partition(".")
    digits = whole.removeprefix("-")
    if len(digits) < _LEAST_SEPARATED:
        return decimal
    return f"{'-' if whole.startswith('-') else ''}{int(digits):,}{dot}{decimals}"
