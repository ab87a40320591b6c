"""The pretend people of the workspace, and how Slack describes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

TEAM = "T0PRETEND"
ELSEWHERE = "T0ELSEWHERE"
"""Team of people who are here through a shared channel."""
APP = "A0STUCK"
BOT = "B0STUCK"
BOT_USER = "U0STUCK"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account in the pretend workspace."""

    id: str
    name: str
    real_name: str
    timezone: str = "America/New_York"
    team: str = TEAM
    is_restricted: bool = False
    deleted: bool = False
    is_bot: bool = False

    @property
    def dm(self) -> str:
        """Id of the direct conversation between this person and the app."""
        return "D" + self.id[1:]

    def as_json(self, now: datetime) -> dict[str, Any]:
        """Return what `users.info` says; offsets are those of `now`."""
        offset = now.astimezone(ZoneInfo(self.timezone)).utcoffset()
        profile = {"real_name": self.real_name, "display_name": self.name, "team": self.team}
        return {
            "id": self.id,
            "team_id": self.team,
            "name": self.name.lower(),
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.timezone,
            "tz_label": self.timezone.partition("/")[2].replace("_", " "),
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_admin": False,
            "is_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_stranger": self.team != TEAM,
        }


PEOPLE = (
    Person("U0ALEX", "Alex", "Alex (New York)", "America/New_York"),
    Person("U0BO", "Bo", "Bo (Berlin)", "Europe/Berlin"),
    Person("U0CAM", "Cam", "Cam (Los Angeles)", "America/Los_Angeles"),
    Person("U0GUEST", "Gia", "Gia (guest)", "America/Chicago", is_restricted=True),
    Person("U0STRANGER", "Sol", "Sol (another company)", "Asia/Tokyo", team=ELSEWHERE),
)

STUCK = Person(BOT_USER, "stuck", "stuck", "America/Los_Angeles", is_bot=True)
