"""Reading what was captured from JSON into one form: strict, decimals as text, moments in UTC; it asks no database.

Whether a photo is live, whose a file is and what a token is worth is decided with the facts (``engine.decision``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from engine.forms.captured import problems
from engine.forms.definitions import FieldDef
from engine.forms.parsing import FIRST, ISO_MOMENT, LAST, MAX_ENTRIES, clean_text, problem, shown
from engine.forms.problems import TOO_MANY
from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import Problem
from engine.kernel.values import Value

DEVICES = ("imei", "install_id", "fingerprint")
SOURCES = ("asr", "manual")
TRUST = ("online", "offline")
PLACES = 7
"""Decimals of a degree that are kept: about a centimetre."""

LONGEST_NUMBER = 40
LONGEST_WORD = 200
LONGEST_TRANSCRIPT = 20_000
FARTHEST_METRES = 10_000_000
LONGEST_SECONDS = 86_400
MANY_FILES = 50
"""How many files a field holds that states no bound."""


class _UnreadError(ValueError):
    """A part of the value is not what it should be."""


Part = Callable[[Json], Json]


def _decimal(low: int, high: int, places: int) -> Part:
    """Return the reader of a decimal between two bounds, kept as text without zeros at its end."""

    def read(raw: Json) -> Json:
        number = isinstance(raw, int | float) and not isinstance(raw, bool)
        if number and not low <= raw <= high:
            raise _UnreadError
        written = repr(raw) if number else raw
        if not isinstance(written, str) or len(written) > LONGEST_NUMBER:
            raise _UnreadError
        try:
            value = Decimal(written.strip())
        except InvalidOperation as error:
            raise _UnreadError from error
        if not value.is_finite() or not low <= value <= high:
            raise _UnreadError
        plain = f"{round(value, places):f}"
        kept = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return "0" if kept == "-0" else kept

    return read


def _word(longest: int) -> Part:
    def read(raw: Json) -> Json:
        cleaned = clean_text(raw) if isinstance(raw, str) else None
        if cleaned is None or len(cleaned) > longest:
            raise _UnreadError
        return cleaned.strip() or None

    return read


def _one_of(*known: str) -> Part:
    def read(raw: Json) -> Json:
        if raw not in known:
            raise _UnreadError
        return raw

    return read


def _id(raw: Json) -> Json:
    if not is_uuid(raw):
        raise _UnreadError
    return raw


def _moment(raw: Json) -> Json:
    if not isinstance(raw, str) or not ISO_MOMENT.fullmatch(raw):
        raise _UnreadError
    try:
        read = clocks.moment_number(dt.datetime.fromisoformat(raw))
    except ValueError as error:
        raise _UnreadError from error
    if not FIRST <= read <= LAST:
        raise _UnreadError
    return clocks.moment_text(read)


_POSITION: Mapping[str, Part] = {
    "lat": _decimal(-90, 90, PLACES),
    "lng": _decimal(-180, 180, PLACES),
    "accuracy_m": _decimal(0, FARTHEST_METRES, 1),
}
_PHOTO: Mapping[str, Part] = {
    "file": _id,
    "token": _word(LONGEST_WORD),
    "captured_at": _moment,
    **_POSITION,
    "device_id": _word(LONGEST_WORD),
    "device_id_type": _one_of(*DEVICES),
    "trust": _one_of(*TRUST),
}
_AUDIO: Mapping[str, Part] = {
    "file": _id,
    "seconds": _decimal(0, LONGEST_SECONDS, 1),
    "transcript": _word(LONGEST_TRANSCRIPT),
    "transcript_source": _one_of(*SOURCES),
}
_SIGNATURE: Mapping[str, Part] = {"file": _id, "name": _word(LONGEST_WORD), "signed_at": _moment}
_LOCATION: Mapping[str, Part] = {**_POSITION, "address": _word(LONGEST_WORD)}


def _object(raw: Json, parts: Mapping[str, Part], *needed: str) -> dict[str, Json]:
    """Return an object with all of its parts, blank ones as null; its keys are known and the needed ones filled."""
    if not isinstance(raw, dict) or raw.keys() - parts.keys():
        raise _UnreadError
    read = {key: None if raw.get(key) in (None, "") else part(raw[key]) for key, part in parts.items()}
    if any(read[key] is None for key in needed):
        raise _UnreadError
    return read


def _refused(field: FieldDef, wanted: str, raw: Json) -> Problem:
    return problem(problems.BAD_SHAPE, field, wanted=wanted, got=shown(raw))


def most_of(field: FieldDef) -> int:
    """Return how many entries the field takes."""
    usual = 1 if field.type == "audio" else MANY_FILES
    return min(int(field.properties.get("max_count", usual)), MAX_ENTRIES)


def is_several(field: FieldDef) -> bool:
    """Tell whether a field of what is captured holds a list."""
    match field.type:
        case "attachment" | "image" | "photo":
            return True
        case "audio":
            return most_of(field) > 1
        case _:
            return False


def _bounded(field: FieldDef, count: int) -> Problem | None:
    most = most_of(field)
    return problem(TOO_MANY, field, limit=most, got=count) if count > most else None


def files(raw: Json, field: FieldDef) -> Value | Problem:
    """Read a list of file ids; each is kept once, in the order given."""
    if not isinstance(raw, list) or not all(is_uuid(item) for item in raw):
        return _refused(field, '["id", …]', raw)
    ids = tuple(dict.fromkeys(raw))
    return _bounded(field, len(ids)) or ids or None


def photos(raw: Json, field: FieldDef) -> Value | Problem:
    """Read a list of photos; one photo alone is a list of it. What a photo lacks is found when it is decided about."""
    listed = [raw] if isinstance(raw, dict) else raw
    try:
        read = [_object(item, _PHOTO, "file") for item in _listed(listed)]
    except _UnreadError:
        return _refused(field, f"[{{{', '.join(_PHOTO)}}}]", raw)
    return _bounded(field, len(read)) or read or None


def audio(raw: Json, field: FieldDef) -> Value | Problem:
    """Read one recording, or a list of them where the field takes several."""
    several = is_several(field)
    listed = [raw] if isinstance(raw, dict) else raw
    try:
        read = [_recording(item) for item in _listed(listed)]
    except _UnreadError:
        return _refused(field, f"{{{', '.join(_AUDIO)}}}", raw)
    found = _bounded(field, len(read)) or next(filter(None, (_length(field, item) for item in read)), None)
    if found is not None or not read:
        return found
    return read if several else read[0]


def _recording(raw: Json) -> dict[str, Json]:
    read = _object(raw, _AUDIO, "file", "seconds")
    if read["transcript"] is None:
        return {**read, "transcript_source": None}
    if read["transcript_source"] is None:
        raise _UnreadError
    return read


def _length(field: FieldDef, recording: Mapping[str, Json]) -> Problem | None:
    least = int(field.properties.get("min_seconds", 0))
    most = int(field.properties.get("max_seconds", LONGEST_SECONDS))
    if least <= Decimal(recording["seconds"]) <= most:
        return None
    return problem(problems.WRONG_LENGTH, field, least=least, most=most, got=recording["seconds"])


def _listed(raw: Json) -> list[Json]:
    if not isinstance(raw, list):
        raise _UnreadError
    return raw


def signature(raw: Json, field: FieldDef) -> Value | Problem:
    """Read a signature: the id of its picture alone, or with the name of who signed."""
    if raw == "":
        return None
    try:
        return _object({"file": raw} if isinstance(raw, str) else raw, _SIGNATURE, "file")
    except _UnreadError:
        return _refused(field, f"{{{', '.join(_SIGNATURE)}}}", raw)


def location(raw: Json, field: FieldDef) -> Value | Problem:
    """Read a place: its position, how exact it is and, where there is one, its address."""
    try:
        return _object(raw, _LOCATION, "lat", "lng")
    except _UnreadError:
        return _refused(field, f"{{{', '.join(_LOCATION)}}}", raw)


_WEIGHTS = (3, 1)
_EAN_LENGTHS = (8, 13)


def is_ean(code: str) -> bool:
    """Tell whether a code is an EAN-8 or EAN-13 with the right check digit."""
    if len(code) not in _EAN_LENGTHS or not (code.isascii() and code.isdigit()):
        return False
    total = sum(int(digit) * _WEIGHTS[place % 2] for place, digit in enumerate(reversed(code[:-1])))
    return -total % 10 == int(code[-1])


LONGEST_CODE = 2_000


def scan(raw: Json, field: FieldDef) -> Value | Problem:
    """Read a scanned or typed code; of a field of EAN codes the check digit must be right."""
    cleaned = clean_text(raw) if isinstance(raw, str) else None
    if cleaned is None or len(cleaned) > LONGEST_CODE:
        return _refused(field, '"6901234567892"', raw)
    code = cleaned.strip()
    if not code:
        return None
    if field.properties.get("codes") == "ean" and not is_ean(code):
        return problem(problems.BAD_CODE, field)
    return code
