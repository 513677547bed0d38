"""The named formats: what counts as an e-mail address, a telephone number and a credit code; the same everywhere.

The patterns are written in what Python, PostgreSQL and JavaScript read alike, and hold for the whole text.
"""

from __future__ import annotations

import re

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"

EMAIL = rf"{_ATOM}(?:[.]{_ATOM})*@(?:{_LABEL}[.])+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])"
EMAIL_LENGTH = 254
LOCAL_LENGTH = 64
"""Characters of an address in all, and before its ``@``."""

_COUNTRY = "(?:[+]|00)86[- ]?"
_MOBILE = "1[3-9][0-9](?:[0-9]{8}|-[0-9]{4}-[0-9]{4}| [0-9]{4} [0-9]{4})"
_AREA = "(?:10|2[0-9]|[3-9][0-9]{2})"
_LOCAL = "[2-8][0-9]{6,7}(?:-[0-9]{1,6})?"
PHONE = (
    f"(?:(?:{_COUNTRY}|86[- ]?)?{_MOBILE}"
    f"|(?:0{_AREA}[- ]?|[(]0{_AREA}[)] ?|{_COUNTRY}{_AREA}[- ]?){_LOCAL}"
    "|[48]00-?[0-9]{3}-?[0-9]{4})"
)

USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The characters of a credit code; where one stands here is its value."""
USCC = f"[{USCC_CHARACTERS}]{{2}}[0-9]{{6}}[{USCC_CHARACTERS}]{{10}}"
USCC_WEIGHTS = (*(pow(3, place, 31) for place in range(17)), 1)
"""The weighted values of all eighteen characters, the check character's among them, add up to a multiple of 31."""

_EMAIL, _PHONE, _USCC = map(re.compile, (EMAIL, PHONE, USCC))


def is_email(text: str) -> bool:
    """Tell whether the text is an e-mail address in ASCII."""
    return 0 <= text.find("@") <= LOCAL_LENGTH and len(text) <= EMAIL_LENGTH and _EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Tell whether the text is a telephone number of mainland China."""
    return _PHONE.fullmatch(text) is not None


def is_uscc(text: str) -> bool:
    """Tell whether the text is a unified social credit code (GB 32100) with the right check character."""
    if _USCC.fullmatch(text) is None:
        return False
    values = map(USCC_CHARACTERS.index, text)
    return sum(value * weight for value, weight in zip(values, USCC_WEIGHTS, strict=True)) % 31 == 0
