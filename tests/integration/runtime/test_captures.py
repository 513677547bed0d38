"""What was captured on its way into a record: live, placed, timely and new, or refused with what mends it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.decision.changeset import Actor, Changeset, TokenUse
from engine.kernel.clocks import DAY_MS, moment_text
from engine.kernel.problems import EngineError
from engine.storage import capture_tokens
from tests.integration.runtime.conftest import refused
from tests.support import apps
from tests.support.inspections import HERE, Inspections, documents

HOUR, MINUTE = 3_600_000, 60_000


@pytest.fixture
def plant(site):
    return Inspections.on(site)


def test_a_photo_is_kept_with_the_servers_stamp_when_it_was_taken_on_the_spot(plant):
    photo = plant.photo()
    kept = plant.inspect(photos=[photo], transition="submit")
    assert kept.state == "done"
    assert kept.fields["photos"] == [{**photo, "trust": "online"}]


def test_a_photo_is_offline_when_its_content_came_long_after(plant):
    token = plant.token()
    taken = plant.site.business.moment
    plant.site.business.moment += 2 * HOUR
    photo = plant.photo(token=token, captured_at=moment_text(taken), trust="online")
    assert plant.inspect(photos=[photo]).fields["photos"][0]["trust"] == "offline"


def test_every_lack_of_a_photo_is_told_at_once_when_it_is_from_an_album(plant):
    album = {"file": plant.send(name="album.png")}
    found = refused(plant.inspect, photos=[album], transition="submit")
    assert found == [("CAPT-004", "fields.photos"), ("CAPT-003", "fields.photos")]


def test_a_photo_is_refused_when_it_has_no_position(plant):
    assert refused(plant.inspect, photos=[plant.photo(lat=None)]) == [("CAPT-004", "fields.photos")]


def test_a_photo_needs_no_position_when_the_field_says_so(site):
    plant = Inspections.on(site, position=False)
    assert plant.inspect(photos=[plant.photo(lat=None, lng=None)]).fields["photos"][0]["lat"] is None


def test_a_photo_names_its_device_when_its_token_was_issued_to_one(plant):
    photo = plant.photo(token=plant.token(device="phone-9"), device_id=None, device_id_type=None)
    assert plant.inspect(photos=[photo]).fields["photos"][0]["device_id"] == "phone-9"
    other = plant.photo(token=plant.token(device="phone-9"), device_id="phone-8")
    assert refused(plant.inspect, photos=[other]) == [("CAPT-006", "fields.photos")]
    nobody = plant.photo(device_id=None, device_id_type=None)
    assert refused(plant.inspect, photos=[nobody]) == [("CAPT-005", "fields.photos")]


def test_a_token_counts_once_when_it_comes_again(plant):
    photo = plant.photo()
    plant.inspect(photos=[photo])
    again = plant.photo(name="other.png", token=photo["token"])
    assert refused(plant.inspect, photos=[again]) == [("CAPT-008", "fields.photos")]
    assert refused(plant.inspect, photos=[photo]) == [("CAPT-008", "fields.photos")]
    twice = plant.photo()
    assert refused(plant.inspect, photos=[twice, {**twice, "file": plant.send(name="b.png")}]) == [
        ("CAPT-008", "fields.photos")
    ]


def test_a_token_is_bound_to_the_content_of_its_photo_when_it_is_used(plant):
    photo = plant.photo()
    record = plant.inspect(photos=[photo])
    (row,) = plant.site.query("SELECT sha256, record, used_at FROM youju_capture_token WHERE used_at IS NOT NULL")
    assert row[1] == record.id
    assert row[0] == plant.files.describe(plant.anna, photo["file"]).sha256


def test_a_refused_record_leaves_the_token_unused_when_it_is_sent_again(plant):
    photo = plant.photo()
    refused(plant.inspect, photos=[photo], code="123")
    assert plant.inspect(photos=[photo], code="6901234567892").fields["photos"]


def test_somebody_elses_token_is_refused_when_it_is_used(plant):
    photo = plant.photo(token=plant.token(plant.ben))
    assert refused(plant.inspect, photos=[photo]) == [("CAPT-006", "fields.photos")]
    assert refused(plant.inspect, photos=[plant.photo(token="made up")]) == [("CAPT-006", "fields.photos")]


@pytest.mark.parametrize(
    ("taken_after", "sent_after", "found"),
    [
        (3 * DAY_MS, 7 * DAY_MS, []),
        (3 * DAY_MS + 1_000, 4 * DAY_MS, ["CAPT-007"]),
        (0, 7 * DAY_MS + 1, ["CAPT-007"]),
        (-6 * MINUTE, HOUR, ["CAPT-009"]),
        (-5 * MINUTE, HOUR, []),
        (HOUR + 6 * MINUTE, HOUR, ["CAPT-009"]),
    ],
)
def test_a_photo_is_in_time_when_its_token_holds(plant, taken_after, sent_after, found):
    issued = plant.site.business.moment
    token = plant.token()
    plant.site.business.moment = issued + sent_after
    photo = plant.photo(token=token, captured_at=moment_text(issued + taken_after))
    if not found:
        assert plant.inspect(photos=[photo]).fields["photos"]
    else:
        assert refused(plant.inspect, photos=[photo]) == [(code, "fields.photos") for code in found]


def test_a_photo_is_too_old_when_the_field_bounds_its_age(site):
    plant = Inspections.on(site, max_age_minutes=30)
    token, taken = plant.token(), moment_text(plant.site.business.moment)
    plant.site.business.moment += 31 * MINUTE
    assert refused(plant.inspect, photos=[plant.photo(token=token, captured_at=taken)]) == [
        ("CAPT-010", "fields.photos")
    ]


def test_what_the_record_holds_stays_as_it_was_when_it_is_sent_back_changed(plant):
    record = plant.inspect(photos=[plant.photo()])
    kept = record.fields["photos"][0]
    moved = plant.change(record, photos=[{**kept, "lat": "1"}, plant.photo(name="second.png")])
    assert moved.fields["photos"][0] == kept
    assert len(moved.fields["photos"]) == 2


def test_fewer_photos_are_kept_in_a_draft_when_the_field_asks_for_more(site):
    plant = Inspections.on(site, min_count=2, max_count=2)
    assert plant.inspect(photos=[plant.photo()]).state == "draft"
    assert refused(plant.inspect, photos=[plant.photo()], transition="submit") == [("CAPT-002", "fields.photos")]
    three = [plant.photo(name=f"{number}.png") for number in range(3)]
    assert refused(plant.inspect, photos=three) == [("FORM-019", "fields.photos")]


def test_a_file_is_refused_when_it_is_somebody_elses_or_of_another_kind(plant):
    theirs = plant.send(plant.ben)
    assert refused(plant.inspect, files=[theirs]) == [("CAPT-011", "fields.files")]
    assert refused(plant.inspect, files=["01a200e2-0000-7000-8000-000000000000"]) == [("CAPT-011", "fields.files")]
    text = plant.send(name="a.txt", content=b"hello")
    assert refused(plant.inspect, plans=[text]) == [("CAPT-012", "fields.plans")]
    assert plant.inspect(files=[text]).fields["files"] == [text]


def test_a_file_stays_when_somebody_else_changes_the_record(plant):
    sent = plant.send(plant.ben, "of ben.png")
    record = plant.inspect(plant.ben, files=[sent])
    changed = plant.change(record, plant.anna, files=[sent, plant.send(plant.anna, "of anna.png")])
    assert len(changed.fields["files"]) == 2
    # What the record held may come back into another field of it.
    assert plant.change(changed, plant.anna, plans=[sent]).fields["plans"] == [sent]


def test_a_file_is_gone_when_it_waited_longer_than_a_week(plant):
    sent = plant.send()
    plant.site.business.moment += 7 * DAY_MS + 1
    assert refused(plant.inspect, files=[sent]) == [("CAPT-011", "fields.files")]


def test_a_signature_is_stamped_when_it_comes_and_keeps_that_later(plant):
    record = plant.inspect(signed=plant.send(name="s.png"))
    first = record.fields["signed"]
    assert first["signed_at"] == moment_text(plant.site.business.moment)
    plant.site.business.moment += HOUR
    assert plant.change(record, signed={**first, "name": "李工"}).fields["signed"] == {**first, "name": "李工"}


def test_a_place_is_refused_when_it_is_outside_of_the_fence(plant):
    records = plant.site.services.records
    gate = records.create(plant.anna, "plant", "site", {"name": "北门", "gate": HERE}).id
    near, far = {"lat": "28.684", "lng": 115.89}, {"lat": "28.69", "lng": "115.89"}
    assert plant.inspect(site=gate, arrived=near).fields["arrived"]["lat"] == "28.684"
    assert refused(plant.inspect, site=gate, arrived=far) == [("CAPT-014", "fields.arrived")]
    assert plant.inspect(arrived=far).fields["arrived"]


def test_the_fence_holds_when_the_place_is_taken_from_a_photo(site):
    made = documents()
    apps.item(made["forms/inspection.json"]["fields"], "shot_at")["geofence"] = {"center": "site.gate", "metres": 500}
    site.publish(made)
    plant = Inspections(site, site.person("anna", ("plant", "inspector")), None, None)
    gate = site.services.records.create(plant.anna, "plant", "site", {"name": "北门", "gate": HERE}).id
    near = plant.photo(lat="28.684")
    record = plant.inspect(site=gate, photos=[near])
    assert record.fields["shot_at"]["lat"] == "28.684"
    far = plant.photo(name="far.png", lat="28.69")
    assert refused(plant.inspect, site=gate, photos=[far]) == [("CAPT-014", "fields.photos")]
    assert refused(plant.change, record, photos=[far]) == [("CAPT-014", "fields.photos")]
    assert plant.inspect(photos=[far]).fields["shot_at"]["lat"] == "28.69"


def test_what_lines_hold_is_looked_at_like_the_rest_when_it_comes(plant):
    line = {"what": "裂缝", "picture": [plant.send()], "shot": [plant.photo(lat=None, lng=None)]}
    record = plant.inspect(findings=[line])
    assert record.fields["findings"][0]["shot"][0]["trust"] == "online"
    theirs = {"picture": [plant.send(plant.ben)], "shot": [{"file": plant.send()}]}
    found = refused(plant.inspect, findings=[line, theirs])
    assert ("CAPT-011", "fields.findings[1].picture") in found
    assert ("CAPT-003", "fields.findings[1].shot") in found
    assert ("CAPT-008", "fields.findings[0].shot") in found


def test_the_record_says_in_words_what_it_holds_when_it_is_read(plant):
    audio = {"file": plant.send(name="v.webm", content=b"\x1a\x45\xdf\xa3 and more"), "seconds": 6}
    record = plant.inspect(
        files=[plant.send(name="合同.png")], photos=[plant.photo()], note=audio, arrived={**HERE, "address": "九江"}
    )
    assert [words.zh for words in record.shown["files"]] == ["合同.png"]
    assert record.shown["photos"][0].zh == "照片 28.68, 115.89 ±12米"
    assert record.shown["note"].en == "recording of 6 s"
    assert record.shown["arrived"].zh == "九江"
    assert {file.name for file in record.files.values()} == {"合同.png", "p.png", "v.webm"}


def test_the_timeline_names_files_when_they_changed(plant):
    record = plant.inspect(files=[plant.send(name="one.png")])
    plant.change(record, files=[plant.send(name="two.png")])
    newest, _ = plant.site.services.records.history(plant.anna, "plant", "inspection", record.id)
    (change,) = newest.changes
    assert [words.en for words in change.before_shown] == ["one.png"]
    assert [words.en for words in change.after_shown] == ["two.png"]


def test_a_place_is_that_of_the_first_photo_when_the_form_takes_it_from_there(plant):
    record = plant.inspect(photos=[plant.photo(), plant.photo(name="q.png", lat="1")])
    assert record.fields["shot_at"] == {**HERE, "address": None}
    assert refused(plant.inspect, shot_at=HERE) == [("FORM-010", "fields.shot_at")]
    assert plant.change(record, name="x").fields["shot_at"]["lat"] == HERE["lat"]
    assert plant.change(record, photos=None).fields["shot_at"] is None


def test_one_of_many_gets_the_photo_when_all_send_it_at_once(plant):
    photo = plant.photo()

    def send(_number):
        try:
            return plant.inspect(photos=[photo]).id
        except EngineError as error:
            return [problem.code for problem in error.problems]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert [answer for answer in answers if not isinstance(answer, str)] == [["CAPT-008"]] * 3
    assert plant.site.count("inspection") == 1


def test_a_token_waits_for_nobody_when_it_was_used_meanwhile(plant):
    used = TokenUse(plant.token(), "0" * 64, "plant", "inspection", "01a200e2-0000-7000-8000-000000000000")
    changeset = Changeset("c", plant.site.business.moment, Actor(None), tokens_used=(used,))
    with plant.site.database.write() as connection:
        capture_tokens.use(connection, changeset)
    with plant.site.database.write() as connection:
        assert refused(capture_tokens.use, connection, changeset) == [("STORE-004", "")]
