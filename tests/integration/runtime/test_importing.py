"""Importing records from files: who may, what becomes of each row, and what is given back."""

from __future__ import annotations

import io
import json
import threading
from dataclasses import replace

import pytest
from openpyxl import Workbook

from engine.jobs.housekeeping import Housekeeping
from engine.kernel.clocks import DAY_MS
from engine.kernel.problems import EngineError
from engine.runtime.granting import revoke_by_name
from engine.runtime.importing import imports as importing
from engine.runtime.importing.planning import Plan
from tests.support.apps import access, app, element, field, form, role, rule, state, transition, workflow
from tests.support.sites import Site

CUSTOMER = form(
    "customer",
    field("no", "auto_number", pattern="KH{0000}"),
    field("name", required="create"),
    field("code", unique=True),
    field("level", "choice", options=[element("gold") | {"labels": {"zh": "金", "en": "Gold"}}, element("tin")]),
    field("size", "number", digits=9),
    field("since", "date"),
    field("seller", "person"),
    field("parent", "reference", form="customer"),
    field("secret"),
    field("grade", computed="if(size > 100, 'big', 'small')"),
    field("why", visible_when="size > 10"),
    title="{{name}}",
)
ORDER = form("order", field("what", required="submit"), field("of", "reference", form="customer"), workflow="order")
FLOW = workflow(
    "order", [state("draft", "draft"), state("open")], [transition("submit", ["draft"], "open", by=[{"creator": True}])]
)
SALES = role("sales", access("customer"), access("order"))
OWN = role(
    "own", access("customer", rows="owner = me", read_only_fields=["size"], hidden_fields=["secret"], delete=False)
)
READER = role("reader", access("customer", create=False, update=False, delete=False))


@pytest.fixture
def site(database):
    site = Site(database)
    counted = {"set": {"secret": "'seen'"}}
    site.publish(
        app(
            CUSTOMER,
            ORDER,
            FLOW,
            rule("seen", "customer", {"created": True}, [counted], when="code = 'C-RULE'"),
            key="crm",
            roles=[SALES, OWN, READER],
        )
    )
    site.person("anna", ("crm", "sales"))
    site.person("john", ("crm", "own"))
    site.person("rita", ("crm", "reader"))
    return site


