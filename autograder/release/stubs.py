"""Makes the student's `exercises/` from `solutions/`: one stub per exercise, `manifest.json`, the tutorial's table
and its page.

`expected_files` says what has to be there and touches nothing; `write_stubs` puts it there and
`out_of_date` tells what differs. All three see a folder as flat: only `ex*.py` stubs and the manifest
are theirs, whatever else lies in `exercises/` is left alone. Of the tutorial only what stands between its markers
is theirs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.grading.judge import Judge
from autograder.paths import SOLUTIONS, STAND_INS
from autograder.release.course_file import CourseFile, as_entry, read_course
from autograder.release.source import MARKER, Region, Source, SourceError, read_sources
from autograder.release.tutorial import tutorial_page
from exercises.feedback.catalogue import CourseInfo, as_exercises, built_on
from exercises.feedback.course import Course
from exercises.feedback.stub import Stub
from exercises.paths import EXERCISES, TUTORIAL, TUTORIAL_PAGE

MANIFEST = "manifest.json"

# What a generated file looks like from outside; an `ex*.py` without this start was written by hand.
_STUB_NAME = re.compile(r"ex[1-9][0-9]*_\w+\.py")
_STUB_START = b"# ---\n# exercise:"

TABLE_BEGINS = (
    "<!-- table of exercises -->\n"  # what stands in the tutorial after it, up to its end, is made here
)
_TABLE = re.compile(f"(?P<begin>{TABLE_BEGINS}).*?(?P<end><!-- end -->\n)", re.DOTALL)

# an exercise that may not be given; the link between is made here
_LINK = re.compile(
    r"(?P<begin><!-- exercise: (?P<module>ex\d+_\w+) -->\n).*?(?P<end><!-- end -->\n)", re.DOTALL
)

# The end of a student's file, for editors with a Run button. Solutions, notebooks and grades do without.
RUN = """

# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
"""

HiddenCounts = Mapping[str, Mapping[str, int]]


def stub_text(source: Source) -> str:
    """The module as a student gets it: no hints in the header, every region gone.

    A region in a function is replaced by one `raise NotImplementedError(...)`; a region in a class or
    at the top level leaves nothing. Raises SourceError when what is left is not Python.
    """
    regions = {region.begin: region for region in source.regions}
    hints = source.header_lines["hints"]
    lines = source.text.split("\n")
    kept: list[str] = []
    number = 1
    while number <= len(lines):
        region = regions.get(number)
        if region is None:
            if number not in hints:
                kept.append(lines[number - 1].rstrip())
            number += 1
            continue
        number = region.end + 1
        if region.in_function:
            while not kept[-1]:
                kept.pop()
            kept.append(_todo(source, region))
        else:
            number = _close_gap(kept, lines, number)
    text = "\n".join(_without_empty_cells(kept)).strip("\n") + "\n"
    text = re.sub(r"\n{4,}", "\n\n\n", text)
    _check(source, text)
    return text


def ready_text(module: str, stand_ins: Path) -> str:
    """A module that students get ready-made: the one that takes a wrong one's place where others build on it."""
    text = (stand_ins / f"{module}.py").read_text(encoding="utf-8")
    number = module.split("_")[0].removeprefix("ex")
    return f"# ---\n# exercise: {number}\n# given: ready-made\n# ---\n\n{text}"


