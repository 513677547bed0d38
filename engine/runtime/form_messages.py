"""What a field says where a value does not fit it: one message a kind of problem, the same that saving would say.

The messages name the field and its bounds, never the value, so that a page can say them without asking.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.forms import problems
from engine.forms.forms import Field
from engine.forms.parsing import problem
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem

_NUMBERS = frozenset({"number", "money", "percent", "rating"})
_TEXTS = frozenset({"text", "long_text", "phone", "email", "url", "id_code", "auto_number"})
_PROBES: tuple[Json, ...] = ("?", "9" * 29, f"-{'9' * 29}", "0.0000000001")


def messages_of(item: Field) -> Json:
    """Return the messages by the code of the problem: ``{"FORM-002": {"zh", "en"}, …}``."""
    found = {one.code: one.message.as_json() for one in (_required(item), *_unfit(item))}
    return dict(sorted(found.items()))


def _required(item: Field) -> Problem:
    return problem(problems.REQUIRED, item.definition)


def _unfit(item: Field) -> Iterator[Problem]:
    """Go through the problems that a value typed into a control can have."""
    if item.type is None:
        return
    for probe in _probes(item):
        read = item.type.parse(probe, item.definition)
        if isinstance(read, Problem) and read.code != problems.UNKNOWN_OPTION.code:
            yield read


def _probes(item: Field) -> Iterator[Json]:
    kind, properties = item.definition.type, item.definition.properties
    if kind in _TEXTS:
        yield "\0"
        yield "?" * (int(properties.get("max_length", 100_000)) + 1)
        yield "?"
    elif kind in _NUMBERS:
        yield from _PROBES
        yield from (
            str(int(float(properties[key])) + more) for key, more in (("min", -2), ("max", 2)) if key in properties
        )
    elif kind in ("date", "datetime"):
        yield "?"
