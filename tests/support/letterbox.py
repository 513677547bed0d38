"""A mail server on this machine: with TLS or without, slow, refusing or well, as told; it keeps what it was sent."""

from __future__ import annotations

import base64
import socketserver
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from email.message import EmailMessage
    from ssl import SSLContext

WELL = "250 OK"


@dataclass
class Letterbox:
    """Takes letters; ``answers`` are said to the next ones at their end, after that ``250 OK``."""

    port: int
    trust: SSLContext | None = None
    secured: SSLContext | None = None
    greeting: str = "220 here"
    wait: float = 0
    users: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    answers: deque[str] = field(default_factory=deque)
    raw: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def listed(self) -> str:
        """What an administrator lists so that it may be reached."""
        return f"127.0.0.1:{self.port}"

    @property
    def letters(self) -> list[EmailMessage]:
        """The letters as whoever reads them sees them."""
        return [cast("EmailMessage", message_from_bytes(one, policy=default)) for one in self.raw]


@contextmanager
def letterbox(secured: SSLContext | None = None, *, from_the_start: bool = False) -> Iterator[Letterbox]:
    """Give a mail server on a free port; with ``secured`` it offers STARTTLS, or speaks TLS from the start."""
    found: list[Letterbox] = []

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                if from_the_start and secured is not None:
                    self._secure(secured)
                _Talk(self, found[0], None if from_the_start else secured, is_secured=from_the_start).hold()
            except OSError:
                return  # whoever wrote has gone

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def _secure(self, context: SSLContext) -> None:
            self.request = context.wrap_socket(self.request, server_side=True)
            self.setup()

        def start_tls(self) -> None:
            assert secured is not None
            self._secure(secured)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads, allow_reuse_address = False, True  # whoever is being listened to is awaited when it closes

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of those who went away."""

    with Server(("127.0.0.1", 0), Session) as server:
        found.append(Letterbox(server.server_address[1]))
        thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
        thread.start()
        try:
            yield found[0]
        finally:
            server.shutdown()
            thread.join()


def body_of(letter: EmailMessage, kind: str = "plain") -> str:
    """Return what a letter says, as text or as ``html``."""
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


class _Talk:
    """One session."""

    def __init__(
        self, session: socketserver.StreamRequestHandler, box: Letterbox, offers: SSLContext | None, *, is_secured: bool
    ) -> None:
        self.session, self.box, self.offers, self.is_secured = session, box, offers, is_secured
        self.sender, self.recipients = "", list[str]()

    def hold(self) -> None:
        time.sleep(self.box.wait)
        self.say(self.box.greeting)
        while line := self.session.rfile.readline().decode().strip():
            word, _, rest = line.partition(" ")
            if not self.answer(word.upper(), rest):
                return

    def say(self, *lines: str) -> None:
        self.session.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def answer(self, word: str, rest: str) -> bool:
        match word:
            case "EHLO":
                self.box.names.append(rest)
                more = (["STARTTLS"] if self.offers else []) + (["AUTH PLAIN"] if self.box.users else [])
                said = ["here", *more]
                self.say(*(f"250{'-' if number < len(said) - 1 else ' '}{one}" for number, one in enumerate(said)))
            case "STARTTLS":
                self.say("220 go on")
                self.session.start_tls()  # type: ignore[attr-defined]
                self.offers, self.is_secured = None, True
            case "AUTH":
                self.sign_in(rest.partition(" ")[2])
            case "MAIL":
                self.sender = rest.partition("<")[2].partition(">")[0]
                self.say(WELL)
            case "RCPT":
                to = rest.partition("<")[2].partition(">")[0]
                self.recipients.append(to)
                self.say(self.box.refused.get(to, WELL))
            case "DATA":
                return self.take()
            case "QUIT":
                self.say("221 bye")
                return False
            case _:
                self.say(WELL)
        return True

    def sign_in(self, shown: str) -> None:
        _, user, password = base64.b64decode(shown).decode().split("\0")
        self.box.signed_in.append(user)
        self.say("235 hello" if self.box.users.get(user) == password else "535 wrong password")

    def take(self) -> bool:
        self.say("354 go on")
        lines = list[bytes]()
        while (line := self.session.rfile.readline()) != b".\r\n":
            if not line:
                return False  # broken off: it was never handed in
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        answer = self.box.answers.popleft() if self.box.answers else WELL
        if answer == WELL or not answer:
            self.box.raw.append(b"".join(lines))
            self.box.envelopes.append((self.sender, tuple(self.recipients)))
            self.box.over_tls.append(self.is_secured)
        if not answer:
            return False  # taken, and gone before it could be said
        self.say(answer)
        self.recipients.clear()
        return True
