"""Solutions in, stubs out: what a stub keeps, what it loses, and what an author is told to fix."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.course import COURSE
from autograder.release.course_file import read_course
from autograder.release.source import Cell, SourceError, read_source, read_sources
from autograder.release.stubs import RUN, expected_files, hidden_counts, out_of_date, stub_text, write_stubs
from exercises.feedback.catalogue import course_info

ROOT = Path(__file__).resolve().parent.parent

SOLUTION = '''\
# ---
# exercise: 2
# title: "Pairs: two of a kind"
# points: 10
# minutes: 20
# exports: [pair, Box]
# builds_on: [ex1_first]
# forbids: [convolution,
#   packages]
# hints:
#   pair:
#     - Vague.
#     - Clearer,
#       in two lines.
#     - Plain.
#   Box:
#     - Vague.
#     - Clearer.
#     - Plain.
# ---

# %% [markdown]
# # Exercise 2: Pairs
#
#     an indented block

# %%
from exercises.ex1_first import first
### BEGIN SOLUTION
import math
### END SOLUTION

LIMIT = 3

### BEGIN SOLUTION


@staticmethod
def _secret() -> int:
    return LIMIT


### END SOLUTION


# %%
### BEGIN SOLUTION
def _other() -> int:
    return 0


### END SOLUTION

# %% [markdown]
# Now the function.

# %%
def pair(x: int) -> tuple[int, int]:
    """Two of a kind."""

    ### BEGIN SOLUTION
    # A remark of the solution.
    if x > LIMIT:
        raise ValueError("too much")
    return x, x

    ### END SOLUTION


class Box:
    """Holds a pair."""

    ### BEGIN SOLUTION
    hidden = 3
    ### END SOLUTION

    size: int

    def __init__(self, x: int) -> None:
        ### BEGIN SOLUTION
        self.x = pair(x)
        ### END SOLUTION

    def half(self) -> float:
        """Half of it."""
        ### BEGIN SOLUTION
        return math.sqrt(self.x[0] ** 2) / 2
        ### END SOLUTION
'''

STUB = '''\
# ---
# exercise: 2
# title: "Pairs: two of a kind"
# points: 10
# minutes: 20
# exports: [pair, Box]
# builds_on: [ex1_first]
# forbids: [convolution,
#   packages]
# ---

# %% [markdown]
# # Exercise 2: Pairs
#
#     an indented block

# %%
from exercises.ex1_first import first

LIMIT = 3


# %% [markdown]
# Now the function.

# %%
def pair(x: int) -> tuple[int, int]:
    """Two of a kind."""
    raise NotImplementedError("ex2: pair is not written yet")


class Box:
    """Holds a pair."""

    size: int

    def __init__(self, x: int) -> None:
        raise NotImplementedError("ex2: Box.__init__ is not written yet")

    def half(self) -> float:
        """Half of it."""
        raise NotImplementedError("ex2: Box.half is not written yet")
'''

FIRST = """\
# ---
# exercise: 1
# title: First
# points: 5
# minutes: 5
# exports: [first]
# builds_on: []
# forbids: []
# hints: {first: [a, b, c]}
# ---

# %%
def first() -> int:
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION
"""

Write = Callable[[str], Path]


@pytest.fixture
def solutions(tmp_path: Path) -> Path:
    """A folder with two solutions, and this course's own file."""
    folder = tmp_path / "solutions"
    folder.mkdir()
    shutil.copy(ROOT / "solutions" / "course.toml", folder)
    (folder / "ex1_first.py").write_text(FIRST, encoding="utf-8", newline="\n")
    (folder / "ex2_pairs.py").write_text(SOLUTION, encoding="utf-8", newline="\n")
    return folder


@pytest.fixture
def write(solutions: Path) -> Write:
    """Replaces the second solution's text."""

    def replace(text: str) -> Path:
        path = solutions / "ex2_pairs.py"
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    return replace


def at(text: str, line_text: str, nth: int = 1) -> int:
    """The line number of the nth line that reads so."""
    return [number for number, line in enumerate(text.split("\n"), 1) if line == line_text][nth - 1]


def changed(old: str, new: str) -> str:
    assert SOLUTION.count(old) >= 1
    return SOLUTION.replace(old, new, 1)


# Reading


