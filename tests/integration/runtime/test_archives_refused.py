"""What is no archive of ours is refused with its code and place, and nothing of it is here afterwards."""

from __future__ import annotations

import hashlib
import json
import random
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from engine.kernel.canonical import compact
from engine.kernel.problems import EngineError
from engine.packs.archives import form, taking_in
from engine.packs.archives.form import Manifest, Member
from engine.storage.database import open_database
from tests.integration.runtime.conftest import refused
from tests.support.inspections import Inspections
from tests.support.moving import tables_of, take, write
from tests.support.sites import Site

if TYPE_CHECKING:
    from pathlib import Path

BOMB = 80 * form.MIB

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def members(tmp_path_factory, migrated_sqlite):
    """The members of an archive with records, files, people and a journal."""
    folder = tmp_path_factory.mktemp("refused")
    path = folder / "youju.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = open_database(f"sqlite:///{path}")
    plant = Inspections.on(Site(database))
    for name in ("a.png", "b.png"):
        plant.inspect(name=name, files=[plant.send(name=name)], findings=[{"what": name}])
    archive = folder / "plant.zip"
    write(plant.site.services.execution, archive, "plant")
    database.close()
    with zipfile.ZipFile(archive) as source:
        return {name: source.read(name) for name in source.namelist()}


@pytest.fixture
def empty(database):
    """An empty instance, on each database."""
    return Site(database, chance=random.Random(29))  # noqa: S311 - repeatable on purpose


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.zip"


