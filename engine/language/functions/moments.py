"""Functions that make moments and durations, and that measure the time between moments."""

from __future__ import annotations

from engine.kernel.problems import Text
from engine.language.checking.durations import MILLISECONDS, of_units, quotient
from engine.language.functions.shape import Build, Function, Invocation, Takes
from engine.language.operations import Op
from engine.language.tree import Literal, Node, Operation
from engine.language.types import DateTimeType, NumberType

_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000


def _datetime(call: Invocation) -> Node:
    zero = Literal(0, NumberType(0, 1), call.at)
    parts = (*call.arguments, zero, zero, zero)[:4]
    return Operation(Op.MAKE_MOMENT, parts, DateTimeType(), (), call.at)


def _units(unit: int) -> Build:
    return lambda call: of_units(call.arguments[0], unit, call.at, call.report)


def hours_between(first: Node, second: Node, call: Invocation) -> Node:
    """Return the hours from one moment to another, with six decimals."""
    passed = Operation(Op.TIME_BETWEEN, (first, second), MILLISECONDS, (), call.at)
    return quotient(passed, Literal(_HOUR, NumberType(0, 7)), call.at)


def _hours_between(call: Invocation) -> Node:
    return hours_between(call.arguments[0], call.arguments[1], call)


def _duration(name: str, alias: str, unit: int, help: Text, *examples: tuple[str, str | bool | None]) -> Function:
    return Function(name, (alias,), (("number", Takes.NUMBER),), _units(unit), help, examples)


MOMENT_FUNCTIONS = (
    Function(
        "datetime",
        ("时刻", "日期时间"),
        (("date", Takes.DAY), ("hour", Takes.WHOLE), ("minute", Takes.WHOLE), ("second", Takes.WHOLE)),
        _datetime,
        Text(
            "应用所在时区那一天的几点几分几秒,不写就是 0;没有这样的钟点则为空。钟表拨快而跳过的时间,按没有拨快来算;"
            "拨慢而出现两次的时间,取前一次",
            "That time of day in the app's zone, 0 where it is left out; blank where there is no such time of day. A "
            "time that is skipped because clocks go forward counts as if they had not; of one that comes twice it is "
            "the first",
        ),
        (
            ("datetime(2026-01-31, 9, 30) - datetime(2026-01-31)", "34200000"),
            ("date(datetime(2026-01-31, 23, 59, 59))", "2026-01-31"),
            ("datetime(2026-01-31, 24)", None),
        ),
        optional=3,
    ),
    _duration(
        "days",
        "天",
        _DAY,
        Text("几个 24 小时的时长,可以加减到时刻上", "A duration of so many times 24 hours, to be added to moments"),
        ("days(1) = hours(24)", True),
    ),
    _duration(
        "hours",
        "小时",
        _HOUR,
        Text(
            "几小时的时长,可以加减到时刻上;时长 / hours(1) 就是小时数",
            "A duration of so many hours, to be added to moments; a duration / hours(1) is its number of hours",
        ),
        ("datetime(2026-01-31, 9) + hours(1.5) = datetime(2026-01-31, 10, 30)", True),
        ("(now() + hours(3) - now()) / hours(1)", "3"),
    ),
    _duration(
        "minutes",
        "分钟",
        _MINUTE,
        Text("几分钟的时长", "A duration of so many minutes"),
        ("minutes(90) = hours(1.5)", True),
    ),
    _duration(
        "seconds",
        "秒",
        _SECOND,
        Text("几秒的时长,精确到毫秒", "A duration of so many seconds, to the millisecond"),
        ("seconds(0.5) * 120 = minutes(1)", True),
    ),
    Function(
        "hours_between",
        ("相隔小时数",),
        (("from", Takes.MOMENT), ("to", Takes.MOMENT)),
        _hours_between,
        Text("从前一个时刻到后一个时刻有几小时,带小数", "Hours from the first moment to the second, with decimals"),
        (("hours_between(datetime(2026-01-31, 9), datetime(2026-02-01, 8, 30))", "23.5"),),
    ),
)
