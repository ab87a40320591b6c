"""A chart, as JSON on the standard input, painted as PNG on the standard output: `python -m` this module."""

import io
import json
import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # slow to import, and only who paints needs it
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _SOFT, _LINE = "#1d1c1d", "#5c5b57", "#dcdcd6"
_TONES = {"strong": "#1b6b5f", "soft": "#9fc7bf", "alarm": "#a50d3c"}
_WIDTH, _ROW, _COLUMNS, _EDGES = 12.0, 0.55, 3.6, 2.0
"""Inches: of the picture, of one row with its name, of a panel of columns, of titles and edges."""
_DPI = 100
_NAME = 48
"""Letters of a row's name."""
_LEFT, _RIGHT, _NAMES = 0.045, 0.965, 0.47
"""Edges of the drawing, and where rows with names begin, as shares of the width."""
_STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 15,
    "text.color": _INK,
    "axes.edgecolor": _LINE,
    "axes.titlesize": 17,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 14,
    "axes.axisbelow": True,
    "grid.color": _LINE,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "text.parse_math": False,
}


def png(chart: Mapping[str, Any]) -> bytes:
    """Return a chart, as its JSON, as a PNG 1200 pixels wide."""
    import matplotlib as mpl  # noqa: PLC0415  # see above
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # see above
    from matplotlib.figure import Figure  # noqa: PLC0415  # see above

    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # a cache that is built anew is nobody's business
    heights = [_height(panel) for panel in chart["panels"]]
    total = sum(heights) + _EDGES * 0.5 + 1.0 * (len(heights) - 1) + 0.9
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, total), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(figure)
        figure.text(_LEFT, 1 - 0.3 / total, chart["title"], size=22, weight="bold", va="top")
        top = 1 - 1.4 / total
        for panel, inches in zip(chart["panels"], heights, strict=True):
            height = inches / total
            _panel(figure, panel, (top - height, height))
            top -= height + 1.0 / total
        picture = io.BytesIO()
        figure.savefig(picture, format="png", metadata={"Software": "stuck"})
    return picture.getvalue()


def _height(panel: Mapping[str, Any]) -> float:
    return _ROW * len(panel["labels"]) if panel["shape"] == "rows" else _COLUMNS


def _panel(figure: "Figure", panel: Mapping[str, Any], place: tuple[float, float]) -> None:
    left = _NAMES if panel["shape"] == "rows" else _LEFT + 0.02
    axes = figure.add_axes((left, place[0], _RIGHT - left, place[1]))
    axes.set_title(panel["title"], x=(_LEFT - left) / (_RIGHT - left))
    axes.tick_params(length=0, pad=8)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    (_rows if panel["shape"] == "rows" else _columns)(axes, panel)
    if len(panel["series"]) + bool(panel["line"]) > 1:
        axes.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, fontsize=13, handlelength=0.9
        )


def _rows(axes: "Axes", panel: Mapping[str, Any]) -> None:
    places = range(len(panel["labels"]))
    ends = [0.0 for _ in places]
    for series in panel["series"]:
        axes.barh(places, series["values"], left=ends, color=_TONES[series["tone"]], height=0.66, label=series["name"])  # fmt: skip
        ends = [end + value for end, value in zip(ends, series["values"], strict=True)]
    names = [name if len(name) <= _NAME else name[: _NAME - 1] + "…" for name in panel["labels"]]
    axes.set_yticks(places, names, size=14, color=_INK, ha="left")
    axes.tick_params(axis="y", pad=(_NAMES - _LEFT) * _WIDTH * 72)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(0, max(*ends, 1.0) * 1.12)
    for at, end in enumerate(ends):
        axes.annotate(f"{end:,g}", (end, at), (8, 0), textcoords="offset points", va="center", weight="bold")


def _columns(axes: "Axes", panel: Mapping[str, Any]) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415  # see above

    places = range(len(panel["labels"]))
    width = 0.8 / len(panel["series"])
    for number, series in enumerate(panel["series"]):
        shifted = [at + (number - (len(panel["series"]) - 1) / 2) * width for at in places]
        axes.bar(shifted, series["values"], width=width, color=_TONES[series["tone"]], label=series["name"])
    if line := panel["line"]:
        axes.plot(places, line["values"], color=_TONES[line["tone"]], lw=2.5, marker="o", ms=5, label=line["name"])  # fmt: skip
    axes.grid(axis="y")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.set_ylim(bottom=0, top=max(axes.get_ylim()[1], 1))
    axes.set_xticks(places, panel["labels"], size=13)


if __name__ == "__main__":
    sys.stdout.buffer.write(png(json.load(sys.stdin)))
