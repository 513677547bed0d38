"""What was captured, before it is kept: whose files these are, and whether a photo is live, placed, timely and new.

Facts come from the shell (``FileQuery``, ``CaptureQuery``); the command's moment is the clock. What a rule puts into a
record is looked at for one thing alone: that its files are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from engine.decision.changeset import Holding, TokenUse
from engine.decision.facts import CaptureQuery, CaptureToken, FileQuery, StoredFile
from engine.decision.measured import at_path, measure
from engine.decision.pending import Saving
from engine.forms.captured import problems
from engine.forms.captured.values import CAPTURED, FILES, files_in, metres_between, position_of, wrong_file
from engine.forms.definitions import FieldDef
from engine.forms.forms import Field
from engine.forms.parsing import problem
from engine.kernel.canonical import Json
from engine.kernel.clocks import DAY_MS, Moment, moment_read, moment_text
from engine.kernel.problems import ProblemKind
from engine.kernel.values import Row, Value

MINUTE_MS = 60_000
CAPTURE_FOR = 3 * DAY_MS
"""How long after it was issued a token is good for taking a photo."""

SUBMIT_FOR = 7 * DAY_MS
"""How long after it was issued a token is good for handing the photo in."""

UNHELD_FOR = 7 * DAY_MS
"""How long a file may wait for a record to take it; then it counts as gone."""

SKEW = 5 * MINUTE_MS
"""By how much a phone's clock may be ahead or behind."""

ONLINE_WITHIN = 10 * MINUTE_MS
"""A photo whose content came that soon was handed in online."""


@dataclass(frozen=True)
class Spot:
    """One captured value in one place of the record, and what stood there before."""

    place: str
    definition: FieldDef
    value: Value
    before: Value
    key: str
    number: int | None = None


def check_given(saving: Saving) -> None:
    """Gather what the sender captured and cannot be kept, and put into the rest what the system knows of it."""
    if saving.form.captured:
        wanted = [spot for spot in spots(saving) if spot.key in saving.given]
        _fetch(saving, wanted)
        for spot in wanted:
            _settle(saving, spot, _checked(saving, spot))
        _take_places(saving)
    measure(saving)


def check_made(saving: Saving) -> None:
    """Gather what defaults and rules put into the record and is not there."""
    wanted = [spot for spot in spots(saving) if spot.key not in saving.given]
    if not wanted:
        return
    saving.work.fetch(_file_query(saving, id) for spot in wanted for id in _new_files(spot))
    for spot in wanted:
        _theirs(saving, spot, typed=False)


def hold(saving: Saving) -> None:
    """Note which files the record holds now and did not hold before."""
    app, form, record = saving.key
    saving.work.holdings += [
        Holding(id, app, form, record, spot.key) for spot in spots(saving) for id in _new_files(spot)
    ]


def spots(saving: Saving) -> Iterable[Spot]:
    """Go through the captured values that the save changes, field by field and line by line."""
    before: Row = saving.before or {}
    for item in saving.form.captured:
        value, was = saving.row.get(item.key), before.get(item.key)
        if value is None or value == was:
            continue
        if item.type is not None:
            yield Spot(item.key, item.definition, value, was, item.key)
        else:
            yield from _in_lines(item, value, was)


def _in_lines(item: Field, lines: Iterable[Row], before: tuple[Row, ...] | None) -> Iterable[Spot]:
    inside = [inner.definition for inner in item.lines.values() if inner.definition.type in CAPTURED]
    known = {line["id"]: line for line in before or ()}
    for number, line in enumerate(lines):
        was = known.get(line.get("id"), {})
        for inner in inside:
            value = line.get(inner.key)
            if value is not None and value != was.get(inner.key):
                yield Spot(f"{item.key}[{number}].{inner.key}", inner, value, was.get(inner.key), item.key, number)


def _new_files(spot: Spot) -> list[str]:
    known = files_in(spot.definition, spot.before)
    return [id for id in files_in(spot.definition, spot.value) if id not in known]


def _file_query(saving: Saving, id: str) -> FileQuery:
    return FileQuery(id, *saving.key)


def _fetch(saving: Saving, wanted: Iterable[Spot]) -> None:
    """Ask at once for the files and the tokens that are new."""
    listed = list(wanted)
    files = [_file_query(saving, id) for spot in listed for id in _new_files(spot)]
    photos = [photo for spot in listed if spot.definition.type == "photo" for photo in spot.value]
    saving.work.fetch([*files, *(CaptureQuery(str(photo["token"])) for photo in photos if photo["token"])])


def _checked(saving: Saving, spot: Spot) -> Value:
    """Return the value as it is to be kept; what is wrong with it is noted."""
    theirs = _theirs(saving, spot, typed=saving.typed)
    if not saving.typed:
        return spot.value
    match spot.definition.type:
        case "photo":
            return _photos(saving, spot, theirs)
        case "signature":
            return _signed(saving, spot) if theirs else None
        case "location":
            _check_fence(saving, spot)
            return spot.value
        case "audio" if isinstance(spot.value, dict):
            return spot.value if theirs else None
        case "audio":
            return [item for item in spot.value if item["file"] in theirs] or None
        case _:
            return tuple(id for id in spot.value if id in theirs) or None


def _theirs(saving: Saving, spot: Spot, *, typed: bool) -> frozenset[str]:
    """Return the files of a value that may be kept there; the others are noted as absent or as of a wrong type."""
    if spot.definition.type not in FILES:
        return frozenset()
    kept = set(files_in(spot.definition, spot.before))
    for id in _new_files(spot):
        file = cast("StoredFile | None", saving.work.fact(_file_query(saving, id)))
        if file is None or _is_gone(saving, file) or (typed and not _is_theirs(saving, file)):
            _note(saving, spot, problems.NO_FILE)
            continue
        refused = wrong_file(spot.definition, file.type, file.name)
        if refused is not None:
            saving.found.append(refused.under(spot.place))
        kept.add(id)
    return frozenset(kept)


