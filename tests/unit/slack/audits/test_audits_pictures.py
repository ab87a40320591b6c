"""Screenshots dropped or chosen: read, shown back row by row, and audited once somebody has looked at them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from PIL import Image

from bot.sandbox.slack.validate import view_problems
from bot.slack.audits import answer, kinds, looking
from bot.slack.audits.process import make
from bot.sources.screenshots.geometry import Box
from bot.sources.screenshots.ocr import Line
from tests.unit.slack.audits.conftest import listeners_done
from tests.unit.sources.screenshots.typed import Typed, line

pytestmark = pytest.mark.anyio

GRID = {"Order #": 40, "Tracking #": 160, "Ship Date": 360, "Recipient": 500}
LISTED = {"Order": 40, "Date": 160, "Payment status": 340, "Fulfillment status": 500}
RIGHT, WRONG = "1Z999AA10123456784", "1Z999AAI0123456784"
ROWS = (
    ("1001", RIGHT, "11/21/2026", "Ada"),
    ("1002", WRONG, "11/22/2026", "Alan"),
    ("10O3", "461187421193", "11/22/2026", "Grace"),
    ("1004", "461187421194", "11/2…", "Barbara"),
)
ORDERS = (
    ("#1001", "Today at 9:14 am", "Paid", "Unfulfilled"),
    ("#1002", "Nov 20 at 3:22 pm", "Paid", "Fulfilled"),
)
EXPORT = b"Name,Created at,Financial Status,Fulfillment Status,Lineitem sku\n#1001,2026-11-20 08:00:00 +0000,paid,unfulfilled,MUG\n"
TALL = 900


@dataclass
class Reader:
    """Knows what stands on each picture, by the picture's width."""

    pages: dict[int, Typed] = field(default_factory=dict)
    wide: int = 0

    def find(self, image: Image.Image) -> tuple[Image.Image, list[Box]]:
        self.wide = image.width
        return self.pages[self.wide].find(image)

    def read(self, image: Image.Image, boxes: Sequence[Box]) -> list[Line]:
        return self.pages[self.wide].read(image, boxes)


def lined(lefts, rows, confidence=0.99):
    found = [line(name, left, 100) for name, left in lefts.items()]
    for at, row in enumerate(rows):
        found += [
            line(text, left, 140 + 40 * at, confidence)
            for text, left in zip(row, lefts.values(), strict=True)
            if text
        ]
    return found


@pytest.fixture
def a_picture(front, monkeypatch):
    """Upload a picture on which these lines will be read."""
    reader = Reader()
    monkeypatch.setattr("bot.sources.screenshots.ocr.reader", lambda: reader)
    monkeypatch.setattr(kinds, "READER", "json")

    def upload(rows=ROWS, lefts=GRID, name="grid.png", confidence=0.99):
        wide = 900 + len(reader.pages)
        reader.pages[wide] = Typed(lined(lefts, rows, confidence))
        content = io.BytesIO()
        Image.new("RGB", (wide, max(TALL, 200 + 40 * len(rows))), "white").save(content, "PNG")
        return front.file(name, content.getvalue())

    return upload


@pytest.fixture
def asked(front, a_picture):
    """Drop a grid and an export, and return the message that asks to look at the rows."""

    async def drop(*pictures, **more):
        [message] = await front.drop(front.file("orders.csv", EXPORT), *(pictures or (a_picture(),)), **more)
        return message

    return drop


@pytest.fixture
def window(front):
    """Press the button, and return the window."""

    async def look(message, user="U0ALEX"):
        await front.press(message, "Look at the rows", user)
        return front.slack.modals(user)[-1]

    return look


@pytest.fixture
def accepted(front):
    """Send the window; return the rows that the audit was then given, as their files say them."""

    async def send(view, **given):
        await front.slack.submit(view, given)
        await listeners_done()
        return tables(front)

    return send


