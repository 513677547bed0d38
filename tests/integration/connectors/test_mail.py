"""Letters handed in at a real mail server on this machine: over TLS, refused, slow, broken off, and what they hold."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from email.headerregistry import Address
from typing import TYPE_CHECKING

import pytest

from engine.connectors.egress import Guard, Target, read_allowed
from engine.connectors.telling import mail
from engine.connectors.telling.letters import Recipient, Told, letter
from engine.connectors.telling.mail import hand_in
from engine.connectors.telling.ways import MailServer
from engine.kernel.clocks import datetime_of
from engine.kernel.problems import EngineError, Text
from tests.support.letterbox import Letterbox, body_of, letterbox
from web.tls.authority import certificates

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

SENDER = Address("有据", addr_spec="youju@example.com")
NOW = 1_772_400_000_000
ME = Recipient("王芳", "fang@example.com", "zh")
TOLD = Told(Text("合同 <A&B> 到期\n请处理", "Contract due"), "https://youju.example.com/a/sales/order/1")


@pytest.fixture
def box() -> Iterator[Letterbox]:
    with letterbox() as found:
        yield found


def made(told: Told = TOLD, to: Recipient = ME, key: str = "k1") -> EmailMessage:
    return letter(SENDER, to, [told], key, datetime_of(NOW))


def send(
    box: Letterbox,
    scheme: str = "smtp+plain",
    *,
    host: str = "127.0.0.1",
    user: str | None = None,
    guard: Guard | None = None,
    what: EmailMessage | None = None,
) -> None:
    server = MailServer(Target(scheme, host, box.port), SENDER, user)
    hand_in(server, "geheim", guard or Guard(read_allowed(box.listed)), what or made(), ME.mailbox)


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(EngineError) as caught:
        work()
    assert "geheim" not in str(caught.value)
    return str(caught.value)


def test_a_letter_holds_what_is_told_when_it_arrives(box: Letterbox) -> None:
    send(box)
    (found,) = box.letters
    assert box.envelopes == [("youju@example.com", ("fang@example.com",))]
    assert (str(found["From"]), str(found["To"])) == ("有据 <youju@example.com>", "王芳 <fang@example.com>")
    assert found["Subject"] == "合同 <A&B> 到期 请处理"
    assert found["Message-ID"] == "<k1@example.com>"
    assert found["Auto-Submitted"] == "auto-generated"
    plain, marked_up = (body_of(found, kind) for kind in ("plain", "html"))
    assert plain.startswith("合同 <A&B> 到期\n请处理\nhttps://youju.example.com/a/sales/order/1\n")
    assert "合同 &lt;A&amp;B&gt; 到期<br>请处理<br><a href=" in marked_up
    assert box.raw[0].isascii()


def test_a_letter_is_in_the_language_of_who_gets_it(box: Letterbox) -> None:
    send(box, what=made(to=Recipient("Li", "li@example.com", "en")))
    (found,) = box.letters
    assert found["Subject"] == "Contract due"
    assert "Open the record" in body_of(found, "html")


@pytest.mark.parametrize(
    "evil",
    [
        "x\r\nBcc: thief@example.com",
        "x\nBcc: thief@example.com",
        "x\u2028Bcc: t\x00\x1b",
        "=?utf-8?q?x=0D=0ABcc:thief@example.com=0D=0A=0D=0AHello?= is due",
        "=?utf-7?q?+2AA-?=",
    ],
)
def test_no_header_is_added_by_what_a_record_or_a_name_says(box: Letterbox, evil: str) -> None:
    send(box, what=made(Told(Text(evil, evil), None), Recipient(evil, "li@example.com", "zh")))
    (found,) = box.letters
    assert found["Bcc"] is None
    assert box.envelopes[0][1] == ("fang@example.com",)
    assert "\n" not in str(found["Subject"]) + str(found["To"])


@pytest.fixture
def contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server for mail.local shows, and what believes it."""
    found = certificates(tmp_path, ["mail.local"])
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(found.server, found.key)
    return own, ssl.create_default_context(cafile=str(found.authority))


