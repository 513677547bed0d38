"""Names and options spelled otherwise in place: all else of a source stays as it was written."""

from __future__ import annotations

from collections.abc import Mapping

from engine.language.checking.report import Chosen, Meaning, Named
from engine.language.printing.spelling import Spelling, text_written
from engine.language.reading.vocabulary import narrowed
from engine.language.tree import Span

_QUOTED = "`\"'“”‘’「『"


def respelled(source: str, meant: Mapping[Span, Meaning], spelling: Spelling) -> str:
    """Return the source with every name and option as ``spelling`` has it.

    What stands for something without being written, as the input whose cell a source is, is left alone.
    """
    written, position = [], 0
    for (start, end), meaning in sorted(meant.items(), key=lambda item: item[0]):
        spelled = _spelled(source[start:end], meaning, spelling)
        if spelled is not None and start >= position:
            written += [source[position:start], spelled]
            position = end
    return "".join([*written, source[position:]])


def _spelled(word: str, meaning: Meaning, spelling: Spelling) -> str | None:
    match meaning:
        case Named(item) if _names(word, item.key, item.labels):
            return spelling.name(meaning, opens=True, related=False)
        case Chosen(option) if _names(word, option.key, option.labels):
            name = spelling.option(meaning)
            return word if word == name else text_written(name)  # without quotes it could be taken for an input
        case _:
            return None


def _names(word: str, key: str, labels: object) -> bool:
    known = {key, *(getattr(labels, speech, key) for speech in ("zh", "en"))}
    return narrowed(word.strip(_QUOTED + "”’」』")).strip() in {narrowed(name).strip() for name in known}
