"""Whether each exercise has all its parts, and says what it builds on: what is missing would cost right work points.

An exercise is a solution, a hidden suite and a public check, and most have a topic. One that others build on has a
stand-in as well: the judge puts it in its place where a student's own is wrong.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.paths import STAND_INS, SUITES
from autograder.release.header import SourceError
from autograder.release.source import Source, read_sources
from exercises.feedback.catalogue import built_on
from exercises.feedback.course import Course
from exercises.paths import CHECKS, ROOT, TOPICS, from_checkout


def missing_parts(course: Course, root: Path) -> list[str]:
    """What an author has to add to a checkout, a line for each; empty if every exercise is whole.

    Raises:
        SourceError: for a solution that cannot be read.
    """
    sources = read_sources(root / "solutions")
    return [
        *_without_checks(sources, course, root),
        *(line for source in sources for line in _builds_on(source, sources, course)),
        *_without_stand_in(sources, course),
    ]


def _without_checks(sources: Sequence[Source], course: Course, root: Path) -> Iterator[str]:
    """Exercises that have no file of checks, and files of checks that have no exercise."""
    public, hidden = root / CHECKS.relative_to(ROOT), course.suites or SUITES
    files = dict.fromkeys(hidden.glob("ex*.py"), "hidden")
    files |= dict.fromkeys(public.glob("test_ex*.py"), "public")
    topics = root / TOPICS.relative_to(ROOT)
    files |= {
        path: "topic"
        for path in topics.glob("ex*")
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    for source in sources:
        number = source.header.exercise
        for topic in (f"{source.module}.py", source.module):
            files.pop(topics / topic, None)
        wanted = {hidden / f"{source.module}.py": "hidden", public / f"test_ex{number}.py": "public"}
        for path, kind in wanted.items():
            if files.pop(path, None) is None:
                yield f"{_shown(path, root)} is missing: write the {kind} checks of exercise {number} there"
    for path in sorted(files):
        solution = path.stem if files[path] == "hidden" else f"{path.stem.removeprefix('test_')}_…"
        yield f"{_shown(path, root)} belongs to no exercise: write solutions/{solution}.py, or remove it"


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else from_checkout(path)


def _builds_on(source: Source, sources: Sequence[Source], course: Course) -> Iterator[str]:
    """Other exercises that a solution imports, or that its suite asks for, and that its header does not name."""
    line = source.header_lines["builds_on"].start
    named = source.header.builds_on
    others = [other.module for other in sources if other is not source]
    tree = ast.parse(source.text)
    for module, place in _imported(tree, others):
        if module not in named:
            yield _told(source, line, module, f"line {place} imports it")
    suite = course.suites / f"{source.module}.py" if course.suites else None
    if suite is None or not suite.is_file():  # which the judge tells
        return
    owners = {name: other.module for other in sources for name in other.header.exports}
    before = built_on(source.module, {other.module: other.header.builds_on for other in sources})
    for name, place in _asked(suite):
        module = owners.get(name, source.module)
        if module not in {*before, source.module}:
            yield _told(source, line, module, f"{from_checkout(suite)}, line {place}, asks for its {name}")


def _told(source: Source, line: int, module: str, why: str) -> str:
    message = (
        f"builds_on: add {module}, since {why}; where a student's {module} is wrong, it is replaced only for "
        "exercises that build on it"
    )
    return str(SourceError(source.path, line, message))


def _imported(tree: ast.Module, modules: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The modules among some that a text imports, in whatever way, with the line."""
    found: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            short = name.removeprefix("exercises.").split(".")[0]
            if short in modules:
                found.setdefault(short, node.lineno)
    yield from found.items()


def _asked(suite: Path) -> Iterator[tuple[str, int]]:
    """The functions that a suite calls by name, with the line of the first call; none where it is no Python."""
    found: dict[str, int] = {}
    try:
        tree = ast.parse(suite.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):  # which the judge tells
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Call" and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                found.setdefault(name.value, node.lineno)
    yield from found.items()


def _without_stand_in(sources: Sequence[Source], course: Course) -> Iterator[str]:
    folder = course.stand_ins or STAND_INS
    for source in sources:
        later = [other.module for other in sources if source.module in other.header.builds_on]
        if not later:
            continue
        path = folder / f"{source.module}.py"
        what = f"{', '.join(source.header.exports)}, right and without what is forbidden"
        if not path.is_file():
            yield f"{from_checkout(path)} is missing: {later[0]} builds on {source.module}, so write {what} there"
            continue
        if course.stand_ins is None:
            yield f"the COURSE of {course.module} has no stand-ins: give it stand_ins=STAND_INS"
        try:
            lacking = sorted({*source.header.exports} - _defined(path))
        except (SyntaxError, ValueError) as error:
            yield f"{from_checkout(path)} is not valid Python: {error}"
            continue
        if lacking:
            yield f"{from_checkout(path)} does not define {', '.join(lacking)}: {later[0]} builds on {source.module}"


def _defined(path: Path) -> set[str]:
    """The functions and classes of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
