"""Rules are edited word by word: each part changes by itself, and all else stays as it is written."""

from __future__ import annotations

import itertools
from functools import cache

import pytest

from engine.catalog.editing import rules
from engine.catalog.editing.elements import Mint
from engine.catalog.editing.rules_beginnings import BEGINNINGS, begun, offered
from engine.catalog.editing.rules_conditions import OPERATORS, asked, kind_of, put_together, taken_apart
from engine.catalog.editing.rules_ground import ground_of, sketched
from engine.forms.field_types import BUILT_IN
from engine.kernel.problems import EngineError
from engine.runtime.pinyin import in_letters
from tests.support.apps import (
    access,
    app,
    compiled,
    field,
    form,
    library,
    library_catalog,
    options,
    problems_of,
    role,
    state,
    transition,
    workflow,
)

MINT = Mint(lambda count: bytes(itertools.islice(itertools.count(1), count)), in_letters)
LOAN = "loan"


@cache
def ground():
    return ground_in(library(), "library", library_catalog(), LOAN)


def ground_in(documents, key, catalog, form_key):
    return ground_of(sketched(catalog, key, documents, BUILT_IN), key, documents, form_key)


def rows(source):
    found = ground()
    condition = taken_apart(source, found.fields, found.scope)
    return condition.joins, [
        (row.field, row.operator, row.values) if row.field else row.source for row in condition.rows
    ]


def rule(**more):
    whole = {"format": 1, "kind": "rule", "uid": "aaaaaaaaaaaa", "key": "told", "labels": {"zh": "一", "en": "one"}}
    notify = {"notify": {"to": [{"owner": True}], "text": {"zh": "好", "en": "well"}}}
    return {**whole, "form": LOAN, "on": [{"created": True}], "then": [notify], **more}


def due(**offset):
    return {"deadline": {"at": "due_date", "offset": offset}}


def clock(cron, **more):
    return {"schedule": {"cron": cron, **more}}


def word(before, at, *values, speech="zh"):
    return rules.with_word(before, at, values, ground(), speech, MINT)


def code(action, *arguments, **named):
    with pytest.raises(EngineError) as caught:
        action(*arguments, **named)
    return caught.value.problems[0].code


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('state = "requested"', ("and", [("state", "=", ("requested",))])),
        ("fine > 0 and note is empty", ("and", [("fine", ">", ("0",)), ("note", "empty", ())])),
        ("fine <= -2.50 or waived", ("or", [("fine", "<=", ("-2.50",)), ("waived", "yes", ())])),
        ("not waived", ("and", [("waived", "no", ())])),
        ('condition in ["worn", "损坏"]', ("and", [("condition", "in", ("worn", "damaged"))])),
        ("due_date <= today() - 3", ("and", [("due_date", "<=", ("today-3",))])),
        ("date(created_at) = 2026-01-02", ("and", [("created_at", "=", ("2026-01-02",))])),
        ("owner != me", ("and", [("owner", "!=", ("me",))])),
        ('note contains "a) and (b"', ("and", [("note", "contains", ("a) and (b",))])),
        ("应还日期 为空 且 罚金 > 1", ("and", [("due_date", "empty", ()), ("fine", ">", ("1",))])),
        ("(fine + 1) > 3 and (waived or fine = 0)", ("and", ["(fine + 1) > 3", "(waived or fine = 0)"])),
        ("not (fine = 1) and waived", ("and", ["not (fine = 1)", ("waived", "yes", ())])),
        ("(waived) and (fine > 1)", ("and", [("waived", "yes", ()), ("fine", ">", ("1",))])),
        ('book.title = "x"', ("and", ['book.title = "x"'])),
        ("fine > param.loan.days", ("and", ["fine > param.loan.days"])),
        ("this is no expression (", ("and", ["this is no expression ("])),
    ],
)
def test_a_condition_is_taken_apart_as_far_as_its_rows_say_no_more(source, found):
    assert rows(source) == found
    condition = taken_apart(source, ground().fields, ground().scope)
    assert put_together(condition) == source.replace("且", "and")


