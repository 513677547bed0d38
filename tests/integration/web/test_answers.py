"""The answer after a submit: in the API beside the record, and at the top of the page that follows."""

from __future__ import annotations

import re

SAID = re.compile(r'class="said answer"[^>]*>.*?<span>(.*?)</span>', re.DOTALL)


def said(response):
    found = SAID.search(response.get_data(as_text=True))
    return found.group(1) if found else None


def lent(api, isbn, **member):
    book = api("POST", "/library/book", {"fields": {"title": "红楼梦", "isbn": isbn()}}).get_json()
    someone = {"name": "林小雨", "card_no": isbn(), **member}
    member = api("POST", "/library/member", {"fields": someone}).get_json()
    return {"book": book["id"], "member": member["id"], "due_date": "2030-01-31"}


def test_the_api_returns_the_answer_of_the_transition_when_a_record_is_made_with_one(api, isbn):
    fields = lent(api, isbn)
    made = api("POST", "/library/loan", {"fields": fields, "transition": "lend"}).get_json()
    assert made["answer"]["zh"] == "已借出,2030-01-31前还。林小雨现在借着1本。"
    assert made["answer"]["en"] == "Lent until 2030-01-31. 林小雨 has 1 out now."


def test_the_api_returns_the_answer_of_the_form_when_a_draft_is_made(api, isbn):
    made = api("POST", "/library/loan", {"fields": lent(api, isbn)}).get_json()
    assert made["answer"]["zh"] == "已申请《红楼梦》,馆员会来找您。"
    moved = api("POST", f"/library/loan/{made['id']}/transitions/lend", {"fields": {}}).get_json()
    assert moved["answer"]["zh"].startswith("已借出")


def test_a_reading_and_a_change_without_one_carry_no_answer(api, isbn):
    made = api("POST", "/library/loan", {"fields": lent(api, isbn)})
    at = f"/library/loan/{made.get_json()['id']}"
    assert "answer" not in api("GET", at).get_json()
    assert "answer" not in api("PATCH", at, {"fields": {"note": "急用"}}, If_Match="1").get_json()


def test_the_page_that_follows_says_the_answer_once_to_whoever_fired(api, isbn, librarian, reader):
    made = api("POST", "/library/loan", {"fields": lent(api, isbn)}).get_json()
    address = f"/a/library/loan/{made['id']}"
    librarian.get(f"{address}/do/lend")
    after = librarian.post(f"{address}/do/lend", {"_do": "fire", "_version": "1", "_key": f"key-{made['id']}"})
    assert after.status_code == 303
    assert said(librarian.get(after.headers["Location"])).startswith("已借出,2030-01-31前还。林小雨")
    assert said(librarian.get(address)) is None
    assert said(reader.get(f"/inbox?done=acted&of=library.loan.{made['id']}")) is None


def test_a_made_up_address_says_nothing_when_it_names_no_record(librarian):
    assert said(librarian.get("/inbox?done=acted&of=library.loan")) is None
    assert said(librarian.get("/inbox?done=acted&of=library.loan.nothing")) is None
