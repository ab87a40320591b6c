"""What the window asks for: one field for each setting, for some of them one for each severity. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.overrides import SETTINGS
from bot.settings import StoreSettings
from bot.settings_digest import NAMES, OFF
from bot.slack.tuning.words import NOTHING, value_text
from storage.findings import Severity

Shape = Literal["text", "choice", "channel"]
CARDED = (Severity.CRITICAL, Severity.HIGH, Severity.NORMAL)
"""The severities whose gaps have a card."""
CALLING = (Severity.CRITICAL, Severity.HIGH)
NOBODY = NOTHING["escalation.to"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the window."""

    key: str
    label: str
    level: str = ""
    """The severity that it is about, where its setting is a table by severity."""
    shape: Shape = "text"
    choices: Mapping[str, Any] | None = None
    """Of a menu: what is written in stuck.toml, by what people read."""
    hint: str = ""

    @property
    def id(self) -> str:
        """Return its block id."""
        return f"{self.key}:{self.level}" if self.level else self.key

    def value(self, store: StoreSettings) -> Any:
        """Return what a store has there, as it is written."""
        written = SETTINGS[self.key].written(store)
        return written[self.level] if self.level else written

    def typed(self, store: StoreSettings) -> str:
        """Return what a store has there, as it is typed into the window."""
        value = self.value(store)
        if self.shape == "choice":
            return next(text for text, written in (self.choices or {}).items() if written == value)
        return NOBODY if self.key == "escalation.to" and value == "" else str(value)

    def told(self, store: StoreSettings) -> str:
        """Return what a store has there, for the hint."""
        value = self.value(store)
        return self.typed(store) if self.shape == "text" else value_text(self.key, value).strip("<>")

    def read(self, typed: str, file: StoreSettings) -> Any:
        """Return what was typed as it is written; None: as stuck.toml has it. Raises Malformed."""
        if not typed:
            return None
        setting = SETTINGS[self.key]
        value = setting.read({self.level: self._meant(typed)} if self.level else self._meant(typed))
        written = self.value(setting.lay(file, value))
        return None if written == self.value(file) else written

    def over(self, now: Mapping[str, Any], value: Any) -> Any:
        """Return what its setting becomes where it was `now` and this field was changed to `value`."""
        if not self.level:
            return value
        named = {word: each for word, each in (now.get(self.key) or {}).items() if word != self.level}
        return (named if value is None else named | {self.level: value}) or None

    def _meant(self, typed: str) -> Any:
        if self.shape == "choice":
            return (self.choices or {}).get(typed, typed)
        nobody = self.key == "escalation.to" and typed.casefold() == NOBODY
        return "" if nobody else typed


def _plain(key: str, hint: str = "") -> Field:
    return Field(key, SETTINGS[key].title, hint=hint)


def _each(key: str, levels: tuple[Severity, ...], shape: Shape = "text", hint: str = "") -> list[Field]:
    title = SETTINGS[key].title
    return [Field(key, f"{title} ({level.word})", level.word, shape, hint=hint) for level in levels]


FIELDS: tuple[Field, ...] = (
    *(_plain(key) for key in SETTINGS if key.startswith("windows.")),
    _plain("cutoff", "The carrier's last pickup, on the store's clock."),
    _plain("quiet_hours", "On the store's clock, such as 22:00-07:00, or off."),
    Field("digest.daily", SETTINGS["digest.daily"].title, shape="choice", choices={"on": True, "off": False}),
    _plain("digest.hour", "On the store's clock."),
    Field(
        "digest.weekly",
        SETTINGS["digest.weekly"].title,
        shape="choice",
        choices={name: name for name in (*NAMES, OFF)},
    ),
    *_each("escalation.after", CALLING, hint="Such as 1h, or never."),
    *_each("escalation.to", CALLING, hint=f"The id of a person (U…) or of a user group (S…), or {NOBODY}."),
    *_each("channels", CARDED, "channel", "Cards that stand already stay where they are."),
)
