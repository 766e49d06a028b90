"""What an author forgets is said in a line that names the file and what to do, before it costs a student points."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.course import COURSE
from autograder.grading.collecting import SuiteError
from autograder.grading.judge import Judge
from autograder.grading.sandboxed import SandboxedSubmission
from autograder.release.parts import missing_parts
from autograder.release.stubs import hidden_counts, write_stubs
from autograder.sandbox.host import Sandbox
from autograder.submissions.submission import Submission, read_submission
from exercises.feedback.catalogue import exercises
from exercises.feedback.categories import CATEGORIES
from exercises.feedback.course import Course
from exercises.paths import ROOT

HEADER = """\
# ---
# exercise: {number}
# title: Exercise
# points: 10
# minutes: 5
# exports: [{word}]
# builds_on: [{builds_on}]
# forbids: []
# hints:
#   {word}: [Vague., Clearer., Plain.]
# ---

# %%
{top}


def {word}(x):
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION
"""
SUITE = """\
import pytest
from exercises.feedback.calls import Call
from exercises.feedback.checks import must_give, must_return


@pytest.mark.points(10)
@pytest.mark.category("values")
def test_it(student):
    '''It is right.'''
    {line}
"""
WORDS = {1: "one", 2: "two", 3: "three"}


class Checkout:
    """Three exercises with all their parts; the second builds on the first, and the third on the second."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("solutions", "exercises/tests", "suites", "stand_ins"):
            (root / folder).mkdir(parents=True)
        shutil.copy(ROOT / "solutions" / "course.toml", root / "solutions")
        self.solution(1)
        self.solution(2, builds_on="ex1_one", top="from exercises.ex1_one import one")
        self.solution(3, builds_on="ex2_two", top="from exercises.ex2_two import two")
        for number in WORDS:
            self.suite(number)
            (root / f"exercises/tests/test_ex{number}.py").touch()
        for name in ("ex1_one", "ex2_two"):
            (root / f"stand_ins/{name}.py").write_text(f"def {name[4:]}(x):\n    return x\n")

    @property
    def course(self) -> Course:
        return replace(COURSE, suites=self.root / "suites", stand_ins=self.root / "stand_ins")

    def solution(self, number: int, builds_on: str = "", top: str = "") -> None:
        text = HEADER.format(number=number, word=WORDS[number], builds_on=builds_on, top=top)
        (self.root / f"solutions/ex{number}_{WORDS[number]}.py").write_text(text)

    def suite(self, number: int, line: str = "") -> None:
        text = SUITE.format(line=line or f"must_give(student, Call({WORDS[number]!r}, (3,)), 3)")
        (self.root / f"suites/ex{number}_{WORDS[number]}.py").write_text(text)

    def missing(self) -> list[str]:
        return [
            line.replace(f"{self.root.as_posix()}/", "") for line in missing_parts(self.course, self.root)
        ]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_this_course_and_the_one_of_the_tests_are_whole(checkout: Checkout) -> None:
    assert missing_parts(COURSE, ROOT) == []
    assert checkout.missing() == []


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("suites/ex2_two.py", "is missing: write the hidden checks of exercise 2 there"),
        ("exercises/tests/test_ex2.py", "is missing: write the public checks of exercise 2 there"),
        (
            "stand_ins/ex2_two.py",
            "is missing: ex3_three builds on ex2_two, so write two, right and without what",
        ),
    ],
)
def test_a_part_that_is_missing_is_named(checkout: Checkout, file: str, words: str) -> None:
    (checkout.root / file).unlink()
    [line] = checkout.missing()
    assert line.startswith(f"{file} {words}")


@pytest.mark.parametrize(
    ("file", "solution"),
    [("suites/ex4_four.py", "ex4_four"), ("exercises/tests/test_ex14.py", "ex14_…")],
)
def test_checks_of_no_exercise_are_named(checkout: Checkout, file: str, solution: str) -> None:
    (checkout.root / file).touch()
    assert checkout.missing() == [
        f"{file} belongs to no exercise: write solutions/{solution}.py, or remove it"
    ]


