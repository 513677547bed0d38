"""What a page is sent and shows: values in the form of the contract, and a world of which it may know only a part."""

from dataclasses import replace

import pytest

from engine.kernel.clocks import FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT
from engine.language import types
from engine.language.backends.javascript.trees import to_json, type_json
from engine.language.backends.javascript.worlds import world_json
from engine.language.cases import shown
from engine.language.compiling import compile_expression
from engine.language.plain import PlainPerson
from engine.language.tree import PARENT
from tests.property.language.worlds import APP, SCOPE, made_rows, plain
from tests.support.node import told
from tests.unit.language import deals

VALUES = [
    (types.TextType(), ["a", "🐱é", "true", None]),
    (types.NumberType(0, 15), [0, 1, -1, 10**15 - 1]),
    (types.NumberType(2, 15), [0, 5, -5, 100, 12_345, -(10**15 - 1), None]),
    (types.NumberType(6, 30), [10**30 - 1, -(2**53), 2**53 - 1, 7]),
    (types.BooleanType(), [True, False, None]),
    (types.DateType(), [FIRST_DAY, -1, 0, 1, LAST_DAY]),
    (types.DateTimeType(), [FIRST_MOMENT, -1, 0, 1_000, 1_001, LAST_MOMENT]),
    (types.DurationType(), [-(10**14), 0, 5, None]),
    (types.ChoicesType(()), [("a", "b"), None]),
    (types.PersonsType(), [("u1",), None]),
]
THERE_AND_BACK = "return given.values.map((value) => language.show(language.read(value, given.type), given.type));"


@pytest.mark.parametrize(("kind", "values"), VALUES, ids=lambda given: str(given)[:24])
def test_value_comes_back_unchanged_when_it_is_read_and_shown(kind, values):
    sent = [shown(value, kind) for value in values]
    assert told(THERE_AND_BACK, {"values": sent, "type": type_json(kind)}) == sent


def test_value_is_brought_into_one_form_when_it_is_read():
    code = "return given.map(([value, type]) => language.show(language.read(value, type), type));"
    read = [("", "text"), ("e\u0301", "text"), ("1.50", ["number", 2, 15]), (3, ["number", 2, 15]), ([], "choices")]
    assert told(code, read) == [None, "é", "1.5", "3", None]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("1.255", ["number", 2, 15]),
        ("1e3", ["number", 2, 15]),
        ("x", ["number", 0, 15]),
        ("1" * 16, ["number", 0, 15]),
        ("yesterday", "date"),
        ("2026-13-01", "date"),
        ("2026-02-30", "date"),
        ("0000-12-31", "date"),
        ("12 o'clock", "datetime"),
        ("2026-02-30T00:00:00Z", "datetime"),
        ("2026-02-03T00:00:00", "datetime"),
        ("2026-02-03T24:00:01Z", "datetime"),
        ("true", "boolean"),
        ("a\ud800", "text"),
        ("a\0", "text"),
    ],
)
def test_value_is_refused_when_it_is_none_of_its_type(raw, kind):
    code = "try { return language.read(given[0], given[1]); } catch (error) { return error instanceof RangeError; }"
    assert told(code, [raw, kind]) is True


ASKED = """
  const world = language.around(given.world, given.world.types);
  const row = language.readRow(given.world.subjects[0], given.world.types);
  return given.trees.map((tree) => {
    try {
      return language.show(language.compile(tree).evaluate(row, world), tree[2]);
    } catch (error) {
      return error instanceof language.Unknown ? "unknown" : String(error);
    }
  });
"""


def _asked(world, sources, scope=SCOPE):
    trees = [to_json(compile_expression(source, scope).tree) for source in sources]
    return told(ASKED, {"world": world, "trees": trees})


def _world(**more):
    rows = made_rows()
    deal = {**rows[APP, "deal"][0], "customer": "c01", "owner": "u1", "id": "d01"}
    around = replace(plain(rows, "UTC"), **more)
    return world_json(around, SCOPE, [deal]), deal, around


SOURCES = ("customer.name", "count(visits)", "sum(visits.score)", "customer.region.rate", "latest(visits.outcome)")


def test_related_records_are_answered_when_all_of_them_were_sent():
    world, deal, around = _world()
    expected = [compile_expression(source, SCOPE) for source in SOURCES]
    assert _asked(world, SOURCES) == [shown(one.evaluate(deal, around), one.type) for one in expected]


def test_answer_is_unknown_when_related_records_were_not_sent():
    world, _, _ = _world()
    nothing = {name: {**form, "rows": [], "all": False} for name, form in world["forms"].items()}
    assert _asked({**world, "forms": nothing}, SOURCES) == ["unknown"] * len(SOURCES)
    assert _asked({**world, "forms": {}}, SOURCES) == ["unknown"] * len(SOURCES)


def test_answer_is_unknown_when_only_others_of_the_form_were_sent():
    world, _, _ = _world()
    customers = world["forms"][f"{APP}/customer"]
    others = {**customers, "rows": [row for row in customers["rows"] if row["id"] != "c01"], "all": False}
    assert _asked({**world, "forms": {f"{APP}/customer": others}}, ["customer.name"]) == ["unknown"]
    assert _asked({**world, "forms": {f"{APP}/customer": {**others, "all": True}}}, ["customer.name"]) == [None]


def test_row_before_the_change_is_unknown_when_it_was_not_sent():
    scope = replace(SCOPE, with_old=True)
    world, _, _ = _world(old={**made_rows()[APP, "deal"][0], "whole": 7, "id": "d01"})
    assert _asked(world, ["old.whole"], scope) == ["7"]
    assert _asked({**world, "old": None}, ["old.whole"], scope) == [None]
    assert _asked({key: value for key, value in world.items() if key != "old"}, ["old.whole"], scope) == ["unknown"]


def test_people_are_asked_for_when_the_directory_was_sent():
    world, _, _ = _world(me="u1", people={"u1": PlainPerson("Li", "east", "u2", frozenset({(APP, "rep")}))})
    tree = [1, ["person", ["given", "me"], "name"], "text"]
    role = [1, ["role", ["given", "me"], f"{APP}/rep"], "boolean"]
    stranger = [1, ["role", "u9", f"{APP}/rep"], "boolean"]
    unsent = {**world, "people": {**world["people"], "all": False}}
    assert told(ASKED, {"world": world, "trees": [tree, role, stranger]}) == ["Li", True, False]
    assert told(ASKED, {"world": unsent, "trees": [tree, stranger]}) == ["Li", "unknown"]


def test_lines_are_those_of_the_row_when_it_holds_them():
    line = dict.fromkeys(deals.LINE.fields)
    lines = tuple({**line, "id": f"l{number}", "price": number} for number in (2, 3))
    row = {**deals.ROW, "items": lines}
    world = world_json(deals.WORLD, deals.SCOPE, [row])
    sources = ["count(items)", "sum(items.price)", "latest(items.price)"]
    expected = [compile_expression(source, deals.SCOPE) for source in sources]
    assert all(one.tree.aggregate.reference == PARENT for one in expected)
    answers = [shown(one.evaluate(row, deals.WORLD), one.type) for one in expected]
    assert _asked(world, sources, deals.SCOPE) == answers
    assert answers[0] == "2"
