"""The audit in Slack: files from a window or a direct message, the answer in a thread, and its orders into the queue.

- `window.py`: `/stuck audit`; `drops.py`: files dropped into a direct message, and what else is written there
- `kinds.py`: which files can be audited, by name and size; `files.py`: fetching them
- `running.py`: one audit from files to question; `process.py`, `found.py`: the process that computes it, and what it hands back
- `reading.py`: pictures read in such a process; `looking.py`: what was read, until somebody has looked at it; `rows.py`: the window
  for that; `corrections.py`: what was sent from it; `confirming.py`: its buttons
- `thread.py`: where it is told; `answer.py`: in which words
- `kept.py`: what is remembered of it, for a day
- `buttons.py`, `adding.py`, `queueing.py`: the question, and its orders read again on both sides and into the queue
"""

from collections.abc import Mapping

from slack_bolt.app.async_app import AsyncApp

from bot.reconcile import WatchedStore
from bot.slack.audits import buttons, confirming, drops, window
from bot.slack.audits.running import Audits
from bot.slack.audits.window import open_window
from bot.slack.desk import Desk
from bot.slack.people import People

__all__ = ["open_window", "register"]


def register(app: AsyncApp, desk: Desk, people: People, watched: Mapping[str, WatchedStore]) -> None:
    """Listen to everything that has to do with audits; `watched`: the stores whose queue can be added to, by name."""
    audits = Audits(desk)
    window.register(app, desk, people, audits)
    drops.register(app, desk, people, audits)
    confirming.register(app, desk, people, audits)
    buttons.register(app, desk, people, watched)
