"""One order as both systems see it, for every test of the judgement."""

from collections.abc import Callable

import pytest

from tests.scenarios.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def new_scene() -> Callable[[], Scene]:
    return Scene
