"""Where one is reached outside, on the page about oneself; how the ways stand, on the page of jobs."""

from __future__ import annotations

import pytest

from tests.integration.web.conftest import PASSWORD, Visitor


@pytest.fixture
def root(app, instance):
    """The administrator, signed in."""
    return signed_in(app, instance, "root")


def signed_in(app, instance, name):
    visitor = Visitor(app.test_client())
    visitor.client.set_cookie("youju_session", instance.directory.sign_in(name, PASSWORD))
    visitor.get("/me")
    return visitor


def text_of(answer):
    return answer.get_data(as_text=True)


def addresses(instance, name):
    return instance.services.telling.addresses_of(name)


def test_one_says_where_one_is_reached(app, instance):
    visitor = signed_in(app, instance, "librarian")
    assert 'name="mail"' in text_of(visitor.get("/me"))
    answer = visitor.post("/me/reach", {"mail": " li@example.com "})
    assert (answer.status_code, answer.location) == (303, "/me?kept#reached")
    assert addresses(instance, "librarian") == {"mail": "li@example.com"}
    page = text_of(visitor.get("/me?kept"))
    assert 'value="li@example.com"' in page
    assert "已保存。" in page
    visitor.post("/me/reach", {"mail": ""})
    assert addresses(instance, "librarian") == {}


def test_what_is_no_address_is_told_with_what_was_typed(app, instance):
    visitor = signed_in(app, instance, "librarian")
    answer = visitor.post("/me/reach", {"mail": '"><b>@x'})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "不能做邮箱地址" in page
    assert 'value="&#34;&gt;&lt;b&gt;@x"' in page
    assert 'aria-invalid="true"' in page
    assert addresses(instance, "librarian") == {}


def test_administrators_see_how_the_ways_outside_stand(root, instance):
    page = text_of(root.get("/jobs"))
    assert "站外通道" in page
    assert "缺 <code>YOUJU_MAIL</code>" in page
    assert "只在站内告诉了" not in page
