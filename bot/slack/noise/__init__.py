"""Noise: how much of what was shown need not have been, and the settings that would have kept it away.

- `month.py`: what is counted of a store's last thirty days
- `command.py`: `/stuck noise`; `words.py`: in which words, for the window as well
- `wanted.py`: the setting that a button or window is about
- `preview.py`: the window that says what would change; `leaving.py`: which open gaps would leave the queue
- `applying.py`: the setting laid over stuck.toml, and who is told
"""

from slack_bolt.app.async_app import AsyncApp

from bot.slack.desk import Desk
from bot.slack.noise import applying, preview
from bot.slack.people import People

__all__ = ["register"]


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to the buttons on proposals, and to their window."""
    preview.register(app, desk, people)
    applying.register(app, desk, people)
