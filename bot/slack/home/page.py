"""What the Home tab shows: how fresh everything is, what to filter for, the gaps of one page. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.gaps.catalog import title
from bot.slack.bulk import words
from bot.slack.digest import StoreStanding
from bot.slack.escape import safe
from bot.slack.inline import ago, counted, headed, order_name, person, severity, when
from bot.slack.inline import headline as headline_of
from bot.slack.message import (
    FIELD,
    SECTION,
    VIEW_BLOCKS,
    Block,
    Element,
    actions,
    button,
    columns,
    context,
    divider,
    header,
    option,
    plain_text,
    section,
    select,
    within,
)
from storage.bulks import Bulk
from storage.gap import Gap
from storage.homes import Home
from storage.overview import Filters, Pile, View

ROWS = 20
"""Gaps of one page."""
STORES = 10
"""Stores whose freshness is told one by one."""
NAMED = 5
"""Kinds, causes and stores that are counted by name."""
LONGEST_SEARCH = 100
EVERY = "*"
"""The choice that leaves nothing out."""
VIEWS: dict[View, str] = {
    "all": "Everything",
    "mine": "Mine",
    "unowned": "Unowned",
    "oldest": "Oldest first",
    "snoozed": "Snoozed, next to wake first",
}
Called = Callable[[str], str]
"""What people call a code."""
_SORTED: dict[View, str] = {"oldest": "oldest first", "snoozed": "next to wake first"}
_NOTHING: dict[View, str] = {
    "mine": "You have claimed nothing.",
    "unowned": "Nothing waits for an owner.",
    "snoozed": "Nothing is snoozed.",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that one drawing of the tab is made of."""

    now: datetime
    home: Home
    stores: tuple[StoreStanding, ...]
    piles: tuple[Pile, ...]
    """All unresolved gaps, counted by store, kind, cause and severity."""
    gaps: tuple[Gap, ...]
    """Those of the page."""
    count: int
    """Gaps that the filters leave."""
    doubted: int
    """Resolved ones that the systems still contradict."""
    selection: str
    """What the buttons over all of them carry."""
    bulk: Bulk | None = None
    """What this person did last to many gaps, while it can be taken back."""
    note: str = ""
    """What the person who has just pressed something should read first."""

    @property
    def filters(self) -> Filters:
        """What the person wants to see."""
        return self.home.filters

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // ROWS))


def tab(seen: Seen) -> list[Block]:
    """Return the blocks of the tab, at most 100."""
    blocks = [header(_headline(seen)), context(within(_freshness(seen), SECTION))]
    if seen.note:
        blocks.append(section(seen.note))
    if seen.bulk is not None:
        blocks.append(words.reminder(seen.bulk, seen.now))
    if seen.piles or seen.filters.narrow:
        blocks += [*_filters(seen), *_counts(seen), divider(), *_list(seen)]
    return _named(blocks, f"home:{seen.home.version}")[:VIEW_BLOCKS]


def _named(blocks: Iterable[Block], prefix: str) -> list[Block]:
    """Give every block an id: what a row is about is in it, so that no client mistakes one row's tick for another's."""
    return [
        block | {"block_id": f"{prefix}:{place}:{block.get('block_id', '')}"[:255]}
        for place, block in enumerate(blocks)
    ]


# ---------------------------------------------------------------- how everything stands


def _headline(seen: Seen) -> str:
    """Return where everything stands. `Nothing is stuck` is said only where that is known."""
    number = sum(pile.gaps for pile in seen.piles)
    if number:
        unowned = sum(pile.unowned for pile in seen.piles)
        return f"{counted(number, 'gap')}, {counted(unowned, 'unowned', 'unowned')}"
    if seen.doubted:
        return "No gap is open"
    known = bool(seen.stores) and all(store.fresh for store in seen.stores)
    return "Nothing is stuck" if known else "No gap is known, but the picture is old"


