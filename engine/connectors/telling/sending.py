"""Sending what people are told, by the way out of an installation: which ways are set up, a letter, a robot's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.connectors import problems as connecting
from engine.connectors.calling import call
from engine.connectors.outside import Outside, excerpt_of, read_json
from engine.connectors.telling import problems
from engine.connectors.telling.letters import Enclosure, Recipient, Told, letter
from engine.connectors.telling.mail import hand_in
from engine.connectors.telling.robots import Robot, words
from engine.connectors.telling.ways import PASSWORD
from engine.decision.telling import MAIL
from engine.kernel.clocks import Moment, datetime_of
from engine.kernel.problems import EngineError

if TYPE_CHECKING:
    from engine.connectors.telling.ways import MailServer


def lacking(outside: Outside, way: str) -> tuple[str, ...]:
    """Return what a way needs that is not set: variables and names of secrets; nothing where it is set up."""
    known = outside.secrets.names()
    if way != MAIL:
        return () if webhook_of(way) in known else (webhook_of(way),)
    server = outside.ways.mail
    if server is None:
        return ("YOUJU_MAIL",)
    return (PASSWORD,) if server.user is not None and PASSWORD not in known else ()


def webhook_of(way: str) -> str:
    """Return the name of the secret that holds a robot's address."""
    return f"{way}_webhook"


def key_of(way: str) -> str:
    """Return the name of the secret by which messages to a robot are signed."""
    return f"{way}_key"


def send_letter(
    outside: Outside, to: Recipient, told: Sequence[Told], key: str, at: Moment, enclosed: Enclosure | None = None
) -> None:
    """Send somebody a letter; the same key gives the same ``Message-ID``. EngineError where it did not go out."""
    server = _server(outside)
    password = None if server.user is None else outside.secrets[PASSWORD]
    made = letter(server.sender, to, told, key, datetime_of(at), enclosed)
    hand_in(server, password, outside.guard, made, to.mailbox)


def _server(outside: Outside) -> MailServer:
    _refuse_closed(outside, MAIL)
    server = outside.ways.mail
    if server is None:
        raise EngineError(problems.NOT_SET_UP.at(way=MAIL, lacking="YOUJU_MAIL"))
    return server


def say(
    outside: Outside, way: str, told: Sequence[Told], names: Sequence[str], accounts: Sequence[str], at: Moment
) -> None:
    """Let a robot speak to its group, for those of these names; EngineError where it did not take the message."""
    _refuse_closed(outside, way)
    found = _robot(outside, way)
    answer = call(found.request(words(told, names), accounts, at), outside.guard)
    excerpt = excerpt_of(answer, found.secrets())
    found.check(read_json(answer, excerpt), excerpt)


def _robot(outside: Outside, way: str) -> Robot:
    if lacking(outside, way):
        raise EngineError(problems.NOT_SET_UP.at(way=way, lacking=webhook_of(way)))
    key = outside.secrets[key_of(way)] if key_of(way) in outside.secrets.names() else None
    return Robot(way, outside.secrets[webhook_of(way)], key)


def _refuse_closed(outside: Outside, way: str) -> None:
    if not outside.is_open:
        raise EngineError(connecting.CLOSED.at(way))
