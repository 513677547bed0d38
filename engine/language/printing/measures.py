"""How comparisons read: amounts, days and spans of time, as they hold and as they do not."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.kernel.problems import Text

SWAPPED: Mapping[str, str] = MappingProxyType({"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="})
"""The sign that says the same with the sides exchanged."""

_Pair = tuple[Text, Text]
"""What is said where the comparison holds, and where it does not; a blank makes none of them hold."""

EQUAL: _Pair = (Text("是", "is"), Text("不是", "is not"))

AMOUNTS: Mapping[str, _Pair] = MappingProxyType(
    {
        ">": (Text("超过", "is more than"), Text("没有超过", "is not more than")),
        ">=": (Text("至少为", "is at least"), Text("不到", "is not at least")),
        "<": (Text("低于", "is less than"), Text("没有低于", "is not less than")),
        "<=": (Text("至多为", "is at most"), Text("不是至多为", "is not at most")),
    }
)

DAYS: Mapping[str, _Pair] = MappingProxyType(
    {
        ">": (Text("晚于", "is after"), Text("并非晚于", "is not after")),
        ">=": (Text("不早于", "is on or after"), Text("并非不早于", "is not on or after")),
        "<": (Text("早于", "is before"), Text("并非早于", "is not before")),
        "<=": (Text("不晚于", "is on or before"), Text("并非不晚于", "is not on or before")),
    }
)

SPANS: Mapping[str, _Pair] = MappingProxyType(
    {
        ">": (Text("超过", "more than"), Text("没有超过", "not more than")),
        ">=": (Text("至少", "at least"), Text("不到", "not at least")),
        "<": (Text("不到", "less than"), Text("并非不到", "not less than")),
        "<=": (Text("至多", "at most"), Text("并非至多", "not at most")),
        "=": (Text("正好", "exactly"), Text("并非正好", "not exactly")),
        "!=": (Text("并非正好", "not exactly"), Text("正好", "exactly")),
    }
)

UNITS: Mapping[str, tuple[Text, Text]] = MappingProxyType(
    {
        "days_since": (Text("{0}距今{1}{2} 天", "{0} was {1} {2} days ago"), Text("天", "days")),
        "days_until": (Text("离{0}还有{1}{2} 天", "{0} is {1} {2} days ahead"), Text("天", "days")),
        "hours_since": (Text("{0}距今{1}{2} 小时", "{0} was {1} {2} hours ago"), Text("小时", "hours")),
    }
)
"""Functions that count time to or from now: how a comparison with a written number reads, and their unit."""
