"""The command ``records import`` as an administrator meets it: tried, done, refused, interrupted and gone on with."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.jobs.commands_importing import import_records
from engine.runtime.publishing import publish
from engine.runtime.settings import read_settings
from tests.support.importing import documents

FORM = ("--form", "crm.customer", "--user", "anna")
TEXT = "name,代码,level,size\na,C1,a,1\nb,C2,a,很多\nc,C3,b,3\n"


@pytest.fixture
def instance(tmp_path):
    opened = open_instance(read_settings({"YOUJU_HOME": str(tmp_path / "home")}))
    publish(opened.services.execution, documents(), Actor(None))
    opened.directory.add_user("anna", "Anna", None)
    opened.directory.grant("anna", "crm", "sales")
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_bytes(TEXT.encode("gb18030"))
    return path


@pytest.fixture
def run(instance, monkeypatch):
    """Run the command with these words."""
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")

    def done(*words):
        return CliRunner().invoke(import_records, [*map(str, words)], obj=lambda: instance.services)

    return done


def codes(instance):
    with instance.database.read() as connection:
        return list(connection.exec_driver_sql("SELECT code FROM customer ORDER BY id").scalars())


def test_a_file_is_tried_and_nothing_is_written_when_that_is_asked_for(run, instance, file):
    done = run(file, *FORM, "--map", "代码=code", "--dry-run")
    assert done.exit_code == 0
    assert "代码\tcode" in done.stdout
    assert "新建 make 2, 更新 change 0, 不变 same 0, 拒绝 refuse 1" in done.stdout
    assert "- 3\t" in done.stdout
    assert codes(instance) == []


def test_rows_become_records_and_those_refused_a_file(run, instance, file, tmp_path):
    refused = tmp_path / "refused.csv"
    done = run(file, *FORM, "--map", "代码=code", "--refused", refused)
    assert done.exit_code == 1, "some row was refused"
    assert "新建 made 2, 更新 changed 0, 不变 unchanged 0, 拒绝 refused 1, 剩余 left 0" in done.stdout
    assert codes(instance) == ["C1", "C3"]
    [_, row] = refused.read_text(encoding="utf-8-sig").splitlines()
    assert row.startswith("b,C2,a,很多,3,")
    file.write_text("代码,size\nC1,9\nC3,3\n", encoding="utf-8")
    again = run(file, *FORM, "--map", "代码=code", "--mode", "change", "--key", "code")
    assert not instance.verify_journal().findings
    assert (again.exit_code, "更新 changed 1, 不变 unchanged 1" in again.stdout) == (0, True)


def test_an_import_that_was_left_is_gone_on_with(run, instance, file):
    service, anna = instance.services.imports, instance.directory.viewer(instance.directory.everybody()[0].id)
    with file.open("rb") as source:
        one = service.bring(anna, "crm", "customer", source, file.name)
    service.start(anna, "crm", "customer", one.id, by_jobs=False)
    done = run("--resume", one.id, *FORM)
    assert (done.exit_code, len(codes(instance))) == (1, 2)


def test_what_is_asked_for_wrongly_is_said(run, file):
    assert run(file, *FORM, "--map", "nein=code").exception.problems[0].code == "IMP-017"
    assert run(file, "--form", "crm.customer", "--user", "nobody").exception.problems[0].code == "RUN-012"
    assert run(file, *FORM, "--mode", "change").exception.problems[0].code == "IMP-013"
    assert run(*FORM).exit_code == 2
    assert run(file, *FORM, "--resume", "x").exit_code == 2
    assert run(file, "--form", "customer", "--user", "anna").exit_code == 2
