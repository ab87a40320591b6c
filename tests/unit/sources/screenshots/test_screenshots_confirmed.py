"""At the terminal: a table that is corrected and confirmed before it counts, and nothing without somebody to ask."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click
import pytest
from PIL import Image
from rich.console import Console

from bot import cli_screenshots
from bot.audit.audit import audit
from bot.errors import ConfigurationError, ExportRefused
from bot.sources.screenshots import Picture, ocr, read_picture
from bot.sources.screenshots.ocr import Line
from tests.unit.sources.screenshots.typed import Typed, line

WEDNESDAY = date(2026, 11, 25)
LEFTS = (40, 160, 360, 500)
HEADER = ("Order #", "Tracking #", "Ship Date", "Recipient")
ROWS = (
    ("1001", "1Z999AA10123456784", "11/25/2026", "Ada"),
    ("1002", "1Z999AAI0123456784", "11/24/2026", "Alan"),
    ("10O3", "461187421193", "11/24/2026", "Grace"),
    ("1004", "461187421194", "11/21/2026", "Barbara"),
)


def lined(*rows: tuple[str, ...]) -> list[Line]:
    return [
        line(text, left, 100 + 40 * at)
        for at, row in enumerate((HEADER, *rows))
        for text, left in zip(row, LEFTS, strict=True)
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "shipments.png"
    Image.new("RGB", (900, 400), "white").save(path)
    return path


@pytest.fixture
def picture(path: Path) -> Picture:
    return read_picture(path, taken=WEDNESDAY, read_by=Typed(lined(*ROWS)))


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=110, highlight=False)


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Type these answers, then end the input."""

    def typed(*answers: str) -> None:
        left = list(answers)

        def answer(_prompt: str = "") -> str:
            if not left:
                raise EOFError
            return left.pop(0)

        monkeypatch.setattr("builtins.input", answer)

    return typed


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().split())


def test_the_table_marks_what_is_doubtful_in_words_and_signs(console: Console, picture: Picture):
    cli_screenshots.show(console, picture)
    shown = printed(console)
    assert "ShipStation shipments grid, 4 rows" in shown
    assert "Taken on Wednesday, 2026-11-25" in shown
    assert "1Z999AAI0123456784 !" in shown
    assert "10O3 ?" in shown
    assert (
        "! row 2, Tracking # “1Z999AAI0123456784”: its check digit does not fit. Perhaps 1Z999AA10123456784."
        in shown
    )
    assert "Not read, because no check needs them: Recipient." in shown
    assert "Accepted would be 3 rows; 1 row with ! left out until corrected." in shown
    assert "Ada" not in shown


def test_a_narrow_window_shows_what_is_exact_and_names_the_rest(path: Path):
    narrow = Console(file=io.StringIO(), width=80, highlight=False)
    header = [
        line(name, left, 100) for name, left in zip(("Order #", "Ship Date", "Service"), LEFTS, strict=False)
    ]
    cells = [
        line(text, left, 140) for text, left in zip(("1001", "11/24/2026", "UPS Ground"), LEFTS, strict=False)
    ]
    cli_screenshots.show(narrow, read_picture(path, taken=WEDNESDAY, read_by=Typed([*header, *cells])))
    assert "UPS Ground" not in printed(narrow)
    assert "not shown in this narrow window: Service." in printed(narrow)


def test_accepting_leaves_everything_as_it_is(
    console: Console, picture: Picture, typing: Callable[..., None]
):
    typing("a")
    assert cli_screenshots.confirm(console, picture) is picture


def test_enter_takes_the_suggestion_and_a_text_replaces_the_cell(
    console: Console, picture: Picture, typing: Callable[..., None]
):
    typing("c 2 2", "", "correct", "3", "1", "1003", "A")
    found = cli_screenshots.confirm(console, picture)
    assert found.rows[1].cells["tracking"].text == "1Z999AA10123456784"
    assert found.rows[2].cells["order_number"].value == "1003"
    assert len(found.counting) == 4
    assert "1003 *" in printed(console)


def test_a_row_is_dropped_and_the_day_is_set(console: Console, picture: Picture, typing: Callable[..., None]):
    typing("d 1", "p 2026-11-26", "p", "2026-11-24", "a")
    found = cli_screenshots.confirm(console, picture)
    assert [row.number for row in found.rows] == [2, 3, 4]
    assert found.taken == date(2026, 11, 24)


