"""How one value of the environment or of stuck.toml is read: text in, a typed value or a clear refusal out."""

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from bot.gaps.rules import NotifyPolicy

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FINANCIAL_STATES = (
    "AUTHORIZED",
    "EXPIRED",
    "PAID",
    "PARTIALLY_PAID",
    "PARTIALLY_REFUNDED",
    "PENDING",
    "REFUNDED",
    "VOIDED",
)
DELIVERY_METHODS = ("SHIPPING", "PICKUP_POINT", "LOCAL", "PICK_UP")
"""Those of Shopify's that can go through ShipStation; RETAIL and NONE never do."""
MOST_HANDLING_DAYS = 30

_SHOP = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_ADMIN = re.compile(r"admin\.shopify\.com/store/([a-z0-9-]+)")
_DURATION = re.compile(r"(\d{1,5})\s*([mhd])")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_SPAN = re.compile(r"\s*[-\u2013]\s*")
_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_KNOWN_SECRET = re.compile(r"(xox[a-z]|xapp|xoxe\.xox[a-z])-|shp[a-z]{2}_|[0-9a-fA-F]{24,}")
_RANDOM = re.compile(r"(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)\S{28,}")
_SHOWN = 40


class Malformed(ValueError):
    """A value that cannot be used: `str()` says what is wrong with it, `good` shows one that can."""

    def __init__(self, wrong: str, *, good: str) -> None:
        super().__init__(wrong)
        self.good = good


SHORTEST_TOKEN = 20
"""Characters that the JSON API's token needs."""


def looks_secret(text: str) -> bool:
    """Whether the text has the shape of a token, key or password, and so must not be shown."""
    return bool(_KNOWN_SECRET.search(text) or _RANDOM.search(text))


def shown(value: object) -> str:
    """Quote a refused value for a message: cut short, and never one that may be a secret."""
    text = value if isinstance(value, str) else str(value)
    if looks_secret(text):
        return "the value (not shown: it looks like a secret)"
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return repr(cut)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that was probably meant, if any comes close."""
    by_fold = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def meant(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` or nothing, to end a message with."""
    close = None if looks_secret(word) else nearest(word, known)
    return f"; did you mean {close!r}?" if close else ""


def _text(value: object, what: str, good: str) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{shown(value)} is not {what}", good=good)
    return value.strip()


def shop(value: object) -> str:
    """Read a shop address in any form people paste and return `acme.myshopify.com`."""
    good = "acme.myshopify.com"
    text = _text(value, "a shop address", good).lower()
    bare = text.split("://", 1)[-1].rstrip("/")
    if found := _ADMIN.match(bare):
        bare = found.group(1)
    host = bare.split("/", 1)[0]
    if host and "." not in host:
        host += ".myshopify.com"
    if not _SHOP.fullmatch(host):
        raise Malformed(f"{shown(value)} is not a shop's myshopify.com address", good=good)
    return host


def store_name(value: object) -> str:
    """Read a store's name: letters, digits and dashes."""
    text = _text(value, "a store name", "main")
    if not _NAME.fullmatch(text):
        raise Malformed(f"{shown(value)} has more than letters, digits and dashes in it", good="main")
    return text


def channel(value: object) -> str:
    """Read a Slack channel id; a name will not do, because channels get renamed."""
    good = "C0123456789"
    text = _text(value, "a channel id", good)
    if not _CHANNEL.fullmatch(text):
        raise Malformed(f"{shown(value)} is not a channel id (a channel's name is not its id)", good=good)
    return text


def duration(value: object) -> timedelta:
    """Read a duration in whole minutes, hours or days: `90m`, `4h`, `1d`, `0m`."""
    found = _DURATION.fullmatch(_text(value, "a duration", "4h").lower())
    if not found:
        raise Malformed(f"{shown(value)} is not a duration in minutes, hours or days", good="4h")
    unit = {"m": "minutes", "h": "hours", "d": "days"}[found.group(2)]
    return timedelta(**{unit: int(found.group(1))})


def clock_time(value: object) -> time:
    """Read a time of day such as `15:00`; TOML's own local time will do as well."""
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(_text(value, "a time of day", "15:00"))
    if not found:
        raise Malformed(f"{shown(value)} is not a time of day on a 24-hour clock", good="15:00")
    return time(int(found.group(1)), int(found.group(2)))


