"""Users, credentials, revisions, parameters, settings and idempotency keys; what administrators do is journalled."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError
from engine.storage import credentials, directory, idempotency, journal, parameters, revisions, settings
from engine.storage.directory import User
from engine.storage.journal import Authorship

NOW = 1_790_000_000_000
BY = Authorship(Actor("admin"), "command", NOW, random.Random(1).randbytes)  # noqa: S311 - repeatable on purpose
ROSA = User("u1", "rosa", "罗莎", manager_id="u2", department="north")
BOSS = User("u2", "boss", "老板", language="en")


@pytest.fixture
def connection(database):
    with database.write() as opened:
        directory.add_user(opened, BY, ROSA, "hash")
        directory.add_user(opened, BY, BOSS)
        yield opened


def actions(connection, user="u1"):
    return [entry.action for entry in journal.entries_about(connection, "", "user", user)]


def test_a_user_is_found_by_id_and_name_when_added(connection):
    assert directory.user_by_id(connection, "u1") == directory.user_by_name(connection, "rosa") == ROSA
    assert directory.user_by_name(connection, "nobody") is None
    assert directory.users(connection) == (BOSS, ROSA)
    assert directory.password_hash(connection, "u1") == "hash"
    assert directory.password_hash(connection, "u2") is None


def test_a_name_is_refused_when_it_is_taken(database, connection):
    with pytest.raises(EngineError, match="STORE-052"):
        directory.add_user(connection, BY, User("u3", "rosa", "另一个"))


def test_a_user_changes_in_the_journal_too_when_an_administrator_changes_one(connection):
    directory.change_user(connection, BY, "u1", {"display_name": "罗莎莎", "active": False})
    directory.set_password(connection, BY, "u1", "a new hash")
    assert directory.user_by_id(connection, "u1").display_name == "罗莎莎"
    created, updated, _ = journal.entries_about(connection, "", "user", "u1")
    assert updated.values == {"display_name": "罗莎莎", "active": False}
    assert "hash" not in str([created, updated])
    assert actions(connection) == ["create", "update", "password"]
    with pytest.raises(EngineError, match="STORE-053"):
        directory.change_user(connection, BY, "absent", {"active": True})


def test_roles_are_held_by_active_users_in_order_of_name_when_granted(connection):
    for user, role in (("u1", "rep"), ("u2", "rep"), ("u1", "lead"), ("u1", "rep")):
        directory.grant(connection, BY, user, "library", role)
    directory.grant(connection, BY, "u1", "another", "rep")
    asked = [("library", "rep"), ("library", "lead"), ("library", "nobody")]
    assert directory.holders(connection, asked) == {asked[0]: ("u2", "u1"), asked[1]: ("u1",), asked[2]: ()}
    person = directory.persons(connection, ["u1", "absent"])["u1"]
    assert person.roles == {("library", "rep"), ("library", "lead"), ("another", "rep")}
    assert (person.manager, person.department, person.active) == ("u2", "north", True)
    directory.change_user(connection, BY, "u2", {"active": False})
    directory.revoke(connection, BY, "u1", "library", "lead")
    directory.revoke(connection, BY, "u1", "library", "lead")
    assert directory.holders(connection, asked)[asked[0]] == ("u1",)
    assert directory.count_holders(connection, "library", "lead") == 0
    assert actions(connection) == ["create", "grant", "grant", "grant", "revoke"]


def test_a_session_names_its_user_when_it_is_neither_over_nor_revoked(connection):
    credentials.open_session(connection, "s1", "u1", NOW, NOW + 1000)
    credentials.open_session(connection, "s2", "u1", NOW, NOW + 1000)
    assert credentials.session_user(connection, "s1", NOW + 999) == "u1"
    assert credentials.session_user(connection, "s1", NOW + 1000) is None
    assert credentials.session_user(connection, "s3", NOW) is None
    credentials.see_session(connection, "s1", NOW + 500, NOW + 5000)
    assert credentials.session_user(connection, "s1", NOW + 1000) is None  # noted once a minute only
    credentials.see_session(connection, "s1", NOW + 60_001, NOW + 90_000)
    assert credentials.session_user(connection, "s1", NOW + 80_000) == "u1"
    credentials.revoke_session(connection, "s1", NOW)
    assert credentials.session_user(connection, "s1", NOW) is None
    assert credentials.revoke_sessions(connection, BY, "u1", NOW) == 1
    assert credentials.session_user(connection, "s2", NOW) is None
    assert actions(connection)[-1] == "sessions.revoke"
    assert credentials.forget_sessions(connection, NOW + 1001) == 1


def test_a_token_names_its_user_when_it_is_neither_over_nor_revoked(connection):
    credentials.issue_token(connection, BY, "t1", "u1", "脚本", NOW + 1000)
    credentials.issue_token(connection, BY, "t2", "u1", "长期", None)
    assert credentials.token_user(connection, "t1", NOW + 999) == "u1"
    assert credentials.token_user(connection, "t1", NOW + 1000) is None
    assert credentials.token_user(connection, "t2", NOW * 2) == "u1"
    assert not credentials.revoke_token(connection, BY, "t2", "u2", NOW)
    assert credentials.revoke_token(connection, BY, "t2", "u1", NOW)
    assert credentials.token_user(connection, "t2", NOW) is None
    assert {token.label: token.revoked_at for token in credentials.tokens_of(connection, "u1")} == {
        "脚本": None,
        "长期": NOW,
    }
    assert actions(connection)[-3:] == ["token.issue", "token.issue", "token.revoke"]


def test_the_newest_revision_is_current_when_published(connection):
    revisions.publish(connection, "library", 1, "d1", {"app": {"key": "library"}}, NOW, "u1")
    revisions.publish(connection, "library", 2, "d2", {"app": {"名": [1, None]}}, NOW, None)
    assert revisions.current(connection) == {"library": 2}
    assert revisions.documents(connection, "library", 1) == {"app": {"key": "library"}}
    assert revisions.documents(connection, "library", 2) == {"app": {"名": [1, None]}}
    with pytest.raises(EngineError, match="STORE-054"):
        revisions.documents(connection, "library", 3)


def test_a_revision_is_refused_when_its_number_is_taken(connection):
    revisions.publish(connection, "library", 1, "d1", {}, NOW, None)
    with pytest.raises(EngineError, match="STORE-014"):
        revisions.publish(connection, "library", 1, "d2", {}, NOW, None)


def test_a_parameter_is_as_set_when_read(connection):
    parameters.put(connection, BY, "library", "loan.most", "3.50", {"from": "3.00", "to": "3.50"})
    parameters.put(connection, BY, "library", "loan.open", True, {"from": False, "to": True})
    parameters.put(connection, BY, "library", "loan.most", "4.00", {"from": "3.50", "to": "4.00"})
    assert parameters.values(connection) == {("library", "loan.most"): "4.00", ("library", "loan.open"): True}
    parameters.put(connection, BY, "library", "loan.most", None, {"from": "4.00", "to": "3.00"})
    assert parameters.values(connection) == {("library", "loan.open"): True}
    entries = journal.entries_about(connection, "library", "parameter", "loan.most")
    assert [(entry.action, entry.values["to"]) for entry in entries] == [
        ("set", "3.50"), ("set", "4.00"), ("reset", "3.00")
    ]  # fmt: skip
    last = journal.last_of_each(connection, "library", "parameter")
    assert {key: (count, entry.values["to"]) for key, (count, entry) in last.items()} == {
        "loan.most": (3, "3.00"), "loan.open": (1, True)
    }  # fmt: skip
    assert len(journal.newest(connection, "library", "parameter", 3)) == 3
    assert journal.newest(connection, "shop", "parameter", 3) == ()


def test_a_setting_is_as_written_last_when_read(connection):
    assert settings.read(connection, "a") is None
    settings.write(connection, "a", "1")
    settings.write(connection, "a", "2")
    assert settings.read(connection, "a") == "2"


def test_the_answer_is_known_when_a_key_was_used_before(database):
    with database.write() as connection:
        assert idempotency.find(connection, "u1", "k") is None
        idempotency.keep(connection, "u1", "k", "digest", "answer", NOW)
    with database.read() as connection:
        assert idempotency.find(connection, "u1", "k") == idempotency.Kept("digest", "answer")
        assert idempotency.find(connection, "u2", "k") is None
    with database.write() as connection:
        assert idempotency.forget(connection, NOW, 1) == 0
        assert [idempotency.forget(connection, NOW + 1, 1) for _ in range(2)] == [1, 0]


def test_the_second_finds_the_answer_of_the_first_when_two_use_a_key_at_once(database):
    def request(number):
        with database.write() as connection:
            known = idempotency.find(connection, "u1", "k")
            if known is None:
                idempotency.keep(connection, "u1", "k", "digest", str(number), NOW)
                return str(number)
            return known.answer

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(request, range(8)))) == 1
