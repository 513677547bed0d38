"""Words that stand for one of a few values of a rule: what is read and printed where a choice stands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.rules.events import OUTCOMES, SIGNED
from engine.rules.text.words import Word


def named(**words: Word) -> Mapping[str, Word]:
    """Return words by the value that they stand for."""
    return MappingProxyType(words)


CATCH_UP = named(latest=Word("latest", "最近一次"), all=Word("all", "全部"), none=Word("none", "不补"))
DECISIONS = named(**{key: Word(key, zh) for key, zh in OUTCOMES})
SIGNINGS = named(**{key: Word(key, zh) for key, zh in SIGNED})
CHANNELS = named(
    in_app=Word("in_app", "站内"),
    mail=Word("mail", "邮件"),
    wecom=Word("wecom", "企业微信"),
    dingtalk=Word("dingtalk", "钉钉"),
    feishu=Word("feishu", "飞书"),
)
PRIORITIES = named(
    low=Word("low", "低"), normal=Word("normal", "普通"), high=Word("high", "高"), urgent=Word("urgent", "紧急")
)
DIGESTS = named(hourly=Word("hourly", "每小时"), daily=Word("daily", "每天"), weekly=Word("weekly", "每周"))
