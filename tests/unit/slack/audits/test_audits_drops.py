"""What is dropped into a direct message with the app, and what else is written there."""

import asyncio
from dataclasses import replace

import pytest

from bot.settings import Allowed
from bot.slack.audits import answer, kinds

pytestmark = pytest.mark.anyio

MEGABYTE = 1024**2


async def test_a_drop_gets_its_answer_in_its_own_thread_and_leaves_nothing_on_disk(front):
    summary, shared, question = await front.drop(front.file("orders.csv"), front.file("labels.csv", b"x,y\n"))
    assert summary.words.startswith("*2 of 90 orders of 24 Oct to 23 Nov 2026 were stuck.*")
    assert [file["name"] for file in shared.files] == ["report.png", "gaps.csv"]
    assert question.buttons == ["Add to the queue", "No"]
    assert front.read == [{"orders.csv": b"Name,Created at\n#1001,2026-11-20\n", "labels.csv": b"x,y\n"}]
    assert (front.jobs[0].days, front.jobs[0].shop) == (30, "main.myshopify.com")
    assert list(front.tmp.iterdir()) == []


async def test_files_of_one_name_are_both_read(front):
    await front.drop(front.file("orders.csv", b"1"), front.file("orders.csv", b"2"))
    assert front.read == [{"orders.csv": b"1", "orders (2).csv": b"2"}]


async def test_a_name_cannot_leave_the_folder_or_speak_in_the_thread(front):
    [refusal] = await front.drop(front.file("../../<!channel>*.pdf"))
    assert "<!channel>" not in refusal.text
    await front.drop(front.file("../../../etc/passwd.csv"), front.file("..\\C:evil.csv"))
    assert all(path.parent == front.jobs[0].folder / "given" for path in front.jobs[0].paths)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("grid.heic", "*grid.heic* is a HEIC picture, which is not read here. Take the screenshot as PNG"),
        ("invoice.pdf", "*invoice.pdf* is a PDF file, which no export is. Send the exports themselves"),
        ("orders", "*orders* has no ending such as .csv. Send the exports themselves"),
    ],
)
async def test_a_wrong_kind_is_refused_with_what_to_send_instead_and_nothing_is_fetched(front, name, words):
    [refusal] = await front.drop(front.file("good.csv"), front.file(name))
    assert refusal.words.startswith(words)
    assert refusal.words.endswith("Nothing was read.")
    assert (front.jobs, front.slack.called("files.info")) == ([], [])


async def test_a_file_that_is_too_large_is_refused_by_what_slack_says(front):
    [refusal] = await front.drop(front.file(size=201 * MEGABYTE))
    assert refusal.words.startswith("*orders.csv* is 201 MB, and one file may have 200 MB here. Zip it")
    assert front.slack.called("files.info") == []


async def test_files_that_are_too_large_together_are_refused(front):
    [refusal] = await front.drop(*(front.file(f"{at}.csv", size=199 * MEGABYTE) for at in range(4)))
    assert refusal.words.startswith("Together these files are 796 MB, and 600 MB can be read at once.")


async def test_a_file_larger_than_slack_said_is_not_read_to_its_end(front, monkeypatch):
    monkeypatch.setattr(kinds, "LARGEST", 1000)
    [refusal] = await front.drop(front.file(content=b"x" * 5000, size=10))
    assert refusal.words.startswith("*orders.csv* is larger than Slack said:")
    assert (front.jobs, list(front.tmp.iterdir())) == ([], [])


async def test_a_page_to_sign_in_instead_of_a_file_names_the_scope_that_is_missing(front):
    front.slack.fail_next("files.download", "sign_in")
    [refusal] = await front.drop()
    assert refusal.words.startswith(
        "Slack did not hand over *orders.csv*: the app may not read files, for it lacks"
    )
    assert "`files:read`" in refusal.words
    assert "`stuck manifest`" in refusal.words
    assert front.jobs == []


async def test_a_missing_scope_is_named_where_slack_says_so_itself(front):
    front.slack.scopes.discard("files:read")
    [refusal] = await front.drop()
    assert refusal.words.startswith(
        "Slack did not hand over the files: the app may not read files, for it lacks"
    )


async def test_a_redirect_is_followed_without_the_token(front):
    """So that the page it leads to is one to sign in: the file lies behind the token, and Slack's own is not asked."""
    file = front.file()
    front.slack.fail_next("files.download", file.as_json(front.slack.url)["url_private_download"])
    [refusal] = await front.drop(file)
    assert "lacks the scope" in refusal.words


@pytest.mark.parametrize("to", ["https://files.example.com/x.csv", "http://files.slack.com/x.csv"])
async def test_a_redirect_out_of_slack_is_not_followed(front, to):
    front.slack.fail_next("files.download", to)
    [refusal] = await front.drop()
    assert "it lies outside Slack" in refusal.words


@pytest.mark.parametrize(("status", "words"), [(404, "it was deleted meanwhile"), (500, "it answered 500")])
async def test_a_download_that_fails_says_how(front, status, words):
    front.slack.fail_next("files.download", status)
    [refusal] = await front.drop()
    assert words in refusal.words