@pytest.mark.parametrize("key", list(ground().fields))
def test_whatever_is_asked_of_a_field_is_read_back_as_it_was_asked(key):
    found = ground()
    field_asked = found.fields[key]
    for sign in OPERATORS[kind_of(field_asked)]:
        row = asked(field_asked, sign, ("today-2", "abc", "12"))
        again = taken_apart(row.source, found.fields, found.scope).rows[0]
        assert (again.field, again.operator, again.values) == (row.field, row.operator, row.values)
        assert not problems_of({**library(), "rules/told.json": rule(when=row.source)}), row.source


def test_a_row_changes_and_the_others_keep_every_character():
    before = rule(when='(fine + 1) > 3   and fine  >  0 and 状态 = "requested"')
    made = word(before, "when/1/value", "25")
    assert made["when"] == '(fine + 1) > 3 and fine > 25 and 状态 = "requested"'


def test_what_holds_for_one_is_put_in_parentheses_when_all_must_hold():
    made = word(rule(when="waived and fine > 0 or note is empty"), "when/joins", "and")
    assert made["when"] == "(waived and fine > 0) and note is empty"


def test_another_field_begins_with_what_fits_it():
    made = word(rule(when="fine > 7"), "when/0/field", "condition")
    assert made["when"] == 'condition = "good"'
    assert word(made, "when/0/operator", "in")["when"] == 'condition in ["good"]'


def test_conditions_come_and_go_until_there_is_none():
    one = rules.with_part(rule(comments={"when": ["why"]}), "when", "waived", ground(), MINT)
    assert one["when"] == "waived"
    assert list(one).index("when") == list(one).index("then") - 1
    none = rules.without_part(one, "when/0", ground())
    assert "when" not in none
    assert none["comments"] == {"rule": ["why"]}


@pytest.mark.parametrize(
    ("at", "values", "event"),
    [
        ("on/0/kind", ["entered"], {"entered": "lent"}),
        ("on/0/kind", ["schedule"], {"schedule": {"cron": "0 9 * * *"}}),
        ("on/0/kind", ["before"], {"before": ["save"]}),
        ("on/0/kind", ["created"], {"created": True}),
    ],
)
def test_an_event_becomes_another_whole_one(at, values, event):
    assert word(rule(), at, *values)["on"] == [event]


@pytest.mark.parametrize(
    ("event", "at", "value", "made"),
    [
        ({"deadline": "due_date"}, "count", "0", {"deadline": "due_date"}),
        ({"deadline": "due_date"}, "side", "before", due(days=-1)),
        (due(days=-3), "count", "5", due(days=-5)),
        (due(days=3), "unit", "hours", due(hours=3)),
        (due(days=3), "side", "at", {"deadline": "due_date"}),
        (
            {"deadline": {"at": "due_date", "percent": 50}},
            *("at", "created_at"),
            {"deadline": {"at": "created_at", "percent": 50}},
        ),
        (clock("0 9 * * *", catch_up="none"), "time", "18:30", clock("30 18 * * *", catch_up="none")),
        (clock("0 9 * * *"), "every", "weekly", clock("0 9 * * 1")),
        (clock("0 9 * * 1"), "weekday", "friday", clock("0 9 * * 5")),
        (clock("0 9 1 * *"), "monthday", "15", clock("0 9 15 * *")),
        ({"entered": "lent"}, "state", "returned", {"entered": "returned"}),
        ({"changed": True}, "fields", "fine", {"changed": ["fine"]}),
    ],
)
def test_one_word_of_an_event_changes_and_the_rest_stays(event, at, value, made):
    assert word(rule(on=[event]), f"on/0/{at}", value)["on"] == [made]


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("on/0/kind", "nothing"), ("on/0/state", "lent"), ("then/0/to", ""), ("then/0/text", " "),
        ("then/0/kind", "post"), ("when/joins", "xor"),
    ],
)  # fmt: skip
def test_what_cannot_stand_somewhere_is_refused(at, value):
    assert code(word, rule(), at, value) == "APP-047"


@pytest.mark.parametrize("at", ["on/3/kind", "then/1/to", "when/0/field", "nowhere/0/x"])
def test_a_word_that_is_gone_is_told(at):
    assert code(word, rule(), at, "x") == "APP-040"


