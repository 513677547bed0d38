"""Characters that nobody can see, or that change what one sees: which they are, and how messages name them."""

from __future__ import annotations

import unicodedata

TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of writing, so that a source no longer reads as it stands."""

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks that are drawn as nothing."""

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_SHORT = 0xFFFF
_FIRST_SELECTORS, _MORE_SELECTORS = ("\ufe00", "\ufe0f"), ("\U000e0100", "\U000e01ef")


def is_unseen(character: str) -> bool:
    """Tell whether the character is drawn as nothing: zero width, control, filler, half of one, or none at all."""
    return (
        character in _FILLERS
        or unicodedata.category(character) in _UNSEEN
        or _FIRST_SELECTORS[0] <= character <= _FIRST_SELECTORS[1]
        or _MORE_SELECTORS[0] <= character <= _MORE_SELECTORS[1]
    )


def filler_in(word: str) -> int:
    """Return where the first letter stands that is drawn as nothing, or -1."""
    return -1 if word.isascii() else next((at for at, letter in enumerate(word) if letter in _FILLERS), -1)


def code_point(character: str) -> str:
    """Return the character's number and, where it has one, its name: ``U+200B ZERO WIDTH SPACE``."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def visible(text: str) -> str:
    """Return the text with every character that cannot be seen named by its number."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"U+{ord(one):04X}" if is_unseen(one) else one for one in text)


def escaped(character: str) -> str:
    """Return the escape that stands for the character in a text."""
    return f"\\u{ord(character):04X}" if ord(character) <= _SHORT else f"\\U{ord(character):08X}"
