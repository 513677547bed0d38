"""Roles and people in the studio: what a role may do is part of the draft, who has it holds at once."""

from __future__ import annotations

import pytest

from engine.decision.changeset import Actor
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.publishing import publish
from engine.storage import journal
from tests.support.apps import access, app, field, form, role

STUDIO = "/a/yard/studio/"


@pytest.fixture(scope="module", autouse=True)
def _yard(instance):
    made = app(
        form("thing", field("name"), field("price", "number")), key="yard", roles=[role("staff", access("thing"))]
    )
    publish(instance.services.execution, made, Actor(None))


@pytest.fixture(scope="module")
def viewer_of(instance):
    return lambda name: instance.directory.viewer(id_of(instance, name))


def id_of(instance, name):
    return next(user.id for user in instance.directory.everybody() if user.name == name)


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def post(root):
    def send(path, values=(), **data):
        page = text(root.get(f"{STUDIO}roles/"))
        seen = page.split('name="seen" value="')[1].split('"')[0]
        pairs = [("seen", seen), ("language", "zh"), *data.items(), *(("value", value) for value in values)]
        return root.post(f"{STUDIO}{path}", pairs)

    return send


@pytest.fixture
def roles(instance, viewer_of):
    return lambda: instance.services.studio.design(viewer_of("root"), "yard").documents["roles.json"]["roles"]


@pytest.fixture(autouse=True)
def _clean(instance, viewer_of):
    yield
    left = instance.services.drafts.show(viewer_of("root"), "yard")
    if left is not None:
        instance.services.drafts.discard(viewer_of("root"), "yard", left.version)


def test_a_role_is_made_and_what_it_may_do_is_set(post, roles, root):
    assert post("roles/", name="门卫").location == f"{STUDIO}roles/men_wei"
    post("roles/men_wei/thing", key="create", value="true")
    post("roles/men_wei/thing", key="rows", value="own")
    post("roles/men_wei/thing", key="hidden_fields", values=["price", "made_up"])
    post("roles/men_wei", key="parameters", value="true")
    post("roles/men_wei", key="name", value="看门人")
    made = roles()[1]
    assert made["access"] == [
        {"form": "thing", "create": True, "read": True, "rows": "owner = me", "hidden_fields": ["price"]}
    ]
    assert (made["parameters"], made["labels"]["zh"]) == (True, "看门人")
    page = text(root.get(f"{STUDIO}roles/men_wei"))
    assert "1个看不到" in page
    post("roles/men_wei/thing", key="rows", value="all")
    post("roles/men_wei/thing", key="hidden_fields", values=[])
    assert roles()[1]["access"] == [{"form": "thing", "create": True, "read": True}]
    assert post("roles/men_wei/thing", key="made_up", value="x").status_code == 400
    assert post("roles/nobody/thing", key="read", value="true").status_code == 404
    assert post("roles/men_wei/remove").location == f"{STUDIO}roles/"
    assert len(roles()) == 1
    assert post("roles/staff/remove").status_code == 422


def test_a_condition_on_rows_is_kept_when_the_page_is_sent_as_it_stands(root, instance, viewer_of):
    page = text(root.get("/a/library/studio/roles/reader"))
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert "account = me" in page
    root.post("/a/library/studio/roles/reader/member", {"seen": seen, "key": "rows", "value": "kept"})
    root.post("/a/library/studio/roles/reader/loan", {"seen": seen, "key": "rows", "value": "own"})
    root.post("/a/library/studio/roles/reader/book", {"seen": seen, "key": "hidden_fields", "value": "price"})
    assert not instance.services.studio.design(viewer_of("root"), "library").is_draft


