"""What of a document somebody may not read is left out of it before it is made: its places stay blank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from engine.catalog.printouts.definitions import BreakDef, PicturesDef
from engine.catalog.printouts.printouts import Block, Code, Fields, Lines, Printout, Words
from engine.language.expressions import Expression, ReadSet, reads_of
from engine.language.messages import Message
from engine.language.templates import Alternative, Each, Piece, Template
from engine.language.tree import Related

Closed = Callable[[ReadSet], bool]


@dataclass(frozen=True)
class Sieve:
    """Tells what is closed: reads over the record, and reads over rows of an app's form, or of lines."""

    closed: Closed = lambda _: False
    closed_inside: Callable[[str, str, ReadSet], bool] = lambda _, __, ___: False

    def lets(self, expression: Expression) -> bool:
        """Tell whether an expression over the record may be worked out for them."""
        return not self.closed(expression.reads)

    def lets_related(self, related: Related) -> bool:
        """Tell whether they may see the rows that ``related`` would count."""
        return not self.closed(reads_of(related))

    def lets_inside(self, app: str, form: str, expression: Expression) -> bool:
        """Tell whether an expression over such a row may be worked out for them."""
        return not self.closed_inside(app, form, expression.reads)

    def template(self, template: Template) -> Template:
        """Return a template over the record without what is closed."""
        return replace(template, parts=tuple(self._kept(template.parts, self.closed)))

    def cuts(self, message: Message) -> bool:
        """Tell whether a text over the record loses anything, in either language."""
        return any(self.template(one).parts != one.parts for one in (message.zh, message.en))

    def inside(self, related: Related, template: Template) -> Template:
        """Return a template over one of the rows without what is closed."""
        return replace(template, parts=tuple(self._kept(template.parts, self._closed_in(related))))

    def _closed_in(self, related: Related) -> Closed:
        there = related.aggregate
        return lambda reads: self.closed_inside(there.app, there.form, reads)

    def _kept(self, parts: Iterable[Piece], closed: Closed) -> Iterator[Piece]:
        for part in parts:
            match part:
                case str():
                    yield part
                case Expression():
                    yield from () if closed(part.reads) else (part,)
                case Alternative(condition, then, otherwise) if not closed(condition.reads):
                    yield Alternative(condition, tuple(self._kept(then, closed)), tuple(self._kept(otherwise, closed)))
                case Each(related, body) if not closed(reads_of(related)):
                    yield Each(related, tuple(self._kept(body, self._closed_in(related))))
                case _:
                    pass


OPEN = Sieve()
"""Nothing is closed: what a rule makes is made with the app's rights."""


def leaves_out(sieve: Sieve, app: str, printout: Printout) -> bool:
    """Tell whether anything of a document that is made of blocks would stay blank for them."""
    texts = [one for one in (printout.file_name, printout.header, printout.footer) if one is not None]
    when = printout.when
    return (
        (when is not None and not sieve.lets(when))
        or any(map(sieve.cuts, texts))
        or any(_leaves_out(sieve, (app, printout.definition.form), block) for block in printout.blocks)
    )


def _leaves_out(sieve: Sieve, about: tuple[str, str], block: Block) -> bool:
    match block:
        case Words(_, text):
            return sieve.cuts(text)
        case Fields(items):
            return not all(sieve.lets(value) for _, value in items)
        case Lines(of, columns, where, totals):
            app, form = about
            inside = [*(one.value for one in columns), *([where] if where is not None else [])]
            return (
                sieve.closed(ReadSet(fields=frozenset((of,))))
                or not all(sieve.lets(value) for _, value in totals)
                or not all(sieve.lets_inside(app, f"{form}.{of}", one) for one in inside)
            )
        case PicturesDef(of):
            return sieve.closed(ReadSet(fields=frozenset((of,))))
        case Code(text):
            return not sieve.lets(text)
        case BreakDef():
            return False
