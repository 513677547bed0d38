"""Names found by how they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.pinyin import may_mean, reading_order, readings_of, typed_letters

NAMES = st.text(st.sampled_from("张三李四王重庆医药长沙吕行"), min_size=1, max_size=6)


@pytest.mark.parametrize("letters", ["zs", "zhangsan", "zhangs", "zsan", "zhs", "san", "s"])
def test_a_name_is_found_when_letters_begin_its_signs(letters):
    assert may_mean(letters, "张三")


@pytest.mark.parametrize("letters", ["sz", "zhangsanf", "x", "ang"])
def test_a_name_is_not_found_when_letters_begin_no_signs_in_its_order(letters):
    assert not may_mean(letters, "张三")


@pytest.mark.parametrize(
    ("letters", "name"), [("cq", "重庆医药"), ("zq", "重庆医药"), ("lv", "吕布"), ("abcgs", "ABC公司")]
)
def test_every_reading_of_a_sign_counts_when_it_has_several(letters, name):
    assert may_mean(letters, name)


@pytest.mark.parametrize(
    ("text", "letters"), [("Zhang San", "zhangsan"), ("xi'an", "xian"), ("张", None), ("z3", None), ("", None)]
)
def test_only_letters_are_taken_for_pinyin_when_something_is_typed(text, letters):
    assert typed_letters(text) == letters


@given(NAMES, st.data())
def test_beginnings_of_signs_that_follow_each_other_always_find_the_name(name, data):
    begin = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(begin + 1, len(name)))
    typed = ""
    for ways in readings_of(name)[begin:end]:
        way = data.draw(st.sampled_from(sorted(ways)))
        typed += way[: data.draw(st.integers(1, len(way)))]
    assert may_mean(typed, name)


def test_names_stand_in_the_order_of_their_pinyin_when_they_are_put_in_order():
    names = ["邰长青", "赵敏", "Zoe", "李娜", "梁安", "Adam", "丁立群"]
    assert sorted(names, key=reading_order) == ["Adam", "Zoe", "丁立群", "李娜", "梁安", "邰长青", "赵敏"]
