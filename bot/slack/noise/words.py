"""What people read about noise: the answer, the window, and the words after it. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.gaps.catalog import title
from bot.gaps.noise import ALONE_WITHIN, DAYS, NoiseOfKind
from bot.gaps.proposals import EXCLUSIONS, Effect, Proposal, window_of
from bot.overrides import SETTINGS, told
from bot.settings import StoreSettings
from bot.slack.escape import safe
from bot.slack.inline import NAME, counted, named_order, order_name, when
from bot.slack.message import SECTION, TEXT, Block, Message, button, context, section, within
from bot.slack.noise.wanted import Wanted
from bot.slack.replies import private
from storage.gap import Gap
from storage.past import PastGap

PREVIEW = "noise.preview"
NAMED = 10
"""Orders that a window names."""
ORDER = 120
"""Characters of an order's name where ten of them stand in one line, escaped."""
VALUE = 300
"""Characters of a value that are shown."""
LIST = 1000
"""Characters of a list of values that are shown."""
KINDS = 15

NO_PATTERN = f"No pattern in the noise of the last {DAYS} days."
COUNTING = "Counting what it would have done…"
OUTDATED = (
    "The settings of this store have changed since that was counted. Nothing was changed; "
    "`/stuck noise` counts again."
)
_WHAT = f"Noise is what somebody closed as not a gap, and what healed within {told(ALONE_WITHIN)} before anybody touched it."
_ONLY_THIS = "An order is left alone when every product on it that needs shipping is."
_ALONE = {
    "exclude_tags": "Leave orders with the tag “{}” alone",
    "exclude_sources": "Leave orders of the sales channel “{}” alone",
    "exclude_shipping_methods": "Leave orders with the shipping method “{}” alone",
    "exclude_skus": "Leave the product “{}” alone",
}
_DONE = {
    "exclude_tags": "orders with the tag “{}” are left alone",
    "exclude_sources": "orders of the sales channel “{}” are left alone",
    "exclude_shipping_methods": "orders with the shipping method “{}” are left alone",
    "exclude_skus": "the product “{}” is left alone",
}


# ---------------------------------------------------------------- the answer


def answer(
    store: StoreSettings,
    kinds: Sequence[NoiseOfKind],
    proposals: Sequence[Proposal],
    *,
    with_buttons: bool,
) -> Message:
    """Return how much of each kind was noise, and what would have removed it."""
    lines = [_head(store, kinds), *(_kind(each) for each in kinds[:KINDS])]
    if len(kinds) > KINDS:
        lines.append(f"and {counted(len(kinds) - KINDS, 'more kind')}")
    says = [_proposal(store, each) for each in proposals]
    shown = [_preview(store, each, said, with_buttons) for each, said in zip(proposals, says, strict=True)]
    blocks = [section(within(lines, SECTION)), *(shown or [section(NO_PATTERN)]), context(_WHAT)]
    return Message(within([*lines, *(says or [NO_PATTERN])], TEXT), blocks)


def _head(store: StoreSettings, kinds: Sequence[NoiseOfKind]) -> str:
    shown, noise = sum(each.shown for each in kinds), sum(each.noise for each in kinds)
    name = safe(store.rules.name, NAME)
    if not shown:
        return f"*{name}:* no gap ended in the last {DAYS} days."
    return f"*{name}:* {counted(shown, 'gap')} ended in the last {DAYS} days, {noise:,} of them noise."


def _kind(each: NoiseOfKind) -> str:
    mostly = f", mostly: {safe(each.reasons[0][0], 200)}" if each.reasons else ""
    kind = safe(title(each.kind), 120)
    return f"• {kind}: shown {each.shown:,}, noise {each.noise:,} ({each.percent} %){mostly}"


def _proposal(store: StoreSettings, each: Proposal) -> str:
    value = told(each.value) if isinstance(each.value, timedelta) else each.value
    wanted = Wanted(store.rules.name, each.key, value)
    return f"*{setting(store, wanted)}.* {would(each.effect, longer(store, wanted))}"


def _preview(store: StoreSettings, each: Proposal, said: str, with_button: bool) -> Block:
    if not with_button:
        return section(said)
    value = told(each.value) if isinstance(each.value, timedelta) else each.value
    wanted = Wanted(store.rules.name, each.key, value)
    label = f"Preview: {SETTINGS[each.key].title}, {value}"
    return section(said, accessory=button("Preview…", PREVIEW, wanted.as_button(), label=label))


def setting(store: StoreSettings, wanted: Wanted) -> str:
    """Return what would be set, in a few words."""
    value = safe(wanted.value, VALUE)
    if wanted.key in EXCLUSIONS:
        return _ALONE[wanted.key].format(value)
    now = told(window_of(store.rules, wanted.key))
    return f"{SETTINGS[wanted.key].title}: {value} instead of {now}"


