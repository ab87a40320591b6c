"""The window with the rows of a picture: what it shows, what may be corrected in it, and what then counts."""

import pytest

from bot.sandbox.slack.validate import view_problems
from bot.slack.audits import answer
from tests.unit.slack.audits.conftest import listeners_done
from tests.unit.slack.audits.pictured import LISTED, ORDERS, RIGHT, ROWS, WRONG, block, ids, tables

pytestmark = pytest.mark.anyio


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


async def test_a_picture_of_which_nothing_would_count_is_not_accepted(
    front, asked, window, accepted, a_picture
):
    message = await asked(a_picture(ROWS[1:2]))
    await accepted(await window(message))
    assert front.told() == answer.NOTHING_COUNTS
    assert front.jobs == []
    [rows] = await accepted(await window(message), **{"cell:1:tracking:unsettled": RIGHT})
    assert len(rows) == 1
