"""What can be changed of a form's design, each change a value that makes the next documents of those before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.documents import Documents
from engine.catalog.editing import forms
from engine.catalog.editing.access import with_new_form, without_form
from engine.catalog.editing.elements import Mint, named
from engine.catalog.editing.problems import GONE
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.runtime.revising import RESERVED_FORMS

Language = Literal["zh", "en"]
ValidationAct = Literal["add", "holds", "message", "remove"]
OptionAct = Literal["add", "name", "move", "remove", "restore"]

GONE_PROPERTY: Final = ABSENT
"""The value of a property that is to be taken away."""


def path_of(form: str) -> str:
    """Return where the document of a form is."""
    return f"forms/{form}.json"


def form_in(documents: Documents, form: str) -> Json:
    """Return the document of a form; EngineError (APP-040) where it is gone."""
    found = documents.get(path_of(form))
    if found is None:
        raise EngineError(GONE.at(path_of(form)))
    return found


def form_keys(documents: Documents) -> tuple[str, ...]:
    """Return the keys of all forms, in their order."""
    return tuple(path.removeprefix("forms/").removesuffix(".json") for path in documents if path.startswith("forms/"))


def _on(documents: Documents, form: str, change: Callable[[Json], Json]) -> Documents:
    return {**documents, path_of(form): change(form_in(documents, form))}


@dataclass(frozen=True)
class AddForm:
    """A new form of this name and uid, for all roles of the app."""

    uid: str
    name: str
    language: Language

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the form."""
        own = Mint(mint.random, mint.spelled, self.uid)
        made = forms.new_form(
            forms.first_labels(self.name, self.language), {*form_keys(documents), *RESERVED_FORMS}, own
        )
        return with_new_form({**documents, path_of(made["key"]): made}, made["key"])


@dataclass(frozen=True)
class RenameForm:
    """A form gets another name in one language."""

    form: str
    name: str
    language: Language

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the name."""
        return _on(documents, self.form, lambda it: forms.renamed(it, self.name, self.language))


@dataclass(frozen=True)
class SetFormProperty:
    """A property of a form itself: its title, its workflow, its list."""

    form: str
    key: str
    value: Json | Absent

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""
        return _on(documents, self.form, lambda it: forms.with_own_property(it, self.key, self.value))


@dataclass(frozen=True)
class AddField:
    """A new field of a type, in a section (a uid; the last one unless stated) and in front of another, if named.

    ``lines`` is the uid of the field of lines that it becomes a column of.
    """

    form: str
    uid: str
    type: str
    labels: Json
    section: str | None = None
    before: str | None = None
    lines: str | None = None

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the field."""
        known = form_keys(documents)
        others = [key for key in known if key != self.form] or known
        own = Mint(mint.random, mint.spelled, self.uid)

        def change(form: Json) -> Json:
            if self.lines is not None:
                return forms.with_line_field(form, self.lines, self.type, self.labels, own, others[0])
            made = forms.with_field(form, self.type, self.labels, own, self.section, others[0])
            return forms.with_field_moved(made, self.uid, self.section, self.before) if self.before else made

        return _on(documents, self.form, change)


@dataclass(frozen=True)
class RenameField:
    """A field gets another name in one language; one that is ``new`` gets a key that tells the name, too."""

    form: str
    uid: str
    name: str
    language: Language
    new: bool = False

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the name."""
        made = _on(documents, self.form, lambda it: forms.with_name(it, self.uid, self.name, self.language))
        return forms.with_key_of_name(made, path_of(self.form), self.uid, mint) if self.new else made


@dataclass(frozen=True)
class SetField:
    """A property of a field is set, or taken away (ABSENT)."""

    form: str
    uid: str
    key: str
    value: Json | Absent

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""
        return _on(documents, self.form, lambda it: forms.with_property(it, self.uid, self.key, self.value))


@dataclass(frozen=True)
class SetHelp:
    """What a field says to help, in one language; blank takes it away."""

    form: str
    uid: str
    text: str
    language: Language

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the help."""
        before = forms.field_of(form_in(documents, self.form), self.uid).get("help")
        value = named(self.text.strip(), self.language, before) if self.text.strip() else ABSENT
        return _on(documents, self.form, lambda it: forms.with_property(it, self.uid, "help", value))


