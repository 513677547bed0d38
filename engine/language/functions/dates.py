"""Functions over days and moments; days are those of the app's zone."""

from __future__ import annotations

from engine.kernel.problems import Text
from engine.language import problems
from engine.language.checking.arithmetic import whole
from engine.language.checking.fitting import fit
from engine.language.checking.report import BROKEN, words
from engine.language.functions.moments import hours_between
from engine.language.functions.shape import Build, Function, Invocation, Takes
from engine.language.functions.text import operation
from engine.language.operations import Op
from engine.language.tree import Given, Node, Operation
from engine.language.types import BlankType, DateTimeType, DateType, NumberType, TextType

_DAY = ("date", Takes.DAY)
_DAYS = NumberType(0, 7)


def days_between(first: Node, second: Node, call: Invocation) -> Node:
    """Return the second day less the first."""
    return Operation(Op.DAYS_BETWEEN, (first, second), _DAYS, (), call.at)


def _today(call: Invocation) -> Node:
    return Given("today", DateType(), call.at)


def _now(call: Invocation) -> Node:
    return Given("now", DateTimeType(), call.at)


def _date(call: Invocation) -> Node:
    """Build the day of a moment, the day that a text spells, or that of a year, month and day."""
    item, *rest = call.arguments
    match item.type, len(rest):
        case (NumberType() | BlankType(), 2) if (year := whole(item, call.report)) is not BROKEN:
            parts = (fit(year, NumberType(0, 1), call.report) if isinstance(year.type, BlankType) else year, *rest)
            return Operation(Op.MAKE_DATE, parts, DateType(), (), call.at)
        case (NumberType() | BlankType(), 2):
            return BROKEN
        case (DateType() | BlankType(), 0):
            return fit(item, DateType(), call.report)
        case (DateTimeType(), 0):
            return Operation(Op.DAY_OF, (item,), DateType(), (), call.at)
        case (TextType(), 0):
            return Operation(Op.TO_DATE, (item,), DateType(), (), call.at)
        case (_, 1) | (DateType() | DateTimeType() | TextType(), 2):
            usage, got = "date(moment), date(text), date(year, month, day)", len(call.arguments)
            return call.report.broken(problems.ARGUMENT_COUNT, call.at, function=call.name, usage=usage, got=got)
        case _:
            return call.report.broken(
                problems.WRONG_ARGUMENT,
                item.at,
                function=call.name,
                parameter="date",
                hint_zh="写法:date(时刻)、date(文本)、date(年, 月, 日)",
                hint_en="It is written date(moment), date(text) or date(year, month, day)",
                **words("wanted", DateTimeType),
                **words("got", item.type),
            )


def _make_date(call: Invocation) -> Node:
    return Operation(Op.MAKE_DATE, call.arguments, DateType(), (), call.at)


def _since(call: Invocation) -> Node:
    return days_between(call.arguments[0], _today(call), call)


def _until(call: Invocation) -> Node:
    return days_between(_today(call), call.arguments[0], call)


def _between(call: Invocation) -> Node:
    return days_between(call.arguments[0], call.arguments[1], call)


def _hours_since(call: Invocation) -> Node:
    return hours_between(call.arguments[0], _now(call), call)


def _part(op: Op, digits: int) -> Build:
    return operation(op, NumberType(0, digits))


