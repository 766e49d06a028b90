"""Hand-ins through the whole grader: what they earn, and what their report says."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.__main__ import main
from autograder.course import COURSE
from autograder.course.operators import OPERATORS
from autograder.grading import grade
from autograder.grading.collecting import SuiteError
from autograder.grading.grade import Grader, suites_digest
from autograder.grading.judge import Judge
from autograder.grading.sandboxed import SandboxedSubmission, TimeLimits
from autograder.paths import SUITES, VOCABULARY
from autograder.release.selfcheck import selfcheck, zeroed
from autograder.report import gradescope
from autograder.report.faults import Faults
from autograder.report.files import as_json, for_student, write_json
from autograder.report.grades import write_grades
from autograder.report.model import Report
from autograder.sandbox.host import Sandbox
from autograder.submissions.submission import Submission, read_submission
from exercises.feedback.catalogue import Exercise, earlier, exercises
from exercises.feedback.checks import problem
from exercises.feedback.failures import Outcome

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = exercises()
MODULES = [e.module for e in CATALOGUE]


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(COURSE, time_limits=TimeLimits(call=2.0)) as warm:
        yield warm


@pytest.fixture(scope="module")
def solutions() -> Submission:
    return read_submission(ROOT / "solutions", MODULES)


@pytest.fixture(scope="module")
def early(solutions: Submission) -> Submission:
    """The first three exercises, for what is about one of them: a hand-in of all seven takes three times as long."""
    return with_changes(solutions, **dict.fromkeys(MODULES[3:]))


def with_changes(base: Submission, **modules: str | None) -> Submission:
    """The base with modules replaced, or left out where None."""
    texts = {k: v for k, v in {**base.modules, **modules}.items() if v is not None}
    return replace(base, modules=texts)


def points(report: Report) -> dict[str, float]:
    return {e.name: e.earned for e in report.exercises}


FULL = {e.name: float(e.points) for e in CATALOGUE}
TOTAL = sum(e.points for e in CATALOGUE if not e.extra)
EXTRA = sum(e.points for e in CATALOGUE if e.extra)
EARLY = FULL | dict.fromkeys(list(FULL)[3:], 0.0)


def test_the_package_proves_itself_in_both_directions(grader: Grader) -> None:
    findings = selfcheck(grader, ROOT)
    assert findings.problems == []
    beside = f", and {EXTRA} of {EXTRA} extra" if EXTRA else ""
    assert findings.report[0] == f"solutions: {TOTAL} of {TOTAL} points{beside}"
    assert findings.report[1] == f"stubs: 0 of {TOTAL} points"  # nobody went further
    stood_in = sum(e.points for e in CATALOGUE if any(e.module in other.builds_on for other in CATALOGUE))
    assert findings.report[3:] == [f"stand-ins: {stood_in:g} of {stood_in:g}"]


def test_the_self_check_finds_a_wrong_solution_a_finished_stub_and_a_wrong_stand_in(
    grader: Grader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("solutions", "exercises"):
        (tmp_path / folder).mkdir()
        for module in MODULES:
            text = (ROOT / folder / f"{module}.py").read_text(encoding="utf-8")
            (tmp_path / folder / f"{module}.py").write_text(text, encoding="utf-8")
    right = (ROOT / "solutions" / "ex1_output_size.py").read_text(encoding="utf-8")
    (tmp_path / "exercises" / "ex1_output_size.py").write_text(right, encoding="utf-8")
    wrong = right + "\n\ndef effective_kernel_size(kernel_size, dilation=1):\n    return 0\n"
    (tmp_path / "solutions" / "ex1_output_size.py").write_text(wrong, encoding="utf-8")
    assert COURSE.stand_ins is not None
    shutil.copytree(COURSE.stand_ins, tmp_path / "stand_ins")
    (tmp_path / "stand_ins" / "ex1_output_size.py").write_text(wrong, encoding="utf-8")
    monkeypatch.setattr(grader, "course", replace(COURSE, stand_ins=tmp_path / "stand_ins"))
    problems = "\n".join(selfcheck(grader, tmp_path).problems)
    assert "stand-ins: ex1, effective_kernel_size earned 0" in problems
    assert "stand-ins: ex2" not in problems
    assert "solutions: ex1, effective_kernel_size earned 0" in problems
    assert "stubs: ex1, effective_kernel_size earned 2, not 0" in problems


@pytest.mark.parametrize("answer", [3, 2.5, True, 1j, (3, 2.5), [4]])
def test_zeros_are_of_the_answers_own_kind(answer: object) -> None:
    source = zeroed({"m": f"def f():\n    return {answer!r}\n"}, {"m": ("f",)})["m"]
    names: dict[str, Any] = {}
    exec(source, names)
    zero = names["f"]()
    parts = zero if isinstance(zero, (tuple, list)) else [zero]
    assert type(zero) is type(answer) and not any(parts)
    assert [type(part) for part in parts] == [
        type(part) for part in (answer if isinstance(answer, (tuple, list)) else [answer])
    ]


def test_the_same_seed_gives_the_same_grade_and_another_seed_other_inputs(solutions: Submission) -> None:
    calls = []
    # what was not handed in costs no time, and three graders cost enough
    others = dict.fromkeys(set(MODULES) - {"ex3_conv2d"})
    for seed in (1, 1, 2):
        with Grader(COURSE, seed=seed) as one:
            broken = with_changes(solutions, **others | {"ex3_conv2d": WRONG_EX3})
            report = one.grade(broken)
        calls.append([f.call for e in report.exercises for f in e.findings if f.call])
    assert calls[0] == calls[1]
    assert calls[0] != calls[2]


WRONG_EX3 = """
from torch.nn.functional import pad
def conv2d_valid(x, weight, bias=None):
    return x[:, :1, : x.shape[2] - weight.shape[2] + 1, : x.shape[3] - weight.shape[3] + 1] * 0 + 1