def tables(front):
    """What the last audit was given, picture by picture."""
    folder = front.tmp / "rows"
    folder.mkdir(exist_ok=True)
    found = looking.written(front.jobs[-1].rows, folder) if front.jobs else {}
    return [list(csv.DictReader(io.StringIO(each.path.read_text()))) for each in found.values()]


def block(view, start):
    """The one block of the window whose id begins so."""
    [found] = [each for each in view.blocks if str(each.get("block_id")).startswith(start)]
    return found


def ids(view):
    return [each["block_id"] for each in view.blocks if ":" in str(each.get("block_id"))]


async def test_a_picture_is_read_and_asked_about_before_anything_is_audited(front, asked):
    message = await asked()
    assert message.words.startswith(
        "*grid.png*: ShipStation shipments grid, 4 rows read. 3 of them want a second look; 2 cannot count without a "
        "correction."
    )
    assert message.buttons == ["Look at the rows", "Stop"]
    assert (front.jobs, list(front.tmp.iterdir())) == ([], []), "no audit, and nothing left on disk"


async def test_the_window_shows_doubts_as_fields_and_the_rest_as_lines_and_no_names_of_people(asked, window):
    view = await window(await asked())
    assert view_problems(view.body) == []
    assert ids(view) == [
        "cell:2:tracking:unsettled", "row:2", "cell:4:ship_date:useless", "cell:3:order_number:fine", "row:3", "sure:0",
    ]  # fmt: skip
    cell = block(view, "cell:2:tracking")
    assert cell["element"]["initial_value"] == WRONG
    assert cell["hint"]["text"] == f"Its check digit does not fit. Perhaps {RIGHT}."
    [sure] = block(view, "sure:0")["element"]["options"]
    assert sure["text"]["text"] == f"Row 1 · 1001 · {RIGHT} · 2026-11-21"
    assert "Not read, because no check needs them: Recipient." in view.words
    assert not any(name in str(view.body) for name in ("Ada", "Alan", "Grace", "Barbara"))


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


async def test_what_is_left_alone_counts_as_it_stands_but_for_rows_that_stop(asked, window, accepted):
    [rows] = await accepted(await window(await asked()))
    assert [row["order #"] for row in rows] == ["1001", "10O3"]


async def test_rows_whose_boxes_are_no_longer_ticked_do_not_count(asked, window, accepted):
    view = await window(await asked())
    [rows] = await accepted(
        view,
        **{"sure:0": [], "row:3": [], "cell:3:order_number:fine": "", "cell:2:tracking:unsettled": RIGHT},
    )
    assert [row["order #"] for row in rows] == ["1002"]


async def test_a_number_may_be_right_against_its_check_digit_if_somebody_says_so(asked, window, accepted):
    view = await window(await asked())
    [rows] = await accepted(view, **{"row:2": ["as it stands"]})
    assert [row["tracking #"] for row in rows] == [RIGHT, WRONG, "461187421193"]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"cell:4:ship_date:useless": "soon"}, {"cell:4:ship_date:useless": "It is no date that is known here."}),
        ({"cell:3:order_number:fine": ""}, {"cell:3:order_number:fine": "It is empty."}),
        ({"cell:3:order_number:fine": "100…"}, {"cell:3:order_number:fine": "It is still cut off: write all of it."}),
        ({"cell:2:tracking:unsettled": "1Z999AA10123456785"}, {"cell:2:tracking:unsettled": "Its check digit does not fit."}),
        ({"cell:2:tracking:unsettled": "1Z999AA1012345678"}, {"cell:2:tracking:unsettled": "UPS numbers that begin with 1Z have 18"}),
        ({"cell:2:tracking:unsettled": "1Z999AA10123456785", "row:2": ["as it stands"]}, {}),
    ],
)  # fmt: skip
async def test_a_correction_that_cannot_be_used_is_said_under_its_field(
    front, asked, window, accepted, given, wrong
):
    view = await window(await asked())
    await accepted(view, **given)
    told = dict(front.slack.modals("U0ALEX")[-1].errors) if wrong else {}
    assert told.keys() == wrong.keys()
    assert all(said.startswith(wrong[field]) for field, said in told.items())
    assert len(front.jobs) == (0 if wrong else 1)


