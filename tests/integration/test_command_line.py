"""The command line as an administrator meets it: real processes, exit codes, words on standard error."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.packs.installing import market_packs
from engine.runtime.directory import ADMIN_ROLE
from tests.support.apps import LIBRARY

ROOT = Path(__file__).resolve().parents[2]
REFUSED, USAGE, ENVIRONMENT = 1, 2, 3
RECORDS = ("customer", "contact", "visit")


@pytest.fixture
def home(tmp_path):
    """The home of an installation that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture
def youju(home):
    """Run a command of an installation of its own and return how it ended."""
    return functools.partial(_run, home)


def _run(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engine.cli", *words],
        env=_environment(home) | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def _environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("YOUJU_")}
    return kept | {"YOUJU_HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}


def _rows(home: Path, table: str) -> int:
    with contextlib.closing(sqlite3.connect(home / "youju.sqlite3", timeout=10)) as connection:
        return connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - a name of ours


def _altered(home: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(home / "youju.sqlite3", timeout=10)) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.fixture(scope="module")
def made_demo(tmp_path_factory):
    """An installation with demo data, made once and only copied."""
    folder = tmp_path_factory.mktemp("demo") / "home"
    done = _run(folder, "init", "--demo", "--anchor", "2026-03-18")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def demo(made_demo, home):
    """An installation with demo data."""
    shutil.copytree(made_demo, home)
    return home


def test_demo_says_who_may_sign_in_when_it_is_made(youju, home):
    done = youju("init", "--demo", YOUJU_DEMO_PASSWORD="a-fixed-one")
    known = json.loads((home / "demo-users.json").read_text(encoding="utf-8"))["users"]
    assert {"rep", "supervisor", "legal"} <= {user["name"] for user in known}
    assert {user["password"] for user in known} == {"a-fixed-one"}
    assert "supervisor" in done.stdout
    assert (home / "demo-users.json").stat().st_mode & 0o077 == 0


def test_demo_is_the_same_when_it_was_cut_short_and_started_again_on_another_day(youju, home, made_demo):
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "init", "--demo", "--anchor", "2026-03-18"],
        env=_environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not _has_begun(home):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    cut = _rows(home, "visit")
    again = youju("init", "--demo", "--anchor", "2026-04-02")
    assert again.returncode == 0, again.stderr
    assert cut < _rows(made_demo, "visit")
    compared = (*RECORDS, "youju_task", "youju_notification")
    assert {table: _rows(home, table) for table in compared} == {table: _rows(made_demo, table) for table in compared}


def _has_begun(home: Path) -> bool:
    """Tell whether there are visits: the first records with days that count from the anchor."""
    with contextlib.suppress(sqlite3.OperationalError):
        return _rows(home, "visit") > 0
    return False


def test_demo_keeps_what_people_did_when_it_is_asked_for_again(youju, demo):
    before = {table: _rows(demo, table) for table in (*RECORDS, "youju_journal")}
    assert youju("init", "--demo").returncode == 0
    assert {table: _rows(demo, table) for table in before} == before


def test_audit_succeeds_when_nothing_was_touched(youju, demo):
    done = youju("audit", "verify")
    assert (done.returncode, "findings 0" in done.stdout) == (0, True)


def test_audit_fails_when_a_record_was_changed_by_sql(youju, demo):
    _altered(demo, "UPDATE customer SET credit_limit = 999999999 WHERE credit_limit IS NOT NULL")
    done = youju("audit", "verify")
    assert done.returncode == REFUSED
    assert "credit_limit" in done.stdout


def test_status_is_json_when_asked_for(youju, demo):
    found = json.loads(youju("status", "--json").stdout)
    assert found["apps"] == {pack.key: 1 for pack in market_packs()}
    assert (found["outbox_waiting"], found["dead_letters"]) == (0, 0)