def test_a_role_is_given_and_taken_at_once_in_the_journal_with_who_did_it(root, instance, viewer_of, signed_in):
    assert "立即" in text(root.get(f"{STUDIO}people/"))
    reader = id_of(instance, "reader")
    assert signed_in("reader").get("/a/yard/thing/").status_code == 404
    root.post(f"{STUDIO}people/", {"act": "give", "role": "staff", "user": reader})
    assert signed_in("reader").get("/a/yard/thing/").status_code == 200
    assert not instance.services.studio.design(viewer_of("root"), "yard").is_draft
    root.post(f"{STUDIO}people/", {"act": "take", "role": "staff", "user": reader})
    assert signed_in("reader").get("/a/yard/thing/").status_code == 404
    with instance.database.read() as connection:
        *_, given, taken = journal.entries_about(connection, "", "user", reader)
    assert [(one.action, one.actor) for one in (given, taken)] == [
        ("grant", id_of(instance, "root")),
        ("revoke", id_of(instance, "root")),
    ]


def test_what_is_no_role_or_person_is_refused_on_the_page(root, instance):
    root.get(f"{STUDIO}people/")
    wrong = root.post(f"{STUDIO}people/", {"act": "give", "role": "made_up", "user": id_of(instance, "reader")})
    assert wrong.status_code == 422
    assert "made_up" in text(wrong)
    assert root.post(f"{STUDIO}people/", {"act": "give", "role": "staff", "user": "nobody"}).status_code in (404, 422)


def test_among_many_people_one_is_looked_for_by_name_and_nobody_is_guessed(root, instance, viewer_of):
    for number in range(12):
        instance.directory.add_user(f"many{number}", "王芳")
    page = text(root.get(f"{STUDIO}people/"))
    assert page.count('value="王芳 (many3)"') == 1
    sent = {"act": "give", "role": "staff"}
    assert root.post(f"{STUDIO}people/", {**sent, "user": "王芳"}).status_code in (404, 422)
    assert root.post(f"{STUDIO}people/", {**sent, "user": "王芳 (many3)"}).status_code == 303
    assert ("yard", "staff") in viewer_of("many3").roles
    assert ("yard", "staff") not in viewer_of("many4").roles


def test_the_pages_are_absent_for_who_is_no_administrator(librarian, instance):
    for path in ("roles/", "roles/staff", "people/"):
        assert librarian.get(f"{STUDIO}{path}").status_code == 404
    own = {"act": "give", "role": "staff", "user": id_of(instance, "librarian")}
    assert librarian.post(f"{STUDIO}people/", own).status_code == 404
    assert librarian.get("/a/yard/thing/").status_code == 404


def test_who_looks_after_the_installation_is_not_changed_among_the_people_of_an_app(root, instance, viewer_of):
    instance.directory.add_user("second", "Second")
    instance.directory.grant("second", *ADMIN_ROLE)
    root.get(f"{STUDIO}people/")
    for act in ("take", "give"):
        sent = {"act": act, "role": ADMIN_ROLE[1], "user": id_of(instance, "second")}
        assert root.post(f"/a/{ADMIN_ROLE[0]}/studio/people/", sent).status_code in (404, 422)
        assert ADMIN_ROLE in viewer_of("second").roles


def test_an_administrator_notes_where_somebody_is_reached_in_the_journal_with_who_did_it(root, instance, signed_in):
    reader = id_of(instance, "reader")
    root.post(f"{STUDIO}people/", {"act": "give", "role": "staff", "user": reader})
    sent = {"act": "reach", "user": reader, "mail": "reader@example.com"}
    assert root.post(f"{STUDIO}people/", sent).status_code == 303
    assert "reader@example.com" in text(root.get(f"{STUDIO}people/"))
    with instance.database.read() as connection:
        *_, noted = journal.entries_about(connection, "", "user", reader)
    assert (noted.action, noted.actor) == ("contact", id_of(instance, "root"))
    wrong = root.post(f"{STUDIO}people/", {**sent, "mail": "nobody"})
    assert (wrong.status_code, "不能做邮箱地址" in text(wrong)) == (422, True)
    assert root.post(f"{STUDIO}people/", {**sent, "user": "nobody"}).status_code in (404, 422)
    assert signed_in("reader").post(f"{STUDIO}people/", sent).status_code == 404
    root.post(f"{STUDIO}people/", {"act": "take", "role": "staff", "user": reader})
