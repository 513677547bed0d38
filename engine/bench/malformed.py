"""Five hundred inputs and more that are no expressions, the same every time: cut off, nested, huge, disguised."""

from __future__ import annotations

from collections.abc import Iterator

MOST = 4_000
GOOD = (
    'stage = "谈判" and days_since(seen) >= 15 and budget is empty',
    "if(amount >= 100000 and count in [1, 2, 3], round(amount * 0.05, 2), coalesce(discount, 0))",
    'count(visits where outcome = "有效" 且 visited >= today() - 7) < param.visit.days',
    'customer.region.rate > 1.5 or not (name contains "\\u4e2d\\"" and due != 2026-01-31)',
    "阶段 = “谈判” 且 距今天数（更新时间） >= 15 并且 `备注(内部)` 不为空",
)
UNSEEN = (
    "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2064\ufeff\u00ad\u180e\u034f\u115f\u3164\ufe0f\U000e0041"
    "\x00\x07\x1b\x7f\ud800\udfff\ufffe"
)
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LOOKALIKES = (
    "аmount > 1", "amοunt > 1", "stаge = \"won\"", "ⅰf(budget, 1)", "ｃоunt > 1", "count ＞＞ 1", "count ‹ 1", "1 ＋＋",
    "amount ∗ 2 ∗", "amount − − > 1 −", "due = 2026‐01‐31", "name = ″a″", "name = `a´", "count ≥≥ 1", "count ⩾ 1",
    "ｎｏｔ", "１２３．．４", "𝒶mount = 1", "amount ﹥ 1", "count ⟨ 2", "阶段＝＝＝“谈判”", "⻔店 = 1", "金額 > 1",
)  # fmt: skip
QUOTES = (
    '"', "'", "`", "“", "”", "「", "name = \"a", "name = 'a\"", "name = “a」", "`a", "``", "` `",
    'name = "a\\', 'name = "\\',
    'name = "\\x41"', 'name = "\\u12"', 'name = "\\uZZZZ"', 'name = "\\U00110000"', 'name = "\\ud800"',
    'name = "\\u0000"',
    'name = "a" "b"', "name = 'a' 'b'", 'name = ""a""', 'name = "a"b', '"a" = "b', "name = \"a\nb", "name = '\\''\\'",
)  # fmt: skip


def truncations() -> Iterator[str]:
    """Good expressions cut off at every place where what is left is none."""
    for source in GOOD:
        for end in range(1, len(source)):
            yield source[:end] + " ("
            if end % 3 == 0:
                yield source[:end] + " and"


def nested() -> Iterator[str]:
    """Every bracket and prefix as deep as the length allows, closed, open and closed wrongly."""
    for opening, closing in (
        ("(", ")"),
        ("[", "]"),
        ("abs(", ")"),
        ("if(true, ", ")"),
        ("(", "]"),
        ("count in [", "]"),
    ):
        for depth in (41, 200, 1_000, MOST // len(opening) - 1):
            yield opening * depth
            if (len(opening) + 1) * depth + 1 <= MOST and opening != "(":
                yield opening * depth + "1" + closing * depth
    for prefix in ("-", "not ", "非", "not not -", "-(", "not (", "若"):
        for depth in (41, 300, (MOST - 1) // len(prefix)):
            yield prefix * depth
            yield prefix * depth + "x"
    for chain in ("amount * ", "1 / ", "spent ", "due - ", "today() + 1 - ", "a.", "param.", "old."):
        yield chain * ((MOST - 1) // len(chain)) + "1"


def huge() -> Iterator[str]:
    """Long lists, names, numbers and chains."""
    yield "count in [" + ",".join(["1"] * 1_500) + "]"
    yield "count in [" + "1," * 1_990 + "]"
    yield "max(" + ",".join(["1"] * 1_900) + ")"
    for name in (
        "a" * MOST,
        "阶" * MOST,
        "且" * MOST,
        "且" * (MOST - 1) + "阶",
        "阶段" * 2_000,
        "_" * MOST,
        "阶段且" * 1_333,
    ):
        yield name
        yield name[: MOST - 2] + "()"
    yield "`" + "长" * (MOST - 2) + "`"
    yield from ("9" * MOST, "1." + "3" * (MOST - 2), "0." + "0" * (MOST - 3) + "1", "9" * 2_000 + "*" + "9" * 1_999)
    yield "2026-01-31" * 400
    yield '"' + "a" * MOST + '"'
    yield "1" + " " * MOST
    for word in ("nope", "amuont", "roudn(1)", "stgae", "customer.nmae"):
        yield " + ".join([word] * (MOST // (len(word) + 3)))
        yield " + ".join(f"{word[:3]}{number}" for number in range(400))


def doubled() -> Iterator[str]:
    """Every operator and sign doubled, at the beginning, between and at the end."""
    signs = (
        "+", "-", "*", "/", "&", "=", "==", "!=", "<>", "<", "<=", ">", ">=", "and", "or", "in", "contains", "not in",
        "且", "或", "属于", "包含", "，", ",", ".", "。", "%", "^", "|", "&&", "||", "!", "?", ":", ";", "{", "}",
        "@", "#", "$", "~", "\\", "is", "where", "其中", "is not",
    )  # fmt: skip
    for sign in signs:
        yield f"count {sign} {sign} {'(' if sign == '-' else '1'}"
        yield f"count {sign}"
        yield f"{sign} {sign}"
        yield f"{sign} count {sign}"


def disguised() -> Iterator[str]:
    """Characters that nobody sees, that turn the direction, or that look like others."""
    for character in UNSEEN:
        yield f"amount{character} > 1"
        yield f"amo{character}unt > 1"
        yield f"1 + {character}"
    for character in TURNING:
        yield f"{character}amount > 1"
        yield f'name = "a{character}b"'
        yield f"`a{character}b` = 1"
    yield from LOOKALIKES


def malformed() -> list[str]:
    """All of them, each once."""
    made = (*truncations(), *nested(), *huge(), *doubled(), *disguised(), *QUOTES)
    return list(dict.fromkeys(made))
