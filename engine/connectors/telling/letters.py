"""What people are told outside, as a letter or as the words of a robot; nothing here sends anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import TYPE_CHECKING

from engine.kernel.problems import Text

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_SUBJECT = 80
LONGEST_NAME = 120


OPENS = Text("打开记录", "Open the record")
OPENS_BOARD = Text("打开看板", "Open the board")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is told, and where the record is that it is about; ``opens`` says what the link does."""

    text: Text
    link: str | None = None
    opens: Text = OPENS


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a letter: its name, its media type and its bytes."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a letter, and in which language."""

    name: str
    mailbox: str
    language: str


def one_line(text: str, longest: int) -> str:
    """Return a text as a header may hold it: one line, nothing that cannot be seen or is code, not too long.

    An encoded word (``=?utf-8?q?…?=``) would be decoded once it is in the header, line breaks and all.
    """
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    line = line.replace("=?", "=\N{FULLWIDTH QUESTION MARK}")
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def subject_of(told: Sequence[Told], language: str) -> str:
    """Return the subject: what is told, or how much where that is more than one thing."""
    if len(told) == 1:
        return one_line(told[0].text.in_language(language), LONGEST_SUBJECT)
    first = told[0].text.in_language(language) if told else ""
    said = Text(f"{len(told)} 条汇总:{first}", f"{len(told)} messages: {first}")
    return one_line(said.in_language(language), LONGEST_SUBJECT)


def letter(
    sender: Address,
    to: Recipient,
    told: Sequence[Told],
    key: str,
    at: datetime,
    enclosed: Enclosure | None = None,
) -> EmailMessage:
    """Return a letter; its ``Message-ID`` follows from the key: who gets it twice can tell that it is the same."""
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = Address(one_line(to.name, LONGEST_NAME), addr_spec=to.mailbox)
    made["Subject"] = subject_of(told, to.language)
    made["Date"] = at
    made["Message-ID"] = f"<{key}@{sender.domain}>"
    made["Auto-Submitted"] = "auto-generated"  # so that no answering machine answers
    made["Content-Language"] = "zh-CN" if to.language.startswith("zh") else "en"
    foot = Text("由有据自动发出,请不要回复。", "Sent by Youju; please do not answer.").in_language(to.language)
    made.set_content(_plain(told, to.language, foot), cte="base64")
    made.add_alternative(_marked_up(told, to.language, foot), subtype="html", cte="base64")
    if enclosed is not None:
        main, _, sub = enclosed.media.partition("/")
        made.add_attachment(enclosed.content, maintype=main, subtype=sub, filename=enclosed.name)
    return made


def _plain(told: Sequence[Told], language: str, foot: str) -> str:
    parts = [f"{one.text.in_language(language)}\n{one.link or ''}".rstrip() for one in told]
    return "\n\n".join((*parts, f"-- \n{foot}")) + "\n"


def _marked_up(told: Sequence[Told], language: str, foot: str) -> str:
    parts = []
    for one in told:
        text = escape(one.text.in_language(language)).replace("\n", "<br>")
        link = f'<br><a href="{escape(one.link)}">{one.opens.in_language(language)}</a>' if one.link else ""
        parts.append(f"<p>{text}{link}</p>")
    tongue = "zh-CN" if language.startswith("zh") else "en"
    inside = "\n".join(parts)
    return f'<!doctype html>\n<html lang="{tongue}"><body>\n{inside}\n<p><small>{foot}</small></p>\n</body></html>\n'
