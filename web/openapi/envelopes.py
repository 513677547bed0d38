"""What the API says of signing, as schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from web.openapi.parts import ANY, AT, ID, NUMBER, TRUTH, WORD, closed, listed, named
from web.openapi.shapes import MOMENT, PERSON, Schema

BLANK: Final[Schema] = {"type": ["string", "null"]}
DIGEST: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
FILE: Final[Schema] = {"type": ["string", "null"], "format": "uuid"}
SIGNER: Final = closed(
    number=NUMBER,
    name=WORD,
    labels=named("Text"),
    user=PERSON,
    mail=BLANK,
    phone=BLANK,
    state={"enum": ["waiting", "asked", "opened", "signed", "refused"]},
    told_by={"enum": ["mail", "inside", "nobody", None], "description": "nobody: the sender passes the link on"},
    known_by={"enum": ["mail_code", "sender_code", "signed_in", None]},
    done_at=MOMENT,
    typed=BLANK,
    reason=BLANK,
)
ACT: Final = closed(
    number=NUMBER,
    at=AT,
    act=WORD,
    signer=WORD,
    actor=WORD,
    ip=BLANK,
    agent=BLANK,
    said={"type": "object", "additionalProperties": ANY},
    previous=DIGEST,
    hash=DIGEST,
    intact={**TRUTH, "description": "Whether this act, and all before it, are what they were"},
)
ENVELOPE: Final = closed(
    id=ID,
    record=closed(app=WORD, form=WORD, id=ID),
    document=WORD,
    title=WORD,
    file={**FILE, "description": "The document as it was sent; null where you may not read all that it prints"},
    sha256=DIGEST,
    state={"enum": ["sent", "opened", "signed", "refused", "expired", "withdrawn"]},
    order={"enum": ["sequence", "together"]},
    sender=WORD,
    sent_at=AT,
    expires_at=AT,
    ended_at=MOMENT,
    signers={"type": "array", "items": SIGNER},
    acts={"type": "array", "items": ACT},
    intact=TRUTH,
    changed={**TRUTH, "description": "Whether the record has changed since it was sent"},
    sealed={**TRUTH, "description": "Whether the signed document is made"},
    signed_file={**FILE, "description": "Null until it is made, and where you may not read all that it prints"},
    report_file={**FILE, "description": "Null until it is made, and for others than the sender and administrators"},
    may={"type": "array", "items": {"enum": ["link", "relink", "withdraw"]}},
)
SENDING: Final[Schema] = {
    "type": "object",
    "properties": {
        "document": {"type": "string", "description": "The key of a document that is set up for signing"},
        "signers": {
            "type": ["array", "null"],
            "description": "Who signs, in order; without it those whom the document names",
            "items": {
                "type": "object",
                "properties": {"user": BLANK, "name": BLANK, "mail": BLANK, "phone": BLANK},
                "additionalProperties": False,
            },
        },
        "order": {"enum": ["sequence", "together", None]},
        "days": {"type": ["integer", "null"], "minimum": 1, "maximum": 90},
    },
    "required": ["document"],
    "additionalProperties": False,
}
CODE: Final = closed(code=WORD, until=AT)

SCHEMAS: Final[Mapping[str, Schema]] = {
    "Envelope": ENVELOPE,
    "Envelopes": listed(named("Envelope")),
    "SendingForSigning": SENDING,
    "SigningLink": closed(
        signer=WORD,
        path={
            **BLANK,
            "description": "The link, from the address of the installation on; null where another one made it: "
            "replace it then",
        },
        address={**BLANK, "description": "All of the link, where the installation's public address is set"},
        told_by=BLANK,
        code={"anyOf": [CODE, {"type": "null"}], "description": "What the sender tells the signer, where no mail does"},
    ),
}