def brought(site, text, who="anna", form="customer", name="a.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return site.services.imports.bring(site.viewer(who), "crm", form, io.BytesIO(content), name)


def imported(site, text, who="anna", form="customer", **plan):
    """Import a file to its end by the jobs, planned as it was guessed but for what is said here."""
    one, service = brought(site, text, who, form), site.services.imports
    viewer = site.viewer(who)
    service.plan(viewer, "crm", form, one.id, replace(one.plan, **plan))
    service.start(viewer, "crm", form, one.id)
    site.jobs().run_until_quiet()
    return service.look(viewer, "crm", form, one.id)


def counts(one):
    return (one.made, one.changed, one.unchanged, one.refused)


def why(site, one, who="anna"):
    """Return the lines that were refused with the codes and places of why."""
    listed = site.services.imports.refused(site.viewer(who), "crm", one.form, one.id)
    return {row.line: [(problem["code"], problem["path"]) for problem in row.problems] for row in listed}


def customers(site, *columns):
    return [tuple(row) for row in site.query(f"SELECT {', '.join(columns)} FROM customer ORDER BY no")]  # noqa: S608


def refused(do):
    with pytest.raises(EngineError) as error:
        do()
    return [(problem.code, problem.path) for problem in error.value.problems]


def test_a_table_in_any_of_its_writings_becomes_the_same_records(site):
    text = 'name,code,level,size,since\n李伟医院,C1,金,"1,200",2026年1月5日\n王芳,C2,tin,,\n'
    book = Workbook()
    for row in (
        ["name", "code", "level", "size", "since"],
        ["李伟医院", "C3", "金", 1200, None],
        ["王芳", "C4", "tin"],
    ):
        book.active.append(row)
    excel = io.BytesIO()
    book.save(excel)
    lines = "\n".join(
        json.dumps(one, ensure_ascii=False)
        for one in ({"name": "李伟医院", "code": "C5", "level": "gold", "size": 1200}, {"code": "C6", "name": "王芳"})
    )
    files = (text.encode("gb18030"), excel.getvalue(), lines.encode(), text.replace("C", "U").encode("utf-8-sig"))
    for content in (*files, text.replace("C", "T").replace(",", "\t").replace('"1\t200"', "1200").encode("utf-16")):
        done = imported(site, content)
        assert (done.state, counts(done)) == ("done", (2, 0, 0, 0)), why(site, done)
    assert [row[0] for row in customers(site, "name")] == ["李伟医院", "王芳"] * 5
    sizes = {int(row[0]) for row in customers(site, "size") if row[0] is not None}
    assert sizes == {1200}
    assert [row[0] for row in customers(site, "no")] == [f"KH{number:04}" for number in range(1, 11)]


def test_a_bad_row_is_kept_with_every_reason_and_costs_no_other_one(site):
    text = "name,code,level,size\n,C1,铜,很多\nb,C2,金,1\nc,C2,金,1\n\nd,C3,金,1,5\n"
    done = imported(site, text)
    assert counts(done) == (1, 0, 0, 3)
    found = why(site, done)
    assert sorted(found[2]) == [("FORM-002", "fields.name"), ("FORM-003", "fields.size"), ("FORM-004", "fields.level")]
    assert found[4] == [("FORM-014", "fields.code")], "the row before it has that code"
    assert found[6] == [("IMP-008", "")], "it has more cells than there are columns"


def test_what_comes_back_can_be_mended_and_imported_again(site):
    text = "name,code,size,why\n=cmd,C1,x,\n-5,C2,-7,\n@a,C3,x,\n"
    done = imported(site, text)
    anna, service = site.viewer("anna"), site.services.imports
    given = b"".join(service.refused_file(anna, "crm", "customer", done.id)).decode("utf-8-sig")
    assert "'=cmd,C1,x" in given
    assert "'@a,C3,x" in given
    assert given.splitlines()[0].endswith(",原行号,没有导入的原因")
    again = imported(site, given.replace(",x,", ",3,"))
    assert counts(again) == (2, 0, 0, 0)
    assert [row[0] for row in customers(site, "name")] == ["-5", "=cmd", "@a"]


def test_a_record_of_the_same_key_is_changed_and_the_others_are_made(site):
    imported(site, "name,code,size,level\na,C1,1,金\nb,C2,2,\n")
    both = imported(site, "code,size,name,level\nC1,9,a,\nC2,2,b,\nC3,3,c,\n", mode="both", by=("code",))
    assert counts(both) == (1, 1, 1, 0)
    assert [(code, int(size), level) for code, size, level in customers(site, "code", "size", "level")] == [
        ("C1", 9, "gold"),
        ("C2", 2, None),
        ("C3", 3, None),
    ]
    cleared = imported(site, "code,level\nC1,\n", mode="change", by=("code",), clears=True)
    assert counts(cleared) == (0, 1, 0, 0)
    assert customers(site, "level")[0] == (None,)
    known = imported(site, "code,name\nC1,neu\nC9,x\n,y\n", mode="change", by=("code",))
    assert (counts(known), why(site, known)) == (
        (0, 1, 0, 2),
        {3: [("ROW-002", "fields.code")], 4: [("ROW-001", "fields.code")]},
    )


def test_two_rows_of_one_key_make_one_record_and_the_last_one_holds(site):
    done = imported(site, "code,name,size\nC1,a,1\nC1,b,2\nC1,c,3\n", mode="both", by=("code",))
    assert counts(done) == (1, 2, 0, 0)
    assert [(name, int(size)) for name, size in customers(site, "name", "size")] == [("c", 3)]


def test_a_key_that_several_records_have_names_none_of_them(site):
    imported(site, "name,code\na,C1\na,C2\n")
    done = imported(site, "name,size\na,5\n", mode="both", by=("name",))
    assert why(site, done) == {2: [("ROW-003", "fields.name")]}


def test_records_are_named_by_their_ids_when_the_file_has_them(site):
    imported(site, "name,code\na,C1\n")
    [(id,)] = customers(site, "id")
    one = brought(site, f"id,name\n{id},neu\n01a0c450-6c7b-7633-903b-4d28eaa34d4b,x\n")
    assert (one.plan.mode, one.plan.by) == ("change", ("id",))
    done = imported(site, f"id,name\n{id},neu\n01a0c450-6c7b-7633-903b-4d28eaa34d4b,x\n")
    assert (counts(done), customers(site, "name")) == ((0, 1, 0, 1), [("neu",)])
    assert why(site, done) == {3: [("ROW-002", "fields.id")]}


def test_people_and_records_are_named_as_people_name_them(site):
    imported(site, "name,code\nA,C1\nB,C2\nB,C3\n")
    anna, john = site.people["anna"], site.people["john"]
    text = f"name,seller,parent,owner\na,anna,C1,john\nb,{john},A,\nc,nobody,C9,\nd,,B,\ne,,KH0003,\n"
    done = imported(site, text)
    ids = dict(customers(site, "no", "id"))
    made = customers(site, "seller", "parent", "owner")[3:]
    assert made == [(anna, ids["KH0001"], john), (john, ids["KH0001"], anna), (None, ids["KH0003"], anna)]
    assert why(site, done) == {
        4: [("IMP-032", "fields.seller"), ("IMP-030", "fields.parent")],
        5: [("IMP-031", "fields.parent")],
    }


def test_a_number_that_comes_in_a_file_is_kept_and_counted_on(site):
    done = imported(site, "name,no\na,KH0041\nb,\nc,旧-7\n")
    assert counts(done) == (3, 0, 0, 0)
    assert [row[0] for row in customers(site, "no")] == ["KH0041", "KH0042", "旧-7"]
    made = site.services.records.create(site.viewer("anna"), "crm", "customer", {"name": "d"})
    assert made.fields["no"] == "KH0043"
    changed = imported(site, "no,name\nKH0041,neu\n", mode="change", by=("no",))
    assert counts(changed) == (0, 1, 0, 0)
    other = imported(site, f"id,no\n{made.id},KH9999\n")
    assert why(site, other) == {2: [("FORM-010", "fields.no")]}, "one that is given stays"


def test_an_import_never_clears_what_is_hidden(site):
    imported(site, "name,code,size,why\na,C1,50,because\n")
    done = imported(site, "code,size\nC1,5\n", mode="change", by=("code",))
    assert counts(done) == (0, 1, 0, 0)
    assert customers(site, "why") == [("because",)]


def test_rules_look_at_what_is_imported_and_the_journal_names_the_importer(site):
    imported(site, "name,code\na,C-RULE\nb,C2\n")
    assert customers(site, "secret") == [("seen",), (None,)]
    actors = {
        row[0] for row in site.query("SELECT actor FROM youju_journal WHERE subject = 'customer' AND version = 1")
    }
    assert actors == {site.people["anna"]}


def test_new_records_go_on_by_a_transition_when_that_is_said(site):
    drafts = imported(site, "what\na\n\nb\n", form="order")
    assert counts(drafts) == (2, 0, 0, 0)
    sent = imported(site, "what,of\nc,\n,x\n", form="order", transition="submit")
    assert (counts(sent), [row[0] for row in site.query('SELECT state FROM "order" ORDER BY what')]) == (
        (1, 0, 0, 1),
        ["draft", "draft", "open"],
    )
    assert refused(lambda: imported(site, "what\nd\n", form="order", transition="fly")) == [("IMP-016", "transition")]


def test_only_who_may_write_imports_and_only_what_they_may_write(site):
    assert refused(lambda: brought(site, "name\na\n", "rita")) == [("DECIDE-001", "")]
    one = brought(site, "name,size,secret,grade\na,1,x,y\n", "john")
    assert one.plan.fields == ("name", None, None, None), "what they may not fill is not offered"
    plan = Plan(("name", "size", None, "grade"))
    john, service = site.viewer("john"), site.services.imports
    assert refused(lambda: service.plan(john, "crm", "customer", one.id, plan)) == [
        ("IMP-010", "fields[1]"),
        ("IMP-010", "fields[3]"),
    ]
    for do in (service.look, service.start, service.preview, service.resume, service.stop, service.refused):
        assert refused(lambda do=do: do(site.viewer("anna"), "crm", "customer", one.id)) == [("DECIDE-001", "")]
    foreign = imported(site, "name,owner\na,anna\nb,\n", "john")
    assert why(site, foreign, "john") == {2: [("DECIDE-006", "")]}, "nobody writes what they may not hold"
    assert counts(foreign) == (1, 0, 0, 1)


def test_records_that_the_importer_may_not_read_are_as_good_as_not_there(site):
    imported(site, "name,code\nfremd,C1\n")
    done = imported(site, "name,code\nfremd,C7\n", "john", mode="change", by=("name",))
    assert why(site, done, "john") == {2: [("ROW-002", "fields.name")]}
    pointed = imported(site, "name,parent\na,C1\n", "john")
    assert why(site, pointed, "john") == {2: [("IMP-030", "fields.parent")]}
    assert counts(imported(site, "name,code\nfremd,C7\n", "john", mode="both", by=("name",))) == (1, 0, 0, 0)


def test_an_import_stops_when_its_importer_may_not_do_it_any_more_and_goes_on_later(site):
    one, service, anna = brought(site, "name\na\nb\n"), site.services.imports, site.viewer("anna")
    service.start(anna, "crm", "customer", one.id)
    revoke_by_name(site.services.execution, "anna", "crm", "sales")
    site.jobs().run_until_quiet()
    site.services.directory.grant("anna", "crm", "sales")
    stopped = service.look(anna, "crm", "customer", one.id)
    assert (stopped.state, stopped.left, stopped.problems[0]["code"]) == ("stopped", 2, "IMP-021")
    service.resume(anna, "crm", "customer", one.id)
    site.jobs().run_until_quiet()
    assert counts(service.look(anna, "crm", "customer", one.id)) == (2, 0, 0, 0)


def test_an_import_begins_once_and_can_be_stopped_on_the_way(site):
    one, service, anna = brought(site, "name\n" + "a\n" * 250), site.services.imports, site.viewer("anna")
    service.start(anna, "crm", "customer", one.id)
    assert refused(lambda: service.start(anna, "crm", "customer", one.id)) == [("IMP-020", "")]
    service.stop(anna, "crm", "customer", one.id)
    site.jobs().run_until_quiet()
    assert site.count("customer") == 0
    service.resume(anna, "crm", "customer", one.id)
    service.resume(anna, "crm", "customer", one.id)
    site.jobs().run_until_quiet()
    assert (site.count("customer"), service.look(anna, "crm", "customer", one.id).state) == (250, "done")


def test_a_preview_writes_nothing_and_tells_what_would_become_of_the_rows(site):
    imported(site, "name,code\na,C1\n")
    before = site.count("youju_journal")
    one, service, anna = (
        brought(site, "name,code,size\na,C1,5\nb,C2,6\nc,C3,x\n"),
        site.services.imports,
        site.viewer("anna"),
    )
    service.plan(anna, "crm", "customer", one.id, replace(one.plan, mode="both", by=("code",)))
    found = service.preview(anna, "crm", "customer", one.id)
    assert (found.tried, found.make, found.change, found.same, found.refuse) == (3, 1, 1, 0, 1)
    assert [row.tried.outcome for row in found.rows] == ["change", "make", "refuse"]
    assert found.refused[0].tried.problems[0].path == "fields.size"
    assert (site.count("customer"), site.count("youju_journal")) == (1, before)


def test_what_was_said_of_columns_is_known_the_next_time(site):
    imported(site, "客户,代码\na,C1\n", fields=("name", "code"), mode="both", by=("code",))
    again = brought(site, "客户,代码\nb,C2\n")
    assert (again.plan.fields, again.plan.by) == (("name", "code"), ("code",))
    same = brought(site, "客户,代码\na,C1\n")
    assert (same.earlier.made, same.earlier.changed) == (1, 0), "the same file was imported before"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "IMP-003"),
        (b"\n\n", "IMP-003"),
        (b"name,code\n", "IMP-006"),
        (b"name,name\na,b\n", "IMP-004"),
        (b"name\n\x00\x01\x02", "IMP-001"),
        (b"name\n\xff\xff\xff\n", "IMP-005"),
        (b"PK\x03\x04 no zip", "IMP-001"),
        (b"{broken\n", "IMP-003"),
        ((",".join(f"c{number}" for number in range(301)) + "\na\n").encode(), "IMP-002"),
    ],
)
def test_what_is_no_table_is_refused_and_leaves_nothing(site, content, code):
    assert [found for found, _ in refused(lambda: brought(site, content))] == [code]
    assert site.count("youju_import") == 0


