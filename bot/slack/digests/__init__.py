"""The digests: every working morning, and once a week, where a store stands; privately on `/stuck digest`.

- `hours.py`: when one is due, on the store's clock and calendar; `owing.py`: owed once a store and day, over all processes
- `facts.py`: all that a digest says, as values that a notice keeps; `gathering.py`, `weekly_facts.py`: counting it
- `speeds.py`: how fast gaps were claimed and ended, in business hours; `to_ship.py`: what today's cutoff waits for
- `day.py`, `week.py`, `pieces.py`: in which words; `charts.py`: what the picture shows
- `letters.py`: a digest read back from its notice
- `drawing.py`, `painting.py`: the picture, in a process of its own; `showing.py`: shared in the channel below the text
- `command.py`: `/stuck digest`
"""