def test_pack_is_refused_with_every_problem_when_its_documents_are_broken(youju, tmp_path):
    pack = tmp_path / "shop"
    pack.mkdir()
    labels = {"zh": "店", "en": "Shop"}
    manifest = {"format": 1, "kind": "pack", "key": "shop", "version": "1.0.0", "labels": labels}
    app = {"format": 1, "kind": "app", "uid": "aaaaaaaaaaaa", "key": "shop", "labels": labels, "timezone": "Nowhere/At"}
    (pack / "pack.json").write_text(json.dumps(manifest), encoding="utf-8")
    (pack / "app.json").write_text(json.dumps(app | {"colour": "red"}), encoding="utf-8")
    (pack / "roles.json").write_text('{"format": 1,', encoding="utf-8")
    done = youju("pack", "install", str(pack))
    assert done.returncode == REFUSED
    assert "PACK-002 roles.json" in done.stderr
    (pack / "roles.json").unlink()
    assert "APP-004 app.json#/colour" in youju("pack", "install", str(pack)).stderr


def test_words_are_chinese_when_the_terminal_is(youju):
    assert "没有模板包" in youju("pack", "install", "nothing", LANG="zh_CN.UTF-8").stderr


def test_exit_code_tells_what_was_wrong_when_a_command_fails(youju, tmp_path):
    assert youju("pack", "install", "nothing").returncode == REFUSED
    assert youju("no-such-command").returncode == USAGE
    away = f"sqlite:///{tmp_path}/no/such/folder/db.sqlite3"
    assert youju("status", YOUJU_DATABASE_URL=away).returncode == ENVIRONMENT


def test_app_moves_as_one_file_when_it_is_exported_and_imported(youju, demo, tmp_path, postgres_url):
    written, again = tmp_path / "sales.json", tmp_path / "again.json"
    assert youju("app", "export", "sales_management", "--output", str(written)).returncode == 0
    assert youju("app", "export", "sales_management").stdout == written.read_text(encoding="utf-8")
    for number, url in enumerate((f"sqlite:///{tmp_path}/other.db", postgres_url)):
        elsewhere = {"YOUJU_HOME": str(tmp_path / f"home{number}"), "YOUJU_DATABASE_URL": url}
        assert youju("pack", "install", "work_hub", **elsewhere).returncode == 0
        done = youju("app", "import", str(written), **elsewhere)
        assert (done.returncode, done.stdout) == (0, "sales_management: revision 1\n"), done.stderr
        assert youju("app", "export", "sales_management", "--output", str(again), **elsewhere).returncode == 0
        assert again.read_bytes() == written.read_bytes()


def test_app_is_published_again_when_its_export_is_changed(youju, demo, tmp_path):
    content = json.loads(youju("app", "export", "sales_management").stdout)
    content["documents"]["app.json"]["labels"]["en"] = "Selling"
    changed = tmp_path / "app.json"
    changed.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    assert "RUN-032 app.json#/digest" in youju("app", "import", str(changed)).stderr
    del content["digest"]
    changed.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    said = {"app": "sales_management", "revision": 2, "changed": True}
    assert json.loads(youju("app", "import", str(changed), "--json").stdout) == said
    assert json.loads(youju("app", "import", str(changed), "--json").stdout) == said | {"changed": False}
    assert "Selling" in youju("app", "list").stdout


def test_export_fails_with_its_reason_when_it_cannot_be_made(youju, demo, tmp_path):
    nowhere = youju("app", "export", "sales_management", "--output", str(tmp_path / "no" / "such" / "file"))
    assert (nowhere.returncode, "RUN-035 output" in nowhere.stderr) == (ENVIRONMENT, True)
    assert youju("app", "export", "nothing").returncode == REFUSED
    assert youju("app", "export", "sales_management", "--output", "/dev/null").returncode == 0
    assert not Path("/dev/null").is_file()


