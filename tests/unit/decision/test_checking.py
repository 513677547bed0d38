"""What keeps a record from being saved, beside what is left blank."""

from __future__ import annotations

import pytest

from engine.decision.commands import Create, Update
from tests.support import apps
from tests.support.apps import field, form, options


def create(**fields):
    return Create("shop", "thing", fields)


def update(id, **fields):
    return Update("shop", "thing", id, fields)


READ_ONLY = form(
    "thing",
    field("a"),
    field("sometimes", read_only_when='a = "shut"'),
    field("once", read_only_after_create=True),
)


@pytest.mark.parametrize("value", ["other", None, ""])
@pytest.mark.parametrize("key", ["sometimes", "once"])
def test_a_field_is_refused_when_it_is_read_only_and_changes(shop, key, value):
    world, me = shop(READ_ONLY)
    id = world.make(me, create(a="open", sometimes="s", once="o"))
    world.do(me, update(id, a="shut"))
    assert world.refusal(me, update(id, **{key: value})) == [("FORM-011", f"fields.{key}")]
    assert world.do(me, update(id, sometimes="s", once="o")).writes == (), "what stays is no change"


def test_a_field_can_be_filled_when_it_is_read_only_only_later(shop):
    world, me = shop(READ_ONLY)
    id = world.make(me, create(a="open", once="o"))
    world.do(me, update(id, sometimes="t"))
    assert world.refusal(me, create(a="shut", sometimes="t")) == [("FORM-011", "fields.sometimes")]
    world.do(me, create(a="shut", sometimes=None))


CHOICE = field("kind", "choice", options=options("a", "b"))
VALID = form(
    "thing",
    CHOICE,
    field("low", "number"),
    field(
        "high",
        "number",
        visible_when='kind = "a"',
        validations=[
            {"uid": apps.uid(), "holds": "low < high", "message": {"zh": "太小{x}", "en": "too {small}"}},
            {"uid": apps.uid(), "holds": "high < 100", "message": {"zh": "太大", "en": "too large"}},
        ],
    ),
    field(
        "rows",
        "lines",
        fields=[
            field(
                "n",
                "number",
                validations=[{"uid": apps.uid(), "holds": "n <= parent.low", "message": {"zh": "超", "en": "over"}}],
            )
        ],
    ),
)


def test_a_validation_is_told_with_its_own_message_when_it_does_not_hold(shop):
    world, me = shop(VALID)
    (problem,) = world.problems(me, create(kind="a", low="5", high="5"))
    assert (problem.code, problem.path, problem.message.en, problem.message.zh) == (
        "FORM-013", "fields.high", "too {small}", "太小{x}",
    )  # fmt: skip
    (problem,) = world.problems(me, create(kind="a", low="5", high="100"))
    assert problem.message.en == "too large"
    world.do(me, create(kind="a", low="5", high="99"))


def test_a_validation_is_not_looked_at_when_its_field_is_blank_or_hidden(shop):
    world, me = shop(VALID)
    world.do(me, create(kind="a", low="5"))
    world.do(me, create(kind="b", low="5"))
    assert world.refusal(me, create(kind="a", high="5")) == [("FORM-013", "fields.high")], "a blank bound never holds"


def test_a_lines_validation_reads_its_record_when_it_does_not_hold(shop):
    world, me = shop(VALID)
    assert world.refusal(me, create(low="5", rows=[{"n": "5"}, {"n": "6"}])) == [("FORM-013", "fields.rows[1].n")]
    id = world.make(me, create(low="5", rows=[{"n": "5"}]))
    assert world.refusal(me, update(id, low="4")) == [("FORM-013", "fields.rows[0].n")]


def test_a_value_is_refused_when_it_is_unique_and_taken(library):
    world, anna = library.world, library.anna
    library.book(isbn="978")
    assert world.refusal(anna, Create("library", "book", {"title": "b", "isbn": "978"})) == [
        ("FORM-014", "fields.isbn")
    ]
    other = library.book(isbn="979")
    assert world.refusal(anna, Update("library", "book", other, {"isbn": "978"})) == [("FORM-014", "fields.isbn")]
    world.do(anna, Update("library", "book", other, {"isbn": "979", "title": "c"}))


def test_a_pointer_is_refused_when_nothing_is_there(shop):
    world, me = shop(
        form(
            "thing",
            field("one", "reference", form="thing"),
            field("many", "references", form="thing"),
            field("who", "person"),
            field("they", "persons"),
            field("rows", "lines", fields=[field("one", "reference", form="thing"), field("who", "person")]),
        )
    )
    there, gone = world.make(me, create()), "0192f0c1-2b3c-7d4e-8f50-617283940516"
    asleep = world.person("asleep", active=False)
    assert sorted(
        world.refusal(
            me,
            create(
                one=gone, many=[there, gone], who=gone, they=[me, asleep], owner=gone,
                rows=[{"one": there, "who": me}, {"one": gone, "who": asleep}],
            ),
        )
    ) == [
        ("FORM-015", "fields.many"), ("FORM-015", "fields.one"), ("FORM-015", "fields.rows[1].one"),
        ("FORM-016", "fields.owner"), ("FORM-016", "fields.rows[1].who"), ("FORM-016", "fields.they"),
        ("FORM-016", "fields.who"),
    ]  # fmt: skip
    world.do(me, create(one=there, many=[there], who=me, they=[me], rows=[{"one": there, "who": me}]))


