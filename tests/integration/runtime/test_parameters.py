"""Parameters of an app: who may set them, what is refused, and that a change counts at once and is in the journal."""

from __future__ import annotations

import threading
from decimal import Decimal
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError
from engine.runtime import parameters
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.parameters import Parameters
from engine.storage import directory
from engine.storage.journal import Authorship
from engine.storage.problems import BUSY
from tests.integration.runtime.conftest import LIBRARIAN, refused
from tests.support.apps import app, field, form, labels, options, parameter, role
from tests.support.apps import library as library_documents

LIMIT, DAYS, FINE = "loan.limit", "loan.days", "fine.per_day"


def now(library, viewer=None):
    """Return the value of every parameter as a viewer reads it."""
    found = library.site.services.parameters.list(viewer or library.anna, "library")
    return {view.key: view.value for view in found}


def put(library, viewer=None, seen=None, **values):
    wanted = {key.replace("_", ".", 1): value for key, value in values.items()}
    return library.site.services.parameters.set(viewer or library.anna, "library", wanted, seen)


def journalled(library):
    query = "SELECT record, action, actor FROM youju_journal WHERE subject = 'parameter' ORDER BY id"
    return [tuple(row) for row in library.site.query(query)]


def test_a_parameter_is_its_default_when_nobody_set_it(library):
    first = library.site.services.parameters.list(library.anna, "library")[0]
    assert (first.key, first.value, first.default, first.is_default) == (LIMIT, "3", "3", True)
    assert (first.version, first.changed_at, first.changed_by) == (0, None, None)
    assert first.field.help is not None
    assert (first.group, first.group_labels.zh) == ("loan", "借阅")
    assert now(library) == {LIMIT: "3", DAYS: "28", FINE: "0.20"}


def test_a_change_counts_at_once_in_every_process_when_it_is_made(library):
    elsewhere = library.site.assembled()
    assert put(library, loan_limit="1") == (LIMIT,)
    assert next(view.value for view in elsewhere.parameters.list(library.anna, "library")) == "1"
    assert now(library)[LIMIT] == "1"


def test_a_change_is_made_once_when_it_first_met_another_write_crosswise(library, monkeypatch):
    follow, failures = parameters.follow_parameters, [EngineError(BUSY.at()), EngineError(BUSY.at())]

    def crossed(*arguments):
        follow(*arguments)
        if failures:
            raise failures.pop()

    monkeypatch.setattr(parameters, "follow_parameters", crossed)
    assert put(library, loan_limit="1") == (LIMIT,)
    assert (now(library)[LIMIT], len(journalled(library)), failures) == ("1", 1, [])


def test_a_guard_follows_when_a_parameter_is_changed(library):
    member = library.member()
    put(library, loan_limit="1")
    first, second = (library.loan(member=member.id) for _ in range(2))
    library.records.transition(library.anna, "library", "loan", first.id, "lend", {}, version=first.version)
    arguments = (library.anna, "library", "loan", second.id, "lend", {})
    assert refused(library.records.transition, *arguments, version=second.version)
    put(library, loan_limit=None)
    library.records.transition(*arguments, version=second.version)


def test_who_when_from_and_to_are_told_when_a_parameter_was_changed(library):
    put(library, loan_limit="5")
    library.site.business.moment += 60_000
    admin = library.site.person("root", ADMIN_ROLE)
    put(library, admin, loan_limit=None)
    newest, oldest = library.site.services.parameters.changes(library.anna, "library")
    assert (oldest.before, oldest.after, oldest.by_shown, oldest.reset) == ("3", "5", "anna", False)
    assert (newest.before, newest.after, newest.by_shown, newest.reset) == ("5", "3", "root", True)
    assert newest.at > oldest.at
    view = library.site.services.parameters.list(library.anna, "library")[0]
    assert (view.version, view.changed_by, view.changed_by_shown) == (2, admin.id, "root")
    assert view.changed_at == newest.at
    assert journalled(library) == [(LIMIT, "set", library.anna.id), (LIMIT, "reset", admin.id)]


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ({"loan_limit": "3"}, 0),
        ({"loan_limit": 3}, 0),
        ({"loan_limit": None}, 0),
        ({"loan_limit": ""}, 0),
        ({"loan_limit": "4", "fine_per_day": "0.2"}, 1),
        ({"loan_limit": "4", "fine_per_day": "0.21"}, 2),
    ],
)
def test_nothing_is_written_when_a_value_is_what_it_is_already(library, values, written):
    assert len(put(library, **values)) == written
    assert put(library, **values) == ()
    assert len(journalled(library)) == written


