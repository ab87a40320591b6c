"""One test for each labelled situation: the judgement says of it what it should, no more and no less."""

import pytest

from tests.scenarios.library import SCENARIOS


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario(scenario, record_property):
    seen = scenario.seen()
    record_property("scenario", scenario.told(seen))
    if scenario.kinds:
        assert seen.kinds == scenario.kinds, seen.why
    else:
        assert (seen.kinds, seen.outcome) == ([], scenario.expected), seen.why
    assert scenario.near not in seen.kinds
    if scenario.cause is not None:
        assert seen.causes[scenario.first] == scenario.cause
    assert scenario.says in seen.why
