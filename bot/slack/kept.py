"""What is kept back because a channel or the token is gone: everything that its store owes, until it is back."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.outcomes import decision
from storage.overdue import Waiting


@dataclass(frozen=True, slots=True)
class Kept:
    """Messages of one store that Slack does not take."""

    store: str
    messages: int
    code: str
    """Slack's."""
    todo: str

    @property
    def text(self) -> str:
        """Return the whole of it in a sentence."""
        many = "1 message is" if self.messages == 1 else f"{self.messages} messages are"
        return f"{self.store}: {many} kept back, because Slack answers {self.code}."


def kept_back(waiting: Sequence[Waiting]) -> list[Kept]:
    """Return the stores whose channel or token Slack refuses, with all that they owe.

    One refused message is enough: the sender leaves the others alone until that one gets through.
    """
    kept = []
    for store in dict.fromkeys(each.store for each in waiting):
        mine = [each for each in waiting if each.store == store]
        gone = [each for each in mine if each.error and decision(each.error).fault in {"channel", "token"}]
        if gone:
            worst = max(gone, key=lambda each: each.messages).error or ""
            kept.append(Kept(store, sum(each.messages for each in mine), worst, decision(worst).todo))
    return kept
