"""Boards in the studio: made, filled out of metrics, records and words, put in order, undone, published and seen."""

from __future__ import annotations

import html
import re

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.support.apps import access, app, field, form, options, role

STUDIO = "/a/kiosk/studio/"


@pytest.fixture(scope="module", autouse=True)
def kiosk(instance):
    """An app with one form of numbers, choices, days and places, beside the library; two records of it."""
    made = app(
        form(
            "sale",
            field("name"),
            field("amount", "money"),
            field("kind", "choice", options=options("tea", "cake")),
            field("day", "date"),
            field("until", "date"),
            field("place", "location"),
        ),
        key="kiosk",
        roles=[role("staff", access("sale"))],
    )
    publish(instance.services.execution, made, Actor(None))
    for name in ("root", "librarian"):
        instance.directory.grant(name, "kiosk", "staff")
    viewer = next(user for user in instance.directory.everybody() if user.name == "librarian")
    author = instance.directory.viewer(viewer.id)
    for fields in (
        {"name": "a", "amount": "10.50", "kind": "tea", "day": "2026-03-01", "until": "2026-03-05"},
        {"name": "b", "amount": "4.50", "kind": "tea", "day": "2026-03-02"},
    ):
        instance.records.create(author, "kiosk", "sale", fields)


def text(answer):
    return answer.get_data(as_text=True)


@pytest.fixture
def studio(root, instance, viewer_of):
    """Post a change to the studio as the administrator; the draft is thrown away afterwards."""

    def post(path, **data):
        seen = text(root.get(STUDIO)).split('name="seen" value="')[1].split('"')[0]
        listed = [(key, one) for key, value in data.items() for one in (value if isinstance(value, list) else [value])]
        return root.post(f"{STUDIO}{path}", [("seen", seen), ("language", "zh"), *listed])

    post.get = lambda path="": text(root.get(f"{STUDIO}{path}"))
    post.board = lambda: instance.services.studio.design(viewer_of("root"), "kiosk").documents[post.path]
    post.problems = lambda: instance.services.drafts.show(viewer_of("root"), "kiosk").look.problems
    yield post
    left = instance.services.drafts.show(viewer_of("root"), "kiosk")
    if left is not None:
        instance.services.drafts.discard(viewer_of("root"), "kiosk", left.version)


@pytest.fixture(scope="module")
def viewer_of(instance):
    return lambda name: instance.directory.viewer(
        next(user.id for user in instance.directory.everybody() if user.name == name)
    )


@pytest.fixture
def board(studio):
    """A new board with its first text; gives the address of it."""
    answer = studio("boards/", name="看板")
    found = answer.headers["Location"].removeprefix(STUDIO)
    studio.path = f"{found}.json"
    return found


def kinds(studio):
    return [widget["kind"] for widget in studio.board()["widgets"]]


def last(studio):
    return studio.board()["widgets"][-1]


def count(studio, board, **more):
    asked = {"name": "各类金额", "form": "sale", "function": "sum", "field": "amount", "by": "kind", **more}
    assert studio(f"{board}/widgets", **asked).status_code == 303
    return last(studio)["uid"]


def test_board_is_made_of_every_source_when_it_is_filled(studio, board):
    assert "各类金额" not in studio.get(f"{board}?form=sale")
    count(studio, board)
    studio(f"{board}/widgets", source="metric", of="ge_lei_jin_e")
    studio(f"{board}/widgets", source="records", of="sale")
    studio(f"{board}/widgets", source="text", of="看完再走")
    assert kinds(studio) == ["text", "bar", "bar", "list", "text"]
    assert len({widget["key"] for widget in studio.board()["widgets"]}) == 5
    assert studio.problems() == ()


def test_board_of_the_draft_is_seen_with_its_figures_when_it_is_not_published(studio, board):
    uid = count(studio, board)
    seen = html.unescape(studio.get(f"{board}/preview?role=staff"))
    assert "各类金额" in seen
    assert "¥15" in seen
    studio(f"{board}/widgets/{uid}", key="kind", value="leaders")
    assert 'class="leaders"' in studio.get(f"{board}/preview?role=staff")


def test_part_is_shown_otherwise_when_its_kind_fits(studio, board):
    uid = count(studio, board)
    page = studio.get(f"{board}?at={uid}")
    offered = re.findall(r'name="value" value="(\w+)"', page)
    assert {"bar", "pie", "leaders", "words"} <= set(offered)
    assert not {"line", "calendar", "scatter", "gantt"} & set(offered)
    studio(f"{board}/widgets/{uid}", key="kind", value="pie")
    studio(f"{board}/widgets/{uid}", key="width", value="full")
    studio(f"{board}/widgets/{uid}", key="name", value="金额")
    assert (last(studio)["kind"], last(studio)["width"], last(studio)["labels"]["zh"]) == ("pie", "full", "金额")
    studio(f"{board}/widgets/{uid}", key="width", value="")
    assert "width" not in last(studio)
    assert studio.problems() == ()


