from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.cards import card, plain
from storage.findings import Cause, Evidence, Links, Severity


def buttons(message) -> list[str]:
    """Return the words on the buttons of a card."""
    row = next(block for block in message.blocks if block["type"] == "actions")
    return [element["text"]["text"] for element in row["elements"] if element["type"] == "button"]


def element(message, action_id: str) -> dict:
    """Return one interactive element of a card."""
    row = next(block for block in message.blocks if block["type"] == "actions")
    return next(one for one in row["elements"] if one["action_id"] == action_id)


def menu(message) -> list[str]:
    """Return the choices of the menu of rarer acts."""
    return [choice["text"]["text"] for choice in element(message, "gap.more")["options"]]


def written(message) -> str:
    """Return everything that is written in the blocks."""

    def texts(node):
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                yield node["text"]
            for child in node.values():
                yield from texts(child)
        elif isinstance(node, list):
            for child in node:
                yield from texts(child)

    return "\n".join(texts(message.blocks))


def states(a_gap, now: datetime) -> dict:
    later = now + timedelta(hours=3)
    return {
        "open": a_gap(),
        "claimed": a_gap(owner="U1", claimed_at=now),
        "snoozed": a_gap(snoozed_until=later, snoozed_by="U2"),
        "claimed and snoozed": a_gap(owner="U1", claimed_at=now, snoozed_until=later, snoozed_by="U2"),
        "resolved": a_gap(resolved_at=now, resolved_by="U1", resolution="verified"),
    }


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("open", ["Claim", "Resolved", "Snooze…"]),
        ("claimed", ["Resolved", "Snooze…", "Release"]),
        ("snoozed", ["Claim", "Resolved", "Wake"]),
        ("claimed and snoozed", ["Resolved", "Wake", "Release"]),
        ("resolved", ["Reopen", "Show history"]),
    ],
)
def test_a_card_has_the_buttons_that_fit_its_state(a_gap, now, state, expected):
    assert buttons(card(states(a_gap, now)[state], now)) == expected


def test_a_snooze_that_has_ended_is_no_longer_a_snooze(a_gap, now):
    ended = a_gap(snoozed_until=now, snoozed_by="U2")
    assert buttons(card(ended, now)) == ["Claim", "Resolved", "Snooze…"]
    assert "Snoozed" not in written(card(ended, now))


def test_a_card_never_has_more_than_one_primary_button(a_gap, now):
    for gap in states(a_gap, now).values():
        row = next(block for block in card(gap, now).blocks if block["type"] == "actions")
        assert sum(one.get("style") == "primary" for one in row["elements"]) <= 1


def test_a_button_carries_gap_and_revision_and_nothing_else(a_gap, now):
    drawn = card(a_gap(revision=7), now)
    assert element(drawn, "gap.claim")["value"] == f"{a_gap().id}:7"


def test_a_button_says_its_order_to_a_screen_reader(a_gap, now):
    assert element(card(a_gap(), now), "gap.claim")["accessibility_label"] == "Claim order #1234"


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, ["Assign…", "Add a note…", "Not a gap…", "Accepted…", "More…"]),
        (
            {"owner": "U1"},
            ["Reassign or take over…", "Add a note…", "Not a gap…", "Accepted…", "More…"],
        ),
        (
            {"resolved_at": datetime(2026, 11, 23, tzinfo=UTC), "resolution": "healed"},
            ["Add a note…", "More…"],
        ),
    ],
)
def test_the_menu_has_what_is_rarer_and_never_more_than_five(a_gap, now, known, expected):
    assert menu(card(a_gap(**known), now)) == expected


def test_the_blocks_of_a_new_edition_have_new_ids(a_gap, now):
    ids = {block["block_id"] for block in card(a_gap(edition=1), now).blocks}
    assert ids.isdisjoint(block["block_id"] for block in card(a_gap(edition=2), now).blocks)


def test_the_order_links_to_both_systems(a_gap, now):
    first = card(a_gap(), now).blocks[0]["text"]["text"].splitlines()[0]
    assert first == (
        "*<https://admin.shopify.com/store/acme/orders/6001|Order #1234>*"
        " · <https://ship.shipstation.com/orders/77|ShipStation>"
    )


def test_without_a_link_the_order_is_plain_text(a_gap, now):
    drawn = card(a_gap(links=Links()), now)
    assert drawn.blocks[0]["text"]["text"].splitlines()[0] == "*Order #1234*"


def test_the_evidence_stands_in_two_columns(a_gap, now):
    cells = [cell["text"].splitlines() for cell in card(a_gap(), now).blocks[1]["fields"]]
    assert cells == [
        ["*Shopify*", "Fulfilment status: Unfulfilled"],
        ["*ShipStation*", "Label: 1Z999AA10123456784", "Notified: no"],
    ]


def small_print(message) -> list[str]:
    row = next(block for block in message.blocks if block["type"] == "context")
    return [part["text"] for part in row["elements"]]


def test_when_both_systems_were_read_together_the_earliest_time_is_said_once(a_gap, now):
    read = int((now - timedelta(minutes=3)).timestamp())
    said = small_print(card(a_gap(), now))
    assert [part for part in said if "ead <!date" in part] == [said[-1]]
    assert said[-1].startswith(f"Read <!date^{read}^")


def test_when_one_system_was_read_long_before_the_other_each_has_its_time(a_gap, now):
    old = now - timedelta(hours=2)
    evidence = (Evidence("shopify", "State", "Paid", old), Evidence("shipstation", "State", "Shipped", now))
    said = small_print(card(a_gap(evidence=evidence), now))
    assert said[-2].startswith(f"Shopify read <!date^{int(old.timestamp())}^")
    assert said[-1].startswith(f"ShipStation read <!date^{int(now.timestamp())}^")


