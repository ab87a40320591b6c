"""Files in the pretend workspace: uploaded, shared, described, downloaded and chosen as in Slack."""

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.validate import view_problems
from bot.sandbox.slack.workspace import BOT_TOKEN

pytestmark = pytest.mark.anyio

CSV = b"a,b\n1,2\n"
UPLOAD = {"filename": "gaps.csv", "content": CSV, "title": "Gaps", "alt_txt": "a list"}


async def refused(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def get(url: str, token: str | None = BOT_TOKEN) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient() as web:
        return await web.get(url, headers=headers)


def modal(**element) -> dict:
    text = {"type": "plain_text", "text": "Exports"}
    field = {"type": "file_input", "action_id": "value", **element}
    block = {"type": "input", "block_id": "files", "label": text, "element": field}
    return {"type": "modal", "title": text, "submit": text, "blocks": [block]}


async def test_the_app_shares_files_in_a_thread_in_one_message(client, workspace):
    parent = workspace.post(workspace.channel, "an audit", [])
    uploads = [
        {key: value for key, value in UPLOAD.items() if key != "content"} | {"file": CSV} for _ in range(2)
    ]
    await client.files_upload_v2(
        file_uploads=uploads, channel=workspace.channel, thread_ts=parent.ts, initial_comment="here"
    )
    [shared] = workspace.messages(thread_ts=parent.ts)
    assert (shared.user, shared.text, len(shared.files)) == ("U0STUCK", "here", 2)
    told = shared.as_json()
    assert (told["subtype"], told["files"][0]["filetype"], told["files"][0]["alt_txt"]) == (
        "file_share",
        "csv",
        "a list",
    )
    assert (await get(told["files"][0]["url_private_download"])).content == CSV


async def test_a_file_is_shared_only_where_the_app_is(client, workspace):
    workspace.channels[workspace.channel].members.discard("U0STUCK")
    assert await refused(client.files_upload_v2(**UPLOAD, channel=workspace.channel)) == "not_in_channel"
    assert await refused(client.files_upload_v2(**UPLOAD, channel="C0NOWHERE1")) == "channel_not_found"


async def test_bytes_that_were_not_announced_are_not_a_file(client, workspace):
    told = await client.files_getUploadURLExternal(filename="a.csv", length=5)
    async with httpx.AsyncClient() as web:
        assert (await web.post(told["upload_url"], content=b"123456")).status_code == 400
        assert (await web.post(told["upload_url"] + "x", content=b"12345")).status_code == 404
    complete = client.files_completeUploadExternal(
        files=[{"id": told["file_id"]}], channel_id=workspace.channel
    )
    assert await refused(complete) == "file_not_found"
    assert workspace.messages() == []


@pytest.mark.parametrize(
    ("scope", "call"),
    [
        ("files:read", lambda client: client.files_info(file="F1")),
        ("files:write", lambda client: client.files_upload_v2(**UPLOAD)),
    ],
)
async def test_each_method_needs_its_scope(client, workspace, scope, call):
    workspace.scopes.discard(scope)
    with pytest.raises(SlackApiError) as caught:
        await call(client)
    assert (caught.value.response["error"], caught.value.response["needed"]) == ("missing_scope", scope)


async def test_a_file_that_is_gone_is_said_to_be(client, workspace):
    file = workspace.files.upload("orders.csv", CSV, "U0ALEX")
    address = (await client.files_info(file=file.id))["file"]["url_private_download"]
    workspace.files.delete(file.id)
    assert await refused(client.files_info(file=file.id)) == "file_deleted"
    assert await refused(client.files_info(file="F0NONE")) == "file_not_found"
    assert (await get(address)).status_code == 404


@pytest.mark.parametrize("token", [None, "xoxb-wrong", "xapp-pretend"])
async def test_without_the_right_token_a_download_is_a_page_to_sign_in_with_status_200(
    server, workspace, token
):
    file = workspace.files.upload("orders.csv", CSV, "U0ALEX").as_json(workspace.url)
    answer = await get(file["url_private_download"], token)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    workspace.scopes.discard("files:read")
    assert b"Sign in" in (await get(file["url_private_download"])).content


async def test_a_drop_is_told_to_the_app_as_a_share_in_a_direct_message(bolt, workspace):
    heard = []

    @bolt.app.event("message")
    async def written(event):
        heard.append(event)

    file = workspace.files.upload("orders.csv", CSV, "U0ALEX")
    await workspace.drop([file], text="last month")
    await workspace.say("hello", channel="D0ALEX")
    await workspace.wait_for(lambda: len(heard) == 2)
    share, words = heard
    assert (share["subtype"], share["channel_type"], share["channel"]) == ("file_share", "im", "D0ALEX")
    assert [one["id"] for one in share["files"]] == [file.id]
    assert ("subtype" in words, words["text"], words["channel_type"]) == (False, "hello", "im")


async def test_the_app_hears_of_nothing_without_the_scope_and_of_no_channel(bolt, workspace):
    await workspace.drop([workspace.files.upload("a.csv", CSV, "U0ALEX")], channel=workspace.channel)
    workspace.scopes.discard("im:history")
    await workspace.drop([workspace.files.upload("a.csv", CSV, "U0ALEX")])
    assert workspace.acks == []


async def test_chosen_files_are_sent_as_slack_sends_them(bolt, workspace):
    workspace.views.open("U0ALEX", modal(filetypes=["csv"], max_files=1))
    [view] = workspace.modals("U0ALEX")
    file = workspace.files.upload("orders.csv", CSV, "U0ALEX").as_json(workspace.url)
    await workspace.submit(view, {"files": [file]})
    value = workspace.acks[-1].payload["view"]["state"]["values"]["files"]["value"]
    assert value == {"type": "file_input", "files": [file]}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "Please complete this required field."),
        (["a.pdf"], "Only these file types are allowed: csv."),
        (["a.csv", "b.csv"], "You can only upload 1 file."),
    ],
)
async def test_files_that_slack_would_not_take_do_not_reach_the_app(server, workspace, names, said):
    workspace.views.open("U0ALEX", modal(filetypes=["csv"], max_files=1))
    files = [workspace.files.upload(name, CSV, "U0ALEX").as_json(workspace.url) for name in names]
    await workspace.submit(workspace.modals("U0ALEX")[0], {"files": files})
    assert dict(workspace.modals("U0ALEX")[0].errors) == {"files": said}
    assert workspace.acks == []


