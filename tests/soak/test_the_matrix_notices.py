"""The tests are tested: a program that is broken on purpose comes out of the matrix of deaths as broken."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.killed_scenarios import PRESSINGS, SCENARIOS
from tests.faults.matrix import played
from tests.soak import breaks

pytestmark = pytest.mark.anyio

STORIES = {story.name: story for story in (*SCENARIOS, *PRESSINGS)}


@pytest.mark.parametrize(
    ("broken", "story"),
    [
        (breaks.noted_before_it_is_posted, "two fresh cards"),
        (breaks.sent_again_without_looking, "two fresh cards"),
        (breaks.history_in_a_transaction_of_its_own, "claim"),
        (breaks.what_was_read_is_marked_as_due_later, "a run that opens two gaps"),
        (breaks.a_click_counts_again, "claim, and again at once"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_a_program_broken_on_purpose_is_found_out(
    broken: Callable[[], None], story: str, tmp_path: Path
) -> None:
    found = {death.name: wrong for death, wrong in await played(STORIES[story], tmp_path, broken) if wrong}
    assert found, "nothing was noticed"
    for death, wrong in found.items():
        print(f"{death}: {wrong[0]}")
