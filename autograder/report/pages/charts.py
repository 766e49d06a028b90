"""Charts of the class as inline SVG: Vega-Lite specifications, drawn by vl-convert.

    svgs = drawn([totals([...]), ...])

Drawing is done by a process of its own, once for all charts: it starts a JavaScript engine, which the grader need not
keep in memory. The page's style sheet gives the colours, for light and dark. Charts are made for the width of a
telephone, on which a unit is about a CSS pixel.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

WIDTH = 340
FONT = 13
LINE_CHARS = 36  # of a name above a bar
BAR = 200  # as long as a bar that is all, where a text stands beside it
MAX_SECONDS = 120.0  # seconds for all charts together; they take one

_MISSING = 3  # exit code where vl-convert is not installed

Spec = dict[str, Any]
_CONFIG: Spec = {
    "background": None,
    "view": {"stroke": None},
    "axis": {"labelFontSize": FONT, "titleFontSize": FONT, "titleFontWeight": "normal", "labelLimit": 0},
    "text": {"fontSize": FONT},
}


def totals(bands: Sequence[tuple[str, int]], description: str) -> Spec:
    """A histogram: a bar for each band with how many students are in it."""
    rows = [{"band": band, "students": count} for band, count in bands]
    return {
        "description": description,
        "width": {"step": (WIDTH - 10) / max(len(rows), 1)},
        "height": 150,
        "data": {"values": rows},
        "encoding": {
            "x": {
                "field": "band",
                "type": "ordinal",
                "sort": None,
                "axis": {
                    "title": "points",
                    "labelAngle": 0,
                    "ticks": False,
                    "domain": True,
                    "labelOverlap": True,
                },
            },
            "y": {"field": "students", "type": "quantitative", "axis": None},
        },
        "layer": [
            {"mark": {"type": "bar", "width": {"band": 0.86}}},
            {"mark": {"type": "text", "dy": -8}, "encoding": {"text": {"field": "students"}}},
        ],
    }


def shares(
    rows: Sequence[tuple[str, Sequence[tuple[str, float]]]],
    description: str,
    unit: str = "",
    room_for_names: int = 50,
) -> Spec:
    """A bar for each row, divided in the order of the parts, which all rows share.

    All bars are of the same length, from none to all, or, with a unit, as long as their parts together.

    Args:
        rows: the name of each with its parts.
        description: for whoever does not see it.
        unit: of the parts; without one they are shares.
        room_for_names: pixels on the left.
    """
    whole = {"format": "%", "values": [0, 0.5, 1]}
    parts = [part for part, _ in rows[0][1]] if rows else []
    values = [
        {"row": name, "part": part, "order": parts.index(part), "size": size}
        for name, divided in rows
        for part, size in divided
    ]
    return {
        "description": description,
        "width": WIDTH - room_for_names,
        "height": {"step": 30},
        "data": {"values": values},
        "mark": {"type": "bar", "height": {"band": 0.72}},
        "encoding": {
            "y": {
                "field": "row",
                "type": "nominal",
                "sort": None,
                "axis": {
                    "title": None,
                    "ticks": False,
                    "domain": False,
                    "labelPadding": 6,
                    # a browser's letters may be wider than those that vl-convert measures
                    "minExtent": 0 if unit else room_for_names - 20,
                },
            },
            "x": {
                "field": "size",
                "type": "quantitative",
                "stack": "zero" if unit else "normalize",
                "axis": {"title": unit or None, "grid": False, **({} if unit else whole)},
            },
            "fill": {
                "field": "part",
                "type": "nominal",
                # marks to be found again: the style sheet has the colours
                "scale": {"domain": parts, "range": [f"#00000{i}" for i in range(len(parts))]},
                "legend": None,
            },
            "order": {"field": "order"},
        },
    }


def bars(rows: Sequence[tuple[str, float, str]], description: str) -> Spec:
    """A bar for each row with its name above it: name, share, and the share as text beside it. A whole bar is all.

    A long name takes two lines; then there is room for two in every row.
    """
    wrapped = [textwrap.wrap(name, LINE_CHARS, max_lines=2, placeholder="…") for name, _, _ in rows]
    lines = max(map(len, wrapped), default=1)
    # the last line is next to the bar
    names = ["\n".join([" "] * (lines - len(each)) + each) for each in wrapped]
    values = [
        {"row": f"{number:03}", "name": name, "share": share, "label": label}
        for number, (name, (_, share, label)) in enumerate(zip(names, rows, strict=True))
    ]
    return {
        "description": description,
        "width": WIDTH - 10,
        "height": {"step": 24 + 16 * lines},
        "data": {"values": values},
        "encoding": {
            "y": {"field": "row", "type": "ordinal", "sort": None, "axis": None},
            "x": {
                "field": "share",
                "type": "quantitative",
                "scale": {"domain": [0, 1], "range": [0, BAR]},
                "axis": None,
            },
        },
        "layer": [
            {"mark": {"type": "bar", "height": 10, "yOffset": 1 + 8 * lines}},
            {
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dy": -2 - 5 * lines,
                    "limit": WIDTH - 10,
                    "lineBreak": "\n",
                    "lineHeight": 16,
                },
                "encoding": {"x": {"value": 0}, "text": {"field": "name"}},
            },
            {
                "mark": {"type": "text", "align": "right", "dy": 1 + 8 * lines},
                "encoding": {"x": {"value": WIDTH - 10}, "text": {"field": "label"}},
            },
        ],
    }


class NoCharts(Exception):
    """Why there are no charts, and what to do."""


def drawn(specs: Sequence[Spec]) -> list[str]:
    """The charts as SVG elements, in the same order.

    Raises:
        NoCharts: if they cannot be drawn.
    """
    # -P: the folder of this file is no place to import from
    command = [sys.executable, "-P", __file__]
    try:
        done = subprocess.run(
            command, input=json.dumps(specs).encode(), capture_output=True, timeout=MAX_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoCharts(f"the charts could not be drawn: {error}") from error
    if done.returncode == _MISSING:
        raise NoCharts("charts need vl-convert-python: pip install '.[class]'")
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise NoCharts(f"the charts could not be drawn: {last or f'exit code {done.returncode}'}")
    return [
        _inline(svg, spec["description"]) for svg, spec in zip(json.loads(done.stdout), specs, strict=True)
    ]


def _inline(svg: str, description: str) -> str:
    """The SVG for a page: one picture with one description, as wide as its place."""
    head, _, body = svg.partition(">")
    box = re.search(r'viewBox="[0-9. -]+"', head)
    if box is None:
        raise NoCharts("the charts could not be drawn: an SVG without its size came back")
    body = re.sub(r' (?:aria-[a-z]+|role|pointer-events|font-family)="[^"]*"', "", body)
    return f'<svg class="chart" {box[0]} role="img" aria-label="{html.escape(description)}">{body}'


def _draw() -> int:
    try:
        import vl_convert
    except ModuleNotFoundError:
        return _MISSING
    specs = json.load(sys.stdin)
    svgs = [vl_convert.vegalite_to_svg(spec | {"config": _CONFIG}, allowed_base_urls=[]) for spec in specs]
    json.dump(svgs, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(_draw())
