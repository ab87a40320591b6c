"""Whatever a shop, a customer or a system writes: no limit of Slack breaks, and nothing comes alive."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.slack import cards, digest, replies, storm, wording
from bot.slack.escape import length, plain, safe
from bot.slack.message import Message
from storage.findings import Cause, Evidence, Finding, Links, NextAction, Severity
from storage.gap import Change, Event, Gap
from storage.notice import Notice
from storage.storms import Common, Picture

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

# ---------------------------------------------------------------- hostile text

SPITEFUL = [
    "<!channel>",
    "<!here|x>",
    "<@U0ALEX>",
    "<https://evil.example|Refund>",
    "@here",
    "@everyone",
    "#general",
    "https://evil.example/?a=1&b=2",
    "&lt;!channel&gt;",
    "*bold*",
    "`code`",
    "```",
    "_it_",
    "~no~",
    "\u202egnp.exe",
    "\u2066\u2069",
    "\u0000\u0007\n\r\n> quote",
    "\ud800",
    "👩‍👩‍👧‍👦" * 30,
    "שלום עולם",
    "é" * 50,
    "&" * 700,
    "<" * 4000,
    "😀" * 2000,
    "|>",
]
hostile = st.lists(st.one_of(st.sampled_from(SPITEFUL), st.text(max_size=60)), max_size=8).map(" ".join)
moments = st.integers(-60 * 24 * 400, 60 * 24 * 400).map(lambda minutes: NOW + timedelta(minutes=minutes))
users = st.sampled_from(["U0ALEX", "W123", "<!channel>", "U0|><!here>"])
addresses = st.one_of(
    st.none(),
    st.sampled_from(["https://admin.shopify.com/a?b=1&c=2", "javascript:1", "https://x/|<!channel>"]),
    hostile.map("https://x.example/".__add__),
)
evidence = st.builds(Evidence, st.sampled_from(["shopify", "shipstation"]), hostile, hostile, moments)
findings = st.builds(
    Finding,
    kind=st.sampled_from(["sync.unfulfilled", "nothing.known"]),
    headline=hostile,
    severity=st.sampled_from(Severity),
    since=moments,
    cause=st.builds(Cause, st.just("c"), st.sampled_from(["confirmed", "likely", "unknown"]), hostile),
    next_action=st.builds(NextAction, st.just("a"), hostile),
    evidence=st.lists(evidence, max_size=12).map(tuple),
    links=st.builds(Links, addresses, addresses),
)
resolutions = st.sampled_from(["healed", "verified", "unverified", "not_a_gap", "accepted", "superseded"])
maybe = st.one_of(st.none(), moments)
gaps = st.builds(
    Gap,
    id=st.uuids().map(lambda each: each.hex),
    store=hostile,
    subject=st.just("order:1"),
    order_id=st.one_of(st.none(), st.just("6001")),
    order=st.one_of(st.none(), hostile),
    finding=findings,
    opened_at=moments,
    owner=st.one_of(st.none(), users),
    claimed_at=maybe,
    snoozed_until=maybe,
    snoozed_by=st.one_of(st.none(), users),
    resolved_at=maybe,
    resolved_by=st.one_of(st.none(), users),
    resolution=st.one_of(st.none(), resolutions),
    reason=st.one_of(st.none(), hostile),
    verify_at=maybe,
    revision=st.integers(1, 10**9),
    edition=st.integers(1, 10**9),
    reopened=st.integers(0, 99),
)

# ---------------------------------------------------------------- a checker that shares nothing with the code

LIMITS = {"section": 3000, "header": 150, "context": 3000}
ALLOWED = re.compile(
    r"<(?:@[UW][A-Z0-9]+"
    r"|!date\^-?\d+\^[^|<>]+\|[^<>]*"
    r"|https?://[^|<>\s]+\|[^<>]+)>"
)


def check(message: Message) -> None:
    """Fail where Slack would refuse the message, or where something in it would come alive."""
    assert 0 < length(message.text) <= 4000
    check_mrkdwn(message.text)
    assert not re.search(r"@(here|channel|everyone)\b", message.text, re.IGNORECASE)
    assert len(message.blocks) <= 50
    ids = [block["block_id"] for block in message.blocks if "block_id" in block]
    assert len(ids) == len(set(ids))
    assert all(len(each) <= 255 for each in ids)
    for block in message.blocks:
        check_block(block)
    message.text.encode()


def check_block(block: dict[str, Any]) -> None:
    kind = block["type"]
    if kind == "actions":
        assert 1 <= len(block["elements"]) <= 25
        assert sum(one.get("style") == "primary" for one in block["elements"]) <= 1
        for element in block["elements"]:
            check_element(element)
    elif kind == "context":
        assert 1 <= len(block["elements"]) <= 10
        for each in block["elements"]:
            check_text(each, 3000)
    elif "fields" in block:
        assert 1 <= len(block["fields"]) <= 10
        for cell in block["fields"]:
            check_text(cell, 2000)
    elif kind in LIMITS:
        check_text(block["text"], LIMITS[kind])
    else:
        assert kind == "divider"


def check_element(element: dict[str, Any]) -> None:
    assert len(element["action_id"]) <= 255
    if element["type"] == "overflow":
        assert 1 <= len(element["options"]) <= 5
        for choice in element["options"]:
            check_text(choice["text"], 75)
            assert len(choice["value"]) <= 150
    else:
        check_text(element["text"], 75)
        assert len(element["value"]) <= 2000
        assert length(element.get("accessibility_label", "")) <= 75
        asked = element.get("confirm", {})
        for part, limit in {"title": 100, "text": 300, "confirm": 30, "deny": 30}.items():
            if asked:
                check_text(asked[part], limit)


def check_text(text: dict[str, Any], limit: int) -> None:
    assert 1 <= length(text["text"]) <= limit
    if text["type"] == "mrkdwn":
        assert text["verbatim"] is True
        check_mrkdwn(text["text"])
    check_visible(text["text"])


def check_mrkdwn(text: str) -> None:
    """Every bracket and ampersand belongs to something that we wrote."""
    rest = ALLOWED.sub("", text)
    assert "<" not in rest
    assert ">" not in rest
    assert re.sub(r"&(amp|lt|gt);", "", rest).count("&") == 0
    assert "`" not in rest


def check_visible(text: str) -> None:
    """No control characters and no overrides of direction."""
    bad = {char for char in text if unicodedata.category(char) in {"Cc", "Cs"} and char != "\n"}
    assert not bad
    assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u200e\u200f")


# ---------------------------------------------------------------- what must hold

steady = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@steady
@given(gaps)
def test_no_gap_can_break_its_card(gap):
    check(cards.card(gap, NOW))
    check(cards.plain(gap, NOW))


@steady
@given(gaps, st.sampled_from([*wording._SENTENCES, "<!channel>"]), hostile, users, moments)
def test_no_event_can_break_its_line(gap, code, said, by, at):
    facts = {"reason": said, "resolved_by": by, "until": at.isoformat(), "from": by, "kind": said}
    event = Event(1, gap.id, at, by, code, facts)
    check(wording.line(event, gap))
    check(wording.history([event] * 60, gap))


@steady
@given(hostile, st.dictionaries(hostile, st.integers(0, 5000), max_size=5), st.integers(0, 10**6))
def test_no_notice_about_many_gaps_can_break(said, counts, number):
    facts = {"kind": said, "cause_text": said, "headline": said, "count": number, "todo": said}
    of = Notice("n" * 32, "main", "storm", "ready", NOW, NOW, facts=facts, edition_due=number)
    money = ((said or "USD", Decimal(number)),)
    common = (Common("carrier", said, number, number), Common("store", said, 1, number))
    owners = (("U0ALEX", number), ("U0BO", 1), ("W123", 1), ("U0|><!here>", 1))
    check(storm.parent(of, Picture(number, number, number, 1, owners, NOW, NOW, money, common), NOW))
    check(storm.parent(of, Picture(number, 0, 0, 0), NOW))
    check(wording.first_run({"counts": counts}))
    check(wording.blind({"error": said}))
    check(wording.sees({}))


@steady
@given(st.lists(gaps, max_size=4), st.lists(gaps, max_size=2), hostile, maybe, users)
def test_no_queue_can_break_the_answers_made_of_it(open_ones, resolved, said, complete, user):
    stores = (digest.StoreStanding(said, NOW - timedelta(hours=7), complete, complete is not None, said),)
    standing = digest.Standing(NOW, tuple(open_ones), tuple(resolved), stores)
    for shared_by in (None, user):
        check(digest.summary(standing, shared_by=shared_by))
        check(digest.mine(user, open_ones, NOW, shared_by=shared_by))


@steady
@given(gaps, st.sampled_from(["stale", "taken", "already", "resolved", "gone"]), users)
def test_no_gap_can_break_a_private_word(gap, outcome, user):
    for reply in (
        replies.claimed(Change(outcome, gap), user, NOW),
        replies.outdated(Change(outcome, gap), NOW),
        replies.still_disagree(gap, NOW),
        replies.not_read(gap, gap.reason, NOW),
    ):
        if reply is not None:
            check(reply)


@given(hostile, st.integers(3, 200))
@example("&" * 300, 12)
@example("😀" * 300, 7)
def test_outside_text_keeps_its_limit_and_is_never_cut_inside_an_entity(text, limit):
    assert length(safe(text, limit)) <= limit
    assert length(plain(text, limit)) <= limit
    assert re.sub(r"&(amp|lt|gt);", "", safe(text, limit)).count("&") == 0


@given(
    st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters="*`~_@<>&:"))
)
def test_harmless_text_stays_as_it_is(text):
    assert safe(text, 10_000) == " ".join(text.split())
