"""How a document of a record is signed, as an app's design states it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.kernel.canonical import Json
from engine.kernel.persons import PersonsDef, persons_def
from engine.kernel.problems import Text

Order = Literal["sequence", "together"]
USUAL_DAYS, MOST_DAYS = 7, 90
MOST_SIGNERS = 20


@dataclass(frozen=True, slots=True)
class ConsentDef:
    """Something that every signer ticks before they sign."""

    key: str
    labels: Text

    def as_json(self) -> dict[str, Json]:
        """Return it as a document states it."""
        return {"key": self.key, "labels": self.labels.as_json()}


@dataclass(frozen=True, slots=True)
class SignerDef:
    """Who signs: a person of the installation, or an outsider whose name and addresses are expressions."""

    labels: Text
    person: PersonsDef | None = None
    name: str | None = None
    mail: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class SigningDef:
    """How a document is signed; what was signed is kept in ``field`` of its record."""

    field: str
    order: Order = "sequence"
    days: int = USUAL_DAYS
    consents: tuple[ConsentDef, ...] = ()
    signers: tuple[SignerDef, ...] = ()


def consent_def(document: Mapping[str, Json]) -> ConsentDef:
    """Return a consent that a valid document states."""
    return ConsentDef(document["key"], Text.from_json(document["labels"]))


def signing_def(document: Mapping[str, Json]) -> SigningDef:
    """Return what a valid document states."""
    return SigningDef(
        field=document["field"],
        order=document.get("order", "sequence"),
        days=document.get("days", USUAL_DAYS),
        consents=tuple(map(consent_def, document.get("consents", ()))),
        signers=tuple(map(_signer_def, document.get("signers", ()))),
    )


def _signer_def(document: Mapping[str, Json]) -> SignerDef:
    person = persons_def(document["person"]) if "person" in document else None
    labels = Text.from_json(document["labels"])
    return SignerDef(labels, person, document.get("name"), document.get("mail"), document.get("phone"))
