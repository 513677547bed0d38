"""The API's JSON of signing: what the runtime answers, as documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.kernel.canonical import Json

if TYPE_CHECKING:
    from engine.runtime.signing.views import EnvelopeActView, EnvelopeView, LinkView, SignerView


def envelope_json(view: EnvelopeView) -> Json:
    """Return an envelope with its signers, what was done, and what the caller may do."""
    return {
        "id": view.id,
        "record": {"app": view.app, "form": view.form, "id": view.record},
        "document": view.document,
        "title": view.title,
        "file": view.file,
        "sha256": view.sha256,
        "state": view.state,
        "order": view.order,
        "sender": view.sender,
        "sent_at": view.sent_at,
        "expires_at": view.expires_at,
        "ended_at": view.ended_at,
        "signers": [_signer_json(one) for one in view.signers],
        "acts": [_act_json(one) for one in view.acts],
        "intact": view.intact,
        "changed": view.changed,
        "sealed": view.sealed,
        "signed_file": view.signed_file,
        "report_file": view.report_file,
        "may": sorted(view.may),
    }


def _signer_json(one: SignerView) -> Json:
    return {
        "number": one.number,
        "name": one.name,
        "labels": one.labels.as_json(),
        "user": one.user,
        "mail": one.mail,
        "phone": one.phone,
        "state": one.state,
        "told_by": one.told_by,
        "known_by": one.known_by,
        "done_at": one.done_at,
        "typed": one.typed,
        "reason": one.reason,
    }


def _act_json(act: EnvelopeActView) -> Json:
    return {
        "number": act.number,
        "at": act.at,
        "act": act.act,
        "signer": act.signer,
        "actor": act.actor,
        "ip": act.ip,
        "agent": act.agent,
        "said": dict(act.said),
        "previous": act.previous,
        "hash": act.hash,
        "intact": act.intact,
    }


def link_json(view: LinkView) -> Json:
    """Return a signer's link, from the address of the installation on; its path is null where it must be replaced."""
    code = None if view.code is None else {"code": view.code, "until": view.code_until}
    return {"signer": view.signer, "path": view.path, "address": view.address, "told_by": view.told_by, "code": code}
