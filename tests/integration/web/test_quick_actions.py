"""Quick actions over the API: one tap makes a record or finds the one that is there, with the rights of who taps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.integration.web.test_api import ABSENT, problems

LEND = "/library/actions/lend_book"
SHELVE = "/library/actions/shelve_copy"
FIND = "/library/actions/find_member"


def refused(answer, status: int = 422) -> dict[str, str]:
    return problems(answer, status)


def test_one_tap_makes_the_record_and_fires_its_transition_when_a_choice_is_taken(api, isbn):
    member, book = api.make("member", name="韩梅", card_no=isbn()), api.make("book", title="活着", isbn=isbn())
    answer = api("POST", LEND, {"record": member["id"], "fields": {"book": book["id"]}})
    made = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/library/loan/{made['id']}")
    assert (made["state"], made["fields"]["member"], made["fields"]["book"]) == ("lent", member["id"], book["id"])


def test_the_page_record_is_known_from_the_link_when_only_fields_are_sent(api, isbn):
    member, book = api.make("member", name="李雷", card_no=isbn()), api.make("book", title="家", isbn=isbn())
    answer = api("POST", LEND, {"fields": {"member": member["id"], "book": book["id"]}})
    assert answer.status_code == 201
    assert refused(api("POST", LEND, {"fields": {"book": book["id"]}})) == {"record": "RUN-040"}


def test_a_second_tap_finds_the_record_when_the_first_has_made_it(api, isbn):
    member, book = api.make("member", name="王芳", card_no=isbn()), api.make("book", title="春", isbn=isbn())
    body = {"record": member["id"], "fields": {"book": book["id"], "due_date": "2099-01-05"}}
    first = api("POST", LEND, body)
    second = api("POST", LEND, {**body, "fields": {**body["fields"], "due_date": "2099-02-05"}})
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.get_json()["id"] == first.get_json()["id"]
    assert second.get_json()["fields"]["due_date"] == "2099-02-05"
    found = api("GET", f"/library/loan?filter=member.card_no = '{member['fields']['card_no']}'".replace("'", '"'))
    assert found.get_json()["count"] == {"value": 1, "exact": True}


def test_every_tap_adds_a_line_when_the_action_adds_one(api, isbn):
    number = isbn()
    taps = [api("POST", SHELVE, {"fields": {"isbn": number, "title": "寒夜"}}) for _ in range(3)]
    assert [tap.status_code for tap in taps] == [201, 200, 200]
    book = api("GET", f"/library/book/{taps[0].get_json()['id']}").get_json()
    assert [line["shelf"] for line in book["fields"]["copies"]] == ["新书"] * 3
    assert len({line["id"] for line in book["fields"]["copies"]}) == 3
    assert {line["barcode"] for line in book["fields"]["copies"]} == {f"{number}-n"}
    assert (book["fields"]["author"], book["fields"]["copy_count"]) == ("佚名", "3")


def test_an_action_answers_over_the_record_as_it_is_afterwards_when_it_has_an_answer(api, isbn):
    body = {"fields": {"isbn": isbn(), "title": "激流"}}
    first, second = api("POST", SHELVE, body), api("POST", SHELVE, body)
    assert "answer" not in first.get_json()  # nothing but blanks is no answer
    assert second.get_json()["answer"]["zh"] == "《激流》现在有2册。"
    assert "answer" not in api("GET", f"/library/book/{second.get_json()['id']}").get_json()


def test_what_somebody_wrote_stays_when_a_found_record_has_values_of_the_action(api, isbn):
    book = api.make("book", title="雨", author="巴金", isbn=isbn())
    api("POST", SHELVE, {"fields": {"isbn": book["fields"]["isbn"]}})
    assert api("GET", f"/library/book/{book['id']}").get_json()["fields"]["author"] == "巴金"


def test_two_taps_make_one_record_when_they_come_at_once(app, instance, api, isbn):
    number = isbn()
    librarian = instance.directory.viewer(_id(instance, "librarian"))
    take = instance.services.quick_actions.take
    with ThreadPoolExecutor(4) as pool:
        fields = {"isbn": number, "title": "雾"}
        taken = list(pool.map(lambda _: take(librarian, "library", "shelve_copy", None, fields), range(8)))
    assert len({one.record.id for one in taken}) == 1
    assert [one.made for one in taken].count(True) == 1
    assert len(api("GET", f"/library/book/{taken[0].record.id}").get_json()["fields"]["copies"]) == 8


def test_nothing_happens_twice_when_the_request_has_a_key(api, isbn):
    body = {"fields": {"isbn": isbn(), "title": "秋"}}
    first = api("POST", SHELVE, body, Idempotency_Key="tap-1")
    again = api("POST", SHELVE, body, Idempotency_Key="tap-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert len(again.get_json()["fields"]["copies"]) == 1
    other = api("POST", SHELVE, {"fields": {"isbn": isbn(), "title": "冬"}}, Idempotency_Key="tap-1")
    assert other.status_code in (409, 422)


def test_the_same_key_is_answered_the_same_when_the_action_is_no_longer_for_the_record(api, isbn):
    member, book = api.make("member", name="陆萍", card_no=isbn()), api.make("book", title="莎菲", isbn=isbn())
    body = {"record": member["id"], "fields": {"book": book["id"]}}
    first = api("POST", LEND, body, Idempotency_Key="tap-2")
    api("PATCH", f"/library/member/{member['id']}", {"fields": {"blocked": True}}, If_Match="1")
    again = api("POST", LEND, body, Idempotency_Key="tap-2")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.get_json()["id"] == first.get_json()["id"]
    assert refused(api("POST", LEND, body, Idempotency_Key="tap-3")) == {"record": "RUN-041"}


def test_a_record_is_only_found_when_the_action_makes_none(api, isbn):
    member = api.make("member", name="周芸", card_no=isbn())
    found = api("POST", FIND, {"fields": {"card_no": member["fields"]["card_no"]}})
    assert (found.status_code, found.get_json()["id"], found.get_json()["version"]) == (200, member["id"], 1)
    assert refused(api("POST", FIND, {"fields": {"card_no": isbn()}})) == {"fields": "RUN-043"}


def test_everything_that_is_not_asked_for_is_refused_when_it_is_sent(api, isbn):
    sent = {"isbn": isbn(), "price": "1.00", "nonsense": 1}
    assert refused(api("POST", SHELVE, {"fields": sent})) == {"fields.price": "RUN-039", "fields.nonsense": "RUN-039"}


def test_the_action_is_refused_when_it_is_not_for_this_record(api, isbn):
    member = api.make("member", name="停借者", card_no=isbn(), blocked=True)
    book = api.make("book", title="灭亡", isbn=isbn())
    answer = api("POST", LEND, {"record": member["id"], "fields": {"book": book["id"]}})
    assert refused(answer) == {"record": "RUN-041"}
    assert not [item for item in _offered(api, member) if item["key"] == "lend_book"]


def test_the_action_is_refused_when_its_link_points_at_another_record_than_the_page(api, isbn):
    member, blocked = (api.make("member", name="甲", card_no=isbn(), blocked=blocked) for blocked in (False, True))
    book = api.make("book", title="爱情的三部曲", isbn=isbn())
    for other in (blocked["id"], None, "no id"):
        answer = api("POST", LEND, {"record": member["id"], "fields": {"member": other, "book": book["id"]}})
        assert refused(answer) == {"fields.member": "RUN-052"}
    same = api("POST", LEND, {"record": member["id"], "fields": {"member": member["id"], "book": book["id"]}})
    assert (same.status_code, same.get_json()["fields"]["member"]) == (201, member["id"])


def test_a_record_is_refused_when_it_does_not_stand_to_choice(api, isbn):
    member = api.make("member", name="周建", card_no=isbn())
    book = api.make("book", title="字典", isbn=isbn(), reference_only=True)
    for id in (book["id"], member["id"], "no id"):
        answer = api("POST", LEND, {"record": member["id"], "fields": {"book": id}})
        assert refused(answer) == {"fields.book": "RUN-042"}


def test_rights_hold_when_a_reader_taps(api, reader_api, isbn):
    assert refused(reader_api("POST", SHELVE, {"fields": {"isbn": isbn(), "title": "新生"}}), 404)
    member = api.make("member", name="别人", card_no=isbn())
    book = api.make("book", title="憩园", isbn=isbn())
    reader_api("POST", LEND, {"record": member["id"], "fields": {"book": book["id"]}})
    assert refused(reader_api("POST", LEND, {"record": member["id"], "fields": {"book": book["id"]}}), 404)
    assert reader_api("GET", f"/library/member/{member['id']}/actions").status_code == 404
    assert "shelve_copy" not in [item["key"] for item in reader_api("GET", "/library/actions").get_json()["items"]]


def test_buttons_are_offered_when_the_record_is_for_them(api, isbn):
    member = api.make("member", name="林小舟", card_no=isbn())
    open_, closed = api.make("book", title="!一", isbn=isbn()), api.make("book", title="!二", isbn=isbn())
    api("PATCH", f"/library/book/{closed['id']}", {"fields": {"reference_only": True}}, If_Match="1")
    action = next(item for item in _offered(api, member) if item["key"] == "lend_book")
    assert (action["form"], action["ask"]) == ("library.loan", ["due_date"])
    first = action["choices"][0]
    assert first == {"labels": {"zh": "!一", "en": "!一"}, "group": None, "fields": {"book": open_["id"]}}
    assert closed["id"] not in [choice["fields"]["book"] for choice in action["choices"]]


def test_those_of_no_record_stand_by_themselves_when_they_are_listed(api):
    assert [item["key"] for item in api("GET", "/library/actions").get_json()["items"]] == [
        "shelve_copy",
        "find_member",
    ]


def test_an_unknown_action_or_record_is_absent_when_it_is_asked_for(api):
    assert refused(api("POST", "/library/actions/nothing", {"fields": {}}), 404)
    assert refused(api("POST", LEND, {"record": ABSENT, "fields": {}}), 404) == {"record": "DECIDE-001"}


def _offered(api, member):
    return api("GET", f"/library/member/{member['id']}/actions").get_json()["items"]


def _id(instance, name: str) -> str:
    return next(user.id for user in instance.directory.everybody() if user.name == name)
