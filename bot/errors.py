"""The exceptions of stuck. Each says what happened, why it matters and what to do.

StuckError
├── ConfigurationError        a setting is missing or malformed (exit code 2)
├── DatabaseError             the database cannot be reached, is locked for too long or has another schema
├── ExportRefused             a file given to the audit is not an export that can be read
├── SandboxError              the demo cannot start, for instance because its port is taken
├── LeaseLost                 another process has taken this store over in the middle of a run
├── SlackRefused              Slack will not let us do what the command needs
└── SourceError               Shopify or ShipStation could not be read completely (exit code 3)
    ├── SourceUnreachable     no connection, a cut connection, a timeout, 5xx after every retry
    ├── SourceThrottled       still over the rate limit after waiting as told
    ├── SourceRefused         401, 402, 403, 404, 423: credentials, billing, approval or a wrong shop
    ├── SourceScopeMissing    the token works but may not see what we need
    ├── SourceGarbled         HTML, half a JSON or a shape that we cannot read
    └── SourceIncomplete      the answer is well-formed but rows are missing that must be there
"""

from typing import Literal


class StuckError(Exception):
    """Something a person has to know about, in three sentences."""

    def __init__(self, what: str, *, why: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.todo = todo

    def __str__(self) -> str:
        """Return the whole message on one line."""
        return " ".join(part for part in (self.what, self.why, self.todo) if part)


class ConfigurationError(StuckError):
    """A setting is missing or malformed: the message names it and shows a good value."""


class DatabaseError(StuckError):
    """The database cannot be used."""


class ExportRefused(StuckError):
    """A file is not an export that the audit can read: the message says what it looks like and what was expected."""


class SandboxError(StuckError):
    """The pretend world cannot start."""


class LeaseLost(StuckError):
    """Another process works on what this one believed to be its own."""


class SlackRefused(StuckError):
    """Slack refused a call that the command cannot do without."""


class SourceError(StuckError):
    """One side could not be read completely, so nothing may be concluded from it."""

    def __init__(
        self, system: Literal["shopify", "shipstation"], what: str, *, why: str = "", todo: str = ""
    ) -> None:
        super().__init__(what, why=why, todo=todo)
        self.system = system


class SourceUnreachable(SourceError):
    """The system did not answer, or broke off, after every retry."""


class SourceThrottled(SourceError):
    """The system still says that we ask too often."""


class SourceRefused(SourceError):
    """The system knows us and says no."""


class SourceScopeMissing(SourceError):
    """The token lacks a scope without which judging would be guessing (domain.md, trap 25)."""


class SourceGarbled(SourceError):
    """The answer is not what the API documents."""


class SourceIncomplete(SourceError):
    """Rows are missing that must be there."""
