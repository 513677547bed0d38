"""Who is meant in a rule, in words."""

from __future__ import annotations

from engine.catalog.editing import rules_actions as actions
from engine.kernel.canonical import Json, compact
from engine.runtime.studio.rules import words as said
from engine.runtime.studio.rules.kept import as_text
from engine.runtime.studio.rules.parts import Choices, Word
from engine.runtime.studio.rules.speaker import Speaker


def persons_word(speaker: Speaker, at: str, listed: list[Json], away: str = "") -> Word:
    """Return the word for several persons; ``away`` is what goes with it where it is taken away."""
    known = [*actions.persons_offered(speaker.ground)]
    every = [*known, *(one for one in listed if one not in known)]
    shown = speaker.listed([person_words(speaker, one) for one in listed])
    choices: Choices = tuple((compact(one), person_words(speaker, one)) for one in every)
    label = speaker.pick("哪些人", "Who")
    return Word(at, label, shown, "several", tuple(map(compact, listed)), choices, away=away)


def person_words(speaker: Speaker, person: Json) -> str:
    """Return who is meant, in words."""
    kind, of = next(iter(person.items()))
    match kind:
        case "owner" | "creator":
            return speaker.of(said.PEOPLE[kind])
        case "role":
            return speaker.labelled(speaker.ground.roles, of)
        case "person":
            return speaker.in_words(of)
        case "manager_of" | "manager_chain":
            who = speaker.of(said.PEOPLE["owner"]) if of == "owner" else speaker.in_words(of)
            chain = kind == "manager_chain"
            return speaker.pick(
                f"{who}的{'各级' if chain else ''}上级", f"{'all managers' if chain else 'the manager'} of {who}"
            )
        case _:
            return as_text({"then": [{"notify": {"to": [person], "text": {"zh": "-", "en": "-"}}}]}, speaker.language)
