"""What doctor reports of each link of the chain."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.clock import Clock
from bot.reconcile import Sources
from bot.settings import Settings, StoreSettings

BuildSources = Callable[[StoreSettings, Settings, Clock], Sources]


@dataclass(frozen=True, slots=True)
class Check:
    """One link of the chain."""

    subject: str
    ok: bool | None
    """None: could not tell, or worth knowing without being wrong."""
    text: str
    todo: str = ""
