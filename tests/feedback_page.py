"""A student's feedback page taken apart again, into what a reader sees of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(frozen=True)
class Row:
    """A rubric line as the page has it; `sentence` is without backticks."""

    word: str
    sentence: str
    passed: int
    checks: int
    earned: float
    points: float


@dataclass
class Part:
    """An exercise on the page: its rows, the notes above them, and the paragraphs that explain what went wrong."""

    title: str = ""
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    explanations: list[str] = field(default_factory=list)

    @property
    def earned(self) -> float:
        """The points that its title tells."""
        return _two_numbers(self.title.rsplit(":", 1)[1])[0]


def read_page(text: str) -> tuple[float, dict[str, Part]]:
    """The points in all, and the exercises by name ("ex3")."""
    reader = _Reader()
    reader.feed(text)
    return _two_numbers(reader.total)[0], reader.parts


def _two_numbers(text: str) -> tuple[float, float]:
    first, second, *_ = re.findall(r"\d+(?:\.\d+)?", text)  # extra points may come after
    return float(first), float(second)


class _Reader(HTMLParser):
    """Collects the texts of elements, each under the exercise whose section it stands in."""

    def __init__(self) -> None:
        super().__init__()
        self.total = ""
        self.parts: dict[str, Part] = {}
        self._part: Part | None = None
        self._in_cause = False
        self._kind = ""
        self._text: list[str] = []
        self._cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        look = given.get("class") or ""
        if tag == "section":
            name = given.get("aria-labelledby") or ""
            self._part = self.parts.setdefault(name, Part()) if re.fullmatch(r"ex\d+", name) else None
        elif tag == "tr":
            self._cells = []
        elif tag == "div" and "cause" in look.split():
            self._in_cause = True
        elif tag in ("h3", "p", "td", "th", "h2", "h4", "figcaption"):
            self._kind, self._text = f"{tag} {look}".strip(), []

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        text = " ".join("".join(self._text).split())
        part = self._part
        if tag in ("td", "th"):
            self._cells.append(text)
        elif tag == "p" and self._kind == "p total":
            self.total = text
        elif part is None:
            return
        elif tag == "h3":
            part.title = text
        elif tag == "p" and self._kind == "p note carried":
            part.notes.append(text)
        elif tag == "p" and self._kind == "p" and self._in_cause and not text.startswith("Read “"):
            part.explanations.append(text)
        elif tag == "section":
            self._in_cause = False
        elif tag == "tr" and len(self._cells) == 4 and self._cells[0] != "Result":
            word, sentence, checks, points = self._cells
            part.rows.append(Row(word, sentence, *map(int, _two_numbers(checks)), *_two_numbers(points)))
