"""Well-typed expressions of every type and over every function, as source text made from templates.

Letters in braces stand for parts: N a number, W a whole one, T a text, D a day, M a moment, X a day or moment,
B a condition, I a condition on a visit, P a pattern, Y a duration, H an hour or minute, F a field with a day, L a limit
of days, O an option, U a person, and the signs S (sum), C (order), E (equality). A star is the kind itself, and an
ellipsis stands for one to four of a kind. Templates are parted by bars.
"""

from __future__ import annotations

import re

from hypothesis import strategies as st

_LEAVES = {
    "U": "owner|me|owner.manager|manager_of(me)|owner.manager.manager|empty",
    "N": """whole|amount|rate|zero|customer.level|customer.region.rate|param.days|param.rate|param.nothing|(empty + 0)|0
        |1|-1|2.5|3|-7.05|10|15|49.995|50|-99.125|1000.000001|123456789012345|-999999999999999""",
    "W": "whole|param.days|0|1|2|3|-1|7|31|400|-12|100000000000",
    "T": """name|note|customer.name|owner.name|me.department|owner.department
        |param.word|empty|""|"a"|"ab"|"A"|" "|"中"|"🐱"|"\\""|'%'|"12.5"|"é" """,
    "D": "due|start|customer.since|today()|2026-01-31|2024-02-29|0001-01-01|9999-12-31",
    "M": "seen|made|now()|max(visits.created_at)|min(seen, made)",
    "B": """hot|cold|customer.vip|true|false|(name is empty)|(hot is not empty)|(owner = me)|(tags contains "won")
        |(stage = empty)|(customer is empty)""",
    "I": """good|(not good)|(outcome = "a")|(score > 1)|(score / 3 < 2.5)|(outcome is empty)|(day >= today() - 15)
        |(days_since(day) < 20)|(stage in ["won", "谈判"])|(score <= param.days)|(date(created_at) <= today())
        |(outcome contains "a")""",
    "Y": "spent|spent|hours(1)|days(-2)|minutes(0.5)|(seen - made)|(now() - made)|seconds(0.0005)|days(3652059)",
    "F": "due|start|seen|made|customer.since",
    "L": "0|1|7|15|(-3)|3000000|param.days|whole",
    "P": """"a*"|"*b"|"*a*"|"?"|"a?*"|"*?b*"|"??"|"1*5*0"|"\\\\*"|"*"|"*中*文"|"*[ab]*"|"%_"|"*'*"|"🐱?"|"AB*"
        |"*a*a*a*a*a*a*a*b?"|"a\\\\?b" """,
    "O": '"won"|"negotiation"|"丢单"|empty',
    "H": "0|1|2|3|12|23|24|59|60|-1|whole",
    "S": "+|-",
    "C": "<|<=|>|>=",
    "J": "first|unique|max|sum",
    "E": "=|!=",
}
_CHOOSING = """if({B}, {*}, {*})|ifs({B}, {*}, {B}, {*}, {*})|switch({W}, 1, {*}, 2, {*})|coalesce({*…})
    |switch(stage, "won", {*}, {*})|if({B}, {*})|ifs({B}, {*})|switch({W}, 1, {*})"""
