"""An encrypted address of one's own: phones that trust its authority get in, and nobody else is vouched for."""

from __future__ import annotations

import gc
import http.server
import socket
import ssl
import threading
import urllib.request
import warnings
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from web.tls.authority import certificates, own_names
from web.tls.front import Front

NAMES = ("localhost", "127.0.0.1")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        return


@pytest.fixture
def plain():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def front(plain, tmp_path):
    opened = Front.open("127.0.0.1", 0, plain, certificates(tmp_path / "tls", NAMES))
    yield opened
    opened.close()


def trusting(folder):
    return ssl.create_default_context(cafile=str(folder / "tls" / "authority.pem"))


def assert_serves(front, folder):
    sent = bytes(range(256)) * 4_000
    for host in NAMES:
        request = urllib.request.Request(f"https://{host}:{front.port}/", sent, method="POST")
        with urllib.request.urlopen(request, timeout=20, context=trusting(folder)) as answer:  # noqa: S310
            assert answer.read() == sent


def test_what_is_sent_comes_back_whole_when_it_is_long(front, tmp_path):
    assert_serves(front, tmp_path)


def test_a_stranger_is_not_let_in_when_the_authority_is_not_trusted(front):
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"https://localhost:{front.port}/", timeout=20)


def test_it_serves_on_when_somebody_speaks_plainly_or_hangs_up(front, tmp_path):
    with socket.create_connection(("127.0.0.1", front.port), timeout=20) as rude:
        rude.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert_serves(front, tmp_path)


def test_nothing_stays_open_when_the_front_closes_under_a_connection(plain, tmp_path):
    front = Front.open("127.0.0.1", 0, plain, certificates(tmp_path / "tls", NAMES))
    with (
        socket.create_connection(("127.0.0.1", front.port), timeout=20) as plainly,
        trusting(tmp_path).wrap_socket(plainly, server_hostname="localhost") as phone,
        warnings.catch_warnings(record=True) as told,
    ):
        warnings.simplefilter("always")
        phone.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi")
        assert phone.recv(1_000).startswith(b"HTTP/1.1 200")
        front.close()
        del front
        gc.collect()
    assert [str(one.message) for one in told if one.category is ResourceWarning] == []


def test_a_taken_port_is_told_when_it_is_opened(front, plain, tmp_path):
    with pytest.raises(OSError, match="in use"):
        Front.open("127.0.0.1", front.port, plain, certificates(tmp_path / "tls", NAMES))


def test_certificates_are_kept_when_nothing_has_changed(tmp_path):
    found = certificates(tmp_path, NAMES, NOW)
    before = [path.read_bytes() for path in (found.authority, found.server, found.key)]
    certificates(tmp_path, NAMES, NOW + timedelta(days=200))
    assert [path.read_bytes() for path in (found.authority, found.server, found.key)] == before


@pytest.mark.parametrize(("names", "days"), [((*NAMES, "10.0.0.7"), 0), (NAMES, 340)])
def test_only_the_server_gets_another_certificate_when_names_change_or_it_ends_soon(tmp_path, names, days):
    found = certificates(tmp_path, NAMES, NOW)
    authority, server = found.authority.read_bytes(), found.server.read_bytes()
    certificates(tmp_path, names, NOW + timedelta(days=days))
    assert found.authority.read_bytes() == authority
    assert found.server.read_bytes() != server


def test_keys_are_their_owners_alone(tmp_path):
    certificates(tmp_path / "tls", NAMES)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "tls").glob("*.key")} == {0o600}
    assert (tmp_path / "tls").stat().st_mode & 0o777 == 0o700


def test_the_authority_vouches_for_no_public_name(tmp_path):
    found = certificates(tmp_path, NAMES)
    limits = x509.load_pem_x509_certificate(found.authority.read_bytes()).extensions.get_extension_for_class(
        x509.NameConstraints
    )
    assert limits.critical
    allowed = [str(name.value) for name in limits.value.permitted_subtrees]
    assert {"local", "localhost", "192.168.0.0/16"} <= set(allowed)
    assert not [name for name in allowed if name in ("com", "cn", "0.0.0.0/0")]


def test_a_server_of_another_name_is_trusted_when_the_machine_is_renamed(plain, tmp_path):
    certificates(tmp_path / "tls", ("old.local", *NAMES))
    found = certificates(tmp_path / "tls", ("new.local", "new", "shop.example", "8.8.8.8", *NAMES))
    listed = x509.load_pem_x509_certificate(found.server.read_bytes()).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert {str(name.value) for name in listed.value} == {"new.local", *NAMES}
    opened = Front.open("127.0.0.1", 0, plain, found)
    assert_serves(opened, tmp_path)
    opened.close()


def test_own_names_hold_what_this_machine_always_is():
    assert {"localhost", "127.0.0.1"} <= set(own_names())
