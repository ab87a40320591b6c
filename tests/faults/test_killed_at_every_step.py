"""Nothing is lost and nothing told twice, wherever kill -9 meets the process: played at every step, for real."""

from pathlib import Path

import pytest

from tests.faults.killed_scenarios import PRESSINGS, SCENARIOS
from tests.faults.matrix import Pressing, Scenario, played

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("story", [*SCENARIOS, *PRESSINGS], ids=lambda story: story.name)
async def test_a_process_killed_at_any_step_loses_nothing_and_tells_nothing_twice(
    story: Scenario | Pressing, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    for death, wrong in await played(story, tmp_path):
        with subtests.test(death.name):
            assert wrong == []