@dataclass(frozen=True)
class RemoveField:
    """A field goes; what records hold of it is kept."""

    form: str
    uid: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the field."""
        return _on(documents, self.form, lambda it: forms.without_field(it, self.uid))


@dataclass(frozen=True)
class MoveField:
    """A field goes in front of another (uids), or to the end of a section."""

    form: str
    uid: str
    section: str | None
    before: str | None

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents in the new order."""
        return _on(documents, self.form, lambda it: forms.with_field_moved(it, self.uid, self.section, self.before))


@dataclass(frozen=True)
class StepField:
    """A field goes one place up (-1) or down (1)."""

    form: str
    uid: str
    step: Literal[-1, 1]

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents in the new order."""
        return _on(documents, self.form, lambda it: forms.with_field_stepped(it, self.uid, self.step))


@dataclass(frozen=True)
class AddSection:
    """One more section of this name."""

    form: str
    name: str
    language: Language

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the section."""
        labels = forms.first_labels(self.name, self.language)
        return _on(documents, self.form, lambda it: forms.with_section(it, labels, mint))


@dataclass(frozen=True)
class SetSection:
    """A property of a section; ``labels`` is a name in one language, ``visible_when`` a condition or ABSENT."""

    form: str
    uid: str
    key: Literal["labels", "visible_when"]
    value: str | Absent
    language: Language

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""

        def change(form: Json) -> Json:
            value: Json | Absent = self.value
            if self.key == "labels":
                value = forms.section_labels(form, self.uid, str(self.value), self.language)
            return forms.with_section_property(form, self.uid, self.key, value)

        return _on(documents, self.form, change)


@dataclass(frozen=True)
class RemoveSection:
    """A section goes; its fields stay in the one before."""

    form: str
    uid: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the section."""
        return _on(documents, self.form, lambda it: forms.without_section(it, self.uid))


@dataclass(frozen=True)
class MoveSection:
    """A section goes in front of another, or to the end."""

    form: str
    uid: str
    before: str | None

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents in the new order."""
        return _on(documents, self.form, lambda it: forms.with_section_moved(it, self.uid, self.before))


@dataclass(frozen=True)
class ChangeOptions:
    """The options of a field: one is added, called otherwise, moved or removed.

    ``option`` is a uid. An option that records may hold, as it was ``published``, is retired and not removed; to add it
    once more brings it back.
    """

    form: str
    field: str
    act: OptionAct
    option: str = ""
    name: str = ""
    language: Language = "zh"
    before: str | None = None
    published: bool = False

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the options."""

        def change(form: Json) -> Json:
            field = forms.field_of(form, self.field)
            return forms.replaced(form, changed_options(self, field, mint))

        return _on(documents, self.form, change)


def changed_options(change: ChangeOptions, owner: Json, mint: Mint) -> Json:
    """Return what has options, a field or a list of them, with its options changed."""
    match change.act:
        case "add":
            return forms.with_option(owner, change.name, change.language, mint)
        case "name":
            return forms.with_option_named(owner, change.option, change.name, change.language)
        case "move":
            return forms.with_option_moved(owner, change.option, change.before)
        case "remove":
            return forms.without_option(owner, change.option, used=change.published)
        case "restore":
            return forms.with_option_property(owner, change.option, "retired", ABSENT)


@dataclass(frozen=True)
class ChangeValidation:
    """The validations of a field: one is added or removed (a uid), its condition is set, or its message."""

    form: str
    field: str
    act: ValidationAct
    uid: str = ""
    value: str = ""
    language: Language = "zh"

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the validations."""

        def change(form: Json) -> Json:
            match self.act:
                case "add":
                    return forms.with_validation(form, self.field, mint)
                case "remove":
                    return forms.without_validation(form, self.field, self.uid)
                case "holds" | "message":
                    what = (self.act, self.value, self.language)
                    return forms.with_validation_property(form, self.field, self.uid, *what)

        return _on(documents, self.form, change)


@dataclass(frozen=True)
class RemoveForm:
    """A form goes, with its states, the rules about it and what roles may do with it; its records are kept."""

    form: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the form."""
        form_in(documents, self.form)
        left = {path: item for path, item in documents.items() if not self._goes(path, item)}
        return without_form(left, self.form)

    def _goes(self, path: str, document: Json) -> bool:
        about = path.startswith(("workflows/", "rules/")) and document.get("form") == self.form
        return about or path == path_of(self.form)