async def test_a_file_that_was_deleted_meanwhile_is_said_to_be(front):
    file = front.file()
    front.slack.files.delete(file.id)
    [refusal] = await front.drop(file)
    assert refusal.words == "A file was deleted in Slack before it could be read.\nSend it again."


async def test_only_slack_is_given_the_token_and_only_slack_is_read(front, monkeypatch):
    lies = {"url_private_download": "https://files.example.com/orders.csv"}
    file = front.file()
    monkeypatch.setattr(type(file), "as_json", lambda self, url: {"id": self.id, "name": self.name, **lies})
    [refusal] = await front.drop(file)
    assert "it lies outside Slack" in refusal.words


async def test_guests_and_strangers_are_told_that_they_may_not(front):
    for user in ("U0GUEST", "U0STRANGER"):
        [refusal] = await front.drop(user=user)
        assert "Nothing was changed." in refusal.words
    assert (front.jobs, front.slack.called("files.info")) == ([], [])


class TestKeptToSome:
    @pytest.fixture
    def allowed(self):
        return Allowed(users=("U0BO",))

    async def test_somebody_who_is_not_named_is_told_whom_to_ask(self, front):
        [refusal] = await front.drop()
        assert "Ask <@U0BO> to do it" in refusal.words
        assert front.jobs == []
        assert len(await front.drop(user="U0BO")) == 3


async def test_what_slack_delivers_twice_is_audited_once(front):
    await front.drop()
    await front.slack.again()
    await front.drop(front.file("other.csv"))
    assert [list(read) for read in front.read] == [["orders.csv"], ["other.csv"]]


async def test_words_are_answered_with_what_can_be_done_here(front):
    said = await front.say("hello?")
    await front.drop(front.file("x.pdf"))
    assert [one.words for one in front.slack.messages("D0ALEX", said.ts)] == [answer.HOW]


async def test_words_in_a_thread_are_left_alone_and_files_there_are_audited_there(front):
    root = await front.say("the exports:")
    await front.say("wait", thread_ts=root.ts)
    how, wait, _drop, summary, _shared, question = await front.drop(thread_ts=root.ts)
    assert (how.words, wait.words) == (answer.HOW, "wait")
    assert summary.words.startswith("*2 of 90 orders")
    assert question.buttons


async def test_a_second_audit_waits_for_the_first_and_says_so(front):
    second = asyncio.Event()

    async def meanwhile():
        front.meanwhile = None
        message = await front.slack.drop([front.file("second.csv")], "U0BO")
        await front.slack.wait_for(lambda: front.slack.messages(message.channel, message.ts))
        [waiting] = front.slack.messages(message.channel, message.ts)
        assert waiting.words == answer.WAITS
        second.set()

    front.meanwhile = meanwhile
    await front.drop(front.file("first.csv"))
    assert second.is_set()
    assert [list(read) for read in front.read] == [["first.csv"], ["second.csv"]]


async def test_a_calm_month_has_neither_files_nor_a_question(front, without):
    front.found = without(verdict="None of the 90 orders was stuck", kinds=(), causes=(), orders=(), gaps=0)
    [summary] = await front.drop()
    assert summary.words.startswith("*None of the 90 orders was stuck.*")


async def test_without_the_scope_for_files_the_question_is_asked_all_the_same(front):
    front.slack.scopes.discard("files:write")
    _summary, sorry, question = await front.drop()
    assert "could not be attached: Slack answers missing_scope." in sorry.words
    assert "Add the scope files:write to the app" in sorry.words
    assert question.buttons


async def test_slack_that_asks_to_slow_down_is_obeyed(front):
    front.slack.fail_next("files.info", "ratelimited:7")
    front.slack.fail_next("chat.postMessage", "ratelimited:5")
    before = front.clock.now()
    assert len(await front.drop()) == 3
    assert (front.clock.now() - before).total_seconds() == 12


async def test_an_audit_that_breaks_says_so_and_deletes_its_files(front):
    async def meanwhile():
        raise RuntimeError("broken")

    front.meanwhile = meanwhile
    [sorry] = await front.drop()
    assert sorry.words == answer.BROKEN
    assert list(front.tmp.iterdir()) == []


async def test_a_process_that_is_stopped_says_so_and_deletes_the_files(front):
    async def meanwhile():
        asyncio.current_task().cancel()
        await asyncio.sleep(0)

    front.meanwhile = meanwhile
    [sorry] = await front.drop()
    assert sorry.words == answer.BROKEN_OFF
    assert list(front.tmp.iterdir()) == []


async def test_what_a_killed_process_left_behind_is_deleted_by_the_next_audit(front):
    left, ours = front.tmp / "stuck-audit-999999999-abc", front.tmp / "stuck-audit-1-abc"
    for folder in (left, ours):
        folder.mkdir()
        (folder / "orders.csv").write_text("Jane")
    await front.drop()
    assert list(front.tmp.iterdir()) == [ours]


def test_a_file_is_what_its_ending_says():
    endings = {"A.CSV": "table", "b.xlsx": "table", "c.zip": "table", "d.JPEG": "picture", "e": "other"}
    endings |= {"f.webp": "other picture"}
    assert {name: kinds.Sent("F1", name).kind for name in endings} == endings
    assert replace(kinds.Sent("F1", "a.csv"), size=1).size == 1
