"""People in expressions: what the directory says of whoever an expression gives, the same on every back end."""

import json
from dataclasses import replace

import pytest

from engine.kernel.problems import EngineError, Text
from engine.language.compiling import compile_expression
from engine.language.scope import FieldScope, FormScope, RoleScope, Scope
from engine.language.types import NumberType, PersonType, TextType
from engine.storage.language_runner import BACKENDS, run_lines

PEOPLE = {
    "ann": {"name": "安", "department": "east", "manager": "bea", "roles": ["seller"]},
    "bea": {"name": "贝", "department": "sales", "manager": "cai", "roles": ["director", "seller"]},
    "cai": {"name": "蔡", "department": "board", "manager": "dan", "roles": ["director"], "active": False},
    "dan": {"name": "丹"},
}
FIELDS = {
    "owner": {"type": "person", "labels": {"zh": "负责人", "en": "Owner"}},
    "other": {"type": "person"},
    "department": {"type": "text"},
    "customer": {"type": "reference", "form": "customer"},
    "amount": {"type": "number"},
}
RELATED = {
    "customer": {"fields": {"seller": {"type": "person"}}, "rows": [{"id": "c1", "seller": "ann"}]},
    "visit": {
        "fields": {"visitor": {"type": "person"}},
        "reference": "deal",
        "rows": [{"id": "v1", "visitor": "ann", "deal": "r1"}, {"id": "v2", "visitor": "cai", "deal": "r1"}],
    },
}


def answers(postgres_url, expr, monkeypatch, **record):
    monkeypatch.setenv("YOUJU_DATABASE_URL", postgres_url)
    row = {"id": "r1", "owner": "ann", "customer": "c1", "department": "sales", **record}
    case = {"expr": expr, "fields": FIELDS, "record": row, "me": "bea", "people": PEOPLE, "related": RELATED}
    answer = json.loads(next(iter(run_lines([json.dumps(case)], BACKENDS))))
    return [answer[name] for name in BACKENDS] if "error" not in answer else answer["error"]


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("owner.manager", "bea"),
        ("manager_of(owner)", "bea"),
        ("上级(负责人) = 我", True),
        ("负责人.上级.部门", "sales"),
        ("manager_of(manager_of(owner))", "cai"),
        ("owner.manager.manager.manager", "dan"),
        ("owner.id", "ann"),
        ('owner.id = "ann"', True),
        ('负责人.编号 in ["ann", "bea"]', True),
        ("owner.manager.id & me.id", "beabea"),
        ("other.id", None),
        ('count(visit where visitor.id = "ann")', "1"),
        ("owner.manager.manager.manager.department", None),
        ("owner.name & me.name", "安贝"),
        ("dept_of(owner)", "east"),
        ("other.manager", None),
        ("other.manager is empty", True),
        ("not (other.manager = me)", True),
        ("me.department", "sales"),
        ("me.departments_below", ["sales"]),
        ("department in me.departments_below", True),
        ("owner.department in me.departments_below", False),
        ("owner.department not in me.departments_below", True),
        ("owner.manager.department in me.departments_below", True),
        ("other.department in me.departments_below", False),
        ("other.departments_below contains department", False),
        ("other.departments_below is empty", True),
        ('role_in(owner, "seller")', True),
        ('not role_in(owner, "director")', True),
        ('role_in(manager_of(owner), "director")', True),
        ('role_in(owner.manager.manager, "director")', False),
        ('role_in(other, "director")', False),
        ('if(role_in(me, "director"), 1, 2)', "1"),
        ("manager_of(if(amount > 1, me, owner)) = me", True),
        ("manager_of(coalesce(other, owner))", "bea"),
        ("customer.seller.manager", "bea"),
        ("count(visit where visitor.manager = me)", "1"),
        ('count(visit where role_in(visitor, "seller"))', "1"),
        ("manager_of(latest(visit.visitor))", "dan"),
    ],
)
def test_directory_is_asked_alike_when_back_ends_differ(postgres_url, monkeypatch, expr, expected):
    assert answers(postgres_url, expr, monkeypatch) == [expected] * len(BACKENDS)


ROLES = {"director": RoleScope("crm", "director", Text("总监", "Director"))}
KINDS = {"owner": PersonType(), "n": NumberType()}
SCOPE = Scope(
    FormScope(
        "crm", "deal", {"owner": FieldScope("owner", "o", PersonType()), "n": FieldScope("n", "n", NumberType())}
    ),
    roles=ROLES,
    with_old=True,
)


def problems_of(source):
    with pytest.raises(EngineError) as caught:
        compile_expression(source, SCOPE)
    return [(one.code, one.start, one.end) for one in caught.value.problems], caught.value.problems[0]


def test_role_is_found_when_it_is_written_by_its_label():
    assert (
        compile_expression('role_in(owner, "总监")', SCOPE).tree
        == compile_expression('role_in(owner, "director")', SCOPE).tree
    )


def test_role_is_refused_with_both_keys_when_two_share_a_label():
    two = {**ROLES, "head": RoleScope("crm", "head", Text("总监", "Head"))}
    scope = replace(SCOPE, roles=two)
    with pytest.raises(EngineError) as caught:
        compile_expression('role_in(owner, "总监")', scope)
    (problem,) = caught.value.problems
    assert (problem.code, problem.start, problem.end) == ("LANG-121", 15, 19)
    assert "director, head" in problem.hint.zh
    for told in ("head", "director", "Director"):
        compile_expression(f'role_in(owner, "{told}")', scope)


def test_role_is_suggested_when_it_is_not_one_of_the_app():
    found, problem = problems_of('role_in(owner, "directer")')
    assert found == [("LANG-081", 15, 25)]
    assert "director" in problem.message.en
    assert "director" in problem.hint.zh


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("role_in(owner, owner.name)", "LANG-080"),
        ('role_in(n, "director")', "LANG-036"),
        ("owner.salary", "LANG-082"),
        ("me.nam", "LANG-082"),
        ("owner.department.name", "LANG-025"),
        ("owner.id.name", "LANG-082"),
        ("owner.manager.manager.manager.manager", "LANG-083"),
        ("manager_of(manager_of(manager_of(manager_of(owner))))", "LANG-083"),
        ("n.manager", "LANG-025"),
    ],
)
def test_question_is_refused_when_a_person_has_no_answer_to_it(source, code):
    found, _ = problems_of(source)
    assert [one for one, _, _ in found] == [code]


def test_whoever_was_named_before_is_asked_about_when_the_path_begins_with_old():
    expression = compile_expression("old.owner.manager != owner.manager", SCOPE)
    assert expression.reads.old_fields == {"owner"}
    assert {level for _, level in expression.reads.people} == {1}


def test_people_that_are_asked_about_are_told_when_facts_are_to_be_fetched():
    reads = compile_expression("owner.manager.manager = me and me.department is not empty", SCOPE).reads
    assert {(type(node).__name__, level) for node, level in reads.people} == {("Field", 2), ("Given", 1)}
    assert reads.reaches


def test_text_type_is_what_a_department_is_when_it_is_compared():
    assert compile_expression('owner.department = "east"', SCOPE).type == compile_expression("true", SCOPE).type
    assert compile_expression("owner.department", SCOPE).type == TextType()
