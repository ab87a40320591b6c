"""Outside text made harmless: what shops, customers and systems wrote must not format, link or mention."""

import re
import unicodedata

ELLIPSIS = "…"
LONGEST_READ = 20_000
"""Characters of an outside text that are looked at, at most."""

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LOOKALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
_LONE_UNDERSCORE = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_CALL = re.compile(r"@(?=(?:here|channel|everyone)\b)", re.IGNORECASE)
_SCHEME = re.compile(r"://")
_JOINER = "\u2060"
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


def length(text: str) -> int:
    """Return the length as Slack may count it: in UTF-16 units, the larger of the usual ways."""
    return len(text) + sum(char > "\uffff" for char in text)


def clean(text: str) -> str:
    """Return `text` on one line, without control, format, bidirectional and half characters."""
    return " ".join("".join(map(_visible, text[:LONGEST_READ])).split())


def plain(text: str, limit: int) -> str:
    """Return outside text for a plain_text object of at most `limit` characters."""
    return _isolated(_cut(clean(text), limit - 2, escaped=False))


def safe(text: str, limit: int) -> str:
    """Return outside text for mrkdwn of at most `limit` characters; cut before escaping, never inside an entity.

    Source: slack.md 1.7 (escaping is not enough: bare @here and addresses are parsed in top-level texts).
    """
    inert = clean(text).translate(_LOOKALIKES)
    inert = _LONE_UNDERSCORE.sub(lambda run: "\u02cd" * len(run.group()), inert)
    inert = _SCHEME.sub(f":{_JOINER}//", _CALL.sub(f"@{_JOINER}", inert))
    return _isolated(_escaped(_cut(inert, limit - 2, escaped=True)))


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if char.isspace() or category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cf", "Cs"} or ord(char) & 0xFFFE == 0xFFFE else char


def _cut(text: str, limit: int, *, escaped: bool) -> str:
    """Return `text`, or what fits with an ellipsis when its width is over `limit`."""
    widths = [len(_ENTITIES.get(char, "")) or length(char) if escaped else length(char) for char in text]
    if sum(widths) <= limit:
        return text
    room, kept = limit - 1, 0
    while kept < len(widths) and widths[kept] <= room:
        room -= widths[kept]
        kept += 1
    return text[:kept].rstrip() + ELLIPSIS


def _escaped(text: str) -> str:
    return "".join(_ENTITIES.get(char, char) for char in text)


def _isolated(text: str) -> str:
    """Keep right-to-left text from reordering its neighbours."""
    if any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text):
        return f"{_ISOLATE}{text}{_END_ISOLATE}"
    return text
