"""What can be changed of the parameters of a design; their values are no part of it and are set on their own page."""

from __future__ import annotations

from dataclasses import dataclass

from engine.catalog.documents import Documents
from engine.catalog.editing import parameters
from engine.catalog.editing.elements import Mint
from engine.catalog.editing.parameters import OF_NUMBER, TYPES, parameters_in
from engine.runtime.studio.edits import Language

__all__ = ["OF_NUMBER", "TYPES", "AddParameter", "RemoveParameter", "SetParameter", "parameters_in"]


@dataclass(frozen=True)
class AddParameter:
    """A new parameter of this name and type."""

    name: str
    language: Language
    type: str

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the parameter."""
        return parameters.with_parameter(documents, self.name, self.language, self.type, mint)


@dataclass(frozen=True)
class SetParameter:
    """A property of a parameter (a uid), as it was typed."""

    uid: str
    key: str
    typed: str
    language: Language

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""
        return parameters.with_parameter_set(documents, self.uid, self.key, self.typed, self.language)


@dataclass(frozen=True)
class RemoveParameter:
    """A parameter goes; the value that was set for it is kept for the day it comes back."""

    uid: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the parameter."""
        return parameters.without_parameter(documents, self.uid)
