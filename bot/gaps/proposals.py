"""Which exclusion or longer window would have removed noise, and what else it would have hidden. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.gaps.noise import healed_alone, is_noise, is_real
from bot.gaps.rules import StoreRules
from storage.past import Marks, PastGap

LEAST = 3
"""Gaps of noise from which on there is something to say."""
PER_HIDDEN = 10
"""Gaps of noise that have to go for each real one that is hidden."""
MOST = 5
"""Proposals at a time."""
LONGEST = 255
"""Characters of a value that is proposed: a longer one is no tag and no SKU."""
EXCLUSIONS: Mapping[str, str] = {
    "exclude_tags": "exclude_tags",
    "exclude_sources": "exclude_sources",
    "exclude_shipping_methods": "exclude_methods",
    "exclude_skus": "exclude_skus",
}
"""Keys of stuck.toml, most telling first, with the fields of the rules."""
WINDOWS: Mapping[str, tuple[str, frozenset[str]]] = {
    "windows.notify": ("notify", frozenset({"sync.unfulfilled", "sync.no_tracking_anywhere"})),
    "windows.import": ("import_", frozenset({"import.missing", "import.wrong_status"})),
    "windows.cutoff_grace": ("cutoff_grace", frozenset({"aging.past_cutoff", "aging.remainder"})),
    "windows.provider": ("provider", frozenset({"aging.provider_stuck"})),
    "windows.cancelled": ("cancelled", frozenset({"import.cancel_not_propagated"})),
}
"""Keys of stuck.toml, with the fields of the windows and the kinds that begin that much later when it is longer.

Kinds that wait for the shorter of a window and two hours (domain.md B2 to B4) do not.
"""
_BY_SETTING = frozenset({"sync.unfulfilled"})
"""Waits for the window only where ShipStation tells the store at once or some hours later."""
_MINUTES = (15, 30, 45, 60, 90, *(60 * hours for hours in (2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 24, 30, 36, 48)))
ROUND = tuple(timedelta(minutes=minutes) for minutes in _MINUTES)
"""Windows that people would choose."""

Value = str | timedelta
"""Something to leave alone, case-folded; or how long a window is to be."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a setting would have done to the past."""

    removed: tuple[PastGap, ...] = ()
    """Noise that nobody would have seen."""
    hidden: tuple[PastGap, ...] = ()
    """Real ones that nobody would have seen."""
    undecided: tuple[PastGap, ...] = ()
    """Open ones that nobody has touched, so that nobody knows whether they are real."""
    later: tuple[PastGap, ...] = ()
    """Real ones that would have been seen later, by as much as the window is longer."""

    @property
    def worth_it(self) -> bool:
        """Whether it removes clearly more than it hides."""
        removed, hidden = len(self.removed), len(self.hidden)
        return removed >= max(LEAST, PER_HIDDEN * hidden) and hidden + len(self.undecided) < removed


@dataclass(frozen=True, slots=True)
class Proposal:
    """A setting that would have made a store's past quieter."""

    key: str
    """As in stuck.toml."""
    value: Value
    effect: Effect


def propose(
    past: Sequence[PastGap], rules: StoreRules, changed: Mapping[str, datetime]
) -> tuple[Proposal, ...]:
    """Return what would have removed the most noise, best first; `changed`: when a window was last changed."""
    seen = [gap for gap in past if not _left_alone(gap, rules)]
    found = [*_exclusions(seen, rules), *_windows(seen, rules, changed)]
    keys = [*EXCLUSIONS, *WINDOWS]
    ranked = sorted(found, key=lambda each: (-_gain(each), keys.index(each.key), str(each.value)))
    return tuple(_without_repeats(ranked))[:MOST]


def effect(
    past: Iterable[PastGap],
    rules: StoreRules,
    key: str,
    value: Value,
    changed: Mapping[str, datetime] | None = None,
) -> Effect:
    """Return what this setting would have done, beside what is left alone already."""
    seen = [gap for gap in past if not _left_alone(gap, rules)]
    if isinstance(value, timedelta):
        return _longer(_of_window(seen, rules, key, changed or {}), value - window_of(rules, key))
    return _without([gap for gap in seen if gap.marks and (key, value) in told_by(gap.marks, rules)])


def _without(concerned: Sequence[PastGap]) -> Effect:
    return Effect(
        removed=tuple(gap for gap in concerned if is_noise(gap)),
        hidden=tuple(gap for gap in concerned if is_real(gap)),
        undecided=tuple(gap for gap in concerned if not is_noise(gap) and not is_real(gap)),
    )


