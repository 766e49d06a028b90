"""The sections of the tutorial by their anchors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from exercises.paths import TUTORIAL

HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchor(heading: str) -> str:
    """What GitHub and Jupyter put behind the `#` of a link to a heading."""
    return "#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def section_title(section: str) -> str:
    """The heading of a section such as `#your-turn`."""
    return _titles().get(section, section.lstrip("#").replace("-", " "))


@cache
def _titles() -> Mapping[str, str]:
    """The tutorial's headings by their anchors; none where the tutorial is not at hand."""
    if not TUTORIAL.is_file():
        return {}
    return {anchor(heading): heading for heading in HEADING.findall(TUTORIAL.read_text(encoding="utf-8"))}
