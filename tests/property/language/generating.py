"""Well-typed expressions, as source text, of every type and over every function."""

from __future__ import annotations

from hypothesis import strategies as st

_NUMBER_FIELDS = ("whole", "amount", "rate", "zero", "customer.level", "customer.region.rate", "param.days", "param.rate", "param.nothing")
_TEXT_FIELDS = ("name", "note", "customer.name", "param.word")
_DATE_FIELDS = ("due", "start", "customer.since")
_MOMENT_FIELDS = ("seen", "made")
_BOOLEAN_FIELDS = ("hot", "cold", "customer.vip")
_OPTIONS = ('"won"', '"negotiation"', '"丢单"', "empty")
_ORDERS = ("<", "<=", ">", ">=")
_WRITTEN_TEXTS = ('""', '"a"', '"ab"', '"A"', '" "', '"中"', '"🐱"', '"\\""', "'%'", '"12.5"', '"é"', "empty")

pick = st.sampled_from


@st.composite
def written_number(draw):
    sign = draw(pick(("", "", "-")))
    whole = draw(pick(("0", "1", "2", "3", "7", "10", "15", "49", "50", "99", "1000", "123456789012345")))
    return sign + whole + draw(pick(("", "", "", ".5", ".05", ".005", ".125", ".000001")))


@st.composite
def whole_number(draw, depth):
    if depth <= 0 or draw(st.integers(0, 3)) == 0:
        return draw(pick(("0", "1", "2", "3", "-1", "7", "31", "400", "-12", "100000000000", "whole", "param.days")))
    kind = draw(pick(("len", "int", "date", "sum", "round")))
    inner = depth - 1
    match kind:
        case "len":
            return f"len({draw(text(inner))})"
        case "int":
            return f"div({draw(number(inner))}, {draw(number(inner))})"
        case "date":
            function = draw(pick(("year", "month", "day", "weekday", "days_since", "days_until")))
            return f"{function}({draw(day_or_moment(inner))})"
        case "round":
            function = draw(pick(("round", "round_up", "round_down")))
            return f"{function}({draw(number(inner))}{draw(pick(('', ', 0', ', -1', ', -3')))})"
        case _:
            return f"({draw(whole_number(inner))} {draw(pick(('+', '-')))} {draw(whole_number(inner))})"


@st.composite
def number(draw, depth):
    if depth <= 0:
        return draw(st.one_of(pick(_NUMBER_FIELDS), written_number(), pick(("empty + 0",))))
    inner = depth - 1
    kind = draw(pick(("leaf", "infix", "infix", "negative", "function", "choice", "aggregate", "whole", "places", "dates")))
    match kind:
        case "leaf":
            return draw(number(0))
        case "infix":
            return f"({draw(number(inner))} {draw(pick('+-*/'))} {draw(number(inner))})"
        case "negative":
            return f"-({draw(number(inner))})"
        case "function":
            name, count = draw(pick((("abs", 1), ("min", 2), ("max", 3), ("div", 2), ("mod", 2), ("or_zero", 1))))
            return f"{name}({', '.join(draw(number(inner)) for _ in range(count))})"
        case "choice":
            return draw(chosen(number, inner))
        case "aggregate":
            return draw(aggregate(pick(("count(visits{})", "count(visits.score{})", "sum(visits.score{})", "avg(visits.score{})", "min(visits.score{})", "max(visits.score{})", "latest(visits.score{})")), inner))
        case "places":
            function = draw(pick(("round", "round_up", "round_down")))
            return f"{function}({draw(number(inner))}, {draw(st.integers(-3, 7))})"
        case "dates":
            name = draw(pick(("days_between", "months_between")))
            return draw(pick((f"hours_since({draw(moment(inner))})", f"{name}({draw(day(inner))}, {draw(day_or_moment(inner))})", f"({draw(day(inner))} - {draw(day(inner))})", f"number({draw(text(inner))})", f"find({draw(text(inner))}, {draw(text(inner))})")))
        case _:
            return draw(whole_number(inner))


@st.composite
def chosen(draw, values, depth):
    kind = draw(pick(("if", "ifs", "switch", "coalesce")))
    one, two, three = draw(values(depth)), draw(values(depth)), draw(values(depth))
    match kind:
        case "if":
            return f"if({draw(condition(depth))}, {one}, {two})"
        case "ifs":
            return f"ifs({draw(condition(depth))}, {one}, {draw(condition(depth))}, {two}, {three})"
        case "switch":
            return f'switch({draw(pick(("stage", "customer.name", "name")))}, "won", {one}, {two})' if draw(st.booleans()) else f"switch({draw(whole_number(depth))}, 1, {one}, 2, {two})"
        case _:
            return f"coalesce({one}, {two})"


@st.composite
def aggregate(draw, form, depth):
    where = draw(st.one_of(st.just(""), inside(min(depth, 1)).map(lambda found: f" where {found}")))
    return draw(form).format(where)


@st.composite
def inside(draw, depth):
    simple = pick(("good", "not good", 'outcome = "a"', "score > 1", "score / 3 < 2.5", "outcome is empty", "day >= today() - 15", "days_since(day) < 20", 'stage in ["won", "谈判"]', "score <= param.days", "date(created_at) <= today()", 'outcome contains "a"', 'deal is not empty'))
    if depth <= 0:
        return draw(simple)
    return f"({draw(simple)} {draw(pick(('and', 'or')))} not {draw(simple)})"