"""


def test_an_early_mistake_costs_no_later_points(grader: Grader, solutions: Submission) -> None:
    report = grader.grade(with_changes(solutions, ex3_conv2d=WRONG_EX3))
    earned = points(report)
    assert earned.pop("ex3") < 3
    assert earned == {k: v for k, v in FULL.items() if k != "ex3"}
    carried = {e.name: e.carried_from for e in report.exercises if e.carried_from}
    building = [e.name for e in CATALOGUE if any(o.name == "ex3" for o in earlier(e.module, CATALOGUE))]
    assert carried == dict.fromkeys(building, ("ex3",)) and {"ex4", "ex5", "ex6", "ex7"} <= {*building}


def test_what_is_still_a_stub_is_not_run_again_with_earlier_exercises_corrected(
    grader: Grader, solutions: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrected: list[str] = []
    run = SandboxedSubmission.run

    def watched(self: SandboxedSubmission, exercise: Exercise, *rest: Any) -> Outcome:
        if self.substituted:
            corrected.append(exercise.name)
        return run(self, exercise, *rest)

    monkeypatch.setattr(SandboxedSubmission, "run", watched)
    stubs = read_submission(ROOT / "exercises", MODULES)
    assert grader.grade(stubs).earned == 0
    assert corrected == []
    # exercise 5 is written, on top of stubs
    written = "ex5_dilation"
    report = grader.grade(with_changes(stubs, **{written: solutions.modules[written]}))
    assert points(report) == dict.fromkeys(FULL, 0.0) | {"ex5": 20.0}
    assert set(corrected) == {"ex5"}


def test_without_error_carried_forward_it_would(grader: Grader, solutions: Submission) -> None:
    """The guard above is real: with nothing to replace, the same hand-in fails ex4."""
    lonely = replace(COURSE, exercises=tuple(replace(e, builds_on=()) for e in CATALOGUE))
    broken = with_changes(solutions, ex3_conv2d=WRONG_EX3)
    sandboxed = SandboxedSubmission(grader._sandbox, broken, lonely)
    results = Judge(lonely).examine(sandboxed, ["ex3_conv2d", "ex4_stride"])
    grader._sandbox.end_workers()
    assert any(r.failure for r in results if r.module == "ex4_stride")


def test_what_else_an_early_file_defines_is_kept(grader: Grader, solutions: Submission) -> None:
    ex3 = WRONG_EX3 + "\ndef my_helper(x):\n    return x\n"
    ex4 = "from exercises.ex3_conv2d import conv2d_valid, my_helper\n" + solutions.modules[
        "ex4_stride"
    ].replace("from exercises.ex3_conv2d import conv2d_valid\n", "")
    report = grader.grade(with_changes(solutions, ex3_conv2d=ex3, ex4_stride=ex4))
    assert points(report)["ex4"] == 10.0


def test_a_missing_early_exercise_costs_no_later_points_either(grader: Grader, solutions: Submission) -> None:
    report = grader.grade(with_changes(solutions, ex2_padding=None))
    assert points(report) == {**FULL, "ex2": 0.0}
    assert {f.kind for f in report.exercises[1].findings} == {"missing"}


def test_an_early_exercise_that_hangs_is_waited_for_only_twice(grader: Grader, solutions: Submission) -> None:
    hangs = "def conv2d_valid(x, weight, bias=None):\n    while True: pass\n"
    report = grader.grade(with_changes(solutions, ex3_conv2d=hangs))
    assert points(report) == {**FULL, "ex3": 0.0}
    assert report.seconds < 4 * 2.0 + 20
    assert "ex3: takes too long" in report.found


def test_a_later_exercise_that_is_wrong_itself_earns_nothing_by_that(
    grader: Grader, solutions: Submission
) -> None:
    wrong = "def conv2d_strided(x, weight, bias=None, stride=1): return x"
    report = grader.grade(with_changes(solutions, ex3_conv2d=WRONG_EX3, ex4_stride=wrong))
    assert points(report)["ex4"] == 0.0
    assert points(report)["ex5"] == 20.0


@pytest.mark.parametrize(
    "body",
    [
        "import torch.nn.functional as F\ndef conv2d_valid(x, weight, bias=None): return F.conv2d(x, weight, bias)",
        "import torch\ndef conv2d_valid(x, weight, bias=None): return torch.conv2d(x, weight, bias)",
        "import torch\nf = getattr(torch, 'con' + 'v2d')\n"
        "def conv2d_valid(x, weight, bias=None): return f(x, weight, bias)",
        "import torch\ndef conv2d_valid(x, weight, bias=None):\n"
        "    name = ''.join(['v2d', 'con'][::-1])\n    return vars(torch)[name](x, weight, bias)",
        "import torch\ndef conv2d_valid(x, weight, bias=None):\n"
        "    try:\n        return vars(torch)['d2vnoc'[::-1]](x, weight, bias)\n"
        "    except RuntimeError:\n        return x",
    ],
)
def test_a_ready_made_convolution_earns_nothing(grader: Grader, early: Submission, body: str) -> None:
    report = grader.grade(with_changes(early, ex3_conv2d=body))
    assert points(report)["ex3"] == 0.0
    assert {f.kind for f in report.exercises[2].findings} == {"forbidden"}


def test_a_forbidden_call_is_found_twice(grader: Grader, early: Submission) -> None:
    """Once in the syntax tree, before it runs, and once by the dispatcher, where the tree cannot see it."""
    plain = "import torch\ndef conv2d_valid(x, weight, bias=None): return torch.conv2d(x, weight, bias)"
    hidden = plain.replace("torch.conv2d", "vars(torch)['d2vnoc'[::-1]]")
    seen = [
        grader.grade(with_changes(early, ex3_conv2d=b)).exercises[2].lines[0].findings[0].headline
        for b in (plain, hidden)
    ]
    assert "line 2 uses torch.conv2d" in seen[0]
    assert seen[1].startswith("while running")


def test_f_pad_is_forbidden_in_exercise_2_and_fair_elsewhere(grader: Grader, solutions: Submission) -> None:
    pads = (
        "import torch.nn.functional as F\ndef pad2d(x, p):\n    v, h = (p, p) if isinstance(p, int) else p\n"
    )
    pads += "    if min(v, h) < 0: raise ValueError('negative')\n"
    pads += "    return F.pad(x, (h, h, v, v))\n"
    renamed = pads.replace("def pad2d", "def padded").replace("F.pad", "vars(F)['dap'[::-1]]")
    late = solutions.modules["ex5_dilation"] + "\n\n" + renamed + "\npad2d = padded\n"
    report = grader.grade(with_changes(solutions, ex2_padding=pads, ex5_dilation=late))
    assert points(report)["ex2"] == 0.0
    assert points(report)["ex5"] == 20.0


def test_comparing_oneself_with_torch_in_tests_of_ones_own_is_fair(grader: Grader, early: Submission) -> None:
    own = early.modules["ex3_conv2d"]
    own += "\n\ndef try_it():\n    import torch.nn.functional as F\n    print(F.conv2d)\n"
    own += "\nif __name__ == '__main__':\n    import torch.nn.functional as F\n    print(F.conv2d)\n"
    assert points(grader.grade(with_changes(early, ex3_conv2d=own))) == EARLY


def test_comparing_oneself_with_torch_at_the_top_of_a_file_is_fair(grader: Grader, early: Submission) -> None:
    own = early.modules["ex3_conv2d"] + (
        "\nimport torch\nimport torch.nn.functional as F\nx, w = torch.rand(1, 2, 5, 5), torch.rand(1, 2, 3, 3)\n"
        "print('difference', (conv2d_valid(x, w) - F.conv2d(x, w)).abs().max() < 1e-4)\n"
    )
    report = grader.grade(with_changes(early, ex3_conv2d=own))
    assert points(report) == EARLY
    said = "was left out: RuntimeError: aten::conv2d is not allowed in this exercise"
    assert f"ex3_conv2d.py, line {len(own.splitlines())} {said}" in report.notes


def test_a_convolution_kept_from_the_top_of_a_file_is_not(grader: Grader, early: Submission) -> None:
    keeps = (
        "import torch\nkept = vars(torch)['d2vnoc'[::-1]]\nkept(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 1, 1))\n"
        "def conv2d_valid(x, weight, bias=None): return kept(x, weight, bias)\n"
    )
    assert points(grader.grade(with_changes(early, ex3_conv2d=keeps)))["ex3"] == 0.0


def test_warnings_and_prints_cost_nothing(grader: Grader, early: Submission) -> None:
    noisy = "import sys, warnings\nwarnings.warn('careful')\nprint('hello', file=sys.stderr)\n"
    report = grader.grade(with_changes(early, ex3_conv2d=noisy + early.modules["ex3_conv2d"]))
    assert points(report) == EARLY
    assert "careful" in report.printed


def test_a_notebook_shares_one_namespace_and_a_broken_cell_costs_itself(
    grader: Grader, solutions: Submission
) -> None:
    cells = [text.replace("from exercises.", "from exercises.") for text in solutions.modules.values()]
    cells.insert(3, "1 / 0")
    cells.append("import sys\nsys.exit(0)")
    cells.insert(5, "import torch.nn.functional as F\nprint(F.conv2d)")
    report = grader.grade(replace(solutions, modules={}, notebook=tuple(cells)))
    assert points(report) == FULL
    cells[2] = "def broken("
    report = grader.grade(replace(solutions, modules={}, notebook=tuple(cells)))
    assert points(report) == {**FULL, "ex3": 0.0}


def test_a_helper_file_beside_the_exercises_can_be_imported(grader: Grader, early: Submission) -> None:
    uses = "from my_helpers import conv2d_valid\n"
    helped = replace(with_changes(early, ex3_conv2d=uses), extras={"my_helpers": early.modules["ex3_conv2d"]})
    assert points(grader.grade(helped)) == EARLY


FORGES_RESULTS = """
import sys
def conv2d_valid(x, weight, bias=None):
    frame = sys._getframe()
    while frame is not None and "results" not in frame.f_locals:
        frame = frame.f_back
    frame.f_locals["results"][:] = [5, 5, 5]
    return x