async def test_a_window_for_files_needs_the_scope_to_read_them(client, workspace):
    trigger = workspace.tickets.trigger("U0ALEX")
    workspace.scopes.discard("files:read")
    assert await refused(client.views_open(trigger_id=trigger, view=modal())) == "missing_scope"


@pytest.mark.parametrize(
    ("element", "wrong"),
    [
        ({}, 0),
        ({"max_files": 10}, 0),
        ({"max_files": 11}, 1),
        ({"max_files": 0}, 1),
        ({"filetypes": [".csv"]}, 1),
    ],
)
def test_a_file_input_has_limits(element, wrong):
    assert len(view_problems(modal(**element))) == wrong


def test_a_file_input_stands_in_windows_only():
    assert view_problems({"type": "home", "blocks": modal()["blocks"]})


async def test_the_page_uploads_drops_and_shows_files(server, workspace):
    async with httpx.AsyncClient(base_url=server.url) as web:
        told = (await web.post("/page/upload?user=U0ALEX&name=a.png", content=b"\x89PNG")).json()["file"]
        drop = {"user": "U0ALEX", "channel": workspace.dm("U0ALEX").id, "files": [told["id"]]}
        assert (await web.post("/page/drop", json=drop)).json() == {"ok": True}
        [message] = workspace.messages("D0ALEX")
        assert [one["name"] for one in message.files] == ["a.png"]
        shown = await web.get(f"/page/file/{told['id']}")
        page = workspace.files.upload("evil.html", b"<script>", "U0ALEX")
        kept = await web.get(f"/page/file/{page.id}")
    assert (shown.headers["content-type"], shown.headers["content-disposition"][:6]) == (
        "image/png",
        "inline",
    )
    assert kept.headers["content-type"] == "application/octet-stream"
    assert kept.headers["content-disposition"].startswith("attachment")
