"""What a rule of a draft may speak of: its form, its states and persons, and what its expressions name there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final

from engine.catalog.apps import Catalog
from engine.catalog.definitions import load_app
from engine.catalog.documents import Documents
from engine.forms.compiling import form_scopes
from engine.forms.definitions import OptionDef
from engine.forms.field_types import FieldType
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text
from engine.kernel.registries import Registry
from engine.language import types as language
from engine.language.scope import EMPTY_SCOPE, FieldScope, Scope

AHEAD: Final = ("state",)
"""What the platform keeps of a record that is spoken of before its own fields."""
BEHIND: Final = ("owner", "created_by", "created_at", "updated_at", "state_since", "held")
"""What it keeps that is spoken of after them; the rest is of no use in a sentence."""
_PEOPLE = (language.PersonType, language.PersonsType)
_MOMENTS = (language.DateType, language.DateTimeType)


@dataclass(frozen=True)
class Ground:
    """The form that a rule is about, in the documents of a design; ``scope`` is what its expressions may name."""

    documents: Documents
    form: str
    scope: Scope

    @cached_property
    def form_document(self) -> Mapping[str, Json]:
        """The document of the form; that of a form without fields where it is gone."""
        found: Mapping[str, Json] | None = self.documents.get(f"forms/{self.form}.json")
        return found or {"labels": {"zh": self.form, "en": self.form}, "title": self.form, "fields": []}

    @property
    def name(self) -> Text:
        """What the form is called."""
        return Text.from_json(self.form_document["labels"])

    @cached_property
    def flow(self) -> Mapping[str, Json] | None:
        """The document of the form's workflow, None where it has none."""
        flows = (item for path, item in self.documents.items() if path.startswith("workflows/"))
        return next((item for item in flows if item["form"] == self.form), None)

    @property
    def states(self) -> Mapping[str, Text]:
        """The states by key, none without a workflow."""
        return _labels((self.flow or {}).get("states", ()))

    @property
    def transitions(self) -> Mapping[str, Text]:
        """The transitions by key, none without a workflow."""
        return _labels((self.flow or {}).get("transitions", ()))

    @property
    def roles(self) -> Mapping[str, Text]:
        """The roles of the app by key."""
        return _labels(self.documents.get("roles.json", {}).get("roles", ()))

    @cached_property
    def fields(self) -> Mapping[str, FieldScope]:
        """What conditions may ask of a record itself, by key, in the order in which it is offered."""
        known = {} if self.scope.form is None else self.scope.form.fields
        own = [field["key"] for field in self.form_document["fields"]]
        return {key: known[key] for key in (*AHEAD, *own, *BEHIND) if key in known}

    @property
    def settable(self) -> Mapping[str, FieldScope]:
        """The fields of its own that a rule may set."""
        own = {field["key"] for field in self.form_document["fields"]}
        return {key: field for key, field in self.fields.items() if field.settable and key in own}

    @property
    def moments(self) -> Mapping[str, FieldScope]:
        """The days and moments on which something can fall due, those of the form first."""
        return {key: field for key, field in self.fields.items() if isinstance(field.type, _MOMENTS)}

    @property
    def people(self) -> Mapping[str, FieldScope]:
        """The form's own fields of persons."""
        return {key: field for key, field in self.settable.items() if isinstance(field.type, _PEOPLE)}

    def label(self, key: str) -> Text:
        """Return what a field is called; its key where there is none of it."""
        known = {} if self.scope.form is None else self.scope.form.fields
        found = known.get(key)
        if found is None:
            return _labels(self.form_document["fields"]).get(key, Text(key, key))
        return found.labels or Text(key, key)


def _labels(items: Json) -> Mapping[str, Text]:
    return {item["key"]: Text.from_json(item["labels"]) for item in items}


def sketched(catalog: Catalog, app: str, documents: Documents, types: Registry[FieldType]) -> Catalog:
    """Return the apps with the forms, states and roles of a draft, without compiling what is made of them.

    Where the documents are not those of an app as yet, what is in use answers in their place.
    """
    try:
        definition = load_app(documents, types)
    except EngineError:
        return catalog
    flows = {flow.form: flow for flow in definition.workflows}
    scopes = dict(catalog.scopes)
    for form in definition.forms:
        states = flows[form.key].states if form.key in flows else ()
        options = tuple(OptionDef(state.uid, state.key, state.labels) for state in states)
        scopes |= {(scope.app, scope.key): scope for scope in form_scopes(app, form, options, types)}
    apps = {**catalog.apps, app: replace(catalog.apps[app], definition=definition)}
    return replace(catalog, apps=MappingProxyType(apps), scopes=MappingProxyType(scopes))


def ground_of(catalog: Catalog, app: str, documents: Documents, form: str) -> Ground:
    """Return what a rule about a form may speak of; ``catalog`` knows the draft (``sketched``)."""
    known = (app, form) in catalog.scopes
    return Ground(documents, form, replace(catalog.scope(app, form), with_old=True) if known else EMPTY_SCOPE)
