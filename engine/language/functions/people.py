"""Functions that ask about people: their superior, their department and the roles they hold."""

from __future__ import annotations

from engine.kernel.problems import Text
from engine.language.checking.people import has_role, of_person
from engine.language.functions.shape import Function, Invocation, Takes
from engine.language.tree import Node


def _manager_of(call: Invocation) -> Node:
    return of_person(call.arguments[0], "manager", call.at, call.report)


def _dept_of(call: Invocation) -> Node:
    return of_person(call.arguments[0], "department", call.at, call.report)


def _role_in(call: Invocation) -> Node:
    person, role = call.arguments
    return has_role(person, role, call.scope, call.at, call.report)


PEOPLE_FUNCTIONS = (
    Function(
        "manager_of",
        ("上级", "上级主管"),
        (("person", Takes.PERSON),),
        _manager_of,
        Text(
            "这个人的上级;没有上级时为空。也可写成 负责人.上级",
            "The superior of this person; blank where there is none. owner.manager says the same",
        ),
        (("manager_of(me) is empty", True),),
    ),
    Function(
        "dept_of",
        ("所在部门",),
        (("person", Takes.PERSON),),
        _dept_of,
        Text(
            "这个人的部门;没有部门时为空。也可写成 负责人.部门",
            "The department of this person; blank where there is none. owner.department says the same",
        ),
        (("dept_of(manager_of(me)) is empty", True),),
    ),
    Function(
        "role_in",
        ("担任", "具有角色"),
        (("person", Takes.PERSON), ("role", Takes.TEXT)),
        _role_in,
        Text(
            "这个人在本应用里有这个角色吗;停用的用户没有角色",
            "Whether this person holds this role of the app; who is not active holds none",
        ),
        (),
    ),
)
