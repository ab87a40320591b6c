"""The setting that a button or window is about: whose, which, and how it stood when it was shown."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b

from bot.gaps.proposals import Value, window_of
from bot.overrides import SETTINGS, laid_over
from bot.settings import StoreSettings
from bot.settings_values import duration
from bot.slack.clicks import Place


@dataclass(frozen=True, slots=True)
class Wanted:
    """One setting as somebody may want it. Values are written as in stuck.toml."""

    store: str
    key: str
    value: str
    """Of an exclusion, the one value that is added."""
    seen: str = ""
    """Tells how the setting stood when it was shown."""
    why: str = ""
    """For the history of the store's settings."""
    place: Place = Place()

    def as_button(self) -> str:
        """Return it as a button carries it."""
        return json.dumps([self.store, self.key, self.value], ensure_ascii=False)

    @classmethod
    def from_button(cls, text: str, place: Place) -> "Wanted":
        """Read it back, as pressed there."""
        store, key, value = json.loads(text)
        return cls(store, key, value, place=place)

    def as_json(self) -> str:
        """Return it as the window's private_metadata."""
        what = [self.store, self.key, self.value, self.why]
        return json.dumps([what, self.seen, self.place.channel, self.place.thread], ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Wanted":
        """Read it back."""
        (store, key, value, why), seen, channel, thread = json.loads(text)
        return cls(store, key, value, seen, why, Place(channel, thread))

    @property
    def meant(self) -> Value:
        """The value as rules have it."""
        return duration(self.value) if self.key.startswith("windows.") else self.value

    def among(self, stores: Sequence[StoreSettings]) -> StoreSettings | None:
        """Return its store as it is set now; None: it is not configured, or needs this setting no more."""
        store = next((each for each in stores if each.rules.name == self.store), None)
        if store is None or self.key not in SETTINGS or self.laid_over(store).rules == store.rules:
            return None
        meant = self.meant
        shorter = isinstance(meant, timedelta) and meant < window_of(store.rules, self.key)
        return None if shorter else store

    def laid_over(self, store: StoreSettings) -> StoreSettings:
        """Return a store with this setting."""
        return laid_over(store, {self.key: self.value})

    def stands(self, store: StoreSettings) -> str:
        """Return what tells whether the setting still stands as it was shown."""
        said = json.dumps(SETTINGS[self.key].written(store))
        return blake2b(said.encode(), digest_size=8).hexdigest()
