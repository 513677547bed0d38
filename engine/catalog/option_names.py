"""Options that go by the same word: what a text names has to be one of them and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.catalog import problems
from engine.catalog.documents import Documents
from engine.forms.definitions import option_def
from engine.forms.options import shared_names
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem


def shared_aliases(documents: Documents) -> Iterator[Problem]:
    """Yield a problem for each alias of an option by which another of the same field or list goes, too."""
    for path, document in sorted(documents.items()):
        yield from _within(document, f"{path}#")


def _within(node: Json, place: str) -> Iterator[Problem]:
    if isinstance(node, Mapping):
        for key, inner in node.items():
            if key == "options" and isinstance(inner, list) and any("aliases" in item for item in inner):
                yield from _shared(inner, f"{place}/{key}")
            else:
                yield from _within(inner, f"{place}/{key}")
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from _within(inner, f"{place}/{number}")


def _shared(listed: Json, place: str) -> Iterator[Problem]:
    options = [option_def(item) for item in listed]
    for option, alias, other in shared_names(options):
        yield problems.SHARED_ALIAS.at(
            f"{place}/{options.index(option)}/aliases",
            alias=alias,
            label_zh=option.labels.zh,
            label_en=option.labels.en,
            other_zh=other.labels.zh,
            other_en=other.labels.en,
        )
