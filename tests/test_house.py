"""The rules of the house, each seen broken once."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from exercises.feedback import palette
from exercises.feedback.kinds import FailureKind

ROOT = Path(__file__).resolve().parents[1]
# package → what it must not import
FORBIDDEN_IMPORTS = {
    "exercises": ("autograder", "solutions", "tests"),
    "autograder": ("solutions", "tests"),
    "autograder/course/suites": ("autograder.report", "autograder.grading.grade", "autograder.submissions"),
    "autograder/report": ("pytest", "torch"),
    "autograder/sandbox": ("pytest", "autograder.report", "autograder.submissions"),
}
# the folders of each package's engine: each imports those before it and nothing of those after it
ORDER = {
    "exercises": ("feedback", "console"),
    "autograder": ("report", "submissions", "sandbox", "grading", "classes", "platforms", "release", "cli"),
}
# of what students get, the grader uses the checks' engine and the paths
SHARED = ("exercises.feedback", "exercises.paths")
COURSE = ("exercises.course", "exercises.playground", "autograder.course")
# where the course is handed to the engine, and what is itself about it
CONTENT = (
    "exercises/course/", "exercises/playground/", "exercises/conv2d.py", "exercises/tests/test_ex",
    "exercises/tests/conftest.py", "autograder/course/", "autograder/__main__.py", "autograder/start.py",
    "autograder/platforms/single_upload.py",
)  # fmt: skip
# content that no code imports: the tutorial, the visualizer, and the stubs
MADE = (
    "exercises/README.md",
    "exercises/tutorial.html",
    "exercises/visualizer/",
    *(f"exercises/ex{digit}" for digit in range(1, 10)),
)
SUBJECT = re.compile(
    r"(?<![a-z])(conv(?:\dd|s)?|convol(?:ution|utions|utional|ve)|kernels?|strides?|padding|dilations?|sobel|blur)(?![a-z])",
    re.IGNORECASE,
)
# where the engine has such a word all the same, by file or folder, and why
SAYS_IT = {
    ("autograder/platforms/", "kernel"): "Jupyter's, which runs a notebook",
    ("autograder/platforms/", "kernels"): "the same",
    ("autograder/release/nbgrader.py", "kernels"): "the same",
    ("autograder/release/templates/nbgrader/README.md", "kernel"): "the same",
    ("autograder/release/templates/student/START-notebook.md", "kernel"): "the same",
    ("exercises/feedback/calls.py", "stride"): "how a tensor lies in memory",
    ("autograder/sandbox/pretended.py", "stride"): "the same",
    ("autograder/sandbox/pretended.py", "strides"): "the same",
    ("exercises/paths.py", "conv2d"): "the file's name of the playground that students start",
}
# what runs or revives code, and the modules on the confined side, where that is their job
REVIVING = {"eval", "exec", "compile", "__import__"}
REVIVING_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "importlib", "runpy", "code"}
CONFINED_SIDE = {"worker.py", "zygote.py", "submitted.py", "importing.py", "loading.py", "ban.py", "machine_code.py",
    "traps.py", "unusual.py",
}  # fmt: skip
# where a stranger's text is parsed: the process that reads hand-ins, which the grader starts and asks by `child`
READING_SIDE = {
    f"autograder.submissions.{name}"
    for name in (
        "serving", "reading", "tokens", "sources", "source_text", "choice", "notebook", "written", "statements",
    )
}  # fmt: skip
PARSERS = {"ast", "tokenize", "symtable", "nbformat"}
READERS = ("json.load", "json.loads")
# what an LMS told the instructor
INSTRUCTORS = ("autograder.classes.arrivals",)
WITH_HAND_INS = ("autograder/submissions/", "autograder/grading/", "autograder/classes/")
# where paths are written, and what runs before, or without, the package around it
PATHS = {
    "autograder/paths.py",
    "exercises/paths.py",
    "exercises/exercises.py",
    "exercises/conv2d.py",
    "autograder/platforms/nbgrader.py",
    "autograder/release/templates/classroom/runner.py",
}
AUTHORS_SIDE = {"stubs.py"}  # compiles this project's own stubs, and never sees a hand-in


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> tuple[str, ...]:
    found: list[str] = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where they lead"
            found.append(node.module or "")
    return tuple(found)


def _below(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def wrong_imports(root: Path) -> list[str]:
    found = []
    for package, names in FORBIDDEN_IMPORTS.items():
        for path in sorted((root / package).rglob("*.py")):
            against = [name for name in imports(path) if _below(name, names)]
            found += [f"{path.relative_to(root).as_posix()} imports {name}" for name in against]
    for path in sorted(p for package in ("autograder", "exercises") for p in (root / package).rglob("*.py")):
        place = path.relative_to(root).as_posix()
        content = place.startswith(CONTENT)
        for name in imports(path):
            if not content and _below(name, COURSE):
                found.append(f"{place} imports {name}, and belongs to the engine")
            theirs = name.startswith("exercises.") and not _below(name, SHARED)
            if place.startswith("autograder/") and theirs and not (content and _below(name, COURSE)):
                found.append(f"{place} imports {name}")
    for package, folders in ORDER.items():
        for number, folder in enumerate(folders):
            later = tuple(f"{package}.{name}" for name in folders[number + 1 :])
            for path in sorted((root / package / folder).rglob("*.py")):
                place = path.relative_to(root).as_posix()
                named = {*imports(path), *names_imported(path)}
                found += [f"{place} imports {name}" for name in sorted(named) if _below(name, later)]
    return found


@cache
def imports_by_module(root: Path) -> dict[str, set[str]]:
    """What each module of the project imports of it; imports inside functions count."""
    paths = [path for package in ("autograder", "exercises") for path in (root / package).rglob("*.py")]
    parts = {path: path.relative_to(root).with_suffix("").parts for path in paths}
    modules = {".".join(names).removesuffix(".__init__"): path for path, names in parts.items()}
    graph = {}
    for module, path in modules.items():
        named = {*imports(path), *names_imported(path)}
        graph[module] = {name for name in named if name in modules and name != module}
        # `from package import module` needs the module, not what the package is made of
        graph[module] -= {n for n in graph[module] if any(m.startswith(f"{n}.") for m in graph[module])}
    return graph


def reached(graph: dict[str, set[str]], module: str) -> set[str]:
    """A module with all that its import brings along, packages among it."""
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [*graph.get(name, ()), *filter(None, [name.rpartition(".")[0]])]
    return found


def circle(root: Path) -> list[str]:
    """A circle of imports between modules, if there is one."""
    try:
        TopologicalSorter(imports_by_module(root)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@cache
def names_imported(path: Path) -> tuple[str, ...]:
    froms = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom)]
    return tuple(f"{node.module}.{alias.name}" for node in froms for alias in node.names)


_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@cache
def python_files(root: Path) -> tuple[Path, ...]:
    """All Python files of the project, what students hand in among them."""
    return tuple(
        p
        for name in ("autograder", "exercises", "solutions", "tests", "img")
        for p in (root / name).rglob("*.py")
    )


def own_code(root: Path) -> list[Path]:
    """All code that is written here, but for what students hand in."""
    paths = [p for name in ("autograder", "exercises", "tests", "img") for p in (root / name).rglob("*.py")]
    return sorted(path for path in paths if "submissions" not in path.relative_to(root).parts)


def docstrings(tree: ast.AST) -> list[str]:
    return [
        ast.get_docstring(node, clean=False) or "" for node in ast.walk(tree) if isinstance(node, _DOCUMENTED)
    ]


def vocabulary(root: Path) -> set[str]:
    """Every name in the code, and every word and option in its strings and in the configuration."""
    settings = [root / name for name in ("pyproject.toml", "Makefile")]
    texts = [path.read_text(encoding="utf-8") for path in settings if path.exists()]
    names = set()
    for path in {*own_code(root)} - {Path(__file__)}:  # the ghosts below are none of the vocabulary
        tree = parsed(path)
        told = {*docstrings(tree)}
        names.add(path.stem)
        for node in ast.walk(tree):
            names |= {
                n for f in ("id", "arg", "attr", "name") if isinstance(n := getattr(node, f, None), str)
            }
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in told:
                texts.append(node.value)
    return names | {word for text in texts for word in re.findall(r"[\w.-]+", text)}


def ghosts(root: Path, file: Path, words: set[str]) -> list[str]:
    """Files, options and modules that a docstring names and that are nowhere. Capitals stand for any name."""
    tree, there = parsed(file), {f"/{path.relative_to(root).as_posix()}" for path in python_files(root)}
    found = []
    for text in docstrings(tree):
        named = re.findall(r"(?<![\w/.*>])([a-z_][a-z0-9_/]*\.py)\b", text)
        found += [
            name
            for name in named
            if name not in words and not any(each.endswith(f"/{name}") for each in there)
        ]
        found += [name for name in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text) if name not in words]
        if file.name == "__init__.py":  # says what the modules beside it are for
            found += [name for name in re.findall(r"`([a-z][a-z_]+)`", text) if name not in words]
    return [f"{file.relative_to(root).as_posix()}: {name}" for name in found]


def reviving(root: Path) -> list[str]:
    found = []
    for path in sorted((root / "autograder").rglob("*.py")):
        if path.name in CONFINED_SIDE | AUTHORS_SIDE:
            continue
        found += [
            f"{path.name} imports {name}"
            for name in imports(path)
            if name.split(".")[0] in REVIVING_MODULES
        ]  # fmt: skip
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                if name in REVIVING or name in ("torch.load", "numpy.load", "np.load"):
                    found.append(f"{path.name}:{node.lineno} calls {name}")
    return found


def test_data_flows_one_way_and_nobody_imports_a_solution() -> None:
    assert wrong_imports(ROOT) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("exercises/feedback/compare.py", "from autograder.grading.judge import Judge"),
        ("exercises/feedback/draw.py", "import solutions.ex3_conv2d"),
        ("autograder/grading/grade.py", "from solutions.ex3_conv2d import conv2d_valid"),
        ("autograder/grading/judge.py", "from exercises.ex3_conv2d import conv2d_valid"),
        ("autograder/course/suites/ex3_conv2d.py", "import autograder.report.gradescope"),
        ("autograder/report/files.py", "import pytest"),
        ("autograder/classes/batch.py", "from autograder.course import COURSE"),
        ("exercises/feedback/checks.py", "from exercises.course.oracle import ORACLE"),
        ("autograder/course/__init__.py", "from exercises.ex3_conv2d import conv2d_valid"),
        ("autograder/sandbox/worker.py", "from autograder.course.suites import vocabulary"),
        ("autograder/submissions/reading.py", "from autograder import grading"),
        (
            "autograder/classes/batch.py",
            "def f():\n    from autograder.platforms.gradebook import write_pages",
        ),
        ("exercises/feedback/checks.py", "from exercises.console.local import LocalStudent"),
    ],
)
def test_an_import_against_the_flow_is_found(tmp_path: Path, file: str, line: str) -> None:
    broken = tmp_path / file
    broken.parent.mkdir(parents=True)
    broken.write_text(line + "\n", encoding="utf-8")
    assert len(wrong_imports(tmp_path)) >= 1


def test_the_map_of_the_readme_names_every_folder() -> None:
    folders = {p.parent for name in ("autograder", "exercises") for p in (ROOT / name).glob("*/*.*")}
    folders |= {p for p in ROOT.glob("[a-z]*/") if any(p.glob("*.*")) and not p.name.endswith(".egg-info")}
    places = {
        f"`{p.relative_to(ROOT).as_posix()}/`"
        for p in folders
        if p.name not in ("__pycache__", "dist", "graded", "published")
    }
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [place for place in sorted(places) if place not in readme] == []


def test_imports_form_no_circle() -> None:
    assert circle(ROOT) == []


def test_a_circle_of_imports_is_found(tmp_path: Path) -> None:
    (tmp_path / "autograder" / "report").mkdir(parents=True)
    (tmp_path / "autograder" / "batch.py").write_text("from autograder.report import model\n")
    (tmp_path / "autograder" / "report" / "model.py").write_text("def f():\n    import autograder.batch\n")
    assert set(circle(tmp_path)) == {"autograder.batch", "autograder.report.model"}


def test_each_folder_of_the_engine_has_its_place_in_the_order() -> None:
    for package, folders in ORDER.items():
        others = {"course", "playground", "tests"}  # content
        found = {path.parent.name for path in (ROOT / package).glob("*/*.py")} - others
        assert found == {*folders}, package


@pytest.mark.parametrize("module", sorted(CONFINED_SIDE))
def test_the_confined_side_imports_no_course(module: str) -> None:
    found = reached(imports_by_module(ROOT), f"autograder.sandbox.{module.removesuffix('.py')}")
    assert module != "worker.py" or "exercises.feedback.rule" in found  # what is reached is followed
    assert not {name for name in found if _below(name, (*COURSE, "exercises.feedback.course"))}


def test_a_way_from_the_confined_side_to_the_course_is_found(tmp_path: Path) -> None:
    (tmp_path / "autograder" / "course").mkdir(parents=True)
    (tmp_path / "exercises").mkdir()
    (tmp_path / "autograder" / "worker.py").write_text("from autograder import rules\n")
    (tmp_path / "autograder" / "rules.py").write_text("from autograder.course.suites import ex1\n")
    (tmp_path / "autograder" / "course" / "suites.py").write_text("")
    assert "autograder.course.suites" in reached(imports_by_module(tmp_path), "autograder.worker")


def test_what_docstrings_name_is_there() -> None:
    words = vocabulary(ROOT)
    assert [ghost for path in own_code(ROOT) for ghost in ghosts(ROOT, path, words)] == []


@pytest.mark.parametrize(
    "docstring", ["See `sandbox/substitutes.py`.", "Starts with `--single-shot`.", "`gates` grades them."]
)
def test_a_ghost_in_a_docstring_is_found(tmp_path: Path, docstring: str) -> None:
    (tmp_path / "__init__.py").write_text(f'"""{docstring}"""\n')
    assert len(ghosts(tmp_path, tmp_path / "__init__.py", vocabulary(tmp_path))) == 1


def paths_written(root: Path) -> list[str]:
    """Places that work out for themselves where a part of the project lies."""
    found = []
    for path in sorted(p for name in ("autograder", "exercises") for p in (root / name).rglob("*.py")):
        if path.relative_to(root).as_posix() in PATHS:
            continue
        found += [
            f"{path.relative_to(root).as_posix()}:{node.lineno}"
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.Call) and ast.unparse(node) == "Path(__file__)"
        ]
    return found


def test_a_path_is_written_once() -> None:
    assert paths_written(ROOT) == []


def test_a_path_that_is_written_twice_is_found(tmp_path: Path) -> None:
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "batch.py").write_text("ROOT = Path(__file__).resolve().parents[1]\n")
    assert paths_written(tmp_path) == ["autograder/batch.py:1"]


def named(root: Path) -> set[tuple[str, str]]:
    """The words of the subject that the engine writes, each with its file."""
    found = set()
    for path in [p for name in ("autograder", "exercises") for p in (root / name).rglob("*.*")]:
        place = path.relative_to(root).as_posix()
        if path.suffix not in (".py", ".md", ".html") or place.startswith((*CONTENT, *MADE)):
            continue
        text = path.read_text(encoding="utf-8")
        text = (
            re.sub(r"padding(-\w+)?:", "", text) if path.suffix == ".html" else text
        )  # of a box on the page
        found |= {(place, word.casefold()) for word in SUBJECT.findall(text)}
    return found


def excuse(place: str, word: str) -> tuple[str, str] | None:
    return next(((where, w) for where, w in SAYS_IT if w == word and place.startswith(where)), None)


def test_the_engine_does_not_know_what_its_course_is_about() -> None:
    excuses = {each: excuse(*each) for each in named(ROOT)}
    assert [each for each, why in excuses.items() if why is None] == []
    assert {*excuses.values()} == {*SAYS_IT}, "an excuse that nothing needs"


@pytest.mark.parametrize("word", ["convolution", "Conv2d", "kernel", "strides", "padding", "_dilation"])
def test_a_word_of_the_course_in_the_engine_is_found(tmp_path: Path, word: str) -> None:
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "grade.py").write_text(f"# how the {word} is graded\n", encoding="utf-8")
    assert len(named(tmp_path)) == 1


def test_the_graders_process_revives_no_code_of_a_submission() -> None:
    assert reviving(ROOT) == []


def test_the_graders_process_imports_nothing_of_the_confined_side() -> None:
    modules = {f"autograder.sandbox.{name.removesuffix('.py')}" for name in CONFINED_SIDE}
    for path in sorted((ROOT / "autograder").rglob("*.py")):
        if path.name not in CONFINED_SIDE:
            assert not modules & {*imports(path)}, path


@pytest.mark.parametrize(
    "line", ["import pickle", "eval(text)", "exec(source)", "torch.load(path)", "import importlib.util"]
)
def test_reviving_code_in_the_grader_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "grade.py").write_text(line + "\n", encoding="utf-8")
    assert len(reviving(tmp_path)) == 1


def parsing(root: Path) -> list[str]:
    """Modules that may run in the grader and parse texts, which may be a hand-in's, or bring along what does."""
    graph, found = imports_by_module(root), []
    confined = {f"autograder.sandbox.{name.removesuffix('.py')}" for name in CONFINED_SIDE}
    for module in sorted(graph.keys() - READING_SIDE - confined):
        # a release is made of this project's own texts
        if not module.startswith("autograder.") or _below(module, ("autograder.release",)):
            continue
        for each in sorted(reached(graph, module)):
            path = root / f"{each.replace('.', '/')}.py"
            if each in READING_SIDE:
                found.append(f"{module} leads to {each}")
            elif path.is_file() and not _below(each, ("autograder.release",)):
                found += [f"{module} leads to {name}" for name in imports(path) if name in PARSERS]
        path = root / f"{module.replace('.', '/')}.py"
        if path.is_file() and path.relative_to(root).as_posix().startswith(WITH_HAND_INS):
            calls = [ast.unparse(n.func) for n in ast.walk(parsed(path)) if isinstance(n, ast.Call)]
            found += [
                f"{module} calls {name}" for name in calls if name in READERS and module not in INSTRUCTORS
            ]
    return found


