"""Files: what is taken in, who may read it, and what goes when nobody holds it."""

from __future__ import annotations

import io
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.jobs.housekeeping import PAUSE_MS, Housekeeping
from engine.kernel.clocks import DAY_MS
from engine.packs.capturing import capture, picture
from engine.runtime import files
from engine.storage import files as stored
from engine.storage.contents.store import FolderContents
from tests.integration.runtime.conftest import refused
from tests.support.inspections import HERE, Inspections


@pytest.fixture
def plant(site):
    return Inspections.on(site)


@pytest.fixture
def absent(plant):
    """What everybody is told about a file that is not there, or not theirs."""
    return refused(plant.files.describe, plant.anna, "01a200e2-0000-7000-8000-000000000000")


def test_the_same_file_is_answered_when_its_sender_sends_it_again(plant):
    first, second, other = plant.send(), plant.send(name="a.png"), plant.send(plant.ben)
    assert first == second != other
    assert plant.site.count("youju_file") == 2
    assert len({plant.files.describe(who, id).sha256 for who, id in ((plant.anna, first), (plant.ben, other))}) == 1


def test_a_file_is_its_senders_alone_when_no_record_holds_it(plant, absent):
    sent = plant.send()
    assert plant.files.describe(plant.anna, sent).type == "image/png"
    assert refused(plant.files.describe, plant.ben, sent) == absent
    assert refused(plant.files.open, plant.ben, sent) == absent
    assert refused(plant.files.open, plant.ben, "../../youju.sqlite3") == absent


def test_a_file_is_read_by_who_reads_the_record_when_it_is_held(plant, absent):
    sent = plant.send()
    record = plant.inspect(files=[sent])
    assert plant.files.describe(plant.guest, sent).id == sent
    # ben reads his own records only.
    assert refused(plant.files.describe, plant.ben, sent) == absent
    records = plant.site.services.records
    records.delete(plant.anna, "plant", "inspection", record.id, record.version)
    assert refused(plant.files.describe, plant.guest, sent) == absent


def test_a_file_is_its_senders_no_more_when_the_record_is_somebody_elses(plant, absent):
    sent = plant.send(plant.ben, "of ben.png")
    record = plant.inspect(plant.ben, files=[sent])
    assert plant.files.describe(plant.ben, sent).id == sent
    plant.change(record, owner=plant.anna.id)
    assert refused(plant.files.describe, plant.ben, sent) == absent
    assert plant.files.describe(plant.anna, sent).id == sent


def test_a_file_is_absent_when_the_field_is_hidden_from_the_reader(plant, absent):
    sent = plant.send()
    record = plant.inspect(secret_files=[sent])
    assert refused(plant.files.describe, plant.guest, sent) == absent
    seen = plant.site.services.records.read(plant.guest, "plant", "inspection", record.id)
    assert not seen.files
    plant.change(record, files=[sent])
    assert plant.files.describe(plant.guest, sent).id == sent


def test_a_file_can_still_be_read_when_the_record_has_put_it_away(plant):
    sent = plant.send()
    plant.change(plant.inspect(files=[sent]), files=None)
    assert plant.files.describe(plant.guest, sent).id == sent


def test_the_files_of_records_are_listed_when_they_are_taken_along(plant):
    sent = plant.send()
    record = plant.inspect(findings=[{"picture": [sent]}], signed=plant.send(name="s.png"))
    other = plant.inspect(files=[plant.send(name="other.png")])
    with plant.site.services.desk.reading(plant.anna) as reading:
        listed = plant.files.of_records(reading, "plant", "inspection", [record.id])
        assert [(use.field, file.name) for use, file in listed] == [("findings", "a.png"), ("signed", "s.png")]
        assert len(plant.files.of_records(reading, "plant", "inspection", [record.id, other.id])) == 3


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.png", b"", "FILE-003"),
        ("a.exe", b"MZ\x90\x00\x03\x00\x00\x00", "FILE-002"),
        ("a.png", b"\x89PNG\r\n\x1a\n and then nothing", "FILE-004"),
        ("a.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "FILE-004"),
    ],
)
def test_a_content_is_refused_when_it_is_none_of_those_that_are_taken(plant, name, content, code):
    assert refused(plant.files.receive, plant.anna, io.BytesIO(content), name) == [(code, "file")]


