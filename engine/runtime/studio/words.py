"""Expressions of a design as people say them: what is in use by labels, what was written since as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from engine.catalog.documents import Documents
from engine.catalog.editing.rules_ground import ground_of, sketched
from engine.catalog.restating import labelled
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text
from engine.language.printing.templating import print_template
from engine.runtime.desk import Desk
from engine.runtime.drafting import current_of
from engine.runtime.studio.edits import form_in

if TYPE_CHECKING:
    from engine.runtime.views import Viewer

Spoken = Mapping[tuple[str, str], tuple[str, str]]
"""By the uid of an element and a property of it: the expression as it is stored in use, and as people say it."""


class StudioWords:
    """Says expressions in the words of people."""

    def __init__(self, desk: Desk) -> None:
        """Read through ``desk``."""
        self._desk = desk

    def spoken(self, viewer: Viewer, app: str, path: str, language: Literal["zh", "en"]) -> Spoken:
        """Return the expressions of a document that is in use; none of one that is not."""
        with self._desk.reading(viewer) as reading:
            current_of(reading, app)
            found = reading.app(app)
        documents = found.definition.documents
        if path not in documents:
            return {}
        own = [item for item in found.placed if item.place.startswith(f"{path}#")]
        said = labelled({path: documents[path]}, own, language)[path]
        return dict(_pairs(documents[path], said))

    def title(self, viewer: Viewer, app: str, documents: Documents, form: str, language: Literal["zh", "en"]) -> str:
        """Return what records of a form of a draft are called, by names of fields; as written while it is wrong."""
        title = str(form_in(documents, form).get("title", ""))
        with self._desk.reading(viewer) as reading:
            catalog = sketched(reading.catalog, app, documents, self._desk.execution.catalogs.types)
        try:
            return print_template(title, ground_of(catalog, app, documents, form).scope, language)
        except EngineError:
            return title

    def form_name(self, viewer: Viewer, form: str) -> Text:
        """Return what a form of another app (``app.form``) and its app are called; as written, where it is gone."""
        app, _, key = form.partition(".")
        with self._desk.reading(viewer) as reading:
            found = reading.catalog.apps.get(app)
        forms = () if found is None else found.definition.forms
        labels = next((one.labels for one in forms if one.key == key), None)
        if found is None or labels is None:
            return Text(form, form)
        of = found.definition.labels
        return Text(f"{of.zh} · {labels.zh}", f"{of.en} · {labels.en}")


def said_of(spoken: Spoken, element: Mapping[str, Json], key: str) -> Json:
    """Return a property of an element (also ``light.red``) as people say it; as it stands where it is not in use."""
    outer, _, inner = key.rpartition(".")
    stored = (element.get(outer) or {}).get(inner) if outer else element.get(key)
    pair = spoken.get((str(element.get("uid")), key))
    return pair[1] if pair is not None and pair[0] == stored else stored


def _pairs(stored: Json, said: Json) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Go through the texts of elements in which two forms of a document differ."""
    if isinstance(stored, dict):
        for key, value in stored.items():
            if isinstance(value, str):
                if value != said[key] and "uid" in stored:
                    yield (stored["uid"], key), (value, said[key])
            elif key == "light" and "uid" in stored:
                yield from (((stored["uid"], f"light.{one}"), (value[one], said[key][one])) for one in value)
            else:
                yield from _pairs(value, said[key])
    elif isinstance(stored, list):
        for one, other in zip(stored, said, strict=True):
            yield from _pairs(one, other)
