"""What an event or an action says beside what it must, as words to tap that can be taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from engine.catalog.editing.rules_details import DIGESTS, PRIORITIES, WAYS, amounts_of, details_offered
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.runtime.studio.rules import words as said
from engine.runtime.studio.rules.parts import Choices, Word
from engine.runtime.studio.rules.persons import persons_word
from engine.runtime.studio.rules.speaker import Piece, Speaker


def offered(speaker: Speaker, item: Json) -> Choices:
    """Return the details that can be added, by what they are called."""
    return tuple((name, speaker.of(said.DETAILS[name])) for name in details_offered(item, speaker.ground))


def detail_parts(speaker: Speaker, at: str, body: Json) -> Iterator[Piece]:
    """Go through the details of an event or an action, in the order in which they are told."""
    for name, told in _TOLD.items():
        if name in body:
            yield from told(speaker, f"{at}/{name}", body[name])


def _chosen(speaker: Speaker, at: str, value: str, words: Mapping[str, Text]) -> Word:
    label = speaker.of(said.DETAILS[at.rsplit("/", 1)[1]])
    return Word(at, label, speaker.labelled(words, value), "choice", (value,), speaker.choices(words), away=at)


def _copy(speaker: Speaker, at: str, listed: Json) -> Iterator[Piece]:
    yield speaker.pick(",抄送", ", copy to ")
    yield persons_word(speaker, at, listed, at)


def _channels(speaker: Speaker, at: str, ways: Json) -> Iterator[Piece]:
    shown = speaker.listed([speaker.labelled(said.WAYS, way) for way in ways])
    choices = tuple((way, speaker.of(said.WAYS[way])) for way in WAYS)
    yield speaker.pick(",通过", ", by ")
    yield Word(at, speaker.of(said.DETAILS["channels"]), shown, "several", tuple(ways), choices, away=at)


def _amount(speaker: Speaker, at: str, source: str) -> Iterator[Piece]:
    label, known = speaker.of(said.DETAILS["amount"]), amounts_of(speaker.ground)
    yield speaker.pick(",金额", ", amount ")
    if source in known:
        shown = speaker.of(speaker.ground.label(source))
        yield Word(at, label, shown, "choice", (source,), speaker.fields(known), away=at)
    else:
        yield Word(at, label, speaker.in_words(source), "code", (speaker.written(source),), away=at)


def _due(speaker: Speaker, at: str, source: str) -> Iterator[Piece]:
    yield speaker.pick(",截止", ", due ")
    yield Word(
        *(at, speaker.of(said.DETAILS["due"]), speaker.in_words(source), "code", (speaker.written(source),)), away=at
    )


def _urgent(speaker: Speaker, at: str, _: Json) -> Iterator[Piece]:
    yield speaker.pick(",", ", ")
    yield _chosen(speaker, at, "true", {"true": said.URGENT})


def _workdays(speaker: Speaker, at: str, _: Json) -> Iterator[Piece]:
    yield speaker.pick("(", " (")
    yield _chosen(speaker, at, "true", {"true": said.ON_WORKDAYS})
    yield speaker.pick(")", ")")


def _digest(speaker: Speaker, at: str, value: str) -> Iterator[Piece]:
    yield speaker.pick(",", ", ")
    yield _chosen(speaker, at, value, {key: said.GATHERED[key] for key in DIGESTS})


def _priority(speaker: Speaker, at: str, value: str) -> Iterator[Piece]:
    yield speaker.pick(",", ", ")
    yield _chosen(speaker, at, value, {key: said.PRIORITIES[key] for key in PRIORITIES})


def _quiet(speaker: Speaker, at: str, hours: Json) -> Iterator[Piece]:
    label = speaker.of(said.DETAILS["quiet_hours"])
    begins, ends = (Word(f"{at}/{key}", label, hours[key], "time", (hours[key],), away=at) for key in ("from", "to"))
    if speaker.language == "zh":
        yield from (",", begins, "到", ends, "不打扰")
    else:
        yield from (", quiet from ", begins, " to ", ends)


_TOLD: Final[Mapping[str, Callable[[Speaker, str, Json], Iterator[Piece]]]] = {
    "copy": _copy,
    "channels": _channels,
    "amount": _amount,
    "urgent": _urgent,
    "digest": _digest,
    "quiet_hours": _quiet,
    "due": _due,
    "priority": _priority,
    "workdays": _workdays,
}