def _freshness(seen: Seen) -> list[str]:
    """Return when each store was read; those in trouble first."""
    stores = sorted(seen.stores, key=lambda store: (store.fresh and not store.error, store.name))
    lines = [_store(store, seen.now) for store in stores[:STORES]] or ["No store is configured."]
    if rest := stores[STORES:]:
        ill = sum(not store.fresh for store in rest)
        lines.append(
            f"and {counted(len(rest), 'more store')}, {f'{ill:,} of them not' if ill else 'all'} up to date"
        )
    if seen.doubted:
        lines.append(f"⏳ {counted(seen.doubted, 'gap')} resolved, but not confirmed by the systems yet")
    return lines


def _store(store: StoreStanding, now: datetime) -> str:
    name = safe(store.name, 120)
    if store.complete_at is None:
        line = f"⚠️ {name}: never read completely yet"
    elif store.fresh and not store.error:
        return f"✅ {name}: read {ago(store.complete_at, now)}, complete"
    else:
        line = f"⚠️ {name}: last read completely {ago(store.complete_at, now)}; what is newer is not known"
    return f"{line}. {safe(store.error, 600)}" if store.error else line


def _counts(seen: Seen) -> list[Block]:
    """Return what everything is made of, while nothing is filtered for."""
    if seen.filters != Filters() or seen.home.page or not seen.piles:
        return []
    cells = [_cell("By kind", _tally(seen, "kind"), _kind), _cell("By cause", _tally(seen, "cause"), _cause)]
    if len({pile.store for pile in seen.piles}) > 1:
        cells.append(_cell("By store", _tally(seen, "store"), lambda name: safe(name, 120)))
    return [columns(cells)]


def _cell(name: str, tally: Mapping[str, int], called: Called) -> str:
    ranked = _ranked(tally)
    lines = [f"{called(code)}: {number:,}" for code, number in ranked[:NAMED]]
    if rest := ranked[NAMED:]:
        lines.append(f"and {sum(number for _, number in rest):,} of other {name.removeprefix('By ')}s")
    return within([f"*{name}*", *lines], FIELD)


# ---------------------------------------------------------------- what to filter for


def _filters(seen: Seen) -> list[Block]:
    wanted = seen.filters
    menus = [_views(seen)]
    if wanted.store or len({pile.store for pile in seen.piles}) > 1:
        menus.append(_menu(seen, "store", "Every store", wanted.store, str))
    menus.append(_menu(seen, "kind", "Every kind", wanted.kind, title))
    menus.append(_menu(seen, "cause", "Every cause", wanted.cause, _plain_cause))
    if wanted.narrow or wanted.view != "all":
        menus.append(button("Show everything", "home.clear", "clear", label="Show everything again"))
    search: Element = {
        "type": "plain_text_input",
        "action_id": "home.search",
        "max_length": LONGEST_SEARCH,
        "placeholder": plain_text("Order number or words, then Enter", 150),
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    }
    if wanted.words:
        search["initial_value"] = wanted.words
    box = {"type": "input", "label": plain_text("Search", 100), "element": search}
    return [actions(menus), box | {"dispatch_action": True}]


def _views(seen: Seen) -> Element:
    piles = seen.piles
    numbers: dict[View, int] = {
        "all": sum(pile.gaps for pile in piles),
        "mine": sum(pile.mine for pile in piles),
        "unowned": sum(pile.unowned for pile in piles),
        "oldest": sum(pile.gaps for pile in piles),
        "snoozed": sum(pile.snoozed for pile in piles),
    }
    options = [option(f"{text} ({numbers[view]:,})", view) for view, text in VIEWS.items()]
    return select("home.view", "View", options, seen.filters.view)


def _menu(seen: Seen, what: str, every: str, chosen: str | None, called: Called) -> Element:
    """Return the menu of one filter: what there is most of first, and always what is chosen."""
    tally = _tally(seen, what)
    ranked = [code for code, _ in _ranked(tally) if code and len(code) <= 150][:98]
    if chosen and chosen not in ranked:
        ranked.append(chosen)
    options = [option(every, EVERY), *(option(f"{called(code)} ({tally[code]:,})", code) for code in ranked)]
    return select(f"home.{what}", every, options, chosen or EVERY)


