"""What of a document somebody may not read is left out of it before it is made: its places stay blank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from engine.language.expressions import Expression, ReadSet, reads_of
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
