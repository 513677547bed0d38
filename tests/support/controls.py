"""The forms of a page as a browser would send them: every control with what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Control:
    """A form of a page: where it is sent, what it holds, and its attributes."""

    action: str
    attributes: dict[str, str | None]
    values: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        """Return the first value of a name, blank where it has none."""
        return next((value for key, value in self.values if key == name), "")

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Return what is sent besides the token, which whoever sends it has."""
        return [pair for pair in self.values if pair[0] != "_csrf"]

    @property
    def is_live(self) -> bool:
        """Whether it is sent when something of it is changed."""
        return "data-live" in self.attributes


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Control] = []
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._area: tuple[str, str] | None = None

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        match tag:
            case "form":
                self.found.append(Control(told.get("action") or "", told))
            case "input" if self.found and told.get("name"):
                is_box = told.get("type") in ("checkbox", "radio")
                if not is_box or "checked" in told:
                    self.found[-1].values.append((told["name"], told.get("value") or ""))
            case "select":
                self._select = (told.get("name") or "", [])
            case "option" if self._select:
                self._select[1].append((told.get("value") or "", "selected" in told))
            case "textarea":
                self._area = (told.get("name") or "", "")

    def handle_data(self, data):
        if self._area:
            self._area = (self._area[0], self._area[1] + data)

    def handle_endtag(self, tag):
        if tag == "select" and self._select:
            name, options = self._select
            chosen = [value for value, held in options if held] or [value for value, _ in options[:1]]
            self.found[-1].values += [(name, value) for value in chosen[-1:]]
            self._select = None
        if tag == "textarea" and self._area:
            self.found[-1].values.append(self._area)
            self._area = None


def controls_of(page: str) -> list[Control]:
    """Return the forms of a page in their order; controls outside of forms are taken for the form before them."""
    reader = _Reader()
    reader.feed(page)
    return reader.found
