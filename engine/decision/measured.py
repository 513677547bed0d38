"""What the system works out of what was captured: how far two places are apart, and whether a picture came before.

It judges nothing: what a distance or a repetition means is said by rules.
"""

from __future__ import annotations

from typing import cast

from engine.decision.facts import FileQuery, RepeatQuery, StoredFile
from engine.decision.pending import Saving
from engine.forms.captured.values import metres_between, position_of
from engine.forms.definitions import scale_of, target_of
from engine.kernel.canonical import Json
from engine.kernel.values import Row, Value


def measure(saving: Saving) -> None:
    """Fill the numbers and the marks that are worked out of places and photos, where these have changed."""
    for item in saving.form.measured:
        properties = item.definition.properties
        between, photos = properties.get("metres_between"), properties.get("seen_before")
        if between is not None and _moved(saving, between):
            places = [position_of(at_path(saving, between[end])) for end in ("from", "to")]
            metres = None if None in places else metres_between(*cast("list[tuple[float, float]]", places))
            scale = 10 ** scale_of(item.definition)
            saving.settle({**saving.row, item.key: None if metres is None else metres * scale})
        elif photos is not None and photos in saving.given:
            saving.settle({**saving.row, item.key: _came_before(saving, str(photos))})


def at_path(saving: Saving, path: str) -> Value:
    """Return the value of a field, or of a field of the record that a reference leads to."""
    first, dot, last = path.partition(".")
    value = saving.row.get(first)
    if not dot or value is None:
        return value
    row = saving.work.record(*target_of(saving.form.fields[first].definition, saving.app.key), str(value))
    return None if row is None else row.get(last)


def _moved(saving: Saving, between: Json) -> bool:
    """Tell whether one of the ends is another than before: what was measured once is not measured anew later."""
    before: Row = saving.before or {}
    heads = {between[end].partition(".")[0] for end in ("from", "to")}
    return saving.before is None or any(saving.row.get(key) != before.get(key) for key in heads)


def _came_before(saving: Saving, photos: str) -> bool:
    """Tell whether another record holds a photo of the very same content in this field."""
    app, form, record = saving.key
    held = saving.row.get(photos) or ()
    files = [cast("StoredFile | None", saving.work.fact(FileQuery(photo["file"], *saving.key))) for photo in held]
    asked = [RepeatQuery(file.sha256, app, form, photos, record) for file in files if file is not None]
    saving.work.fetch(asked)
    return any(saving.work.fact(query) for query in asked)
