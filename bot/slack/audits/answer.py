"""What is said in an audit's thread: progress, the summary, the question. Pure."""

from collections.abc import Iterator, Sequence

from bot.errors import StuckError
from bot.settings import StoreSettings
from bot.slack.audits.found import FileLine, Found, Look
from bot.slack.audits.kinds import shown
from bot.slack.escape import safe
from bot.slack.inline import counted, link, listed, person, severity
from bot.slack.message import (
    SECTION,
    TEXT,
    Block,
    Element,
    Message,
    actions,
    button,
    context,
    option,
    plain_text,
    section,
    within,
)
from storage.audits import AskedAudit

DAYS = (7, 30, 60, 90)
USUAL_DAYS = 30
MOST_KINDS, MOST_CAUSES, MOST_NEEDS, MOST_FILES = 10, 5, 3, 8
"""Lines that a summary has for each; what is left out is counted."""
MOST_NOTES = 6
"""Pictures of which is said how sure their rows are."""
MOST_STORES = 100
"""Options that a menu may have."""
LINE = 300
"""Characters of one line of a list."""

HOW = (
    "Drop the exports of both systems here, in one message, and I audit the last 30 days: Shopify's orders export "
    "(its own or Matrixify's) and ShipStation's shipments, orders and fulfillments exports, as CSV, a zip of CSVs "
    "or XLSX; or screenshots of their grids, as PNG or JPEG. `/stuck audit` opens a window in which you choose the files and how far back to look. "
    "`/stuck help` says what else there is."
)
WAITS = "Another audit is running. Yours begins when it is done."
FETCHING = "Fetching the files from Slack…"
GOING_ON = "Auditing the rows that you have accepted…"
BROKEN_OFF = (
    "stuck was restarted in the middle of this audit, so it was broken off. Your files were deleted from its disk: "
    "send them again."
)
BROKEN = (
    "Something went wrong, and this audit was broken off. Your files were deleted from stuck's disk. Send them again; "
    "if it stays like this, ask whoever runs stuck to look at its log."
)
EXPIRED = "This audit is more than a day old, and its orders are forgotten. Send the exports again."
WHICH_STORE = "Choose first which store these exports are from; then press again."
BEING_ADDED = "These orders are being added right now: the message says how far it is."
DONE_ALREADY = {
    "added": "These orders have been read again already, and what was still wrong is in the queue.",
    "declined": "This was answered with no already. Send the exports again to be asked again.",
}
"""By the state that an audit is in."""
ROWS_FORGOTTEN = (
    "This is more than a day old, and what was read of the pictures is forgotten. Send the files again."
)
ROWS_ACCEPTED = "These rows have been accepted already. The message in the thread says how far the audit is."
STOPPED = "Stopped: nothing was audited, and what was read of the pictures is deleted. Send the files again to begin anew."
NOT_THEIRS = (
    "{person} gave these pictures, and only they can say what is on them. Send your own files to audit those."
)
NOTHING_COUNTS = (
    "No row of this picture would count, so nothing was accepted. Look at the rows again and correct at least one, or "
    "press Stop and send an export instead."
)
NO_ROWS_SHOWN = (
    "Slack did not open the window ({code}). Press the button again. If that does not help, ask whoever runs stuck to "
    "look at `stuck doctor`."
)
STORE_UNKNOWN = "That store is not in stuck's settings any more. Nothing was added."


def plain(text: str) -> Message:
    """Return words that are already safe as a message."""
    return Message(text[:TEXT], [section(text[:SECTION])])


def refused(error: StuckError) -> Message:
    """Return why files cannot be audited, and what to send instead: words that are safe already, a line each."""
    return plain("\n".join(part for part in (error.what, error.why, error.todo) if part))


def doing(what: str) -> Message:
    """Return what the audit is doing, as its process says it."""
    return plain(f"⏳ {safe(what, LINE)}…")


