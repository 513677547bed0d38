"""Parts of an expression as sentences and as names of values, out of what was written and what it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.kernel.problems import Text
from engine.language.checking.report import Meaning
from engine.language.compiling import Understood
from engine.language.functions.catalogue import function_named
from engine.language.printing.measures import AMOUNTS, DAYS, EQUAL, SPANS, SWAPPED, UNITS
from engine.language.printing.phrases import PHRASES, beside, phrased
from engine.language.printing.terms import Related, Terms
from engine.language.reading import syntax
from engine.language.reading.syntax import Syntax
from engine.language.reading.vocabulary import ME_WORDS
from engine.language.tables import Decides
from engine.language.tree import Node, Ordered, Span, children
from engine.language.tree import Related as RelatedNode
from engine.language.types import BooleanType, DateTimeType, DateType

HELD = "held"

_SAID: Mapping[str, tuple[Text, Text]] = MappingProxyType(
    {
        HELD: (Text("已冻结", "it is on hold"), Text("没有冻结", "it is not on hold")),
        "there": (Text("有{0}", "{0} is there"), Text("没有{0}", "{0} is not there")),
        "yes": (Text("{0}为“是”", "{0} is yes"), Text("{0}不为“是”", "{0} is not yes")),
        "no": (Text("{0}为“否”", "{0} is no"), Text("{0}不为“否”", "{0} is not no")),
        "empty": (Text("{0}为空", "{0} is empty"), Text("{0}不为空", "{0} is not empty")),
        "contains": (Text("{0}包含{1}", "{0} contains {1}"), Text("{0}不包含{1}", "{0} does not contain {1}")),
        "among": (Text("{0}在{1}之中", "{0} is among {1}"), Text("{0}不在{1}之中", "{0} is not among {1}")),
        "one of": (Text("{0}是{1}之一", "{0} is one of {1}"), Text("{0}不是{1}之一", "{0} is none of {1}")),
        "rows": (Text("有{0}", "there are {0}"), Text("没有{0}", "there are no {0}")),
        "exists": (Text("有{0}填写了{1}", "some of {0} have {1}"), Text("没有{0}填写了{1}", "none of {0} have {1}")),
        "any": (
            Text("有{0}的{1}为“是”", "{1} is yes for some of {0}"),
            Text("没有{0}的{1}为“是”", "{1} is yes for none of {0}"),
        ),
        "all": (
            Text("所有{0}的{1}都为“是”", "{1} is yes for all of {0}"),
            Text("并非所有{0}的{1}都为“是”", "{1} is not yes for all of {0}"),
        ),
    }
)
"""What is said of a condition that holds, and of one that does not."""


@dataclass(frozen=True)
class Sentences:
    """Says conditions, as they hold or as they do not; ``days`` are the places of comparisons of days or moments."""

    terms: Terms
    days: frozenset[Span]
    is_condition: bool
    speech: str

    @classmethod
    def of(
        cls, found: Understood, parameters: Mapping[str, Text], speech: str, tables: Mapping[str, Decides] | None = None
    ) -> Sentences:
        """Return the sentences of an expression; ``parameters`` are the labels by key, ``tables`` the app's."""
        days = {
            node.at
            for node in _everywhere(found.tree)
            if isinstance(node, Ordered) and isinstance(node.left.type, DateType | DateTimeType)
        }
        meant: Mapping[Span, Meaning] = found.meant
        is_condition = isinstance(found.tree.type, BooleanType)
        return cls(Terms(meant, parameters, speech, tables or {}), frozenset(days), is_condition, speech)

    def told(self, node: Syntax) -> str:
        """Return a part in words: a condition as a sentence, a value and a lone name as a name."""
        if isinstance(node, syntax.Name):
            return self.terms.path(node.parts)
        return self.sentence(node) if _is_sentence(node, self.terms) else self.term(node)

    def term(self, node: Syntax) -> str:
        """Return the name of a value."""
        return self.terms.term(node, self.sentence)

    def sentence(self, node: Syntax, holds: bool = True) -> str:
        """Return what it says that a condition holds, or that it does not."""
        match node:
            case syntax.Logic(operator, items):
                return self._joined((operator == "and") == holds, items, holds)
            case syntax.Prefix("not", item):
                return self.sentence(item, not holds)
            case syntax.Comparison(sign, left, right):
                return self._compared(node, left, sign, right, holds)
            case syntax.EmptyTest(item, negated):
                return self._empty(item, holds != negated)
            case syntax.Test():
                return self._tested(node, holds != node.negated)
            case syntax.WordWritten(value):
                return self._of(Text("总是成立", "always") if bool(value) == holds else Text("从不成立", "never"))
            case syntax.Call():
                return self._called(node, holds)
            case _:
                return self._plain(node, holds)

    def _of(self, text: Text) -> str:
        return text.in_language(self.speech)

    def _says(self, what: str, holds: bool, *pieces: str) -> str:
        return phrased(self._of(_SAID[what][not holds]), pieces, self.speech)

    def _joined(self, every: bool, items: tuple[Syntax, ...], holds: bool) -> str:
        joins = [_joint(item, holds) for item in items]
        said = [self.sentence(item, holds) for item in items]
        if every:
            bracketed = [f"({text})" if joint == "or" else text for text, joint in zip(said, joins, strict=True)]
            return self._of(Text(" 且 ", " and ")).join(bracketed)
        return self._of(Text(",或者 ", ", or ") if "and" in joins else Text(" 或 ", " or ")).join(said)

    def _plain(self, node: Syntax, holds: bool) -> str:
        """Say that a value that is true or false is so."""
        item = self.terms.field(node) if isinstance(node, syntax.Name) else None
        if item is not None and item.presence:
            return self._says(HELD if item.key == HELD else "there", holds, self.term(node))
        return self._says("yes", holds, self.term(node))

    def _empty(self, item: Syntax, holds: bool) -> str:
        return self._says("empty", holds, self.term(item))

    def _compared(self, node: syntax.Comparison, left: Syntax, sign: str, right: Syntax, holds: bool) -> str:
        if _comes_last(left) and not _comes_last(right):
            left, sign, right = right, SWAPPED[sign], left
        if sign in {"=", "!="}:
            return self._equal(left, right, (sign == "=") == holds)
        counted = self._counted(left, sign, right, holds)
        if counted is not None:
            return counted
        pair = (DAYS if node.at in self.days else AMOUNTS)[sign]
        return self._beside(self.term(left), self._of(pair[not holds]), self.term(right))

    def _equal(self, left: Syntax, right: Syntax, holds: bool) -> str:
        match right:
            case syntax.WordWritten(None) | syntax.TextWritten(""):
                return self._empty(left, holds)
            case syntax.WordWritten(bool() as value):
                return self._says("yes" if value else "no", holds, self.term(left))
        counted = self._counted(left, "=", right, holds)
        return counted or self._beside(self.term(left), self._of(EQUAL[not holds]), self.term(right))

    def _counted(self, left: Syntax, sign: str, right: Syntax, holds: bool) -> str | None:
        """Say how long ago or ahead something is, compared with a number that is written out."""
        if not isinstance(left, syntax.Call) or not isinstance(right, syntax.NumberWritten):
            return None
        function = function_named(left.function.text)
        if function is None or function.name not in UNITS:
            return None
        how = self._of(SPANS[sign][not holds])
        return phrased(
            self._of(UNITS[function.name][0]), (self.term(left.arguments[0]), how, self.term(right)), self.speech
        )

    def _tested(self, node: syntax.Test, holds: bool) -> str:
        left, right = self.term(node.left), self.term(node.right)
        if node.operator == "contains":
            return self._says("contains", holds, left, right)
        if not isinstance(node.right, syntax.ListWritten):
            return self._says("among", holds, left, right)
        if len(node.right.items) == 1:
            return self._beside(left, self._of(EQUAL[not holds]), right)
        return self._says("one of", holds, left, right)

    def _called(self, call: syntax.Call, holds: bool) -> str:
        related = self.terms.related(call)
        if related is not None and related.function in {"any", "all", "exists"}:
            return self._of_related(related, holds)
        function = function_named(call.function.text)
        phrase = PHRASES.get(function.name) if function is not None else None
        if phrase is None or phrase.denies is None:
            return self._plain(call, holds)
        pieces = [self.term(argument) for argument in call.arguments]
        return phrased(self._of(phrase.says if holds else phrase.denies), pieces, self.speech)

    def _of_related(self, related: Related, holds: bool) -> str:
        what = related.function if related.field else "rows"
        return self._says(what, holds, self.terms.rows(related, self.sentence), related.field)

    def _beside(self, *parts: str) -> str:
        return beside(*parts) if self.speech == "zh" else " ".join(parts)


