"""What a cell stands for, and what is pointed at: look-alikes, check digits, lengths, low confidence, dates, statuses."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.screenshots.cells import Cell
from bot.sources.screenshots.check_digits import checked, odd_length
from bot.sources.screenshots.dates import moment
from bot.sources.screenshots.doubts import AS_DIGIT, AS_LETTER, assess
from bot.sources.screenshots.meaning import meaning

WEDNESDAY = date(2026, 11, 25)
USPS, UPS = "9400111899223197428497", "1Z999AA10123456784"


def column(field: str, *texts: str, **more: object) -> list[Cell]:
    cells = [Cell(field, text, tuple(0.99 for _ in text), **more) for text in texts]
    return assess(cells, WEDNESDAY)


def kinds(cell: Cell) -> list[str]:
    return [doubt.kind for doubt in cell.doubts]


# ---------------------------------------------------------------- check digits


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        (UPS, "right"),
        ("1Z 999 AA1 01 2345 6784", "right"),
        ("1Z999AA10123456785", "wrong"),
        (USPS, "right"),
        ("420900029400111899223197428497", "right"),
        ("9400111899223197428498", "wrong"),
        ("461187421193", "unknown"),
        ("TBA123456789012", "unknown"),
        ("", "unknown"),
    ],
)
def test_check_digits_of_ups_and_usps(number: str, verdict: str):
    assert checked(number) == verdict


def test_a_number_that_lost_a_digit_is_too_short():
    assert odd_length(USPS[:-1]) == "USPS numbers that begin like this have 22 digits, and this one has 21"
    assert odd_length(UPS[:-1]) == "UPS numbers that begin with 1Z have 18 characters, and this one has 17"
    assert not odd_length(USPS)
    assert not odd_length("461187421193")


@given(st.integers(0, 21), st.integers(1, 9))
def test_any_one_digit_of_usps_that_is_misread_is_noticed(at: int, by: int):
    wrong = USPS[:at] + str((int(USPS[at]) + by) % 10) + USPS[at + 1 :]
    [cell] = column("tracking", wrong)
    assert cell.stops or checked(wrong) == "unknown"


@given(st.sampled_from([at for at, each in enumerate(USPS) if each in AS_LETTER]))
def test_a_digit_of_usps_that_is_read_as_its_look_alike_is_doubtful_and_mended(at: int):
    [cell] = column("tracking", USPS[:at] + AS_LETTER[USPS[at]] + USPS[at + 1 :])
    assert cell.doubts
    if 0 < at < len(USPS) - 1:
        assert cell.suggestion == USPS


def test_a_check_digit_that_fits_settles_what_was_badly_readable():
    unsure = Cell("tracking", UPS, tuple(0.4 for _ in UPS))
    assert assess([unsure], WEDNESDAY)[0].doubts == ()


def test_a_check_digit_that_does_not_fit_offers_the_one_look_alike_with_which_it_does():
    [cell] = column("tracking", "1Z999AAI0123456784")
    assert kinds(cell)[0] == "check digit"
    assert cell.stops
    assert cell.suggestion == UPS


# ---------------------------------------------------------------- look-alikes


@pytest.mark.parametrize("letter", sorted(AS_DIGIT))
def test_a_letter_among_the_digits_of_an_order_number_is_doubtful(letter: str):
    found = column("order_number", "1041", "1042", f"10{letter}3", "1044")
    assert [kinds(cell) for cell in found] == [[], [], ["alike"], []]
    assert found[2].suggestion == f"10{AS_DIGIT[letter]}3"


def test_a_letter_at_the_end_is_doubtful_where_the_others_end_in_digits():
    found = column("order_number", "#1041", "#1042", "#104S", "#1044")
    assert found[2].suggestion == "#1045"


def test_a_digit_in_a_prefix_of_letters_is_doubtful():
    found = column("order_number", "SHOP-1041", "SHOP-1042", "SH0P-1043", "SHOP-1044")
    assert [kinds(cell) for cell in found] == [[], [], ["alike"], []]
    assert found[2].suggestion == "SHOP-1043"


def test_names_of_orders_with_letters_of_their_own_are_not_doubtful():
    assert not any(cell.doubts for cell in column("order_number", "1041-B", "1042-B", "1043-B", "1044-B"))
    assert not any(cell.doubts for cell in column("order_number", "SHOP1041", "SHOP1042", "SHOP1043"))


def test_an_order_number_of_another_length_is_pointed_at_and_counts():
    found = column("order_number", "1001", "1100", "100", "1102")
    assert [kinds(cell) for cell in found] == [[], [], ["length"], []]
    assert not found[2].stops


def test_one_badly_readable_character_of_a_number_is_named():
    cell = Cell("order_number", "1041", (0.99, 0.99, 0.62, 0.99))
    [doubt] = assess([cell], WEDNESDAY)[0].doubts
    assert (doubt.at, doubt.text, doubt.stops) == ((2,), "badly readable: “4”", False)


def test_what_a_person_wrote_is_not_doubted_and_a_wrong_check_digit_is_still_told():
    assert not column("order_number", "1041", "1042", "10O3", "1044", corrected=True)[2].doubts
    [cell] = column("tracking", "1Z999AA10123456785", corrected=True)
    assert kinds(cell) == ["check digit"]
    assert not cell.stops


# ---------------------------------------------------------------- what cannot count


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("order_number", ""),
        ("order_number", "—"),
        ("created_at", ""),
        ("created_at", "Nov 31 at 3:02 pm"),
        ("created_at", "Somewhen"),
        ("ship_date", "113/2026"),
        ("financial_status", "Paiddle stuff"),
        ("fulfillment_status", ""),
        ("fulfillment_status", "nfulfilled"),
    ],
)
def test_a_row_cannot_count_where_this_cannot_be_made_out(field: str, text: str):
    [cell] = column(field, text)
    assert cell.stops
    assert cell.value is None


@pytest.mark.parametrize("field", ["tracking", "ship_date", "voided_at", "service"])
def test_a_blank_that_may_be_blank_is_nothing_and_not_doubtful(field: str):
    [cell] = column(field, "")
    assert (cell.value, cell.doubts) == ("", ())


@pytest.mark.parametrize(("field", "stops"), [("tracking", True), ("ship_date", True), ("service", False)])
def test_what_is_cut_off_or_an_icon_does_not_count_where_it_is_exact(field: str, stops: bool):
    assert column(field, "4611", cut_off=True)[0].stops is stops
    assert column(field, "", mark=True)[0].stops is stops


def test_a_flag_that_cannot_be_made_out_is_unknown_and_does_not_hold_its_row_up():
    [cell] = column("notified", "V")
    assert (cell.value, cell.stops, kinds(cell)) == (None, False, ["not understood"])


def test_a_date_after_the_picture_is_pointed_at():
    assert kinds(column("ship_date", "11/29/2026")[0]) == ["not understood"]
    assert not column("ship_by", "11/29/2026")[0].doubts


# ---------------------------------------------------------------- dates and words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Today at 9:14 am", "2026-11-25 09:14:00"),
        ("Todayat9:14am", "2026-11-25 09:14:00"),
        ("Yesterday at 12:05 AM", "2026-11-24 00:05:00"),
        ("Yesterday at 12:05 p.m.", "2026-11-24 12:05:00"),
        ("Wednesday at 3:02 pm", "2026-11-18 15:02:00"),
        ("Thursday at 15:02", "2026-11-19 15:02:00"),
        ("Tuesday", "2026-11-24"),
        ("Nov 14 at 3:22 pm", "2026-11-14 15:22:00"),
        ("Nov 25 at 3:22 pm", "2026-11-25 15:22:00"),
        ("Nov 26 at 3:22 pm", "2025-11-26 15:22:00"),
        ("Feb 29", None),
        ("Nov 14, 2025 at 3:22 pm", "2025-11-14 15:22:00"),
        ("14 Nov 2025", "2025-11-14"),
        ("September 3", "2026-09-03"),
        ("11/24/2026", "2026-11-24"),
        ("11/24/26 4:05 PM", "2026-11-24 16:05:00"),
        ("2026-11-24 16:05:10", "2026-11-24 16:05:00"),
        ("13/24/2026", None),
        ("Today at 13:61", None),
        ("Today at 13:02 pm", None),
        ("2 hours ago", None),
        ("", None),
    ],
)
def test_dates_are_read_by_the_day_of_the_picture(text: str, said: str | None):
    found = moment(text, WEDNESDAY)
    assert (found.text if found else None) == said


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 364))
def test_a_day_without_a_year_is_the_last_one_that_is_not_after_the_picture(taken: date, back: int):
    day = taken - timedelta(days=back)
    text = f"{day:%b} {day.day} at 3:22 pm"
    found = moment(text, taken)
    if (day.month, day.day) != (2, 29) or found:
        assert found is not None
        assert found.day == day


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 7))
def test_a_weekday_is_the_last_one_before_the_picture(taken: date, back: int):
    day = taken - timedelta(days=back)
    found = moment(f"{day:%A} at 3:02 pm", taken)
    assert found is not None
    assert found.day == day


def test_a_column_in_which_days_come_first_is_read_so_throughout():
    assert [cell.value for cell in column("ship_date", "24/11/2026", "4/11/2026")] == [
        "2026-11-24",
        "2026-11-04",
    ]


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("fulfillment_status", "Unfulilled", "unfulfilled"),
        ("fulfillment_status", "• Fulflled", "fulfilled"),
        ("fulfillment_status", "Partially fulfilled", "partial"),
        ("fulfillment_status", "ON HOLD", "on_hold"),
        ("financial_status", "Partially refunded", "partially_refunded"),
        ("financial_status", "Payment pending", "pending"),
        ("order_status", "Awaiting Shipment", "awaiting shipment"),
        ("order_number", "1046 (1 of 2)", "1046"),
        ("order_number", "#1046 \u203a", "#1046"),
        ("tracking", "1Z 999 AA1 01 2345 6784", UPS),
        ("notified", "✓", "true"),
        ("notified", "No", "false"),
        ("total", "$1,204.50 USD", "1204.50"),
        ("total", "1.204,50 €", "1204.50"),
        ("total", "free", ""),
        ("service", "USPS  Priority Mail", "USPS Priority Mail"),
    ],
)
def test_texts_become_the_words_of_exports(field: str, text: str, value: str):
    found = meaning(field, text, WEDNESDAY)
    assert (found.value, found.problem) == (value, "")