def test_everything_wrong_is_told_at_once_when_values_are_refused(library):
    wanted = {LIMIT: "0", DAYS: "soon", FINE: 0.5, "nonsense": 1}
    found = refused(library.site.services.parameters.set, library.anna, "library", wanted | {"a.b": None})
    assert [place for _, place in found] == [LIMIT, DAYS, FINE, "nonsense", "a.b"]
    assert [code for code, _ in found][3:] == ["RUN-036", "RUN-036"]
    assert (now(library)[LIMIT], journalled(library)) == ("3", [])
    assert refused(put, library, loan_limit="51") == [("FORM-006", LIMIT)]


def test_a_change_is_a_conflict_when_somebody_was_faster(library):
    put(library, loan_limit="4")
    with pytest.raises(EngineError) as raised:
        put(library, seen={LIMIT: 0}, loan_limit="5", loan_days="30")
    assert raised.value.nature == "conflict"
    assert [(p.code, p.path) for p in raised.value.problems] == [("RUN-037", LIMIT)]
    assert now(library)[DAYS] == "28"
    assert put(library, seen={LIMIT: 0}, loan_limit="4") == ()
    assert put(library, seen={LIMIT: 1}, loan_limit="5") == (LIMIT,)


def test_parameters_are_absent_when_the_viewer_may_not_set_them(library):
    parameters = library.site.services.parameters
    nobody = library.site.person("nobody")
    stranger = library.site.person("stranger", ("elsewhere", "librarian"))
    for viewer in (library.john, nobody, stranger):
        for asked in (
            lambda v=viewer: parameters.list(v, "library"),
            lambda v=viewer: parameters.changes(v, "library"),
            lambda v=viewer: parameters.set(v, "library", {LIMIT: "9"}),
        ):
            with pytest.raises(EngineError) as raised:
                asked()
            assert raised.value.nature == "absent"
    assert not library.site.services.apps.app(library.john, "library").sets_parameters
    with pytest.raises(EngineError) as raised:
        parameters.list(library.anna, "nothing")
    assert raised.value.nature == "absent"


def test_nothing_is_set_when_the_role_was_taken_away_meanwhile(library):
    anna = library.anna  # as she was when she signed in
    by = Authorship(Actor(None), "c1", library.site.business(), library.site.chance.randbytes)
    with library.site.database.write() as connection:
        directory.revoke(connection, by, anna.id, *LIBRARIAN)
    with pytest.raises(EngineError) as raised:
        put(library, anna, loan_limit="9")
    assert raised.value.nature == "absent"


def test_an_administrator_finds_an_app_when_only_its_parameters_are_in_reach(library):
    admin = library.site.person("root", ADMIN_ROLE)
    [view] = library.site.services.apps.installed(admin)
    assert (view.forms, view.sets_parameters) == ([], True)
    plain = app(form("thing", field("a")), key="plain")
    library.site.publish(plain)
    assert [view.key for view in library.site.services.apps.installed(admin)] == ["library"]


def test_a_default_counts_again_when_the_design_changes_it(library):
    put(library, loan_limit="5")
    put(library, loan_limit="3")
    documents = library_documents()
    documents["parameters.json"]["parameters"][0]["default"] = "7"
    library.site.publish(documents)
    assert now(library)[LIMIT] == "7"


