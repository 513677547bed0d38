"""What differs between two designs, in words that an editor of the design reads."""

from copy import deepcopy

import pytest

from engine.catalog.change_words import say
from engine.catalog.comparing import compare
from engine.catalog.documents import FOLDERS, SINGLE, schemas
from engine.catalog.part_names import KINDS, PARTS
from tests.support.apps import library

MEMBER = "forms/member.json"


def said(change):
    old = library()
    new = deepcopy(old)
    change(new)
    return [(one.kind, one.where, one.what) for one in say(compare(old, new), old, new)]


def first(design):
    return design[MEMBER]["fields"][0]


def test_property_is_said_with_both_values_when_it_is_another():
    ((kind, where, what),) = said(lambda design: first(design)["labels"].update(zh="读者姓名"))
    field = first(library())["labels"]
    assert kind == "changed"
    assert where.zh.startswith("表单“")
    assert where.zh.endswith("字段“读者姓名”")
    assert where.en.endswith(f"field “{field['en']}”")
    assert what.zh == f"“名称(中文)”由“{field['zh']}”改为“读者姓名”"
    assert what.en == f"“name (Chinese)” from “{field['zh']}” to “读者姓名”"


def test_property_is_said_alone_when_it_came_or_went():
    def change(design):
        first(design)["unique"] = True
        design["app.json"]["labels"] = {"zh": "书房", "en": "Study"}

    texts = [what.zh for _, _, what in said(change)]
    assert "加上“不可重复”:是" in texts
    assert any(text.endswith("改为“书房”") for text in texts)


def test_element_is_said_by_kind_and_name_when_it_came_left_or_moved():
    added = {"uid": "zzzzzzzzzzzz", "key": "mail", "type": "text", "labels": {"zh": "邮箱", "en": "Mail"}}

    def change(design):
        fields = design[MEMBER]["fields"]
        fields.pop()
        fields.reverse()
        fields.append(added)
        del design["workflows/loan.json"]

    found = said(change)
    assert ("moved", "字段换了顺序") in [(kind, what.zh) for kind, _, what in found]
    assert ("added", "新增字段“邮箱”", "New: field “Mail”") in [(kind, what.zh, what.en) for kind, _, what in found]
    last = library()[MEMBER]["fields"][-1]["labels"]
    assert ("removed", f"移除字段“{last['zh']}”") in [(kind, what.zh) for kind, _, what in found]
    assert ("removed", "移除流程“借阅流程”") in [(kind, what.zh) for kind, _, what in found]


def test_long_value_is_cut_when_it_is_said():
    ((_, _, what),) = said(lambda design: first(design).update(computed="1 + " * 200 + "1"))
    assert len(what.zh) < 120
    assert what.zh.endswith("…”")


@pytest.mark.parametrize("kind", sorted({*FOLDERS.values(), *SINGLE.values()}))
def test_every_property_of_an_element_has_a_name_when_its_schema_tells_of_it(kind):
    if kind in ("rule", "decision_table", "metric", "board", "pages"):
        assert kind in KINDS
        return
    wanted = set(properties_of(schemas()[kind])) - {"format", "uid", "fields"}
    assert {key for key in wanted if key not in PARTS and key not in KINDS} == set()


def properties_of(schema):
    """Yield the properties of a document and of the elements in its lists."""
    for key, inner in schema.get("properties", {}).items():
        yield key
        items = inner.get("items", {})
        if isinstance(items, dict) and "uid" in items.get("properties", {}):
            yield from items["properties"]


def test_list_of_keys_is_said_by_what_came_and_left_in_the_fields_own_names():
    loan = "forms/loan.json"

    def change(design):
        section = design[loan]["sections"][0]
        section["fields"] = ["note", *section["fields"][1:], "nowhere"]

    def turn(design):
        design[loan]["sections"][0]["fields"].reverse()

    labels = {field["key"]: field["labels"]["zh"] for field in library()[loan]["fields"]}
    gone = library()[loan]["sections"][0]["fields"][0]
    ((_, _, what),) = said(change)
    assert what.zh == f"“字段”去掉“{labels[gone]}”,加上“{labels['note']}”、“nowhere”"
    ((_, _, what),) = said(turn)
    assert what.en == "“fields”: another order"