def test_a_line_that_is_no_object_is_refused_alone(site):
    done = imported(site, b'{"name": "a"}\n[1]\n{"name": "b", "name": "c"}\n{"name": "d"}\n')
    assert counts(done) == (2, 0, 0, 2)
    assert why(site, done) == {2: [("IMP-007", "")], 3: [("IMP-007", "")]}


def test_a_plan_is_refused_with_all_that_is_wrong_with_it(site):
    one, service, anna = brought(site, "a,b\n1,2\n"), site.services.imports, site.viewer("anna")

    def planned(**plan):
        return refused(lambda: service.plan(anna, "crm", "customer", one.id, replace(one.plan, **plan)))

    assert planned() == [("IMP-012", "fields")]
    assert planned(fields=("name", "name")) == [("IMP-011", "fields")]
    assert planned(fields=("name", "grade"), mode="both") == [("IMP-010", "fields[1]"), ("IMP-013", "by")]
    assert planned(fields=("name", None), mode="both", by=("code",)) == [("IMP-014", "by")]
    assert planned(fields=("name", None), mode="all") == [("IMP-015", "mode")]


def test_old_imports_are_forgotten_with_their_rows(site):
    done = imported(site, "name,size\na,x\nb,1\n")
    site.real.moment += 31 * DAY_MS
    housekeeping = Housekeeping(site.services.execution)
    while housekeeping.do():
        pass
    assert (done.refused, site.count("youju_import"), site.count("youju_import_row")) == (1, 0, 0)