_TEMPLATES = {
    "N": """({N} {S} {N})|({N} {S} {N} {S} {N})|({N} * {N})|({N} / {N})|-({N})|abs({N})|min({N…})|{W}
        |max({N…})|div({N}, {N})|mod({N}, {N})|or_zero({N})|round({N}, 2)|round({N}, -1)|round_up({N}, 3)
        |round_down({N}, 1)|number({T})|hours_since({M})|({D} - {D})|days_between({D}, {X})|months_between({D}, {X})
        |find({T}, {T})|count(visits where {I})|count(visits.score)|sum(visits.score)|sum(visits.score where {I})
        |avg(visits.score)|avg(visits.score where {I})|min(visits.score)|max(visits.score where {I})
        |latest(visits.score where {I})|({Y} / {Y})|hours_between({M}, {M})|work_hours_between({M}, {M})
        |lookup("{J}", round({N}, 2), stage, {D})|lookup("{J}.rate", amount, {O}, due)""",
    "M": """({M} {S} {Y})|({Y} + {M})|datetime({X})|datetime({X}, {W})|datetime({X}, {H}, {H}, {H})|min({M…})
        |add_work_hours({M}, {N})""",
    "Y": """({M} - {M})|hours({N})|days({W})|minutes({N})|seconds({N})|({Y} {S} {Y})|({Y} * {N})|({N} * {Y})
        |({Y} / {N})|-({Y})|min({Y…})|max({Y…})|sum(visits.took where {I})|max(visits.took)|sum(visits.took)
        |latest(visits.took where {I})""",
    "W": """len({T})|div({N}, {N})|({W} {S} {W})|round({N})|round_up({N}, -3)|round_down({N})|year({X})|month({X})
        |day({X})|weekday({X})|days_since({X})|days_until({X})|count(visits)|workdays_between({X}, {X})""",
    "T": """({T} & {T})|({T} & {T} & {T})|left({T}, {W})|right({T}, {W})|mid({T}, {W}, {W})|replace({T}, {T}, {T})
        |trim({T})|lower({T})|upper({T})|join({T}, {T…})|latest(visits.outcome where {I})|dept_of({U})
        |lookup("first.words", round({N}, 2), stage, due)|lookup("collect", amount, stage, {D})
        |lookup_policy("{J}", amount, stage, {D})|lookup_row("unique", round({N}, 1), stage, due)""",
    "D": """({D} {S} {W})|add_months({X}, {W})|add_days({X}, {W})|add_workdays({X}, {W})|end_of_month({D})
        |date({M})|min({D…})
        |max({D…})|make_date({W}, {W}, {W})|date({T})|max(visits.day)|latest(visits.day where {I})
        |lookup("max.day", amount, stage, {D})""",
    "B": """({B} and {B})|({B} or {B} or {B})|(not {B})|({N} {C} {N})|({D} {C} {D})|({M} {C} {M})|({N} {E} {N})
        |({D} {E} {D})|({M} {E} {M})|({T} {E} {T})|({B} {E} {B})|({N} in [0, 1, -2.5, 15])|({N} not in [0, 15])
        |({T} in ["a", "ab", "中"])|({D} in [2026-01-31])|({T} contains {T})|starts_with({T}, {T})|ends_with({T}, {T})
        |({N} is empty)|({T} is not empty)|({D} is empty)|({B} is empty)|exists(visits where {I})
        |({Y} {C} {Y})|({Y} {E} {Y})|({Y} is empty)|is_workday({X})
        |(workdays_between({F}, today()) {C} {L})|(workdays_between({D}, {F}) {E} {L})|matches({T}, {P})
        |matches({T}, {P})|is_email({T})|is_phone({T})|is_uscc({T})
        |exists(visits.score)|any(visits.good)|all(visits.good where {I})|any(visits where {I})
        |(days_since({F}) {C} {L})|(days_until({F}) {E} {L})|({L} {C} days_since({F}))|(date({F}) {C} today() - {L})
        |(date({F}) {E} today() - {L})|(stage {E} {O})|(stage in ["won", "lost"])|(tags contains {O})
        |(coalesce(stage, "lost") {E} {O})|role_in({U}, "chief")|role_in({U}, "seller")|({U} {E} {U})|({U} is empty)
        |(lookup("marks", amount, stage, {D}) contains {O})|(lookup("marks", round({N}, 2), {O}, due) is empty)
        |({T} in me.departments_below)|(dept_of({U}) in owner.departments_below)
        |(owner.departments_below contains {T})|(owner.manager.departments_below is empty)""",
    "U": "manager_of({U})",
    "I": "({I} and {I})|(not {I})|({I} or {I})",
}
KINDS = "BBBNTDMWY"
"""The kinds of whole expressions, conditions more often than others."""

BOUNDS = {"LANG-001", "LANG-011", "LANG-012", "LANG-014", "LANG-016", "LANG-033", "LANG-083", "LANG-104"}
"""What a random expression may be refused for: it passes a bound, or compares with a duration too long to be one."""

_PLACE = re.compile(r"\{(\w)(…?)\}")
_MOST_REPEATED = 4


def _parted(listed):
    return [part.strip() for part in listed.split("|") if part.strip()]


_PARTS = {kind: _parted(listed) for kind, listed in _LEAVES.items()}
_MADE = {
    kind: _parted(_TEMPLATES.get(kind, "")) + (_parted(_CHOOSING.replace("*", kind)) if kind in "NTDMBYU" else [])
    for kind in _LEAVES
}


@st.composite
def of_kind(draw, kind, depth):
    """An expression of the kind, nested at most so deep."""
    if kind == "X":
        kind = draw(st.sampled_from("DM"))
    if depth <= 0 or not _MADE[kind] or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(_PARTS[kind]))
    template = draw(st.sampled_from(_MADE[kind]))
    return _PLACE.sub(
        lambda place: ", ".join(
            draw(of_kind(place[1], depth - 1)) for _ in range(draw(st.integers(1, _MOST_REPEATED)) if place[2] else 1)
        ),
        template,
    )


def expressions(depth):
    """Expressions of every type, conditions more often than others."""
    return st.sampled_from(KINDS).flatmap(lambda kind: of_kind(kind, depth))


def chosen(chance, kind, depth):
    """The same by plain chance, for runs too long to be shrunk."""
    if kind == "X":
        kind = chance.choice("DM")
    if depth <= 0 or not _MADE[kind] or chance.randrange(6) == 0:
        return chance.choice(_PARTS[kind])
    return _PLACE.sub(
        lambda place: ", ".join(
            chosen(chance, place[1], depth - 1) for _ in range(chance.randint(1, _MOST_REPEATED) if place[2] else 1)
        ),
        chance.choice(_MADE[kind]),
    )


def parts(kind):
    """All the plain parts of a kind."""
    return _PARTS[kind]
