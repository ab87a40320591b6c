"""Message shortcuts, and links that an app may put something under, as Slack has them."""

import pytest
from slack_sdk.errors import SlackApiError

pytestmark = pytest.mark.anyio

LINK = "https://admin.shopify.com/store/acme/orders/6001"
TEXT = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


@pytest.fixture
async def heard(bolt):
    """The link_shared events that a real Bolt app is told of."""
    events: list[dict] = []

    async def shared(event):
        events.append(event)

    bolt.app.event("link_shared")(shared)
    return events


async def test_the_app_hears_of_links_to_its_domains_and_below_them(workspace, heard):
    said = await workspace.say(
        f"see {LINK}, https://acme.myshopify.com/admin/orders/1 and https://example.com/x."
    )
    await workspace.wait_for(lambda: heard)
    [event] = heard
    assert [(link["domain"], link["url"]) for link in event["links"]] == [
        ("admin.shopify.com", LINK),
        ("myshopify.com", "https://acme.myshopify.com/admin/orders/1"),
    ]
    assert (event["message_ts"], event["channel"], event["source"]) == (
        said.ts,
        said.channel,
        "conversations_history",
    )
    assert (
        said.text == f"see <{LINK}>, <https://acme.myshopify.com/admin/orders/1> and <https://example.com/x>."
    )


@pytest.mark.parametrize(
    "text", ["nothing", "https://example.com", "https://admin.shopify.com.evil.example/x"]
)
async def test_it_hears_of_no_other_links(workspace, bolt, text):
    await workspace.say(text)
    assert workspace.acks == []


async def test_a_preview_stands_under_the_message_and_a_second_one_replaces_it(workspace, client):
    said = await workspace.say(LINK)
    for words in ("hello", "again"):
        block = {"type": "section", "text": {"type": "mrkdwn", "text": words}}
        await client.chat_unfurl(channel=said.channel, ts=said.ts, unfurls={LINK: {"blocks": [block]}})
        assert workspace.message(said.ts).previews == [words]
    [attachment] = workspace.message(said.ts).as_json()["attachments"]
    assert (attachment["from_url"], attachment["is_app_unfurl"]) == (LINK, True)


async def test_it_may_be_named_by_its_unfurl_id(workspace, client, heard):
    said = await workspace.say(LINK)
    await workspace.wait_for(lambda: heard)
    named = {"unfurl_id": heard[0]["unfurl_id"], "source": "conversations_history"}
    await client.chat_unfurl(**named, unfurls={LINK: {"blocks": [TEXT]}})
    assert workspace.message(said.ts).previews == ["hello"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"channel": None}, "missing_channel"),
        ({"ts": None}, "missing_ts"),
        ({"channel": "C0NOWHERE"}, "cannot_find_channel"),
        ({"ts": "1.000001"}, "cannot_find_message"),
        ({"unfurls": {}}, "missing_unfurls"),
        ({"unfurls": {LINK: "words"}}, "invalid_unfurls_format"),
        ({"unfurls": {"https://admin.shopify.com/other": {"blocks": [TEXT]}}}, "cannot_unfurl_message"),
        ({"unfurls": {"https://example.com/x": {"blocks": [TEXT]}}}, "cannot_unfurl_url"),
        ({"unfurls": {LINK: {"blocks": [TEXT] * 51}}}, "cannot_parse_attachment"),
        (
            {"unfurls": {LINK: {"blocks": [{"type": "input"}, {"type": "nonsense"}]}}},
            "cannot_parse_attachment",
        ),
    ],
)
async def test_what_slack_refuses_is_refused(workspace, client, changes, code):
    said = await workspace.say(f"{LINK} https://example.com/x")
    usual = {"channel": said.channel, "ts": said.ts, "unfurls": {LINK: {"blocks": [TEXT]}}}
    assert await refused(client.chat_unfurl(**(usual | changes))) == code
    assert workspace.message(said.ts).unfurls == ()


async def test_an_app_without_domains_or_scope_puts_nothing_there(workspace, client):
    said = await workspace.say(LINK)
    there = {"channel": said.channel, "ts": said.ts, "unfurls": {LINK: {"blocks": [TEXT]}}}
    workspace.unfurl_domains.clear()
    assert await refused(client.chat_unfurl(**there)) == "cannot_find_service"
    workspace.scopes.discard("links:write")
    assert await refused(client.chat_unfurl(**there)) == "missing_scope"


async def test_a_shortcut_tells_the_app_of_the_whole_message_and_how_to_answer(workspace, bolt):
    told: list[dict] = []

    async def chosen(ack, shortcut, respond):
        await ack()
        told.append(shortcut)
        await respond("Seen.")

    bolt.app.shortcut({"type": "message_action", "callback_id": "look"})(chosen)
    said = await workspace.say("about #1234")
    ack = await workspace.shortcut(said, "look", "U0BO")
    await workspace.wait_for(lambda: workspace.ephemerals("U0BO"))
    assert ack.ok
    assert (told[0]["message"]["text"], told[0]["message_ts"]) == ("about #1234", said.ts)
    assert told[0]["trigger_id"]
    assert [one.words for one in workspace.ephemerals("U0BO")] == ["Seen."]


async def test_an_ephemeral_or_deleted_message_has_no_shortcuts(workspace):
    private = workspace.post(workspace.channel, "psst", [], only_for="U0BO")
    with pytest.raises(LookupError):
        await workspace.shortcut(private, "look", "U0BO")
