"""Lists narrowed by clicking: what a click asks is an expression, and what an expression asks is told in words."""

from __future__ import annotations

import pytest

from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, role


def look(library, filter="", viewer=None, form="loan"):
    return library.site.services.filters.look(viewer or library.anna, "library", form, filter)


def facet(library, key, filter="", viewer=None, form="loan"):
    return next(item for item in look(library, filter, viewer, form).facets if item.key == key)


def choices(library, key, filter=""):
    return {choice.labels.en: (choice.filter, choice.chosen) for choice in facet(library, key, filter).choices}


def found(library, filter):
    return library.records.list(library.anna, "library", "loan", filter=filter).count.value


def words(library, filter, speech="en", viewer=None):
    return [part.words.in_language(speech) for part in look(library, filter, viewer).parts]


def test_filter_is_told_part_by_part_when_conditions_are_joined(library):
    filter = '(state = "lent" or fine > 5) and waived and due_date >= today()'
    parts = look(library, filter).parts
    assert [part.without for part in parts] == [
        "waived and due_date >= today()",
        '(state = "lent" or fine > 5) and due_date >= today()',
        '(state = "lent" or fine > 5) and waived',
    ]
    assert words(library, filter, "zh")[1] == "免罚为“是”"
    assert look(library, "").parts == look(library, "state =").parts == ()


def test_person_and_record_are_named_when_a_filter_asks_by_id(library):
    loan = library.loan()
    ids = (library.anna.id, loan.fields["member"])
    filter = 'owner.id = "{}" and member.id = "{}" and member.account.id = "{}"'.format(*ids, library.john.id)
    assert words(library, filter, "zh") == ["负责人是anna", "读者是约翰 (k1)", "读者的账号是john"]
    assert found(library, filter) == 1
    assert words(library, f'member.id = "{ids[1]}"', "zh", library.john) == ["读者是约翰 (k1)"]


def test_click_adds_or_takes_away_a_value_when_it_is_a_choice(library):
    library.loan()
    library.loan(transition="lend")
    assert choices(library, "state", "waived = false")["Lent"] == ('waived = false and state = "lent"', False)
    both = choices(library, "state", 'state = "lent"')["Requested"]
    assert both == ('state in ["requested", "lent"]', False)
    assert choices(library, "state", both[0])["Lent"] == ('state = "requested"', True)
    assert choices(library, "state", 'state = "lent"')["Lent"] == (None, True)
    assert [found(library, filter) for filter in ('state = "lent"', both[0])] == [1, 2]


@pytest.mark.parametrize("key", ["state", "owner", "due_date", "waived"])
def test_every_click_asks_what_the_list_takes_when_it_is_followed(library, key):
    library.loan(transition="lend")
    for choice in facet(library, key).choices:
        assert 0 <= found(library, choice.filter) <= 1
        again = facet(library, key, choice.filter)
        assert [one.chosen for one in again.choices if one.labels == choice.labels] == [True]
        assert again.is_set


@pytest.mark.parametrize(
    ("key", "low", "high", "expected"),
    [
        ("fine", "1", "2.5", "fine >= 1 and fine <= 2.5"),
        ("fine", "", "2", "fine <= 2"),
        ("due_date", "2026-01-31", "", "due_date >= 2026-01-31"),
        ("due_date", "2026-01-31", "2026-01-31", "due_date = 2026-01-31"),
        ("due_date", "", "9999-12-31", "due_date <= 9999-12-31"),
        ("owner", 'an"na', "", 'owner.name contains "an\\"na"'),
        ("fine", "", "", None),
    ],
)
def test_typed_range_takes_the_place_of_the_one_before_when_it_is_sent(library, key, low, high, expected):
    filters = library.site.services.filters
    before = {"fine": "fine > 9", "due_date": "due_date = today()", "owner": "owner = me"}[key]
    assert filters.narrowed(library.anna, "library", "loan", before, key, low, high) == expected
    if expected is not None:
        found(library, expected)
        assert facet(library, key, expected).is_set


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("2026-01-31", "2026-02-28", "at >= datetime(2026-01-31) and at < datetime(2026-03-01)"),
        ("2026-01-31", "9999-12-31", "at >= datetime(2026-01-31)"),
        ("", "9999-12-31", None),
    ],
)
def test_range_of_moments_has_no_end_when_no_day_follows_the_last(site, low, high, expected):
    site.publish(app(form("visit", field("at", "datetime")), roles=[role("staff", access("visit"))]))
    anna = site.person("anna", ("shop", "staff"))
    assert site.services.filters.narrowed(anna, "shop", "visit", "", "at", low, high) == expected


