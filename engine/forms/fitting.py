"""References that fit what else is filled, as a deal of the chosen customer; as validations, so that all paths hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from engine.forms import problems
from engine.forms.definitions import FieldDef, target_of
from engine.forms.forms import Validation
from engine.kernel.problems import Text
from engine.language.compiling import compile_expression
from engine.language.gathering import Gathering
from engine.language.scope import FieldScope, FormScope
from engine.language.tree import PARENT
from engine.language.types import ReferenceType

FITTING: Final = "fitting"
_OUTER: Final = f"{PARENT}."


def pairs(item: FieldDef) -> Mapping[str, str]:
    """Return which field of the record pointed at must be as which own field, ``parent.…`` of a line's form."""
    found: Mapping[str, str] = item.properties.get(FITTING, {})
    return found


def fitting_of(work: Gathering, form: FormScope, line: FormScope, item: FieldDef, place: str) -> Iterator[Validation]:
    """Go through what a reference must fit; ``line`` is what the field stands in, ``form`` itself or lines of it.

    A pair that cannot be compared is noted (FORM-028). Where either is blank, anything fits.
    """
    target = work.scope.forms.get(target_of(item, form.app)) if pairs(item) else None
    for theirs, own in pairs(item).items():
        here = form.fields.get(own.removeprefix(_OUTER)) if own.startswith(_OUTER) else line.fields.get(own)
        there = None if target is None else target.fields.get(theirs)
        if here is None or there is None or not _is_same(here, there):
            if target is not None:
                work.found.append(problems.NOT_FITTING.at(f"{place}.{FITTING}.{theirs}", theirs=theirs, own=own))
            continue
        source = f"{item.key} is empty or {own} is empty or {item.key}.{theirs} = {own}"
        yield Validation(compile_expression(source, work.scope), _message(item.labels, here.labels or Text(own, own)))


def _is_same(here: FieldScope, there: FieldScope) -> bool:
    """Tell whether two fields point at records of one form."""
    return isinstance(here.type, ReferenceType) and here.type == there.type


def _message(label: Text, own: Text) -> Text:
    return Text(
        f"这个“{label.zh}”与填的“{own.zh}”不符:请重选一个",
        f"This “{label.en}” does not belong to the “{own.en}”: choose another",
    )