def test_without_a_solution_its_checks_are_left_over(checkout: Checkout) -> None:
    (checkout.root / "solutions/ex3_three.py").unlink()
    assert [line.split(":")[0] for line in checkout.missing()] == [
        "exercises/tests/test_ex3.py belongs to no exercise",
        "suites/ex3_three.py belongs to no exercise",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "from exercises.ex1_one import one",
        "import exercises.ex1_one",
        "from exercises import ex1_one",
        "try:\n    from exercises.ex1_one import one\nexcept ImportError:\n    pass",
    ],
)
def test_an_import_that_builds_on_does_not_name_is_named_with_its_line(checkout: Checkout, line: str) -> None:
    checkout.solution(3, builds_on="ex2_two", top=line)
    [told] = checkout.missing()
    place = 15 if line.startswith("try") else 14
    assert told.startswith(
        f"solutions/ex3_three.py:7: builds_on: add ex1_one, since line {place} imports it;"
    )


def test_a_function_that_a_suite_asks_for_has_to_be_of_an_exercise_built_on(checkout: Checkout) -> None:
    checkout.suite(3, "must_return(student, Call('one', (3,)))")
    assert checkout.missing() == [], "the third builds on the second, and so on the first"
    checkout.suite(1, "must_return(student, Call('two', (3,)))")
    [told] = checkout.missing()
    assert told.startswith(
        "solutions/ex1_one.py:7: builds_on: add ex2_two, since suites/ex1_one.py, line 10, asks for its two;"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def too(x):\n    return x\n", "does not define two: ex3_three builds on ex2_two"),
        ("def two(x:\n", "is not valid Python: "),
    ],
)
def test_a_stand_in_that_cannot_stand_in_is_named(checkout: Checkout, text: str, words: str) -> None:
    (checkout.root / "stand_ins/ex2_two.py").write_text(text)
    [line] = checkout.missing()
    assert line.startswith(f"stand_ins/ex2_two.py {words}")


def test_a_course_that_does_not_know_of_its_stand_ins_is_told(checkout: Checkout) -> None:
    lines = missing_parts(replace(checkout.course, stand_ins=None), checkout.root)
    assert len(lines) == 2 and all(line.startswith("autograder/course/stand_ins/") for line in lines)


def test_the_manifest_may_be_older_than_an_exercise_and_its_points(checkout: Checkout) -> None:
    """The course here is that of the manifest, with other exercises: the solutions count."""
    assert hidden_counts(checkout.course, checkout.root / "solutions") == {
        f"ex{number}_{word}": {"values": 1} for number, word in WORDS.items()
    }


