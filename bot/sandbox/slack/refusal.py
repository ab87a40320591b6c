"""How a Web API method says no."""

from bot.sandbox.slack.elements import Json


class Refusal(Exception):
    """Slack answers `ok: false` with this code."""

    def __init__(self, code: str, *, messages: list[str] | None = None, **more: str) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages or []
        self.more = more

    def as_json(self) -> Json:
        """Return the answer's body."""
        told: Json = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            told["response_metadata"] = {"messages": self.messages}
        return told
