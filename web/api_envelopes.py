"""The API of signing, on the blueprint of the API: with the rights, and the answers, of its rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, cast

from engine.kernel.canonical import Json
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Problem
from engine.runtime.signing.sending import MOST_SIGNERS, Named, Wanted
from web import api_calendar
from web.api import RECORD, answer
from web.doors import instance, viewer
from web.payloads import body_of, idempotency_key
from web.problems import NOT_FOUND, UNKNOWN_KEY, WRONG_SHAPE, RequestRefused
from web.wire_envelopes import envelope_json, link_json

if TYPE_CHECKING:
    from flask import Response

blueprint = api_calendar.blueprint
"""That of the whole API: what is not about signing stands in ``web.api``."""

ORDERS: Final = ("sequence", "together")
MOST_DAYS: Final = 100_000
PARTS: Final = ("user", "name", "mail", "phone")

_SHAPES: Final[Mapping[str, tuple[Callable[[Json], bool], str, str, str]]] = {
    "document": (lambda said: isinstance(said, str), "文档的键", "The key of a document", '"contract"'),
    "signers": (lambda said: isinstance(said, list), "签署人的列表", "A list of signers", '[{"name": "王主任"}]'),
    "order": (lambda said: said in ORDERS, ", ".join(ORDERS), ", ".join(ORDERS), '"sequence"'),
    "days": (
        lambda said: isinstance(said, int) and not isinstance(said, bool) and abs(said) < MOST_DAYS,
        "天数",
        "A number of days",
        "7",
    ),
}


def _said() -> dict[str, Json]:
    """Return what the body says, null as if it said nothing; all mistakes at once."""
    given = {key: value for key, value in body_of(*_SHAPES).items() if value is not None}
    problems: list[Problem] = []
    for key in dict.fromkeys((*given, "document")):
        fits, zh, en, example = _SHAPES[key]
        if key not in given or not fits(given[key]):
            problems.append(WRONG_SHAPE.at(key, wanted_zh=zh, wanted_en=en, example=f'{{"{key}": {example}}}'))
    if problems:
        raise EngineError(problems)
    return given


def _signers(listed: list[Json]) -> tuple[Named, ...]:
    problems: list[Problem] = []
    listed = listed[: MOST_SIGNERS + 1]  # what comes behind one too many is not looked at
    for number, one in enumerate(listed):
        place = f"signers[{number}]"
        if not isinstance(one, dict):
            example = '{"name": "王主任"}'
            problems.append(WRONG_SHAPE.at(place, wanted_zh="一位签署人", wanted_en="A signer", example=example))
            continue
        problems += [
            UNKNOWN_KEY.at(f"{place}.{key}", key=key, known=", ".join(PARTS)) for key in one if key not in PARTS
        ]
        problems += [
            WRONG_SHAPE.at(f"{place}.{key}", wanted_zh="文字", wanted_en="Words", example=f'{{"{key}": "…"}}')
            for key, value in one.items()
            if key in PARTS and value is not None and not isinstance(value, str)
        ]
    if problems:
        raise EngineError(problems)
    said = cast("list[dict[str, str | None]]", listed)
    return tuple(
        Named(one.get("name") or "", one.get("mail") or "", one.get("phone") or "", one.get("user")) for one in said
    )


def _known(identifier: str) -> str:
    if not is_uuid(identifier):
        raise RequestRefused(404, NOT_FOUND.at("id"))
    return identifier


def _number(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < len("100")):
        raise RequestRefused(404, NOT_FOUND.at("number"))
    return int(written)


@blueprint.get(f"{RECORD}/envelopes")
def envelopes_of(app: str, form: str, record_id: str) -> Response:
    """List what of a record was sent for signing, the latest first."""
    found = instance().services.envelopes.of_record(viewer(), app, form, _known(record_id))
    return answer({"items": [envelope_json(view) for view in found]})


@blueprint.post(f"{RECORD}/envelopes")
def send_for_signing(app: str, form: str, record_id: str) -> Response:
    """Make a document of a record and send it for signing: 201. Without signers, to those whom the document names."""
    said = _said()
    wanted = Wanted(_signers(said.get("signers", [])), said.get("order"), said.get("days"))
    about = (app, form, _known(record_id))
    view = instance().services.envelopes.send(viewer(), about, said["document"], wanted, idempotency_key())
    made = answer(envelope_json(view), 201)
    made.headers["Location"] = f"/api/v1/envelopes/{view.id}"
    return made


@blueprint.get("/envelopes/<envelope_id>")
def envelope(envelope_id: str) -> Response:
    """Return one envelope with its signers and the chain of what was done."""
    return answer(envelope_json(instance().services.envelopes.look(viewer(), _known(envelope_id))))


@blueprint.post("/envelopes/<envelope_id>/withdraw")
def withdraw_envelope(envelope_id: str) -> Response:
    """Take an envelope back, as its sender or the owner of its record, and return how it stands."""
    body_of()
    return answer(envelope_json(instance().services.envelopes.withdraw(viewer(), _known(envelope_id))))


@blueprint.get("/envelopes/<envelope_id>/links/<number>")
def signing_link(envelope_id: str, number: str) -> Response:
    """Return a signer's link, and the code where no mail brings it, for the sender to pass on."""
    found = instance().services.envelopes.link(viewer(), _known(envelope_id), _number(number))
    return answer(link_json(found))


@blueprint.post("/envelopes/<envelope_id>/links/<number>")
def renew_link(envelope_id: str, number: str) -> Response:
    """Give a signer another link; the one before opens nothing any more."""
    body_of()
    doors = instance().services.envelopes
    doors.renew(viewer(), _known(envelope_id), _number(number))
    return answer(link_json(doors.link(viewer(), envelope_id, _number(number))))
