"""A pretend Slack workspace: the Web API, Socket Mode and the people who click, on loopback."""

from bot.sandbox.slack.workspace import Workspace

__all__ = ["Workspace"]
