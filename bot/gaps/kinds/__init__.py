"""What a kind of gap is. One file a kind family beside this one; bot/gaps/catalog.py lists them all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.dossier import Waiting
from bot.gaps.links import links
from storage.findings import Cause, Evidence, Finding, NextAction, Severity

Find = Callable[[Case], Finding | Waiting | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of difference between the two systems, and how it is found."""

    code: str
    """As in domain.md 3: `sync.unfulfilled`."""
    title: str
    severity: Severity
    """The usual one; a finding may be worse."""
    owner_role: str
    next_action: NextAction
    """The usual one; a cause may ask for another."""
    explanation: str
    """One or two sentences for people who meet it for the first time."""
    find: Find
    yields_to: frozenset[str] = frozenset()
    """Kinds beside which this one stays silent, because they say the same and more."""
    replaces: frozenset[str] = frozenset()
    """Kinds whose open gap on the same order this one takes over."""


def finding(
    kind: Kind,
    case: Case,
    *,
    headline: str,
    since: datetime,
    cause: Cause,
    evidence: tuple[Evidence, ...],
    next_action: NextAction | None = None,
    severity: Severity | None = None,
) -> Finding:
    """Return a finding of this kind about this order, its texts within what a card holds."""
    return Finding(
        kind=kind.code,
        headline=words.cut(f"{words.name_of(case.order)}: {headline}", words.HEADLINE),
        severity=severity or kind.severity,
        since=since,
        cause=cause,
        next_action=next_action or kind.next_action,
        evidence=evidence,
        links=links(case.dossier),
        owner_role=kind.owner_role,
        replaces=kind.replaces,
    )


def action(code: str, text: str) -> NextAction:
    """Return a next action with its text cut to what a card holds."""
    return NextAction(code, words.cut(text, words.ACTION))