def test_the_graders_process_parses_no_text_of_a_hand_in() -> None:
    assert parsing(ROOT) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("classes/lookalike.py", "import ast"),
        ("classes/batch.py", "from autograder.submissions.reading import read"),
        ("classes/batch.py", "from autograder.submissions import notebook"),
        ("submissions/submission.py", "import json\n\njson.loads(text)"),
        ("platforms/otter.py", "from tokenize import generate_tokens"),
    ],
)
def test_parsing_a_hand_in_in_the_grader_is_found(tmp_path: Path, file: str, line: str) -> None:
    for name in ("reading", "notebook"):
        (tmp_path / "autograder" / "submissions").mkdir(parents=True, exist_ok=True)
        (tmp_path / "autograder" / "submissions" / f"{name}.py").write_text("import ast\n")
    broken = tmp_path / "autograder" / file
    broken.parent.mkdir(exist_ok=True)
    broken.write_text(line + "\n", encoding="utf-8")
    assert len(parsing(tmp_path)) >= 1


def kinds_in_quotes(root: Path) -> list[str]:
    """Places that compare a kind with a text that is a kind of failure: mypy knows no misspelt text there."""
    found = []
    for path in sorted(p for name in ("autograder", "exercises") for p in (root / name).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and ast.unparse(node.left).endswith("kind"):
                quoted = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
                found += [f"{path.relative_to(root).as_posix()}:{node.lineno}"] * any(
                    value in list(FailureKind) for value in quoted
                )
    return found


def test_a_kind_of_failure_is_written_once() -> None:
    assert kinds_in_quotes(ROOT) == []


@pytest.mark.parametrize("line", ['failure.kind == "raised"', 'finding.kind in ("missing", "not-written")'])
def test_a_kind_of_failure_in_quotes_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "checks.py").write_text(line + "\n")
    assert kinds_in_quotes(tmp_path) == ["exercises/checks.py:1"]