"""


def test_an_answer_of_the_wrong_form_is_a_failed_check_and_stops_nobody(
    grader: Grader, solutions: Submission
) -> None:
    report = grader.grade(with_changes(solutions, ex3_conv2d=FORGES_RESULTS))
    assert points(report) == {**FULL, "ex3": 0.0}
    assert points(grader.grade(solutions)) == FULL


def test_a_hand_in_that_cannot_be_graded_leaves_the_others_their_grades(
    tmp_path: Path, solutions: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("amy", "ben"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "ex1_output_size.py").write_text(solutions.modules["ex1_output_size"])
    grade = Grader.grade

    def broken_for_amy(self: Grader, submission: Submission) -> Report:
        if submission.student == "amy":
            raise SuiteError("oops")
        return grade(self, submission)

    monkeypatch.setattr(Grader, "grade", broken_for_amy)
    arguments = ["grade", str(tmp_path / "class"), "-o", str(tmp_path / "out"), "--device", "cpu"]
    assert main([*arguments, "--workers", "1"]) == 1
    with (tmp_path / "out" / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {r["student"]: r for r in csv.DictReader(file)}
    assert rows["amy"]["found"] == "could not be graded: oops"
    assert rows["ben"]["ex1"] == "10"


def test_the_stand_ins_are_not_there_to_be_borrowed(grader: Grader, solutions: Submission) -> None:
    borrows = """
