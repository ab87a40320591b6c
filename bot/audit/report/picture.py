"""report.png: the audit in one picture, for a channel or a slide. Matplotlib's own fonts; no display."""

import io
import logging
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from bot.audit.report import series, wording
from bot.audit.report.charts import scale_step
from bot.audit.report.tally import Tally
from bot.audit.result import Audit
from bot.gaps import catalog

if TYPE_CHECKING:  # it takes seconds to import, and only this file needs it
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DPI = 100
_POINTS = 72
_WIDTH, _HEIGHT = 12.0, 15.0
"""Inches: 1200 by 1500 pixels."""
_INK, _SOFT, _LINE = "#1d1c1d", "#5c5b57", "#dcdcd6"
_TONES = {"severe": "#a50d3c", "ordinary": "#4d9b8e", "edge": "#c9c8c2"}
_KIND = "#1b6b5f"
_LEGEND = {
    "severe": "high or critical",
    "ordinary": "normal or low",
    "edge": "at the window's edge, not counted",
}
_STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 17,
    "text.color": _INK,
    "axes.labelcolor": _SOFT,
    "axes.edgecolor": _LINE,
    "axes.titlesize": 20,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 20,
    "axes.axisbelow": True,
    "grid.color": _LINE,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "text.parse_math": False,
}
MOST_KINDS = 8
_TITLE_WIDTH, _TEXT_WIDTH = 46, 88
"""Letters on a line of the title and of the text below it."""
_LEFT, _RIGHT, _NAMES = 0.05, 0.955, 0.52
"""Edges of the drawing, and where bars with names begin, as shares of the width."""


def report_png(audit: Audit) -> bytes:
    """Return the picture as PNG, 1200 by 1500 pixels, light. Days are UTC."""
    import matplotlib as mpl  # noqa: PLC0415  # slow, and of all commands only this one needs it
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # the same
    from matplotlib.figure import Figure  # noqa: PLC0415  # the same

    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # a cache that is built anew is nobody's business
    tally = Tally(audit)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, _HEIGHT), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(figure)
        top = _title(figure, tally)
        if audit.gaps:
            _charts(figure, tally, top)
        else:
            _nothing(figure, tally, top)
        _foot(figure, audit)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", metadata={"Software": "stuck"})
    return picture.getvalue()


def _title(figure: "Figure", tally: Tally) -> float:
    """Write the verdict and what has to be said with it; return where the room below begins, as a share of the height."""
    title = fill(wording.tied(f"{wording.verdict(tally)}."), _TITLE_WIDTH)
    below = fill(wording.tied(" ".join(wording.asides(tally))), _TEXT_WIDTH)
    top = 0.972
    figure.text(_LEFT, top, title, size=30, weight="bold", va="top", linespacing=1.25)
    top -= 0.036 * (title.count("\n") + 1) + 0.014
    figure.text(_LEFT, top, below, size=17, color=_SOFT, va="top", linespacing=1.45)
    return top - 0.0235 * (below.count("\n") + 1) - 0.055


def _charts(figure: "Figure", tally: Tally, top: float) -> None:
    room = top - 0.075
    shares = (min(len(tally.kinds), MOST_KINDS) + 1.5, 6.5, 6.5)
    between = 0.075
    unit = (room - 2 * between) / sum(shares)
    for share, draw in zip(shares, (_kinds, _timeline, _ages), strict=True):
        height = unit * share
        draw(figure, (top - height, height), tally)
        top -= height + between


def _kinds(figure: "Figure", place: tuple[float, float], tally: Tally) -> None:
    rows = tally.kinds[:MOST_KINDS]
    names = [row.kind.title for row in rows]
    firm, edge = [row.gaps for row in rows], [row.edge for row in rows]
    rest = tally.kinds[MOST_KINDS:]
    if rest:
        names.append(wording.counted(len(rest), "more kind"))
        firm.append(sum(row.gaps for row in rest))
        edge.append(sum(row.edge for row in rest))
    axes = _axes(figure, place, left=_NAMES)
    axes.set_title("By kind", x=(_LEFT - _NAMES) / (_RIGHT - _NAMES))
    axes.barh(range(len(names)), firm, color=_KIND, height=0.66)
    axes.barh(range(len(names)), edge, left=firm, color=_TONES["edge"], height=0.66)
    axes.set_yticks(range(len(names)), names, size=16, color=_INK, ha="left")
    axes.tick_params(axis="y", pad=(_NAMES - _LEFT) * _WIDTH * _POINTS)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(0, max(map(sum, zip(firm, edge, strict=True))) * 1.12)
    for at, (sure, doubtful) in enumerate(zip(firm, edge, strict=True)):
        axes.annotate(
            wording.number(sure),
            (sure + doubtful, at),
            (8, 0),
            textcoords="offset points",
            va="center",
            weight="bold",
        )


def _timeline(figure: "Figure", place: tuple[float, float], tally: Tally) -> None:
    axes = _stacked(figure, place, "When they began", series.timeline(tally.audit))
    axes.legend(
        loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, fontsize=14, handlelength=0.9
    )


def _ages(figure: "Figure", place: tuple[float, float], tally: Tally) -> None:
    _stacked(figure, place, "For how many days they had stood", series.ages(tally.audit))


def _stacked(figure: "Figure", place: tuple[float, float], title: str, bars: Sequence[series.Bar]) -> "Axes":
    axes = _axes(figure, place, left=_LEFT + 0.04)
    axes.set_title(title, x=-0.04 / (_RIGHT - _LEFT - 0.04))
    axes.grid(axis="y")
    under = [0] * len(bars)
    for tone, color in _TONES.items():
        amounts = [getattr(bar, tone) for bar in bars]
        if any(amounts):
            axes.bar(range(len(bars)), amounts, bottom=under, color=color, width=0.78, label=_LEGEND[tone])
        under = [below + amount for below, amount in zip(under, amounts, strict=True)]
    step = scale_step(max(under))
    top = max(-(-max(under) // step), 1) * step
    axes.set_yticks(range(0, top + 1, step))
    axes.set_ylim(0, top)
    axes.set_xlim(-0.6, len(bars) - 0.4)
    labelled = [(at, bar.label) for at, bar in enumerate(bars) if bar.label]
    axes.set_xticks([at for at, _ in labelled], [label for _, label in labelled])
    return axes


def _axes(figure: "Figure", place: tuple[float, float], *, left: float) -> "Axes":
    bottom, height = place
    axes = figure.add_axes((left, bottom, _RIGHT - left, height))
    axes.tick_params(length=0, pad=8)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    return axes


def _nothing(figure: "Figure", tally: Tally, top: float) -> None:
    """Write what was looked for, and beside it what could not be judged."""
    unjudged = dict.fromkeys(catalog.title(each.kind) for each in tally.audit.not_judged)
    columns = (
        (_LEFT, "Looked for and not met", [kind.title for kind in tally.absent]),
        (_NAMES, "Not judged", list(unjudged)),
    )
    for left, title, names in columns:
        if names:
            figure.text(left, top, title, size=20, weight="bold", va="top")
        for at, name in enumerate(names):
            figure.text(left, top - 0.035 - 0.026 * at, name, size=15.5, va="top")


def _foot(figure: "Figure", audit: Audit) -> None:
    compared = (
        f"{wording.counted(audit.orders, 'order')} and {wording.counted(audit.shipments, 'parcel')} compared"
    )
    figure.text(
        _LEFT, 0.018, f"stuck · {compared} · as of {wording.moment(audit.until)} UTC", size=14, color=_SOFT
    )
