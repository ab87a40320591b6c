"""Who has to be told in person of what happened to a gap, and one message for all that one person has to know."""

from collections.abc import Iterator, Sequence

from storage.gap import Event, Gap
from storage.notices import Notices


def addressees(gap: Gap, event: Event) -> Iterator[str]:
    """Yield whom one turn concerns that somebody else, or nobody, took: Slack user ids."""
    match event.code:
        case "assigned":
            yield from (event.facts[side] for side in ("to", "from") if event.facts.get(side))
        case "taken_over":
            yield event.facts["from"]
        case "worse" | "opened" | "reminded" if gap.owner is not None:
            yield gap.owner  # an owner from the first moment on had the gap whose place this one takes


async def owe_words(notices: Notices, turns: Sequence[tuple[Gap, Event]]) -> None:
    """Owe each person of one store one direct message about all that concerns them and that they did not do themselves."""
    told: dict[tuple[str, str], list[Event]] = {}
    for gap, event in turns:
        for user in addressees(gap, event):
            if user != event.by:
                told.setdefault((gap.store, user), []).append(event)
    for (store, user), events in told.items():
        facts = {"to": user, "events": [[event.gap_id, event.id] for event in events]}
        await notices.owe(store, "word", facts)