def test_the_header_is_read_as_typed_fields(solutions: Path) -> None:
    header = read_source(solutions / "ex2_pairs.py").header
    assert (header.exercise, header.title, header.points, header.minutes) == (
        2,
        "Pairs: two of a kind",
        10,
        20,
    )
    assert header.exports == ("pair", "Box")
    assert header.builds_on == ("ex1_first",)
    assert header.forbids == ("convolution", "packages")
    assert header.hints["pair"] == ("Vague.", "Clearer, in two lines.", "Plain.")


def test_cells_know_their_kind_text_and_line(solutions: Path) -> None:
    source = read_source(solutions / "ex2_pairs.py")
    assert [cell.kind for cell in source.cells] == ["markdown", "code", "code", "markdown", "code"]
    assert source.cells[0].text == "# Exercise 2: Pairs\n\n    an indented block"
    assert source.cells[3] == Cell("markdown", "Now the function.", at(SOLUTION, "# Now the function."))
    lines = source.text.split("\n")
    for cell in source.cells:
        assert lines[cell.line - 1].endswith(cell.text.split("\n")[0])


def test_regions_know_whose_body_they_stand_in(solutions: Path) -> None:
    regions = read_source(solutions / "ex2_pairs.py").regions
    assert [(region.owner, region.in_function) for region in regions] == [
        ("", False),
        ("", False),
        ("", False),
        ("pair", True),
        ("Box", False),
        ("Box.__init__", True),
        ("Box.half", True),
    ]
    begins = [
        number for number, line in enumerate(SOLUTION.split("\n"), 1) if line.endswith("BEGIN SOLUTION")
    ]
    assert [region.begin for region in regions] == begins
    ends = [number for number, line in enumerate(SOLUTION.split("\n"), 1) if line.endswith("END SOLUTION")]
    assert [region.end for region in regions] == ends


def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing(solutions: Path, write: Write) -> None:
    plain = read_source(solutions / "ex2_pairs.py")
    path = write(SOLUTION)
    path.write_bytes(b"\xef\xbb\xbf" + SOLUTION.replace("\n", "\r\n").encode())
    assert read_source(path) == plain


# Stubs


def test_a_stub_keeps_task_signature_and_docstring_and_loses_hints_and_regions(solutions: Path) -> None:
    assert stub_text(read_source(solutions / "ex2_pairs.py")) == STUB


def test_an_unwritten_function_says_so(solutions: Path) -> None:
    scope: dict[str, Callable[[], object]] = {}
    exec(stub_text(read_source(solutions / "ex1_first.py")), scope)
    with pytest.raises(NotImplementedError, match=r"^ex1: first is not written yet$"):
        scope["first"]()


def test_a_stub_never_has_more_than_two_blank_lines(write: Write) -> None:
    source = read_source(write(changed("LIMIT = 3\n", "LIMIT = 3\n\n\n\n\n\nOTHER = 4\n")))
    assert "LIMIT = 3\n\n\nOTHER = 4\n" in stub_text(source)


def test_a_cell_that_starts_with_a_region_starts_with_what_follows(write: Write) -> None:
    region = "### BEGIN SOLUTION\nimport cmath\n### END SOLUTION\n\n"
    text = changed("# %%\nfrom", f"# %%\n{region}from")
    assert stub_text(read_source(write(text))) == STUB


def test_a_module_that_needs_its_region_to_be_python_is_refused(write: Write) -> None:
    text = changed('    """Holds a pair."""\n', "").replace("    size: int\n", "")
    text = text[: text.index("    def __init__")]
    with pytest.raises(SourceError, match="not Python"):
        stub_text(read_source(write(text)))


# Mistakes of an author: what is changed, on which line it is found, and what the message says


