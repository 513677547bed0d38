"""Contracts that are signed: an app for tests of signing, its people, and short words for what signers do."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader

from engine.decision.changeset import Actor
from engine.packs.capturing import picture
from engine.runtime.publishing import publish
from engine.runtime.signing.links import Place, Signature
from engine.runtime.signing.sending import Named, Wanted
from engine.runtime.signing.views import EnvelopeView, SigningPage
from tests.support.apps import access, app, element, form, role
from tests.support.apps import field as form_field

if TYPE_CHECKING:
    from engine.boot import Instance
    from tests.support.sites import Site

PLACE = Place("203.0.113.7", "Mozilla/5.0 (Phone)")
CONSENTS = [
    {"key": "read", "labels": {"zh": "我已阅读全文", "en": "I have read all of it"}},
    {"key": "electronic", "labels": {"zh": "我同意以电子方式签署", "en": "I agree to sign electronically"}},
]
CUSTOMER = {"labels": {"zh": "甲方", "en": "Customer"}, "name": "buyer", "mail": "mail", "phone": "phone"}
OWNER = {"labels": {"zh": "乙方", "en": "Seller"}, "person": {"owner": True}}
DRAWN = "data:image/png;base64," + base64.b64encode(picture("signature")).decode()
ROLES = [
    role("staff", access("deal")),
    role("reader", access("deal", "read")),
    role("blind", access("deal", "read", hidden_fields=["papers"])),
    role("half", access("deal", "read", hidden_fields=["buyer"])),
    role("careful", access("deal", hidden_fields=["mail", "phone"])),
]
KEY = "crm"


def deal(**more: Any) -> dict[str, Any]:
    fields = [form_field(key) for key in ("name", "buyer", "mail", "phone")]
    return form("deal", *fields, form_field("papers", "attachment", **more), title="{{name}}")


def contract(**signing: Any) -> dict[str, Any]:
    """Return the document that is signed; ``signing`` says how."""
    return {
        "format": 1,
        "kind": "document",
        **element("contract"),
        "labels": {"zh": "合同", "en": "Contract"},
        "form": "deal",
        "file_name": {"zh": "合同 {{name}}", "en": "Contract {{name}}"},
        "content": [{"title": {"zh": "合同 {{name}}", "en": "Contract {{name}}"}}, {"fields": {"keys": ["buyer"]}}],
        "signing": {"field": "papers", "consents": CONSENTS, "signers": [CUSTOMER, OWNER], **signing},
    }


PEOPLE = {"ge": "staff", "li": "staff", "ruth": "reader", "bo": "blind", "nell": "half", "kai": "careful"}
NAMES = {"ge": "葛明", "li": "李娜"}


@dataclass
class Installed:
    """An installation as ``Contracts`` asks for it: its people have passwords, so that they can sign in."""

    instance: Instance
    password: str

    @property
    def services(self) -> Any:
        return self.instance.services

    def publish(self, documents: Any) -> None:
        named = {"form": {"zh": "合同", "en": "Deal"}, "app": {"zh": "合同管理", "en": "Contracts"}}
        labelled = {
            key: {**one, "labels": named[one["kind"]]} if one["kind"] in named else one
            for key, one in documents.items()
        }
        publish(self.services.execution, labelled, Actor(None))

    def person(self, name: str, *roles: tuple[str, str]) -> None:
        self.instance.directory.add_user(name, NAMES.get(name, name), self.password)
        for app_key, held in roles:
            self.instance.directory.grant(name, app_key, held)

    def viewer(self, name: str) -> Any:
        return self.instance.directory.viewer_of_session(self.instance.directory.sign_in(name, self.password))

    def jobs(self) -> Any:
        return self.instance.jobs()


@dataclass
class Contracts:
    """The app on an instance, and what people and signers do there."""

    site: Any
    """A ``Site``, or an ``Installed``."""

    documents: Mapping[str, Any] = field(default_factory=dict)
    visits: dict[tuple[str, int], str] = field(default_factory=dict)

    @classmethod
    def on(cls, site: Site | Installed, *rules: Any, form_of: Any = None, **signing: Any) -> Contracts:
        documents = app(form_of or deal(), contract(**signing), *rules, key=KEY, roles=ROLES)
        site.publish(documents)
        for name, held in PEOPLE.items():
            site.person(name, (KEY, held))
        site.person("stranger")
        return cls(site, documents)

    def record(self, name: str = "ge", **fields: Any) -> Any:
        given = {"name": "九江康宁", "buyer": "王主任", "mail": "wang@example.com", "phone": "138 0000 0000", **fields}
        return self.site.services.records.create(self.site.viewer(name), KEY, "deal", given)

    def send(self, record: Any, *signers: Named, name: str = "ge", key: str | None = None, **more: Any) -> EnvelopeView:
        about = (KEY, "deal", record.id)
        wanted = Wanted(signers, **more)
        view = self.site.services.envelopes.send(self.site.viewer(name), about, "contract", wanted, key)
        self.work()
        return self.look(view, name)

    def look(self, view: EnvelopeView, name: str = "ge") -> EnvelopeView:
        return self.site.services.envelopes.look(self.site.viewer(name), view.id)

    def token(self, view: EnvelopeView, number: int = 1, name: str = "ge") -> str:
        return self.site.services.envelopes.link(self.site.viewer(name), view.id, number).path.removeprefix("/sign/")

    def open(self, token: str, visit: str | None = None) -> SigningPage:
        return self.site.services.links.look(token, PLACE, visit)

    def enter(self, view: EnvelopeView, number: int = 1, name: str = "ge") -> tuple[str, str]:
        """Let a signer show who they are by the code that the sender passes on; return the link and the visit."""
        links, token = self.site.services.links, self.token(view, number, name)
        self.open(token)
        links.ask_code(token, PLACE)
        code = self.site.services.envelopes.link(self.site.viewer(name), view.id, number).code
        assert code is not None
        return token, links.enter(token, PLACE, code)

    def sign(self, view: EnvelopeView, number: int = 1, name: str = "ge", **given: Any) -> str:
        """Let a signer do all that it takes; return their link."""
        token, visit = self.enter(view, number, name)
        self.site.services.links.document(token, PLACE, visit)
        self.put(token, visit, **given)
        return token

    def put(self, token: str, visit: str | None, **given: Any) -> None:
        shown = self.open(token, visit)
        keys = tuple(one.key for one in shown.consents)
        signature = Signature(**{"sha256": shown.sha256, "consents": keys, "drawn": DRAWN, **given})
        self.site.services.links.sign(token, PLACE, visit, signature)

    def work(self) -> None:
        self.site.jobs().run_until_quiet()

    def content(self, file: str | None, name: str = "ge") -> bytes:
        assert file is not None
        _, opened = self.site.services.files.open(self.site.viewer(name), file)
        with opened:
            return opened.read()

    def signed(self) -> tuple[Any, EnvelopeView]:
        """Return a record with an envelope that everybody has signed, sealed."""
        record = self.record()
        view = self.send(record)
        self.sign(view, 1)
        self.sign(view, 2, typed="葛明", drawn="")
        self.work()
        return record, self.look(view)


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def byte_range(content: bytes) -> tuple[bytes, bytes]:
    """Return what the last signature of a PDF covers, and the signature (CMS, DER)."""
    found = list(re.finditer(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", content))[-1]
    first, size, second, rest = map(int, found.groups())
    signature = bytes.fromhex(content[first + size + 1 : second - 1].decode())
    return content[first : first + size] + content[second : second + rest], signature
