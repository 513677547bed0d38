"""The names by which people and files call an option: its key, its labels, its aliases. It knows no field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.forms.definitions import OptionDef


def names_of(option: OptionDef) -> tuple[str, ...]:
    """Return what an option goes by besides its key."""
    return (option.labels.zh, option.labels.en, *option.aliases)


def option_called(options: Iterable[OptionDef], name: str) -> str | None:
    """Return the key of the option that a text names: by its key, or by a label or alias that no other one has.

    Nothing is guessed: letters count as they are written. A retired option is not named by anything; None where the
    text names none, or more than one.
    """
    live = [option for option in options if not option.retired]
    if any(option.key == name for option in live):
        return name
    found = [option.key for option in live if name in names_of(option)]
    return found[0] if len(found) == 1 else None


def shared_names(options: Iterable[OptionDef]) -> Iterator[tuple[OptionDef, str, OptionDef]]:
    """Yield each alias that another option goes by too: the option, the alias, and the first of the others."""
    live = [option for option in options if not option.retired]
    for option in live:
        for alias in option.aliases:
            for other in live:
                if other is not option and alias in (other.key, *names_of(other)):
                    yield option, alias, other
                    break