def complaint(path: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_source(path)
    return caught.value


def test_a_complaint_names_the_file_as_it_is_seen_from_here(
    write: Write, solutions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(changed("# points: 10", "# points: ten"))
    monkeypatch.chdir(solutions.parent)
    message = "solutions/ex2_pairs.py:4: points: has to be a whole number from 1, not 'ten'"
    assert str(complaint(path)) == message
    assert str(complaint(Path("solutions/ex2_pairs.py"))) == message


BEGIN = "    ### BEGIN SOLUTION"
END = "    ### END SOLUTION"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        pytest.param(
            END + "\n\n\nclass", "\n\nclass", 5, "inside the region that starts on line", id="nested"
        ),
        pytest.param(BEGIN + "\n    #", "    #", 5, "without ### BEGIN", id="END alone"),
        pytest.param(
            "        ### END SOLUTION\n\n    def half",
            "\n    def half",
            3,
            "inside the region that starts on line",
            id="nested in a method",
        ),
        pytest.param(
            "        return math",
            "        ### END SOLUTION\n        return math",
            2,
            "without ### BEGIN",
            id="END twice",
        ),
        pytest.param(BEGIN, "    ### Begin Solution", 0, "stands alone", id="other case"),
        pytest.param(BEGIN, "    # BEGIN SOLUTION", 0, "stands alone", id="one hash"),
        pytest.param(BEGIN, BEGIN + " pair", 0, "stands alone", id="text after it"),
        pytest.param(BEGIN, "    x = 1  ### BEGIN SOLUTION", 0, "stands alone", id="code before it"),
        pytest.param("# Now the", "# ### BEGIN SOLUTION", 0, "stands alone", id="in a markdown cell"),
        pytest.param(BEGIN, "    x = 1\n" + BEGIN, 0, "code of pair outside", id="code above"),
        pytest.param(END, END + "\n    x = 1", 1, "code of pair outside", id="code below"),
        pytest.param(
            "        self.x = pair(x)\n        ### END SOLUTION\n",
            "        self.x = pair(x)\n        ### END SOLUTION\n        self.y = 1\n",
            2,
            "code of Box.__init__ outside",
            id="code in a method",
        ),
        pytest.param(
            "    size: int\n",
            "    def free(self) -> int:\n        return 1\n",
            1,
            "code of Box.free outside",
            id="method without a region",
        ),
        pytest.param(
            "LIMIT = 3\n",
            "LIMIT = 3\ndef f() -> int:\n    return 1\n",
            2,
            "code of f outside",
            id="private function without a region",
        ),
        pytest.param(
            "LIMIT = 3\n",
            "if first:\n    def f() -> int:\n        return 1\n",
            1,
            "directly in the module",
            id="function inside an if",
        ),
        pytest.param(
            "    if x > LIMIT:\n",
            "    if x > LIMIT:\n        pass\n    ### END SOLUTION\n    ### BEGIN SOLUTION\n    if x:\n",
            3,
            "a second region in pair",
            id="two regions",
        ),
        pytest.param(
            "### BEGIN SOLUTION\n\n\n@staticmethod\n",
            "@staticmethod\n### BEGIN SOLUTION\n",
            1,
            "indentation",
            id="decorator left outside",
        ),
        pytest.param(BEGIN, "  ### BEGIN SOLUTION", 0, "indentation", id="indentation of BEGIN"),
        pytest.param(END, "### END SOLUTION", -6, "indentation", id="indentation of END"),
        pytest.param(
            '        ### END SOLUTION\n\n    def half(self) -> float:\n        """Half of it."""\n'
            "        ### BEGIN SOLUTION\n",
            '\n    def half(self) -> float:\n        """Half of it."""\n',
            4,
            "the region that starts in Box.__init__ ends in another body",
            id="two bodies",
        ),
        pytest.param(
            "    # A remark of the solution.\n",
            "    ### END SOLUTION\n    ### BEGIN SOLUTION\n",
            -1,
            "holds no whole statement",
            id="empty region",
        ),
        pytest.param(
            "    return x, x\n", "    return x, x\n# %%\n", 1, "a cell starts inside", id="cell inside"
        ),
        pytest.param("# Now the function.\n", "Now the function.\n", 0, "not valid Python", id="no Python"),
        pytest.param("# Now the function.\n", "pass\n", 0, "starts with '#'", id="code in a markdown cell"),
        pytest.param("    return x, x\n", "    return x, (\n", 0, "not valid Python", id="syntax error"),
    ],
)
def test_a_misplaced_marker_or_solution_is_refused_with_its_line(
    write: Write, old: str, new: str, line: int, message: str
) -> None:
    """`line` counts from where the text was changed."""
    error = complaint(write(changed(old, new)))
    assert message in error.message
    assert error.line == SOLUTION[: SOLUTION.index(old)].count("\n") + 1 + line, error


