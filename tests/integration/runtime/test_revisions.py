"""Revisions over tables with rows: what comes, what goes and what is refused; nothing is half there."""

from __future__ import annotations

import threading
import time

import pytest

from engine.kernel.problems import EngineError
from tests.integration.runtime.conftest import refused
from tests.support import apps
from tests.support.apps import (
    access,
    field,
    form,
    item,
    options,
    role,
    rule,
    state,
    transition,
    workflow,
)


def staff(site):
    return site.person("me", ("shop", "staff"))


def test_the_same_documents_change_nothing_when_they_are_published_again(site):
    documents = apps.library()
    assert site.publish(documents) == 1
    before = (site.tables(), site.count("youju_journal"), site.count("youju_revision"))
    assert site.publish(dict(reversed(apps.library().items()))) == 1
    assert site.assembled().execution is not site.services.execution
    assert (site.tables(), site.count("youju_journal"), site.count("youju_revision")) == before


def test_tables_and_views_are_called_like_the_forms_when_an_app_is_published(site):
    site.publish(apps.library())
    assert site.tables() >= {"book", "v_book", "member", "v_member", "loan", "v_loan", "book__copies", "v_book__copies"}


def _text(field, *gone):
    field["type"] = "text"
    for key in gone:
        del field[key]


BROKEN = {
    "a document": lambda docs: docs["forms/member.json"].pop("labels"),
    "an expression": lambda docs: item(docs["forms/member.json"]["fields"], "guardian").update(required_when="bron"),
    "lines that become text": lambda docs: _text(item(docs["forms/book.json"]["fields"], "copies"), "fields"),
    "a type that changes in lines": lambda docs: _text(
        item(item(docs["forms/book.json"]["fields"], "copies")["fields"], "pages"), "scale", "min"
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_nothing_is_there_when_a_revision_is_broken(library_site, what):
    site = library_site
    before = (site.tables(), site.count("youju_revision"), site.count("youju_journal"), _names(site))
    documents = apps.library()
    documents["forms/shelf.json"] = form("shelf", field("a"), field("rows", "lines", fields=[field("b")]))
    BROKEN[what](documents)
    with pytest.raises(EngineError) as raised:
        site.publish(documents)
    assert all(problem.path for problem in raised.value.problems)
    assert (site.tables(), site.count("youju_revision"), site.count("youju_journal"), _names(site)) == before
    assert site.assembled().records.list(site.viewer("anna"), "library", "book").items == ()


@pytest.fixture
def library_site(library):
    return library.site


def _names(site):
    return site.query("SELECT * FROM youju_setting")


def test_nothing_is_there_when_a_first_revision_is_broken(site):
    documents = apps.library()
    item(documents["forms/member.json"]["fields"], "guardian").update(required_when="bron")
    assert refused(site.publish, documents) == [("LANG-020", "forms/member.json#fields.guardian.required_when")]
    assert site.tables() == set()
    assert (site.count("youju_revision"), site.count("youju_journal"), _names(site)) == (0, 0, [])


def test_a_unique_field_is_refused_when_its_values_are_not(site):
    site.publish(apps.app(name := form("thing", field("a"))))
    me = staff(site)
    for _ in range(2):
        site.services.records.create(me, "shop", "thing", {"a": "x"})
    again = apps.app(name, roles=[role("staff", access("thing"))])
    again["app.json"]["uid"] = apps.uid()
    name["fields"][0]["unique"] = True
    found = refused(site.publish, apps.app(name))
    assert [code for code, _ in found] == ["STORE-033"]


def test_old_rows_read_blank_when_a_field_comes(site):
    thing = form("thing", field("a"), field("rows", "lines", fields=[field("b")]))
    documents = apps.app(thing)
    site.publish(documents)
    me = staff(site)
    records = site.services.records
    old = records.create(me, "shop", "thing", {"a": "x", "rows": [{"b": "1"}]})
    kinds = {
        "n": field("n", "number", scale=2), "yes": field("yes", "boolean", default="true"), "on": field("on", "date"),
        "at": field("at", "datetime"), "pick": field("pick", "multi_choice", options=options("x")),
        "ref": field("ref", "reference", form="thing"), "raw": field("raw", "json"), "u": field("u", unique=True),
        "more": field("more", "lines", fields=[field("c", "money")]), "twice": field("twice", computed='a & a'),
    }  # fmt: skip
    thing["fields"] += kinds.values()
    thing["fields"][1]["fields"].append(field("new"))
    assert site.publish(documents) == 2
    read = records.read(me, "shop", "thing", old.id)
    assert {key: read.fields[key] for key in kinds} == {**dict.fromkeys(kinds), "more": []}
    assert read.fields["rows"][0]["new"] is None
    changed = records.update(
        me, "shop", "thing", old.id,
        {"n": "1.25", "yes": False, "pick": ["x"], "ref": old.id, "raw": {"k": [1]}, "u": "1", "more": [{"c": "2"}]}, 1,
    )  # fmt: skip
    assert (changed.fields["n"], changed.fields["twice"], changed.fields["more"][0]["c"]) == ("1.25", "xx", "2.00")
    assert [entry.version for entry in records.history(me, "shop", "thing", old.id)] == [2, 1]
    made = records.create(me, "shop", "thing", {})
    assert made.fields["yes"] is True


def test_data_history_and_lists_stay_when_a_field_goes(site):
    thing = form(
        "thing", field("a"), field("b"), field("rows", "lines", fields=[field("c"), field("d")]), list={"fields": ["a"]}
    )
    documents = apps.app(thing)
    site.publish(documents)
    me = staff(site)
    records = site.services.records
    made = records.create(me, "shop", "thing", {"a": "x", "b": "kept", "rows": [{"c": "1", "d": "2"}]})
    gone, lines_gone = thing["fields"].pop(1), thing["fields"][-1]["fields"].pop()
    assert site.publish(documents) == 2
    read = records.read(me, "shop", "thing", made.id)
    assert "b" not in read.fields
    assert site.query("SELECT b FROM thing") == [("kept",)]
    assert site.query("SELECT d FROM thing__rows") == [("2",)]
    records.update(me, "shop", "thing", made.id, {"a": "y"}, 1)
    history = records.history(me, "shop", "thing", made.id)
    assert [entry.version for entry in history] == [2, 1]
    assert refused(records.update, me, "shop", "thing", made.id, {"b": "z"}, 2) == [("FORM-001", "fields.b")]
    thing["fields"].insert(1, gone)
    thing["fields"][-1]["fields"].append(lines_gone)
    assert site.publish(documents) == 3
    read = records.read(me, "shop", "thing", made.id)
    assert (read.fields["b"], read.fields["rows"][0]["d"]) == ("kept", "2")


def test_data_is_out_of_reach_and_kept_when_a_field_is_retired(site):
    thing = form("thing", field("a"), field("b", required="create"))
    documents = apps.app(thing)
    site.publish(documents)
    me = staff(site)
    records = site.services.records
    made = records.create(me, "shop", "thing", {"a": "x", "b": "kept"})
    thing["fields"][1]["retired"] = True
    site.publish(documents)
    assert "b" not in records.read(me, "shop", "thing", made.id).fields
    records.create(me, "shop", "thing", {"a": "y"})
    records.update(me, "shop", "thing", made.id, {"a": "z"}, 1)
    assert sorted(row[0] or "" for row in site.query("SELECT b FROM thing")) == ["", "kept"]
    assert records.history(me, "shop", "thing", made.id)[-1].version == 1


def test_lines_are_kept_when_a_field_of_lines_goes(site):
    thing = form("thing", field("a"), field("rows", "lines", fields=[field("c")]))
    documents = apps.app(thing)
    site.publish(documents)
    me = staff(site)
    records = site.services.records
    made = records.create(me, "shop", "thing", {"rows": [{"c": "1"}]})
    lines = thing["fields"].pop()
    site.publish(documents)
    records.update(me, "shop", "thing", made.id, {"a": "x"}, 1)
    assert [entry.version for entry in records.history(me, "shop", "thing", made.id)] == [2, 1]
    assert site.count("thing__rows") == 1
    thing["fields"].append(lines)
    site.publish(documents)
    assert records.read(me, "shop", "thing", made.id).fields["rows"][0]["c"] == "1"


def test_a_form_is_absent_and_its_records_are_kept_when_it_goes(site):
    documents = apps.app(form("thing", field("a")), form("other", field("a")))
    site.publish(documents)
    me = staff(site)
    made = site.services.records.create(me, "shop", "thing", {"a": "x"})
    del documents["forms/thing.json"]
    documents["roles.json"]["roles"][0]["access"].pop(0)
    site.publish(documents)
    assert refused(site.services.records.read, me, "shop", "thing", made.id) == [("DECIDE-001", "")]
    assert site.count("thing") == 1


def test_an_option_stays_readable_when_it_is_retired(site):
    thing = form("thing", field("pick", "choice", options=options("red", "blue")), field("a"))
    documents = apps.app(thing)
    site.publish(documents)
    me = staff(site)
    records = site.services.records
    made = records.create(me, "shop", "thing", {"pick": "red"})
    thing["fields"][0]["options"][0]["retired"] = True
    site.publish(documents)
    read = records.read(me, "shop", "thing", made.id)
    assert (read.fields["pick"], read.shown["pick"].en) == ("red", "red in English")
    assert records.update(me, "shop", "thing", made.id, {"a": "x"}, 1).fields["pick"] == "red"
    assert refused(records.create, me, "shop", "thing", {"pick": "red"}) == [("FORM-004", "fields.pick")]


def test_parameters_change_what_is_decided_when_the_default_changes(library_site):
    site = library_site
    records, anna = site.services.records, site.viewer("anna")
    member = records.create(anna, "library", "member", {"name": "a", "card_no": "1"})
    books = [records.create(anna, "library", "book", {"title": "a", "isbn": str(n)}) for n in range(2)]
    documents = apps.library()
    item(documents["parameters.json"]["parameters"], "loan.limit")["default"] = "1"
    assert site.publish(documents) == 2
    records.create(anna, "library", "loan", {"member": member.id, "book": books[0].id}, "lend")
    body = {"member": member.id, "book": books[1].id}
    assert refused(records.create, anna, "library", "loan", body, "lend") == [("FLOW-013", "")]


def test_another_process_sees_the_new_revision_when_it_asks_again(library_site):
    site = library_site
    other, anna = site.assembled(), site.viewer("anna")
    other.records.create(anna, "library", "book", {"title": "a", "isbn": "1"})
    documents = apps.library()
    documents["forms/book.json"]["fields"].append(field("shelf", required="create"))
    site.publish(documents)
    assert refused(other.records.create, anna, "library", "book", {"title": "a", "isbn": "2"}) == [
        ("FORM-002", "fields.shelf")
    ]
    assert other.apps.app(anna, "library").revision == 2


def test_an_event_waits_for_the_rule_of_its_revision_when_rules_change_meanwhile(site):
    told = {"notify": {"to": [{"owner": True}], "text": {"zh": "好", "en": "old"}}}
    documents = apps.app(form("thing", field("a")), rule("r", "thing", {"created": True}, told))
    site.publish(documents)
    me = staff(site)
    site.services.records.create(me, "shop", "thing", {})
    documents["rules/r.json"]["then"][0]["notify"]["text"]["en"] = "new"
    site.publish(documents)
    site.jobs().run_until_quiet()
    (note,) = site.services.inbox.notifications(me)
    assert note.text.en == "new", "rules are those of now"
    run = site.query("SELECT revision FROM youju_rule_run")
    assert run == [(2,)]


def test_two_revisions_follow_each_other_when_they_are_published_at_once(site):
    site.publish(apps.app(base := form("thing", field("a"))))
    variants = []
    for key in ("b", "c"):
        variants.append(apps.app({**base, "fields": [*base["fields"], field(key)]}))
    outcomes: list[int] = []
    threads = [threading.Thread(target=lambda docs=docs: outcomes.append(site.publish(docs))) for docs in variants]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [2, 3]


def _use(records, me, written):
    """Do with one record what people do."""
    made = records.create(me, "shop", "thing", {"a": written})
    assert records.read(me, "shop", "thing", made.id).fields["a"] == written
    moved = records.transition(me, "shop", "thing", made.id, "go", {"n": "1"})
    records.update(me, "shop", "thing", made.id, {"n": "2"}, moved.version)
    records.list(me, "shop", "thing", limit=3)
    records.history(me, "shop", "thing", made.id)


def test_writers_and_readers_notice_nothing_when_revisions_come_while_they_work(site):
    thing = form("thing", field("a"), field("n", "number"), workflow="thing")
    flow = workflow("thing", [state("new", "draft"), state("open")], [transition("go", ["new"], "open")])
    documents = apps.app(thing, flow)
    site.publish(documents)
    me = staff(site)
    old = site.services.records.create(me, "shop", "thing", {"a": "old"})
    stop, failures, counts = time.monotonic() + 2.0, [], []

    def work(services, number):
        done = 0
        while time.monotonic() < stop:
            try:
                _use(services.records, me, f"{number}-{done}")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what must not happen
                failures.append(error)
                return
            done += 1
        counts.append(done)

    threads = [threading.Thread(target=work, args=(site.assembled(), number)) for number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    thing["fields"].append(field("b"))
    assert site.publish(documents) == 2
    time.sleep(0.5)
    thing["fields"] = [one for one in thing["fields"] if one["key"] != "b"] + [field("c", "number", default="5")]
    assert site.publish(documents) == 3
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(counts) == 4
    assert all(counts), counts
    assert site.services.records.read(me, "shop", "thing", old.id).fields["c"] is None
    assert site.services.records.create(me, "shop", "thing", {}).fields["c"] == "5"


def test_a_state_stays_when_records_are_in_it(site):
    thing = form("thing", field("a"))
    moves = [transition("go", ["new"], "open"), transition("back", ["open"], "new")]
    flow = workflow("thing", [state("new", "draft"), state("open")], moves)
    documents = apps.app(thing, flow)
    site.publish(documents)
    me = staff(site)
    records = site.services.records
    made = records.create(me, "shop", "thing", {}, "go")
    renamed = {**flow, "states": [flow["states"][0], state("running")]}
    renamed["transitions"] = [transition("go", ["new"], "running"), transition("back", ["running"], "new")]
    (problem,) = _problems(site, {**documents, "workflows/thing.json": renamed})
    assert (problem.code, problem.path) == ("RUN-018", "workflows/thing.json#/states")
    assert "1 records" in problem.message.en
    assert "new, running" in problem.hint.en
    assert records.read(me, "shop", "thing", made.id).state == "open"
    records.transition(me, "shop", "thing", made.id, "back", {})
    assert site.publish({**documents, "workflows/thing.json": renamed}) == 2
    assert records.transition(me, "shop", "thing", made.id, "go", {}).state == "running"


def test_a_workflow_is_refused_when_it_comes_back_without_the_states_that_records_are_in(site):
    thing = form("thing", field("a"))
    first = workflow("thing", [state("new"), state("open")], [transition("go", ["new"], "open")])
    site.publish(apps.app(thing, first))
    me = staff(site)
    made = site.services.records.create(me, "shop", "thing", {}, "go")
    site.publish(apps.app(thing))
    assert site.services.records.update(me, "shop", "thing", made.id, {"a": "x"}, 1).version == 2
    other = workflow("thing", [state("fresh"), state("done")], [transition("go", ["fresh"], "done")])
    assert [problem.code for problem in _problems(site, apps.app(thing, other))] == ["RUN-018"]


def _problems(site, documents):
    with pytest.raises(EngineError) as raised:
        site.publish(documents)
    return raised.value.problems
