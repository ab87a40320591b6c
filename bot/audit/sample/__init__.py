"""A realistic month as exports: what `stuck audit --sample` writes, and then audits.

- `values.py`, `goods.py`: an order with everything that happened to it on both sides, and what it is made of
- `month.py`, `hours.py`: a month in which all goes well, in the hours in which people order and work
- `lookalikes.py`, `incidents.py`, `mishaps.py`: what looks like a gap and is none, and the gaps
- `matrixify.py`, `shopify_export.py`, `shipstation_exports.py`: the same orders in the layouts of the exports
- `writing.py`: all of it, as files
"""

from bot.audit.sample.shipstation_exports import write_shipments
from bot.audit.sample.shopify_export import write_shopify_csv
from bot.audit.sample.writing import Sample, invent, write_sample

__all__ = ["Sample", "invent", "write_sample", "write_shipments", "write_shopify_csv"]