def test_a_region_without_end_is_refused_where_it_begins(write: Write) -> None:
    text = SOLUTION[: SOLUTION.rindex("        ### END")]
    error = complaint(write(text))
    assert "without ### END SOLUTION" in error.message
    assert error.line == at(text, "        ### BEGIN SOLUTION", 2)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("# ---\n# exercise", "# exercise", 1, "starts with its header"),
        ("#     - Plain.\n# ---\n", "#     - Plain.\n", 20, "no closing"),
        ("# title: ", "# title: [", 4, "not YAML"),
        ("# exercise: 2", "# exercise: 3", 2, "is 3, but the file is named ex2_pairs.py"),
        ("# exercise: 2", "# exercise: true", 2, "whole number"),
        ('# title: "Pairs: two of a kind"', "# title: 7", 3, "has to be text"),
        ("# points: 10", "# points: 0", 4, "whole number"),
        ("# minutes: 20", "# minutes: 20.5", 5, "whole number"),
        ("# minutes: 20", "# minutes: 20\n# minutes: 21", 6, "occurs twice"),
        ("# minutes: 20", "# minutes: 20\n# minute: 21", 6, "'minute' is none of"),
        ("[pair, Box]", "pair", 6, "a list of different names"),
        ("[pair, Box]", "[pair, pair]", 6, "a list of different names"),
        ("[pair, Box]", "[]", 6, "at least one"),
        ("[pair, Box]", "[pair, Cox]", 10, "one entry for each export: pair, Cox"),
        ("[ex1_first]", "[ex3_third]", 7, "there is no module ex3_third"),
        ("[ex1_first]", "[ex2_pairs]", 7, "ex2_pairs is not an earlier exercise"),
        ("#   Box:\n", "#   Bax:\n", 10, "one entry for each export"),
        ("#     - Plain.\n", "", 10, "pair needs a list of 3 texts"),
        ("#     - Vague.\n", "#     - Careful: a colon.\n", 10, "quote a text"),
        ("def pair(", "def pare(", 6, "exports: pair is not defined"),
    ],
)
def test_a_wrong_header_is_refused_with_its_line(
    write: Write, old: str, new: str, line: int, message: str
) -> None:
    error = complaint(write(changed(old, new)))
    assert message in error.message
    assert error.line == line, error


@pytest.mark.parametrize(
    "field", ["exercise", "title", "points", "minutes", "exports", "builds_on", "forbids", "hints"]
)
def test_a_missing_header_field_is_named(solutions: Path, field: str) -> None:
    path = solutions / "ex1_first.py"
    lines = [line for line in FIRST.split("\n") if not line.startswith(f"# {field}:")]
    path.write_text("\n".join(lines), encoding="utf-8")
    error = complaint(path)
    assert error.message == f"the header lacks the field {field!r}"
    assert error.line == 1


def test_a_later_exercise_cannot_be_built_on(solutions: Path) -> None:
    path = solutions / "ex1_first.py"
    path.write_text(FIRST.replace("builds_on: []", "builds_on: [ex2_pairs]"), encoding="utf-8")
    assert "ex2_pairs is not an earlier exercise" in complaint(path).message


def test_an_export_without_a_region_would_give_its_answer_away(solutions: Path) -> None:
    path = solutions / "ex1_first.py"
    text = FIRST.replace("    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n", "    ...\n")
    path.write_text(text, encoding="utf-8")
    assert complaint(path).message == "first is exported but has no solution region"


def test_an_export_inside_a_region_would_be_lost(solutions: Path) -> None:
    path = solutions / "ex1_first.py"
    text = FIRST[: FIRST.index("def")] + "### BEGIN SOLUTION\ndef first(): return 1\n### END SOLUTION\n"
    path.write_text(text, encoding="utf-8")
    assert "signature has to be outside" in complaint(path).message


@pytest.mark.parametrize("kind", ["exercise", "export"])
def test_two_exercises_cannot_share_a_number_or_a_name(solutions: Path, kind: str) -> None:
    text = FIRST if kind == "exercise" else FIRST.replace("exercise: 1", "exercise: 3")
    name = "ex1_zweite.py" if kind == "exercise" else "ex3_third.py"
    if kind == "exercise":
        text = text.replace("first", "second")
    (solutions / name).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=rf"{name}:\d+: ex1_first.py (is exercise 1|exports first) too"):
        read_sources(solutions)


def test_a_file_that_is_not_utf8_is_refused(solutions: Path) -> None:
    (solutions / "ex1_first.py").write_bytes(FIRST.encode() + b"# \xff\n")
    assert "UTF-8" in complaint(solutions / "ex1_first.py").message


# The folder


def test_the_manifest_has_everything_a_public_check_needs(solutions: Path) -> None:
    files = expected_files(solutions, {"ex2_pairs": {"values": 3, "errors": 1}})
    first, second = json.loads(files["manifest.json"])["exercises"]
    assert second == {
        "number": 2,
        "module": "ex2_pairs",
        "title": "Pairs: two of a kind",
        "points": 10,
        "minutes": 20,
        "exports": ["pair", "Box"],
        "builds_on": ["ex1_first"],
        "forbids": ["convolution", "packages"],
        "hints": {
            "pair": ["Vague.", "Clearer, in two lines.", "Plain."],
            "Box": ["Vague.", "Clearer.", "Plain."],
        },
        "hidden": {"errors": 1, "values": 3},
        "track": "core",
        "extra": False,
    }
    assert first["number"] == 1
    assert first["hidden"] == {}
    assert files["manifest.json"].startswith(b'{\n  "course": {\n')
    assert files["manifest.json"].endswith(b"}\n")


