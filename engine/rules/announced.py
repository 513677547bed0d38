"""How notifications go out, and actions that a rule can state and this version cannot carry out yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.rules.lengths import LengthDef, length_def

Channel = Literal["in_app", "mail", "wecom", "dingtalk", "feishu"]
Digest = Literal["hourly", "daily", "weekly"]


@dataclass(frozen=True, slots=True)
class RetryDef:
    """How often something is tried at most, how long the first pause is and by what each pause grows."""

    attempts: int
    wait: LengthDef | None = None
    factor: int = 1


@dataclass(frozen=True, slots=True)
class DeliveryDef:
    """How a notification goes out, where that is not simply at once and inside of the platform.

    Inside people are told in any case; what is stated is about the ways outside. What is urgent interrupts
    however often somebody was interrupted that day; ``amount`` is an expression for what is at stake: digests have the
    greatest first.
    """

    channels: tuple[Channel, ...] = ()
    quiet_hours: tuple[str, str] | None = None
    digest: Digest | None = None
    retry: RetryDef | None = None
    is_urgent: bool = False
    amount: str | None = None

    @property
    def outside(self) -> tuple[Channel, ...]:
        """The ways that lead out of the platform."""
        return tuple(channel for channel in self.channels if channel != "in_app")


@dataclass(frozen=True, slots=True)
class SnapshotDef:
    """Keep the record as it is now, under a name."""

    labels: Text | None = None


AnnouncedDef = SnapshotDef


def delivery_def(document: Mapping[str, Json]) -> DeliveryDef | None:
    """Return how the notification of a document goes out; None where that is not stated."""
    quiet = document.get("quiet_hours")
    found = DeliveryDef(
        channels=tuple(document.get("channels", ())),
        quiet_hours=(quiet["from"], quiet["to"]) if quiet else None,
        digest=document.get("digest"),
        retry=retry_def(document),
        is_urgent=document.get("urgent", False),
        amount=document.get("amount"),
    )
    return None if found == DeliveryDef() else found


def announced_def(kind: str, body: Json) -> AnnouncedDef:
    """Return the action of a valid document; ``kind`` is its member there."""
    if kind != "snapshot":
        raise AssertionError(kind)
    return SnapshotDef(Text.from_json(body["labels"]) if "labels" in body else None)


def retry_def(document: Mapping[str, Json]) -> RetryDef | None:
    """Return how a document wants something repeated; None where it does not say."""
    found = document.get("retry")
    if found is None:
        return None
    wait = length_def(found["wait"]) if "wait" in found else None
    return RetryDef(found["attempts"], wait, found.get("factor", 1))
