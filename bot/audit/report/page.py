"""report.html: the whole audit as one page that needs no network and lets nothing but its own script run."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.audit.report import series, wording
from bot.audit.report.charts import chart
from bot.audit.report.payload import calm, link, pairs, payload
from bot.audit.report.tally import Tally
from bot.audit.result import Audit
from bot.gaps import catalog

_FOLDER = Path(__file__).parent / "page"
_STYLES = ("base.css", "parts.css", "narrow.css", "print.css")
_SCRIPTS = ("look.js", "rows.js", "gaps.js")
MOST_REJECTED = 200
"""Rejected rows that the page shows; audit.json has every one that is listed."""
MOST_CAUSES = 6
"""Causes that have a card; the others stand in a table."""
MOST_COUNTS = 12
"""Carriers or stores that have a bar of their own."""


def report_html(audit: Audit) -> bytes:
    """Return the page, UTF-8. Days and times on it are UTC, ages in days."""
    tally = Tally(audit)
    style, script = _joined(_STYLES), _joined(_SCRIPTS)
    page = (
        _templates()
        .get_template("report.html.j2")
        .render(
            audit=audit,
            tally=tally,
            policy=_policy(style, script),
            style=style,
            script=script,
            data=payload(audit),
            timeline=chart(series.timeline(audit)),
            ages=chart(series.ages(audit)),
            rejected=audit.rejected_rows[:MOST_REJECTED],
            causes=tally.causes[:MOST_CAUSES],
            other_causes=tally.causes[MOST_CAUSES:],
            most_counts=MOST_COUNTS,
        )
    )
    return page.encode("utf-8", "replace")


@cache
def _joined(names: tuple[str, ...]) -> Markup:
    """Return files of the page one after the other; they are ours and may stand in it as they are."""
    texts = [(_FOLDER / name).read_text(encoding="utf-8") for name in names]
    return Markup("\n" + "\n".join(texts))  # noqa: S704  # no text from outside


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.globals.update(w=wording, title=catalog.title, kind=catalog.kind, pairs=pairs, link=link)
    return environment


def _finalized(value: Any) -> Any:
    """Calm every text that is not ours."""
    return calm(value) if type(value) is str else value


def _policy(style: str, script: str) -> str:
    """Return a content security policy under which only these two texts do anything at all."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{_hash(style)}'",
            f"script-src 'sha256-{_hash(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