def test_exercises_are_in_the_order_of_their_numbers(solutions: Path) -> None:
    text = FIRST.replace("exercise: 1", "exercise: 10").replace("first", "tenth")
    (solutions / "ex10_tenth.py").write_text(text, encoding="utf-8")
    manifest = json.loads(expected_files(solutions, {})["manifest.json"])
    assert [entry["number"] for entry in manifest["exercises"]] == [1, 2, 10]


def test_hidden_checks_of_no_exercise_are_refused(solutions: Path) -> None:
    with pytest.raises(ValueError, match="ex9_none"):
        expected_files(solutions, {"ex9_none": {"values": 1}})


def test_writing_gives_files_with_line_feeds_once(solutions: Path, tmp_path: Path) -> None:
    exercises = tmp_path / "exercises"
    written = write_stubs(solutions, exercises, {})
    assert sorted(path.name for path in written) == ["ex1_first.py", "ex2_pairs.py", "manifest.json"]
    assert (exercises / "ex2_pairs.py").read_bytes() == (STUB + RUN).encode()
    assert not any(b"\r" in path.read_bytes() for path in written)
    assert write_stubs(solutions, exercises, {}) == []


def test_a_stub_whose_solution_is_gone_goes_too_and_handwritten_files_stay(
    solutions: Path, tmp_path: Path
) -> None:
    exercises = tmp_path / "exercises"
    write_stubs(solutions, exercises, {})
    shutil.copy(exercises / "ex1_first.py", exercises / "ex3_gone.py")
    for name in ("conv2d.py", "extra.py", "ex4_notes.py"):
        (exercises / name).write_text("# by hand\n", encoding="utf-8")
    assert out_of_date(solutions, exercises, {}) == [
        f"{(exercises / 'ex3_gone.py').as_posix()} has no solution any more"
    ]
    assert write_stubs(solutions, exercises, {}) == [exercises / "ex3_gone.py"]
    assert {path.name for path in exercises.iterdir()} == {
        "ex1_first.py",
        "ex2_pairs.py",
        "manifest.json",
        "conv2d.py",
        "extra.py",
        "ex4_notes.py",
    }


def test_what_differs_is_named(solutions: Path, tmp_path: Path) -> None:
    exercises = tmp_path / "exercises"
    write_stubs(solutions, exercises, {})
    assert out_of_date(solutions, exercises, {}) == []
    assert len(out_of_date(solutions, exercises, {"ex1_first": {"values": 1}})) == 1
    (exercises / "ex1_first.py").write_bytes((exercises / "ex1_first.py").read_bytes() + b"\n")
    (exercises / "ex2_pairs.py").unlink()
    assert out_of_date(solutions, exercises, {}) == [
        f"{(exercises / 'ex1_first.py').as_posix()} is not what the solutions give",
        f"{(exercises / 'ex2_pairs.py').as_posix()} is missing",
    ]


def test_a_solution_to_mend_leaves_the_folder_alone(solutions: Path, write: Write, tmp_path: Path) -> None:
    exercises = tmp_path / "exercises"
    write(changed("# points: 10", "# points: ten"))
    with pytest.raises(SourceError):
        write_stubs(solutions, exercises, {})
    assert not exercises.exists()


# The course

COURSE_FILE = (ROOT / "solutions" / "course.toml").read_text(encoding="utf-8")


