"""What somebody who looks over an app asks about, each found when it is put into a sound app."""

from engine.catalog.advising import advice
from tests.support.apps import compiled, element, field, form, item, library, places, rule, transition


def advised(change):
    documents = library()
    change(documents)
    catalog = compiled(documents)
    return places(advice(catalog.apps["library"], catalog))


def set_rule(key, on, **fields):
    return {f"rules/{key}.json": rule(key, "member", {"changed": [on]}, {"set": fields}, when="name = empty")}


def archive():
    """Return a transition of loans that is nobody's."""
    return transition("archive", ["returned"], "lost", by="system")


def test_nothing_is_advised_when_an_app_is_sound():
    assert advised(lambda _: None) == []


def test_transition_is_found_when_nobody_and_nothing_fires_it():
    def add(documents):
        documents["workflows/loan.json"]["transitions"].append(archive())

    assert advised(add) == [("APP-024", "workflows/loan.json#transitions.archive.by")]


def test_transition_is_not_found_when_a_rule_fires_it():
    def add(documents):
        documents["workflows/loan.json"]["transitions"].append(archive())
        documents["rules/tidy.json"] = rule(
            "tidy", "loan", {"entered": "returned"}, {"fire": {"transition": "archive"}}
        )

    assert advised(add) == []


def test_form_is_found_when_no_role_reads_it_and_nothing_makes_its_records():
    def add(documents):
        documents["forms/shelf.json"] = form("shelf", field("name"))

    assert advised(add) == [("APP-025", "forms/shelf.json"), ("APP-026", "forms/shelf.json")]


def test_form_is_not_found_when_a_rule_makes_its_records_and_a_role_reads_them():
    def add(documents):
        documents["forms/shelf.json"] = form("shelf", field("name"))
        item(documents["roles.json"]["roles"], "librarian")["access"].append({"form": "shelf", "read": True})
        made = {"create": {"form": "shelf", "fields": {"name": "name"}}}
        documents["rules/made.json"] = rule("made", "member", {"created": True}, made)

    assert advised(add) == []


def test_rules_are_found_when_they_set_each_other_off():
    def add(documents):
        documents.update(set_rule("first", "name", note='"x"'))
        documents.update(set_rule("second", "note", name='"y"'))

    assert advised(add) == [("APP-027", "rules/first.json")]


def test_rule_is_found_when_it_sets_itself_off():
    assert advised(lambda documents: documents.update(set_rule("round", "note", note='note & "!"'))) == [
        ("APP-027", "rules/round.json")
    ]


def test_rules_are_not_found_when_one_only_follows_the_other_or_is_switched_off():
    def add(documents):
        documents.update(set_rule("first", "name", note='"x"'))
        documents.update(set_rule("second", "note", name='"y"'))
        documents["rules/second.json"]["enabled"] = False

    assert advised(add) == []


def test_parameter_and_options_are_found_when_nothing_uses_them():
    def add(documents):
        kept = documents["parameters.json"]["parameters"]
        kept.append(element("loan.colour", type="text"))
        documents["option_lists.json"]["option_lists"].append(element("moods", options=[element("fine")]))

    assert [code for code, _ in advised(add)] == ["APP-028", "APP-028"]


def test_field_is_found_when_it_stands_in_no_section():
    def take(documents):
        documents["forms/loan.json"]["sections"][2]["fields"].remove("note")
        documents["forms/loan.json"]["sections"][2]["fields"].append("waived")
        documents["forms/loan.json"]["sections"][1]["fields"].remove("waived")

    assert advised(take) == [("APP-029", "forms/loan.json#/fields/9")]