def expected_files(
    solutions: Path,
    hidden: HiddenCounts,
    rules: Collection[str] | None = None,
    stand_ins: Path | None = None,
) -> dict[str, bytes]:
    """Name and content of every generated file of `exercises/`.

    Args:
        solutions: the folder of solutions, with its `course.toml`.
        hidden: the number of hidden checks per category, by module.
        rules: the names that an exercise may forbid; any, if there is none.
        stand_ins: the folder of what takes the place of an exercise that others build on.

    Raises:
        SourceError: for a solution that has to be fixed.
        ValueError: for a name in `hidden` that has no solution.
    """
    sources = read_sources(solutions)
    for source in sources if rules is not None else ():
        _known(source, "forbids", source.header.forbids, rules or ())
    course, given = _given(sources, read_course(solutions))
    unknown = sorted(set(hidden) - {source.module for source in sources})
    if unknown:
        raise ValueError(
            f"hidden checks for {', '.join(unknown)}, but {solutions.as_posix()} has no such module"
        )
    files = {f"{source.module}.py": (stub_text(source) + RUN).encode("utf-8") for source in given}
    files |= {
        f"{module}.py": ready_text(module, stand_ins or STAND_INS).encode("utf-8") for module in course.ready
    }
    entries = [_entry(source, hidden.get(source.module, {}), course) for source in given]
    manifest = {"course": as_entry(course), "exercises": entries}
    files[MANIFEST] = (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    return files


def write_stubs(
    solutions: Path,
    exercises: Path,
    hidden: HiddenCounts,
    rules: Collection[str] | None = None,
    stand_ins: Path | None = None,
) -> list[Path]:
    """Bring `exercises/` up to date; return the paths written and the stale stubs removed.

    Files that are right already are not touched, so an empty list means there was nothing to do.
    """
    files = _files(solutions, exercises, hidden, rules, stand_ins)
    exercises.mkdir(parents=True, exist_ok=True)
    changed: list[Path] = []
    for name, content in files.items():
        path = exercises / name
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
            changed.append(path)
    for path in stale_stubs(exercises, files):
        path.unlink()
        changed.append(path)
    return changed


def out_of_date(
    solutions: Path,
    exercises: Path,
    hidden: HiddenCounts,
    rules: Collection[str] | None = None,
    stand_ins: Path | None = None,
) -> list[str]:
    """One line for each generated file that is missing, differs or is left over; empty when all is well."""
    files = _files(solutions, exercises, hidden, rules, stand_ins)
    complaints: list[str] = []
    for name, content in files.items():
        path = exercises / name
        if not path.is_file():
            complaints.append(f"{path.as_posix()} is missing")
        elif path.read_bytes() != content:
            origin = "the tutorial gives" if name == TUTORIAL_PAGE.name else "the solutions give"
            complaints.append(f"{path.as_posix()} is not what {origin}")
    stale = stale_stubs(exercises, files)
    return complaints + [f"{path.as_posix()} has no solution any more" for path in stale]


def _files(
    solutions: Path,
    exercises: Path,
    hidden: HiddenCounts,
    rules: Collection[str] | None,
    stand_ins: Path | None,
) -> dict[str, bytes]:
    """The generated files, and the tutorial with its table as the headers have it, in Markdown and as a page."""
    files = expected_files(solutions, hidden, rules, stand_ins)
    tutorial = exercises / TUTORIAL.name
    if tutorial.is_file():
        text = tutorial.read_bytes().decode("utf-8")
        table = table_of(json.loads(files[MANIFEST])["exercises"])
        made = _TABLE.sub(lambda match: match["begin"] + table + match["end"], text)
        links = {e["module"]: link_to(e) for e in json.loads(files[MANIFEST])["exercises"]}
        made = _LINK.sub(lambda match: match["begin"] + links.get(match["module"], "") + match["end"], made)
        files[TUTORIAL.name] = made.encode("utf-8")
        files[TUTORIAL_PAGE.name] = tutorial_page(made, exercises).encode("utf-8")
    return files


def link_to(entry: Mapping[str, Any]) -> str:
    """What leads from the tutorial to an exercise, from its entry in the manifest."""
    title = entry["title"]
    return f"→ [Exercise {entry['number']}: {title[0].lower()}{title[1:]}]({entry['module']}.py)\n"


def table_of(entries: Sequence[Mapping[str, Any]]) -> str:
    """The exercises as the tutorial lists them, from their entries in the manifest."""
    counted, extra = ([e for e in entries if e["extra"] == beside] for beside in (False, True))
    table = _rows_of(counted, "points")
    return f"{table}\n{_rows_of(extra, 'extra points')}" if extra else table


def _rows_of(entries: Sequence[Mapping[str, Any]], points: str) -> str:
    minutes = sum(e["minutes"] for e in entries)
    time = f"{minutes} minutes" if minutes < 90 else f"{round(minutes / 30) / 2:g} hours"
    number = f"{len(entries)} exercise{'s' * (len(entries) > 1)}"
    lines = [f"{number}, {sum(e['points'] for e in entries)} {points}, about {time}:", ""]
    lines += ["| file | exercise | points | minutes |", "| --- | --- | --- | --- |"]
    for e in entries:
        file = f"[{e['module']}.py]({e['module']}.py)"
        lines.append(f"| {file} | {e['title']} | {e['points']} | {e['minutes']} |")
    return "\n".join(lines) + "\n"


def stale_stubs(exercises: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Generated stubs whose solution is gone."""
    return [
        path
        for path in sorted(exercises.glob("ex*.py"))
        if path.name not in files
        and _STUB_NAME.fullmatch(path.name)
        and path.read_bytes().startswith(_STUB_START)
    ]


def _todo(source: Source, region: Region) -> str:
    stub = Stub(f"ex{source.header.exercise}", region.owner)
    return f'{region.indent}raise NotImplementedError("{stub}")'


def _close_gap(kept: Sequence[str], lines: Sequence[str], number: int) -> int:
    """Where to go on after a region that leaves nothing.

    Of the blank lines on both sides the longer run stays, and none stays at the start of a cell.
    """
    above = 0
    while above < len(kept) and not kept[-1 - above]:
        above += 1
    below = 0
    while number - 1 + below < len(lines) and not lines[number - 1 + below].strip():
        below += 1
    at_cell_start = above < len(kept) and kept[-1 - above].startswith("# %%")
    return number + (below if at_cell_start else min(above, below))


def _without_empty_cells(lines: Sequence[str]) -> list[str]:
    """Leave out the marker of a cell that held nothing but regions."""
    kept: list[str] = []
    for index, line in enumerate(lines):
        if line.startswith("# %%"):
            following = next((later for later in lines[index + 1 :] if later), "# %%")
            if following.startswith("# %%"):
                continue
        kept.append(line)
    return kept


def _check(source: Source, text: str) -> None:
    """A stub is Python without a marker; the line told is the stub's where it cannot be the solution's."""
    for number, line in enumerate(text.split("\n"), start=1):
        if MARKER.search(line):
            raise SourceError(source.path, number, "a marker is left in the stub")
    try:
        compile(text, f"{source.module}.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        line_text = (error.text or "").strip()
        message = f"without its solution regions the module is not Python, near {line_text!r}: {error.msg}"
        raise SourceError(source.path, _line_of(source, line_text), message) from error


def _line_of(source: Source, line_text: str) -> int:
    """The first line of the solution that reads like this, or 1."""
    lines = [line.strip() for line in source.text.split("\n")]
    return lines.index(line_text) + 1 if line_text in lines else 1


def _known(source: Source, field: str, names: Sequence[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            line = source.header_lines[field].start
            raise SourceError(source.path, line, f"{field}: {name!r} is none of {', '.join(known)}")


def _given(sources: Sequence[Source], course: CourseFile) -> tuple[CourseInfo, list[Source]]:
    """The course, and those of its exercises that are asked for."""
    for source in sources:
        _known(source, "track", [source.header.track] * bool(source.header.track), course.tracks)
    track = {source.module: source.header.track or course.tracks[0] for source in sources}
    given = [s for s in sources if track[s.module] in course.info.tracks]
    there = [m for m, name in track.items() if name in {*course.info.tracks, *course.ready}]
    for source in given:
        _known(source, "builds_on", source.header.builds_on, there)
    builds_on = {source.module: source.header.builds_on for source in sources}
    needed = {module for source in given for module in built_on(source.module, builds_on)}
    ready = {s.module: s.header.exports for s in sources if s.module in needed and s not in given}
    return replace(course.info, ready=ready), given


def _entry(source: Source, hidden: Mapping[str, int], course: CourseInfo) -> dict[str, object]:
    header = source.header
    track = header.track or next(iter(course.tracks))
    return {
        "number": header.exercise,
        "module": source.module,
        "title": header.title,
        "points": header.points,
        "minutes": header.minutes,
        "exports": list(header.exports),
        "builds_on": [module for module in header.builds_on if module not in course.ready],
        "forbids": list(header.forbids),
        "hints": {name: list(header.hints[name]) for name in header.exports},
        "hidden": dict(sorted(hidden.items())),
        "track": track,
        "extra": course.tracks[track].extra,
    }


def made_from(course: Course, root: Path) -> tuple[Path, Path, HiddenCounts, Collection[str], Path | None]:
    """What the generated files of a checkout are made from: the arguments of `write_stubs` and `out_of_date`.

    Raises:
        SourceError, SuiteError: as `hidden_counts`.
    """
    solutions = root / SOLUTIONS.name
    counts = hidden_counts(course, solutions)
    return solutions, root / EXERCISES.name, counts, course.rules, course.stand_ins


def hidden_counts(course: Course, solutions: Path) -> dict[str, dict[str, int]]:
    """How many hidden checks there are on one device, by exercise module and category.

    The exercises are those of the solutions: what the manifest says of them may be out of date.

    Raises:
        SourceError: for a solution that has to be fixed.
        SuiteError: for a hidden suite that has to be.
    """
    info, given = _given(read_sources(solutions), read_course(solutions))
    entries = [_entry(source, {}, info) for source in given]
    judge = Judge(replace(course, exercises=as_exercises(entries)))
    counts: dict[str, dict[str, int]] = {}
    for line in judge.lines:
        of_module = counts.setdefault(line.module, {})
        of_module[line.category] = of_module.get(line.category, 0) + line.cases
    return counts
