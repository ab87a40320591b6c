"""The 30-day audit: exports in, the same judgement as the live bot, a report out.

- `result.py`: what an audit found, as values
- `report/`: what people look at: terminal, page, spreadsheet, picture, JSON
"""