def _is_gone(saving: Saving, file: StoredFile) -> bool:
    return not file.kept and file.at < saving.work.moment - UNHELD_FOR


def _is_theirs(saving: Saving, file: StoredFile) -> bool:
    return file.held or file.user == saving.work.command.actor.user


def _note(saving: Saving, spot: Spot, kind: ProblemKind, **values: object) -> None:
    saving.found.append(problem(kind, spot.definition, **values).under(spot.place))


def _photos(saving: Saving, spot: Spot, theirs: frozenset[str]) -> Value:
    """Return the photos as they are kept: what the record holds as it was, new ones with the server's stamp."""
    known = {(photo["token"], photo["file"]): photo for photo in spot.before or ()}
    kept: list[Mapping[str, Json]] = []
    for photo in spot.value:
        name = (photo["token"], photo["file"])
        if name in known:
            kept.append(known[name])
        elif photo["file"] in theirs:
            kept.append(_new_photo(saving, spot, photo))
    return kept or None


def _new_photo(saving: Saving, spot: Spot, photo: Mapping[str, Json]) -> Mapping[str, Json]:
    file = cast("StoredFile", saving.work.fact(_file_query(saving, photo["file"])))
    if spot.definition.properties.get("position", True) and position_of(photo) is None:
        _note(saving, spot, problems.NO_POSITION)
    if photo["token"] is None or photo["captured_at"] is None:
        _note(saving, spot, problems.NOT_LIVE)
        return photo
    taken = moment_read(photo["captured_at"])
    token = cast("CaptureToken | None", saving.work.fact(CaptureQuery(str(photo["token"]))))
    if token is None or token.user != saving.work.command.actor.user or _is_of_other_device(token, photo):
        _note(saving, spot, problems.NO_TOKEN)
        return photo
    device = photo["device_id"] or token.device
    if device is None:
        _note(saving, spot, problems.NO_DEVICE)
    _check_time(saving, spot, token, taken)
    _use(saving, spot, token, file)
    late = file.at - taken > ONLINE_WITHIN
    stamp = {"device_id": device, "device_id_type": photo["device_id_type"] or token.device_type}
    return {**photo, **stamp, "trust": "offline" if late else "online"}


def _is_of_other_device(token: CaptureToken, photo: Mapping[str, Json]) -> bool:
    return None not in (token.device, photo["device_id"]) and token.device != photo["device_id"]


def _check_time(saving: Saving, spot: Spot, token: CaptureToken, taken: Moment) -> None:
    now = saving.work.moment
    if now > token.issued_at + SUBMIT_FOR or taken > token.issued_at + CAPTURE_FOR:
        _note(saving, spot, problems.TOKEN_OVER)
    elif not token.issued_at - SKEW <= taken <= now + SKEW:
        _note(saving, spot, problems.WRONG_TIME)
    minutes = spot.definition.properties.get("max_age_minutes")
    if minutes is not None and now - taken > int(minutes) * MINUTE_MS:
        _note(saving, spot, problems.TOO_OLD, minutes=minutes)


def _use(saving: Saving, spot: Spot, token: CaptureToken, file: StoredFile) -> None:
    """Note that the token is used up by this photo, unless another one has done so."""
    work = saving.work
    if token.used or any(use.token == token.token for use in work.tokens_used):
        _note(saving, spot, problems.TOKEN_USED)
        return
    app, form, record = saving.key
    work.tokens_used.append(TokenUse(token.token, file.sha256, app, form, record))


def _signed(saving: Saving, spot: Spot) -> Value:
    """Return a signature with the moment at which it came; one that the record holds keeps its own."""
    same = spot.before is not None and spot.before["file"] == spot.value["file"]
    return {**spot.value, "signed_at": spot.before["signed_at"] if same else moment_text(saving.work.moment)}


def _check_fence(saving: Saving, spot: Spot) -> None:
    """Note a place that is farther from where it must be than the geofence says; without a centre there is no fence."""
    fence = spot.definition.properties.get("geofence")
    centre = None if fence is None else position_of(at_path(saving, str(fence["center"])))
    here = position_of(spot.value)
    if fence is None or centre is None or here is None:
        return
    metres = metres_between(here, centre)
    if metres > int(fence["metres"]):
        _note(saving, spot, problems.TOO_FAR, metres=metres, most=fence["metres"])


def _take_places(saving: Saving) -> None:
    """Put the position of the first photo that has one into the places that take it from there; fences hold."""
    for item in saving.form.captured:
        source = item.definition.properties.get("taken_from") if item.definition.type == "location" else None
        if source is None or source not in saving.given:
            continue
        placed = (photo for photo in saving.row.get(source) or () if position_of(photo) is not None)
        first = next(placed, None)
        place = None if first is None else {key: first[key] for key in ("lat", "lng", "accuracy_m")} | {"address": None}
        saving.settle({**saving.row, item.key: place})
        was = None if saving.before is None else saving.before.get(item.key)
        if saving.typed and place != was:  # told at the photos, which whoever sends them can take anew
            _check_fence(saving, Spot(source, item.definition, place, was, item.key))


def _settle(saving: Saving, spot: Spot, value: Value) -> None:
    """Put the value in its place."""
    if value == spot.value:
        return
    if spot.number is None:
        saving.settle({**saving.row, spot.key: value})
        return
    lines = saving.row[spot.key]
    changed = {**lines[spot.number], spot.definition.key: value}
    saving.settle({**saving.row, spot.key: (*lines[: spot.number], changed, *lines[spot.number + 1 :])})
