"""What the pages share: templates in which any text shows as text, and the words that they write in the same way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from autograder.paths import PAGES
from autograder.report.text import plain
from exercises.feedback.catalogue import course_info
from exercises.paths import TUTORIAL


@cache
def template(name: str) -> Any:
    """The Jinja2 template of a page, with autoescape on. It knows the `course`, `points` and `ticks`."""
    made = Environment(
        loader=FileSystemLoader(PAGES),
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


def capital(headline: str) -> str:
    """A headline with a capital letter; only words get one: a function's name stays as it is written."""
    first = headline.split(" ", 1)[0]
    return headline[:1].upper() + headline[1:] if first in ("the", "no", "not", "after") else headline


def section_title(section: str) -> str:
    """The tutorial's heading for an anchor, such as `#your-turn`."""
    return _titles().get(section, section.lstrip("#").replace("-", " "))


@cache
def _titles() -> Mapping[str, str]:
    """The tutorial's headings by their anchors; none where the tutorial is not at hand."""
    if not TUTORIAL.is_file():
        return {}
    headings = re.findall(r"^#+ (.+)$", TUTORIAL.read_text(encoding="utf-8"), re.M)
    return {"#" + re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-"): h for h in headings}
