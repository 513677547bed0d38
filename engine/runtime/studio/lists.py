"""What can be changed of the option lists of a design, each change a value that makes the next documents."""

from __future__ import annotations

from dataclasses import dataclass

from engine.catalog.documents import Documents
from engine.catalog.editing import forms, lists
from engine.catalog.editing.elements import Mint
from engine.catalog.editing.lists import lists_in, users_of
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.runtime.studio.edits import ChangeOptions, Language, changed_options, form_in, path_of

__all__ = [
    "AddList",
    "ChangeList",
    "NameList",
    "RemoveList",
    "SetAliases",
    "SetFieldAliases",
    "TakeList",
    "lists_in",
    "names_of_users",
]


def names_of_users(documents: Documents, key: str) -> tuple[Text, ...]:
    """Return what takes its options from a list."""
    return tuple(users_of(documents, key))


@dataclass(frozen=True)
class AddList:
    """A new list of this name and uid."""

    uid: str
    name: str
    language: Language

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the list."""
        own = Mint(mint.random, mint.spelled, self.uid)
        return lists.with_list(documents, forms.first_labels(self.name, self.language), own)


@dataclass(frozen=True)
class NameList:
    """A list gets another name in one language."""

    uid: str
    name: str
    language: Language

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the name."""
        return lists.with_list_named(documents, self.uid, self.name, self.language)


@dataclass(frozen=True)
class RemoveList:
    """A list goes that nothing takes its options from."""

    uid: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the list."""
        return lists.without_list(documents, self.uid)


@dataclass(frozen=True)
class ChangeList:
    """An option of a list is added, called otherwise, moved, removed or brought back, as those of a field are."""

    uid: str
    change: ChangeOptions

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the options."""
        return lists.with_list_changed(documents, self.uid, lambda one: changed_options(self.change, one, mint))


@dataclass(frozen=True)
class SetAliases:
    """The other words for an option of a list, typed between commas."""

    uid: str
    option: str
    typed: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the aliases."""
        return lists.with_list_changed(
            documents, self.uid, lambda one: lists.with_aliases(one, self.option, self.typed)
        )


@dataclass(frozen=True)
class SetFieldAliases:
    """The other words for an option of a field's own, typed between commas."""

    form: str
    field: str
    option: str
    typed: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the aliases."""
        form: Json = form_in(documents, self.form)
        field = lists.with_aliases(forms.field_of(form, self.field), self.option, self.typed)
        return {**documents, path_of(self.form): forms.replaced(form, field)}


@dataclass(frozen=True)
class TakeList:
    """A field takes its options from a list (a key), or has its own again (None)."""

    form: str
    field: str
    key: str | None

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the field."""
        form_in(documents, self.form)
        return lists.with_field_list(documents, path_of(self.form), self.field, self.key, mint)
