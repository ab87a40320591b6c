"""Screenshots dropped or chosen: read, asked about, and audited once somebody has looked at them."""

import pytest

from bot.slack.audits import answer, kinds
from bot.slack.audits.process import make
from tests.unit.slack.audits.conftest import listeners_done
from tests.unit.slack.audits.pictured import EXPORT, LISTED, ORDERS, RIGHT

pytestmark = pytest.mark.anyio


async def test_a_picture_is_read_and_asked_about_before_anything_is_audited(front, asked):
    message = await asked()
    assert message.words.startswith(
        "*grid.png*: ShipStation shipments grid, 4 rows read. 3 of them want a second look; 2 cannot count without a "
        "correction."
    )
    assert message.buttons == ["Look at the rows", "Stop"]
    assert (front.jobs, list(front.tmp.iterdir())) == ([], []), "no audit, and nothing left on disk"


async def test_corrected_rows_are_audited_with_the_files_which_are_fetched_again(
    front, asked, window, accepted
):
    message = await asked()
    [rows] = await accepted(
        await window(message),
        **{"cell:2:tracking:unsettled": RIGHT, "cell:4:ship_date:useless": "11/22/2026", "cell:3:order_number:fine": "1003"},
    )  # fmt: skip
    assert [row["order #"] for row in rows] == ["1001", "1002", "1003", "1004"]
    assert (rows[1]["tracking #"], rows[3]["ship date"]) == (RIGHT, "2026-11-22")
    assert front.read == [{"orders.csv": EXPORT}], "the picture itself is not needed any more"
    assert front.jobs[0].days == 30
    summary, _shared, question = front.slack.messages("D0ALEX", message.thread_ts)
    assert (summary.ts, question.buttons) == (message.ts, ["Add to the queue", "No"])
    assert summary.words.startswith("*2 of 90 orders")


async def test_pictures_come_one_after_the_other(front, asked, window, accepted, a_picture):
    message = await asked(a_picture(ORDERS, LISTED, "list.png"), a_picture())
    assert message.words.startswith(
        "*list.png* (picture 1 of 2): Shopify order list, 2 rows read. None of them"
    )
    await accepted(await window(message))
    message = front.slack.message(message.ts, "D0ALEX")
    assert message.words.startswith("*grid.png* (picture 2 of 2): ShipStation shipments grid")
    assert front.jobs == []
    assert [len(rows) for rows in await accepted(await window(message))] == [2, 2]


async def test_nobody_but_who_gave_the_files_may_press(front, asked):
    message = await asked()
    for button in ("Look at the rows", "Stop"):
        await front.press(message, button, "U0BO")
        assert front.told("U0BO").startswith("<@U0ALEX> gave these pictures, and only they can say")
    assert front.slack.modals("U0BO") == []
    assert front.slack.message(message.ts, "D0ALEX").buttons


async def test_stopped_it_forgets_what_was_read(front, asked, window, accepted):
    message = await asked()
    view = await window(message)
    await front.press(message, "Stop")
    assert front.slack.message(message.ts, "D0ALEX").words == answer.STOPPED
    await front.press(message, "Look at the rows")
    assert front.told() == answer.STOPPED
    await accepted(view)
    assert front.jobs == []


async def test_after_a_day_it_has_forgotten_and_says_so(front, asked):
    message = await asked()
    front.clock.move(hours=25)
    for button in ("Look at the rows", "Stop"):
        await front.press(message, button)
        assert front.told() == answer.ROWS_FORGOTTEN


async def test_another_process_or_the_next_one_goes_on_with_it(front, asked, window, accepted):
    message = await asked()
    await front.talk()
    view = await window(message)
    await front.talk()
    assert [len(rows) for rows in await accepted(view)] == [2]


async def test_of_two_windows_the_first_counts(front, asked, window, accepted, a_picture):
    message = await asked(a_picture(), a_picture())
    first = await window(message)
    front.slack.views.stacks["U0ALEX"].clear()
    second = await window(message)
    await accepted(first)
    await accepted(second)
    assert front.told() == answer.ROWS_ACCEPTED
    assert "picture 2 of 2" in front.slack.message(message.ts, "D0ALEX").words


