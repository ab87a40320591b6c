"""Modals and Home tabs keep Slack's rules: triggers, hashes, depth."""

import pytest
from slack_sdk.errors import SlackApiError

pytestmark = pytest.mark.anyio

MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Snooze"}, "blocks": [{"type": "divider"}]}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_a_trigger_opens_one_modal_for_the_person_it_was_given_to(client, workspace):
    trigger = workspace.tickets.trigger("U0BO")
    await client.views_open(trigger_id=trigger, view=MODAL)
    assert [one.title for one in workspace.modals("U0BO")] == ["Snooze"]
    assert await refused(client.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"


async def test_a_trigger_is_worth_nothing_after_three_seconds(client, workspace, clock):
    trigger = workspace.tickets.trigger("U0BO")
    clock.move(seconds=3.1)
    assert await refused(client.views_open(trigger_id=trigger, view=MODAL)) == "expired_trigger_id"


async def test_an_update_needs_the_hash_of_what_is_shown(client, workspace):
    opened = await client.views_open(trigger_id=workspace.tickets.trigger("U0BO"), view=MODAL)
    view = opened["view"]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)
    assert (
        await refused(client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL))
        == "hash_conflict"
    )
    assert await refused(client.views_update(view_id="V0NONE", view=MODAL)) == "not_found"


async def test_three_modals_lie_on_each_other_and_no_more(client, workspace):
    await client.views_open(trigger_id=workspace.tickets.trigger("U0BO"), view=MODAL)
    for _ in range(2):
        await client.views_push(trigger_id=workspace.tickets.trigger("U0BO"), view=MODAL)
    push = client.views_push(trigger_id=workspace.tickets.trigger("U0BO"), view=MODAL)
    assert await refused(push) == "push_limit_reached"
    assert len(workspace.modals("U0BO")) == 3


async def test_a_view_that_slack_would_refuse_is_refused(client, workspace):
    field = {"type": "plain_text_input", "action_id": "a"}
    block = {"type": "input", "label": {"type": "plain_text", "text": "Why"}, "element": field}
    call = client.views_open(trigger_id=workspace.tickets.trigger("U0BO"), view={**MODAL, "blocks": [block]})
    assert await refused(call) == "invalid_arguments"


async def test_a_home_tab_is_published_for_one_person(client, workspace):
    first = await client.views_publish(user_id="U0BO", view=HOME)
    await client.views_publish(user_id="U0BO", view=HOME, hash=first["view"]["hash"])
    again = client.views_publish(user_id="U0BO", view=HOME, hash=first["view"]["hash"])
    assert await refused(again) == "hash_conflict"
    assert workspace.home("U0BO").id == first["view"]["id"]
    assert workspace.home("U0ALEX") is None