def colours_written_again(root: Path) -> list[str]:
    """Places beside the palette that write one of its colours, as numbers or as style sheets do."""
    known = {palette.PAPER, palette.INK, palette.FAINT, palette.NO_NUMBER, *palette.DARK_TO_LIGHT}
    known |= {*palette.BLUE_TO_RED} - {(255, 255, 255)}
    texts = {text for colour in known for text in (str(colour), palette.css(colour))}
    paths = [p for name in ("autograder", "exercises") for p in (root / name).rglob("*.*")]
    return [
        path.relative_to(root).as_posix()
        for path in sorted(paths)
        if path.suffix in (".py", ".html") and path.name != "palette.py"
        if any(text in path.read_text(encoding="utf-8") for text in texts)
    ]


def test_a_colour_of_the_pictures_is_written_once() -> None:
    assert colours_written_again(ROOT) == []


@pytest.mark.parametrize("line", ["INK = (28, 28, 30)", "fill: #faf9f6;"])
def test_a_colour_that_is_written_twice_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "page.html").write_text(line)
    assert colours_written_again(tmp_path) == ["autograder/page.html"]


def test_every_module_says_what_it_is_for_and_stays_small() -> None:
    for path in [*(ROOT / "autograder").rglob("*.py"), *(ROOT / "exercises").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        if not path.name.startswith("ex"):
            assert ast.get_docstring(ast.parse(text)), f"{path} has no docstring"
        assert text.count("\n") <= 400, f"{path} holds more than one idea"


def refused_by(python: str, pinned: str) -> list[str]:
    """The pinned packages, of those installed here, whose version does not run on this version of Python."""
    found = []
    for name, _, version in (line.partition("==") for line in pinned.splitlines()):
        try:
            about = metadata(name)
        except (PackageNotFoundError, ValueError):
            continue
        wanted = SpecifierSet(about.get("Requires-Python", ""))
        if about["Version"].partition("+")[0] == version and not wanted.contains(python):
            found.append(f"{name} needs Python {wanted}")
    return found


def test_what_is_pinned_runs_on_the_oldest_python_there_may_be() -> None:
    """A distribution's own Python is often an early one of its line: Debian 12 has 3.11.2."""
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    pinned = (ROOT / "constraints.txt").read_text()
    assert refused_by(oldest.removeprefix(">=") + ".0", pinned) == []
    assert refused_by("3.6.0", pinned)