async def test_a_window_that_comes_too_late_is_said(front, asked):
    message = await asked()
    front.slack.fail_next("views.open", "expired_trigger_id")
    await front.press(message, "Look at the rows")
    assert "Slack" in front.told()
    front.slack.fail_next("views.open", "invalid_arguments")
    await front.press(message, "Look at the rows")
    assert front.told().startswith(
        "Slack did not open the window (invalid_arguments). Press the button again."
    )


async def test_whoever_may_no_longer_act_when_it_is_sent_hears_so(front, asked, window, accepted):
    view = await window(await asked())
    front.clock.move(hours=2)
    front.slack.deactivate("U0ALEX")
    await accepted(view)
    assert front.jobs == []


async def test_chosen_in_the_window_of_an_audit_it_is_asked_about_in_the_thread(front, window, a_picture):
    view = await front.window()
    await front.fill(
        view, shopify=[front.file("orders.csv", EXPORT)], shipstation=[a_picture()], days="Last 7 days"
    )
    opening = front.slack.messages("D0ALEX")[0]
    [message] = front.slack.messages("D0ALEX", opening.ts)
    await front.slack.submit(await window(message), {})
    await listeners_done()
    assert (front.jobs[0].days, front.jobs[0].shop) == (7, "main.myshopify.com")


class TestWithoutTheExtra:
    @pytest.fixture(autouse=True)
    def missing(self, monkeypatch):
        monkeypatch.setattr(kinds, "READER", "a_library_that_is_not_there")

    async def test_a_drop_is_told_what_to_send_and_what_to_install(self, front):
        [refusal] = await front.drop(front.file("orders.csv"), front.file("grid.png"))
        assert refusal.words.startswith(
            "*grid.png* is a picture, and this stuck cannot read pictures. Send the exports"
        )
        assert "screenshots" in refusal.words.split("For whoever runs stuck: ")[1]
        assert front.slack.called("files.info") == []

    async def test_the_window_says_it_under_the_field(self, front):
        await front.fill(await front.window(), shipstation=[front.file("grid.png")])
        [(field, said)] = front.slack.modals("U0ALEX")[-1].errors
        assert field == "shipstation"
        assert said.startswith("grid.png is a picture, and this stuck cannot read pictures.")


async def test_one_side_alone_is_refused_before_anybody_corrects_a_row(front, a_picture):
    [refusal] = await front.drop(a_picture(), a_picture(name="more.png"))
    assert refusal.words.startswith("These files show only ShipStation's side.")
    assert list(front.tmp.iterdir()) == []


async def test_an_export_that_cannot_be_read_is_refused_before_anybody_corrects_a_row(front, a_picture):
    [refusal] = await front.drop(a_picture(), front.file("orders.csv", b'{"a": 1}'))
    assert refusal.words.startswith("orders.csv cannot be read: it looks like a JSON file.")


async def test_a_picture_that_is_none_is_refused_by_its_name_alone(front, a_picture):
    [refusal] = await front.drop(
        front.file("orders.csv", EXPORT), front.file("grid.png", b"\x89PNG\r\n\x1a\n broken")
    )
    assert refusal.words.startswith("grid.png cannot be read: it is named like a picture and is none")
    assert str(front.tmp) not in refusal.words


async def test_the_process_audits_accepted_rows_under_the_pictures_name(
    front, asked, window, accepted, tmp_path, monkeypatch
):
    await accepted(await window(await asked()), **{"cell:2:tracking:unsettled": RIGHT})
    job = front.jobs[0]
    job.folder.mkdir()
    (job.folder / "given").mkdir()
    job.paths[0].write_bytes(EXPORT)
    monkeypatch.setattr("tempfile.tempdir", None)
    found = make(job)
    assert [(file.name, file.recognised_as, file.rows) for file in found.files] == [
        ("orders.csv", "Shopify orders export", 1),
        ("grid.png", "Screenshot of a ShipStation shipments grid", 3),
    ]
    assert found.orders == ("#1001",)
    assert any("ShipStation's shipments and orders exports" in need for need in found.needs), (
        "a part of a list"
    )
    assert found.notes[0].startswith(
        "grid.png: Read from a screenshot of 2026-11-23: 3 rows, confirmed; the least sure"
    )
    assert "could not be made out" in found.notes[0]
    assert "Read from a screenshot" in answer.summary(found, 30).text
