"""The buttons of a card: claim, release, wake, reopen, resolved, take over, and the menu of rarer acts."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.reconcile import Recheck
from bot.slack import replies, wording
from bot.slack.clicks import Click, Voice, Work, on_press, patiently, read_target
from bot.slack.desk import Desk
from bot.slack.gap_window import attending
from bot.slack.handover import open_assign, open_note
from bot.slack.modals import open_accepted, open_not_a_gap, open_snooze
from bot.slack.packets import open_customer, open_details, open_support
from bot.slack.people import People
from storage.gap import Change, Gap
from storage.queue import Queue

Act = Callable[[Desk, People, Click], Awaitable[None]]


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to every button and menu of a card."""
    for name, act in ACTS.items():
        app.action(f"gap.{name}")(on_press(people, _button(desk, people, act)))
    app.action("gap.more")(on_press(people, _menu(desk, people)))


def _button(desk: Desk, people: People, act: Act) -> Work:
    async def pressed(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        await _act(desk, people, act, str(action.get("value", "")), voice, body)

    return pressed


def _menu(desk: Desk, people: People) -> Work:
    async def chosen(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        name, _, target = str(action["selected_option"]["value"]).partition(":")
        await _act(desk, people, ACTS[name], target, voice, body)

    return chosen


async def _act(desk: Desk, people: People, act: Act, target: str, voice: Voice, body: dict[str, Any]) -> None:
    gap_id, revision = read_target(target)
    in_window = (body.get("view") or {}).get("type") == "modal"
    async with attending(desk, voice, gap_id) as beside:
        await act(desk, people, Click(gap_id, revision, body.get("trigger_id"), beside, in_window=in_window))


# ---------------------------------------------------------------- one transition each


async def claim(desk: Desk, people: People, click: Click, *, take_over: bool = False) -> None:
    """Make it this person's; the second of two is told who was first."""

    async def transition(queue: Queue) -> Change:
        return await queue.claim(click.gap_id, click.user, revision=click.revision, take_over=take_over)

    change = await desk.move(transition)
    await click.voice.tell(replies.claimed(change, click.user, desk.clock.now()))


async def release(desk: Desk, people: People, click: Click) -> None:
    """Give it back."""
    change = await desk.move(lambda queue: queue.release(click.gap_id, click.user, revision=click.revision))
    await click.voice.tell(replies.outdated(change, desk.clock.now()))


async def wake(desk: Desk, people: People, click: Click) -> None:
    """End the snooze now."""
    change = await desk.move(lambda queue: queue.wake(click.gap_id, click.user, revision=click.revision))
    await click.voice.tell(replies.outdated(change, desk.clock.now()))


async def reopen(desk: Desk, people: People, click: Click) -> None:
    """Put a resolved one back."""
    change = await desk.move(lambda queue: queue.reopen(click.gap_id, click.user, revision=click.revision))
    await click.voice.tell(replies.outdated(change, desk.clock.now()))


async def history(desk: Desk, people: People, click: Click) -> None:
    """Tell privately what happened to it."""
    gap = await desk.gap(click.gap_id)
    if gap is None:
        await click.voice.tell(replies.private(replies.GONE))
        return
    await click.voice.tell(wording.history(await desk.history(click.gap_id), gap))


# ---------------------------------------------------------------- resolved


async def resolved(desk: Desk, people: People, click: Click) -> None:
    """Resolve it, and ask both systems whether that is so (design decision 7)."""
    now = desk.clock.now()
    gap = await desk.gap(click.gap_id)
    hindrance = replies.outdated(_hindrance(gap, click), now)
    if hindrance is not None:
        if gap is not None:
            await desk.refresh(gap)
        await click.voice.tell(hindrance)
        return
    await _resolve(desk, click, await patiently(click.voice, desk.recheck(click.gap_id)))


def _hindrance(gap: Gap | None, click: Click) -> Change:
    """Return what would hinder resolving now, before the systems are troubled for it."""
    if gap is None:
        return Change("gone", None)
    if gap.resolved_at is not None:
        return Change("already" if gap.resolved_by == click.user else "resolved", gap)
    return Change("done" if click.revision in {None, gap.revision} else "stale", gap)


async def _resolve(desk: Desk, click: Click, answer: Recheck) -> None:
    gap = answer.gap or await desk.gap(click.gap_id)
    if gap is None:
        await click.voice.tell(replies.private(replies.GONE))
        return
    rules = desk.rules(gap.store)
    verify_at = desk.clock.now() + rules.windows.verify
    agreed = answer.still_there is False
    change = await desk.move(
        lambda queue: queue.resolve(
            click.gap_id,
            click.user,
            resolution="verified" if agreed else "unverified",
            verify_at=None if agreed else verify_at,
            evidence=answer.evidence,
        )
    )
    healed = agreed and change.gap is not None and change.gap.resolution in {"healed", "verified"}
    if change.outcome != "done" and not healed:
        await click.voice.tell(replies.outdated(change, desk.clock.now()))
    elif agreed:
        await click.voice.tell(replies.both_agree(gap))
    elif answer.still_there:
        await click.voice.tell(replies.still_disagree(gap, verify_at))
    else:
        await click.voice.tell(replies.not_read(gap, answer.error, verify_at))


ACTS: dict[str, Act] = {
    "claim": claim,
    "take_over": partial(claim, take_over=True),
    "release": release,
    "wake": wake,
    "reopen": reopen,
    "resolved": resolved,
    "history": history,
    "snooze": open_snooze,
    "not_a_gap": open_not_a_gap,
    "accepted": open_accepted,
    "assign": open_assign,
    "note": open_note,
    "details": open_details,
    "support": open_support,
    "customer": open_customer,
}
