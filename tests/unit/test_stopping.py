"""How a process ends: signals, the part that ends first, the part that never ends, listeners at work."""

import asyncio
import os
import signal
import time

import pytest
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot import stopping
from bot.stopping import asked_to_stop, listeners_end, together, unless

pytestmark = pytest.mark.anyio


class Part:
    """A part of the program that writes down what becomes of it."""

    def __init__(self, stop: asyncio.Event):
        self.stop = stop
        self.end = "still running"

    async def obedient(self) -> None:
        await self.stop.wait()
        self.end = "stopped"

    async def deaf(self) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.end = "cancelled"
            raise

    async def failing(self) -> None:
        await asyncio.sleep(0)
        raise RuntimeError("broken")


@pytest.fixture
async def stop(anyio_backend) -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
def hurry(monkeypatch):
    monkeypatch.setattr(stopping, "STOP_WITHIN", 0.05)
    monkeypatch.setattr(stopping, "LISTENERS_WITHIN", 0.05)


# ---------------------------------------------------------------- asked from outside


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_asks_to_stop_and_a_second_one_does_what_it_always_does(number):
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = asked_to_stop()
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.wait(), 5)
        left_to_python = {signal.SIGTERM: signal.SIG_DFL, signal.SIGINT: signal.default_int_handler}
        assert signal.getsignal(number) is left_to_python[number]
    finally:
        for each, handler in before.items():
            asyncio.get_running_loop().remove_signal_handler(each)
            signal.signal(each, handler)


async def test_where_there_are_no_such_signals_there_is_still_an_event(monkeypatch):
    def windows(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(asyncio.get_running_loop(), "add_signal_handler", windows)
    assert not asked_to_stop().is_set()


# ---------------------------------------------------------------- together


async def test_asked_to_stop_all_parts_end(stop):
    one, other = Part(stop), Part(stop)
    asyncio.get_running_loop().call_soon(stop.set)
    await together(stop, one.obedient(), other.obedient())
    assert (one.end, other.end) == ("stopped", "stopped")


async def test_a_part_that_fails_stops_the_others_and_is_what_is_told(stop):
    other = Part(stop)
    with pytest.raises(RuntimeError, match="broken"):
        await together(stop, other.obedient(), Part(stop).failing())
    assert other.end == "stopped"
    assert stop.is_set()


async def test_a_part_that_ends_by_itself_ends_the_others(stop):
    other = Part(stop)
    await together(stop, asyncio.sleep(0), other.obedient())
    assert other.end == "stopped"


async def test_a_part_that_does_not_listen_is_cut_short(stop, hurry):
    deaf, other = Part(stop), Part(stop)
    stop.set()
    began = time.monotonic()
    await together(stop, deaf.deaf(), other.obedient())
    assert (deaf.end, other.end) == ("cancelled", "stopped")
    assert time.monotonic() - began < 5


async def test_a_failure_is_told_even_when_another_part_had_to_be_cut_short(stop, hurry):
    with pytest.raises(RuntimeError, match="broken"):
        await together(stop, Part(stop).deaf(), Part(stop).failing())


async def test_cancelling_the_whole_leaves_no_part_behind(stop):
    deaf = Part(stop)
    whole = asyncio.create_task(together(stop, deaf.deaf()))
    await asyncio.sleep(0.01)
    whole.cancel()
    with pytest.raises(asyncio.CancelledError):
        await whole
    assert deaf.end == "cancelled"


# ---------------------------------------------------------------- unless


async def test_work_goes_on_unless_stopped(stop):
    done = []

    async def work() -> None:
        done.append(1)

    await unless(stop, work())
    assert done == [1]


async def test_work_is_broken_off_when_asked_to_stop(stop):
    deaf = Part(stop)
    asyncio.get_running_loop().call_later(0.01, stop.set)
    await unless(stop, deaf.deaf())
    assert deaf.end == "cancelled"


async def test_work_that_ends_within_its_grace_is_not_broken_off(stop):
    part = Part(stop)
    asyncio.get_running_loop().call_later(0.01, stop.set)
    await unless(stop, part.obedient(), grace=5)
    assert part.end == "stopped"


async def test_what_fails_is_raised(stop):
    with pytest.raises(RuntimeError, match="broken"):
        await unless(stop, Part(stop).failing())


# ---------------------------------------------------------------- listeners


async def authorize():
    return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-pretend", bot_id="B1")


class Listening:
    """A real Bolt app whose one listener has acknowledged and is still at work."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.end = "still running"
        self.app = AsyncApp(
            client=AsyncWebClient(base_url="http://127.0.0.1:9/"),
            authorize=authorize,
            request_verification_enabled=False,
        )
        self.app.command("/stuck")(self.command)

    async def command(self, ack) -> None:
        await ack()
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.end = "cancelled"
            raise
        self.end = "answered"

    async def start(self) -> None:
        request = AsyncBoltRequest(
            body="command=/stuck&user_id=U1&team_id=T1&channel_id=C1",
            headers={"content-type": ["application/x-www-form-urlencoded"]},
        )
        assert (await self.app.async_dispatch(request)).status == 200


@pytest.fixture
async def listening(anyio_backend, monkeypatch) -> Listening:
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    return Listening()


async def test_an_answer_in_hand_goes_out_before_the_end(listening):
    await listening.start()
    asyncio.get_running_loop().call_later(0.01, listening.release.set)
    await listeners_end()
    assert listening.end == "answered"


async def test_a_listener_that_hangs_does_not_hold_up_the_end(listening, hurry):
    await listening.start()
    await listeners_end()
    assert listening.end == "cancelled"


async def test_without_listeners_at_work_the_end_is_at_once():
    await asyncio.wait_for(listeners_end(), 1)