def _tally(seen: Seen, what: str) -> Counter[str]:
    tally: Counter[str] = Counter()
    for pile in seen.piles:
        tally[str(getattr(pile, what))] += pile.gaps
    return tally


def _ranked(tally: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(tally.items(), key=lambda each: (-each[1], each[0]))


def _kind(code: str) -> str:
    return safe(title(code), 120)


def _cause(code: str) -> str:
    return safe(_plain_cause(code), 120)


def _plain_cause(code: str) -> str:
    return code.replace("_", " ").capitalize() or "Not known yet"


# ---------------------------------------------------------------- the gaps


def _list(seen: Seen) -> list[Block]:
    if not seen.count:
        nothing = "Nothing fits. Choose other filters, or show everything." if seen.filters.narrow else ""
        return [context(nothing or _NOTHING.get(seen.filters.view, "Nothing is here."))]
    first = seen.home.page * ROWS + 1
    last = first + len(seen.gaps) - 1
    sort = _SORTED.get(seen.filters.view, "gravest first")
    where = f"{first:,} to {last:,} of {counted(seen.count, 'gap')}, {sort}"
    many_stores = len(seen.stores) > 1 and not seen.filters.store
    rows = [_row(gap, seen, named_store=many_stores) for gap in seen.gaps]
    paging = _paging(seen)
    return [actions(_bulk(seen)), context(where), *rows, *([actions(paging)] if paging else [])]


def _row(gap: Gap, seen: Seen, *, named_store: bool) -> Block:
    """Return one gap in two lines: what, and how bad, since when, whose."""
    parts = [severity(gap.severity), f"since {when(gap.finding.since)}", _whose(gap, seen)]
    if gap.snoozed_until is not None and gap.snoozed(seen.now):
        parts.append(f"wakes {when(gap.snoozed_until)}")
    if gap.reopened:
        parts.append("reopened once" if gap.reopened == 1 else f"reopened {gap.reopened:,} times")
    if named_store:
        parts.append(safe(gap.store, 120))
    text = f"{headed(gap)}: {headline_of(gap, 300)}\n{' · '.join(parts)}"
    accessory = _tick(gap, seen) if seen.home.ticking else _open(gap)
    return section(text, accessory=accessory) | {"block_id": gap.id}


def _whose(gap: Gap, seen: Seen) -> str:
    if gap.owner is None:
        return "*unowned*"
    return "yours" if gap.owner == seen.home.person else person(gap.owner)


def _open(gap: Gap) -> Element:
    return button("Open", "home.open", gap.id, label=f"Open {order_name(gap)}")


def _tick(gap: Gap, seen: Seen) -> Element:
    choice = option("Tick", gap.id)
    box: Element = {"type": "checkboxes", "action_id": "home.tick", "options": [choice]}
    return box | {"initial_options": [choice]} if gap.id in seen.home.ticked else box


def _bulk(seen: Seen) -> Sequence[Element]:
    """Return the buttons over all that is listed, or over what is ticked."""
    if not seen.home.ticking:
        return [
            *_over(seen.count, seen),
            button("Tick some", "home.ticking", "on", label="Tick some of them"),
        ]
    ticked = len(seen.home.ticked)
    page = button("Tick this page", "home.tick_page", "page", label="Tick everything on this page")
    done = button("Stop ticking", "home.ticking", "off", label="Stop ticking: nothing is changed")
    return [*(_over(ticked, seen) if ticked else []), page, done]


def _over(number: int, seen: Seen) -> list[Element]:
    value = seen.selection
    return [words.claim_all(number, value), words.snooze_all(number, value), words.end_all(number, value)]


def _paging(seen: Seen) -> list[Element]:
    page = seen.home.page
    elements = []
    if page > 0:
        elements.append(button("Previous page", "home.page.back", str(page - 1)))
    if page + 1 < seen.pages:
        elements.append(button(f"Next page ({page + 2:,} of {seen.pages:,})", "home.page.on", str(page + 1)))
    return elements