def test_a_message_is_said_in_one_language_and_the_other_follows_until_it_has_its_own():
    assert word(rule(), "then/0/text", "改了")["then"][0]["notify"]["text"] == {"zh": "改了", "en": "well"}
    same = rule(then=[{"notify": {"to": [{"owner": True}], "text": {"zh": "好", "en": "好"}}}])
    assert word(same, "then/0/text", "改了")["then"][0]["notify"]["text"] == {"zh": "改了", "en": "改了"}


def test_persons_that_stay_keep_their_order_and_new_ones_follow():
    librarian = '{"role":"librarian"}'
    made = word(rule(), "then/0/to", librarian, '{"owner":true}', '{"role":"nobody"}')
    assert made["then"][0]["notify"]["to"] == [{"owner": True}, {"role": "librarian"}]


def test_comments_stay_with_what_they_are_about_when_a_part_goes():
    other = {"notify": {"to": [{"creator": True}], "text": {"zh": "二", "en": "two"}}}
    comments = {"then[0]": ["a"], "then[1]": ["b"], "on[0]": ["c"]}
    before = rule(then=[*rule()["then"], other], comments=comments)
    made = rules.without_part(before, "then/0", ground())
    assert made["then"] == [other]
    assert made["comments"] == {"then[0]": ["a", "b"], "on[0]": ["c"]}
    assert code(rules.without_part, made, "then/0", ground()) == "APP-041"


def test_the_text_of_a_rule_leaves_it_the_same_rule():
    before = rule(order=3)
    assert rules.restored(before, {**before, "key": "other", "uid": "bbbbbbbbbbbb"}) is before
    made = rules.restored(before, {**before, "key": "other", "when": "waived"})
    assert (made["key"], made["when"]) == ("told", "waived")
    assert list(made) == ["format", "kind", "uid", "key", "labels", "form", "on", "when", "then", "order"]


def shop(*fields, flow=False):
    flows = [workflow("thing", [state("new", "draft"), state("open"), state("done", "won")], [
        transition("send", ["new"], "open"), transition("end", ["open"], "done"),
    ])] if flow else []  # fmt: skip
    thing = form("thing", *fields, title="{{name}}", **({"workflow": "thing"} if flow else {}))
    return app(thing, *flows, roles=[role("staff", access("thing"))])


SHOPS = {
    "plain": shop(field("name")),
    "full": shop(
        field("name"),
        field("amount", "number"),
        field("day", "date"),
        field("way", "choice", options=options("a", "b")),
    ),
    "flowing": shop(field("name"), field("day", "datetime"), flow=True),
}


@pytest.mark.parametrize("documents", SHOPS.values(), ids=SHOPS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_beginning_is_a_whole_rule_at_once(documents, language):
    found = ground_in(documents, "shop", compiled(documents), "thing")
    for beginning in offered(found):
        made = begun(beginning.key, found, set(), MINT)
        assert not problems_of({**documents, f"rules/{made['key']}.json": made}), beginning.key
        assert "thing" in made["labels"][language]


def test_a_beginning_is_offered_where_the_form_has_what_it_needs():
    plain, flowing = (ground_in(SHOPS[key], "shop", compiled(SHOPS[key]), "thing") for key in ("plain", "flowing"))
    every = [one.key for one in BEGINNINGS]
    assert [one.key for one in offered(plain)] == [one for one in every if one not in ("entered", "due_soon")]
    assert [one.key for one in offered(flowing)] == every
    assert code(begun, "entered", plain, set(), MINT) == "APP-047"


def test_what_waits_too_long_counts_from_where_it_was_submitted():
    plain, flowing = (ground_in(SHOPS[key], "shop", compiled(SHOPS[key]), "thing") for key in ("full", "flowing"))
    created, since = (begun("unhandled", one, set(), MINT) for one in (plain, flowing))
    assert created["on"] == [{"deadline": {"at": "created_at", "offset": {"days": 3}}}]
    assert created["when"] == 'way is empty or way = "a"'
    assert since["on"] == [{"deadline": {"at": "state_since", "offset": {"days": 3}}}]
    assert since["when"] == 'state = "open"'
