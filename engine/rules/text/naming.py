"""Keys: those that labels stand for, and those of a rule for which its text states none."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

from engine.kernel.problems import ProblemKind
from engine.language.reading.suggestions import did_you_mean, nearest
from engine.language.reading.vocabulary import narrowed
from engine.rules import problems
from engine.rules.text.shapes import Domain

KEY = re.compile(r"[a-z][a-z0-9_]{0,40}")
UID_LENGTH = 12
LONGEST = 41
SHOWN = 12

Note = Callable[[ProblemKind, Mapping[str, object]], None]


@dataclass(frozen=True)
class Names:
    """The keys that may stand where something is named, by what they are called: by key and by every label.

    A label that two share stands for neither. Of a domain that is not listed nothing is known. ``onward`` gives what
    may be named on a record that a reference leads to, or in lines, by the key of these; ``formed`` what may be named
    on a form of the app. ``is_elsewhere`` says that this is a form of which nothing is known, in an app that is.
    """

    listed: Mapping[Domain, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    onward: Callable[[str], Names] | None = None
    formed: Callable[[str], Names] | None = None
    is_elsewhere: bool = False

    def beyond(self, reference: str) -> Names:
        """Return what may be named behind a reference, or in lines."""
        return replace(self, listed={}) if self.onward is None else self.onward(reference)

    def along(self, path: str) -> Names:
        """Return what may be named at the end of a path of references."""
        return reduce(Names.beyond, path.split("."), self)

    def of_form(self, form: str) -> Names:
        """Return what may be named on a form."""
        return replace(self, listed={}) if self.formed is None else self.formed(form)

    def key(self, domain: Domain, written: str, note: Note) -> str:
        """Return the key that a name stands for; what is wrong with it goes to ``note``."""
        known = self.listed.get(domain, {})
        found = known.get(_plain(written), frozenset())
        if len(found) == 1:
            return next(iter(found))
        if KEY.fullmatch(written):
            return written
        if found:
            both = ", ".join(sorted(found))
            hint_zh, hint_en = f"几个都叫这个名字,请写标识:{both}", f"Several are called so; write the key: {both}"
        elif known:
            hint_zh, hint_en = _listing(known)
        elif self.is_elsewhere:
            hint_zh = "这里查不到那个表单的显示名称(没有这个表单,或在别的应用里);请写标识(小写字母、数字和 _)"
            hint_en = (
                "The labels of that form are not known here: there is none, or it is in another app; write the key"
            )
        else:
            hint_zh = "请写标识(小写字母、数字和 _);要按名称查找,请指明应用"
            hint_en = "Write the key (lower-case letters, digits and _); labels are known where the app is named"
        tail = did_you_mean(nearest(_plain(written), known))
        note(problems.UNKNOWN_LABEL, {"got": written, "hint_zh": hint_zh, "hint_en": hint_en, **tail})
        return written


def _listing(known: Collection[str]) -> tuple[str, str]:
    """Return what there is in Chinese and in English, the beginning of it."""
    zh = [name for name in sorted(known) if not name.isascii()] or sorted(known)
    en = [name for name in sorted(known) if name.isascii() and not KEY.fullmatch(name)] or sorted(known)
    return f"已有的:{'、'.join(zh[:SHOWN])}", f"There are: {', '.join(en[:SHOWN])}"


def called(names: Mapping[str, tuple[str, ...]]) -> Mapping[str, frozenset[str]]:
    """Return keys by everything that they are called; ``names`` has the labels of each key."""
    found: dict[str, set[str]] = {}
    for key, labels in names.items():
        for name in {key, *labels}:
            found.setdefault(_plain(name), set()).add(key)
    for key in names:
        found[_plain(key)] = {key}
    return {name: frozenset(keys) for name, keys in found.items()}


def _plain(name: str) -> str:
    return narrowed(unicodedata.normalize("NFC", name)).strip()


def key_of(zh: str, en: str) -> str:
    """Return the key of a rule for which none is stated: made of its English label, or of a digest of the Chinese."""
    words = re.sub(r"[^a-z0-9]+", "_", en.lower()).strip("_")[:LONGEST].rstrip("_")
    if en.isascii() and KEY.fullmatch(words):
        return words
    return f"rule_{hashlib.sha256(zh.encode()).hexdigest()[:10]}"


def uid_of(form: str, key: str) -> str:
    """Return the uid of a rule for which none is stated: the same for the same form and key."""
    return base64.b32encode(hashlib.sha256(f"rule/{form}/{key}".encode()).digest()).decode().lower()[:UID_LENGTH]
