"""The eyes on files: exports of Shopify and ShipStation, read as facts.

- `columns.py`: which column names stand for which field
- `unpack.py`, `sheets.py`, `dialect.py`: from a path to readable rows: archives, spreadsheets, encoding, delimiter, header
- `recognise.py`: what a file is by its columns, or a sentence why not; `plan.py`, `gathering.py`: how all will be read
- `values.py`, `dates.py`, `zones.py`: SQL that turns what is written into values
- `tables.py`: the canonical tables; `projection.py`, `checks.py`, `loading.py`: a file's rows into them, or why not;
  `merge.py`: orders that continue over rows, and what was given twice
- `careful.py`: rows that DuckDB's own reader refuses, read one by one with their line numbers
- `reading.py`: `open_exports`; `progress.py`: how far it is
- `knowledge.py`, `noting.py`: what the files tell, and how they were read
- `shopify_facts.py`, `shipstation_facts.py`, `facts.py`: some orders as `storage.facts`
"""

from bot.sources.exports.files import Knowledge, ReadFile, RejectedRow
from bot.sources.exports.reading import Exports, open_exports

__all__ = ["Exports", "Knowledge", "ReadFile", "RejectedRow", "open_exports"]
