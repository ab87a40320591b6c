"""What becomes of gaps when a run has judged (domain.md 3.2, design decisions 7, 8 and 10)."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from storage.conclude import conclude
from storage.database import Database
from storage.findings import Cause, Evidence, NextAction, Severity
from storage.gap import Applied, Gap, Judged
from storage.notices import Notice, Notices
from storage.queue import Queue

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN = "U0ANN"


async def apply(database: Database, *judged: Judged, now: datetime = NOON, **known: Any) -> Applied:
    async with database.write() as session:
        return await Queue(session, now).apply("main", judged, **known)


async def do(database: Database, name: str, *arguments: Any, now: datetime = NOON, **known: Any) -> Any:
    async with database.write() as session:
        return await getattr(Queue(session, now), name)(*arguments, **known)


async def get(database: Database, gap: Gap) -> Gap:
    found: Gap = await do(database, "get", gap.id)
    return found


async def events(database: Database, gap: Gap) -> list[tuple[str, dict[str, str]]]:
    return [(event.code, event.facts) for event in await do(database, "history", gap.id)]


async def notices(database: Database, now: datetime = NOON) -> list[Notice]:
    """Take and send everything that is owed."""
    taken = []
    async with database.write() as session:
        outbox = Notices(session, now)
        while notice := await outbox.take("main"):
            taken.append(notice)
            await outbox.sent(notice.id, ts=f"{len(taken)}.0", channel="C1", edition=notice.edition_due)
    return taken


# ---------------------------------------------------------------- opening, updating, healing


async def test_a_finding_opens_a_gap_with_a_card(database: Database, make: SimpleNamespace) -> None:
    finding = make.finding()
    applied = await apply(database, make.judged(finding))
    [gap] = applied.opened
    assert applied == Applied(opened=(gap,))
    assert (gap.finding, gap.order, gap.order_id, gap.state(NOON)) == (
        finding,
        "#1001",
        "6012345678901",
        "open",
    )
    assert await get(database, gap) == gap
    assert await events(database, gap) == [("opened", {})]
    assert [notice.kind for notice in await notices(database)] == ["card"]


async def test_the_same_finding_again_changes_nothing(database: Database, make: SimpleNamespace) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    await notices(database)
    assert await apply(database, make.judged(make.finding())) == Applied()
    assert await get(database, gap) == gap
    assert await notices(database) == []


async def test_a_later_reading_is_kept_without_a_new_edition(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    await notices(database)
    again = make.finding(evidence=(Evidence("shopify", "status", "UNFULFILLED", NOON + HOUR),))
    assert await apply(database, make.judged(again)) == Applied()
    assert await get(database, gap) == replace(gap, finding=again)
    assert await notices(database) == []


@pytest.mark.parametrize(
    "news",
    [
        {"headline": "Shipped twice"},
        {"next_action": NextAction("resend", "Send it once more.")},
        {"evidence": (Evidence("shopify", "status", "PARTIALLY_FULFILLED", NOON),)},
        {"cause": Cause("notify_failed", "confirmed", "Because of notify_failed.")},
    ],
    ids=lambda news: next(iter(news)),
)
async def test_news_redraws_the_card_without_a_word(
    database: Database, make: SimpleNamespace, news: dict[str, Any]
) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    await notices(database)
    [after] = (await apply(database, make.judged(make.finding(**news)))).updated
    assert (after.edition, after.revision) == (gap.edition + 1, gap.revision)
    assert await events(database, gap) == [("opened", {})]
    assert [notice.kind for notice in await notices(database)] == ["card"]


async def test_another_cause_is_told_in_the_thread(database: Database, make: SimpleNamespace) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    await notices(database)
    [after] = (await apply(database, make.judged(make.finding(cause="not_notified")))).updated
    assert after.revision == gap.revision
    facts = {"from": "Because of notify_failed.", "to": "Because of not_notified."}
    assert (await events(database, gap))[-1] == ("changed", facts)
    assert [notice.kind for notice in await notices(database)] == ["card", "line"]


async def test_a_rise_in_severity_ends_a_snooze_and_makes_old_cards_stale(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    snoozed = (await do(database, "snooze", gap.id, ANN, NOON + HOUR)).gap
    [after] = (await apply(database, make.judged(make.finding(severity=Severity.HIGH)))).updated
    assert (after.state(NOON), after.snoozed_by) == ("open", None)
    assert (after.revision, after.edition) == (snoozed.revision + 1, snoozed.edition + 1)
    assert (await events(database, gap))[-1] == (
        "worse",
        {"from": "normal", "to": "high", "snooze": "ended"},
    )


async def test_a_fall_in_severity_leaves_a_snooze_alone(database: Database, make: SimpleNamespace) -> None:
    [gap] = (await apply(database, make.judged(make.finding(severity=Severity.HIGH)))).opened
    await do(database, "snooze", gap.id, ANN, NOON + HOUR)
    [after] = (await apply(database, make.judged(make.finding()))).updated
    assert after.state(NOON) == "snoozed"
    assert (await events(database, gap))[-1] == ("changed", {"from": "high", "to": "normal"})


async def test_what_is_no_longer_found_heals(database: Database, make: SimpleNamespace) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    await notices(database)
    [after] = (await apply(database, make.judged(), now=NOON + HOUR)).resolved
    assert (after.resolution, after.resolved_at, after.resolved_by) == ("healed", NOON + HOUR, None)
    assert await events(database, gap) == [("opened", {}), ("healed", {})]
    assert [notice.kind for notice in await notices(database, NOON + HOUR)] == ["card", "line"]


async def test_a_subject_that_was_not_judged_is_untouched(database: Database, make: SimpleNamespace) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    assert await apply(database, make.judged(order_id="6012345678902")) == Applied()
    assert await get(database, gap) == gap


async def test_a_gap_of_another_store_is_untouched(database: Database, make: SimpleNamespace) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    async with database.write() as session:
        assert await Queue(session, NOON).apply("other", [make.judged()]) == Applied()
    assert await get(database, gap) == gap


async def test_one_order_can_have_gaps_of_several_kinds(database: Database, make: SimpleNamespace) -> None:
    both = make.judged(make.finding(), make.finding("sync.partial"))
    assert len((await apply(database, both)).opened) == 2
    [healed] = (await apply(database, make.judged(make.finding()))).resolved
    assert healed.kind == "sync.partial"


async def test_of_two_findings_of_one_kind_the_worse_counts(
    database: Database, make: SimpleNamespace
) -> None:
    both = make.judged(make.finding(severity=Severity.HIGH), make.finding())
    [gap] = (await apply(database, both)).opened
    assert gap.severity is Severity.HIGH


# ---------------------------------------------------------------- coming back


async def test_what_comes_back_within_a_day_is_the_same_gap(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    await do(database, "claim", gap.id, ANN)
    await apply(database, make.judged())
    soon = NOON + 24 * HOUR - timedelta(seconds=1)
    [back] = (await apply(database, make.judged(make.finding()), now=soon)).reopened
    assert (back.id, back.reopened, back.owner, back.state(soon)) == (gap.id, 1, ANN, "claimed")
    assert (await events(database, gap))[-1] == ("reopened", {})


async def test_what_comes_back_after_a_day_is_a_new_gap(database: Database, make: SimpleNamespace) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    await apply(database, make.judged())
    [new] = (await apply(database, make.judged(make.finding()), now=NOON + 24 * HOUR)).opened
    assert new.id != gap.id


async def test_a_contradicted_resolved_stands_until_it_is_verified(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    await do(database, "resolve", gap.id, ANN, resolution="unverified", verify_at=NOON + HOUR)
    assert await apply(database, make.judged(make.finding())) == Applied()
    [back] = (await apply(database, make.judged(make.finding()), now=NOON + HOUR)).reopened
    assert back.id == gap.id
    assert (await events(database, gap))[-1] == ("reopened", {"resolved_by": ANN})


async def test_a_contradicted_resolved_without_a_name_reopens_too(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    await do(database, "resolve", gap.id, None, resolution="unverified")
    await apply(database, make.judged(make.finding()))
    assert (await events(database, gap))[-1] == ("reopened", {})


async def test_a_contradicted_resolved_that_comes_true_is_verified_without_a_word(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    await do(database, "resolve", gap.id, ANN, resolution="unverified", verify_at=NOON + HOUR)
    await notices(database)
    assert await apply(database, make.judged()) == Applied()
    after = await get(database, gap)
    assert (after.resolution, after.resolved_by, after.verify_at) == ("verified", ANN, None)
    assert [notice.kind for notice in await notices(database)] == ["card"]


@pytest.mark.parametrize("resolution", ["not_a_gap", "accepted"])
async def test_what_people_explained_stays_closed_for_the_same_cause(
    database: Database, make: SimpleNamespace, resolution: str
) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    await do(database, "resolve", gap.id, ANN, resolution=resolution, reason="known")
    later = NOON + 1000 * HOUR
    assert await apply(database, make.judged(make.finding(headline="anew")), now=later) == Applied()
    [back] = (await apply(database, make.judged(make.finding(cause="other")), now=later)).reopened
    assert back.id == gap.id
    assert (await events(database, gap))[-1] == ("reopened", {"cause": "Because of other."})


async def test_the_last_resolution_decides(database: Database, make: SimpleNamespace) -> None:
    [old] = (await apply(database, make.judged(make.finding()))).opened
    await do(database, "resolve", old.id, ANN, resolution="verified")
    later = NOON + 30 * HOUR
    [new] = (await apply(database, make.judged(make.finding()), now=later)).opened
    await do(database, "resolve", new.id, ANN, resolution="accepted", reason="fine", now=later)
    assert await apply(database, make.judged(make.finding()), now=later + 48 * HOUR) == Applied()


# ---------------------------------------------------------------- superseding


async def test_a_gap_takes_the_place_of_the_one_it_replaces(
    database: Database, make: SimpleNamespace
) -> None:
    [old] = (await apply(database, make.judged(make.finding()))).opened
    await do(database, "claim", old.id, ANN)
    await do(database, "snooze", old.id, ANN, NOON + HOUR)
    heir = make.finding("sync.partial", replaces=frozenset({"sync.unfulfilled"}))
    applied = await apply(database, make.judged(heir))
    [new], [gone] = applied.opened, applied.resolved
    assert (new.owner, new.snoozed_until, new.snoozed_by) == (ANN, NOON + HOUR, ANN)
    assert (gone.id, gone.resolution) == (old.id, "superseded")
    assert (await events(database, old))[-1] == ("superseded", {"kind": "sync.partial"})


async def test_a_worse_heir_does_not_inherit_the_snooze(database: Database, make: SimpleNamespace) -> None:
    [old] = (await apply(database, make.judged(make.finding()))).opened
    await do(database, "snooze", old.id, ANN, NOON + HOUR)
    heir = make.finding("sync.partial", replaces=frozenset({"sync.unfulfilled"}), severity=Severity.HIGH)
    [new] = (await apply(database, make.judged(heir))).opened
    assert new.state(NOON) == "open"


async def test_an_heir_that_comes_back_keeps_its_own_owner(database: Database, make: SimpleNamespace) -> None:
    heir = make.finding("sync.partial", replaces=frozenset({"sync.unfulfilled"}))
    [first] = (await apply(database, make.judged(heir))).opened
    await do(database, "claim", first.id, "U0BEN")
    [old] = (await apply(database, make.judged(make.finding()))).opened
    await do(database, "claim", old.id, ANN)
    applied = await apply(database, make.judged(heir))
    assert [gap.owner for gap in applied.reopened] == ["U0BEN"]
    assert [gap.resolution for gap in applied.resolved] == ["superseded"]


async def test_what_is_found_beside_its_heir_is_not_superseded(
    database: Database, make: SimpleNamespace
) -> None:
    await apply(database, make.judged(make.finding()))
    heir = make.finding("sync.partial", replaces=frozenset({"sync.unfulfilled"}))
    assert (await apply(database, make.judged(heir, make.finding()))).resolved == ()


async def test_what_an_older_gap_replaces_heals(database: Database, make: SimpleNamespace) -> None:
    heir = make.finding("sync.partial", replaces=frozenset({"sync.unfulfilled"}))
    await apply(database, make.judged(heir, make.finding()))
    [gone] = (await apply(database, make.judged(replace(heir, headline="news")))).resolved
    assert gone.resolution == "healed"


async def test_a_superseded_gap_that_is_found_again_is_new(database: Database, make: SimpleNamespace) -> None:
    [old] = (await apply(database, make.judged(make.finding()))).opened
    heir = make.finding("sync.partial", replaces=frozenset({"sync.unfulfilled"}))
    await apply(database, make.judged(heir))
    [new] = (await apply(database, make.judged(make.finding()))).opened
    assert new.id != old.id


# ---------------------------------------------------------------- low severity


async def test_low_severity_has_no_card_and_no_lines(database: Database, make: SimpleNamespace) -> None:
    [gap] = (await apply(database, make.judged(make.finding(severity=Severity.LOW)))).opened
    await do(database, "claim", gap.id, ANN)
    assert await notices(database) == []
    assert [code for code, _ in await events(database, gap)] == ["opened", "claimed"]


async def test_what_was_low_gets_its_card_when_it_rises(database: Database, make: SimpleNamespace) -> None:
    await apply(database, make.judged(make.finding(severity=Severity.LOW)))
    await apply(database, make.judged(make.finding()))
    assert [notice.kind for notice in await notices(database)] == ["card", "line"]


async def test_what_falls_to_low_keeps_its_card_true(database: Database, make: SimpleNamespace) -> None:
    await apply(database, make.judged(make.finding()))
    await notices(database)
    await apply(database, make.judged(make.finding(severity=Severity.LOW)))
    assert [notice.kind for notice in await notices(database)] == ["card", "line"]


# ---------------------------------------------------------------- many at once


def crowd(make: SimpleNamespace, size: int, **known: Any) -> list[Judged]:
    return [
        make.judged(make.finding(**known), order_id=str(6_012_345_000_000 + number), name=f"#{number}")
        for number in range(size)
    ]


async def test_five_gaps_of_one_cause_have_a_card_each(database: Database, make: SimpleNamespace) -> None:
    await apply(database, *crowd(make, 5))
    sent = await notices(database)
    assert [(notice.kind, notice.parent_id) for notice in sent] == [("card", None)] * 5


async def test_six_gaps_of_one_cause_share_a_parent(database: Database, make: SimpleNamespace) -> None:
    other = make.judged(make.finding(cause="other"), order_id="6099999999999")
    applied = await apply(database, *crowd(make, 6), other)
    sent = await notices(database)
    assert sorted(notice.kind for notice in sent) == ["card"] * 7 + ["storm"]
    [parent] = [notice for notice in sent if notice.kind == "storm"]
    alike = {gap.id for gap in applied.opened if gap.finding.cause.code == "notify_failed"}
    assert {notice.gap_id for notice in sent if notice.parent_id == parent.id} == alike
    facts = parent.facts
    assert (facts["kind"], facts["cause_code"], facts["count"]) == ("sync.unfulfilled", "notify_failed", 6)
    assert facts["cause_text"] == "Because of notify_failed."
    assert facts["headline"] == "Shipped, and Shopify does not know"
    assert facts["todo"] == "Send the notification again."


async def test_the_same_cause_in_two_kinds_is_no_storm(database: Database, make: SimpleNamespace) -> None:
    half = [make.judged(make.finding("sync.partial"), order_id=f"70{number}") for number in range(3)]
    await apply(database, *crowd(make, 3), *half)
    assert [notice.kind for notice in await notices(database)] == ["card"] * 6


async def test_low_severity_raises_no_storm(database: Database, make: SimpleNamespace) -> None:
    await apply(database, *crowd(make, 9, severity=Severity.LOW))
    assert await notices(database) == []


async def test_a_first_run_posts_one_summary_with_the_cards_in_its_thread(
    database: Database, make: SimpleNamespace
) -> None:
    few = make.judged(make.finding("sync.partial"), order_id="6099999999999")
    low = make.judged(make.finding(severity=Severity.LOW), order_id="6099999999998")
    await apply(database, *crowd(make, 2), few, low, first_run=True)
    parent, *cards = await notices(database)
    assert (parent.kind, parent.facts) == (
        "first_run",
        {"counts": {"sync.unfulfilled": 2, "sync.partial": 1}},
    )
    assert [(card.kind, card.parent_id) for card in cards] == [("card", parent.id)] * 3


async def test_a_first_run_that_finds_nothing_says_nothing(database: Database, make: SimpleNamespace) -> None:
    await apply(database, make.judged(), first_run=True)
    assert await notices(database) == []


async def test_hundreds_of_gaps_open_and_heal_in_one_go(database: Database, make: SimpleNamespace) -> None:
    many = crowd(make, 1100)
    assert len((await apply(database, *many)).opened) == 1100
    healed = await apply(database, *(replace(each, findings=()) for each in many))
    assert len(healed.resolved) == 1100
    assert [event.code for event in await do(database, "history", healed.resolved[-1].id)] == [
        "opened",
        "healed",
    ]


async def test_two_processes_that_apply_the_same_open_it_once(
    database: Database, other_process: Database, make: SimpleNamespace
) -> None:
    for round_ in range(5):
        judged = make.judged(make.finding(), order_id=f"60123456789{round_:02}")
        both = await asyncio.gather(apply(database, judged), apply(other_process, judged))
        assert sorted(len(applied.opened) for applied in both) == [0, 1]


async def test_a_claim_is_not_lost_when_a_run_updates_the_same_gap(
    database: Database, other_process: Database, make: SimpleNamespace
) -> None:
    [gap] = (await apply(database, make.judged(make.finding()))).opened
    for round_ in range(8):
        news = make.judged(make.finding(headline=f"round {round_}"))
        person = f"U{round_}"
        await asyncio.gather(
            apply(database, news), do(other_process, "claim", gap.id, person, take_over=True)
        )
        after = await get(database, gap)
        assert (after.finding.headline, after.owner) == (f"round {round_}", person)


def test_concluding_is_pure(make: SimpleNamespace) -> None:
    gap = conclude("main", make.judged(make.finding()), (), NOON)[0].gap
    assert conclude("main", make.judged(make.finding()), (gap,), NOON) == []