def test_a_settled_card_says_so_before_what_it_was_and_shows_no_severity(a_gap, now):
    drawn = card(a_gap(resolved_at=now, resolution="healed"), now)
    for lines in (drawn.blocks[0]["text"]["text"].splitlines(), drawn.text.splitlines()):
        healed = next(place for place, line in enumerate(lines) if "Healed by itself" in line)
        was = next(place for place, line in enumerate(lines) if line.startswith("It was: Shipped, but"))
        assert healed < was
    assert "High" not in written(drawn) + drawn.text


def test_a_settled_card_without_evidence_still_has_small_print(a_gap, now):
    drawn = card(a_gap(resolved_at=now, resolution="healed", evidence=()), now)
    assert small_print(drawn) == ["Nothing was read."]


def test_a_system_that_was_not_read_says_so(a_gap, now):
    cells = card(a_gap(evidence=()), now).blocks[1]["fields"]
    assert [cell["text"] for cell in cells] == [
        "*Shopify*\nnothing was read",
        "*ShipStation*\nnothing was read",
    ]


def test_the_age_is_kept_current_by_slack_and_readable_without(a_gap, now):
    since = int((now - timedelta(hours=5)).timestamp())
    assert f"<!date^{since}^{{ago}}|5 hours ago>" in written(card(a_gap(), now))


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        ("confirmed", "*Cause, confirmed:* Why."),
        ("likely", "*Likely cause:* Why."),
        ("unknown", "*Cause not known:* Why."),
    ],
)
def test_the_cause_says_in_words_how_sure_it_is(a_gap, now, confidence, words):
    assert words in written(card(a_gap(cause=Cause("c", confidence, "Why.")), now))


def test_severity_is_a_word_and_not_only_a_colour(a_gap, now):
    assert "Critical" in written(card(a_gap(severity=Severity.CRITICAL), now))


RESOLVED = {
    "verified": "*Resolved* by <@U1>",
    "unverified": "but the systems do not confirm it yet. It will be checked again",
    "not_a_gap": "*Not a gap*, said by <@U1>",
    "accepted": "*Accepted* by <@U1>",
}


@pytest.mark.parametrize("resolution", RESOLVED)
def test_a_resolved_card_says_how_and_by_whom(a_gap, now, resolution):
    gap = a_gap(resolved_at=now, resolved_by="U1", resolution=resolution, verify_at=now + timedelta(hours=1))
    assert RESOLVED[resolution] in written(card(gap, now))


def test_a_card_that_healed_by_itself_says_so(a_gap, now):
    assert "*Healed by itself*" in written(card(a_gap(resolved_at=now, resolution="healed"), now))


def test_a_replaced_card_says_so(a_gap, now):
    assert "*Replaced*" in written(card(a_gap(resolved_at=now, resolution="superseded"), now))


def test_the_reason_that_was_given_stands_on_the_card(a_gap, now):
    gap = a_gap(resolved_at=now, resolved_by="U1", resolution="accepted", reason="The customer has been told")
    assert "The customer has been told" in written(card(gap, now))


def test_cause_and_next_action_leave_a_settled_card_but_not_a_doubted_one(a_gap, now):
    settled = a_gap(resolved_at=now, resolved_by="U1", resolution="verified")
    assert "*Next:*" not in written(card(settled, now))
    assert "*Next:*" in written(card(replace(settled, resolution="unverified"), now))


def test_how_often_it_came_back_stands_on_the_card(a_gap, now):
    assert "reopened 2 times" in written(card(a_gap(reopened=2), now))
    assert "reopened once" in written(card(a_gap(reopened=1), now))
    assert "reopened" not in written(card(a_gap(), now))


def test_a_gap_of_the_whole_store_has_a_card_too(a_gap, now):
    drawn = card(a_gap(order=None, order_id=None, subject="store"), now)
    assert "Store main" in drawn.text
    assert "Store main" in written(drawn)


def test_an_order_without_a_readable_name_is_called_by_its_id(a_gap, now):
    assert "Order id 6001" in card(a_gap(order="\u202e\u200b"), now).text


def test_the_fallback_text_holds_the_whole_card(a_gap, now):
    text = card(a_gap(owner="U1"), now).text
    for part in (
        "Order #1234",
        "still shows it as unfulfilled",
        "High",
        "HTTP 500",
        "Send the notification again",
    ):
        assert part in text
    assert "<@U1>" in text
    assert "Label: 1Z999AA10123456784" in text


def test_the_plain_card_has_no_blocks_and_says_how_to_act(a_gap, now):
    bare = plain(a_gap(), now)
    assert bare.blocks == []
    assert "/stuck order #1234" in bare.text


def test_a_hostile_name_is_harmless(a_gap, now):
    drawn = card(a_gap(order="<!channel> @here *bold* `x` https://evil.example", links=Links()), now)
    head = drawn.blocks[0]["text"]
    assert head["verbatim"] is True
    for live in ("<!", "@here", "https://", "*bold*", "`"):
        assert live not in head["text"].splitlines()[0].strip("*")
        assert live not in drawn.text.splitlines()[0]


def test_an_address_with_a_bar_or_bracket_is_not_linked(a_gap, now):
    drawn = card(a_gap(links=Links("https://x.example/|<!channel>", "javascript:alert(1)")), now)
    assert drawn.blocks[0]["text"]["text"].splitlines()[0] == "*Order #1234* · ShipStation"


def test_a_long_list_of_evidence_says_how_much_is_left_out(a_gap, now):
    many = tuple(Evidence("shopify", f"field {n}", "v" * 200, now) for n in range(50))
    cell = card(a_gap(evidence=many), now).blocks[1]["fields"][0]["text"]
    assert len(cell) <= 2000
    assert cell.splitlines()[-1].startswith("… and ")
