"""How an installation tells people outside: its mail server, the address of its pages, and who can be reached where.

Robots need no setting but their secrets: the address of one is what opens it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from engine.connectors.egress import Target, target_of
from engine.connectors.telling import problems
from engine.decision.telling import MAIL, WAYS
from engine.kernel.problems import EngineError, Problem

PASSWORD = "mail_password"  # noqa: S105 - the name of a secret
PORTS = MappingProxyType({"smtps": 465, "smtp": 587, "smtp+plain": 25})
"""``smtps`` is TLS from the first byte on, ``smtp`` begins it (STARTTLS) or does nothing, ``smtp+plain`` has none."""

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_DOMAIN = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
_MAILBOX = re.compile(f"{_LOCAL}@{_DOMAIN}")
LONGEST_MAILBOX, LONGEST_NAME = 254, 120
MOBILE = re.compile(r"1\d{10}")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_@.-]{0,63}")

_ASKED = MappingProxyType(
    {
        "mail": ("邮箱地址", "a mail address", "例如 name@example.com", "For example name@example.com"),
        "wecom": ("企业微信的账号", "an account of WeCom", "写手机号或 userid", "The mobile number or the userid"),
        "dingtalk": ("钉钉的账号", "an account of DingTalk", "写手机号或 userId", "The mobile number or the userId"),
        "feishu": ("飞书的账号", "an account of Feishu", "写 open_id(ou_…)或 user_id", "The open_id (ou_…) or user_id"),
    }
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in, and in whose name; whoever has a ``user`` shows the secret ``mail_password``."""

    target: Target
    sender: Address
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """What is set of the ways outside; ``public_url`` is where people find the pages, without a slash at the end."""

    mail: MailServer | None = None
    public_url: str | None = None


def read_ways(mail: str, sender: str, public_url: str) -> Ways:
    """Return what settings state; EngineError (TELL-001 to 003) with all that cannot be read. What is blank is not set.

    Unless a sender is stated it is the user of the mail server.
    """
    found: list[Problem] = []
    server, page = None, None
    try:
        server = _server(mail, sender) if mail else None
    except EngineError as error:
        found.extend(error.problems)
    try:
        page = _page(public_url) if public_url else None
    except EngineError as error:
        found.extend(error.problems)
    if found:
        raise EngineError(found)
    return Ways(server, page)


def _server(mail: str, sender: str) -> MailServer:
    shown = _shown(mail)
    try:
        parts = urlsplit(mail)
        usual = PORTS[parts.scheme]  # looked up in any case: what is no such scheme goes out without TLS
        port = parts.port or usual
        host = target_of(f"https://{parts.netloc.rpartition('@')[2]}").host
    except (ValueError, KeyError, EngineError) as error:
        raise EngineError(problems.BAD_SERVER.at("YOUJU_MAIL", address=shown)) from error
    if parts.password is not None or parts.path.strip("/") or parts.query or parts.fragment:
        raise EngineError(problems.BAD_SERVER.at("YOUJU_MAIL", address=shown))
    user = unquote(parts.username) if parts.username else None
    return MailServer(Target(parts.scheme, host, port), _sender(sender or user or ""), user)


def _shown(written: str) -> str:
    """Return an address as a problem may show it: a password may stand before the @, though it should not."""
    return written.rpartition("@")[2][:100]


def _sender(written: str) -> Address:
    name, mailbox = parseaddr(written)
    if not is_mailbox(mailbox) or not written.isprintable():
        raise EngineError(problems.BAD_SENDER.at("YOUJU_MAIL_FROM", given=written[:100]))
    return Address(name[:LONGEST_NAME], addr_spec=mailbox)


def _page(written: str) -> str:
    try:
        target = target_of(written)
    except EngineError as error:
        raise EngineError(problems.BAD_PUBLIC_URL.at("YOUJU_PUBLIC_URL", given=_shown(written))) from error
    if target.base:
        raise EngineError(problems.BAD_PUBLIC_URL.at("YOUJU_PUBLIC_URL", given=_shown(written)))
    return f"{target.scheme}://{target.shown}"


def is_mailbox(written: str) -> bool:
    """Tell whether a text is a mail address, of ASCII alone."""
    return len(written) <= LONGEST_MAILBOX and _MAILBOX.fullmatch(written) is not None


def is_account(written: str) -> bool:
    """Tell whether a text is the account of one person; ``all`` is everybody in a group."""
    return _ACCOUNT.fullmatch(written) is not None and written.lower() != "all"


def check_address(way: str, written: str) -> None:
    """Raise EngineError (TELL-004, TELL-010) unless somebody can be reached there on this way."""
    if way not in WAYS:
        raise EngineError(problems.UNKNOWN_WAY.at(way, way=way, known=", ".join(WAYS)))
    if not (is_mailbox(written) if way == MAIL else is_account(written)):
        zh, en, hint_zh, hint_en = _ASKED[way]
        given = written[:100]
        raise EngineError(problems.BAD_ADDRESS.at(way, given=given, zh=zh, en=en, hint_zh=hint_zh, hint_en=hint_en))