def test_records_get_the_columns_that_they_need_when_they_become_bars_of_time_or_a_map(studio, board):
    studio(f"{board}/widgets", source="records", of="sale")
    uid = last(studio)["uid"]
    studio(f"{board}/widgets/{uid}", key="kind", value="gantt")
    assert (last(studio)["start"], last(studio)["end"]) == ("day", "until")
    assert studio.problems() == ()
    studio(f"{board}/widgets/{uid}", key="columns", value=["name"])
    assert {column["key"] for column in last(studio)["columns"]} == {"sale", "name", "day", "until"}
    studio(f"{board}/widgets/{uid}", key="kind", value="map")
    assert last(studio)["place"] == "place"
    assert "start" not in last(studio)
    studio(f"{board}/widgets/{uid}", key="where", value="amount > 5")
    studio(f"{board}/widgets/{uid}", key="limit", value="20")
    assert (last(studio)["where"], last(studio)["limit"]) == ("amount > 5", 20)
    assert studio.problems() == ()


def test_parts_change_places_when_they_are_dragged_or_stepped_and_undone(studio, board):
    uid = count(studio, board)
    first = studio.board()["widgets"][0]["uid"]
    studio(f"{board}/widgets/{uid}/move", before=first)
    assert kinds(studio) == ["bar", "text"]
    studio(f"{board}/widgets/{uid}/move", step="down")
    assert kinds(studio) == ["text", "bar"]
    studio(f"{board}/widgets/{uid}/move", step="down")
    assert kinds(studio) == ["text", "bar"]
    studio(f"{board}/widgets/{uid}/remove")
    assert kinds(studio) == ["text"]
    studio("undo", to=f"{STUDIO}{board}")
    assert kinds(studio) == ["text", "bar"]
    assert studio(f"{board}/widgets/{uid}/remove").status_code == 303
    assert studio(f"{board}/widgets/{first}/remove").status_code == 422


def test_thresholds_and_conditions_are_set_when_a_metric_is_chosen(studio, board, instance, viewer_of):
    uid = count(studio, board)
    for key, value in (("red", "value > 10"), ("yellow", "value > 1"), ("metric_where", "amount > 1")):
        assert studio(f"{board}/widgets/{uid}", key=key, value=value).status_code == 303
    metric = instance.services.studio.design(viewer_of("root"), "kiosk").documents["metrics/ge_lei_jin_e.json"]
    assert metric["light"] == {"red": "value > 10", "yellow": "value > 1"}
    assert metric["where"] == "amount > 1"
    assert "light-red" in studio.get(f"{board}/preview?role=staff")
    studio(f"{board}/widgets/{uid}", key="red", value="nothing > 1")
    assert [problem.code for problem in studio.problems()] == ["LANG-020"]


def test_board_is_for_its_roles_when_it_is_published(studio, board, instance, viewer_of, librarian):
    count(studio, board, name="月份", by="day", function="count", field="")
    assert last(studio)["kind"] == "line"
    studio(board, key="roles", value=["staff"])
    studio(board, key="order", value="3")
    studio(board, key="name", value="小店")
    found = instance.services.drafts.show(viewer_of("root"), "kiosk")
    instance.services.drafts.publish(viewer_of("root"), "kiosk", found.version)
    seen = librarian.get(f"/a/kiosk/{board}")
    assert seen.status_code == 200
    assert "小店" in text(seen)


def test_board_is_sent_to_its_roles_when_somebody_says_when(studio, board):
    assert "五段 cron" not in studio.get(board)
    for word, value in (("every", "weekly"), ("weekday", "friday"), ("time", "17:30"), ("workdays", "true")):
        assert studio(board, key=f"send/{word}", value=value).status_code == 303
    studio(board, key="send/channels", value=["mail", "wecom"])
    expected = {"cron": "30 17 * * 5", "workdays": True}
    assert studio.board()["send"] == {"schedule": expected, "roles": ["staff"], "channels": ["mail", "wecom"]}
    assert studio.problems() == ()
    assert studio(board, key="send/roles").status_code == 422
    assert studio(board, key="send/channels").status_code == 422
    assert studio(board, key="send/time", value="25:00").status_code == 422
    studio(board, key="send/workdays")
    studio(board, key="send/catch_up")
    assert studio.board()["send"]["schedule"] == {"cron": "30 17 * * 5", "catch_up": "none"}
    studio(board, key="send/catch_up", value="true")
    assert studio.board()["send"]["schedule"] == {"cron": "30 17 * * 5"}
    studio(board, key="send/every", value="")
    assert "send" not in studio.board()


