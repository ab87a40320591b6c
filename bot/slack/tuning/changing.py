"""Settings changed from Slack, by whatever was pressed: kept with who did it, and the store's channel is told."""

from collections.abc import Callable

from bot.settings import StoreSettings
from bot.slack.desk import Desk
from bot.slack.tuning import words
from storage.overrides import OverrideChange, Values


async def change(
    desk: Desk, file: StoreSettings, values: Callable[[Values], Values], person: str, why: str = ""
) -> list[OverrideChange]:
    """Change settings of a store, given what was changed of it before; return what really changed.

    `file`: the store as stuck.toml has it.
    """
    several = len(desk.stores) > 1
    changes = await desk.stores.revise(
        file.rules.name,
        values,
        person=person,
        why=why,
        tell=lambda changes: words.facts(changes, file, several=several),
    )
    desk.nudge()
    return changes
