"""The pages without scripts: lists, forms, records, transitions, the inbox."""

from __future__ import annotations

import html
import re

import pytest

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def text_of(answer):
    """Return what people read on a page: no tags, no attributes."""
    main = re.search(r"<main.*?</main>", answer.get_data(as_text=True), re.DOTALL).group(0)
    bare = re.sub(r"<(script|style|template).*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(bare))


def hidden(answer, name):
    return re.search(rf'name="{name}" value="([^"]*)"', answer.get_data(as_text=True)).group(1)


def test_a_record_is_made_once_when_the_form_is_sent_twice(librarian, isbn):
    form = librarian.get("/a/library/book/new")
    typed = {"f.title": "双击", "f.isbn": isbn(), "_do": "save", "_key": hidden(form, "_key")}
    first, second = (librarian.post("/a/library/book/new", typed) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    shown = librarian.get(first.headers["Location"])
    assert "已记好" in text_of(shown)
    assert text_of(shown).count("双击") >= 1


def test_a_form_that_was_sent_before_can_be_sent_again_when_it_holds_something_else(librarian, isbn):
    form = librarian.get("/a/library/book/new")
    key = hidden(form, "_key")
    librarian.post("/a/library/book/new", {"f.title": "第一本", "f.isbn": isbn(), "_do": "save", "_key": key})
    second = {"f.title": "第二本", "f.isbn": isbn(), "_do": "save"}
    refused = librarian.post("/a/library/book/new", {**second, "_key": key})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "刚才已经提交过" in page
    assert "第二本" in page
    assert "幂等" not in page
    assert hidden(refused, "_key") != key
    assert librarian.post("/a/library/book/new", {**second, "_key": hidden(refused, "_key")}).status_code == 303


def test_all_errors_stand_on_top_and_at_their_fields_when_a_form_is_refused(librarian):
    librarian.get("/a/library/book/new")
    typed = [
        ("f.title", ""),
        ("f.isbn", ""),
        ("f.price", "abc"),
        ("f.published", "2026-07-03"),
        ("f.copies", ""),
        ("f.copies.n1.shelf", "甲架"),
        ("f.copies.n1.barcode", ""),
        ("_do", "save"),
        ("_key", "errors"),
    ]
    answer = librarian.post("/a/library/book/new", typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for anchor in ("f-price",):
        assert f'href="#{anchor}"' in page
        assert f'id="{anchor}-problem"' in page
        assert re.search(rf'id="{anchor}"[^>]*aria-invalid="true"[^>]*aria-describedby="{anchor}-problem"', page)
    assert 'value="abc"' in page
    assert 'value="甲架"' in page
    assert 'name="f.copies.n1.shelf"' in page
    typed[2] = ("f.price", "12")
    page = librarian.post("/a/library/book/new", typed).get_data(as_text=True)
    for anchor in ("f-title", "f-isbn", "f-copies-n1-barcode"):
        assert f'href="#{anchor}"' in page, anchor
    assert "馆藏第 1 行" in page


def test_numbers_are_read_as_people_type_them_when_a_form_is_saved(librarian, isbn, api):
    librarian.get("/a/library/book/new")
    typed = {"f.title": "价", "f.isbn": isbn(), "f.price": "１,２００.５", "_do": "save", "_key": "numbers"}
    made = librarian.post("/a/library/book/new", typed)
    id = UUID.search(made.headers["Location"]).group(0)
    assert api("GET", f"/library/book/{id}").get_json()["fields"]["price"] == "1200.50"
    assert "¥1,200.50" in text_of(librarian.get(made.headers["Location"]))


def test_a_line_is_added_and_removed_when_the_page_has_no_script(librarian):
    librarian.get("/a/library/book/new")
    typed = [("f.title", "有行"), ("f.copies", ""), ("f.copies.s0.barcode", "B1"), ("f.copies.s0.shelf", "")]
    more = librarian.post("/a/library/book/new", [*typed, ("_do", "add:copies")]).get_data(as_text=True)
    assert 'name="f.copies.s1.barcode"' in more
    assert 'value="B1"' in more
    fewer = librarian.post("/a/library/book/new", [*typed, ("_do", "remove:copies:s0")]).get_data(as_text=True)
    assert 'value="B1"' not in fewer
    assert 'value="有行"' in fewer


def test_the_fragment_answers_alone_when_the_script_asks(librarian):
    librarian.get("/a/library/book/new")
    answer = librarian.post("/a/library/book/new", {"f.title": ""}, headers={"HX-Request": "true"})
    body = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert body.lstrip().startswith('<div id="form-body">')
    assert "<html" not in body
    assert "summary" not in body


def test_a_required_mark_comes_and_goes_when_its_condition_changes(librarian):
    librarian.get("/a/library/member/new")

    def guardian(born):
        body = librarian.post("/a/library/member/new", {"f.born": born}, headers={"HX-Request": "true"})
        return re.search(r'<input id="f-guardian"[^>]*>', body.get_data(as_text=True)).group(0)

    assert 'aria-required="true"' in guardian("2020-01-01")
    assert "aria-required" not in guardian("1980-01-01")


def test_a_reference_is_found_by_its_name_when_the_page_has_no_script(librarian, book, api, isbn):
    wanted = book(title="边城")
    member = api.make("member", name="翠翠", card_no=isbn())
    librarian.get("/a/library/loan/new")
    typed = {"f.book": "", "f.book._text": "边城", "f.member": member["id"], "_do": "save", "_key": "by-name"}
    made = librarian.post("/a/library/loan/new", typed)
    assert made.status_code == 303, text_of(made)
    id = UUID.search(made.headers["Location"]).group(0)
    assert api("GET", f"/library/loan/{id}").get_json()["fields"]["book"] == wanted["id"]


def test_a_choice_is_offered_when_a_name_means_several(librarian, book):
    ids = [book(title=f"家春秋{part}")["id"] for part in ("上", "下")]
    librarian.get("/a/library/loan/new")
    typed = {"f.book": "", "f.book._text": "家春秋", "_do": "save", "_key": "several"}
    answer = librarian.post("/a/library/loan/new", typed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "对应多条记录" in page
    for id in ids:
        assert f'<option value="{id}">' in page


def test_a_name_is_said_to_be_unknown_when_nothing_matches(librarian):
    librarian.get("/a/library/loan/new")
    typed = {"f.book": "", "f.book._text": "不存在的书", "_do": "save", "_key": "unknown"}
    assert "没有找到“不存在的书”" in text_of(librarian.post("/a/library/loan/new", typed))


def test_the_type_ahead_lists_titles_when_a_text_is_typed(librarian, book):
    made = book(title="茶馆与<b>雷雨</b>")
    answer = librarian.get("/a/library/loan/choices/book?f.book._text=茶馆与")
    body = answer.get_data(as_text=True)
    assert f'data-id="{made["id"]}"' in body
    assert "<b>" not in body
    assert librarian.get("/a/library/loan/choices/due_date?f.x._text=a").status_code == 404


def test_only_what_changed_is_written_when_a_record_is_edited(librarian, book, api):
    made = book(author="余华", price="30.00")
    at = f"/a/library/book/{made['id']}"
    form = librarian.get(f"{at}/edit")
    assert 'value="30.00"' in form.get_data(as_text=True)
    typed = {"f.title": "活着", "f.isbn": made["fields"]["isbn"], "f.author": "余华(著)", "f.price": "30"}
    done = librarian.post(f"{at}/edit", {**typed, "_version": hidden(form, "_version"), "_do": "save"})
    assert done.status_code == 303
    entry = api("GET", f"/library/book/{made['id']}/history").get_json()["items"][0]
    assert [change["key"] for change in entry["changes"]] == ["author"]
    shown = text_of(librarian.get(at))
    assert "余华 → " in shown
    assert "余华(著)" in shown


def test_a_record_is_deleted_after_a_question_when_its_version_still_holds(librarian, book, api):
    made = book()
    at = f"/a/library/book/{made['id']}"
    asked = librarian.get(f"{at}/delete")
    assert "不删除" in text_of(asked)
    api("PATCH", f"/library/book/{made['id']}", {"fields": {"author": "改"}}, If_Match="1")
    assert librarian.post(f"{at}/delete", {"_version": "1"}).status_code == 409
    assert librarian.post(f"{at}/delete", {"_version": "2"}).status_code == 303
    assert librarian.get(at).status_code == 404


def test_a_loan_goes_through_its_states_when_its_buttons_are_pressed(librarian, loan):
    at = f"/a/library/loan/{loan()['id']}"
    shown = librarian.get(at)
    assert "借出" in text_of(shown)
    fire = {"_do": "fire", "_version": hidden(shown, "_version"), "_key": "lend-once"}
    assert librarian.post(f"{at}/do/lend", fire).headers["Location"].endswith("done=moved")
    assert "moved_on" in librarian.post(f"{at}/do/lend", fire).headers["Location"]
    asked = librarian.get(f"{at}/do/give_back")
    assert "归还日期" in text_of(asked)
    assert "备注" not in text_of(asked)
    version = hidden(asked, "_version")
    refused = librarian.post(f"{at}/do/give_back", {"f.returned_on": "", "_do": "fire", "_version": version})
    assert refused.status_code == 422
    assert 'id="f-returned_on-problem"' in refused.get_data(as_text=True)
    given = {"f.returned_on": "2026-12-01", "f.condition": "good", "_do": "fire", "_version": version, "_key": "back"}
    assert librarian.post(f"{at}/do/give_back", given).status_code == 303
    shown = text_of(librarian.get(at))
    assert "已归还" in shown
    assert "完好" in shown


def test_a_transition_says_why_when_its_guard_refuses(librarian, api, isbn):
    book = api.make("book", title="只阅览", isbn=isbn(), reference_only=True)
    member = api.make("member", name="韩梅梅", card_no=isbn())
    made = api.make("loan", book=book["id"], member=member["id"])
    at = f"/a/library/loan/{made['id']}"
    refused = librarian.post(f"{at}/do/lend", {"_do": "fire", "_version": "1", "_key": "guard"})
    assert refused.status_code == 422
    assert "或此书不外借" in text_of(refused)


def test_a_transition_is_absent_when_it_is_not_the_viewer_s(reader, api, isbn, instance, book):
    viewer = instance.directory.viewer_of_session(reader.client.get_cookie("youju_session").value)
    member = api.make("member", name="约翰", card_no=isbn(), account=viewer.id)
    made = instance.records.create(viewer, "library", "loan", {"book": book()["id"], "member": member["id"]})
    shown = reader.get(f"/a/library/loan/{made.id}")
    assert shown.status_code == 200
    assert reader.post(f"/a/library/loan/{made.id}/do/lend", {"_do": "fire", "_version": "1"}).status_code == 404


def test_a_task_is_done_in_one_tap_when_it_needs_no_more(librarian, loan, work):
    made = loan()
    work()
    inbox = librarian.get("/inbox").get_data(as_text=True)
    card = next(c for c in inbox.split("<article") if made["id"] in c)
    action = re.search(r'action="(/inbox/tasks/[^"]+)"', card).group(1)
    done = librarian.post(action, {"_do": "fire"})
    assert done.headers["Location"] == "/inbox?done=acted"
    assert made["id"] not in librarian.get("/inbox").get_data(as_text=True).split("消息")[0]
    assert librarian.post(action, {"_do": "fire"}).status_code == 404


def task_of(librarian, record):
    inbox = librarian.get("/inbox").get_data(as_text=True)
    card = next(c for c in inbox.split("<article") if record["id"] in c)
    return re.search(r'(/inbox/tasks/[^"]+)"', card).group(1)


def test_only_what_changed_is_sent_when_a_task_is_done(librarian, loan, api, work):
    made = loan(note="旧的")
    work()
    at = f"/library/loan/{made['id']}"
    typed = {"_do": "fire", "f.due_date": made["fields"]["due_date"], "f.note": ""}
    assert librarian.post(task_of(librarian, made), typed).status_code == 303
    lent = next(e for e in api("GET", f"{at}/history").get_json()["items"] if e["action"] != "create" and e["changes"])
    changed = {change["key"] for change in lent["changes"]}
    assert "note" in changed
    assert "due_date" not in changed
    assert not api("GET", at).get_json()["fields"].get("note")


def test_a_message_opens_its_record_and_is_read_when_it_is_tapped(librarian, loan, api, work):
    made = loan()
    at = f"/library/loan/{made['id']}"
    api("POST", f"{at}/transitions/lend")
    back = {"returned_on": made["fields"]["due_date"], "condition": "good"}
    assert api("POST", f"{at}/transitions/give_back", {"fields": back}).status_code == 200
    work()
    inbox = librarian.get("/inbox")
    assert "未读 《活着》已归还" in text_of(inbox)
    unread = inbox.get_data(as_text=True).count('class="unread"')
    action = re.search(r'action="(/inbox/messages/[^"]+)"', inbox.get_data(as_text=True)).group(1)
    assert librarian.post(action).headers["Location"] == f"/a/library/loan/{made['id']}"
    assert librarian.get("/inbox").get_data(as_text=True).count('class="unread"') == unread - 1
    assert librarian.post("/inbox/messages").status_code == 303
    assert 'class="unread"' not in librarian.get("/inbox").get_data(as_text=True)


def test_a_list_shows_the_error_at_its_place_when_the_filter_is_wrong(librarian):
    answer = librarian.get("/a/library/book/?filter=autor = 1")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<mark>autor</mark> = 1" in page
    assert 'aria-invalid="true"' in page
    assert 'value="autor = 1"' in page


def test_a_list_says_what_to_do_when_it_is_empty(librarian):
    assert "没有符合条件的记录" in text_of(librarian.get('/a/library/book/?filter=title = "没有"'))


def test_a_list_says_a_title_once_when_a_column_is_the_title(librarian, api, isbn):
    api.make("book", title="只说一次", author="某人", isbn=isbn())
    page = librarian.get('/a/library/book/?filter=title = "只说一次"').get_data(as_text=True)
    table = re.search(r"<table.*?</table>", page, re.DOTALL).group()
    headings = [
        re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<th role=\"columnheader.*?</th>", table, re.DOTALL)
    ]
    assert headings[0] == "书名"
    assert headings.count("书名") == 1
    assert table.count("只说一次") == 1
    assert "某人" in table


def test_a_list_pages_when_it_is_long(librarian, api, isbn):
    for number in range(52):
        api.make("book", title=f"书{number:02d}", author="长列表", isbn=isbn())
    first = librarian.get('/a/library/book/?filter=author = "长列表"&sort=title')
    assert "共 52 条" in text_of(first)
    assert "书49" in text_of(first)
    assert "书50" not in text_of(first)
    following = html.unescape(re.search(r'href="([^"]*after=[^"]*)"', first.get_data(as_text=True)).group(1))
    assert "书51" in text_of(librarian.get(following))


def test_a_broken_cursor_is_a_problem_and_no_failure_when_it_is_sent(librarian):
    assert librarian.get("/a/library/book/?after=nonsense").status_code == 422


@pytest.mark.parametrize(
    "path", ["/a/library/", "/a/library/book/", "/a/library/loan/", "/a/library/loan/new", "/inbox"]
)
def test_nobody_reads_ids_keys_or_nulls_when_a_page_is_chinese(librarian, loan, path):
    loan()
    words = text_of(librarian.get(path))
    assert not UUID.search(words)
    assert not re.search(r"\b(None|null|undefined|requested|due_date|library)\b", words)


def test_texts_are_shown_as_texts_when_they_look_like_markup(librarian, book):
    made = book(title="<script>alert(1)</script>", note='"><img src=x>')
    for path in (f"/a/library/book/{made['id']}", "/a/library/book/", f"/a/library/book/{made['id']}/edit"):
        page = librarian.get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "<img" not in page


def test_fields_that_a_role_may_not_see_are_nowhere_when_its_page_is_drawn(reader, book):
    made = book(price="88.80")
    page = reader.get(f"/a/library/book/{made['id']}").get_data(as_text=True)
    assert "88.80" not in page
    assert "价格" not in page
    assert reader.get("/a/library/book/new").status_code == 404
