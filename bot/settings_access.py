"""Who may act through Slack: `allowed_users` and `allowed_groups` of stuck.toml."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who may act through Slack; without any name every full member of the workspace."""

    users: tuple[str, ...] = ()
    """Slack user ids."""
    groups: tuple[str, ...] = ()
    """Slack user group ids; their members may."""

    @property
    def everybody(self) -> bool:
        """Whether nobody is named."""
        return not self.users and not self.groups


EVERYBODY = Allowed()
"""Nobody is named."""