def test_nothing_stays_when_a_content_is_too_large(plant, tmp_path):
    home = FolderContents(tmp_path / "files")
    with pytest.raises(Exception, match="FILE-001"), home.received(io.BytesIO(b"x" * 2_000_000), 1_048_576):
        raise AssertionError
    assert not [path for path in home.folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("damaged", [False, True])
def test_a_content_is_put_in_its_place_again_only_when_it_was_damaged(tmp_path, damaged):
    home = FolderContents(tmp_path / "files")
    places = []
    for _ in range(2):
        with home.received(io.BytesIO(b"a content"), 1_000) as received:
            home.place(received)
        place = next(path for path in home.folder.rglob("*") if path.is_file())
        places.append(place.stat().st_ino)
        if damaged and len(places) == 1:
            place.write_bytes(b"a c0ntent")
    assert (places[0] != places[1]) is damaged
    with home.open(received.sha256) as file:
        assert file.read() == b"a content"
    assert [path for path in home.folder.rglob("*") if path.is_file()] == [place]


def test_what_nobody_holds_is_swept_when_a_week_and_a_day_have_passed(plant):
    held, forgotten = plant.send(name="held.png"), plant.send(name="forgotten.png")
    same = plant.send(plant.ben, "held.png")
    plant.inspect(files=[held])
    contents = plant.site.services.execution.contents
    assert len(contents.kept) == 2
    house = Housekeeping(plant.site.services.execution)
    plant.site.business.moment += 8 * DAY_MS
    house.do()
    assert plant.files.describe(plant.anna, forgotten)
    plant.site.business.moment += 1
    plant.site.real.moment += PAUSE_MS
    house.do()
    assert {row[0] for row in plant.site.query("SELECT id FROM youju_file")} == {held}
    assert same not in {held, forgotten}
    digest = plant.files.describe(plant.guest, held).sha256
    assert set(contents.kept) == {digest}


def test_a_file_stays_when_its_sender_sends_it_again_while_it_is_swept(plant):
    sent, database, now = plant.send(), plant.site.database, plant.site.business.moment

    def swept():
        with database.write() as connection:
            return stored.sweep(connection, now + 1, 10)

    with ThreadPoolExecutor(1) as beside:
        with database.write() as connection:
            assert stored.touch(connection, sent, now + 1)
            sweeping = beside.submit(swept)
            time.sleep(0.5)  # the sweep has chosen the file, and waits for this transaction
        assert sweeping.result(20) == ()
    assert plant.files.describe(plant.anna, sent).id == sent
    with database.write() as connection:
        assert len(stored.sweep(connection, now + 2, 10)) == 1
        assert not stored.touch(connection, sent, now), "what is swept is not taken for what is there"


def test_capture_tokens_are_forgotten_when_nobody_used_them(plant):
    plant.token()
    plant.inspect(photos=[plant.photo()])
    plant.site.business.moment += 31 * DAY_MS
    Housekeeping(plant.site.services.execution).do()
    assert plant.site.query("SELECT count(*), count(used_at) FROM youju_capture_token") == [(1, 1)]


@pytest.mark.parametrize("count", [0, 21, "5", 1.5, True, None])
def test_tokens_are_refused_when_their_number_is_not_right(plant, count):
    assert refused(plant.files.issue_tokens, plant.anna, count) == [("FILE-007", "count")]


@pytest.mark.parametrize(("device", "kind"), [("", None), ("x" * 201, None), (None, "imei"), ("d", "phone"), (5, None)])
def test_tokens_are_refused_when_the_device_is_not_named_well(plant, device, kind):
    assert refused(plant.files.issue_tokens, plant.anna, 1, device, kind) == [("FILE-008", "device_id")]


def test_tokens_are_refused_when_too_many_wait_to_be_used(plant):
    for _ in range(20):
        plant.files.issue_tokens(plant.anna, 20)
    assert refused(plant.files.issue_tokens, plant.anna, 1) == [("FILE-006", "count")]
    assert len(plant.files.issue_tokens(plant.ben, 20)) == 20
    plant.site.business.moment += 7 * DAY_MS + 1
    assert len(plant.files.issue_tokens(plant.anna, 20)) == 20


def test_the_picture_of_a_demo_is_one_when_it_is_looked_at(plant):
    seen = plant.files.receive(plant.anna, io.BytesIO(picture("x")), "x.jpg")
    assert (seen.type, seen.width, seen.height, seen.name) == ("image/png", 160, 120, "x.jpg.png")


def test_more_is_refused_when_too_much_waits_for_a_record(plant, monkeypatch):
    monkeypatch.setattr(files, "MOST_WAITING", 1_000)
    first = plant.send(content=b"%PDF-" + b"x" * 900, name="a.pdf")
    large = io.BytesIO(b"%PDF-" + b"y" * 900)
    assert refused(plant.files.receive, plant.anna, large, "b.pdf") == [("FILE-009", "file")]
    plant.inspect(files=[first])
    assert plant.send(content=b"%PDF-" + b"y" * 900, name="b.pdf")
    plant.site.business.moment += 9 * DAY_MS
    assert plant.send(content=b"%PDF-" + b"z" * 900, name="c.pdf")


def test_a_lost_content_is_mended_when_its_sender_sends_it_again(plant):
    sent = plant.send()
    digest = plant.files.describe(plant.anna, sent).sha256
    plant.site.services.execution.contents.remove(digest)
    assert refused(plant.files.open, plant.anna, sent) == [("FILE-005", "")]
    assert plant.send() == sent
    assert plant.files.open(plant.anna, sent)[1].read() == picture("a.png")


def test_what_a_scenario_captures_is_kept_like_the_rest_when_it_is_made(plant):
    said = {
        "photos": [{"capture": "photo", **HERE}, {"capture": "photo", **HERE, "name": "two.png"}],
        "files": [{"capture": "attachment", "name": "offer.pdf"}, {"capture": "attachment", "name": "list.csv"}],
        "plans": [{"capture": "image", "name": "front.png"}],
        "note": {"capture": "audio", "seconds": "6"},
        "signed": {"capture": "signature", "name": "李工"},
        "findings": [{"what": "裂缝", "picture": [{"capture": "image", "name": "crack.png"}]}],
    }
    record = plant.inspect(**capture(plant.site.services, plant.anna, said), transition="submit")
    assert record.state == "done"
    assert {file.type for file in record.files.values()} >= {"image/png", "audio/wav", "application/pdf", "text/csv"}
    assert len(record.fields["photos"]) == 2
    album = capture(plant.site.services, plant.anna, {"photos": [{"capture": "photo", **HERE, "live": False}]})
    assert refused(plant.inspect, **album) == [("CAPT-003", "fields.photos")]
    nowhere = capture(plant.site.services, plant.anna, {"photos": [{"capture": "photo"}]})
    assert refused(plant.inspect, **nowhere) == [("CAPT-004", "fields.photos")]
