"""The report of an audit: a summary for the terminal, and four files that people keep and pass on.

- `tally.py`, `common.py`, `series.py`: what there is to count, once for all of them
- `wording.py`: numbers, spans and sentences for people
- `terminal.py`: the summary, with Rich
- `page.py`, `payload.py`, `charts.py`, `page/`: `report.html`, one file that needs nothing else
- `spreadsheet.py`: `gaps.csv`
- `picture.py`: `report.png`
- `as_json.py`: `audit.json`, and what `stuck audit --json` prints
- `names.py`: file names without the folders they lie in
- `folder.py`: all four into one folder, whole or not at all
"""

from bot.audit.report.as_json import audit_json
from bot.audit.report.folder import check_folder, write
from bot.audit.report.terminal import show

__all__ = ["audit_json", "check_folder", "show", "write"]
