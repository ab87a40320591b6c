"""What is kept when something is wrong: enough to see how it came about without playing it again."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.sandbox.slack.workspace import Call, Workspace
from tests.faults.books import Books
from tests.soak.truth import Known


def keep(
    file: Path,
    wrong: list[str],
    workspace: Workspace,
    books: Books,
    known: dict[str, Known],
    **more: Iterable[object],
) -> None:
    """Write everything down; what the processes have logged stands in the same folder."""
    parts = {
        "wrong": wrong,
        **more,
        "calls": [_told(call) for call in workspace.calls],
        **{name: getattr(books, name) for name in Books.__slots__},
        **{
            f"{whose} {table}": rows.items()
            for whose, each in known.items()
            for table, rows in each.facts.items()
        },
        **{f"{whose} gaps": each.books.gaps for whose, each in known.items()},
    }
    with file.open("w") as opened:
        opened.writelines(_lines(parts))


def _lines(parts: dict[str, Any]) -> Iterator[str]:
    for title, rows in parts.items():
        yield f"\n# {title}\n"
        yield from (f"{row}\n" for row in rows)


def _told(call: Call) -> str:
    metadata = call.arguments.get("metadata") or {}
    notice = metadata.get("event_payload") if isinstance(metadata, dict) else None
    place = call.answer.get("ts") or call.arguments.get("ts")
    return f"{call.at} {call.method} {notice} ts={place} thread={call.arguments.get('thread_ts')} {call.status} {call.error}"