def business_hours(value: object) -> tuple[time, time]:
    """Read the hours of one day, such as `08:00-18:00`: the end lies after the beginning."""
    good = "08:00-18:00"
    ends = _SPAN.split(_text(value, "a beginning and an end of the day", good))
    if len(ends) != 2 or not all(_CLOCK.fullmatch(end) for end in ends):
        raise Malformed(f"{shown(value)} is not two times on a 24-hour clock with a dash between", good=good)
    opens, closes = (clock_time(end) for end in ends)
    if closes <= opens:
        raise Malformed(f"{shown(value)} has to end after it begins, on the same day", good=good)
    return opens, closes


def zone(value: object) -> ZoneInfo:
    """Read the name of a time zone from the IANA list."""
    good = "America/New_York"
    text = _text(value, "a time zone", good)
    if text not in available_timezones():
        raise Malformed(f"{shown(value)} is not a time zone{meant(text, available_timezones())}", good=good)
    return ZoneInfo(text)


def workday(value: object) -> int:
    """Read one day of the week and return its number, Monday being 0."""
    text = _text(value, "a day of the week", "mon").lower()
    if text not in DAYS:
        raise Malformed(f"{shown(value)} is not a day of the week{meant(text, DAYS)}", good=", ".join(DAYS))
    return DAYS.index(text)


def holiday(value: object) -> date:
    """Read a calendar date such as `2026-12-25`; TOML's own date will do as well."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(_text(value, "a date", "2026-12-25"))
    except ValueError as error:
        raise Malformed(f"{shown(value)} is not a date", good="2026-12-25") from error


def financial_state(value: object) -> str:
    """Read one of Shopify's financial states, in any case."""
    text = _text(value, "a financial state", "PAID").upper()
    if text not in FINANCIAL_STATES:
        hint = meant(text, FINANCIAL_STATES) or f"; Shopify has {', '.join(FINANCIAL_STATES)}"
        raise Malformed(f"{shown(value)} is not a financial state{hint}", good="PAID")
    return text


def delivery_method(value: object) -> str:
    """Read one of Shopify's delivery methods that can go through ShipStation, in any case."""
    text = _text(value, "a delivery method", "SHIPPING").upper()
    if text not in DELIVERY_METHODS:
        hint = meant(text, DELIVERY_METHODS) or f"; those are {', '.join(DELIVERY_METHODS)}"
        wrong = f"{shown(value)} is not a delivery method that can go through ShipStation{hint}"
        raise Malformed(wrong, good="SHIPPING")
    return text


def yes_or_no(value: object) -> bool:
    """Read TOML's own true or false."""
    if not isinstance(value, bool):
        raise Malformed(f"{shown(value)} is neither true nor false", good="true")
    return value


def handling_days(value: object) -> int:
    """Read a number of working days; TOML's true is none."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_HANDLING_DAYS:
        raise Malformed(f"{shown(value)} is not a whole number from 0 to {MOST_HANDLING_DAYS}", good="1")
    return value


def _folded(what: str, good: str) -> Callable[[object], str]:
    """Return a reader of one text that is compared without regard to case."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Malformed(f"{shown(value)} is not a text, and a {what} stands in quotes", good=good)
        if not value.strip():
            raise Malformed(f"an empty {what} matches nothing", good=good)
        return value.strip().casefold()

    return read


tag = _folded("tag", "do-not-ship")
source = _folded("source", "pos")
shipping_method = _folded("shipping method", "Freight")
sku = _folded("SKU", "gift-wrap")
location = _folded("location", "Main warehouse")


def notify(value: object) -> NotifyPolicy:
    """Read when ShipStation is set to tell the store: see docs/configuration.md, `notify`."""
    good = "hours:4"
    mode, _, rest = _text(value, "a notification setting", good).partition(":")
    if mode in {"immediately", "mail_stream"} and not rest:
        return NotifyPolicy(mode="immediately" if mode == "immediately" else "mail_stream")
    if mode == "hours" and re.fullmatch(r"\d{1,3}(\.\d+)?", rest):
        return NotifyPolicy(mode="hours", hours=float(rest))
    if mode == "ship_date" and _CLOCK.fullmatch(rest):
        return NotifyPolicy(mode="ship_date", at=clock_time(rest))
    raise Malformed(
        f"{shown(value)} is none of immediately, hours:N, ship_date:HH:MM and mail_stream", good=good
    )


