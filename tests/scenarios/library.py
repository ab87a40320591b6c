"""Every scenario."""

from tests.scenarios import aging, imports, reverse, stores, sync, traps

SCENARIOS = [
    *imports.SCENARIOS,
    *aging.SCENARIOS,
    *sync.SCENARIOS,
    *reverse.SCENARIOS,
    *stores.SCENARIOS,
    *traps.SCENARIOS,
]