import sys
def conv2d_valid(x, weight, bias=None):
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_globals.values()) + list(frame.f_locals.values()):
            if isinstance(value, dict) and callable(value.get("conv2d_valid")):
                if value["conv2d_valid"].__code__ is not conv2d_valid.__code__:
                    return value["conv2d_valid"](x, weight, bias)
            stand_ins = getattr(value, "stand_ins", "")
            if isinstance(stand_ins, str) and "def conv2d_valid" in stand_ins:
                names = {}
                exec(stand_ins, names)
                return names["conv2d_valid"](x, weight, bias)
        frame = frame.f_back
"""
    assert points(grader.grade(with_changes(solutions, ex3_conv2d=borrows)))["ex3"] == 0.0


@pytest.mark.parametrize(
    "top",
    [
        "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).parent))\n",
        "from exercises.feedback.calls import sample\nassert sample((1, 2), seed=3).shape == (1, 2)\n",
        "from ex1_output_size import output_size\n",
        "import exercises.ex2_padding as ex2\n",
    ],
)
def test_what_students_put_at_the_top_of_a_file_works(grader: Grader, early: Submission, top: str) -> None:
    assert points(grader.grade(with_changes(early, ex3_conv2d=top + early.modules["ex3_conv2d"]))) == EARLY


def test_an_empty_file_and_a_missing_one_are_told_apart(grader: Grader, solutions: Submission) -> None:
    needs = "from exercises.ex2_padding import pad2d\n" + solutions.modules["ex1_output_size"]
    needs += "\ndef effective_kernel_size(*_): return pad2d\n"
    broken = with_changes(solutions, ex1_output_size=needs, ex2_padding=None, ex6_sobel="")
    report = grader.grade(broken)
    empty = next(report.exercises[5].findings)
    # the import costs itself alone, and its name is told where it is missed
    assert (
        "ex1_output_size.py, line 1 was left out: ModuleNotFoundError: ex2_padding.py was not handed in"
        in report.notes
    )
    assert "ex2_padding.py was not handed in" in next(report.exercises[0].findings).headline
    assert "ex6_sobel.py defines no" in empty.headline
    assert str(ROOT) not in json.dumps(as_json(report))


def test_an_input_whose_dtype_was_changed_is_not_as_it_was(grader: Grader, early: Submission) -> None:
    changes = early.modules["ex3_conv2d"] + (
        "\n_right = conv2d_valid\ndef conv2d_valid(x, weight, bias=None):\n"
        "    out = _right(x, weight, bias)\n    weight.data = weight.data.double()\n    return out\n"
    )
    report = grader.grade(with_changes(early, ex3_conv2d=changes))
    kept = next(line for line in report.exercises[2].lines if line.name == "inputs_are_kept")
    assert kept.earned == 0.0


def test_a_source_of_a_megabyte_is_graded(grader: Grader, early: Submission) -> None:
    long = early.modules["ex3_conv2d"] + "\nTABLE = '" + "\u00e4" * 500_000 + "'\n"
    assert points(grader.grade(with_changes(early, ex3_conv2d=long))) == EARLY


def test_prints_reach_a_students_report_only_with_hidden_calls(grader: Grader, early: Submission) -> None:
    prints = "print('my secret diary')\n" + early.modules["ex3_conv2d"]
    report = grader.grade(with_changes(early, ex3_conv2d=prints))
    assert "my secret diary" in json.dumps(as_json(for_student(report, True)))
    assert "my secret diary" not in json.dumps(as_json(for_student(report, False)))


def test_nothing_of_a_hand_in_is_imported_by_the_grader(grader: Grader, early: Submission) -> None:
    grader.grade(early)
    loaded = [name for name in sys.modules if name.startswith(("exercises.ex", "solutions"))]
    assert loaded == []


def test_answers_are_worked_out_once_for_all_hand_ins(grader: Grader, early: Submission) -> None:
    grader.grade(early)
    known = problem.cache_info().currsize
    grader.grade(with_changes(early, ex3_conv2d=WRONG_EX3))
    assert problem.cache_info().currsize == known


def test_a_broken_suite_stops_grading_instead_of_costing_points(
    tmp_path: Path, solutions: Submission
) -> None:
    (tmp_path / "ex1_output_size.py").write_text(
        "import pytest\n@pytest.mark.points(10)\n@pytest.mark.category('values')\n"
        "def test_it(student):\n    '''It works.'''\n    raise KeyError('oops')\n"
    )
    judge = Judge(replace(COURSE, exercises=CATALOGUE[:1], suites=tmp_path))
    with Sandbox(OPERATORS) as sandbox, pytest.raises(SuiteError, match="oops"):
        judge.examine(SandboxedSubmission(sandbox, solutions, replace(COURSE, exercises=CATALOGUE[:1])))


def test_no_worker_outlives_a_hand_in_that_could_not_be_graded(tmp_path: Path, solutions: Submission) -> None:
    (tmp_path / "ex1_output_size.py").write_text(
        "import pytest\n@pytest.mark.points(10)\n@pytest.mark.category('values')\n"
        "def test_it(student):\n    'It works.'\n"
        "    student.run([{'do': 'call', 'name': 'output_size', 'args': (3, 2)}])\n    raise KeyError('oops')\n"
    )
    with Grader(replace(COURSE, exercises=CATALOGUE[:1], suites=tmp_path)) as grader:
        with pytest.raises(SuiteError, match="oops"):
            grader.grade(solutions)
        assert grader._sandbox.parent()._worker is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "@pytest.mark.points(9)\n@pytest.mark.category('values')\ndef test_it(student):\n    'It.'",
            "sums to 9",
        ),
        ("@pytest.mark.category('values')\ndef test_it(student):\n    'It.'", "needs points"),
        ("@pytest.mark.points(10)\n@pytest.mark.category('values')\ndef test_it(student): pass", "docstring"),
        ("import nothing_of_that_name", "nothing_of_that_name"),
        ("", "no hidden suites"),
    ],
)
def test_a_suite_that_breaks_the_rules_is_refused(tmp_path: Path, body: str, words: str) -> None:
    (tmp_path / "ex1_output_size.py").write_text("import pytest\n" + body + "\n")
    with pytest.raises(SuiteError, match=words):
        Judge(replace(COURSE, exercises=CATALOGUE[:1], suites=tmp_path))


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_whoever_is_told_to_end_while_suites_are_collected_ends_without_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], end: type[BaseException]
) -> None:
    (tmp_path / "ex1_output_size.py").write_text(f"raise {end.__name__}\n")
    with pytest.raises(end):
        Judge(replace(COURSE, exercises=CATALOGUE[:1], suites=tmp_path))
    assert capsys.readouterr() == ("", "")


def test_every_exercise_builds_on_earlier_ones_only() -> None:
    for exercise in CATALOGUE:
        assert all(e.number < exercise.number for e in earlier(exercise.module, CATALOGUE))
    assert [e.name for e in earlier("ex7_layer", CATALOGUE)] == ["ex1", "ex2", "ex3", "ex4", "ex5"]


def test_reports_show_no_hidden_input_unless_told_to(grader: Grader, early: Submission) -> None:
    report = grader.grade(with_changes(early, ex3_conv2d=WRONG_EX3))
    shown, all_of_it = (json.dumps(as_json(for_student(report, flag))) for flag in (False, True))
    assert "sample(" in all_of_it
    assert "sample(" not in shown
    assert "def test_" not in shown


def test_gradescope_gets_the_same_points(grader: Grader, solutions: Submission) -> None:
    report = grader.grade(with_changes(solutions, ex3_conv2d=WRONG_EX3))
    data = gradescope.results(report)
    assert data["score"] == report.earned
    earned = sum(each.earned for each in report.exercises)
    assert sum(t["score"] for t in data["tests"]) == pytest.approx(earned, abs=0.02)
    assert sum(t["max_score"] for t in data["tests"]) == pytest.approx(TOTAL + EXTRA)
    assert {t["status"] for t in data["tests"]} == {"passed", "failed"}
    json.dumps(data, allow_nan=False)


def test_files_are_written_whole_and_survive_odd_text(grader: Grader, tmp_path: Path) -> None:
    report = grader.unreadable("=SUM(A1) \ud800 <b>", "no \x1b[31m file")
    write_json(tmp_path / "r.json", as_json(report))
    assert json.loads((tmp_path / "r.json").read_text())["problem"] == "no \x1b[31m file"
    write_grades(tmp_path / "grades.csv", [("=SUM(A1), \ud800", report)], {}, Faults())
    with (tmp_path / "grades.csv").open(newline="", encoding="utf-8") as file:
        header, row = csv.reader(file)
    points = [*FULL, "total", *["extra"] * bool(EXTRA)]
    assert header == [
        "student", "id", "login", "email", *points, "final", "late", "carried", "changes", "found"
    ]  # fmt: skip
    assert row[0].startswith("'=SUM(A1), ")
    assert not any(row[1:-1])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["grades.csv", "r.json"]


def test_the_command_grades_a_class_and_names_its_files_after_the_hand_ins(
    tmp_path: Path, solutions: Submission, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, module in (("amy", "ex1_output_size"), ("ben", "ex2_padding")):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / f"{module}.py").write_text(solutions.modules[module], encoding="utf-8")
    (tmp_path / "class" / "cleo.zip").write_bytes(b"no zip at all")
    out = tmp_path / "out"
    command = ["grade", str(tmp_path / "class"), "-o", str(out), "--device", "cpu", "--workers", "1"]
    assert main(command) == 0
    names = sorted(p.name for p in out.iterdir())
    pairs = [f"{n}{end}" for n in ("amy", "ben", "cleo") for end in (".html", ".json", ".results.json")]
    of_the_class = ("class.jsn", "dashboard.htm", "grades.csv", "history.jsonl", "pseudonyms.key")
    assert names == sorted([*pairs, *of_the_class])
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(r["student"], r["ex1"], r["ex2"], r["total"]) for r in rows] == [
        ("amy", "10", "0", "10"),
        ("ben", "0", "10", "10"),
        ("cleo", "", "", ""),
    ]
    assert "cleo.zip" in rows[2]["found"]
    screen = capsys.readouterr().out
    assert all(word in screen for word in ("amy", "ben", "cleo", "grades.csv", "dashboard.htm"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grade", "no/such/folder"], "no/such/folder: there is no such file or folder"),
        (["stubs", "--root", "no/such/folder"], "no/such/folder"),
        (["grade", "-o", "pyproject.toml", "solutions"], "pyproject.toml: is a file"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_an_empty_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grade", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_asking_for_cuda_where_there_is_none_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.grading.grade.usable_cuda", lambda: False)
    assert main(["grade", "--device", "cuda", str(ROOT / "solutions")]) == 2
    assert "--device cuda" in capsys.readouterr().err


def test_the_hash_of_the_suites_is_over_all_that_they_are_written_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suites = Path(shutil.copytree(SUITES, tmp_path / "suites"))
    vocabulary = Path(shutil.copy(VOCABULARY, tmp_path))
    monkeypatch.setattr(grade, "VOCABULARY", vocabulary)
    course = replace(COURSE, suites=suites)
    assert suites_digest(course) == suites_digest(COURSE)
    names = {"ex3_conv2d.py", "properties.py", "layer_device.py"}
    for path in [*(suites / name for name in names), vocabulary]:
        before = suites_digest(course)
        path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        assert suites_digest(course) != before, path.name
