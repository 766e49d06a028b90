"""What the pages share: templates in which any text shows as text."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.paths import PAGES
from autograder.report.text import plain
from exercises.feedback.catalogue import course_info


@cache
def template(name: str, *places: Path) -> Any:
    """The Jinja2 template of a page, with autoescape on. It knows the `course`, `points` and `ticks`.

    Args:
        name: its file.
        places: folders where it may lie, looked through before the one of the pages here.
    """
    made = Environment(
        loader=FileSystemLoader([*places, PAGES]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_fit,
    )
    made.filters |= {"points": points, "ticks": ticks}
    made.globals["course"] = course_info()
    return made.get_template(name)


def _fit(value: Any) -> Any:
    """Text without control codes; what a filter made markup was plain text before."""
    return value if not isinstance(value, str) or isinstance(value, Markup) else plain(value)


def points(value: float) -> str:
    """Points with at most two decimals."""
    return f"{round(value, 2):g}"


def ticks(text: str) -> Markup:
    """Text whose parts in backticks show as code."""
    parts = [escape(part) for part in plain(text).split("`")]
    if len(parts) % 2 == 0:
        return escape(plain(text))
    coded = [Markup("<code>{}</code>").format(p) if i % 2 else p for i, p in enumerate(parts)]
    return Markup("").join(coded)
