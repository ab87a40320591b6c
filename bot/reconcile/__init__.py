"""A run: read both sides, keep what they said, judge what changed, confirm, apply to the queue.

- `watched.py`: one store under watch: its rules, its two sources, the database, the clock
- `due.py`: which stores are to be read now
- `lease.py`: one run at a time on a store, over all processes
- `read.py`: what to ask for, and whether the answer can be complete
- `keep.py`: into the mirror with it, and detailed reads where the list entry is not enough
- `judging.py`: dossiers from the mirror and the verdicts on them; large batches leave the event loop
- `confirm.py`: the second look at every suspicion, by id, on both sides
- `store_wide.py`: what is wrong with the whole store
- `contrast.py`: imported orders to compare absent ones with
- `run.py`: the order of it all, and the one transaction at its end
- `recheck.py`: the same for one gap or one order number, because a person asked
- `report.py`: what a run or a recheck says of itself
"""

from bot.reconcile.due import due
from bot.reconcile.recheck import recheck, reread
from bot.reconcile.report import Recheck, RunReport
from bot.reconcile.run import run
from bot.reconcile.watched import Sources, WatchedStore

__all__ = ["Recheck", "RunReport", "Sources", "WatchedStore", "due", "recheck", "reread", "run"]
