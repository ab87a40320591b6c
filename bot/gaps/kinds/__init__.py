"""What a kind of gap is. One file a kind family beside this one; bot/gaps/catalog.py lists them all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.dossier import Waiting
from bot.gaps.links import links, shipstation_search
from bot.gaps.store_case import StoreCase
from storage.findings import Cause, Evidence, Finding, Links, NextAction, Severity

Find = Callable[[Case], Finding | Waiting | None]
FindInStore = Callable[[StoreCase], Finding | None]


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause that a kind can have."""

    code: str
    told_by: str
    """The evidence that tells it from the others; a sentence for docs/kinds.md."""
    next_action: NextAction | None = None
    """What to do about it, where that is not the kind's usual next action."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What people should know of a kind: cards, digests, settings and docs/kinds.md are made from it."""

    code: str
    """As in domain.md 3: `sync.unfulfilled`."""
    title: str
    severity: Severity
    """The usual one; a finding may be worse."""
    owner_role: str
    """Who usually acts on it; a cause may ask for somebody else."""
    next_action: NextAction
    """The usual one; a cause may ask for another."""
    explanation: str
    """What it means to a shop: one or two sentences for people who meet it for the first time."""
    detected: str
    """How it is found, in a sentence."""
    window: str
    """How long the difference may stand, in words."""
    reasons: tuple[Reason, ...]
    """Every cause that it can have, most telling first."""
    knobs: tuple[str, ...] = ()
    """Keys of stuck.toml that change when it counts, below `stores`."""
    replaces: frozenset[str] = frozenset()
    """Kinds whose open gap on the same order this one takes over."""
    _actions: dict[str, NextAction] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._actions.update(
            {reason.code: reason.next_action for reason in self.reasons if reason.next_action is not None}
        )

    def action_for(self, cause: Cause) -> NextAction:
        """Return what to do about a gap of this kind that has this cause."""
        return self._actions.get(cause.code, self.next_action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Described):
    """One kind of difference between the two systems in one order, and how it is found."""

    find: Find
    yields_to: frozenset[str] = frozenset()
    """Kinds beside which this one stays silent, because they say the same and more."""
    of_cancelled: bool = False
    """Whether it is looked for in cancelled orders too, where nothing else is."""
    forecast: bool = False
    """Whether it only says what will be: nobody is accused, so nothing is read a second time for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreKind(Described):
    """One kind of trouble that a whole store has."""

    find: FindInStore
    concerns: Callable[[Case], bool]
    """Whether an order is part of it as things are now."""
    folds: frozenset[str]
    """Kinds of gaps of single orders that say the same and are told by this one instead."""


def action(code: str, text: str) -> NextAction:
    """Return a next action with its text cut to what a card holds."""
    return NextAction(code, words.cut(text, words.ACTION))


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
    owner_role: str | None = None,
) -> Finding:
    """Return a finding of this kind about this order, its texts within what a card holds."""
    return Finding(
        kind=kind.code,
        headline=words.cut(f"{words.name_of(case.order)}: {headline}", words.HEADLINE),
        severity=severity or kind.severity,
        since=since,
        cause=cause,
        next_action=next_action or kind.action_for(cause),
        evidence=evidence,
        links=links(case.dossier),
        owner_role=owner_role or kind.owner_role,
        replaces=kind.replaces,
    )


def store_finding(
    kind: StoreKind,
    *,
    headline: str,
    since: datetime,
    cause: Cause,
    evidence: tuple[Evidence, ...],
    folded: tuple[str, ...],
    number: str | None = None,
) -> Finding:
    """Return a finding about a whole store; `folded` are the Shopify ids of the orders that it stands for.

    `number` is an order to look at first.
    """
    return Finding(
        kind=kind.code,
        headline=words.cut(headline, words.HEADLINE),
        severity=kind.severity,
        since=since,
        cause=cause,
        next_action=kind.action_for(cause),
        evidence=evidence,
        links=Links(shipstation=shipstation_search(number) if number else None),
        owner_role=kind.owner_role,
        replaces=kind.replaces,
        folded=folded,
    )