def test_a_large_file_is_read_aside_and_its_import_tells_how_it_went(site, monkeypatch):
    monkeypatch.setitem(importing.AT_ONCE, "csv", 0)
    anna, service = site.viewer("anna"), site.services.imports

    def aside(content):
        one = service.bring(anna, "crm", "customer", io.BytesIO(content), "a.csv", wait=False)
        for thread in [thread for thread in threading.enumerate() if thread.name == "import"]:
            thread.join(30)
        return service.look(anna, "crm", "customer", one.id)

    whole = aside(b"name\n" + b"a\n" * 2_500)
    assert (whole.state, whole.rows, whole.left) == ("ready", 2_500, 2_500)
    empty = aside(b"name\n")
    assert (empty.state, empty.rows, [problem["code"] for problem in empty.problems]) == ("reading", 0, ["IMP-006"])
    assert refused(lambda: service.start(anna, "crm", "customer", empty.id)) == [("IMP-020", "")]


def test_rows_of_one_chunk_find_what_rows_before_them_made_when_their_key_is_not_unique(site):
    done = imported(site, "name,size\na,1\nb,1\na,2\na,2\n", mode="both", by=("name",))
    assert counts(done) == (2, 1, 1, 0)
    assert [(name, int(size)) for name, size in customers(site, "name", "size")] == [("a", 2), ("b", 1)]
