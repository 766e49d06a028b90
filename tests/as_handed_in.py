"""Right answers in the shapes in which classes hand them in: folders and notebooks with all that lies around answers.

Every hand-in is Amara's work (`submissions/class/amara`) and something that does not make it wrong: a line that fails
elsewhere, a demo, a benchmark, a blank copy beside it. `HAND_INS` has them by name, once `handed_in_lines` and
`handed_in_work` are imported; each belongs to one of `KINDS`.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.submissions.filenames import exercise_number

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(__file__).parent / "submissions" / "class" / "amara"
AMARA = dict(sorted((exercise_number(path.stem), path) for path in CORPUS.glob("ex*.py")))
SET_UP = "import math\n\nimport torch\nfrom torch import Tensor, nn\n\nfrom exercises.notebook import check"
NOTEBOOK = "convolutions.ipynb"
KINDS = {
    "given": "what the package gives students exists where they are graded",
    "fails": "a line that fails, or that only a notebook has, costs itself alone",
    "slow": "slow is not wrong at the top of a file or cell",
    "refused": "what only the sandbox refuses costs its own line",
    "never taken": "a forbidden call that can never be reached is no forbidden call",
    "settings": "what one file sets for the whole process is not for another's checks",
    "which file": "the work that was done is what counts",
    "reason": "where something is wrong, the reason is the true one",
}

Files = Mapping[str, str | bytes]
Lines = Mapping[int, str]


@dataclass(frozen=True)
class HandIn:
    """One hand-in.

    Attributes:
        kind: one of `KINDS`.
        files: what it consists of, by path.
        asked: numbers of the exercises that are graded.
        lost: those of them that lose points, as they should; all others have everything.
        says: what the failures and notes have to say, in lower case.
        never: what they must not say.
    """

    kind: str
    files: Files
    asked: tuple[int, ...]
    lost: tuple[int, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def write(self, folder: Path) -> Path:
        """Writes it into a folder; gives the folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder


HAND_INS: dict[str, HandIn] = {}


def file(number: int) -> str:
    """The name of an exercise's file."""
    return AMARA[number].name


def answer(number: int) -> str:
    """Amara's answer, as the text of a file."""
    return AMARA[number].read_text(encoding="utf-8")


def in_cell(number: int) -> str:
    """The same as the text of a cell, where nothing is imported from other exercises."""
    return "".join(line for line in answer(number).splitlines(True) if not line.startswith("from exercises"))


def stub(number: int) -> str:
    """The file that students are given."""
    return (ROOT / "exercises" / file(number)).read_text(encoding="utf-8")


def folder(
    *, top: Lines | None = None, end: Lines | None = None, instead: Lines | None = None, **more: str
) -> dict[str, str | bytes]:
    """A file each; lines are put above or below the answer in some of them, or stand in its place."""
    files: dict[str, str | bytes] = {}
    for number in AMARA:
        text = (instead or {}).get(number, answer(number))
        parts = ((top or {}).get(number, ""), text, (end or {}).get(number, ""))
        files[file(number)] = "\n".join(part for part in parts if part) + "\n"
    return files | {f"{name}.py": text for name, text in more.items()}


def cells(
    *,
    set_up: str = SET_UP,
    top: Lines | None = None,
    end: Lines | None = None,
    instead: Lines | None = None,
    last: Sequence[str] = (),
) -> list[str]:
    """The code cells of a finished notebook, with lines in the same places."""
    made = [set_up]
    for number in AMARA:
        text = (instead or {}).get(number, in_cell(number))
        made.append("\n".join(((top or {}).get(number, ""), text, (end or {}).get(number, ""))))
        made.append(f'check("ex{number}")')
    return [*made, *last]


def notebook(sources: Sequence[str]) -> bytes:
    """A notebook of these code cells."""
    code = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for source in sources
    ]
    return json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def packed(files: Files) -> bytes:
    """A zip."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


def add(
    kind: str, name: str, files: Files, *asked: int, **expected: tuple[int, ...] | tuple[str, ...]
) -> None:
    """Adds a hand-in under its name."""
    assert kind in KINDS and name not in HAND_INS
    HAND_INS[name] = HandIn(kind, files, asked, **expected)  # type: ignore[arg-type]


def alternately(kind: str, lines: Mapping[str, str], number: int) -> None:
    """One hand-in per group of lines, which stand in another place each time.

    Above the answer in its file, below it, in the set-up cell, above the answer in its cell, below it.
    """
    places: list[Callable[[str], Files]] = [
        lambda line: folder(top={number: line}),
        lambda line: folder(end={number: line}),
        lambda line: {NOTEBOOK: notebook(cells(set_up=f"{SET_UP}\n{line}"))},
        lambda line: {NOTEBOOK: notebook(cells(top={number: line}))},
        lambda line: {NOTEBOOK: notebook(cells(end={number: line}))},
    ]
    for index, (name, line) in enumerate(lines.items()):
        add(kind, name, places[index % len(places)](line), number)