@pytest.mark.parametrize("scheme", ["smtps", "smtp"])
def test_a_letter_goes_over_tls_when_the_certificate_names_the_host(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], scheme: str
) -> None:
    own, trust = contexts
    with letterbox(own, from_the_start=scheme == "smtps") as box:
        box.users = {"me": "geheim"}
        guard = Guard(read_allowed("mail.local"), lambda _host, _port: ["127.0.0.1"], lambda: trust)
        send(box, scheme, host="mail.local", user="me", guard=guard)
        assert (box.over_tls, box.signed_in) == ([True], ["me"])
        other = Guard(read_allowed("other.local"), lambda _host, _port: ["127.0.0.1"], lambda: trust)
        assert "certificate" in refused(lambda: send(box, scheme, host="other.local", user="me", guard=other))
        unknown = Guard(read_allowed("mail.local"), lambda _host, _port: ["127.0.0.1"])
        assert "certificate" in refused(lambda: send(box, scheme, host="mail.local", user="me", guard=unknown))
        assert (len(box.raw), box.signed_in) == (1, ["me"])


def test_no_password_is_said_when_the_server_has_no_tls(box: Letterbox) -> None:
    box.users = {"me": "geheim"}
    assert refused(lambda: send(box, "smtp", user="me")).startswith("TELL-007")
    assert (box.signed_in, box.raw) == ([], [])


@pytest.mark.parametrize(
    ("allowed", "scheme", "code"),
    [("", "smtps", "CONN-004"), ("10.0.0.0/8", "smtp", "CONN-004"), ("", "smtp+plain", "CONN-004")],
)
def test_nothing_is_sent_when_the_server_is_inside_and_not_listed(
    box: Letterbox, allowed: str, scheme: str, code: str
) -> None:
    assert refused(lambda: send(box, scheme, guard=Guard(read_allowed(allowed)))).startswith(code)
    assert box.names == []


def test_nothing_is_sent_without_tls_when_the_server_is_not_listed(box: Letterbox) -> None:
    public = Guard(read_allowed(""), lambda _host, _port: ["192.0.43.7"])
    assert refused(lambda: send(box, host="mail.example.com", guard=public)).startswith("CONN-005")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("550 no such letter", "TELL-006"),
        ("554 5.7.1 rejected", "TELL-006"),
        ("451 later", "TELL-013"),
        ("421 closing", "TELL-007"),
    ],
)
def test_a_letter_is_given_up_when_the_server_never_takes_it_alone(box: Letterbox, answer: str, code: str) -> None:
    box.answers.append(answer)
    said = refused(lambda: send(box))
    assert said.startswith(code)
    assert answer in said


@pytest.mark.parametrize(("answer", "code"), [("550 unknown", "TELL-006"), ("450 greylisted", "TELL-013")])
def test_somebody_is_refused_as_the_server_says(box: Letterbox, answer: str, code: str) -> None:
    box.refused[ME.mailbox] = answer
    assert refused(lambda: send(box)).startswith(code)


def test_a_wrong_password_is_mended_and_no_letter_given_up(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    own, trust = contexts
    with letterbox(own) as box:
        box.users = {"me": "another"}
        guard = Guard(read_allowed("mail.local"), lambda _host, _port: ["127.0.0.1"], lambda: trust)
        assert refused(lambda: send(box, "smtp", host="mail.local", user="me", guard=guard)).startswith("TELL-007")


@pytest.mark.parametrize("greeting", ["554 go away", "hello", "421 too many"])
def test_a_server_that_greets_badly_is_asked_again(box: Letterbox, greeting: str) -> None:
    box.greeting = greeting
    assert refused(lambda: send(box)).startswith("TELL-007")


def test_a_letter_is_tried_again_when_the_server_goes_away_over_it(box: Letterbox) -> None:
    box.answers.append("")
    assert refused(lambda: send(box)).startswith("TELL-007")


def test_handing_in_ends_in_time_when_the_server_is_slow(box: Letterbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "SECONDS", 0.3)
    box.wait = 3
    begun = time.monotonic()
    assert "took too long" in refused(lambda: send(box))
    assert time.monotonic() - begun < 2


def test_nothing_is_sent_when_nobody_listens() -> None:
    with letterbox() as gone:
        pass
    assert "refused" in refused(lambda: send(gone))