async def test_a_row_with_one_of_two_useless_cells_corrected_is_asked_about_the_other(
    front, asked, window, accepted, a_picture
):
    view = await window(await asked(a_picture([*ROWS[:1], ("1002", WRONG, "11/2…", "Alan")])))
    await accepted(view, **{"cell:2:ship_date:useless": "11/22/2026"})
    assert dict(front.slack.modals("U0ALEX")[-1].errors) == {
        "cell:2:tracking:unsettled": "Correct this, too, or tick below that the number is right."
    }
    await accepted(view, **{"cell:2:ship_date:useless": "11/2…", "row:2": ["as it stands"]})
    assert list(dict(front.slack.modals("U0ALEX")[-1].errors)) == ["cell:2:ship_date:useless"]


async def test_the_day_of_the_picture_is_asked_where_dates_depend_on_it(
    front, asked, window, accepted, a_picture
):
    view = await window(await asked(a_picture()))
    assert not [each for each in view.blocks if each.get("block_id") == "day"]
    labels = a_picture()
    view = await window(await asked(a_picture(ORDERS, LISTED, "list 2026-11-22.png"), labels))
    assert block(view, "day")["element"]["initial_date"] == "2026-11-22", "as its name says"
    await front.slack.submit(view, {"day": "2026-11-19"})
    await listeners_done()
    message = front.slack.messages("D0ALEX", front.slack.messages("D0ALEX")[1].ts)[0]
    [listed, _shipped] = await accepted(await window(message))
    assert [row["Created at"] for row in listed] == ["2026-11-19 09:14:00", "2025-11-20 15:22:00"]


async def test_a_picture_without_a_day_in_its_name_is_of_today_where_the_store_is(
    front, asked, window, a_picture
):
    front.clock.move(hours=12.5)  # 03:30 UTC is still the evening before in New York
    view = await window(await asked(a_picture(ORDERS, LISTED), a_picture()))
    assert block(view, "day")["element"]["initial_date"] == "2026-11-23"


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


async def test_more_doubtful_rows_than_a_window_takes_come_in_the_next_one(
    front, asked, window, accepted, a_picture
):
    many = [(f"{number}", f"1Z999AAI012345678{number % 10}", "11/2…", "Ada") for number in range(3001, 3041)]
    message = await asked(a_picture(many))
    pages, shown = [], 40
    while not front.jobs:
        view = await window(front.slack.message(message.ts, "D0ALEX"))
        assert view_problems(view.body) == []
        rows = {int(each.split(":")[1]) for each in ids(view) if each.startswith("cell")}
        pages.append(rows)
        given = {f"cell:{row}:ship_date:useless": "11/22/2026" for row in rows}
        await accepted(
            view, **given, **{each: ["as it stands"] for each in ids(view) if each.startswith("row")}
        )
        shown -= len(rows)
        if shown:
            assert f"{shown} of them want a second look" in front.slack.message(message.ts, "D0ALEX").words
    assert set().union(*pages) == set(range(1, 41))
    assert sum(map(len, pages)) == 40
    assert [len(rows) for rows in tables(front)] == [40]


async def test_a_page_full_of_rows_without_a_doubt_keeps_slacks_limits(asked, window, a_picture):
    many = [(f"{number}", "46118742119", "11/21/2026", "Ada") for number in range(3001, 3331)]
    view = await window(await asked(a_picture(many)))
    assert view_problems(view.body) == []
    assert "And 30 more rows, read without a doubt." in view.words


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


async def test_a_picture_of_which_nothing_would_count_is_not_accepted(
    front, asked, window, accepted, a_picture
):
    message = await asked(a_picture(ROWS[1:2]))
    await accepted(await window(message))
    assert front.told() == answer.NOTHING_COUNTS
    assert front.jobs == []
    [rows] = await accepted(await window(message), **{"cell:1:tracking:unsettled": RIGHT})
    assert len(rows) == 1


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
