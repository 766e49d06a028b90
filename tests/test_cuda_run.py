"""`make cuda` itself, rehearsed on the pretended GPU: it finds what is wrong, and says what is missing."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
import torch

from autograder.grading.judge import CaseResult
from exercises.feedback.failures import CheckFailure
from exercises.feedback.kinds import FailureKind
from exercises.paths import ROOT
from tests.cuda import hand_ins, numbers, wheels
from tests.cuda.parts import PARTS
from tests.cuda.report import Part, markdown
from tests.cuda.trial import Trial
from tests.parallel import Examined

QUICK = ("machine", "confined", "answers")
REHEARSAL = Trial(False, time.monotonic() + 600)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.cuda", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_the_quick_parts_are_right_on_the_pretended_gpu(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    done = run("--rehearse", *QUICK, "--out", str(report))
    assert done.returncode == 0, done.stderr
    text = report.read_text(encoding="utf-8")
    assert [line.split()[1] for line in text.splitlines() if line.startswith("## ")] == [*QUICK]
    assert "PROBLEM" not in text and "confined by session" in text


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is one")
def test_where_there_is_no_gpu_it_says_so_and_what_to_do(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    done = run("--out", str(report))
    assert done.returncode == 2 and not report.exists()
    assert done.stderr.count("\n") == 1
    assert "finds no usable GPU" in done.stderr and "--rehearse" in done.stderr


def test_a_part_that_is_not_there_is_named() -> None:
    done = run("nonsense")
    assert done.returncode == 2
    assert done.stderr.strip() == f"no part 'nonsense'; there are {', '.join(PARTS)}"


def test_what_is_missing_is_named_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert wheels.missing() == []

    def without_rich(name: str) -> str:
        if name == "rich":
            raise PackageNotFoundError(name)
        return "8.0" if name == "pytest" else version(name)

    monkeypatch.setattr(wheels, "version", without_rich)
    lacking = wheels.missing()
    assert [name.partition(">")[0] for name in lacking] == ["pytest", "rich"]  # one is too old
    with pytest.raises(
        wheels.MissingError, match=r"lacks pytest>=\S+, rich>=\S+\. Fetch .*pip download .*WHEELS"
    ):
        wheels.with_wheels(tmp_path / "one", lacking, None)
    with pytest.raises(wheels.MissingError, match=r"has no torch that grades.*PYTHON="):
        wheels.with_wheels(tmp_path / "three", ["torch>=2.10"], tmp_path)
    with pytest.raises(wheels.MissingError, match="does not give"):
        wheels.with_wheels(tmp_path / "two", ["no-such-package"], tmp_path)


def test_the_environment_for_wheels_has_what_this_python_has(tmp_path: Path) -> None:
    python = wheels.with_wheels(tmp_path / "one", ["rich"], tmp_path)  # which need not be in the folder
    program = "import sys, numpy, rich; print(sys.prefix)"
    run = subprocess.run([python, "-I", "-c", program], capture_output=True, text=True, check=True)
    assert Path(run.stdout.strip()) == tmp_path / "one"


def test_errors_beyond_what_is_allowed_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "SETTINGS", {False: 20})
    part = Part()
    numbers.tolerances(REHEARSAL, part)
    assert part.problems == []
    right = numbers.by_fft
    monkeypatch.setattr(numbers, "by_fft", lambda setting: right(setting) * (1 + 1e-5))
    numbers.tolerances(REHEARSAL, part)
    assert any(problem.startswith("float32, off, FFT, answer: an error of") for problem in part.problems)


def result(line: str, device: str, wrong: bool) -> CaseResult:
    failure = CheckFailure(FailureKind.VALUE, "other numbers") if wrong else None
    return CaseResult(line, "ex3_conv2d", f"test_{line}", device, failure)


@pytest.mark.parametrize(
    ("kind", "name", "here", "there", "problem"),
    [
        ("honest", "loops", False, False, ""),
        ("honest", "loops", False, True, "loops, which is right, loses"),
        ("wrong", "ex3_flipped", True, True, ""),
        ("wrong", "ex3_flipped", True, False, "on the CPU alone"),
        ("wrong", "ex3_flipped", False, True, "there alone"),
        ("wrong", "ex3_on_cpu", False, True, ""),
        ("wrong", "ex3_turns_the_kernel_over", True, False, ""),
    ],
)
def test_what_a_hand_in_loses_there_is_compared(
    kind: str, name: str, here: bool, there: bool, problem: str
) -> None:
    results = (result("values", "cpu", here), result("values", "cuda", there))
    part = Part()
    task = next(hand_ins._hand_ins()).task
    hand_in = hand_ins.HandIn(kind, name, task)
    examined = Examined(results, (), (), "", 0.0)
    more = hand_ins._compared(hand_in, examined, "cuda", part)
    assert bool(more) == (name == "ex3_on_cpu")
    assert [problem in each for each in part.problems] == [True] * bool(problem)
    hand_ins._compared(hand_in, replace(examined, undecided=("why",)), "cuda", part)
    assert part.problems[-1 if not problem else -2].endswith("not decided: why")


def test_problems_come_first_in_the_report() -> None:
    part = Part()
    part.say("All the rest.")
    part.must(False, "one thing")
    assert markdown("On a GPU", [("memory", part, 2.4)]) == (
        "# On a GPU\n\n## memory (2 s)\n\n- PROBLEM: one thing\n\nAll the rest.\n"
    )
