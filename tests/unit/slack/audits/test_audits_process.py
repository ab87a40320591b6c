"""The process that makes an audit: what it hands back, what it says meanwhile, and how it ends."""

import asyncio
import os
import tempfile
from datetime import UTC, datetime

import pytest

from bot.audit.sample import write_sample
from bot.errors import ExportRefused, StuckError
from bot.sandbox.slack.validate import problems
from bot.slack.audits import answer
from bot.slack.audits.found import FileLine, Found, Job, KindLine
from bot.slack.audits.process import Worker, make
from storage.findings import Severity

pytestmark = pytest.mark.anyio

UNTIL = datetime(2026, 11, 26, 13, tzinfo=UTC)
NASTY = "<!channel> *@here* <https://evil.example|x> " * 12


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", None)  # `make` moves it, for it has a process to itself
    (tmp_path / "given").mkdir()
    return tmp_path


def job(folder, *contents, names=("orders.csv", "labels.csv")):
    paths = []
    for name, content in zip(names, contents, strict=False):
        paths.append(folder / "given" / name)
        paths[-1].write_bytes(content)
    return Job(folder, tuple(paths), 30, "")


def test_a_month_comes_back_as_a_summary_with_picture_and_list(folder):
    sample = write_sample(folder / "given", orders=2000, until=UNTIL)
    found = make(Job(folder, sample.files, 30, "acme.myshopify.com"))
    assert found.verdict.endswith("of 27 Oct to 26 Nov 2026 were stuck")
    assert len(found.orders) > 50
    assert len(set(found.orders)) == len(found.orders) <= found.gaps
    assert {file.name for file in found.files} == {path.name for path in sample.files}
    assert not any("live connection" in need for need in found.needs)
    assert Job(folder, sample.files, 30, "").picture.read_bytes().startswith(b"\x89PNG")
    listed = Job(folder, sample.files, 30, "").sheet.read_text(encoding="utf-8-sig")
    assert all(name in listed for name in found.orders)
    assert "admin.shopify.com/store/acme" in listed
    assert problems(answer.summary(found, 30).blocks, "message") == []


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        ([b'{"a": 1}'], "orders.csv cannot be read: it looks like a JSON file."),
        (
            [b"Name,Created at,Financial Status,Lineitem sku\n#1,2026-11-01,paid,MUG\n"],
            "These files show only Shopify's side.",
        ),
    ],
)
def test_what_cannot_be_audited_is_refused_in_words_for_slack(folder, contents, words):
    with pytest.raises(ExportRefused) as refused:
        make(job(folder, *contents))
    assert refused.value.what == words
    assert refused.value.todo.endswith("Then send all files again, together in one message.")
    assert str(folder) not in str(refused.value)


def test_options_of_the_command_line_are_not_advised_in_slack(folder):
    with pytest.raises(ExportRefused) as refused:
        make(job(folder, b"Reference,Ship Date,Tracking\n1,2026-11-01,9400\n"))
    assert refused.value.todo.startswith("Export it again with that column, or run stuck audit on a computer")


def test_what_is_unpacked_lies_where_it_is_deleted(folder, monkeypatch):
    with pytest.raises(ExportRefused):
        make(job(folder, b"{}"))
    assert tempfile.gettempdir() == str(folder)


async def test_a_worker_says_what_it_is_doing_and_hands_over_what_was_refused(folder):
    work = job(folder, b"{}")
    worker = Worker(work, make)
    assert worker.doing() == ""
    with pytest.raises(ExportRefused, match="JSON"):
        await worker.start()
    worker.end()
    work.progress.write_text("Reading orders.csv")
    assert worker.doing() == "Reading orders.csv"


async def test_a_process_that_dies_is_told_as_a_broken_audit(folder):
    worker = Worker(job(folder, b"{}"), make)
    running = worker.start()
    while not worker._pool._processes:  # noqa: ASYNC110  # a pool tells nobody that its process runs
        await asyncio.sleep(0.01)
    for pid in list(worker._pool._processes):
        os.kill(pid, 9)
    with pytest.raises(StuckError, match="broke off before it was done"):
        await running
    worker.end()


# ---------------------------------------------------------------- in which words


def found(**changes):
    many = {
        "verdict": NASTY,
        "asides": (NASTY,) * 6,
        "kinds": tuple(KindLine(NASTY, 9_999, 9, 1234.5, Severity.CRITICAL) for _ in range(40)),
        "causes": (NASTY,) * 40,
        "needs": (NASTY,) * 40,
        "files": tuple(FileLine(NASTY, NASTY, 10**6, 10**5) for _ in range(20)),
        "orders": tuple(f"#{number}" for number in range(5000)),
        "gaps": 5000,
    }
    return Found(**{**many, **changes})


def test_a_huge_audit_keeps_slacks_limits_and_cannot_mention_anybody():
    message = answer.summary(found(), 30)
    assert problems(message.blocks, "message") == []
    assert len(message.text) <= 4000
    assert "<!channel>" not in str(message.blocks) + message.text
    assert "@here" not in message.text
    assert len(answer.alt_text(found())) <= 1000


def test_a_gap_at_the_edge_is_not_counted_as_one():
    line = KindLine("Paid order missing in ShipStation", 0, 2, 0.0, Severity.HIGH)
    words = answer.summary(found(kinds=(line,), causes=(), needs=()), 30).text
    assert "🟠 High · 2 at the window's edge Paid order missing" in words


@pytest.mark.parametrize(("length", "words"), [(0.4, "less than a day"), (1.2, "1 day"), (26.7, "27 days")])
def test_ages_read_as_people_say_them(length, words):
    line = KindLine("Late", 1, 0, length, Severity.LOW)
    assert f"the oldest {words}" in answer.summary(found(kinds=(line,)), 30).text
