"""All exercises as one notebook, made from the same sources as the stubs.

`cells` gives them in order with what each is for; the platforms' builders add their own cells and metadata.
`answered` puts somebody's modules into the places for answers.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Literal

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.release.edition import Edition, package_name
from autograder.release.source import Cell, cells_of_stub
from autograder.release.stubs import stub_text
from autograder.submissions.downloads.names import NOTEBOOK
from exercises.feedback.catalogue import Exercise
from exercises.feedback.tutorial import anchor

NAME = NOTEBOOK
ADDRESS = "notebook_zip"  # what course.toml calls the link that the first cell fetches what is missing from

_OWN_IMPORT = re.compile(
    r"^(?:from exercises\.(?P<from>ex\w+) import .*|import exercises\.(?P<all>ex\w+).*)\n?", re.MULTILINE
)
_PICTURE = re.compile(r"(?P<before>!\[[^\]]*\]\(|src=\")(?:\.\./)?(?P<path>img/[\w.-]+)")
# what the tutorial says to those who work in files, and what a notebook says there
_MARK = re.compile(r"<!-- [\w: ]+ -->\n")
_FOR_FILES = re.compile(r"<!-- files: ([\w ]+) -->\n.*?<!-- end -->\n?", re.DOTALL)
_FOR_CELLS = {
    "run": (
        "Replace `raise NotImplementedError(...)` with your code, run the cell, then the cell with `check(...)` "
        'below it. It says what to do next. `check("ex1", hint=True)` gives a hint, and one more each time; '
        '`check("ex1", picture=True)` draws wrong results.\n'
    ),
    "mine": "",  # the playground reads files
    "hand in": "**Hand in** this notebook.\n",
}
_TO_PAGE = re.compile(r"\]\((?=visualizer/)")
_TO_TUTORIAL = re.compile(r"\]\(README\.md(#[\w-]+)\)")
_TO_FILE = re.compile(r"\[([^\]]+)\]\(ex\d+_\w+\.py\)")
_HEADING = re.compile(r"^#{2,3} (?P<title>.+)$", re.MULTILINE)

Role = Literal["text", "setup", "answer", "check"]


@dataclass(frozen=True)
class NotebookCell:
    """One cell.

    `name` is unique and made of letters, digits, "-" and "_"; `exercise` is the exercise's module, empty for
    what belongs to none.
    """

    role: Role
    name: str
    source: str
    exercise: str = ""
    attachments: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def is_code(self) -> bool:
        """Whether it is run."""
        return self.role != "text"


def cells(edition: Edition) -> list[NotebookCell]:
    """Title, set-up, tutorial, and for each exercise its tasks, stubs and one cell that runs its public checks."""
    title, *sections = _tutorial(edition)
    made = [title, NotebookCell("setup", "setup", _first_cell(edition)), *sections]
    modules = {source.module for source in edition.sources}
    for source in edition.sources:
        exercise = next(e for e in edition.catalogue if e.module == source.module)
        made += _exercise(exercise, cells_of_stub(source.path, stub_text(source)), modules)
    return made


def _first_cell(edition: Edition) -> str:
    """Loads what all cells need. Where only the notebook is, as in Colab, it gets the rest, or says how to."""
    needed = dict.fromkeys(map(package_name, edition.student_dependencies()))
    packages = " ".join(name for name in needed if name != "torch")
    address = edition.course.info.links.get(ADDRESS, "")
    made = edition.page("student/first_cell.py.jinja", address=address, packages=packages)
    return made.decode("utf-8").strip()


def _tutorial(edition: Edition) -> Iterator[NotebookCell]:
    """The tutorial, a cell per section, its pictures attached."""
    text = edition.exercise_files()["exercises/README.md"].decode("utf-8")
    pictures = edition.pictures()
    for number, part in enumerate(re.split(r"^(?=## )", text, flags=re.MULTILINE)):
        found = {m["path"]: pictures[m["path"]] for m in _PICTURE.finditer(part) if m["path"] in pictures}
        attachments = {PurePosixPath(path).name: content for path, content in found.items()}

        def attached(match: re.Match[str], known: Mapping[str, bytes] = found) -> str:
            if match["path"] not in known:
                return match[0]
            return f"{match['before']}attachment:{PurePosixPath(match['path']).name}"

        part = _MARK.sub("", _FOR_FILES.sub(lambda match: _FOR_CELLS[match[1]], part))
        part = _TO_PAGE.sub("](exercises/", _TO_FILE.sub(r"\1", part))
        shown = _HEADING.sub(_with_anchor, _PICTURE.sub(attached, part))
        yield NotebookCell("text", f"tutorial-{number}", shown.strip(), attachments=attachments)


def _with_anchor(match: re.Match[str]) -> str:
    """A heading that links can lead to under GitHub's name for it; Jupyter has other names of its own."""
    return f'<a id="{anchor(match["title"])[1:]}"></a>\n\n{match[0]}'