def test_what_a_course_says_of_itself_comes_back_from_the_manifest(solutions: Path, tmp_path: Path) -> None:
    write_stubs(solutions, tmp_path / "exercises", {})
    read = course_info(tmp_path / "exercises" / "manifest.json")
    assert read == read_course(solutions).info == course_info()
    told = tomllib.loads(COURSE_FILE)
    assert (read.title, read.packages) == (told["title"], tuple(told["packages"]["available"]))
    assert (read.call_seconds, read.memory_mib) == (10.0, 4096)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('title = "03 Convolutions"', "", r":1: title: is missing"),
        ('title = "03 Convolutions"', "title = 3", r":3: title: has to be text"),
        (
            'slug = "convolutions"',
            'slug = "My course"',
            r":4: slug: is for names of files: .* not 'My course'",
        ),
        ('keyword = "convolution"', 'keyword = "Convolution"', r":5: keyword: has to be in small letters"),
        ("[tracks.core]", "[track]", r"track: is none of title, "),
        ('heading = "Exercises"', "", r"tracks: core has to have a heading and points, and nothing else"),
        ('heading = "Exercises"', 'heading = ""', r"tracks: the heading of core has to be text"),
        (
            'points = "extra"',
            'points = "all"',
            r"tracks: the points of further have to be one of counted, extra",
        ),
        ('silent = ["matplotlib"]', 'silent = "matplotlib"', r"packages: silent has to be a list of names"),
        ("call_seconds = 10.0", "call_seconds = 0", r"limits: call_seconds has to be a number above 0"),
        ("memory_mib = 4096", "memory_mib = 4096.5", r"limits: memory_mib has to be a whole number"),
        ("memory_mib = 4096", "memory = 4096", r"limits: memory is none of call_seconds, memory_mib"),
        ("[links]", "[links", r":1: is not TOML: .*line \d+"),
    ],
)
def test_a_course_file_to_fix_is_named_with_its_line(
    solutions: Path, old: str, new: str, complaint: str
) -> None:
    assert COURSE_FILE.count(old) == 1
    (solutions / "course.toml").write_text(COURSE_FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=rf"course\.toml.*{complaint}"):
        read_course(solutions)


def test_a_folder_of_solutions_without_a_course_is_refused(solutions: Path) -> None:
    (solutions / "course.toml").unlink()
    with pytest.raises(SourceError, match=r"course\.toml:1: is missing; it gives the course its title"):
        expected_files(solutions, {})


def test_a_rule_and_a_track_that_the_course_lacks_are_named(solutions: Path, write: Write) -> None:
    with pytest.raises(
        SourceError, match=r"ex2_pairs\.py:8: forbids: 'packages' is none of convolution, loops"
    ):
        expected_files(solutions, {}, ["convolution", "loops"])
    write(changed("# points: 10", "# points: 10\n# track: extra"))
    with pytest.raises(SourceError, match=r"ex2_pairs\.py:5: track: 'extra' is none of core"):
        expected_files(solutions, {})


def test_the_table_of_the_tutorial_is_made_from_the_headers(solutions: Path, tmp_path: Path) -> None:
    tutorial = tmp_path / "exercises" / "README.md"
    tutorial.parent.mkdir()
    before = "# Mine\n\n<!-- table of exercises -->\nold\n<!-- end -->\n\n<!-- files: run -->\nkept\n<!-- end -->\n"
    tutorial.write_text(before, encoding="utf-8")
    assert f"{tutorial.as_posix()} is not what the solutions give" in out_of_date(
        solutions, tutorial.parent, {}
    )
    write_stubs(solutions, tutorial.parent, {})
    assert tutorial.read_text(encoding="utf-8") == before.replace(
        "old\n",
        "2 exercises, 15 points, about 25 minutes:\n\n"
        "| file | exercise | points | minutes |\n| --- | --- | --- | --- |\n"
        "| [ex1_first.py](ex1_first.py) | First | 5 | 5 |\n"
        "| [ex2_pairs.py](ex2_pairs.py) | Pairs: two of a kind | 10 | 20 |\n",
    )
    assert out_of_date(solutions, tutorial.parent, {}) == []


# This repository


def test_exercises_are_what_the_solutions_give() -> None:
    assert (
        out_of_date(ROOT / "solutions", ROOT / "exercises", hidden_counts(COURSE, ROOT / "solutions")) == []
    ), "run: autograder stubs"


@pytest.mark.parametrize("path", sorted((ROOT / "solutions").glob("ex*_*.py")), ids=lambda path: path.stem)
def test_no_line_of_a_solution_is_in_its_stub(path: Path) -> None:
    source = read_source(path)
    stub = {line.strip() for line in stub_text(source).split("\n")}
    for region in source.regions:
        lines = [line.strip() for line in source.text.split("\n")[region.begin : region.end - 1]]
        told = [line for line in lines if len(line) > 12 and line in stub]
        assert told == [], f"lines of the region at line {region.begin}"
    for hints in source.header.hints.values():
        assert not any(hint in stub_text(source) for hint in hints)


def test_the_command_finds_this_checkout_up_to_date() -> None:
    assert main(["stubs", "--check"]) == 0
