"""The tutorial as one web page, `exercises/tutorial.html`: browsers do not read the Markdown of `README.md`.

The page lies beside the Markdown, so every relative link and picture of the one serves the other. Its anchors are
GitHub's, as in `exercises.feedback.tutorial`. Formulas become MathML, which needs no script.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.gfm import gfm_plugin
from PIL import Image

from autograder.paths import TEMPLATES
from autograder.report.pages.markup import template
from exercises.feedback.tutorial import anchor
from exercises.paths import TUTORIAL

LISTED = (2, 3)  # levels of the headings in the list of contents
_OWN = f"{TUTORIAL.name}#"


@dataclass(frozen=True)
class Heading:
    """One line of the list of contents."""

    level: int
    title: str
    anchor: str


def tutorial_page(text: str, folder: Path) -> str:
    """The page.

    Args:
        text: the tutorial in GitHub's Markdown, which may hold HTML.
        folder: where it lies. Pictures found from there keep their place free while they load, so that nothing moves
            under who came to an anchor.
    """
    markdown = _markdown()
    tokens = markdown.parse(text)
    for token in _flat(tokens):
        if token.type == "image":
            token.attrs |= _size(folder / str(token.attrs["src"]))
        elif token.type == "link_open" and str(token.attrs["href"]).startswith(_OWN):
            token.attrs["href"] = f"#{str(token.attrs['href']).removeprefix(_OWN)}"
    headings = list(_headings(tokens))
    page: str = template("tutorial.html", TEMPLATES / "student").render(
        title=next((heading.title for heading in headings), TUTORIAL.stem),
        headings=[heading for heading in headings if heading.level in LISTED],
        text=Markup(markdown.renderer.render(tokens, markdown.options, {})),
    )
    return f"{page}\n"


def _markdown() -> MarkdownIt:
    """Reads as GitHub does."""
    made = MarkdownIt("commonmark", {"html": True})
    gfm_plugin(made)
    anchors_plugin(made, max_level=6, slug_func=lambda title: anchor(title).removeprefix("#"))
    dollarmath_plugin(
        made,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        allow_blank_lines=False,
        renderer=_formula,
    )
    made.add_render_rule("fence", _fence)
    # a table that is wider than a phone scrolls by itself
    made.add_render_rule("table_open", lambda *_: '<div class="wide"><table>\n')
    made.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return made


def _fence(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A block of code; GitHub takes one in the language `math` as a formula."""
    token = tokens[index]
    if token.info.strip() == "math":
        return f'<div class="math block">{_formula(token.content, {"display_mode": True})}</div>\n'
    language = html.escape(token.info.strip())
    about = f' class="language-{language}"' if language else ""
    return f"<pre><code{about}>{html.escape(token.content, quote=False)}</code></pre>\n"


def _formula(latex: str, how: Mapping[str, Any]) -> str:
    """LaTeX as MathML."""
    made: str = convert(latex.strip(), display="block" if how["display_mode"] else "inline")
    return made


def _flat(tokens: Iterable[Token]) -> Iterator[Token]:
    """All tokens with those that they hold."""
    for token in tokens:
        yield token
        yield from _flat(token.children or ())


def _headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            words = (t.content for t in _flat(inline.children or ()) if t.type in ("text", "code_inline"))
            yield Heading(int(opening.tag[1]), "".join(words), str(opening.attrs["id"]))


def _size(picture: Path) -> dict[str, int]:
    """Width and height in pixels; nothing of what is no picture here."""
    if not picture.is_file():
        return {}
    with Image.open(picture) as opened:
        return dict(zip(("width", "height"), opened.size, strict=True))
