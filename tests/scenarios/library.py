"""Every scenario."""

from tests.scenarios import imports

SCENARIOS = [*imports.SCENARIOS]
