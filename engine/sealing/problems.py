"""The kinds of problems that sealing a PDF can have."""

from __future__ import annotations

from engine.kernel.problems import ProblemKind, Text

NOT_SEALABLE = ProblemKind(
    "SEAL-001",
    Text("这份 PDF 不能签名:{why}", "This PDF cannot be signed: {why}"),
    Text("请用没有加密、没有损坏的 PDF", "Use a PDF that is neither encrypted nor damaged"),
)
BAD_AUTHORITY = ProblemKind(
    "SEAL-002",
    Text("签名用的证书无法读取", "The certificates for signing cannot be read"),
    Text(
        "请从备份恢复机密文件;删除机密 {name} 会建新的证书,旧文件仍可用旧证书验证",
        "Restore the file of secrets from a backup; without the secret {name} a new authority is made",
    ),
)