@pytest.mark.parametrize(("key", "low"), [("fine", "1 or true"), ("fine", "1e3"), ("due_date", "31.1.2026")])
def test_range_is_refused_when_it_is_no_number_or_day(library, key, low):
    assert refused(library.site.services.filters.narrowed, library.anna, "library", "loan", "", key, low) == [
        ("RUN-047", "low")
    ]


def test_hidden_field_is_not_offered_when_the_viewer_may_not_ask_about_it(library):
    assert "price" in [item.key for item in look(library, form="book").facets]
    assert "price" not in [item.key for item in look(library, viewer=library.john, form="book").facets]
    action = library.site.services.filters.narrowed
    assert refused(action, library.john, "library", "book", "", "price", "1")[0][1] == "key"


def test_filter_is_kept_for_one_person_when_it_is_saved(library):
    kept = library.site.services.saved_filters
    kept.save(library.anna, "library", "loan", " 在  借 ", 'state = "lent"', "-due_date")
    (mine,) = kept.list(library.anna, "library", "loan")
    assert (mine.name, mine.filter, mine.sort, mine.is_default) == ("在 借", 'state = "lent"', "-due_date", False)
    assert kept.list(library.john, "library", "loan") == ()
    assert kept.list(library.anna, "library", "book") == ()
    kept.save(library.anna, "library", "loan", "在 借", "waived")
    (again,) = kept.list(library.anna, "library", "loan")
    assert (again.id, again.filter, again.sort) == (mine.id, "waived", None)


def test_one_filter_opens_the_list_when_it_is_preferred(library):
    kept = library.site.services.saved_filters
    first, second = (kept.save(library.anna, "library", "loan", name, "waived")[-1] for name in ("a", "b"))
    kept.prefer(library.anna, "library", "loan", first.id)
    kept.prefer(library.anna, "library", "loan", second.id)
    assert [item.is_default for item in kept.list(library.anna, "library", "loan")] == [False, True]
    kept.prefer(library.anna, "library", "loan", None)
    assert [item.is_default for item in kept.list(library.anna, "library", "loan")] == [False, False]
    kept.remove(library.anna, "library", "loan", first.id)
    assert [item.name for item in kept.list(library.anna, "library", "loan")] == ["b"]


def test_saving_is_refused_when_it_could_not_be_opened_again(library):
    kept = library.site.services.saved_filters
    assert refused(kept.save, library.anna, "library", "loan", " ", "state =") == [
        ("RUN-048", "name"),
        ("LANG-009", "filter"),
    ]
    assert refused(kept.save, library.john, "library", "book", "dear", "price > 5")[0][1] == "filter"
    for number in range(20):
        kept.save(library.anna, "library", "loan", f"n{number}", "waived")
    assert refused(kept.save, library.anna, "library", "loan", "one more", "waived") == [("RUN-049", "name")]
    assert len(kept.save(library.anna, "library", "loan", "n3", "not waived")) == 20


def test_filter_of_another_is_absent_when_it_is_changed_or_removed(library):
    kept = library.site.services.saved_filters
    (hers,) = kept.save(library.anna, "library", "loan", "hers", "waived")
    for action in (kept.prefer, kept.remove):
        assert len(refused(action, library.john, "library", "loan", hers.id)) == 1
    assert kept.list(library.anna, "library", "loan") == (hers,)
