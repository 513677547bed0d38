"""Nobody gets in by guessing: links, codes, other signers' parts, and what is over."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from engine.kernel.problems import EngineError
from engine.runtime.signing.keyring import envelope_in
from engine.runtime.signing.links import Place
from engine.runtime.signing.sending import Named
from engine.runtime.throttle import FREE_TRIES
from engine.storage.system_tables import metadata
from tests.support.signing import PLACE

WANG, LI = Named("王主任"), Named("李经理")
MINUTE = 60_000


def refusal(act, *given, **more):
    with pytest.raises(EngineError) as refused:
        act(*given, **more)
    return refused.value.problems[0].code


def code_of(firm, view, number=1):
    return firm.site.services.envelopes.link(firm.site.viewer("ge"), view.id, number).code


def test_the_database_holds_neither_links_nor_codes(firm):
    view = firm.send(firm.record(), WANG)
    token = firm.token(view)
    firm.site.services.links.ask_code(token, PLACE)
    code = code_of(firm, view)
    firm.work()
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    with firm.site.database.read() as connection:
        kept = "\n".join(str(tuple(row)) for table in tables for row in connection.execute(select(table)))
    assert hashlib.sha256(token.encode()).hexdigest() in kept
    assert token not in kept
    assert token[22:] not in kept
    assert hashlib.sha256(code.encode()).hexdigest() not in kept
    assert f'"{code}"' not in kept
    assert f" {code} " not in kept


def test_a_link_leads_to_its_own_signer_alone(firm):
    first, second = firm.send(firm.record(), WANG, LI, order="together"), firm.send(firm.record(), LI)
    tokens = {firm.token(first, 1), firm.token(first, 2), firm.token(second, 1)}
    assert len(tokens) == 3
    assert [envelope_in(one) for one in (firm.token(first, 1), firm.token(first, 2))] == [first.id, first.id]
    assert firm.open(firm.token(first, 2)).signer == "李经理"
    _, visit = firm.enter(first, 1)
    for other in (firm.token(first, 2), firm.token(second, 1)):
        assert not firm.open(other, visit).known
        assert refusal(firm.site.services.links.document, other, PLACE, visit) == "SIGN-018"
        assert refusal(firm.put, other, visit) == "SIGN-018"


OTHERS = {
    "its last sign": lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "all": lambda _: "A" * 48,
    "shorter": lambda token: token[:20],
    "longer": lambda token: token + "A",
    "no ASCII": lambda _: "é" * 48,
    "a path": lambda _: "../" * 16,
    "case": lambda token: token.swapcase(),
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
def test_a_link_that_is_another_opens_nothing(firm, change):
    token = firm.token(firm.send(firm.record(), WANG))
    assert refusal(firm.open, change(token)) == "SIGN-025"


def test_whoever_guesses_links_is_held_back_and_others_at_the_same_address_are_not(firm):
    token = firm.token(firm.send(firm.record(), WANG))
    guesser, links = Place("198.51.100.9"), firm.site.services.links
    codes = [refusal(links.look, "A" * 48, guesser, None) for _ in range(FREE_TRIES + 3)]
    assert codes[:FREE_TRIES] == ["SIGN-025"] * FREE_TRIES
    assert set(codes[FREE_TRIES:]) == {"SIGN-032"}
    assert links.look(token, guesser, None).signer == "王主任", "who has a link did not guess it"
    firm.site.real.moment += 5 * MINUTE
    assert refusal(links.look, "A" * 48, guesser, None) == "SIGN-025"


def test_what_is_no_code_at_all_is_no_try(firm):
    view = firm.send(firm.record(), WANG)
    token, links = firm.token(view), firm.site.services.links
    links.ask_code(token, PLACE)
    assert [refusal(links.enter, token, PLACE, given) for given in ("", "12345", "1234567", "abc")] == ["SIGN-017"] * 4
    assert "wrong_code" not in [act.act for act in firm.look(view).acts]


def test_another_link_is_no_way_round_the_bounds_on_wrong_codes(firm):
    view = firm.send(firm.record(), WANG)
    links, envelopes, ge = firm.site.services.links, firm.site.services.envelopes, firm.site.viewer("ge")
    found = []
    for _ in range(11):
        links.ask_code(firm.token(view), PLACE)
        right = code_of(firm, view)
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        found += [refusal(links.enter, firm.token(view), PLACE, wrong) for _ in range(5)]
        envelopes.renew(ge, view.id, 1)
        assert refusal(links.ask_code, firm.token(view), PLACE) in ("SIGN-014", "SIGN-033"), "the pause is kept"
        firm.site.business.moment += MINUTE
        if len(found) == 50:
            break
    assert found == ["SIGN-017"] * 50
    assert refusal(links.ask_code, firm.token(view), PLACE) == "SIGN-033"


def test_a_code_has_five_tries_and_the_right_one_is_too_late_after_them(firm):
    view = firm.send(firm.record(), WANG)
    token, links = firm.token(view), firm.site.services.links
    assert refusal(links.enter, token, PLACE, "123456") == "SIGN-015", "none was sent yet"
    links.ask_code(token, PLACE)
    right = code_of(firm, view)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    assert [refusal(links.enter, token, PLACE, wrong) for _ in range(5)] == ["SIGN-017"] * 5
    assert refusal(links.enter, token, PLACE, right) == "SIGN-016"
    assert [act.act for act in firm.look(view).acts].count("wrong_code") == 5
    firm.site.business.moment += MINUTE
    links.ask_code(token, PLACE)
    assert links.enter(token, PLACE, f" {code_of(firm, view)[:3]} {code_of(firm, view)[3:]} ")


def test_a_code_counts_once_and_for_ten_minutes(firm):
    view = firm.send(firm.record(), WANG)
    token, links = firm.token(view), firm.site.services.links
    links.ask_code(token, PLACE)
    code = code_of(firm, view)
    links.enter(token, PLACE, code)
    assert refusal(links.enter, token, PLACE, code) == "SIGN-015"
    firm.site.business.moment += MINUTE
    links.ask_code(token, PLACE)
    late = code_of(firm, view)
    firm.site.business.moment += 10 * MINUTE
    assert code_of(firm, view) is None
    assert refusal(links.enter, token, PLACE, late) == "SIGN-015"


def test_codes_are_sent_once_a_minute_and_ten_times_a_link(firm):
    view = firm.send(firm.record(), WANG)
    token, links = firm.token(view), firm.site.services.links
    links.ask_code(token, PLACE)
    assert refusal(links.ask_code, token, PLACE) == "SIGN-014"
    for _ in range(9):
        firm.site.business.moment += MINUTE
        links.ask_code(token, PLACE)
    firm.site.business.moment += MINUTE
    assert refusal(links.ask_code, token, PLACE) == "SIGN-013"


def test_a_link_that_was_replaced_opens_nothing_and_its_visit_neither(firm):
    view = firm.send(firm.record(), WANG)
    old, visit = firm.enter(view)
    envelopes, viewer = firm.site.services.envelopes, firm.site.viewer
    assert refusal(envelopes.renew, viewer("ruth"), view.id, 1) == "SIGN-026"
    envelopes.renew(viewer("ge"), view.id, 1)
    assert refusal(firm.open, old, visit) == "SIGN-025"
    new = firm.token(view)
    assert new != old
    assert not firm.open(new, visit).known
    firm.site.business.moment += MINUTE
    firm.sign(view)
    assert firm.look(view).state == "signed"


def test_a_visit_ends_after_an_hour(firm):
    view = firm.send(firm.record(), WANG)
    token, visit = firm.enter(view)
    assert firm.open(token, visit).known
    firm.site.business.moment += 60 * MINUTE
    assert not firm.open(token, visit).known
    assert refusal(firm.put, token, visit) == "SIGN-018"


def test_who_is_signed_in_as_the_signer_needs_no_code_and_nobody_else(firm):
    view = firm.send(firm.record(), Named(user=firm.site.people["li"]))
    token, links = firm.token(view), firm.site.services.links
    assert refusal(links.enter_signed_in, token, PLACE, firm.site.viewer("ge")) == "SIGN-018"
    assert firm.token(view, 1, "li") == token, "the signer finds their own link"
    visit = links.enter_signed_in(token, PLACE, firm.site.viewer("li"))
    links.document(token, PLACE, visit)
    firm.put(token, visit)
    [signer] = firm.look(view).signers
    assert (signer.state, signer.known_by) == ("signed", "signed_in")
