"""What the market offers, for somebody who decides: what a pack adds, whom it lets do what, what it promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.catalog.documents import kind_of
from engine.catalog.versions import version
from engine.forms.access import RIGHTS, Right
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem, Text
from engine.packs.installing import Step, market_packs, plan
from engine.packs.reading import Pack
from engine.runtime.publishing import version_of
from engine.runtime.services import Services
from engine.storage import revisions

ADDED = ("form", "workflow", "rule", "decision_table", "metric", "board")
"""The kinds of documents of which a pack's every one is named."""


@dataclass(frozen=True)
class Permission:
    """What one role of a pack may do with the records of one form."""

    form: Text
    rights: tuple[Right, ...]
    own: bool
    """Whether that holds of some records alone."""


State = Literal["new", "installed", "upgrade", "changed"]
"""How a pack stands here: not there, there, there in an older version, there and changed by somebody since."""


@dataclass(frozen=True)
class Offer:
    """A pack of the market: ``installed`` is the version that is there; ``steps`` what installing it comes to."""

    pack: Pack
    state: State
    installed: str | None
    steps: tuple[Step, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def adds(self) -> Mapping[str, tuple[Text, ...]]:
        """What the pack adds, by kind, by its names."""
        found: dict[str, list[Text]] = {kind: [] for kind in ADDED}
        for path, document in self.pack.documents.items():
            if (kind := kind_of(path)) in found and kind is not None:
                found[kind].append(_labels(document))
        return {kind: tuple(names) for kind, names in found.items() if names}

    @property
    def roles(self) -> tuple[tuple[Text, tuple[Permission, ...]], ...]:
        """The roles of the pack that may do anything, with what each of them may do."""
        roles = self.pack.documents.get("roles.json", {}).get("roles", ())
        found = ((_labels(role), tuple(self._permissions(role))) for role in roles)
        return tuple((name, permissions) for name, permissions in found if permissions)

    @property
    def is_shared(self) -> bool:
        """Whether the pack has no home of its own: it is there for others that need it."""
        return "pages.json" not in self.pack.documents

    def _permissions(self, role: Json) -> Iterator[Permission]:
        for access in role.get("access", ()):
            rights = tuple(right for right in RIGHTS if access.get(right))
            form = self.pack.documents.get(f"forms/{access['form']}.json")
            name = Text(access["form"], access["form"]) if form is None else _labels(form)
            if rights:
                yield Permission(name, rights, "rows" in access)


def offers(services: Services) -> tuple[Offer, ...]:
    """Return what the market offers and how each stands here."""
    with services.execution.database.read() as connection:
        there = {app: version_of(connection, app) for app in revisions.current(connection)}
    return tuple(_offer(services, pack, there) for pack in market_packs())


def _offer(services: Services, pack: Pack, there: Mapping[str, str | None]) -> Offer:
    state, installed = _state(pack, there), there.get(pack.key)
    try:
        return Offer(pack, state, installed, plan(services, pack))
    except EngineError as error:
        return Offer(pack, state, installed, (), tuple(error.problems))


def _state(pack: Pack, there: Mapping[str, str | None]) -> State:
    if pack.key not in there:
        return "new"
    installed = there[pack.key]
    if installed is None:
        return "changed"
    return "upgrade" if version(installed) < version(pack.version) else "installed"


def _labels(document: Json) -> Text:
    labels = document.get("labels", {})
    key = str(document.get("key", ""))
    return Text(labels.get("zh", key), labels.get("en", key))
