"""What saves typing in a form: texts and days in one tap, and what is taken over from another record, said to be so."""

from __future__ import annotations

import re

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.integration.web.conftest import PASSWORD
from tests.support.apps import app as documents_of
from tests.support.apps import field, form

NEW = "/a/errands/errand/new"
TAKEN_OVER = "沿用上次"
CARRIED = re.compile(r'value="前台"[^>]*>(?:(?!field-slot).)*?data-carried', re.DOTALL)


@pytest.fixture(scope="module")
def place(instance):
    """An app in which an errand takes the contact over from its place; one place, by id."""
    places = form("place", field("name"), field("contact"), title="{{name}}")
    errands = form(
        "errand",
        field("place", "reference", form="place"),
        field("contact", default="place.contact"),
        field("by", default='"自己"'),
        field("what", suggestions=[{"zh": "送样品", "en": "Bring samples"}, {"zh": "取合同", "en": "Fetch papers"}]),
        field("due", "date", presets=["friday"]),
        field("who", "person"),
    )
    publish(instance.services.execution, documents_of(places, errands, key="errands"), Actor(None))
    instance.directory.add_user("ada", "小艾", PASSWORD)
    for name, shown in (("a1", "周一"), ("a2", "安安"), ("a3", "李三")):
        instance.directory.add_user(name, shown, PASSWORD)
    instance.directory.grant("ada", "errands", "staff")
    ada = instance.directory.viewer_of_session(instance.directory.sign_in("ada", PASSWORD))
    return instance.records.create(ada, "errands", "place", {"name": "东厂", "contact": "前台"}).id


def test_texts_and_days_are_buttons_when_a_field_offers_them(signed_in, place):
    page = signed_in("ada").get(NEW).get_data(as_text=True)
    assert re.findall(r'data-text="([^"]+)" data-for="f-what"', page) == ["送样品", "取合同"]
    assert re.findall(r'data-day="([^"]+)" data-for="f-due"', page) == ["friday"]


def test_what_comes_from_another_record_is_said_to_be_taken_over_when_it_stands(signed_in, place):
    ada = signed_in("ada")
    page = ada.get(f"{NEW}?place={place}").get_data(as_text=True)
    assert CARRIED.search(page)
    assert page.count("data-carried") == 1  # a constant is not taken over from anywhere
    assert "data-carried" not in ada.get(NEW).get_data(as_text=True)


def test_nothing_is_said_to_be_taken_over_when_something_else_was_typed(signed_in, place):
    page = signed_in("ada").get(f"{NEW}?place={place}&contact=门卫").get_data(as_text=True)
    assert 'value="门卫"' in page
    assert TAKEN_OVER not in page


def test_oneself_comes_first_and_the_others_by_their_names_when_a_person_is_chosen(signed_in, place):
    page = signed_in("ada").get(NEW).get_data(as_text=True)
    names = re.findall(r"<option[^>]*>([^<]+)</option>", page.split('name="f.who"', 1)[1].split("</select>")[0])
    told = [name for name in names if name in {"小艾", "周一", "安安", "李三"}]
    assert told == ["小艾", "安安", "李三", "周一"]
