"""Messages of rules that go over lines and related records: in order, bounded, with what is named in them."""

from __future__ import annotations

import pytest

from tests.support.apps import access, app, element, field, form, role, rule

BODY = '{% each calls where outcome != "void" %}{{caller}}:{{note}}@{{place}};{% end %}'
LINES = "{% if count(items) > 0 %}{% each items where price > 1 %}{{product}}x{{price}} {% end %}{% end %}"

NEW = {"deal": "parent", "note": '"new"'}


def _told(text):
    return {"notify": {"to": [{"owner": True}], "text": {"zh": text, "en": text}}}


def _documents():
    calls = {**element("calls"), "form": "call", "reference": "deal"}
    call = form(
        "call",
        field("deal", "reference", form="deal"),
        field("outcome"),
        field("note"),
        field("caller", "person"),
        field("place", "reference", form="place"),
    )
    items = field("items", "lines", fields=[field("product", "reference", form="place"), field("price", "number")])
    deal = form("deal", field("name"), items, relations=[calls])
    tell = rule("tell", "deal", {"changed": ["name"]}, _told(f"{{{{name}}}}|{BODY}|{LINES}"))
    stop = rule(
        "stop",
        "deal",
        {"before": ["save"]},
        {"refuse": {"message": {"zh": f"不行 {BODY}", "en": f"no {BODY}"}}},
        when='name = "bad"',
    )
    grown = rule(
        "grown",
        "deal",
        {"changed": ["items"]},
        [
            {"for_each": {"lines": "items", "do": [{"create": {"form": "call", "fields": NEW}}]}},
            _told("{% each calls %}{{note}},{% end %}"),
        ],
    )
    roles = [role("staff", *(access(key) for key in ("deal", "call", "place")))]
    return app(form("place", field("name"), title="{{name}}"), call, deal, tell, stop, grown, key="crm", roles=roles)


@pytest.fixture
def crm(site):
    site.publish(_documents())
    site.person("me", ("crm", "staff"))
    return site


def _make(crm, kind, **fields):
    crm.business.moment += 1
    return crm.services.records.create(crm.viewer("me"), "crm", kind, fields)


def _change(crm, record, **fields):
    crm.business.moment += 1
    return crm.services.records.update(crm.viewer("me"), "crm", "deal", record.id, fields, None)


def _messages(crm):
    return [item.text.en for item in crm.services.inbox.notifications(crm.viewer("me"))]


def _calls(crm, deal, count):
    for number in range(count):
        caller = crm.person(f"caller{number}").id
        place = _make(crm, "place", name=f"place{number}")
        outcome = "void" if number % 4 == 3 else None
        _make(crm, "call", deal=deal.id, note=f"n{number}", caller=caller, place=place.id, outcome=outcome)


def test_message_goes_over_what_is_related_when_a_rule_fires(crm):
    places = [_make(crm, "place", name=f"item{number}") for number in range(3)]
    items = [{"product": place.id, "price": str(number)} for number, place in enumerate(places, 1)]
    deal = _make(crm, "deal", name="a", items=items)
    _calls(crm, deal, 10)
    _calls_of_another(crm)
    _change(crm, deal, name="b")
    crm.business.moment += 1
    crm.jobs().run_until_quiet()
    calls = "".join(f"caller{number}:n{number}@place{number};" for number in (0, 1, 2, 4, 5, 6, 8, 9))
    assert f"b|{calls}|item1x2 item2x3 " in _messages(crm)


def _calls_of_another(crm):
    other = _make(crm, "deal", name="other")
    _make(crm, "call", deal=other.id, note="elsewhere")


def test_rest_is_told_as_a_number_when_there_are_more_than_a_hundred(crm):
    deal = _make(crm, "deal", name="a")
    for number in range(103):
        _make(crm, "call", deal=deal.id, note=str(number), outcome="x")
    _change(crm, deal, name="b")
    crm.business.moment += 1
    crm.jobs().run_until_quiet()
    (told,) = _messages(crm)
    assert told.endswith(":99@;… and 3 more|")
    assert told.startswith("b|:0@;:1@;")


def test_refusal_goes_over_what_is_related_when_a_save_is_refused(crm):
    deal = _make(crm, "deal", name="a")
    _calls(crm, deal, 2)
    found = crm.services.records.preview(crm.viewer("me"), "crm", "deal", {"name": "bad"}, id=deal.id)
    assert [problem.message.zh for problem in found.problems] == ["不行 caller0:n0@place0;caller1:n1@place1;"]


def test_what_the_rule_has_just_made_is_told_when_it_is_related(crm):
    deal = _make(crm, "deal", name="a")
    _make(crm, "call", deal=deal.id, note="old")
    _change(crm, deal, items=[{"price": "1"}])
    crm.business.moment += 1
    crm.jobs().run_until_quiet()
    assert _messages(crm) == ["old,new,"]
