"""The check digits of UPS and USPS tracking numbers: they settle whether a number was read right.

Weights as the carriers publish them: UPS 1Z adds every second character twice, USPS every second digit three times.
"""

import re
from typing import Literal

Verdict = Literal["right", "wrong", "unknown"]

_UPS = re.compile(r"1Z[0-9A-Z]{15}[0-9]")
_USPS = re.compile(r"(?:420\d{5}(?:\d{4})?)?(9[1-5]\d{20})")
_UPS_LIKE = re.compile(r"1Z[0-9A-Z]{12,20}")
_USPS_LIKE = re.compile(r"9[2-5]\d{17,24}")


def plain(number: str) -> str:
    """Return a tracking number without blanks and dashes, in capitals."""
    return re.sub(r"[\s\-.]", "", number).upper()


def checked(number: str) -> Verdict:
    """Return what the check digit says; unknown where this form of number has none that is known here."""
    bare = plain(number)
    if _UPS.fullmatch(bare):
        return "right" if _ups(bare) else "wrong"
    usps = _USPS.fullmatch(bare)
    if usps:
        return "right" if _usps(usps[1]) else "wrong"
    return "unknown"


def odd_length(number: str) -> str:
    """Return a sentence for a number that begins like one of UPS or USPS and is longer or shorter, else nothing."""
    bare = plain(number)
    if _UPS_LIKE.fullmatch(bare) and len(bare) != 18:
        return f"UPS numbers that begin with 1Z have 18 characters, and this one has {len(bare)}"
    if _USPS_LIKE.fullmatch(bare) and len(bare) not in {22, 26}:
        return f"USPS numbers that begin like this have 22 digits, and this one has {len(bare)}"
    return ""


def _ups(number: str) -> bool:
    values = [int(each) if each.isdigit() else (ord(each) - 63) % 10 for each in number[2:17]]
    total = sum(values[::2]) + 2 * sum(values[1::2])
    return -total % 10 == int(number[17])


def _usps(number: str) -> bool:
    digits = [int(each) for each in reversed(number[:-1])]
    total = 3 * sum(digits[::2]) + sum(digits[1::2])
    return -total % 10 == int(number[-1])
