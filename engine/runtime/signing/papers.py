"""What stands behind a signed document, and its report: who signed how, and what that proves and does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from engine.decision.standing import StandingEnvelope
from engine.kernel.clocks import Moment, datetime_of, zone
from engine.kernel.problems import Text
from engine.printouts.paper import Block, Break, Grid, Pairs, Paper, Pictures, Writing
from engine.runtime.signing.sight import hinted
from engine.sealing.authority import Authority
from engine.workflows.signing.chain import Act
from engine.workflows.signing.envelope import Signer

MARK_WIDTH = 55
"""How wide a drawn signature stands on paper, in millimetres."""

KNOWN = MappingProxyType(
    {
        "mail_code": Text("签署链接和发到邮箱的一次性验证码", "the link, and a one-time code sent to the mail address"),
        "sender_code": Text(
            "签署链接和由发件人转告的一次性验证码", "the link, and a one-time code passed on by the sender"
        ),
        "signed_in": Text("签署链接和本系统的登录", "the link, and signing in to this installation"),
    }
)
ACTS = MappingProxyType(
    {
        "send": Text("发送", "sent"),
        "tell": Text("通知", "told"),
        "open": Text("打开链接", "link opened"),
        "code": Text("请求验证码", "code asked for"),
        "code_lost": Text("验证码邮件未送达,改由发件人转告", "no mail brought the code: the sender passes it on"),
        "wrong_code": Text("验证码错误", "wrong code"),
        "enter": Text("通过验证", "identity shown"),
        "read": Text("打开文件", "document opened"),
        "sign": Text("签署", "signed"),
        "refuse": Text("拒签", "refused"),
        "relink": Text("更换链接", "link replaced"),
        "withdraw": Text("撤回", "withdrawn"),
        "expire": Text("过期", "expired"),
        "seal": Text("封存", "sealed"),
    }
)
LEVEL = (
    Text(
        "证明力等级:自建证书,仅由链接和一次性验证码(或本系统登录)确认身份。",
        "Level of evidence: a self-issued certificate; identity was checked by link and one-time code, or by sign-in, "
        "alone.",
    ),
    Text(
        "本文件的数字签名由本系统自建的证书机构签发,该机构没有电子认证服务许可;没有使用可信时间戳,时间取自本系统的时钟。",
        "Its digital signature is by a certificate authority of this installation, which holds no licence to certify. "
        "No trusted timestamp was used: times are those of this installation's clock.",
    ),
    Text(
        "它能证明:封存之后文件的任何改动都会被发现;各方的操作按顺序记录,不能悄悄增删。"
        "它不能单独证明签署人的真实身份,本报告也不主张这是《中华人民共和国电子签名法》第十三条所称的可靠的电子签名。"
        "需要该效力时,请使用持牌电子认证机构的服务。",
        "It shows that the document has not changed since it was sealed, and which acts were recorded in which order. "
        "By itself it does not prove who a signer is, and this report does not claim a reliable electronic signature "
        "within the meaning of article 13 of the Electronic Signature Law of the People's Republic of China. "
        "Where that is needed, use a licensed certification authority.",
    ),
)


def both(text: Text) -> str:
    """Return a text in both languages, once where they are the same."""
    return text.zh if text.zh == text.en else f"{text.zh} · {text.en}"


def time_words(at: Moment | None, zone_name: str) -> str:
    """Return a moment to the second, with its distance from UTC."""
    return "" if at is None else datetime_of(at).astimezone(zone(zone_name)).isoformat(" ", "seconds")


def signature_page(standing: StandingEnvelope, marks: Mapping[str, bytes], zone_name: str) -> Paper:
    """Return the page that stands behind the document: every signer with their mark, by its digest."""
    envelope = standing.envelope
    blocks: list[Block] = [
        Writing("title", "签署页 · Signature page"),
        Pairs(
            (
                (both(Text("文件", "Document")), envelope.title),
                ("SHA-256", envelope.sha256),
                (both(Text("签署编号", "Envelope")), standing.id),
            )
        ),
    ]
    for signer in envelope.signers:
        blocks.extend(_signed(standing, signer, marks, zone_name))
    blocks.append(Writing("paragraph", both(LEVEL[0])))
    return Paper(title=envelope.title, blocks=tuple(blocks), footer=standing.id)


def _known(signer: Signer) -> str:
    return "" if signer.known_by is None else both(KNOWN[signer.known_by])


def _signed(standing: StandingEnvelope, signer: Signer, marks: Mapping[str, bytes], zone_name: str) -> Iterator[Block]:
    yield Writing("heading", f"{both(signer.labels)}:{signer.name}")
    if signer.mark is not None and signer.mark in marks:
        yield Pictures((marks[signer.mark],), MARK_WIDTH)
    elif signer.typed is not None:
        yield Writing("title", signer.typed)
    ticked = "\n".join(f"√ {both(one.labels)}" for one in standing.envelope.consents if one.key in signer.consents)
    yield Pairs(
        (
            (both(Text("签署时间", "Signed at")), time_words(signer.done_at, zone_name)),
            (both(Text("身份确认", "Identity by")), _known(signer)),
            *(((both(Text("已勾选", "Ticked")), ticked),) if ticked else ()),
        )
    )


def report(
    standing: StandingEnvelope, acts: Sequence[Act], authority: Authority, signed_sha256: str, zone_name: str
) -> Paper:
    """Return the report: what was signed by whom, every act with its hash, and what all of that is worth."""
    envelope = standing.envelope
    blocks: list[Block] = [
        Writing("title", "电子签署存证报告 · Evidence report"),
        Writing("heading", both(Text("证明力等级", "Level of evidence"))),
        *(Writing("paragraph", part) for text in LEVEL for part in (text.zh, text.en)),
        *_facts(standing, authority, signed_sha256, zone_name),
        Writing("heading", both(Text("签署人", "Signers"))),
        *(_of_signer(standing, one, zone_name) for one in envelope.signers),
        Break(),
        Writing("heading", both(Text("操作记录(哈希链)", "What was done (chain of hashes)"))),
        Writing(
            "paragraph",
            both(
                Text(
                    "每一步的哈希包含前一步的哈希,并写入本系统的日志。",
                    "The hash of each act covers that of the act before it, and stands in the journal of this "
                    "installation.",
                )
            ),
        ),
        _course(standing, acts, zone_name),
    ]
    return Paper(title=f"{envelope.title} – 存证报告", blocks=tuple(blocks), footer=standing.id, page_words="{number}")


def _facts(standing: StandingEnvelope, authority: Authority, signed_sha256: str, zone_name: str) -> Iterator[Block]:
    """Go through what was signed, and by which certificate."""
    envelope = standing.envelope
    yield Writing("heading", both(Text("文件", "Document")))
    yield Pairs(
        (
            (both(Text("名称", "Name")), envelope.title),
            (both(Text("签署编号", "Envelope")), standing.id),
            (both(Text("原文 SHA-256", "SHA-256 of what was shown")), envelope.sha256),
            (both(Text("签署后 SHA-256", "SHA-256 once signed")), signed_sha256),
            (both(Text("发送时间", "Sent at")), time_words(standing.sent_at, zone_name)),
        )
    )
    yield Writing("heading", both(Text("证书", "Certificate")))
    yield Pairs(
        (
            (both(Text("签发机构", "Issued by")), authority.root.subject.rfc4514_string()),
            (both(Text("机构证书 SHA-256", "SHA-256 of its certificate")), authority.fingerprint()),
            (both(Text("签名证书编号", "Serial number")), authority.serial),
            (
                both(Text("有效期至", "Valid until")),
                authority.certificate.not_valid_after_utc.isoformat(" ", "seconds"),
            ),
        )
    )


def _of_signer(standing: StandingEnvelope, signer: Signer, zone_name: str) -> Pairs:
    ticked = "\n".join(both(one.labels) for one in standing.envelope.consents if one.key in signer.consents)
    mark = (
        both(Text("手写", "drawn")) + f" {signer.mark}"
        if signer.mark
        else both(Text("输入姓名", "typed")) + f" {signer.typed or ''}"
    )
    mail = hinted(signer.mail or "") if signer.user is not None else signer.mail
    reached = " ".join(one for one in (mail, signer.phone) if one)
    return Pairs(
        (
            (both(signer.labels), signer.name),
            (both(Text("联系方式", "Reached at")), reached or both(Text("未登记", "not stated"))),
            (both(Text("身份确认", "Identity by")), _known(signer)),
            (both(Text("签名", "Signature")), mark),
            (both(Text("已勾选", "Ticked")), ticked),
            (both(Text("签署时间", "Signed at")), time_words(signer.done_at, zone_name)),
        )
    )


def _course(standing: StandingEnvelope, acts: Sequence[Act], zone_name: str) -> Grid:
    heads = ("#", both(Text("时间", "Time")), both(Text("操作", "Act")), both(Text("来自", "From")), "SHA-256")
    rows = tuple(
        (str(act.number), time_words(act.at, zone_name), _deed(standing, act), _from(act), act.hash) for act in acts
    )
    return Grid(heads, rows, widths=(1, 4, 5, 6, 6))


def _deed(standing: StandingEnvelope, act: Act) -> str:
    who = "" if act.signer is None else f" {standing.envelope.signer(act.signer).name}"
    return both(ACTS[act.act] if act.act in ACTS else Text(act.act, act.act)) + who


def _from(act: Act) -> str:
    return "\n".join(one for one in (act.ip, act.agent) if one)
