"""Turning how a document is signed into what runs: the field of what is signed, and expressions of its signers."""

from __future__ import annotations

from engine.catalog.printouts.definitions import PrintoutDef
from engine.catalog.printouts.printouts import SignerMade
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.types import CapturedType, TextType
from engine.workflows.signing import problems
from engine.workflows.signing.definitions import SignerDef, SigningDef


def compile_signing(definition: PrintoutDef, work: Gathering) -> tuple[SignerMade, ...]:
    """Return who signs a document, as it runs; problems go to ``work``."""
    design = definition.signing
    if design is None:
        return ()
    if definition.template is not None:
        work.found.append(problems.ONLY_PAGES.at("signing"))
    _check_field(design, work)
    return tuple(_signer(f"signing.signers[{number}]", one, work) for number, one in enumerate(design.signers))


def _check_field(design: SigningDef, work: Gathering) -> None:
    form = work.scope.form
    known = [
        key
        for key, item in (form.fields if form is not None else {}).items()
        if isinstance(item.type, CapturedType) and item.type.kind == "attachment" and item.settable
    ]
    if design.field not in known:
        work.found.append(problems.NO_SIGNING_FIELD.at("signing.field", key=design.field, known=", ".join(known)))


def _signer(place: str, one: SignerDef, work: Gathering) -> SignerMade:
    if (one.person is None) == (one.name is None) or (one.person is not None and (one.mail or one.phone)):
        work.found.append(problems.WHO_SIGNS.at(place))
    texts = {part: _text(f"{place}.{part}", getattr(one, part), work) for part in ("name", "mail", "phone")}
    return SignerMade(one.labels, one.person, texts["name"], texts["mail"], texts["phone"])


def _text(place: str, source: str | None, work: Gathering) -> Expression | None:
    if source is None:
        return None
    found = work.expression(place, source)
    if found is not None and not isinstance(found.type, TextType):
        work.found.append(problems.NOT_TEXT.at(place))
    return found
