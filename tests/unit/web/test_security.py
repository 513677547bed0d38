"""Redirects and the problem kinds of the web."""

from __future__ import annotations

import pytest

from engine.kernel.problems import Nature, ProblemKind
from web import problems
from web.security import local_path


@pytest.mark.parametrize("target", ["/", "/a/x/?filter=a%20b", "/inbox#top"])
def test_a_redirect_goes_there_when_the_target_is_a_path_of_ours(target):
    assert local_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nX: y",
        "/a b",
        "\t//x",
        "a",
    ],
)
def test_a_redirect_goes_home_when_the_target_is_anything_else(target):
    assert local_path(target) == "/"


def test_every_nature_has_a_status_when_problems_become_answers():
    assert set(problems.STATUS_OF_NATURE) == set(Nature)


def test_every_kind_has_its_own_code_when_they_are_listed():
    kinds = [kind for kind in vars(problems).values() if isinstance(kind, ProblemKind)]
    assert len({kind.code for kind in kinds}) == len(kinds) > 10