def test_answers_that_mean_nothing_are_asked_again(
    console: Console, picture: Picture, typing: Callable[..., None]
):
    typing("", "what", "c 9", "c 1 7", "d x", "p tomorrow", "a")
    assert cli_screenshots.confirm(console, picture) is picture
    shown = printed(console)
    assert shown.count("Answer with a, c, d, p or s.") == 2
    for said in ("There is no row 9.", "There is no column 7.", "There is no row x.", "tomorrow is no day"):
        assert said in shown


@pytest.mark.parametrize("answers", [("s",), (), ("c",)])
def test_stopping_or_the_end_of_input_audits_nothing(
    console: Console, picture: Picture, typing: Callable[..., None], answers: tuple[str, ...]
):
    typing(*answers)
    with pytest.raises(click.Abort):
        cli_screenshots.confirm(console, picture)
    assert "Stopped: nothing was audited." in printed(console)


def test_nothing_can_be_accepted_while_no_row_counts(
    console: Console, path: Path, typing: Callable[..., None]
):
    cut = read_picture(path, taken=WEDNESDAY, read_by=Typed(lined(("1001", "4611…", "11/25/2026", "Ada"))))
    typing("a", "c 1 2", "461187421193", "a")
    assert len(cli_screenshots.confirm(console, cut).counting) == 1
    assert "No row counts yet" in printed(console)


def test_without_a_terminal_nobody_is_asked_and_nothing_is_read(path: Path):
    with (
        pytest.raises(ConfigurationError, match="this is no terminal") as refused,
        cli_screenshots.confirmed([path], taken=None, accept=False),
    ):
        pass
    assert "--accept-screenshots" in refused.value.todo


def test_exports_alone_pass_through_untouched(tmp_path: Path):
    path = tmp_path / "orders.csv"
    path.write_text("Name\n")
    with cli_screenshots.confirmed([path], taken=None, accept=False) as given:
        assert given.files == [path]


def test_told_to_accept_it_audits_what_can_be_made_out_under_the_pictures_name(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("bot.sources.screenshots.reading.reader", lambda: Typed(lined(*ROWS)))
    orders = path.with_name("orders.csv")
    orders.write_text(
        "Name,Created at,Financial Status,Fulfillment Status\n#1004,2026-11-20 09:00:00 -0500,paid,unfulfilled\n"
    )
    with cli_screenshots.confirmed([orders, path], taken=WEDNESDAY, accept=True) as given:
        assert given.files[0] == orders
        found = given.named(audit(given.files))
        written = given.files[1]
    [_, file] = found.files
    assert [(gap.order, gap.finding.kind) for gap in found.gaps] == [("#1004", "sync.unfulfilled")]
    assert not written.exists()
    assert (file.path, file.recognised_as, file.rows) == (
        str(path),
        "Screenshot of a ShipStation shipments grid",
        2,
    )
    assert file.mapping["Tracking #"] == "tracking number"
    assert "2 rows could not be made out, and so not judged." in file.notes
    told = capsys.readouterr()
    assert not told.out
    assert "Accepted would be 2 rows" in told.err


def test_told_to_accept_where_no_row_can_be_made_out_it_refuses(path: Path, monkeypatch: pytest.MonkeyPatch):
    cut = lined(("1001", "4611…", "11/25/2026", "Ada"))
    monkeypatch.setattr("bot.sources.screenshots.reading.reader", lambda: Typed(cut))
    with (
        pytest.raises(ExportRefused, match="can be made out"),
        cli_screenshots.confirmed([path], taken=WEDNESDAY, accept=True),
    ):
        pass


def test_only_the_first_doubts_are_put_into_words(console: Console, path: Path):
    many = lined(*((f"10{at:02}", "1Z999AA10123456785", "11/24/2026", "Ada") for at in range(15)))
    cli_screenshots.show(console, read_picture(path, taken=WEDNESDAY, read_by=Typed(many)))
    assert "and 3 more, marked in the table." in printed(console)


def test_the_reader_is_made_once(models: ocr.Reader):
    assert ocr.reader() is models
