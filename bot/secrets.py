"""What may never be shown or logged: the secrets of the settings, and whatever looks like one."""

import re

_SECRET = re.compile(
    r"\b(xox[a-z](\.xox[a-z])?|xapp)-[\w-]+"  # Slack's
    r"|\bshp[a-z]{2}_\w+"  # Shopify's
    r"|\b(Basic|Bearer) [\w+/=.~-]{16,}"  # as they travel
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"  # in an address
    r"|(?<=[?&]password=)[^&\s'\"]+|(?<=[?&]ticket=)[^&\s'\"]+"  # after one
    r"|\bhooks\.slack\.com/[^\s'\"]+"  # who knows it may answer there
)
_STRUCK = "[struck out]"
_SHORTEST = 8
"""A secret shorter than this is a placeholder, and could be part of any word."""
_known: set[str] = set()


def hide(secret: str) -> None:
    """Strike this very text out from now on: the keys of ShipStation, for one, look like any other number."""
    if len(secret) >= _SHORTEST:
        _known.add(secret)


def strike(text: str) -> str:
    """Replace what is hidden or looks like a token, and the user and password of an address, by a mark."""
    text = _SECRET.sub(_STRUCK, text)
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, _STRUCK)
    return text
