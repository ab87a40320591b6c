"""What is wrong with the settings, all of it at once, in words that lead to good ones."""

from dataclasses import dataclass

from bot.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Problem:
    """One setting that is missing or malformed."""

    where: str
    """The variable, or the file and the key path in it."""
    wrong: str
    """What is wrong with it. Never holds a secret."""
    example: str
    """A line that would do."""

    def __str__(self) -> str:
        """Return the problem on one line."""
        end = "" if self.wrong.endswith("?") else "."
        return f"{self.where}: {self.wrong}{end} Example: {self.example}"


class SettingsError(ConfigurationError):
    """The settings cannot be used: names every problem and shows a good value for each."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(_what(problems), why=_WHY, todo=_TODO)
        self.problems = problems


_WHY = "Nothing was started, read or sent."
_TODO = "Set it in the environment, in .env or in stuck.toml, and try again. docs/configuration.md explains each setting."


def _what(problems: tuple[Problem, ...]) -> str:
    if len(problems) == 1:
        return str(problems[0])
    rows = "\n".join(f"  - {problem}" for problem in problems)
    return f"{len(problems)} settings are missing or malformed:\n{rows}"


class Problems:
    """Collects problems while settings are read, so that they are reported together."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Problem] = {}

    def add(self, where: str, wrong: str, example: str) -> None:
        """Remember one problem; the same one is told once."""
        self._found.setdefault((where, wrong), Problem(where, wrong, example))

    def raise_if_any(self) -> None:
        """Raise SettingsError with everything found so far."""
        if self._found:
            raise SettingsError(tuple(self._found.values()))
