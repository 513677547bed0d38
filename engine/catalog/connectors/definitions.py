"""Connectors as their documents state them; no expression is compiled and no secret is known here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.catalog.connectors.intakes import HookDef, IntakeDef, PullDef, hook_def, intake_def, pull_def
from engine.catalog.connectors.rates import RateDef
from engine.catalog.connectors.values import ValueDef, value_def
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
class BreakerDef:
    """After so many failures in a row nothing is sent for a while; then one call tries."""

    failures: int = 5
    pause_seconds: int = 60


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
    """A partner's service. Its address is ``base_url``, or what the secret ``base_secret`` says.

    One of which nothing is asked has none: it only sends us what its ``hooks`` take.
    """

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
    intakes: tuple[IntakeDef, ...] = ()
    hooks: tuple[HookDef, ...] = ()
    pulls: tuple[PullDef, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that a call needs."""
        named = (self.base_secret, self.auth.secret if self.auth else None)
        return tuple(name for name in named if name is not None)

    @property
    def every_secret(self) -> frozenset[str]:
        """The names of all its secrets, those by which deliveries are signed included."""
        return frozenset((*self.secrets, *(hook.signature.secret for hook in self.hooks)))


def connector_def(document: Json) -> ConnectorDef:
    """Return the connector that a valid document states."""
    base = document.get("base_url")
    rate, breaker = document.get("rate"), document.get("breaker", {})
    return ConnectorDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        base_url=base if isinstance(base, str) else None,
        base_secret=base["secret"] if isinstance(base, dict) else None,
        operations=tuple(map(_operation_def, document.get("operations", ()))),
        auth=_auth_def(document.get("auth")),
        seconds=document.get("timeout_seconds", DEFAULT_SECONDS),
        rate=RateDef(rate["count"], rate["seconds"]) if rate else None,
        retry=retry_def(document),
        breaker=BreakerDef(**breaker),
        health=document.get("health"),
        intakes=tuple(map(intake_def, document.get("intakes", ()))),
        hooks=tuple(map(hook_def, document.get("hooks", ()))),
        pulls=tuple(map(pull_def, document.get("pulls", ()))),
    )


def hooks_for(connectors: Iterable[ConnectorDef], form: str) -> frozenset[str]:
    """Return the hooks that bring items for a form."""
    return frozenset(
        hook.key
        for connector in connectors
        for hook in connector.hooks
        if any(one.key == hook.intake and one.form == form for one in connector.intakes)
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
        arguments=tuple(map(value_def, document.get("arguments", ()))),
        query=document.get("query", {}),
        headers=document.get("headers", {}),
        body=document.get("body"),
        values=tuple(map(value_def, answer.get("values", ()))),
        accepted_when=answer.get("accepted_when"),
        sets=answer.get("set", {}),
    )