def test_what_no_control_says_stays_when_a_sending_is_changed(studio, board, instance, viewer_of):
    studio(board, key="send/every", value="daily")
    written = {"cron": "0 8,18 * * 1-5", "timezone": "Europe/Berlin", "catch_up": "latest"}
    studio(board, key="send/cron", value=written["cron"])
    design = instance.services.studio.design(viewer_of("root"), "kiosk")
    sent = {**studio.board()["send"], "schedule": written, "channels": ["mail"]}

    def edit(documents, _):
        return {**documents, studio.path: {**documents[studio.path], "send": sent}}

    instance.services.studio.edit(viewer_of("root"), "kiosk", design.seen, edit)
    page = studio.get(board)
    assert "0 8,18 * * 1-5" in page
    assert "Europe/Berlin" in page
    for word, value in (("channels", "mail"), ("catch_up", "true"), ("roles", "staff")):
        studio(board, key=f"send/{word}", value=value)
    assert studio.board()["send"] == sent
    studio(board, key="send/cron", value="every so often")
    assert [(one.code, one.path) for one in studio.problems()] == [("RULE-007", f"{studio.path}#send.schedule.cron")]


def test_figures_are_kept_and_their_trend_is_shown_when_somebody_asks_for_it(studio, board):
    uid = count(studio, board, by="")
    assert last(studio)["kind"] == "number"
    studio(f"{board}/widgets/{uid}", key="trend", value="true")
    assert [one.code for one in studio.problems()] == ["BOARD-018"]
    studio(f"{board}/widgets/{uid}", key="snapshot", value="daily")
    studio(f"{board}/widgets/{uid}", key="trend", value="true")
    assert (last(studio)["trend"], last(studio)["kind"]) == (True, "line")
    assert studio.problems() == ()
    studio(f"{board}/widgets/{uid}", key="kind", value="calendar")
    assert studio.problems() == ()
    studio(f"{board}/widgets/{uid}", key="trend")
    assert "trend" not in last(studio)
    assert last(studio)["kind"] == "number"
    assert studio(f"{board}/widgets/{uid}", key="snapshot", value="now and then").status_code == 422


def test_metric_is_named_ordered_and_taken_by_other_times_when_a_part_shows_it(studio, board, instance, viewer_of):
    uid = count(studio, board, name="走势", by="day")
    for key, value in (
        *(("metric_name", "每周金额"), ("bucket", "week"), ("metric_order", "-value"), ("metric_limit", "12")),
        *(("help", "只算成交"), ("metric_order", "=")),
    ):
        assert studio(f"{board}/widgets/{uid}", key=key, value=value).status_code == 303
    metric = instance.services.studio.design(viewer_of("root"), "kiosk").documents["metrics/zou_shi.json"]
    assert metric["labels"]["zh"] == "每周金额"
    assert [one["bucket"] for one in metric["dimensions"]] == ["week"]
    assert (metric["order"], metric["limit"]) == (["-value"], 12)
    assert last(studio)["help"]["zh"] == "只算成交"
    assert studio.problems() == ()
    studio(f"{board}/widgets/{uid}", key="help", value="")
    studio(f"{board}/widgets/{uid}", key="metric_order", value="")
    assert "help" not in last(studio)
    assert studio(f"{board}/widgets/{uid}", key="bucket", value="").status_code == 422


def test_list_has_lights_and_an_order_when_they_are_set(studio, board):
    studio(f"{board}/widgets", source="records", of="sale")
    uid = last(studio)["uid"]
    for key, value in (("red", "amount > 10"), ("yellow", "amount > 1"), ("order", "-amount"), ("order", "=")):
        assert studio(f"{board}/widgets/{uid}", key=key, value=value).status_code == 303
    assert last(studio)["light"] == {"red": "amount > 10", "yellow": "amount > 1"}
    assert last(studio)["order"] == ["-amount"]
    studio(board, key="help", value="每天看一眼")
    assert studio.board()["help"]["zh"] == "每天看一眼"
    assert studio.problems() == ()
    assert "light-red" in studio.get(f"{board}/preview?role=staff")
    for key in ("red", "yellow", "order"):
        studio(f"{board}/widgets/{uid}", key=key, value="")
    assert not {"light", "order"} & last(studio).keys()


def test_what_is_not_there_or_makes_no_sense_is_refused_when_it_is_sent(studio, board, root):
    assert root.get(f"{STUDIO}boards/nothing").status_code == 404
    assert studio("boards/nothing", key="name", value="x").status_code == 404
    assert studio("boards/", name=" ").status_code == 422
    assert studio(board, key="uid", value="x").status_code == 400
    assert studio(board, key="order", value="many").status_code == 400
    assert studio(f"{board}/widgets", source="else").status_code == 400
    assert studio(f"{board}/widgets", source="metric", of="nothing").status_code == 409
    uid = last(studio)["uid"]
    assert studio(f"{board}/widgets/{uid}", key="kind", value="cube").status_code == 400
    assert studio(f"{board}/widgets/{uid}", key="red", value="x").status_code == 400
    wrong = {"name": "x", "form": "sale", "function": "sum", "field": "name"}
    assert studio(f"{board}/widgets", **wrong).status_code == 422


def test_boards_of_the_studio_are_absent_when_somebody_does_not_design(librarian):
    assert librarian.get(f"{STUDIO}boards/").status_code == 404
    assert librarian.get(f"{STUDIO}boards/kan_ban/preview").status_code == 404
