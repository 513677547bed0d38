"""Handing in a letter by SMTP: connected to the addresses that the guard admitted, TLS verified, bounded in time."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Mapping
from email.errors import MessageError
from typing import TYPE_CHECKING

from engine.connectors.calling import CONNECT_SECONDS, MOST_ADDRESSES
from engine.connectors.egress import Guard
from engine.connectors.telling import problems
from engine.connectors.telling.letters import one_line
from engine.connectors.telling.ways import MailServer
from engine.kernel.problems import EngineError, Problem

if TYPE_CHECKING:
    from email.message import EmailMessage

SECONDS = 20.0
"""How long handing in one letter may take, all in all."""

EXCERPT = 200
_OF_THE_LETTER = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)
READY, CLOSING, _FOR_GOOD = 220, 421, 5
"""What a server greets with, what it says as it closes, and how codes begin that will be the same the next time."""


def hand_in(server: MailServer, password: str | None, guard: Guard, letter: EmailMessage, to: str) -> None:
    """Hand in a letter for one mailbox; EngineError where it was refused (TELL-006) or did not go out (TELL-007).

    TELL-013 where the server does not take this one now, TELL-014 where it cannot be written at all.
    """
    try:
        letter.as_bytes()
    except (MessageError, ValueError) as error:
        raise EngineError(problems.UNWRITABLE.at()) from error
    wire = _connected(server, guard)
    overtime, spare = threading.Event(), wire.dup()  # TLS takes the wire over, its duplicate ends it all the same

    def end() -> None:
        overtime.set()
        try:
            spare.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has ended by itself

    watch = threading.Timer(SECONDS, end)
    watch.daemon = True
    watch.start()
    try:
        _converse(_Session(server, guard, wire), server, password, letter, to)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise EngineError(_problem(server, error, overtime=overtime.is_set())) from None
    finally:
        watch.cancel()
        spare.close()
        wire.close()


class _Session(smtplib.SMTP):
    """A session over a wire that is there already: the name of the host is for TLS alone, never looked up again."""

    def __init__(self, server: MailServer, guard: Guard, wire: socket.socket) -> None:
        super().__init__(local_hostname=server.sender.domain, timeout=SECONDS)
        self._host = server.target.host
        self.trust = guard.trust()
        self._is_secured = server.target.scheme == "smtps"
        self._wire = wire

    def _get_socket(self, host: str, _port: int, _timeout: float) -> socket.socket:
        return self.trust.wrap_socket(self._wire, server_hostname=host) if self._is_secured else self._wire


def _converse(session: _Session, server: MailServer, password: str | None, letter: EmailMessage, to: str) -> None:
    try:
        code, said = session.connect(server.target.host, server.target.port)
        if code != READY:
            raise smtplib.SMTPConnectError(code, said)
        if server.target.scheme == "smtp":
            session.starttls(context=session.trust)
        if server.user is not None:
            session.login(server.user, password or "")
        session.send_message(letter, server.sender.addr_spec, [to])
        _part(session)
    finally:
        session.close()


def _part(session: _Session) -> None:
    try:
        session.quit()
    except (smtplib.SMTPException, OSError):
        return  # the letter has been taken; that the parting failed is nobody's loss


def _connected(server: MailServer, guard: Guard) -> socket.socket:
    failure: Exception = OSError()
    for address in guard.admitted(server.target)[:MOST_ADDRESSES]:
        try:
            wire = socket.create_connection((address, server.target.port), CONNECT_SECONDS)
        except OSError as error:
            failure = error
            continue
        wire.settimeout(SECONDS)
        return wire
    raise EngineError(_problem(server, failure)) from None


def _problem(server: MailServer, error: Exception, *, overtime: bool = False) -> Problem:
    """Return the problem; only what the server said about the letter itself is final, all else may be mended."""
    answered = _answered(error)
    if answered is not None:
        code, said = answered
        if code // 100 == _FOR_GOOD and not isinstance(
            error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError
        ):
            return problems.MAIL_REFUSED.at(code=code, said=said)
        if isinstance(error, _OF_THE_LETTER) and code != CLOSING:
            return problems.MAIL_PUT_OFF.at(code=code, said=said)
        return _failed(server, f"{code} {said}", f"{code} {said}")
    if overtime or isinstance(error, TimeoutError) or "timed out" in str(error):
        return _failed(server, "超时", "it took too long")
    if isinstance(error, ssl.SSLError):
        return _failed(server, "证书不对,或不会 TLS", "its certificate is not valid for it, or it speaks no TLS")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _failed(server, "它不会 STARTTLS 或登录", "it has no STARTTLS or no sign-in")
    if isinstance(error, ConnectionRefusedError):
        return _failed(server, "拒绝连接", "the connection was refused")
    return _failed(server, "连接中断", "the connection broke off")


def _answered(error: Exception) -> tuple[int, str] | None:
    """Return what the server said, if it said anything: the code and the beginning of its words."""
    said: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        refused: Mapping[str, tuple[int, bytes]] = error.recipients
        code, said = next(iter(refused.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, said = error.smtp_code, error.smtp_error
    else:
        return None
    return code, one_line(said if isinstance(said, str) else said.decode(errors="replace"), EXCERPT)


def _failed(server: MailServer, zh: str, en: str) -> Problem:
    return problems.MAIL_FAILED.at(host=f"{server.target.host}:{server.target.port}", why_zh=zh, why_en=en)
