"""Which orders a message names."""

import pytest

from bot.slack.naming import OrderLink, named_in, order_link

ADMIN = "https://admin.shopify.com/store/acme/orders/6001"


def numbers(text):
    return list(named_in({"text": text}).numbers)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Where is #1234?", ["1234"]),
        ("1234 again", ["1234"]),
        ("SHOP-1234 and RB32708", ["SHOP-1234", "RB32708"]),
        ("1234-A was split", ["1234-A"]),
        ("#1234-A was split", ["1234-A"]),
        ("#1234,#1235 (#1236)", ["1234", "1235", "1236"]),
        ("Order 77 and order no. 78", ["77", "78"]),
        ("#12", ["12"]),
        ("#1234 and 1234 and #1234.", ["1234"]),
        ("Orders: 1001, 1002 and 1003.", ["1001", "1002", "1003"]),
        ("1001 1002 1003\n1004\n1005", ["1001", "1002", "1003", "1004", "1005"]),
        ("bare 2000 before sure #1000", ["1000", "2000"]),
    ],
)
def test_order_numbers_are_found_in_the_ways_people_write_them(text, named):
    assert numbers(text) == named


@pytest.mark.parametrize(
    "text",
    [
        "call +1 (555) 123-4567, 555-123-4567 or (030) 123 4567",
        "or 555-1234",
        "on 2026-11-23, 11/23/2026, 23.11.2026 at 10:30",
        "by Nov 23, 2026, 23 November 2026 or in November 2026",
        "parcel 9400111206206406260787, 1Z999AA10123456784 and 9400 1112 0620 6406 2607 87",
        "paid $1234.00, 1,234 pieces, 1234 USD, €1234 or 1234€, 150%",
        "write to 1234@example.com",
        "HTTP 500, error 404, SKU 4711",
        "12 units of 7",
        "<#C0123456|orders-2026> <@U0123456> <!date^1795380000^{date}|2026-11-22 20:40 UTC>",
        "https://example.com/orders/1234 <https://example.com/1234>",
        "https://admin.shopify.com/store/acme/products/1234",
        "",
    ],
)
def test_what_only_looks_like_an_order_number_is_passed_over(text):
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("address", "order_id"),
    [
        (ADMIN, "6001"),
        (f"{ADMIN}?link_source=search", "6001"),
        ("https://acme.myshopify.com/admin/orders/6001/edit", "6001"),
        ("https://ACME.myshopify.com/admin/orders/6001", "6001"),
        ("http://admin.shopify.com/store/acme/orders/6001", None),
        ("https://admin.shopify.com.evil.example/store/acme/orders/6001", None),
        ("https://evil.example/https://admin.shopify.com/store/acme/orders/6001", None),
        ("https://admin.shopify.com/store/acme/orders/6001abc", None),
        ("https://admin.shopify.com/store/acme/draft_orders/6001", None),
        ("https://acme.myshopify.com/orders/6001", None),
    ],
)
def test_only_an_order_in_shopify_s_admin_is_one(address, order_id):
    found = order_link(address)
    assert (found.order_id if found else None) == order_id
    assert found is None or found.shop == "acme.myshopify.com"


def test_a_link_and_the_words_on_it_both_count():
    named = named_in({"text": f"<{ADMIN}|Order #1234>"})
    assert named.links == (OrderLink(ADMIN, "acme.myshopify.com", "6001"),)
    assert named.numbers == ("1234",)


def test_blocks_rich_text_and_attachments_are_read():
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "see #1001 "}, {"type": "link", "url": ADMIN}],
            }
        ],
    }
    fields = {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Order*\n#1002"}]}
    old = {
        "title": "Ticket",
        "text": "about #1003",
        "fields": [{"title": "Order", "value": "#1004", "short": True}],
    }
    named = named_in({"text": "", "blocks": [rich, fields], "attachments": [old]})
    assert set(named.numbers) == {"1001", "1002", "1003", "1004"}
    assert [link.order_id for link in named.links] == ["6001"]


def test_what_buttons_carry_is_not_what_the_message_says():
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Claim 4321"},
        "value": "1234",
        "action_id": "gap.claim",
    }
    assert named_in({"blocks": [{"type": "actions", "elements": [button]}]}).numbers == ()


@pytest.mark.parametrize(
    "broken", [{}, {"text": None}, {"blocks": "x"}, {"blocks": [None, 1]}, {"attachments": {"text": 1}}]
)
def test_a_message_of_any_shape_is_survived(broken):
    assert named_in(broken).numbers == ()