def window_of(rules: StoreRules, key: str) -> timedelta:
    """Return how long a window is now."""
    length: timedelta = getattr(rules.windows, WINDOWS[key][0])
    return length


def told_by(marks: Marks, rules: StoreRules) -> frozenset[tuple[str, str]]:
    """Return each exclusion that alone would leave this order alone: keys of stuck.toml with case-folded values.

    A product does so only where every other one that needs shipping is left alone already.
    """
    found = {("exclude_tags", _fold(tag)) for tag in marks.tags}
    found |= {("exclude_sources", _fold(marks.source))}
    found |= {("exclude_shipping_methods", _fold(marks.shipping_method))}
    products = {_fold(sku) for sku in marks.skus} - rules.exclude_skus
    found |= {("exclude_skus", sku) for sku in products if len(products) == 1}
    return frozenset((key, value) for key, value in found if value and len(value) <= LONGEST)


# ---------------------------------------------------------------- what is left alone


def _exclusions(past: Sequence[PastGap], rules: StoreRules) -> Iterator[Proposal]:
    told: defaultdict[tuple[str, str], list[PastGap]] = defaultdict(list)
    for gap in past:
        for each in told_by(gap.marks, rules) if gap.marks else ():
            told[each].append(gap)
    for (key, value), concerned in told.items():
        closed = sum(gap.resolution == "not_a_gap" for gap in concerned)
        if closed >= LEAST and (would := _without(concerned)).worth_it:
            yield Proposal(key, value, would)


def _left_alone(gap: PastGap, rules: StoreRules) -> bool:
    """Whether its order is left alone by now, so that no setting is needed for it any more."""
    if gap.marks is None:
        return False
    skus = {_fold(sku) for sku in gap.marks.skus}
    if skus and skus <= rules.exclude_skus:
        return True
    return any(value in getattr(rules, EXCLUSIONS[key]) for key, value in told_by(gap.marks, rules))


def _fold(text: str | None) -> str:
    return (text or "").strip().casefold()


# ---------------------------------------------------------------- longer windows


def _windows(
    past: Sequence[PastGap], rules: StoreRules, changed: Mapping[str, datetime]
) -> Iterator[Proposal]:
    for key in WINDOWS:
        alone = [gap for gap in _of_window(past, rules, key, changed) if healed_alone(gap)]
        now = window_of(rules, key)
        for longer in ROUND:
            ended = sum(_ended_within(gap, longer - now) for gap in alone)
            if longer > now and ended >= LEAST and 2 * ended >= len(alone):
                would = effect(past, rules, key, longer, changed)
                if would.worth_it:
                    yield Proposal(key, longer, would)
                break


def _of_window(
    past: Iterable[PastGap], rules: StoreRules, key: str, changed: Mapping[str, datetime]
) -> list[PastGap]:
    """Return the gaps that began when this window, as long as it is now, was over."""
    kinds = WINDOWS[key][1]
    if rules.notify.mode not in {"immediately", "hours"}:
        kinds -= _BY_SETTING
    since = changed.get(key)
    return [gap for gap in past if gap.kind in kinds and (since is None or gap.opened_at >= since)]


def _longer(past: Sequence[PastGap], by: timedelta) -> Effect:
    """Return what it would have done had each of these been found that much later."""
    ended = [gap for gap in past if _ended_within(gap, by)]
    return Effect(
        removed=tuple(gap for gap in ended if healed_alone(gap)),
        hidden=tuple(gap for gap in ended if is_real(gap)),
        later=tuple(gap for gap in past if is_real(gap) and not _ended_within(gap, by)),
    )


def _ended_within(gap: PastGap, time: timedelta) -> bool:
    return gap.resolved_at is not None and gap.resolved_at - gap.opened_at <= time


# ---------------------------------------------------------------- which are worth telling


def _gain(each: Proposal) -> int:
    return len(each.effect.removed) - len(each.effect.hidden) - len(each.effect.undecided)


def _without_repeats(ranked: Iterable[Proposal]) -> Iterator[Proposal]:
    """Leave out what removes nothing that a better one does not remove as well, and hides no less."""
    told: list[Proposal] = []
    for each in ranked:
        if not any(_says_the_same(each, better) for better in told):
            told.append(each)
            yield each


def _says_the_same(each: Proposal, better: Proposal) -> bool:
    removed, hidden = _ids(each.effect.removed), _ids(each.effect.hidden + each.effect.undecided)
    above = better.effect
    return removed <= _ids(above.removed) and hidden >= _ids(above.hidden + above.undecided)


def _ids(gaps: Iterable[PastGap]) -> set[str]:
    return {gap.id for gap in gaps}