def variable_name(value: object) -> str:
    """Read the name of an environment variable; a value that may be the secret itself is never shown."""
    good = "SHOPIFY_CLIENT_SECRET"
    text = value.strip() if isinstance(value, str) else ""
    if not _VARIABLE.fullmatch(text) or looks_secret(text):
        raise Malformed(
            "this must be the NAME of an environment variable in capitals, never a secret itself", good=good
        )
    return text


def _address(value: str, good: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Malformed(f"{shown(value)} is not a web address", good=good)
    return value


def base_url(value: str) -> str:
    """Read another base address of Shopify or ShipStation, without its last slash."""
    return _address(value, "http://127.0.0.1:9001").rstrip("/")


def heartbeat_url(value: str) -> str:
    """Read the address to call while all is well. Refusals never show it: who knows it can pretend."""
    try:
        parts = urlsplit(value)
        fit = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fit = False
    if not fit:
        raise Malformed("it is not a web address", good="https://heartbeat.example.com/your-check")
    return value


def slack_url(value: str) -> str:
    """Read another base address of Slack's Web API; it ends in `/api/`."""
    good = "http://127.0.0.1:9000/api/"
    address = _address(value, good).rstrip("/") + "/"
    if not address.endswith("/api/"):
        raise Malformed(f"{shown(value)} does not end in /api/", good=good)
    return address


def public_url(value: str) -> str:
    """Read the public https address of `stuck web`, without path and last slash."""
    good = "https://stuck.example.com"
    parts = urlsplit(value.strip())
    if parts.scheme != "https" or not parts.hostname:
        raise Malformed(f"{shown(value)} is not an https address, and Slack calls no other", good=good)
    return value.strip().rstrip("/").removesuffix("/slack/events")


def database_url(value: str) -> str:
    """Read a database address; `postgres://` is taken as `postgresql://`. Refusals never show it (passwords)."""
    if value.startswith("postgres://"):
        value = "postgresql://" + value.removeprefix("postgres://")
    scheme = value.split("://", 1)[0]
    known = scheme in {"sqlite", "postgresql"} and "://" in value
    if not known or (scheme == "postgresql" and len(value) <= len("postgresql://")):
        raise Malformed(
            "this is not an SQLite or PostgreSQL address", good="postgresql://user:password@host/stuck"
        )
    if value != "sqlite://" and scheme == "sqlite" and not value.startswith("sqlite:///"):
        raise Malformed("an SQLite address has three slashes before the path", good="sqlite:///stuck.db")
    return value


def port(value: str) -> int:
    """Read a TCP port."""
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= 5 else 0
    if not 0 < number < 65536:
        raise Malformed(f"{shown(value)} is not a port between 1 and 65535", good="8080")
    return number


def secret(value: str) -> str:
    """Read a token or key: printable, in one piece and no placeholder. Refusals never show it."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise Malformed(
            "this has spaces or unprintable characters in it, so it was not copied cleanly", good=""
        )
    if value.startswith("<") or value.endswith(("...", "…", "yourtoken", "yoursecret")):
        raise Malformed("this is still the placeholder", good="")
    return value


def api_token(value: str) -> str:
    """Read the JSON API's token: a secret that nobody guesses."""
    if len(secret(value)) < SHORTEST_TOKEN:
        raise Malformed(f"it has fewer than {SHORTEST_TOKEN} characters, so it could be guessed", good="")
    return value


def bot_token(value: str) -> str:
    """Read Slack's bot token."""
    return _prefixed(value, ("xoxb-", "xoxe.xoxb-"), "a bot token begins with xoxb-")


def app_token(value: str) -> str:
    """Read Slack's app-level token for Socket Mode."""
    return _prefixed(value, ("xapp-",), "an app-level token begins with xapp-")


def _prefixed(value: str, prefixes: tuple[str, ...], rule: str) -> str:
    if not value.startswith(prefixes):
        raise Malformed(f"{rule}, this does not", good="")
    return secret(value)