def test_a_value_reads_as_the_default_when_it_no_longer_fits(library):
    put(library, loan_limit="50")
    documents = library_documents()
    documents["parameters.json"]["parameters"][0]["max"] = "10"
    library.site.publish(documents)
    assert now(library)[LIMIT] == "3"
    assert put(library, loan_limit="3") == (LIMIT,)
    assert journalled(library)[-1][:2] == (LIMIT, "reset")


def test_two_who_set_at_once_come_one_after_the_other_when_they_saw_the_same(library):
    start, outcomes = threading.Barrier(2), []

    def setting(value):
        start.wait(10)
        try:
            outcomes.append(put(library, seen={LIMIT: 0}, loan_limit=value))
        except EngineError as error:
            outcomes.append(error.nature)

    threads = [threading.Thread(target=setting, args=(value,)) for value in ("4", "5")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(map(str, outcomes)) == ["('loan.limit',)", "conflict"]
    assert len(journalled(library)) == 1


ROUND_TRIPS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
VALUES = {
    "n.whole": st.integers(-(10**14), 10**14).map(str),
    "n.exact": st.decimals(-(10**9), 10**9, places=3, allow_nan=False).map(lambda d: f"{d:f}"),
    "m.money": st.decimals(0, 10**9, places=2, allow_nan=False).map(lambda d: f"{d:f}"),
    "t.text": st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20).map(lambda t: normalize("NFC", t)),
    "b.flag": st.booleans(),
    "d.day": st.dates().map(lambda d: d.isoformat()),
    "c.choice": st.sampled_from(["one", "two"]),
}


def typed_app():
    listed = [
        parameter("n.whole", "number", scale=0),
        parameter("n.exact", "number", scale=3),
        parameter("m.money", "money"),
        parameter("t.text", "text"),
        parameter("b.flag", "boolean"),
        parameter("d.day", "date"),
        parameter("c.choice", "choice", options=options("one", "two")),
    ]
    owner = {**role("keeper"), "parameters": True, "labels": labels("keeper")}
    return app(form("thing", field("a")), key="typed", roles=[owner], parameters=listed)


@ROUND_TRIPS
@given(st.fixed_dictionaries({}, optional=VALUES))
def test_every_type_reads_as_it_was_set_when_it_is_set(library, wanted):
    site = library.site
    if "typed" not in {view.key for view in site.services.apps.installed(site.viewer("anna"))}:
        site.publish(typed_app())
        site.services.directory.grant("anna", "typed", "keeper")
    parameters: Parameters = site.services.parameters
    anna = site.viewer("anna")
    parameters.set(anna, "typed", {**dict.fromkeys(VALUES), **wanted})
    read = {view.key: view.value for view in parameters.list(anna, "typed")}
    for key, value in read.items():
        if key in wanted and key[:2] in ("n.", "m."):
            assert Decimal(value) == Decimal(wanted[key])
        else:
            assert value == wanted.get(key)
    assert parameters.set(anna, "typed", read) == ()


def test_a_parameter_is_refused_when_its_bounds_are_no_number_s(site):
    listed = [parameter("a.b", "text", min="1"), parameter("a.c", "number", min="x"), parameter("a.d", "money", max=3)]
    found = refused(site.publish, app(form("thing", field("a")), parameters=listed))
    assert [place for _, place in found] == [
        "parameters.json#/parameters/0/type",
        "parameters.json#/parameters/1/min",
        "parameters.json#/parameters/2/max",
    ]


def test_a_default_is_refused_when_it_is_out_of_its_bounds(site):
    listed = [parameter("a.b", "number", min="1", default="0")]
    found = refused(site.publish, app(form("thing", field("a")), parameters=listed))
    assert found == [("APP-012", "parameters.json#/a.b/default")]
