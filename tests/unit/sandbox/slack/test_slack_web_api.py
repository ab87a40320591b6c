"""The real SDK is answered as Slack answers: codes, limits, headers, pages."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack.workspace import APP_TOKEN

pytestmark = pytest.mark.anyio

TEXT = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
META = {"event_type": "gap", "event_payload": {"notice": "n1"}}


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_the_bot_token_belongs_to_the_bot_and_its_scopes_are_told(client):
    answer = await client.auth_test()
    assert (answer["user_id"], answer["team_id"]) == ("U0STUCK", "T0PRETEND")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(
    ("token", "code"), [("xoxb-wrong", "invalid_auth"), (APP_TOKEN, "not_allowed_token_type")]
)
async def test_other_tokens_are_refused(client, token, code):
    other = AsyncWebClient(token=token, base_url=client.base_url)
    assert await refused(other.auth_test()) == code


async def test_a_revoked_token_says_so(client, workspace):
    workspace.tokens[client.token] = "token_revoked"
    assert await refused(client.auth_test()) == "token_revoked"


async def test_a_missing_scope_names_what_is_needed(client, workspace):
    workspace.scopes.discard("users:read")
    with pytest.raises(SlackApiError) as caught:
        await client.users_info(user="U0BO")
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "users:read"


async def test_a_posted_message_keeps_text_blocks_and_metadata(client, workspace):
    answer = await client.chat_postMessage(
        channel=workspace.channel, text="<b>", blocks=[TEXT], metadata=META
    )
    message = workspace.message(answer["ts"])
    assert (message.text, message.metadata, message.words) == ("<b>", META, "hello")


async def test_stamps_come_from_the_clock_and_never_repeat(client, workspace, clock):
    first = (await client.chat_postMessage(channel=workspace.channel, text="1"))["ts"]
    second = (await client.chat_postMessage(channel=workspace.channel, text="2"))["ts"]
    clock.move(seconds=5)
    third = (await client.chat_postMessage(channel=workspace.channel, text="3"))["ts"]
    assert float(first) == clock.now().timestamp() - 5
    assert first < second < third


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"is_archived": True}, "is_archived"),
        ({"members": {"U0ALEX"}}, "not_in_channel"),
        ({"members": {"U0ALEX"}, "is_private": True}, "channel_not_found"),
    ],
)
async def test_a_channel_that_takes_no_message_says_why(client, workspace, change, code):
    for name, value in change.items():
        setattr(workspace.channels[workspace.channel], name, value)
    assert await refused(client.chat_postMessage(channel=workspace.channel, text="x")) == code


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "x", "metadata": {"event_type": "gap"}}, "invalid_metadata_format"),
        ({"text": "x", "blocks": [{"type": "alert"}]}, "invalid_blocks"),
    ],
)
async def test_a_message_that_slack_would_refuse_is_refused(client, workspace, arguments, code):
    call = client.chat_postMessage(**{"channel": workspace.channel, **arguments})
    assert await refused(call) == code
    assert workspace.messages() == []


async def test_an_empty_message_is_refused(client, workspace):
    body = {"channel": workspace.channel, "text": ""}
    assert await refused(client.api_call("chat.postMessage", json=body)) == "no_text"


async def test_invalid_blocks_come_with_the_place_of_the_mistake(client, workspace):
    long = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=workspace.channel, text="x", blocks=[TEXT, long])
    said = caught.value.response["response_metadata"]["messages"]
    assert said == ["[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]"]


async def test_an_update_with_text_alone_takes_the_blocks_away_and_keeps_metadata(client, workspace):
    posted = await client.chat_postMessage(channel=workspace.channel, text="x", blocks=[TEXT], metadata=META)
    await client.chat_update(channel=workspace.channel, ts=posted["ts"], text="y")
    message = workspace.message(posted["ts"])
    assert (message.text, message.blocks, message.metadata) == ("y", (), META)


async def test_updates_are_refused_when_too_long_foreign_or_gone(client, workspace):
    posted = await client.chat_postMessage(channel=workspace.channel, text="x")
    theirs = await workspace.say("mine", user="U0BO")
    update = {"channel": workspace.channel, "ts": posted["ts"]}
    assert await refused(client.chat_update(**update, text="y" * 4001)) == "msg_too_long"
    foreign = {**update, "ts": theirs.ts}
    assert await refused(client.chat_update(**foreign, text="y")) == "cant_update_message"
    await client.chat_delete(**update)
    assert await refused(client.chat_update(**update, text="y")) == "message_not_found"


async def test_a_deleted_parent_with_replies_leaves_a_tombstone(client, workspace):
    parent = (await client.chat_postMessage(channel=workspace.channel, text="x"))["ts"]
    await client.chat_postMessage(channel=workspace.channel, text="reply", thread_ts=parent)
    await client.chat_delete(channel=workspace.channel, ts=parent)
    history = await client.conversations_history(channel=workspace.channel)
    assert [one["subtype"] for one in history["messages"]] == ["tombstone"]
    assert workspace.messages() == []


async def test_history_is_newest_first_without_replies_and_shows_metadata_on_request(client, workspace):
    first = (await client.chat_postMessage(channel=workspace.channel, text="1", metadata=META))["ts"]
    await client.chat_postMessage(channel=workspace.channel, text="in thread", thread_ts=first)
    await client.chat_postMessage(channel=workspace.channel, text="2")
    plain = await client.conversations_history(channel=workspace.channel)
    told = await client.conversations_history(channel=workspace.channel, include_all_metadata=True)
    assert [one["text"] for one in plain["messages"]] == ["2", "1"]
    assert "metadata" not in plain["messages"][1]
    assert told["messages"][1]["metadata"] == META
    assert told["messages"][1]["reply_count"] == 1


async def test_history_is_cut_by_oldest_and_latest_which_count_only_when_inclusive(client, workspace):
    stamps = [(await client.chat_postMessage(channel=workspace.channel, text=str(n)))["ts"] for n in range(3)]
    window = {"channel": workspace.channel, "oldest": stamps[0], "latest": stamps[2]}
    within = await client.conversations_history(**window)
    with_ends = await client.conversations_history(**window, inclusive=True)
    assert [one["text"] for one in within["messages"]] == ["1"]
    assert [one["text"] for one in with_ends["messages"]] == ["2", "1", "0"]


async def test_a_long_thread_comes_in_pages(client, workspace):
    parent = (await client.chat_postMessage(channel=workspace.channel, text="0"))["ts"]
    for n in range(1, 5):
        await client.chat_postMessage(channel=workspace.channel, text=str(n), thread_ts=parent)
    texts, cursor = [], None
    while cursor != "":
        page = await client.conversations_replies(
            channel=workspace.channel, ts=parent, limit=2, cursor=cursor
        )
        texts += [one["text"] for one in page["messages"]]
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
    assert texts == ["0", "1", "2", "3", "4"]


async def test_a_person_has_a_zone_and_may_be_a_guest_a_stranger_or_gone(client, workspace):
    workspace.deactivate("U0CAM")
    people = {
        one: (await client.users_info(user=one))["user"] for one in ("U0BO", "U0GUEST", "U0STRANGER", "U0CAM")
    }
    assert (people["U0BO"]["tz"], people["U0BO"]["tz_offset"]) == ("Europe/Berlin", 3600)
    assert people["U0GUEST"]["is_restricted"]
    assert people["U0STRANGER"]["team_id"] != "T0PRETEND"
    assert people["U0CAM"]["deleted"]


async def test_who_is_in_a_user_group_is_told_to_an_app_with_the_scope(client, workspace):
    workspace.groups["S0OPS"] = {"U0BO", "U0ALEX"}
    assert (await client.usergroups_users_list(usergroup="S0OPS"))["users"] == ["U0ALEX", "U0BO"]
    assert await refused(client.usergroups_users_list(usergroup="S0GONE")) == "no_such_subteam"
    workspace.scopes.discard("usergroups:read")
    assert await refused(client.usergroups_users_list(usergroup="S0OPS")) == "missing_scope"


async def test_user_groups_may_be_asked_about_twenty_times_a_minute(client, workspace):
    workspace.groups["S0OPS"] = set()
    workspace.pace.on = True
    for _ in range(20):
        await client.usergroups_users_list(usergroup="S0OPS")
    assert await refused(client.usergroups_users_list(usergroup="S0OPS")) == "ratelimited"


async def test_channels_are_described_and_listed(client, workspace):
    workspace.add_channel("C0SECRET", "secret", private=True)
    info = await client.conversations_info(channel=workspace.channel)
    public = await client.conversations_list()
    both = await client.conversations_list(types="public_channel,private_channel")
    members = await client.conversations_members(channel=workspace.channel)
    assert info["channel"]["name"] == "order-gaps"
    assert [len(public["channels"]), len(both["channels"])] == [1, 2]
    assert "U0STUCK" in members["members"]


async def test_a_private_word_goes_to_members_only(client, workspace):
    workspace.channels[workspace.channel].members.discard("U0CAM")
    await client.chat_postEphemeral(channel=workspace.channel, user="U0BO", text="psst")
    call = client.chat_postEphemeral(channel=workspace.channel, user="U0CAM", text="psst")
    assert await refused(call) == "user_not_in_channel"
    assert [one.text for one in workspace.ephemerals("U0BO")] == ["psst"]


async def test_a_message_to_a_person_lands_in_their_conversation_with_the_app(client, workspace):
    answer = await client.chat_postMessage(channel="U0BO", text="hello")
    assert answer["channel"] == "D0BO"
    assert [one.text for one in workspace.messages("D0BO")] == ["hello"]


async def test_reactions_come_and_go(client, workspace):
    ts = (await client.chat_postMessage(channel=workspace.channel, text="x"))["ts"]
    mark = {"channel": workspace.channel, "timestamp": ts, "name": "eyes"}
    await client.reactions_add(**mark)
    assert await refused(client.reactions_add(**mark)) == "already_reacted"
    await client.reactions_remove(**mark)
    assert workspace.reactions == []


async def test_a_permalink_names_channel_and_stamp(client, workspace):
    ts = (await client.chat_postMessage(channel=workspace.channel, text="x"))["ts"]
    link = await client.chat_getPermalink(channel=workspace.channel, message_ts=ts)
    assert link["permalink"].endswith(f"/archives/{workspace.channel}/p{ts.replace('.', '')}")


async def test_the_pace_holds_after_a_burst_and_says_when_to_come_back(client, workspace, clock):
    workspace.pace.on = True
    for _ in range(10):
        await client.chat_postMessage(channel=workspace.channel, text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=workspace.channel, text="x")
    wait = int(caught.value.response.headers["retry-after"])
    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    clock.move(seconds=wait)
    await client.chat_postMessage(channel=workspace.channel, text="at last")
    assert workspace.messages()[-1].text == "at last"