def test_user_gets_a_token_when_an_administrator_adds_one(youju, demo):
    added = youju("user", "add", "mei", "--password", "a long enough one", "--manager", "supervisor")
    assert added.returncode == 0, added.stderr
    assert youju("user", "grant", "mei", "sales_management", "sales_rep").returncode == 0
    assert len(youju("user", "token", "mei").stdout.strip()) > 30
    assert youju("user", "add", "mei", "--password", "a long enough one").returncode == REFUSED
    assert "RUN-014" in youju("user", "add", "li", "--password", "short").stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("user", "add", "li", "--password", "a long enough one", "--manager", "nobody"), "RUN-012"),
        (("user", "grant", "rep", "nosuchapp", "sales_rep"), "RUN-015"),
        (("user", "grant", "rep", "sales_management", "nosuchrole"), "RUN-016"),
    ],
)
def test_a_command_is_refused_when_it_names_what_is_not_there(youju, demo, words, code):
    before = youju("user", "list").stdout
    done = youju(*words)
    assert (done.returncode, code in done.stderr, "✓" in done.stdout) == (REFUSED, True, False), done.stderr
    assert youju("user", "list").stdout == before


def test_an_administrator_is_made_when_the_engine_s_own_role_is_granted(youju, demo):
    assert youju("user", "grant", "rep", *ADMIN_ROLE).returncode == 0


@pytest.mark.parametrize("raw", [b'{"app.json": ', b"\xff", b"NaN", b"[]", b'{"format": 1, "kind": "app_export"}'])
def test_import_is_refused_when_the_file_is_no_export(youju, home, tmp_path, raw):
    broken = tmp_path / "broken.json"
    broken.write_bytes(raw)
    done = youju("app", "import", str(broken))
    assert (done.returncode, "broken.json" in done.stderr, "Traceback" in done.stderr) == (REFUSED, True, False)


def test_promises_of_a_pack_are_played_when_they_are_tested(youju):
    done = youju("pack", "test", str(ROOT / "tests" / "apps" / "library"))
    assert done.returncode == 0, done.stdout
    assert "scenarios hold" in done.stdout


def test_the_missing_app_is_told_and_no_broken_reference_when_a_pack_is_checked_whose_needs_are_not_there(youju):
    checked = youju("app", "check", "sales_management", "--json")
    assert checked.returncode == 1
    found = json.loads(checked.stdout)["problems"]
    assert {problem["code"] for problem in found} == {"RUN-045"}
    assert "pack.json#/needs/work_hub" in {problem["path"] for problem in found}
    youju("pack", "install", "sales_management")
    assert youju("app", "check", "sales_management").returncode == 0


def test_a_design_is_checked_compared_published_and_rolled_back_when_it_is_a_file(youju, home, tmp_path):
    youju("pack", "install", str(LIBRARY))
    file = tmp_path / "library.json"
    youju("app", "export", "library", "--output", str(file))
    content = json.loads(file.read_text("utf8"))
    content.pop("digest")
    content["documents"]["forms/book.json"]["labels"]["zh"] = "藏书"
    file.write_text(json.dumps(content), encoding="utf8")

    looked = youju("app", "check", str(file), "--json")
    assert looked.returncode == 0
    (change,) = json.loads(looked.stdout)["changes"]
    assert change["what"]["zh"] == "“名称(中文)”由“图书”改为“藏书”"
    assert json.loads(youju("app", "diff", "library@1", str(file), "--json").stdout)["changes"] == [change]
    assert youju("app", "import", str(file)).returncode == 0
    assert youju("app", "rollback", "library", "1").stdout == "library: revision 3 = 1 ✓\n"
    numbers = [line.split("\t")[0] for line in youju("app", "history", "library").stdout.splitlines()]
    assert numbers == ["3", "2", "1"]
    assert "没有差别" in youju("app", "diff", "library@1", "library@3").stdout

    content["documents"]["forms/book.json"]["fields"].pop(0)
    file.write_text(json.dumps(content), encoding="utf8")
    refused = youju("app", "check", str(file))
    assert refused.returncode == 1
    assert "✗ LANG-020" in refused.stdout
    assert _rows(home, "youju_revision") == 3
