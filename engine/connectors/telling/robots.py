"""Robots in the groups of WeCom, DingTalk and Feishu: what each is sent, how it is signed, and what its answer means.

The formats are those of their own documents; see docs/how-to/tell-people-outside.md for what was compared with what.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote_plus

from engine.connectors.calling import Request
from engine.connectors.egress import Target, target_of
from engine.connectors.telling import problems
from engine.connectors.telling.letters import Told, one_line
from engine.connectors.telling.ways import MOBILE, is_account
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError

SECONDS = 10.0
LONGEST = 1_900
"""Bytes of a message: WeCom takes 2048, of which mentions need some."""

REFUSALS: Mapping[str, frozenset[int]] = MappingProxyType(
    {
        "wecom": frozenset((93000,)),
        "dingtalk": frozenset((300001, 310000)),
        "feishu": frozenset((9499, 19001, 19021, 19022, 19024)),
    }
)
"""Answers that are the same the next time: no such robot, a wrong signature, a keyword that is missing."""

_BASE = re.compile(r"https?://[A-Za-z0-9_.:\[\]/~%@!$&'()*+,;=-]+")
_QUERY = re.compile(r"[A-Za-z0-9_.~%&=+-]*")


@dataclass(frozen=True)
class Robot:
    """A robot: the address that opens it, and the key with which it wants messages signed, if it does."""

    way: str
    webhook: str
    key: str | None = None

    def request(self, content: str, accounts: Sequence[str], at: Moment) -> Request:
        """Return what is sent to say something and mention these accounts; ``at`` is a real moment."""
        base, _, query = self.webhook.partition("?")
        target = _target(base) if _BASE.fullmatch(base) and _QUERY.fullmatch(query) else None
        if target is None:  # told without the address, which opens the robot
            raise EngineError(problems.BAD_WEBHOOK.at(name=f"{self.way}_webhook"))
        body, more = _BODIES[self.way](self.key, content, accounts, at)
        path = "?".join(filter(None, (target.base or "/", "&".join(filter(None, (query, more))))))
        written = json.dumps(body, ensure_ascii=False).encode()
        return Request("POST", target, path, {"Content-Type": "application/json; charset=utf-8"}, written, SECONDS)

    def secrets(self) -> tuple[str, ...]:
        """Return what no answer may repeat: the address, what of it opens the robot, and the key."""
        base, _, query = self.webhook.partition("?")
        parts = (self.webhook, query.partition("=")[2], base.rpartition("/")[2], self.key)
        return tuple(part for part in parts if part and part not in ("send", "robot"))

    def check(self, answer: Json, excerpt: str) -> None:
        """Raise EngineError (TELL-008, TELL-009) unless the message was taken; HTTP's own status says nothing here."""
        code = None
        if isinstance(answer, dict):
            code = answer.get("code", answer.get("StatusCode")) if self.way == "feishu" else answer.get("errcode")
        if code == 0 and not isinstance(code, bool):
            return
        kind = problems.ROBOT_REFUSED if code in REFUSALS[self.way] else problems.ROBOT_FAILED
        raise EngineError(kind.at(way=self.way, code="–" if code is None else code, said=excerpt))


def _target(address: str) -> Target | None:
    try:
        return target_of(address)
    except EngineError:
        return None


def dingtalk_sign(key: str, milliseconds: int) -> str:
    """Return the signature of DingTalk as its address holds it: over the time and the key, by the key."""
    said = f"{milliseconds}\n{key}".encode()
    return quote_plus(base64.b64encode(hmac.new(key.encode(), said, hashlib.sha256).digest()))


def feishu_sign(key: str, seconds: int) -> str:
    """Return the signature of Feishu: over nothing, by the time and the key."""
    return base64.b64encode(hmac.new(f"{seconds}\n{key}".encode(), b"", hashlib.sha256).digest()).decode()


def _wecom(_key: str | None, content: str, accounts: Sequence[str], _at: Moment) -> tuple[Json, str]:
    text: dict[str, Json] = {"content": content.replace("<@", "\N{FULLWIDTH LESS-THAN SIGN}@")}
    text |= {"mentioned_list": [one for one in accounts if not MOBILE.fullmatch(one)]}
    text |= {"mentioned_mobile_list": [one for one in accounts if MOBILE.fullmatch(one)]}
    return {"msgtype": "text", "text": {name: value for name, value in text.items() if value}}, ""


def _dingtalk(key: str | None, content: str, accounts: Sequence[str], at: Moment) -> tuple[Json, str]:
    mobiles = [one for one in accounts if MOBILE.fullmatch(one)]
    users = [one for one in accounts if not MOBILE.fullmatch(one)]
    named = " ".join(f"@{one}" for one in accounts)
    said = f"{content}\n{named}" if named else content
    body = {
        "msgtype": "text",
        "text": {"content": said},
        "at": {"atMobiles": mobiles, "atUserIds": users, "isAtAll": False},
    }
    return body, "" if key is None else f"timestamp={at}&sign={dingtalk_sign(key, at)}"


def _feishu(key: str | None, content: str, accounts: Sequence[str], at: Moment) -> tuple[Json, str]:
    seconds = at // 1_000
    tame = re.sub(r"<(?=\s*/?\s*at\b)", "\N{FULLWIDTH LESS-THAN SIGN}", content, flags=re.IGNORECASE)
    named = " ".join(f'<at user_id="{one}"></at>' for one in accounts if is_account(one))
    body: dict[str, Json] = {"msg_type": "text", "content": {"text": f"{tame}\n{named}" if named else tame}}
    if key is not None:
        body |= {"timestamp": str(seconds), "sign": feishu_sign(key, seconds)}
    return body, ""


_BODIES = MappingProxyType({"wecom": _wecom, "dingtalk": _dingtalk, "feishu": _feishu})


def words(told: Sequence[Told], names: Sequence[str]) -> str:
    """Return what a robot says, in Chinese as its group reads: for whom, what, and where the records are.

    What is too long for a message is cut off; of many things it is said how many are left out.
    """
    head = f"致 {one_line('、'.join(names), 100)}:" if names else ""
    if len(told) == 1:
        tail = f"\n{told[0].link}" if told[0].link else ""
        return head + _cut(told[0].text.zh, LONGEST - len(f"{head}{tail}".encode())) + tail
    said = f"{head}{len(told)} 条汇总"
    for number, one in enumerate(told):
        line = f"\n· {one_line(one.text.zh, 120)}" + (f" {one.link}" if one.link else "")
        left = f"\n…还有 {len(told) - number} 条,见站内消息"
        if len(f"{said}{line}{left}".encode()) > LONGEST:
            return said + left
        said += line
    return said


def _cut(text: str, bytes_left: int) -> str:
    written = text.encode()
    return text if len(written) <= bytes_left else written[: bytes_left - 3].decode(errors="ignore") + "…"
