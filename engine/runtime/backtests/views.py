"""What is asked of the past, and what it answers: data alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.problems import Text
from engine.storage.firsts import Kind


@dataclass(frozen=True)
class Asked:
    """A rule of an app, and the days (ISO, both included) of which it is asked.

    What is new about the rule: other values of ``parameters``, in their JSON form, and with ``draft`` the app as its
    draft has it. Without either it is asked what the rule in use would have come to.
    """

    app: str
    rule: str
    first: str
    last: str
    parameters: Mapping[str, Json] = field(default_factory=dict)
    draft: bool = False


@dataclass(frozen=True)
class Sum:
    """How many records, and what a field of them comes to, in its JSON form; None where no field is summed."""

    count: int = 0
    money: Json = None


@dataclass(frozen=True)
class Differing:
    """A record for which the changed rule would not have acted as the one in use.

    Moments are ISO text, None where a rule would never have acted. ``because`` tells why the other one did not when
    the first one did.
    """

    id: str
    title: str
    kind: Kind
    old_at: str | None
    new_at: str | None
    money: Json
    because: tuple[Text, ...]


@dataclass(frozen=True)
class BackTest:
    """What came of it.

    ``totals`` are by how a record stands; ``old`` and ``new`` of all for which the rule acted. Of the records that
    differ the first ones are listed, as far as the viewer may see them; ``unseen`` counts those left out for that.
    ``looks`` says how often was looked, every so many days (``every``, 0 for whenever something happened).
    """

    rule: str
    labels: Text
    form: str
    first: str
    last: str
    looks: int
    every: int
    money: str | None
    old: Sum
    new: Sum
    totals: Mapping[Kind, Sum]
    differing: tuple[Differing, ...]
    unseen: int

    @property
    def count(self) -> int:
        """How many records differ."""
        return sum(total.count for kind, total in self.totals.items() if kind != "same")


@dataclass(frozen=True)
class Span:
    """The time that is looked at: its days by number, and its first and last moment."""

    days: range
    begin: Moment
    end: Moment