DATE_FUNCTIONS = (
    Function(
        "today",
        ("今天",),
        (),
        _today,
        Text("今天(应用所在时区)", "The day of the run in the app's zone"),
        (("today() = date(now())", True),),
    ),
    Function(
        "now", ("现在",), (), _now, Text("现在这一刻", "The moment of the run"), (("now() > now() - hours(1)", True),)
    ),
    Function(
        "date",
        ("日期",),
        (("date", Takes.ANY), ("month", Takes.WHOLE), ("day", Takes.WHOLE)),
        _date,
        Text(
            "时刻所在的那一天;或文本按 年-月-日 写的那一天,不是这样写的则为空;也可以写 date(年, 月, 日)",
            "The day of a moment; or the day that a text spells as year-month-day, blank unless it is just that; also "
            "date(year, month, day)",
        ),
        (
            ("date(datetime(2026-01-31, 9))", "2026-01-31"),
            ('date("2026-01-31")', "2026-01-31"),
            ('date("2026-02-30")', None),
            ('date("31.1.2026")', None),
            ("date(2026, 1, 31)", "2026-01-31"),
            ("date(2026, 2, 29)", None),
        ),
        optional=2,
    ),
    Function(
        "make_date",
        ("组成日期",),
        (("year", Takes.WHOLE), ("month", Takes.WHOLE), ("day", Takes.WHOLE)),
        _make_date,
        Text("由年、月、日组成;没有这一天则为空", "The day of that year, month and day; blank where there is none"),
        (("make_date(2026, 2, 28)", "2026-02-28"), ("make_date(2026, 2, 29)", None)),
    ),
    Function("year", ("年",), (_DAY,), _part(Op.YEAR, 4), Text("年份", "The year"), (("year(2026-01-31)", "2026"),)),
    Function("month", ("月",), (_DAY,), _part(Op.MONTH, 2), Text("月份", "The month"), (("month(2026-01-31)", "1"),)),
    Function(
        "day", ("日",), (_DAY,), _part(Op.DAY, 2), Text("几号", "The day of the month"), (("day(2026-01-31)", "31"),)
    ),
    Function(
        "weekday",
        ("星期",),
        (_DAY,),
        _part(Op.WEEKDAY, 1),
        Text("星期几,星期一是 1", "The day of the week; Monday is 1"),
        (("weekday(2026-01-31)", "6"),),
    ),
    Function(
        "add_days",
        ("加天数",),
        (_DAY, ("days", Takes.WHOLE)),
        operation(Op.SHIFT_DAYS, DateType()),
        Text("几天之后", "So many days later"),
        (("add_days(2026-01-31, 1)", "2026-02-01"), ("add_days(9999-12-31, 1)", None)),
    ),
    Function(
        "add_months",
        ("加月数",),
        (_DAY, ("months", Takes.WHOLE)),
        operation(Op.ADD_MONTHS, DateType()),
        Text("几个月之后,超过月末取月末", "So many months later, cut to the month's end"),
        (("add_months(2026-01-31, 1)", "2026-02-28"), ("add_months(2026-03-31, -1)", "2026-02-28")),
    ),
    Function(
        "end_of_month",
        ("月末",),
        (_DAY,),
        operation(Op.END_OF_MONTH, DateType()),
        Text("当月最后一天", "The last day of its month"),
        (("end_of_month(2026-02-01)", "2026-02-28"), ("end_of_month(9999-12-01)", "9999-12-31")),
    ),
    Function(
        "days_since",
        ("距今天数",),
        (_DAY,),
        _since,
        Text("过去了几天", "How many days ago"),
        (("days_since(today())", "0"),),
    ),
    Function(
        "days_until",
        ("剩余天数",),
        (_DAY,),
        _until,
        Text("还有几天", "How many days ahead"),
        (("days_until(today() + 3)", "3"),),
    ),
    Function(
        "days_between",
        ("相隔天数",),
        (("from", Takes.DAY), ("to", Takes.DAY)),
        _between,
        Text("从前一天到后一天有几天", "Days from the first to the second"),
        (("days_between(2026-01-31, 2026-02-02)", "2"),),
    ),
    Function(
        "hours_since",
        ("距今小时数",),
        (("moment", Takes.MOMENT),),
        _hours_since,
        Text("过去了几小时,带小数", "How many hours ago, with decimals"),
        (("hours_since(now())", "0"),),
    ),
    Function(
        "months_between",
        ("相隔月数",),
        (("from", Takes.DAY), ("to", Takes.DAY)),
        operation(Op.MONTHS_BETWEEN, NumberType(0, 6)),
        Text("从前一天到后一天有几个整月", "Whole months from the first day to the second"),
        (("months_between(2026-01-31, 2026-02-28)", "1"), ("months_between(2026-03-01, 2026-01-02)", "-1")),
    ),
)