@st.composite
def text(draw, depth):
    if depth <= 0:
        return draw(st.one_of(pick(_TEXT_FIELDS), pick(_WRITTEN_TEXTS)))
    inner = depth - 1
    kind = draw(pick(("leaf", "concat", "part", "mid", "replace", "case", "choice", "join", "latest")))
    match kind:
        case "leaf":
            return draw(text(0))
        case "concat":
            return f"({draw(text(inner))} & {draw(text(inner))})"
        case "part":
            return f"{draw(pick(('left', 'right')))}({draw(text(inner))}, {draw(whole_number(inner))})"
        case "mid":
            return f"mid({draw(text(inner))}, {draw(whole_number(inner))}, {draw(whole_number(inner))})"
        case "replace":
            return f"replace({draw(text(inner))}, {draw(text(inner))}, {draw(text(inner))})"
        case "case":
            return f"{draw(pick(('trim', 'lower', 'upper')))}({draw(text(inner))})"
        case "join":
            return f"join({draw(text(inner))}, {draw(text(inner))}, {draw(text(inner))})"
        case "latest":
            return draw(aggregate(st.just("latest(visits.outcome{})"), inner))
        case _:
            return draw(chosen(text, inner))


@st.composite
def day(draw, depth):
    if depth <= 0:
        return draw(st.one_of(pick(_DATE_FIELDS), pick(("today()", "2026-01-31", "2024-02-29", "0001-01-01", "9999-12-31"))))
    inner = depth - 1
    kind = draw(pick(("leaf", "shift", "months", "end", "date", "choice", "extreme", "made", "aggregate")))
    match kind:
        case "leaf":
            return draw(day(0))
        case "shift":
            return f"({draw(day(inner))} {draw(pick('+-'))} {draw(whole_number(inner))})"
        case "months":
            return f"{draw(pick(('add_months', 'add_days')))}({draw(day_or_moment(inner))}, {draw(whole_number(inner))})"
        case "end":
            return f"end_of_month({draw(day(inner))})"
        case "date":
            return f"date({draw(moment(inner))})"
        case "extreme":
            return f"{draw(pick(('min', 'max')))}({draw(day(inner))}, {draw(day(inner))})"
        case "made":
            return f"make_date({draw(whole_number(inner))}, {draw(whole_number(inner))}, {draw(whole_number(inner))})"
        case "aggregate":
            return draw(aggregate(pick(("min(visits.day{})", "max(visits.day{})", "latest(visits.day{})")), inner))
        case _:
            return draw(chosen(day, inner))


@st.composite
def moment(draw, depth):
    if depth <= 0:
        return draw(pick((*_MOMENT_FIELDS, "now()")))
    return draw(st.one_of(moment(0), chosen(moment, depth - 1), pick(("max(visits.created_at)", "min(seen, made)"))))


def day_or_moment(depth):
    return st.one_of(day(depth), moment(depth))


@st.composite
def condition(draw, depth):
    if depth <= 0:
        return draw(st.one_of(pick(_BOOLEAN_FIELDS), pick(("true", "false", "(name is empty)", "(hot is not empty)", "(owner = me)", '(tags contains "won")', "(stage = empty)", "(customer is empty)"))))
    inner = depth - 1
    kind = draw(pick(("leaf", "logic", "logic", "not", "order", "order", "equal", "equal", "in", "text", "blank", "choice", "exists", "days", "days", "stage")))
    match kind:
        case "leaf":
            return draw(condition(0))
        case "logic":
            operator = draw(pick((" and ", " or ")))
            return "(" + operator.join(draw(condition(inner)) for _ in range(draw(st.integers(2, 3)))) + ")"
        case "not":
            return f"(not {draw(condition(inner))})"
        case "order":
            values = draw(pick((number, day, moment)))
            left, right = draw(values(inner)), draw(values(inner))
            return f"({left} {draw(pick(_ORDERS))} {right})" if "empty" not in {left, right} else "hot"
        case "equal":
            values = draw(pick((number, day, moment, text, condition)))
            return f"({draw(values(inner))} {draw(pick(('=', '!=')))} {draw(values(inner))})"
        case "in":
            return draw(pick((f"({draw(number(inner))} {draw(pick(('in', 'not in')))} [0, 1, -2.5, 15])", f'({draw(text(inner))} in ["a", "ab", "中"])', f"({draw(day(inner))} in [2026-01-31, 2024-02-29])")))
        case "text":
            return draw(pick((f"({draw(text(inner))} contains {draw(text(inner))})", f"starts_with({draw(text(inner))}, {draw(text(inner))})", f"ends_with({draw(text(inner))}, {draw(text(inner))})")))
        case "blank":
            values = draw(pick((number, day, moment, text, condition)))
            return f"({draw(values(inner))} {draw(pick(('is empty', 'is not empty')))})"
        case "exists":
            return draw(aggregate(pick(("exists(visits{})", "any(visits.good{})", "all(visits.good{})", "exists(visits.score{})", "any(visits{})")), inner))
        case "days":
            limit = draw(pick(("0", "1", "7", "15", "-3", "3000000", "param.days", "whole")))
            function = draw(pick(("days_since", "days_until", "date", "date")))
            item = draw(pick((*_DATE_FIELDS, *_MOMENT_FIELDS)))
            bound = f"today() - {limit}" if function == "date" else limit
            sides = [f"{function}({item})", draw(pick((*_ORDERS, "=", "!="))), bound]
            return f"({' '.join(sides if draw(st.booleans()) else [f'({sides[2]})', sides[1], sides[0]])})"
        case "stage":
            return draw(pick(("(stage = {})", "(stage != {})", '(stage in ["won", "lost"])', "(tags contains {})", "(switch(stage, \"won\", 1, 2) = 1)", "(coalesce(stage, \"lost\") = {})"))).replace("{}", draw(pick(_OPTIONS)))
        case _:
            return draw(chosen(condition, inner))


def anything(depth):
    return st.one_of(condition(depth), condition(depth), number(depth), text(depth), day(depth), moment(depth))