def opening(names: Sequence[str], days: int, user: str) -> Message:
    """Return the message under which an audit is told that was asked for in a window."""
    files = within(map(shown, names), SECTION - 400, separator=", ")
    return plain(
        f"Audit of {files}: the last {days} days, for {person(user)}. Progress and result are in the thread."
    )


def begun(address: str | None) -> str:
    """Return what is said where the window was opened; `address` of the message under which the answer comes."""
    return (
        f"The audit has begun. Its answer comes as a {link(address, 'direct message')}, which only you see."
    )


# ---------------------------------------------------------------- pictures


def look(look: Look, audit_id: str) -> Message:
    """Return that somebody has to look at what was read of a picture."""
    which = f" (picture {look.number} of {look.of})" if look.of > 1 else ""
    lines = [
        f"*{safe(look.name, 80)}*{which}: {safe(look.grid, 60)}, {counted(look.rows, 'row')} read. {_doubtful(look)}",
        "Nothing of a picture counts before you have looked at it.",
    ]
    row = [
        button(
            "Look at the rows", "audit.look", audit_id, label=f"Look at the rows of {look.name}", primary=True
        ),
        button("Stop", "audit.stop", audit_id, label="Stop, and audit nothing"),
    ]
    text = "\n".join(lines)
    return Message(text.replace("*", ""), [section(text), actions(row)])


def _doubtful(look: Look) -> str:
    if not look.doubtful:
        return "None of them looks doubtful."
    want = "1 of them wants" if look.doubtful == 1 else f"{look.doubtful:,} of them want"
    stopping = f"; {look.stopping:,} cannot count without a correction" if look.stopping else ""
    return f"{want} a second look{stopping}."


# ---------------------------------------------------------------- the summary


def summary(found: Found, days: int) -> Message:
    """Return what was found."""
    parts = [
        within(
            [f"*{safe(found.verdict, LINE)}.*", *(safe(each, LINE * 2) for each in found.asides)], SECTION
        ),
        within(_kinds(found), SECTION),
        within(_causes(found), SECTION),
        within(_needs(found), SECTION),
    ]
    said = [part for part in parts if part]
    small = [
        _read(found.files),
        *(safe(note, LINE * 2) for note in found.notes[:MOST_NOTES]),
        f"Looked at: the last {days} days in the files. stuck keeps none of these files.",
    ]
    blocks = [*map(section, said), context(*small)]
    spoken = "\n".join([*said, *small]).replace("*", "")
    return Message(within(spoken.split("\n"), TEXT), blocks)


def _kinds(found: Found) -> Iterator[str]:
    for line in found.kinds[:MOST_KINDS]:
        many = f"*{line.gaps:,}*" if line.gaps else f"{line.edge:,} at the window's edge"
        edge = f", and {line.edge:,} more at the window's edge" if line.gaps and line.edge else ""
        oldest = f", the oldest {_days(line.oldest_days)}" if line.gaps else ""
        yield f"{severity(line.severity)} · {many} {safe(line.title, LINE)}{oldest}{edge}"
    rest = found.kinds[MOST_KINDS:]
    if rest:
        yield f"and {counted(sum(line.gaps + line.edge for line in rest), 'gap')} of {counted(len(rest), 'more kind')}"


def _days(length: float) -> str:
    return counted(round(length), "day") if length >= 1 else "less than a day"


def _causes(found: Found) -> Iterator[str]:
    if found.causes:
        yield "*What they have in common*"
        yield from (f"• {safe(cause, LINE)}" for cause in found.causes[:MOST_CAUSES])


def _needs(found: Found) -> Iterator[str]:
    """Yield what was not judged: silence would look like health."""
    if found.needs:
        yield "*What could not be judged, and what would settle it*"
        yield from (f"• {safe(need[:1].upper() + need[1:], LINE)}" for need in found.needs[:MOST_NEEDS])
        rest = len(found.needs) - MOST_NEEDS
        if rest > 0:
            yield f"• and {counted(rest, 'more export')}"