def _joint(node: Syntax, holds: bool) -> str:
    """Return how the sentence of a part joins others: ``and``, ``or``, or not at all."""
    match node:
        case syntax.Prefix("not", item):
            return _joint(item, not holds)
        case syntax.Logic(operator):
            return operator if holds else {"and": "or", "or": "and"}[operator]
        case _:
            return ""


def _comes_last(node: Syntax) -> bool:
    """Tell whether a side reads better behind the sign: what is written out, and who looks."""
    if isinstance(node, syntax.Name):
        return len(node.parts) == 1 and node.parts[0].text in ME_WORDS
    return isinstance(node, syntax.NumberWritten | syntax.TextWritten | syntax.DateWritten | syntax.WordWritten)


def _is_sentence(node: Syntax, terms: Terms) -> bool:
    match node:
        case syntax.Prefix(operator):
            return operator == "not"
        case syntax.Logic() | syntax.Comparison() | syntax.EmptyTest() | syntax.Test():
            return True
        case syntax.Call():
            related, function = terms.related(node), function_named(node.function.text)
            if related is not None:
                return related.function in {"any", "all", "exists"}
            return function is not None and function.name in PHRASES and PHRASES[function.name].denies is not None
        case _:
            return False


def _everywhere(tree: Node) -> Iterator[Node]:
    """Go through a tree and through what its aggregates look at."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(children(node))
        if isinstance(node, RelatedNode):
            stack.extend(part for part in (node.aggregate.value, node.aggregate.where) if part is not None)