def packed(path: Path, members: Members, packing: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write members as they are, the manifest among them."""
    with zipfile.ZipFile(path, "w", packing) as target:
        for name, content in members.items():
            target.writestr(zipfile.ZipInfo(name), content, packing)
    return path


def vouched(path: Path, members: Members) -> Path:
    """Write members with a manifest that vouches for all of them, as somebody would who knows the format."""
    held = {name: content for name, content in members.items() if name != form.MANIFEST}
    listed = [Member(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in held.items()]
    made = Manifest(tuple(json.loads(members[form.MANIFEST])["apps"]), tuple(listed))
    return packed(path, {**held, form.MANIFEST: compact(made.as_json()).encode()})


def refusal(site: Site, path: Path) -> list[tuple[str, str]]:
    """Return what an archive is refused for; nothing of it is here afterwards."""
    before = tables_of(site.database), site.tables(), site.count("youju_user"), site.count("youju_setting")
    found = refused(take, site.services.execution, path)
    assert (tables_of(site.database), site.tables(), site.count("youju_user"), site.count("youju_setting")) == before
    return found


def line(name: str, number: int, change: Callable[[dict], object]) -> Callable[[Members], None]:
    """Return what changes one line of a member."""

    def changed(members: Members) -> None:
        lines = members[name].decode().splitlines()
        said = json.loads(lines[number - 1])
        change(said)
        lines[number - 1] = compact(said)
        members[name] = "".join(f"{one}\n" for one in lines).encode()

    return changed


def raw(name: str, content: bytes) -> Callable[[Members], None]:
    return lambda members: members.update({name: content})


def without(name: str) -> Callable[[Members], None]:
    return lambda members: members.pop(name) and None


def document(name: str, change: Callable[[dict], object]) -> Callable[[Members], None]:
    """Return what changes a member that is one document."""

    def changed(members: Members) -> None:
        said = json.loads(members[name])
        change(said)
        members[name] = compact(said).encode()

    return changed


RECORDS, JOURNAL, APP = "apps/plant/records/inspection.ndjson", "apps/plant/journal.ndjson", "apps/plant/app.json"
REVISION, UNKNOWN = "apps/plant/revisions/1.json", "01a200e2-0000-7000-8000-000000000000"


MESSAGE = b'{"id":"m","command":"c","kind":"event","due_at":1,"attempts":0,'


def revise(said: dict) -> None:
    said["documents"]["app.json"]["labels"]["en"] = "Another"


TAMPERED = {
    "a record without its journal": (line(RECORDS, 1, lambda r: r.update(name="b")), "ARCH-016", ""),
    "a record that is gone": (raw(RECORDS, b""), "ARCH-016", ""),
    "an entry that says something else": (line(JOURNAL, 2, lambda r: r.update(reason="x")), "ARCH-016", ""),
    "a column that no revision has": (line(RECORDS, 1, lambda r: r.update(stray=1)), "ARCH-009", f"/{RECORDS}:1"),
    "half a character": (
        raw(RECORDS, b'{"id":"a","name":"\\ud800"}\n'), "ARCH-008", f"/{RECORDS}:1",
    ),
    "half a character of a person": (
        raw("users.ndjson", b'{"id":"\\udfff"}\n'), "ARCH-008", "/users.ndjson:1",
    ),
    "values that are nested too deeply": (
        raw("users.ndjson", b'{"id":' + b"[" * 900 + b"]" * 900 + b"}\n"), "ARCH-008", "/users.ndjson:1",
    ),
    "a message that is none": (
        raw("apps/plant/outbox.ndjson", MESSAGE + b'"payload":[]}\n'), "ARCH-009", "/apps/plant/outbox.ndjson:1",
    ),
    "a message of another app": (
        raw("apps/plant/outbox.ndjson", MESSAGE + b'"payload":{"app":"x"}}\n'), "ARCH-009",
        "/apps/plant/outbox.ndjson:1",
    ),
    "a file whose id is no id": (
        line("files.ndjson", 1, lambda r: r.update(id="\0")), "ARCH-009|ARCH-010", "/files.ndjson",
    ),
    "a file of nobody": (line("files.ndjson", 1, lambda r: r.update(id="mine")), "ARCH-009", "/files.ndjson:1"),
    "a moment that no calendar has": (
        line(JOURNAL, 1, lambda r: r.update(at=9 * 10**15)), "ARCH-009", f"/{JOURNAL}:1",
    ),
    "a record's moment that not every zone has": (
        line(RECORDS, 1, lambda r: r.update(created_at="9999-12-31T23:59:59Z")), "ARCH-009", f"/{RECORDS}:1",
    ),
    "a revision of the year 287396": (
        document(REVISION, lambda r: r.update(published_at=9 * 10**15)), "APP-006", f"/{REVISION}#/published_at",
    ),
    "a file that is said to be a page": (
        line("files.ndjson", 1, lambda r: r.update(type="text/html")), "ARCH-009", "/files.ndjson:1",
    ),
    "a file that is said to be larger": (
        line("files.ndjson", 1, lambda r: r.update(size=r["size"] + 1)), "ARCH-009", "/files.ndjson:1",
    ),
    "a file that is said to be wider": (
        line("files.ndjson", 2, lambda r: r.update(width=2**40)), "ARCH-009", "/files.ndjson:2",
    ),
    "a file whose name is a path": (
        line("files.ndjson", 2, lambda r: r.update(name="../../x.png")), "ARCH-009", "/files.ndjson:2",
    ),
    "a column of the engine's": (line(RECORDS, 1, lambda r: r.update(parent="x")), "ARCH-009", f"/{RECORDS}:1"),
    "a number that is none": (line(RECORDS, 2, lambda r: r.update(version="1")), "ARCH-009", f"/{RECORDS}:2"),
    "a moment that is none": (line(RECORDS, 1, lambda r: r.update(created_at="soon")), "ARCH-009", f"/{RECORDS}:1"),
    "a moment written otherwise": (
        line(RECORDS, 1, lambda r: r.update(created_at="2026-01-01T00:00:00+00:00")), "ARCH-009", f"/{RECORDS}:1",
    ),
    "lines that are none": (line(RECORDS, 1, lambda r: r.update(findings=["x"])), "ARCH-009", f"/{RECORDS}:1"),
    "a record without an id": (line(RECORDS, 1, lambda r: r.pop("id")), "ARCH-009", f"/{RECORDS}:1"),
    "a blank that may not be": (line(JOURNAL, 1, lambda r: r.pop("command")), "ARCH-009", f"/{JOURNAL}:1"),
    "a truth for a number": (line(JOURNAL, 1, lambda r: r.update(at=True)), "ARCH-009", f"/{JOURNAL}:1"),
    "a number beyond 64 bits": (line(JOURNAL, 1, lambda r: r.update(at=2**64)), "ARCH-009", f"/{JOURNAL}:1"),
    "the app of another": (line(JOURNAL, 1, lambda r: r.update(app="x")), "ARCH-009", f"/{JOURNAL}:1"),
    "a line that is no object": (raw("users.ndjson", b"[]\n"), "ARCH-008", "/users.ndjson:1"),
    "a line that is no JSON": (raw("apps/plant/task.ndjson", b"{}\n{"), "ARCH-009", "/apps/plant/task.ndjson:1"),
    "a line of twins": (raw("users.ndjson", b'{"id":"a","id":"b"}\n'), "ARCH-008", "/users.ndjson:1"),
    "a role elsewhere": (
        line("users.ndjson", 1, lambda r: r.update(roles=[["", "admin"]])), "ARCH-009", "/users.ndjson:1",
    ),
    "a password": (line("users.ndjson", 1, lambda r: r.update(password_hash="x")), "ARCH-009", "/users.ndjson:1"),
    "an unknown language": (line("users.ndjson", 1, lambda r: r.update(language="xx")), "ARCH-009", "/users.ndjson:1"),
    "an id that is none": (line("users.ndjson", 1, lambda r: r.update(id="../x")), "ARCH-009", "/users.ndjson:1"),
    "documents of another digest": (document(REVISION, revise), "ARCH-011", f"/{REVISION}"),
    "another number": (document(REVISION, lambda r: r.update(number=2)), "ARCH-011", f"/{REVISION}"),
    "a revision that is not there": (document(APP, lambda r: r.update(revision=2)), "ARCH-003", ""),
    "a thousand million revisions": (document(APP, lambda r: r.update(revision=10**8)), "ARCH-003", ""),
    "an unknown key": (document(APP, lambda r: r.update(more=1)), "APP-004", f"/{APP}#/more"),
    "a newer format": (document(APP, lambda r: r.update(format=2)), "APP-003", f"/{APP}#/format"),
    "a setting of the instance": (
        document(APP, lambda r: r["settings"].update({"tables.plant": "{}"})), "ARCH-009", f"/{APP}",
    ),
    "a setting of another app": (
        document(APP, lambda r: r["settings"].update({"needs.other": "{}"})), "ARCH-009", f"/{APP}",
    ),
    "needs that are none": (
        document(APP, lambda r: r["settings"].update({"needs.plant": "[1]"})), "ARCH-009", f"/{APP}",
    ),
    "a need that is not met": (
        document(APP, lambda r: r["settings"].update({"needs.plant": '{"ground":""}'})), "ARCH-013", f"/{APP}",
    ),
    "no people": (without("users.ndjson"), "ARCH-003", ""),
    "no journal": (without(JOURNAL), "ARCH-003", ""),
    "no records": (without(RECORDS), "ARCH-003", ""),
    "a form that no revision has": (raw("apps/plant/records/other.ndjson", b""), "ARCH-002", ""),
    "an app that is not said": (raw("apps/other/app.json", b"{}"), "ARCH-002", "/apps/other/app.json"),
    "a path": (raw("apps/../../x.json", b"{}"), "ARCH-002", "/apps/../../x.json"),
    "an absolute path": (raw("/etc/passwd", b"{}"), "ARCH-002", "//etc/passwd"),
    "a script": (raw("apps/plant/run.py", b""), "ARCH-002", "/apps/plant/run.py"),
    "a content under another's name": (raw(f"files/{'0' * 64}", b"x"), "ARCH-005", f"/files/{'0' * 64}"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_an_archive_is_refused_when_somebody_has_changed_it(members, empty, path, what):
    change, code, place = TAMPERED[what]
    changed = dict(members)
    change(changed)
    found = refusal(empty, vouched(path, changed))
    assert found[0][0] in code.split("|")
    assert found[0][1].startswith(f"x.zip{place}") if "|" in code else found[0][1] == f"x.zip{place}"


def test_an_archive_is_taken_in_when_nobody_has_changed_it(members, empty, path):
    taken = take(empty.services.execution, vouched(path, members))
    assert (taken.apps, taken.records, taken.files) == ({"plant": 1}, 2, 2)


def test_an_archive_is_refused_when_one_of_its_revisions_does_not_hold(members, empty, path):
    changed = dict(members)

    def break_it(said: dict) -> None:
        del said["documents"]["forms/site.json"]["fields"]
        said["digest"] = hashlib.sha256(compact(said["documents"]).encode()).hexdigest()

    document(REVISION, break_it)(changed)
    assert refusal(empty, vouched(path, changed)) == [("APP-005", "plant/revisions/1/forms/site.json#/")]


def test_every_difference_is_told_when_members_are_not_what_the_manifest_says(members, empty, path):
    changed = {**members, "users.ndjson": b"", JOURNAL: members[JOURNAL] + b"\n"}
    assert refusal(empty, packed(path, changed)) == [
        ("ARCH-005", f"x.zip/{JOURNAL}"),
        ("ARCH-005", "x.zip/users.ndjson"),
    ]


def test_a_manifest_is_refused_when_it_is_not_of_its_digest(members, empty, path):
    changed = dict(members)
    document(form.MANIFEST, lambda said: said.update(apps=["other"]))(changed)
    assert refusal(empty, packed(path, changed)) == [("ARCH-005", "x.zip/manifest.json#/digest")]


def test_a_content_is_missed_when_a_file_names_it(members, empty, path):
    changed = {name: content for name, content in members.items() if not name.startswith("files/")}
    assert refusal(empty, vouched(path, changed)) == [("ARCH-003", "x.zip/files.ndjson:1")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all", b'{"kind": "app_export"}'])
def test_a_file_is_refused_when_it_is_no_zip(empty, path, content):
    path.write_bytes(content)
    assert refusal(empty, path) == [("ARCH-001", "x.zip")]


def test_a_zip_is_refused_when_it_has_no_manifest(empty, path):
    assert refusal(empty, packed(path, {"users.ndjson": b""})) == [("ARCH-003", "x.zip")]


def test_a_zip_is_refused_when_a_member_stands_twice(members, empty, path):
    vouched(path, members)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as target:
        target.writestr("users.ndjson", b"")
    assert refusal(empty, path) == [("ARCH-004", "x.zip/users.ndjson")]


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_is_refused_when_it_is_packed_in_another_way(members, empty, path, packing):
    assert {code for code, _ in refusal(empty, packed(path, members, packing))} == {"ARCH-002"}


def test_a_zip_is_refused_when_it_is_made_to_fill_the_disk(members, empty, path):
    changed = {**members, "users.ndjson": b"\0" * BOMB}
    assert refusal(empty, packed(path, changed))[0] == ("ARCH-007", "x.zip/users.ndjson")


def test_a_zip_is_refused_when_many_small_members_are_made_to_fill_the_disk(members, empty, path):
    zeros = [b"\0" * (8 * form.MIB + number) for number in range(10)]
    bombs = {form.content_name(hashlib.sha256(content).hexdigest()): content for content in zeros}
    assert refusal(empty, vouched(path, {**members, **bombs})) == [("ARCH-007", "x.zip")]


UNKEPT = {
    "a number that no column holds": line(RECORDS, 1, lambda r: r.update(version=2**40)),
    "a letter that no column holds": line(RECORDS, 1, lambda r: r.update(name="\0")),
    "a name that no column holds": line("users.ndjson", 1, lambda r: r.update(display_name="a\0")),
}


@pytest.mark.parametrize("what", UNKEPT)
def test_an_archive_is_refused_when_this_kind_of_database_cannot_keep_a_value(members, empty, path, what):
    changed = dict(members)
    UNKEPT[what](changed)
    if empty.database.dialect == "postgresql" or "name" not in what:
        code = "ARCH-010" if empty.database.dialect == "postgresql" else "ARCH-016"
        assert refusal(empty, vouched(path, changed))[0][0] == code


def test_one_of_two_that_take_the_same_archive_in_at_once_is_told_that_the_app_is_here(members, empty, path):
    vouched(path, members)
    with ThreadPoolExecutor(2) as pool:
        others = [Site(empty.database, chance=random.Random(seed)) for seed in (1, 2)]  # noqa: S311 - repeatable
        outcomes = list(pool.map(lambda one: outcome(one, path), others))
    assert sorted(outcomes) == ["RUN-053", "taken"]


def outcome(site: Site, path: Path) -> str:
    try:
        take(site.services.execution, path)
    except EngineError as error:
        return error.problems[0].code
    return "taken"


def test_a_line_is_refused_when_it_is_too_long(members, empty, path, monkeypatch):
    monkeypatch.setattr(form, "LONGEST_LINE", 5_000)
    changed = {**members, "users.ndjson": b" " * 6_000}
    assert refusal(empty, vouched(path, changed))[0] == ("ARCH-006", f"x.zip/{REVISION}")


def test_a_damaged_archive_is_refused_when_some_of_its_bytes_are_others(members, empty, path):
    whole = bytearray(vouched(path, members).read_bytes())
    for place in range(100, 2_000, 130):
        whole[place] ^= 0xFF
    path.write_bytes(bytes(whole))
    assert refusal(empty, path)[0][0] in {"ARCH-001", "ARCH-002"}


def test_rows_are_refused_when_they_are_here_already(members, empty, path):
    twin = members[JOURNAL].splitlines(keepends=True)[0]
    changed = {**members, JOURNAL: members[JOURNAL] + twin}
    assert refusal(empty, vouched(path, changed)) == [("ARCH-010", f"x.zip/{JOURNAL}")]


def test_nothing_is_here_when_taking_in_is_cut_short(members, empty, path, monkeypatch):
    def ends(*_: object) -> None:
        raise KeyboardInterrupt

    vouched(path, members)
    before = tables_of(empty.database), empty.tables()
    monkeypatch.setattr(taking_in, "check_entries", ends)
    with pytest.raises(KeyboardInterrupt):
        take(empty.services.execution, path)
    monkeypatch.undo()
    assert (tables_of(empty.database), empty.tables()) == before
    assert take(empty.services.execution, path).apps == {"plant": 1}


def test_nothing_is_here_when_a_content_is_swept_meanwhile(members, empty, path, monkeypatch):
    execution = empty.services.execution

    def swept(*_: object) -> None:
        for digest in list(execution.contents.kept):
            execution.contents.remove(digest)

    monkeypatch.setattr(taking_in, "check_entries", swept)
    assert refusal(empty, vouched(path, members)) == [("FILE-005", "")]