@pytest.mark.parametrize("command", [["stubs"], ["stubs", "--check"], ["check"]])
def test_the_commands_say_it_and_do_nothing(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """The suites are those of this checkout, so there is much to say."""
    assert main([*command, "--root", str(checkout.root)]) == (1 if command == ["check"] else 2)
    said = capsys.readouterr()
    assert "ex1_one.py is missing: write the hidden checks of exercise 1 there" in said.err
    assert said.out == "" and not (checkout.root / "exercises/manifest.json").exists()


def test_check_asks_for_new_stubs_before_it_grades_old_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("solutions", "exercises"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "solutions" / "ex1_output_size.py"
    path.write_text(path.read_text(encoding="utf-8").replace("# minutes: 15", "# minutes: 16"), "utf-8")
    assert main(["check", "--root", str(tmp_path), "--device", "cpu"]) == 1
    said = capsys.readouterr()
    told = [line.rpartition("/")[2] for line in said.err.splitlines()]
    assert told == [
        f"{name} is not what the solutions give: run autograder stubs"
        for name in ("ex1_output_size.py", "manifest.json", "README.md")
    ] + ["tutorial.html is not what the tutorial gives: run autograder stubs"]
    assert said.out == ""


# What the judge says


def first_only(suites: Path) -> Course:
    return replace(COURSE, exercises=exercises()[:1], suites=suites)


def judged(tmp_path: Path, text: str, name: str = "ex1_output_size") -> Judge:
    (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    return Judge(first_only(tmp_path))


def test_an_unknown_category_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    text = SUITE.format(line="pass").replace('"values"', '"valeus"')
    with pytest.raises(SuiteError) as told:
        judged(tmp_path, text)
    said = str(told.value)
    known = ", ".join(sorted({**CATEGORIES, **COURSE.categories}))
    assert said.startswith(
        f"ex1_output_size.py, test_it: there is no category 'valeus'; take one of {known},"
    )
    assert said.endswith("or add it to the categories of the COURSE in exercises/course/__init__.py")


def test_every_category_of_this_course_is_used() -> None:
    used = {line.category for line in Judge(COURSE).lines}
    assert used >= COURSE.categories.keys()
    # what a category means is told in words, on a line of its own
    told = {**CATEGORIES, **COURSE.categories}
    assert told.keys() >= used
    assert all(len(words) <= 60 and words != name for name, words in told.items())


def test_an_exercise_without_a_suite_is_named(tmp_path: Path) -> None:
    text = SUITE.format(line="pass")
    (tmp_path / "ex1_output_size.py").write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError, match=r"ex2_padding has no hidden checks: write .*/ex2_padding\.py"):
        Judge(replace(COURSE, exercises=exercises()[:2], suites=tmp_path))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox({}) as open_:
        yield open_


def handed_in(folder: Path, code: str) -> Submission:
    (folder / "ada").mkdir()
    (folder / "ada" / "ex1_output_size.py").write_text(f"def area(a, b):\n    return {code}\n")
    return read_submission(folder / "ada", ["ex1_output_size"])


def test_a_function_without_a_reference_is_named_with_the_file_where_it_belongs(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    judge = judged(tmp_path, SUITE.format(line="must_return(student, Call('area', (3, 4)))"))
    with pytest.raises(SuiteError) as told:
        judge.examine(SandboxedSubmission(sandbox, handed_in(tmp_path, "a * b"), judge.course))
    assert str(told.value).startswith(
        "ex1_output_size.py, test_it[cpu]: the course has no right answer for area: write its reference in "
        "the module of exercises/course/topics/ that is named as the exercise, and list it in the TOPIC there"
    )


@pytest.mark.thorough(every=3)
@pytest.mark.parametrize(
    ("code", "answer", "right"),
    [
        ("a * b", "12", True),
        ("a + b", "12", False),
        ("float(a * b)", "12", False),
        ("0", "12", False),
        ("(a, b)", "(3, 4)", True),
        ("(b, a)", "(3, 4)", False),
        ("__import__('torch').tensor([a, b]) / 2", "[1.5, 2.0]", True),
        ("__import__('torch').tensor([a, b]) / 2.5", "[1.5, 2.0]", False),
        ("[a / 2, b / 2]", "[1.5, 2.0]", False),
    ],
)
def test_without_one_a_check_may_bring_the_answer(
    tmp_path: Path, sandbox: Sandbox, code: str, answer: str, right: bool
) -> None:
    judge = judged(tmp_path, SUITE.format(line=f"must_give(student, Call('area', (3, 4)), {answer})"))
    found = judge.examine(SandboxedSubmission(sandbox, handed_in(tmp_path, code), judge.course))
    assert [result.failure is None for result in found] == [right]


def test_stubs_are_written_once_every_part_is_there(checkout: Checkout) -> None:
    solutions = checkout.root / "solutions"
    written = write_stubs(solutions, checkout.root / "exercises", hidden_counts(checkout.course, solutions))
    assert len(written) == 4
