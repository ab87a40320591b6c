"""What of a store's past gaps was noise, and for what reason. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from storage.past import PastGap

DAYS = 30
"""How far back noise is counted."""
ALONE_WITHIN = timedelta(hours=4)
"""A gap that healed within this time, before anybody touched it, need not have been shown."""
ALONE = "healed before anybody touched it"
OTHERWISE = "something else"


@dataclass(frozen=True, slots=True)
class NoiseOfKind:
    """How much of one kind's ended gaps was noise."""

    kind: str
    shown: int
    """All that ended."""
    noise: int
    reasons: tuple[tuple[str, int], ...]
    """Why it was noise and how often, the most frequent first."""

    @property
    def percent(self) -> int:
        """The share of noise, in whole percent."""
        return round(100 * self.noise / self.shown)


def healed_alone(gap: PastGap) -> bool:
    """Whether the systems mended it soon, without anybody's doing."""
    if gap.resolution != "healed" or gap.touched or gap.resolved_at is None:
        return False
    return gap.resolved_at - gap.opened_at <= ALONE_WITHIN


def is_noise(gap: PastGap) -> bool:
    """Whether it need not have been shown: somebody said that it was no gap, or it healed alone."""
    return gap.resolution == "not_a_gap" or healed_alone(gap)


def is_real(gap: PastGap) -> bool:
    """Whether it was worth showing: it ended any other way, or somebody has it in hand."""
    return gap.touched if gap.resolved_at is None else not is_noise(gap)


def count(past: Iterable[PastGap], known: Sequence[str] = ()) -> tuple[NoiseOfKind, ...]:
    """Count the ended gaps by kind, the noisiest kind first; `known`: the reasons that people choose from."""
    kinds: defaultdict[str, list[PastGap]] = defaultdict(list)
    for gap in past:
        if gap.resolved_at is not None:
            kinds[gap.kind].append(gap)
    counted = [_of_kind(kind, gaps, known) for kind, gaps in kinds.items()]
    return tuple(sorted(counted, key=lambda each: (-each.noise, -each.shown, each.kind)))


def _of_kind(kind: str, gaps: Sequence[PastGap], known: Sequence[str]) -> NoiseOfKind:
    reasons = Counter(_reason(gap, known) for gap in gaps if is_noise(gap))
    ranked = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return NoiseOfKind(kind, len(gaps), reasons.total(), tuple(ranked))


def _reason(gap: PastGap, known: Sequence[str]) -> str:
    """Return why it was noise; notes that people add to a reason do not make it another."""
    if gap.resolution != "not_a_gap":
        return ALONE
    said = gap.reason or ""
    return next((reason for reason in known if said.startswith(reason)), OTHERWISE)
