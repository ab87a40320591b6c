"""Which gaps somebody means by some words: `sync unowned >2d second`. Pure."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from bot.gaps.catalog import ALL
from storage.findings import Severity
from storage.gap import Gap, State

SEVERITIES = {level.word: level for level in Severity}
CAUSES = frozenset(reason.code for kind in ALL for reason in kind.reasons)
KINDS = frozenset(kind.code for kind in ALL)
ROOMS = frozenset(code.split(".")[0] for code in KINDS)
"""What kinds begin with: sync, import, aging, store."""
STATES: dict[str, State] = {"open": "open", "unowned": "open", "claimed": "claimed", "snoozed": "snoozed"}
ME = frozenset({"me", "mine"})
_AGE = re.compile(r"[>≥]?(\d{1,4})([mhdw])", re.IGNORECASE)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_USER = re.compile(r"<?@?([UW][A-Z0-9]{2,30})(?:\|[^>]*)?>?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the gaps have to be; an empty part means any. Several words of one sort mean any of them."""

    kinds: frozenset[str] = frozenset()
    """Codes, or what they begin with."""
    causes: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    states: frozenset[State] = frozenset()
    severities: frozenset[Severity] = frozenset()
    older_than: timedelta | None = None
    """How long the problem has been there at least."""

    def fits(self, gap: Gap, now: datetime) -> bool:
        """Whether a gap is one of those."""
        return (
            (not self.kinds or bool(self.kinds & {gap.kind, gap.kind.split(".")[0]}))
            and (not self.causes or gap.finding.cause.code in self.causes)
            and (not self.stores or gap.store in self.stores)
            and (not self.owners or gap.owner in self.owners)
            and (not self.states or gap.state(now) in self.states)
            and (not self.severities or gap.severity in self.severities)
            and (self.older_than is None or now - gap.finding.since >= self.older_than)
        )


def read_wanted(text: str, *, me: str, stores: Collection[str]) -> Wanted | str:
    """Return what is meant; or the first word that means nothing here."""
    wanted = Wanted()
    for word in text.replace(",", " ").split():
        narrower = _narrower(wanted, word, me, stores)
        if narrower is None:
            return word
        wanted = narrower
    return wanted


def _narrower(wanted: Wanted, word: str, me: str, stores: Collection[str]) -> Wanted | None:
    """Return what one more word leaves; None for one that means nothing here."""
    plain = word.casefold()
    store = next((name for name in stores if name.casefold() == plain), None)
    if store is not None:
        return replace(wanted, stores=wanted.stores | {store})
    if age := _AGE.fullmatch(word):
        return replace(wanted, older_than=timedelta(**{_UNITS[age[2].lower()]: int(age[1])}))
    if plain in ME:
        return replace(wanted, owners=wanted.owners | {me})
    known = _narrower_still(wanted, plain)
    if known is None and (user := _USER.fullmatch(word)):
        return replace(wanted, owners=wanted.owners | {user[1]})
    return known


def _narrower_still(wanted: Wanted, plain: str) -> Wanted | None:
    if plain in KINDS | ROOMS:
        return replace(wanted, kinds=wanted.kinds | {plain})
    if plain in CAUSES:
        return replace(wanted, causes=wanted.causes | {plain})
    if plain in STATES:
        return replace(wanted, states=wanted.states | {STATES[plain]})
    if plain in SEVERITIES:
        return replace(wanted, severities=wanted.severities | {SEVERITIES[plain]})
    return None


def nearest(word: str, stores: Collection[str]) -> Sequence[str]:
    """Return up to three words that are known and look like this one."""
    known = [*KINDS, *ROOMS, *CAUSES, *STATES, *SEVERITIES, *ME, *stores]
    return get_close_matches(word.casefold(), known, n=3, cutoff=0.6)
