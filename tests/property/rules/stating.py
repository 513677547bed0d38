"""Rule documents of every shape, as the schema lets them be, made from the table by which text is read and printed."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from engine.rules.text.comments import places_of
from engine.rules.text.shapes import ACTIONS, EVENTS, SEVERITIES, Body, Kind, Shape, Slot

WORDS = (
    "amount",
    "note",
    "key",
    "order",
    "then",
    "for_each",
    "role",
    "owner",
    "none",
    "raw",
    "a1",
    "open",
    "when",
    "is",
)
EXPRESSIONS = (
    'stage = "won" and (amount > 1 or note is empty)',
    "阶段=“赢单”且金额>=1",
    "if(then = 1, 2, 3) + for",
    "a then b",
    "percent > 3",
    "at + 1",
    "f(x, [1, 2]) where y do z",
    "((a)",
    "a  b",
    " a",
    "a # b",
    "a // b",
    "`then` = 'it\\'s'",
    "'a, b)' & \"{\"",
    "a, b",
    "{x: 1}",
    "raw 'x'",
    "= 1",
    ".5",
    "a\nb",
    "且" * 150 + " and " + "b or " * 40 + "c",
)

keys = st.sampled_from(WORDS) | st.from_regex(r"[a-z][a-z0-9_]{0,40}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
templates = texts | st.just("{{ a }}{% if b %}x{% end %}" * 6) | st.sampled_from(['a"b\\c\n”“', "# no", "'", "{% if 1"])
both = st.builds(lambda zh, en: {"zh": zh, "en": en}, templates, templates) | templates.map(
    lambda t: {"zh": t, "en": t}
)
expressions = st.sampled_from(EXPRESSIONS) | texts
paths = st.lists(keys, min_size=1, max_size=3).map(".".join)
crons = st.sampled_from(
    ["0 * * * *", "5 0 * * *", "30 9 * * 1", "0 8 31 * *", "*/5 * * * *", "07 1 * * *", "15 * * * *", "x"]
)
sources = st.dictionaries(keys, expressions | st.dictionaries(keys, expressions, min_size=1, max_size=3), max_size=3)
lengths = st.builds(
    lambda unit, count: {unit: count},
    st.sampled_from(["minutes", "hours", "days", "workdays", "weeks"]),
    st.integers(-99999, 99999),
)
persons = st.one_of(
    st.sampled_from(["owner", "creator", "watchers"]).map(lambda kind: {kind: True}),
    st.builds(lambda kind, key: {kind: key}, st.sampled_from(["role", "least_loaded"]), keys),
    st.builds(lambda kind, path: {kind: path}, st.sampled_from(["person", "manager_of", "manager_chain"]), paths),
)


def _value(slot: Slot) -> st.SearchStrategy[Any]:
    match slot.kind:
        case Kind.TEXTS:
            return both
        case Kind.STRING:
            return texts
        case Kind.EXPRESSION:
            return expressions
        case Kind.KEY:
            return keys
        case Kind.PATH:
            limit = 2 if slot.word.en in ("form", "ledger") else 3
            return st.lists(keys, min_size=1, max_size=limit).map(".".join)
        case Kind.PERSONS:
            return persons
        case Kind.CHOICE:
            return st.sampled_from(sorted(slot.choices))
        case Kind.INTEGER:
            return st.integers(1, 10)
        case Kind.DURATION:
            return lengths
        case Kind.CLOCK:
            return st.sampled_from(["00:00", "22:30", "09:05"])
        case Kind.CRON:
            return crons
        case Kind.FLAG:
            return st.just(True)
        case _:
            return _object(slot.inner)


def _given(slot: Slot) -> st.SearchStrategy[Any]:
    if slot.kind is Kind.SOURCES:
        found = st.dictionaries(keys, expressions, max_size=2) if slot.name == "with" else sources
        return found.filter(bool) if slot.required else found
    if slot.many:
        may_be_empty = slot.name in ("actions", "fields")
        return st.lists(_value(slot), min_size=0 if may_be_empty else 1, max_size=3, unique_by=repr)
    return _value(slot)


def _object(shape: Shape | None) -> st.SearchStrategy[dict[str, Any]]:
    assert shape is not None
    required = {slot.name: _given(slot) for slot in shape.slots if slot.required}
    optional = {slot.name: _given(slot) for slot in shape.slots if not slot.required}
    return st.fixed_dictionaries(required, optional=optional)


def _body(shape: Shape) -> st.SearchStrategy[Any]:
    match shape.body:
        case Body.TRUE:
            return st.just(True)
        case Body.VALUE:
            return _given(shape.slots[0])
        case Body.VALUE_OR_TRUE:
            return st.just(True) | _given(shape.slots[0])
        case Body.VALUE_OR_OBJECT:
            return _given(shape.slots[0]) | _object(shape).filter(lambda body: len(body) > 1)
        case Body.OBJECT:
            return _object(shape)


def _members(shapes: dict[str, Shape]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of([_body(shape).map(lambda body, name=name: {name: body}) for name, shape in shapes.items()])


events = _members(dict(EVENTS))
_simple = _members(dict(ACTIONS))


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=2)
    branch = st.fixed_dictionaries({"when": expressions, "then": several}, optional={"else": several})
    each = st.fixed_dictionaries({"lines": paths, "do": several}, optional={"where": expressions})
    return branch.map(lambda body: {"if": body}) | each.map(lambda body: {"for_each": body})


actions = st.recursive(_simple, _nested, max_leaves=4)
days = st.dates().map(lambda day: day.isoformat())


@st.composite
def documents(draw) -> dict[str, Any]:
    required = {
        "format": st.just(1),
        "kind": st.just("rule"),
        "uid": st.from_regex(r"[a-z0-9]{12}", fullmatch=True),
        "key": keys,
        "labels": both,
        "form": keys,
        "on": st.lists(events, min_size=1, max_size=3),
        "then": st.lists(actions, min_size=1, max_size=3),
    }
    optional = {
        "when": expressions,
        "once": st.sampled_from(["record", "state", "day", "week", "month"]),
        "enabled": st.booleans(),
        "order": st.integers(-999999, 999999),
        "severity": st.sampled_from(sorted(SEVERITIES)),
        "valid_from": days,
        "valid_to": days,
        "note": texts,
    }
    document = draw(st.fixed_dictionaries(required, optional=optional))
    remark = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)
    remarks = st.dictionaries(
        st.sampled_from(places_of(document)), st.lists(remark, min_size=1, max_size=2), max_size=3
    )
    comments = draw(remarks)
    return {**document, **({"comments": comments} if comments else {})}
