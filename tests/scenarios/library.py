"""Every scenario."""

from tests.scenarios import (
    aging,
    called_off,
    ghosts,
    half_told,
    healthy,
    holding,
    imports,
    placement,
    quantity,
    remainder,
    rules,
    stores,
    tracking,
    traps,
    untold,
)

SCENARIOS = [
    *imports.SCENARIOS,
    *placement.SCENARIOS,
    *quantity.SCENARIOS,
    *called_off.SCENARIOS,
    *aging.SCENARIOS,
    *holding.SCENARIOS,
    *remainder.SCENARIOS,
    *untold.SCENARIOS,
    *half_told.SCENARIOS,
    *tracking.SCENARIOS,
    *ghosts.SCENARIOS,
    *stores.SCENARIOS,
    *traps.SCENARIOS,
    *rules.SCENARIOS,
    *healthy.SCENARIOS,
]