def _read(files: Sequence[FileLine]) -> str:
    """Return what the files were taken for, so that a wrong guess is seen."""
    lines = [_file(file) for file in files[:MOST_FILES]]
    if len(files) > MOST_FILES:
        lines.append(f"and {counted(len(files) - MOST_FILES, 'more file')}")
    return within([f"Read: {listed(lines)}."], SECTION)


def _file(file: FileLine) -> str:
    bad = f", {file.rejected:,} of them unreadable" if file.rejected else ""
    return f"{shown(file.name)} ({safe(file.recognised_as, 60)}, {counted(file.rows, 'row')}{bad})"


def comment(found: Found) -> str:
    """Return the words beside the picture and the list."""
    return f"The picture for a channel or a slide, and all {counted(found.gaps, 'gap')} as a list."


def alt_text(found: Found) -> str:
    """Return what the picture shows, for who does not see it."""
    kinds = listed([f"{line.gaps:,} {line.title}" for line in found.kinds[:5] if line.gaps])
    return f"Chart of the audit. {found.verdict}. {kinds}"[:1000]


def not_shared(code: str, todo: str) -> Message:
    """Return that picture and list could not be attached."""
    return plain(
        f"The picture and `gaps.csv` could not be attached: Slack answers {safe(code, 60)}. {safe(todo, 600)}"
    )


# ---------------------------------------------------------------- the question


def question(audit: AskedAudit, stores: Sequence[StoreSettings]) -> Message:
    """Return the question whether the orders become live gaps; with several stores it asks which one they belong to."""
    many = counted(len(audit.orders), "order")
    which, each = (f"these {many}", "Each") if len(audit.orders) > 1 else ("this order", "It")
    text = (
        f"*Add {which} to the queue?* {each} is read again in Shopify and ShipStation first; only what is still wrong "
        f"becomes a gap{_where(audit, stores)}."
    )
    label = f"Add {many} to the queue"
    row = [
        *([_stores(audit, stores)] if len(stores) > 1 else []),
        button("Add to the queue", "audit.add", audit.id, label=label, primary=True),
        button("No", "audit.decline", audit.id, label="Add nothing to the queue"),
    ]
    return Message(text.replace("*", ""), [section(text), actions(row)])


def _where(audit: AskedAudit, stores: Sequence[StoreSettings]) -> str:
    """Return where the cards go, where that is clear."""
    chosen = [store for store in stores if store.rules.name == audit.store]
    return f", with a card in <#{chosen[0].channel}>" if chosen and chosen[0].channel else ""


def _stores(audit: AskedAudit, stores: Sequence[StoreSettings]) -> Element:
    options = [
        option(store.rules.name, f"{audit.id}:{store.rules.name}"[:150]) for store in stores[:MOST_STORES]
    ]
    menu: Element = {
        "type": "static_select",
        "action_id": "audit.store",
        "placeholder": plain_text("Which store?", 150),
        "options": options,
    }
    chosen = [each for each in options if each["value"] == f"{audit.id}:{audit.store}"]
    return menu | {"initial_option": chosen[0]} if chosen else menu


def declined(user: str) -> Message:
    """Return what stands in place of the question after a no."""
    return plain(f"Nothing was added to the queue, by {person(user)}'s choice.")


def adding(done: int, of: int, user: str) -> Message:
    """Return how far adding is; it stands in place of the question."""
    return plain(
        f"⏳ Adding for {person(user)}: {done:,} of {counted(of, 'order')} read again in both systems…"
    )


def was_added(user: str) -> Message:
    """Return what stands in place of the question at the end; the result is a line of its own, which people hear of."""
    return plain(f"Read again in both systems for {person(user)}. The result is below.")


def stopped(done: int, of: int, why: str, audit: AskedAudit, stores: Sequence[StoreSettings]) -> Message:
    """Return the question again, after adding had to stop: what was done stays."""
    again = question(audit, stores)
    said = f"Stopped after {done:,} of {counted(of, 'order')}: {safe(why, 900)} What was added stays. Press again to go on."
    blocks: list[Block] = [section(said), *again.blocks]
    return Message(f"{said} {again.text}"[:TEXT], blocks)
