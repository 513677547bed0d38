"""Connectors as their documents state them; no expression is compiled and no secret is known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.forms.definitions import FieldDef, option_def
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.rules.announced import RetryDef, retry_def

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
DEFAULT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class AuthDef:
    """How a call shows who it is; ``name`` is the user of ``basic`` and the header of ``header``."""

    kind: Literal["bearer", "basic", "header"]
    secret: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class RateDef:
    """At most ``count`` calls in ``seconds``, whoever makes them."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class BreakerDef:
    """After so many failures in a row nothing is sent for a while; then one call tries."""

    failures: int = 5
    pause_seconds: int = 60


@dataclass(frozen=True, slots=True)
class ValueDef:
    """A named value: an argument of a call, or, with ``at``, what stands there in its answer."""

    field: FieldDef
    required: bool
    at: str = ""


@dataclass(frozen=True, slots=True)
class OperationDef:
    """One thing that can be asked. Its expressions see the record of ``form``, if one is named, and the arguments.

    ``values`` are taken from the answer; where ``accepted_when`` does not hold over them, the call has failed. ``sets``
    are fields of the record that get values of expressions over them.
    """

    uid: str
    key: str
    labels: Text
    method: Method
    path: str
    form: str | None = None
    arguments: tuple[ValueDef, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    values: tuple[ValueDef, ...] = ()
    accepted_when: str | None = None
    sets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConnectorDef:
    """A partner's service. Its address is ``base_url``, or what the secret ``base_secret`` says."""

    uid: str
    key: str
    labels: Text
    base_url: str | None
    base_secret: str | None
    operations: tuple[OperationDef, ...]
    auth: AuthDef | None = None
    seconds: int = DEFAULT_SECONDS
    rate: RateDef | None = None
    retry: RetryDef | None = None
    breaker: BreakerDef = field(default_factory=BreakerDef)
    health: str | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that a call needs."""
        named = (self.base_secret, self.auth.secret if self.auth else None)
        return tuple(name for name in named if name is not None)


def connector_def(document: Json) -> ConnectorDef:
    """Return the connector that a valid document states."""
    base = document["base_url"]
    rate, breaker = document.get("rate"), document.get("breaker", {})
    return ConnectorDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        base_url=base if isinstance(base, str) else None,
        base_secret=None if isinstance(base, str) else base["secret"],
        operations=tuple(map(_operation_def, document["operations"])),
        auth=_auth_def(document.get("auth")),
        seconds=document.get("timeout_seconds", DEFAULT_SECONDS),
        rate=RateDef(rate["count"], rate["seconds"]) if rate else None,
        retry=retry_def(document),
        breaker=BreakerDef(**breaker),
        health=document.get("health"),
    )


def _auth_def(document: Json) -> AuthDef | None:
    if document is None:
        return None
    ((kind, body),) = document.items()
    match kind:
        case "basic":
            return AuthDef("basic", body["password"]["secret"], body["user"])
        case "header":
            return AuthDef("header", body["value"]["secret"], body["name"])
        case _:
            return AuthDef("bearer", body["secret"])


def _operation_def(document: Json) -> OperationDef:
    answer = document.get("answer", {})
    return OperationDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        method=document["method"],
        path=document["path"],
        form=document.get("form"),
        arguments=tuple(map(_value_def, document.get("arguments", ()))),
        query=document.get("query", {}),
        headers=document.get("headers", {}),
        body=document.get("body"),
        values=tuple(map(_value_def, answer.get("values", ()))),
        accepted_when=answer.get("accepted_when"),
        sets=answer.get("set", {}),
    )


def _value_def(document: Json) -> ValueDef:
    stated = FieldDef(
        uid=document["uid"],
        key=document["key"],
        type=document["type"],
        labels=Text.from_json(document["labels"]),
        options=tuple(map(option_def, document.get("options", ()))),
        properties={key: document[key] for key in ("scale",) if key in document},
    )
    return ValueDef(stated, document.get("required", False), document.get("at", ""))
