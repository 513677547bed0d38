"""The answer after a submit: in the API beside the record, and at the top of the page that follows."""

from __future__ import annotations

import re

import pytest

SAID = re.compile(r'class="said answer"[^>]*>.*?<span>(.*?)</span>', re.DOTALL)
BACK = {"returned_on": "2030-01-31", "condition": "good"}


def said(response):
    found = SAID.search(response.get_data(as_text=True))
    return found.group(1) if found else None


@pytest.fixture
def loan(api, isbn):
    """What a loan needs: a book, a member, and until when."""
    book = api("POST", "/library/book", {"fields": {"title": "红楼梦", "isbn": isbn()}}).get_json()
    member = api("POST", "/library/member", {"fields": {"name": "林小雨", "card_no": isbn()}}).get_json()
    return {"book": book["id"], "member": member["id"], "due_date": "2030-01-31"}


def test_the_api_returns_the_answer_of_the_form_when_a_record_is_made(api, loan):
    made = api("POST", "/library/loan", {"fields": loan}).get_json()
    assert made["answer"] == {
        "zh": "已申请《红楼梦》,馆员会来找您。",
        "en": "Asked for “红楼梦”: a librarian will see to it.",
    }


def test_the_form_answers_when_the_transition_it_is_made_with_has_no_answer(api, loan):
    made = api("POST", "/library/loan", {"fields": loan, "transition": "lend"}).get_json()
    assert made["answer"]["zh"].startswith("已申请")


def test_the_api_returns_the_answer_of_the_transition_over_the_record_after_it(api, loan):
    made = api("POST", "/library/loan", {"fields": loan, "transition": "lend"}).get_json()
    at = f"/library/loan/{made['id']}"
    back = api("POST", f"{at}/transitions/give_back", {"fields": BACK}).get_json()
    assert back["answer"]["zh"] == "已归还。林小雨还借着0本。"


def test_a_reading_and_a_change_without_one_carry_no_answer(api, loan):
    made = api("POST", "/library/loan", {"fields": loan})
    at = f"/library/loan/{made.get_json()['id']}"
    assert "answer" not in api("GET", at).get_json()
    assert "answer" not in api("PATCH", at, {"fields": {"note": "急用"}}, If_Match="1").get_json()
    assert "answer" not in api("POST", f"{at}/transitions/lend", {"fields": {}}).get_json()


def test_the_page_that_follows_says_the_answer_to_whoever_fired(api, loan, librarian, reader):
    made = api("POST", "/library/loan", {"fields": loan, "transition": "lend"}).get_json()
    address = f"/a/library/loan/{made['id']}"
    librarian.get(f"{address}/do/give_back")
    typed = {f"f.{key}": value for key, value in BACK.items()}
    sent = {"_do": "fire", "_version": "1", "_key": f"key-{made['id']}", **typed}
    after = librarian.post(f"{address}/do/give_back", sent)
    assert after.status_code == 303
    assert said(librarian.get(after.headers["Location"])) == "已归还。林小雨还借着0本。"
    assert said(librarian.get(address)) is None
    assert said(reader.get(f"/inbox?done=acted&of=library.loan.{made['id']}")) is None


def test_a_made_up_address_says_nothing_when_it_names_no_record(librarian):
    assert said(librarian.get("/inbox?done=acted&of=library.loan")) is None
    assert said(librarian.get("/inbox?done=acted&of=library.loan.nothing")) is None


def test_a_step_that_ends_a_record_without_success_is_confirmed_in_red(api, loan, librarian):
    made = api("POST", "/library/loan", {"fields": loan, "transition": "lend"}).get_json()
    pages = {
        key: librarian.get(f"/a/library/loan/{made['id']}/do/{key}").get_data(as_text=True)
        for key in ("report_lost", "give_back")
    }
    assert '<button class="primary danger" name="_do" value="fire">' in pages["report_lost"]
    assert '<button class="primary" name="_do" value="fire">' in pages["give_back"]
