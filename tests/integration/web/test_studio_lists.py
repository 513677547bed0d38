"""Option lists in the studio: made, filled, given other words, taken by a field and published; records follow."""

from __future__ import annotations

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.support.apps import access, app, field, form, options, role

STUDIO = "/a/tray/studio/"


@pytest.fixture(scope="module", autouse=True)
def tray(instance):
    """An app with one form that has a choice, beside the library."""
    made = app(
        form("dish", field("name"), field("taste", "choice", options=options("sweet", "salty"))),
        key="tray",
        roles=[role("staff", access("dish"))],
    )
    publish(instance.services.execution, made, Actor(None))
    instance.directory.grant("librarian", "tray", "staff")


def text(answer):
    return answer.get_data(as_text=True)


def seen(page):
    return page.split('name="seen" value="')[1].split('"')[0]


@pytest.fixture
def studio(root, instance, viewer_of):
    """Post a change to the studio as the administrator; the draft is thrown away afterwards."""

    def post(path, **data):
        page = text(root.get(STUDIO))
        return root.post(f"{STUDIO}{path}", {"seen": seen(page), "language": "zh", **data})

    post.get = lambda path="": text(root.get(f"{STUDIO}{path}"))
    post.documents = lambda: instance.services.studio.design(viewer_of("root"), "tray").documents
    yield post
    left = instance.services.drafts.show(viewer_of("root"), "tray")
    if left is not None:
        instance.services.drafts.discard(viewer_of("root"), "tray", left.version)


@pytest.fixture(scope="module")
def viewer_of(instance):
    return lambda name: instance.directory.viewer(
        next(user.id for user in instance.directory.everybody() if user.name == name)
    )


def listed(studio):
    return studio.documents()["option_lists.json"]["option_lists"]


def test_a_list_is_made_filled_and_taken_by_a_field(studio, instance, viewer_of):
    assert "lists/" in studio.get()
    assert studio("lists/", name="口味").location == f"{STUDIO}lists/kou_wei"
    assert "还没有字段用它" in studio.get("lists/kou_wei")
    for value in ("甜", "咸"):
        studio("lists/kou_wei/options", act="add", value=value)
    one, two, sweet, salty = listed(studio)[0]["options"]
    for option in (one, two):
        studio("lists/kou_wei/options", act="remove", option=option["uid"])
    studio("lists/kou_wei/options", act="move", option=salty["uid"], before=sweet["uid"])
    studio("lists/kou_wei/aliases", option=sweet["uid"], value="甘、Sweet")
    assert [(item["labels"]["zh"], item.get("aliases")) for item in listed(studio)[0]["options"]] == [
        ("咸", None),
        ("甜", ["甘", "Sweet"]),
    ]
    taste = next(item for item in studio.documents()["forms/dish.json"]["fields"] if item["key"] == "taste")
    panel = studio.get(f"forms/dish?at={taste['uid']}")
    assert "选项来自" in panel
    answer = studio(f"forms/dish/fields/{taste['uid']}/list", value="kou_wei")
    assert answer.location == f"{STUDIO}forms/dish?at={taste['uid']}"
    assert "dish" in studio.get("lists/")
    admin, drafts = viewer_of("root"), instance.services.drafts
    drafts.publish(admin, "tray", drafts.show(admin, "tray").version)
    made = instance.services.records.create(viewer_of("librarian"), "tray", "dish", {"name": "糕", "taste": "甘"})
    assert made.fields["taste"] == sweet["key"]
    studio("lists/kou_wei/options", act="remove", option=sweet["uid"])
    assert listed(studio)[0]["options"][1]["retired"] is True
    assert "恢复" in studio.get("lists/kou_wei")


def test_a_list_in_use_is_not_removed_and_the_page_says_by_what(studio):
    studio("lists/", name="Size", language="en")
    taste = next(item for item in studio.documents()["forms/dish.json"]["fields"] if item["key"] == "taste")
    studio(f"forms/dish/fields/{taste['uid']}/list", value="size")
    refused = studio("lists/size/remove")
    assert refused.status_code == 422
    assert "taste" in text(refused)
    studio(f"forms/dish/fields/{taste['uid']}/list", value="")
    assert studio("lists/size/remove").location == f"{STUDIO}lists/"
    assert studio("lists/size/remove").status_code == 404


def test_own_options_get_other_words_in_the_panel_of_the_field(studio):
    fields = studio.documents()["forms/dish.json"]["fields"]
    taste = next(item for item in fields if item["key"] == "taste")
    if "options" not in taste:
        studio(f"forms/dish/fields/{taste['uid']}/list", value="")
        taste = next(item for item in studio.documents()["forms/dish.json"]["fields"] if item["key"] == "taste")
    option = taste["options"][0]
    studio(f"forms/dish/fields/{taste['uid']}/aliases", option=option["uid"], value="x1,x2")
    field_now = next(item for item in studio.documents()["forms/dish.json"]["fields"] if item["key"] == "taste")
    assert field_now["options"][0]["aliases"] == ["x1", "x2"]


def test_an_alias_of_two_options_stands_in_the_way_of_publishing(studio):
    studio("lists/", name="Both", language="en")
    one, two = next(item for item in listed(studio) if item["key"] == "both")["options"]
    for option in (one, two):
        studio("lists/both/aliases", option=option["uid"], value="same")
    assert "别名“same”" in studio.get("checks")


def test_the_pages_are_absent_for_who_is_no_administrator(librarian):
    assert librarian.get(f"{STUDIO}lists/").status_code == 404
    assert librarian.post(f"{STUDIO}lists/", {"name": "x", "seen": "1.0"}).status_code == 404
