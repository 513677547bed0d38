"""Files over the API and to pages: sent, read back safely, refused in the one form of problems."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.kernel.clocks import Clocks, moment_text
from engine.packs.capturing import picture
from engine.runtime.publishing import publish
from engine.runtime.settings import read_settings
from tests.support.contracts import Contract
from tests.support.inspections import HERE, Inspections
from tests.support.sites import Hand
from web.app import create_app

PNG = picture("web")


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """An instance with its contents in a folder, behind the web."""
    home = tmp_path_factory.mktemp("home")
    business = Hand()
    opened = open_instance(read_settings({"YOUJU_HOME": str(home)}), Clocks(business=business))
    site = _OpenSite(opened, business)
    yield SimpleNamespace(app=create_app(opened), inspections=Inspections.on(site), site=site, home=home)
    opened.close()


class _OpenSite:
    """An instance as the helpers of tests know a site."""

    def __init__(self, instance, business):
        self.services, self.business = instance.services, business
        self.people = {}

    def publish(self, documents):
        return publish(self.services.execution, documents, Actor(None))

    def person(self, name, role):
        self.people[name] = self.services.directory.add_user(name, name, "correct horse", None)
        self.services.directory.grant(name, *role)
        return self.services.directory.viewer(self.people[name])


@pytest.fixture(scope="module")
def call(plant):
    """Somebody who calls the API with a token of their own."""
    tokens = {}

    def send(name, method, path, **more):
        token = tokens.get(name) or tokens.setdefault(name, plant.site.services.directory.issue_token(name, "test"))
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return plant.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, buffered=True, **more)

    return send


@pytest.fixture
def upload(call):
    def send(name="anna", content=PNG, filename="现场.png", part="file"):
        boundary, body = encode_multipart({part: FileStorage(io.BytesIO(content), filename)})
        kind = f"multipart/form-data; boundary={boundary}"
        return call(name, "POST", "/files", data=body, content_type=kind)

    return send


def codes(answer, status):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    return {error["path"]: error["code"] for error in answer.get_json()["errors"]}


def test_a_file_comes_back_when_its_sender_asks_for_it(call, upload, plant):
    sent = upload()
    assert sent.status_code == 201
    described = sent.get_json()
    assert set(described) == {"id", "name", "type", "size", "sha256"}
    assert (described["name"], described["type"], described["size"]) == ("现场.png", "image/png", len(PNG))
    assert sent.headers["Location"] == f"/api/v1/files/{described['id']}"
    kept = plant.home / "files" / described["sha256"][:2] / described["sha256"]
    assert kept.read_bytes() == PNG
    assert kept.stat().st_mode & 0o077 == 0
    read = call("anna", "GET", f"/files/{described['id']}")
    assert (read.status_code, read.data, read.content_type) == (200, PNG, "image/png")
    head = call("anna", "HEAD", f"/files/{described['id']}")
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(PNG))


def test_a_content_is_handed_out_safely_when_it_is_read(call, upload):
    picture_id = upload().get_json()["id"]
    read = call("anna", "GET", f"/files/{picture_id}")
    assert read.headers["Content-Disposition"] == "inline; filename*=UTF-8''%E7%8E%B0%E5%9C%BA.png"
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in read.headers["Content-Security-Policy"]
    assert read.headers["Cache-Control"] == "private, no-cache"
    page = upload(content=b"<html><script>alert(1)</script>", filename="../<b>发票.html").get_json()
    assert (page["type"], page["name"]) == ("text/plain", "b发票.html.txt")
    handed = call("anna", "GET", f"/files/{page['id']}")
    assert handed.headers["Content-Disposition"].startswith("attachment;")


def test_a_part_or_nothing_is_answered_when_the_reader_asks_for_no_more(call, upload):
    at = f"/files/{upload().get_json()['id']}"
    part = call("anna", "GET", at, headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"PNG", f"bytes 1-3/{len(PNG)}")
    known = call("anna", "GET", at).headers["ETag"]
    assert call("anna", "GET", at, headers={"If-None-Match": known}).status_code == 304


def test_a_file_is_absent_when_it_is_somebody_elses(call, upload):
    theirs, nobodys = upload().get_json()["id"], "01a200e2-0000-7000-8000-000000000000"
    answers = [call("ben", "GET", f"/files/{id}") for id in (theirs, nobodys, "no-id", "..%2f..%2fjournal.key")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers[:3]}) == 1


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [(b"", "a.png", "FILE-003"), (b"MZ\x90\x00\x03\x00\x00\x00\x04", "a.png", "FILE-002")],
)
def test_a_file_is_refused_when_it_is_of_no_known_type(upload, content, filename, code):
    assert codes(upload(content=content, filename=filename), 422) == {"file": code}


def test_a_request_is_refused_when_it_sends_no_file_or_several(call, upload):
    assert codes(upload(part="picture"), 422) == {"file": "WEB-023"}
    assert codes(call("anna", "POST", "/files", json={"file": "x"}), 422) == {"file": "WEB-023"}
    two = {"file": [(io.BytesIO(PNG), "a.png"), (io.BytesIO(PNG), "b.png")]}
    assert codes(call("anna", "POST", "/files", data=two), 422) == {"file": "WEB-024"}


def test_a_file_may_be_larger_than_other_bodies_when_it_is_sent(call, upload):
    large = b"%PDF-1.4\n" + b"x" * (3 << 20)
    assert upload(content=large, filename="plan.pdf").status_code == 201
    assert codes(upload(content=b"%PDF-" + b"x" * (25 << 20), filename="plan.pdf"), 422) == {"file": "FILE-001"}
    codes(upload(content=b"%PDF-" + b"x" * (27 << 20), filename="plan.pdf"), 413)
    codes(call("anna", "POST", "/plant/inspection", data="x" * (2 << 20)), 413)


def test_a_session_proves_itself_when_it_sends_a_file(plant):
    client = plant.app.test_client()
    session = plant.site.services.directory.sign_in("anna", "correct horse")
    client.set_cookie("youju_session", session)
    data = {"file": (io.BytesIO(PNG), "a.png")}
    assert client.post("/api/v1/files", data=data).status_code == 403
    token = client.get("/me").get_data(as_text=True).partition('name="_csrf" value="')[2].partition('"')[0]
    data = {"file": (io.BytesIO(PNG), "a.png")}
    sent = client.post("/api/v1/files", data=data, headers={"X-CSRF-Token": token})
    assert sent.status_code == 201
    shown = client.get(f"/files/{sent.get_json()['id']}", buffered=True)
    assert (shown.status_code, shown.data) == (200, PNG)
    assert plant.app.test_client().get(f"/files/{sent.get_json()['id']}").status_code == 303


def test_a_photo_goes_into_a_record_when_it_has_token_and_position(call, upload, plant):
    issued = call("anna", "POST", "/capture-tokens", json={"count": 2, "device_id": "p1", "device_id_type": "imei"})
    assert issued.status_code == 201
    first, second = issued.get_json()["tokens"]
    assert set(first) == {"token", "capture_until", "submit_until"}
    assert first["token"] != second["token"]
    now = moment_text(plant.site.business.moment)
    photo = {"file": upload().get_json()["id"], "token": first["token"], "captured_at": now, **HERE}
    body = {"fields": {"name": "泵房", "photos": [photo]}, "transition": "submit"}
    made = call("anna", "POST", "/plant/inspection", json=body)
    assert made.status_code == 201
    kept = made.get_json()["fields"]["photos"][0]
    assert kept == {**photo, "device_id": "p1", "device_id_type": "imei", "trust": "online"}
    again = {"name": "泵房", "photos": [{**photo, "lat": None}]}
    refused = call("anna", "POST", "/plant/inspection", json={"fields": again, "transition": "submit"})
    assert refused.status_code == 422
    assert {error["message"]["zh"] for error in refused.get_json()["errors"]} == {"照片没有定位", "这张照片已经用过"}
    assert call("ben", "GET", f"/files/{photo['file']}").status_code == 404
    assert call("guest", "GET", f"/files/{photo['file']}").status_code == 200
    contract = Contract(call("anna", "GET", "/openapi.json").get_json())
    contract.check("POST", "/plant/inspection", body, made)


def test_the_description_fits_when_files_and_tokens_are_asked_for(call, upload):
    contract = Contract(call("anna", "GET", "/openapi.json").get_json())
    asked = {"count": 1}
    contract.check("POST", "/capture-tokens", asked, call("anna", "POST", "/capture-tokens", json=asked))
    described = json.dumps(contract.__dict__, default=str)
    assert "multipart/form-data" in described
    assert upload().status_code == 201