def longer(store: StoreSettings, wanted: Wanted) -> timedelta | None:
    """Return how much later gaps would come; None: it is no window."""
    meant = wanted.meant
    return meant - window_of(store.rules, wanted.key) if isinstance(meant, timedelta) else None


def would(effect: Effect, by: timedelta | None) -> str:
    """Return in a sentence or two what it would have done to the last month."""
    hidden = counted(len(effect.hidden), "real one") if effect.hidden else "no real one"
    said = [f"It would have removed {counted(len(effect.removed), 'gap')} of noise and hidden {hidden}."]
    if effect.undecided:
        are = (
            "that is open and nobody has touched"
            if len(effect.undecided) == 1
            else "that are open and nobody has touched"
        )
        said.append(f"It would have hidden {len(effect.undecided):,} more {are}.")
    if by is not None and effect.later:
        said.append(f"{counted(len(effect.later), 'other real one')} would have come {told(by)} later.")
    return " ".join(said)


# ---------------------------------------------------------------- the window


def preview(
    store: StoreSettings,
    wanted: Wanted,
    effect: Effect,
    leaving: Sequence[Gap],
    changed: datetime | None,
) -> list[Block]:
    """Return what the setting would change; `changed`: when it was last changed, from where it is counted."""
    by = longer(store, wanted)
    since = (
        f"since {when(changed)}, when it was last changed" if changed and by else f"in the last {DAYS} days"
    )
    month = [f"*What it would have done {since}*", would(effect, by)]
    if effect.removed:
        month.append(f"Noise: {_orders(effect.removed)}")
    if effect.hidden:
        month.append(f"Real: {_orders(effect.hidden)}")
    if effect.undecided:
        month.append(f"Open, and nobody has touched it: {_orders(effect.undecided)}")
    notes = [
        "Nothing is deleted: gaps that leave are kept with their history.",
        "`/stuck settings` takes it back.",
    ]
    if wanted.key == "exclude_skus":
        notes.insert(0, _ONLY_THIS)
    return [
        section(_before_after(store, wanted)),
        section(within(month, SECTION)),
        section(within(["*What is open now*", *_leaving(leaving, back=by is not None)], SECTION)),
        context(" ".join(notes)),
    ]


def _before_after(store: StoreSettings, wanted: Wanted) -> str:
    known = SETTINGS[wanted.key]
    before, added = known.written(store), f"*{safe(wanted.value, VALUE)}*"
    after = added
    if isinstance(before, list):
        before = within((safe(each, VALUE) for each in before), LIST, separator=", ")
        after = f"{before}, {added}" if before else added
    return f"*{known.title}*, for {safe(store.rules.name, NAME)}\n{before or 'none'} → {after}"


def _leaving(gaps: Sequence[Gap], *, back: bool) -> list[str]:
    if not gaps:
        return ["Nothing that is open now would leave the queue."]
    names = [f"{safe(order_name(gap), ORDER)} ({safe(title(gap.kind), 80)})" for gap in gaps[:NAMED]]
    said = [
        f"{counted(len(gaps), 'gap')} would leave the queue with the next run: {_rest(names, len(gaps))}."
    ]
    return [*said, "What is not mended by then comes back when the longer time is over."] if back else said


def _orders(gaps: Sequence[PastGap]) -> str:
    return _rest([_name(gap) for gap in gaps[:NAMED]], len(gaps))


def _name(gap: PastGap) -> str:
    return safe(named_order(gap.order or "without a name").removeprefix("Order "), ORDER)


def _rest(names: Iterable[str], total: int) -> str:
    told_ = list(names)
    rest = total - len(told_)
    return f"{', '.join(told_)}{f' and {rest:,} more' if rest else ''}"


# ---------------------------------------------------------------- afterwards


def why(effect: Effect) -> str:
    """Return what the history of the settings keeps as the reason."""
    removed, hidden = len(effect.removed), len(effect.hidden) + len(effect.undecided)
    return f"noise: would have removed {removed:,} and hidden {hidden:,} in {DAYS} days"


def applied(store: StoreSettings, wanted: Wanted) -> Message:
    """Return what happens next, to the one who applied it; `store` as it was before."""
    return private(
        f"Applied to {safe(store.rules.name, NAME)}: {_done(store, wanted)}. The next run judges by it; nothing is deleted. "
        f"`/stuck settings` shows it and takes it back."
    )


def _done(store: StoreSettings, wanted: Wanted) -> str:
    if wanted.key in EXCLUSIONS:
        return _DONE[wanted.key].format(safe(wanted.value, VALUE))
    known = SETTINGS[wanted.key]
    return f"“{known.title}” is {safe(wanted.value, VALUE)} instead of {known.written(store)}"
