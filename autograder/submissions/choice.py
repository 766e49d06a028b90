"""Which of the files in a hand-in are meant.

- Written work counts, wherever it lies and whatever it is called; untouched stubs never beat it.
- Of numbered copies of one file in one folder, the latest with work in it counts.
- Work in several places is put together where each exercise is written in one place, or alike in all of them.
- An exercise that is written differently in two places has no grade: nobody but the student knows which is meant.
- A file that is named as no exercise counts for what is written nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import PurePosixPath

from autograder.submissions.archive import SubmissionError, shown
from autograder.submissions.filenames import exercise_number
from autograder.submissions.written import Code
from exercises.feedback.sentence import enumerated

MAX_LISTED_FILES = 4
Exports = Mapping[str, Sequence[str]]  # by exercise module


class Ambiguous(SubmissionError):
    """A hand-in that answers an exercise twice, each time differently: it has no grade, least of all 0."""


class Kind(IntEnum):
    """What a source is; of two that say the same, the lower one is taken."""

    FILE = 0  # named as an exercise
    CELL = 1  # a notebook's cell that writes such a file
    NOTEBOOK = 2
    SCRIPT = 3  # any other Python file


@dataclass(frozen=True, eq=False)
class Source:
    """Something that may answer exercises: `module` is the only one it can answer, empty if it can answer any.

    `texts` are the module's text, or the code cells. `copy_of` is alike for numbered copies of one file in one
    folder, of which the one with the larger `rank` is the later one.
    """

    kind: Kind
    path: PurePosixPath
    title: str
    texts: tuple[str, ...]
    code: Code
    module: str = ""
    copy_of: tuple[object, ...] = ()
    rank: tuple[object, ...] = ()

    def may_answer(self, module: str) -> bool:
        """Whether it can be an answer to an exercise at all."""
        return self.module in ("", module)


@dataclass
class Choice:
    """The source of each exercise that is written, and what has to be said about it, in lines."""

    by_module: dict[str, Source] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def cells(self) -> list[Source]:
        """The sources whose cells are run, in the order of their names."""
        chosen = {s for s in self.by_module.values() if s.kind in (Kind.NOTEBOOK, Kind.SCRIPT)}
        return sorted(chosen, key=lambda source: source.path)


def choose(
    label: str, sources: Sequence[Source], exports: Exports, scripts: Callable[[], Sequence[Source]]
) -> Choice:
    """Chooses among what has work in it; exercises that nobody has written are not in the choice.

    Args:
        label: the hand-in, for errors.
        sources: files, cells and notebooks.
        exports: the names that each exercise has to define.
        scripts: the other Python files, asked for only where they may be needed.

    Raises:
        Ambiguous: if an exercise is written differently in two places.
    """
    choice = Choice()
    latest = _latest(sources, exports, choice.notes)
    doubtful: dict[tuple[Source, ...], list[str]] = {}
    for module in exports:
        holders = _holders(latest, module, exports)
        if holders and _alike(holders, module, exports):
            choice.by_module[module] = holders[0]
        elif holders:
            doubtful.setdefault(tuple(holders), []).append(module)
    if doubtful:
        raise Ambiguous(f"{label}: {_doubt(doubtful)}")
    if len(choice.by_module) < len(exports):
        _look_into_scripts(choice, scripts(), exports)
    _must_fit_together(label, choice, exports)
    return choice


def written(source: Source, module: str, exports: Exports) -> bool:
    """Whether a source has work on an exercise in it."""
    return source.may_answer(module) and not source.code.written.isdisjoint(exports[module])


def _latest(sources: Sequence[Source], exports: Exports, notes: list[str]) -> list[Source]:
    copies: dict[tuple[object, ...], list[Source]] = {}
    for source in sources:
        if any(written(source, module, exports) for module in exports):
            copies.setdefault(source.copy_of or (source,), []).append(source)
    latest = []
    for alike in copies.values():
        last = max(alike, key=lambda source: source.rank)
        latest.append(last)
        if others := [source.title for source in alike if source is not last]:
            meant = f" for {last.module}" if last.module else ""
            notes.append(f"{last.title} was taken{meant}, not {listed(others)}")
    return latest


def _holders(sources: Iterable[Source], module: str, exports: Exports) -> list[Source]:
    """The sources with work on an exercise, the one to take first."""
    holders = [source for source in sources if written(source, module, exports)]
    # whoever writes a file from a notebook means the file
    writing = {source.path for source in holders if source.kind is Kind.CELL}
    holders = [s for s in holders if not (s.kind is Kind.NOTEBOOK and s.path in writing)]
    return sorted(holders, key=lambda source: (source.kind, len(source.path.parts), source.path))


def _alike(holders: Sequence[Source], module: str, exports: Exports) -> bool:
    return len({_answer(source, module, exports) for source in holders}) == 1


def _answer(source: Source, module: str, exports: Exports) -> frozenset[str]:
    """The definitions that answer an exercise, with all that they use but for other exercises."""
    others = {name for other, names in exports.items() if other != module for name in names}
    return source.code.needed(exports[module], others)


def _doubt(doubtful: Mapping[tuple[Source, ...], Sequence[str]]) -> str:
    said = []
    for holders, modules in list(doubtful.items())[:2]:
        more = (
            f" and in {len(holders) - MAX_LISTED_FILES} more places"
            if len(holders) > MAX_LISTED_FILES
            else ""
        )
        places = " and in ".join(source.title for source in holders[:MAX_LISTED_FILES])
        said.append(f"{spans(modules)} {_are(modules)} written in {places}{more}")
    return f"{', '.join(said)}, and not alike: hand in one of them, so that it is clear which one counts"


def _look_into_scripts(choice: Choice, scripts: Sequence[Source], exports: Exports) -> None:
    for module in exports:
        holders = [] if module in choice.by_module else _holders(scripts, module, exports)
        if holders and _alike(holders, module, exports):
            choice.by_module[module] = holders[0]
        elif holders:
            titles = listed([source.title for source in holders])
            choice.notes.append(f"{titles} all define {module}: name the one that is meant {module}.py")


def _must_fit_together(label: str, choice: Choice, exports: Exports) -> None:
    """Cells of several notebooks share their names: no later one may change what an earlier one's answers use.

    Raises:
        Ambiguous: if one does.
    """
    cells = choice.cells
    asked = {name for names in exports.values() for name in names}
    for number, earlier in enumerate(cells):
        modules = [module for module, source in choice.by_module.items() if source is earlier]
        used = frozenset().union(*(_answer(earlier, module, exports) for module in modules))
        for later in cells[number + 1 :]:
            for name in sorted(earlier.code.texts.keys() & later.code.texts.keys() - asked):
                if earlier.code.texts[name] in used and later.code.texts[name] != earlier.code.texts[name]:
                    raise Ambiguous(
                        f"{label}: {earlier.title} and {later.title} both define {shown(name)}, and not "
                        "alike: hand in one notebook, so that it is clear which one counts"
                    )


def taken_from(choice: Choice) -> list[str]:
    """One line on which exercises came from where, if they came from several places."""
    places: dict[str, list[str]] = {}
    for module, source in choice.by_module.items():
        places.setdefault(_place(source), []).append(module)
    if len(places) < 2:
        return []
    said = [
        f"{spans(modules)}{f' {_were(modules)} taken' if number == 0 else ''} from {place}"
        for number, (place, modules) in enumerate(places.items())
    ]
    return [listed(said, len(said))]


def cell_numbers(cells: Sequence[Source]) -> list[str]:
    """One line for each notebook after the first, on how its cells are counted."""
    before = 0
    notes = []
    for source in cells:
        if before:
            notes.append(f"the cells of {source.title} are counted on: its first one is cell {before + 1}")
        before += len(source.texts)
    return notes


def _place(source: Source) -> str:
    if source.kind is Kind.FILE:
        folder = source.path.parent
        return "the .py files" if folder == PurePosixPath() else f"{shown(folder)}/"
    return f"files that {shown(source.path)} writes" if source.kind is Kind.CELL else source.title


def spans(modules: Sequence[str]) -> str:
    """Exercises by their short names: "ex1 to ex3 and ex5"."""
    runs: list[list[int]] = []
    for number in sorted(map(exercise_number, modules)):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [
        part
        for run in runs
        for part in ([f"ex{run[0]} to ex{run[-1]}"] if len(run) > 2 else [f"ex{number}" for number in run])
    ]
    return enumerated(parts)


def _are(modules: Sequence[str]) -> str:
    return "are" if len(modules) > 1 else "is"


def _were(modules: Sequence[str]) -> str:
    return "were" if len(modules) > 1 else "was"


def listed(names: Sequence[object], most: int = MAX_LISTED_FILES) -> str:
    """The first few names, safe to print, and how many more there are."""
    text = ", ".join(shown(name) for name in names[:most])
    more = len(names) - most
    return f"{text} and {more} more" if more > 0 else text
