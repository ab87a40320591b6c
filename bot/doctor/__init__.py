"""Doctor: every link of the chain, tried with the code that the bot itself uses.

- `examine.py`: settings, database and Slack, and then store by store
- `access.py`: who may act in Slack, where the settings name people or user groups
- `store.py`: one store: access, mapping, how orders are matched, and what its settings miss
- `check.py`: what is reported of one link
"""

from bot.doctor.check import BuildSources, Check
from bot.doctor.examine import examine_all

__all__ = ["BuildSources", "Check", "examine_all"]
