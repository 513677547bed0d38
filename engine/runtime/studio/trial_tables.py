"""What a trial of a draft reads: of every table what is the viewer's to see now, in the shape that the draft gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.runtime.listing import readable
from engine.runtime.reading import Reading
from engine.storage.form_tables import FormTables, Tables
from engine.storage.seen_tables import has_all, seen_tables


class TrialTables(Mapping[tuple[str, str], FormTables]):
    """The tables of a draft as ``real`` sees those that are in use.

    A draft may grant anything to anybody, and is tried before anybody has looked at it: whoever designs sees no more by
    it than the design in use shows them. A column that is hidden from them in some rows is blank in all of them.
    """

    def __init__(self, wanted: Tables, real: Reading) -> None:
        """Read tables that the draft wants with the rights of a reading of what is in use."""
        self._wanted, self._real = wanted, real
        self._there = {tables.main.spec.name: tables for tables in real.current.tables.values()}
        self._made: dict[tuple[str, str], FormTables] = {}

    def __getitem__(self, key: tuple[str, str]) -> FormTables:
        """Return the tables of a form; KeyError where the draft has none."""
        if key not in self._made:
            self._made[key] = self._seen(self._wanted[key])
        return self._made[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Go through the forms."""
        return iter(self._wanted)

    def __len__(self) -> int:
        """Return how many forms there are."""
        return len(self._wanted)

    def _seen(self, wanted: FormTables) -> FormTables:
        there = self._there.get(wanted.main.spec.name)
        form = None if there is None else self._real.catalog.form(there.app, there.form)
        if there is None or form is None:
            return seen_tables(wanted, None, (), ())
        where, hidden = readable(self._real, form), self._real.access(form).not_always_shown
        if not where and not hidden and has_all(wanted, there):
            return wanted
        return seen_tables(wanted, there, where, hidden)
