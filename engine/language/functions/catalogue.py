"""All functions by name and by Chinese name, and the names of the aggregates."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.kernel.registries import Registry
from engine.language.functions.dates import DATE_FUNCTIONS
from engine.language.functions.formats import FORMAT_FUNCTIONS
from engine.language.functions.logic import LOGIC_FUNCTIONS
from engine.language.functions.lookup import LOOKUP_FUNCTIONS
from engine.language.functions.moments import MOMENT_FUNCTIONS
from engine.language.functions.numbers import NUMBER_FUNCTIONS
from engine.language.functions.people import PEOPLE_FUNCTIONS
from engine.language.functions.records import RECORD_FUNCTIONS
from engine.language.functions.shape import Function
from engine.language.functions.text import TEXT_FUNCTIONS
from engine.language.functions.workdays import WORKDAY_FUNCTIONS
from engine.language.tree import AggregateFunction

FUNCTIONS: Registry[Function] = Registry(
    (
        *LOGIC_FUNCTIONS,
        *TEXT_FUNCTIONS,
        *FORMAT_FUNCTIONS,
        *NUMBER_FUNCTIONS,
        *DATE_FUNCTIONS,
        *MOMENT_FUNCTIONS,
        *WORKDAY_FUNCTIONS,
        *PEOPLE_FUNCTIONS,
        *RECORD_FUNCTIONS,
        *LOOKUP_FUNCTIONS,
    )
)

AGGREGATES: Mapping[str, AggregateFunction] = MappingProxyType(
    {
        "count": "count",
        "计数": "count",
        "sum": "sum",
        "合计": "sum",
        "avg": "avg",
        "平均": "avg",
        "min": "min",
        "最小": "min",
        "max": "max",
        "最大": "max",
        "any": "any",
        "任一": "any",
        "all": "all",
        "全部": "all",
        "exists": "exists",
        "存在": "exists",
        "latest": "latest",
        "最近": "latest",
    }
)
"""``min`` and ``max`` are functions too: they aggregate where their one argument leads to related records."""

_BY_ALIAS: Mapping[str, Function] = MappingProxyType(
    {alias: function for function in FUNCTIONS.values() for alias in function.aliases}
)


def function_named(name: str) -> Function | None:
    """Return the function with that name in any case, or with that Chinese name."""
    return FUNCTIONS.get(name.lower()) or _BY_ALIAS.get(name)


def is_function(name: str) -> bool:
    """Tell whether a function or aggregate has that name."""
    return function_named(name) is not None or name.lower() in AGGREGATES


def function_names() -> list[str]:
    """Return every name that a call may have."""
    return [*FUNCTIONS, *_BY_ALIAS, *AGGREGATES]