def _exercise(exercise: Exercise, stub: Sequence[Cell], modules: Collection[str]) -> Iterator[NotebookCell]:
    counts = {"markdown": 0, "code": 0}
    for cell in stub:
        counts[cell.kind] += 1
        number = counts[cell.kind]
        if cell.kind == "markdown":
            linked = _TO_TUTORIAL.sub(r"](\1)", cell.text)
            yield NotebookCell("text", f"{exercise.name}-task-{number}", linked, exercise.module)
        else:
            code = _in_one_namespace(cell.text, modules).strip("\n")
            yield NotebookCell("answer", f"{exercise.name}-answer-{number}", code, exercise.module)
    yield NotebookCell("check", f"{exercise.name}-check", f'check("{exercise.name}")', exercise.module)


def _in_one_namespace(text: str, modules: Collection[str]) -> str:
    """A text without imports of exercises that are in the notebook; one that is given ready-made is beside it."""

    def kept(match: re.Match[str]) -> str:
        return "" if (match["from"] or match["all"]) in modules else match[0]

    return _OWN_IMPORT.sub(kept, text)


def answered(made: Sequence[NotebookCell], modules: Mapping[str, str]) -> list[NotebookCell]:
    """The notebook as somebody would hand it in whose answers are these modules.

    A module's whole text goes into the first of its exercise's cells for answers; the others are emptied.
    """
    filled: set[str] = set()
    exercises = {cell.exercise for cell in made}
    result = []
    for cell in made:
        if cell.role == "answer" and cell.exercise in modules:
            whole = "" if cell.exercise in filled else modules[cell.exercise]
            filled.add(cell.exercise)
            cell = replace(cell, source=_in_one_namespace(whole, exercises).strip("\n"))
        result.append(cell)
    return result


def as_notebook(
    made: Sequence[NotebookCell], metadata: Callable[[NotebookCell], Mapping[str, Any]] = lambda cell: {}
) -> NotebookNode:
    """The cells as Jupyter knows them; ids are the cells' names, so that two builds are alike."""
    notebook: NotebookNode = new_notebook(
        cells=[_as_node(cell, metadata(cell)) for cell in made],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    return notebook


def _as_node(cell: NotebookCell, metadata: Mapping[str, Any]) -> NotebookNode:
    about: dict[str, Any] = {"id": cell.name, "metadata": dict(metadata)}
    if cell.attachments:
        about["attachments"] = {
            name: {_mime(name): base64.b64encode(content).decode()}
            for name, content in cell.attachments.items()
        }
    node: NotebookNode
    node = new_code_cell(cell.source, **about) if cell.is_code else new_markdown_cell(cell.source, **about)
    return node


def _mime(name: str) -> str:
    kinds = {".png": "image/png", ".gif": "image/gif", ".jpg": "image/jpeg", ".svg": "image/svg+xml"}
    return kinds[PurePosixPath(name).suffix]


def as_file(notebook: NotebookNode) -> bytes:
    """The notebook's file.

    Raises:
        ValidationError: if Jupyter would not take it as it is.
    """
    ids = [cell.get("id") for cell in notebook.cells]
    if None in ids or len(set(ids)) < len(ids):
        # nbformat would draw one at random, and two builds would differ
        raise nbformat.ValidationError(f"each cell needs an id of its own: {ids}")
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return f"{text}\n".encode()
