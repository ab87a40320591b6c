"""What somebody sent from the window with the rows: what is still wrong, and the rows as they then are. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.slack.audits.looking import Looking
from bot.slack.audits.rows import AS_IT_STANDS, COUNT, Subject
from bot.sources.screenshots import corrected, retaken, without
from bot.sources.screenshots.check_digits import checked, odd_length
from bot.sources.screenshots.doubts import is_cut
from bot.sources.screenshots.meaning import NUMBERS, meaning

USELESS = "As it stands this cannot be used: write what the picture says."
UNSETTLED = "Correct this, too, or tick below that the number is right."
CUT = "It is still cut off: write all of it."
CHECK_DIGIT = "Its check digit does not fit. Look again; if it is right, tick below that it is."

View = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Field:
    """One cell that was asked about."""

    block_id: str
    row: int
    field: str
    standing: str
    before: str
    text: str

    @property
    def changed(self) -> bool:
        return self.text != self.before


def _fields(view: View) -> Iterator[_Field]:
    for block in view["blocks"]:
        kind, _, rest = str(block.get("block_id", "")).partition(":")
        if kind == "cell":
            row, field, standing = rest.split(":")
            before = str(block["element"].get("initial_value") or "").strip()
            told = _told(view, block["block_id"])
            text = before if told is None else str(told.get("value") or "").strip()
            yield _Field(block["block_id"], int(row), field, standing, before, text)


def _told(view: View, block_id: str) -> Mapping[str, Any] | None:
    told: Mapping[str, Any] | None = view["state"]["values"].get(block_id, {}).get("value")
    return told


def _ticked(view: View, block_id: str) -> set[str]:
    told = _told(view, block_id) or {}
    return {str(each["value"]) for each in told.get("selected_options") or ()}


def _day(view: View, subject: Subject) -> date:
    return date.fromisoformat(str((_told(view, "day") or {}).get("selected_date") or subject.taken))


def _dropped(view: View) -> set[int]:
    """Return the rows whose boxes were ticked at first and are no longer."""
    rows: set[int] = set()
    for block in view["blocks"]:
        block_id = str(block.get("block_id", ""))
        kind, _, number = block_id.partition(":")
        before = {str(each["value"]) for each in (block.get("element") or {}).get("initial_options") or ()}
        if kind == "sure":
            rows |= {int(each) for each in before - _ticked(view, block_id)}
        elif kind == "row" and COUNT in before - _ticked(view, block_id):
            rows.add(int(number))
    return rows


# ---------------------------------------------------------------- what is still wrong


def errors(view: View, subject: Subject) -> dict[str, str]:
    """Return what still cannot be used, by the block to say it under; Slack shows it as it is, without formatting."""
    fields, dropped, day = list(_fields(view)), _dropped(view), _day(view, subject)
    touched = {field.row for field in fields if field.changed}
    found: dict[str, str] = {}
    for field in fields:
        if field.row in dropped:
            continue
        settled = AS_IT_STANDS in _ticked(view, f"row:{field.row}")
        if field.changed:
            wrong = _objection(field, day, settled=settled, european=field.field in subject.day_first)
        else:
            wrong = _unchanged(field, settled=settled, touched=field.row in touched)
        if wrong:
            found[field.block_id] = wrong
    return found


def _unchanged(field: _Field, *, settled: bool, touched: bool) -> str:
    """Return why a cell keeps its row from counting, of which somebody wants that it counts."""
    if field.standing == "useless" and (settled or touched):
        return USELESS
    return UNSETTLED if field.standing == "unsettled" and touched and not settled else ""


def _objection(field: _Field, day: date, *, settled: bool, european: bool) -> str:
    told = meaning(field.field, field.text, day, european=european)
    if told.value is None:
        return f"{told.problem[:1].upper()}{told.problem[1:]}."
    if field.field in NUMBERS and is_cut(field.text):
        return CUT
    if field.field != "tracking" or settled:
        return ""
    odd = odd_length(field.text)
    return CHECK_DIGIT if checked(field.text) == "wrong" else f"{odd}." if odd else ""


# ---------------------------------------------------------------- the rows as they then are


def applied(looking: Looking, subject: Subject, view: View) -> Looking:
    """Return what is to be looked at after this window, which had no errors."""
    before = looking.pictures[subject.picture]
    fields = list(_fields(view))
    picture = before.picture
    day = _day(view, subject)
    if day != picture.taken:
        picture = retaken(picture, day)
    for field in fields:
        if field.changed or _is_settled(view, field):
            picture = corrected(picture, field.row, field.field, field.text)
    for row in _dropped(view):
        picture = without(picture, row)
    seen = {*before.seen, *(field.row for field in fields)}
    after = replace(before, picture=picture, opened=True, seen=tuple(sorted(seen)))
    pictures = list(looking.pictures)
    pictures[subject.picture] = after
    return replace(looking, pictures=tuple(pictures), turn=looking.turn + 1)


def _is_settled(view: View, field: _Field) -> bool:
    return field.standing == "unsettled" and AS_IT_STANDS in _ticked(view, f"row:{field.row}")
