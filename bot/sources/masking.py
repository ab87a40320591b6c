"""Takes personal data out of texts that a source wrote: error messages name customers now and then."""

import re

LONGEST = 1_000
"""Characters of a foreign text that are kept."""

_EMAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+\.\w+")
_DIGITS = re.compile(r"(?<![\w#])[+(]?\d(?:[\s().-]{0,2}\d){8,14}(?!\w)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECRET = re.compile(r"\b(?:shp(?:at|ca|pa|ss|ua)_\w+|(?:basic|bearer)\s+[\w+/=.-]{8,})", re.IGNORECASE)


def masked(text: str, *, longest: int = LONGEST) -> str:
    """Return `text` on one line, at most `longest` characters, without e-mail addresses, phone numbers and tokens.

    A digit run counts as a phone number when it is written like one (+, brackets, gaps) or has 10 or 11 digits;
    order ids, tracking numbers and dates stay, because they are the evidence.
    """
    flat = " ".join(text[: 4 * longest].split())
    flat = _SECRET.sub("[token]", _EMAIL.sub("[e-mail]", flat))
    flat = _DIGITS.sub(_phone, flat)
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def _phone(found: re.Match[str]) -> str:
    run = found[0]
    if run.isdigit() and len(run) not in (10, 11):
        return run
    return run if _DAY.match(run) else "[phone]"