def test_a_pointer_may_stay_when_what_it_names_has_gone(shop):
    world, me = shop(form("thing", field("who", "person"), field("a")))
    other = world.person("other")
    id = world.make(me, create(who=other))
    del world.people[other]
    world.do(me, update(id, a="x", who=other))


def test_a_reference_is_refused_when_the_record_is_not_the_senders_to_see(library):
    world, john = library.world, library.john
    book, mine, strange = library.book(), library.member(), library.member(account=library.anna)
    assert world.refusal(john, Create("library", "loan", {"member": strange, "book": book})) == [
        ("FORM-015", "fields.member")
    ]
    world.do(john, Create("library", "loan", {"member": mine, "book": book}))


def test_everything_is_told_at_once_when_a_payload_is_wrong_in_many_ways(library):
    world, anna = library.world, library.anna
    library.book(isbn="978")
    refused = world.refusal(
        anna,
        Create(
            "library",
            "book",
            {
                "isbn": "978", "price": "-1", "subjects": ["dragons"], "published": "soon", "tilte": "x",
                "copies": [{"pages": "0"}, {"barcode": "b", "pages": "x"}], "copy_count": "7", "owner": "nobody",
            },
        ),
    )  # fmt: skip
    assert sorted(refused) == [
        ("FORM-001", "fields.tilte"),
        ("FORM-002", "fields.title"),
        ("FORM-003", "fields.copies[1].pages"),
        ("FORM-003", "fields.owner"),
        ("FORM-003", "fields.published"),
        ("FORM-004", "fields.subjects"),
        ("FORM-006", "fields.copies[0].pages"),
        ("FORM-006", "fields.price"),
        ("FORM-010", "fields.copy_count"),
        ("FORM-014", "fields.isbn"),
    ]


def test_a_value_that_could_not_be_read_is_not_reported_missing_too_when_it_is_required(library):
    world, anna = library.world, library.anna
    payload = {"title": 5, "isbn": "x" * 18, "copies": [{"barcode": []}, None]}
    assert sorted(world.refusal(anna, Create("library", "book", payload))) == [
        ("FORM-003", "fields.copies[0].barcode"),
        ("FORM-003", "fields.title"),
        ("FORM-005", "fields.isbn"),
        ("FORM-017", "fields.copies[1]"),
    ]


MADE = [
    ("a default", {"default": '"abcdef"'}, ()),
    ("a computed value", {"computed": '"abcdef"'}, ()),
    ("a rule", {}, ({"set": {"a": '"abcdef"'}},)),
]


@pytest.mark.parametrize(("who", "more", "then"), MADE, ids=[who for who, _, _ in MADE])
def test_the_bounds_of_a_field_hold_when_its_value_is_made(shop, who, more, then):
    rules = [apps.rule("r", "thing", {"before": ["save"]}, list(then))] if then else []
    world, me = shop(form("thing", field("a", max_length=5, **more)), *rules)
    assert world.refusal(me, create()) == [("FORM-005", "fields.a")]
    world, me = shop(form("thing", field("a", max_length=6, **more)), *rules)
    world.do(me, create())


def test_the_bounds_of_a_lines_field_hold_when_its_value_is_made(shop):
    lines = [field("n", "number"), field("twice", "number", computed="n * 2", max="10")]
    world, me = shop(form("thing", field("rows", "lines", fields=lines)))
    world.do(me, create(rows=[{"n": "5"}]))
    assert world.refusal(me, create(rows=[{"n": "5"}, {"n": "6"}])) == [("FORM-006", "fields.rows[1].twice")]


def test_a_retired_option_may_come_back_and_not_come_anew_when_a_record_is_updated(shop):
    one, some = options("x", "y", "z"), options("x", "y", "z")
    thing = form("thing", field("one", "choice", options=one), field("some", "multi_choice", options=some), field("a"))
    world, me = shop(thing)
    held = world.make(me, create(one="x", some=["x", "z"]))
    free = world.make(me, create(one="y", some=["y"]))
    one[0]["retired"] = some[0]["retired"] = True
    world.catalog = apps.compiled(apps.app(thing))
    assert world.do(me, update(held, one="x", some=["x", "z"])).writes == ()
    assert world.do(me, update(held, some=["y", "x"])).writes[0].row["some"] == ("x", "y")
    assert world.do(me, update(held, some=["y"])).writes[0].row["some"] == ("y",)
    assert world.refusal(me, update(held, some=["x"])) == [("FORM-004", "fields.some")]
    assert world.do(me, update(held, one="y")).writes[0].row["one"] == "y"
    assert world.refusal(me, update(held, one="x")) == [("FORM-004", "fields.one")]
    assert sorted(world.refusal(me, update(free, one="x", some=["x", "y"]))) == [
        ("FORM-004", "fields.one"),
        ("FORM-004", "fields.some"),
    ]
