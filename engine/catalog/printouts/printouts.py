"""Documents of records as they run: every expression compiled, every name found."""

from __future__ import annotations

from dataclasses import dataclass

from engine.catalog.printouts.definitions import BreakDef, PageDef, PicturesDef, PrintoutDef, Style
from engine.catalog.printouts.office import OfficeTemplate
from engine.kernel.persons import PersonsDef
from engine.kernel.problems import Text
from engine.language.expressions import Expression
from engine.language.messages import Message


@dataclass(frozen=True, eq=False)
class Words:
    """A title, a heading or a paragraph."""

    style: Style
    text: Message


@dataclass(frozen=True, eq=False)
class Fields:
    """Fields of the record with their labels, each an expression that is the field alone."""

    items: tuple[tuple[Text, Expression], ...]
    columns: int


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table of lines; its expression sees the line."""

    labels: Text
    value: Expression
    width: int


@dataclass(frozen=True, eq=False)
class Lines:
    """A table of the lines of a field for which ``where`` holds."""

    of: str
    columns: tuple[Column, ...]
    where: Expression | None
    totals: tuple[tuple[Text, Expression], ...]


@dataclass(frozen=True, eq=False)
class Code:
    """A QR code."""

    text: Expression
    size: int


Block = Words | Fields | Lines | PicturesDef | Code | BreakDef


@dataclass(frozen=True, eq=False)
class SignerMade:
    """Who signs: a person of the installation, or somebody by expressions that give texts."""

    labels: Text
    person: PersonsDef | None = None
    name: Expression | None = None
    mail: Expression | None = None
    phone: Expression | None = None


@dataclass(frozen=True, eq=False)
class Printout:
    """One document that can be made of records of ``form``; it has ``template`` or ``blocks``."""

    definition: PrintoutDef
    when: Expression | None
    file_name: Message | None
    header: Message | None = None
    footer: Message | None = None
    blocks: tuple[Block, ...] = ()
    template: OfficeTemplate | None = None
    signers: tuple[SignerMade, ...] = ()

    @property
    def key(self) -> str:
        """Its key, unique in its app."""
        return self.definition.key

    @property
    def page(self) -> PageDef:
        """The paper."""
        return self.definition.page

    @property
    def media(self) -> str:
        """The media type of what is made."""
        return "application/pdf" if self.template is None else self.template.media

    @property
    def ending(self) -> str:
        """The ending of what is made, without a dot."""
        return "pdf" if self.template is None else self.template.ending
