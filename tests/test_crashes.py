"""The commonest crashes: each says what was combined and what to look at, at home and where it is graded.

The cases stand in `submissions/crashes.toml`, each beside one that looks like it. All of them really run: in this
process, as the public checks run them, and in a worker of the sandbox.
"""

from __future__ import annotations

import linecache
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.course import COURSE
from autograder.grading.sandboxed import SandboxedSubmission
from autograder.sandbox.host import Sandbox
from autograder.submissions.submission import Submission
from exercises.course.crash_causes import CRASH_CAUSES
from exercises.feedback import steps
from exercises.feedback.calls import Call, Sample
from exercises.feedback.catalogue import exercises
from exercises.feedback.crashes import CRASHES
from exercises.feedback.expression import Expression, Part
from exercises.feedback.failures import CheckFailure, Outcome, failure_of
from exercises.feedback.raised_at import expression_of
from exercises.feedback.steps import Raised
from tests.test_public_checks import given_out, run_pytest, write

CASES: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "submissions" / "crashes.toml").read_text("utf-8")
)
EX3 = next(each for each in exercises() if each.name == "ex3")
X, WEIGHT, BIAS = Sample((2, 3, 9, 8), seed=1), Sample((4, 3, 3, 2), seed=2), Sample((4,), seed=3)
CALLS = {
    "plain": Call("conv2d_valid", (X, WEIGHT, BIAS)),
    "gradients": Call("conv2d_valid", (X, WEIGHT, BIAS)),
    "no_bias": Call("conv2d_valid", (X, WEIGHT)),
    "two_channels": Call("conv2d_valid", (Sample((2, 2, 6, 7), seed=1), Sample((3, 2, 2, 2), seed=2), None)),
    "pairs": Call("conv2d_strided", (X, WEIGHT), {"stride": (2, 1)}),
    "one_stride": Call("conv2d_strided", (X, WEIGHT), {"stride": 2}),
    "layer": Call("Conv2d", (2, 4, 3)),
    "layer_same": Call("Conv2d", (2, 4, 3), {"padding": "same"}),
}
HEAD = "import torch\nimport numpy as np\nfrom torch import nn\n"
IMAGE = Sample((2, 2, 6, 5), seed=5)


def source(name: str, code: str) -> str:
    """A case under a name of its own, so that all of them can stand in one file."""
    return re.sub(r"\b(f|Layer)\b(?=\()", name, code)


TEXT = HEAD + "\n".join(
    source(name, case["code"]) + source(f"{name}_unlike", case["unlike"]) for name, case in CASES.items()
)


def asked(name: str, call: Call) -> list[Any]:
    """The steps that a check would take."""
    if call.function == "Conv2d":
        made = {"do": "new", "name": name, "args": call.real_args, "kwargs": call.real_kwargs}
        return [made, {"do": "forward", "args": (IMAGE.tensor(),)}]
    step = {"do": "call", "name": name, "args": call.real_args, "kwargs": call.real_kwargs, "wrt": []}
    if call is CALLS["gradients"]:
        cotangent = Sample((2, 4, 7, 7), seed=9).tensor()
        return [{**step, "wrt": [0]}, {"do": "vjp", "cotangent": cotangent, "wrt": [0]}]
    return [step]


def found(outcome: Outcome, call: Call) -> CheckFailure:
    failure = failure_of(COURSE, outcome, call)
    assert failure is not None and failure.kind == "raised", outcome
    return failure


@pytest.fixture(scope="module")
def at_home() -> dict[str, Any]:
    """All cases, in this process."""
    linecache.cache["ex3_conv2d.py"] = (len(TEXT), None, TEXT.splitlines(True), "ex3_conv2d.py")
    names: dict[str, Any] = {}
    exec(compile(TEXT, "ex3_conv2d.py", "exec"), names)
    return names


@pytest.fixture(scope="module")
def graded() -> Iterator[SandboxedSubmission]:
    """All cases, in a worker."""
    with Sandbox(COURSE.operators) as sandbox:
        hand_in = Submission("crash", Path("crash"), {EX3.module: TEXT}, {}, None, (), "")
        yield SandboxedSubmission(sandbox, hand_in, COURSE)


def call_of(name: str) -> Call:
    return CALLS[CASES[name].get("call", "plain")]


def both(name: str, case: str, at_home: dict[str, Any], graded: SandboxedSubmission) -> CheckFailure:
    """What is found at home, which has to be what is found where it is graded."""
    call = call_of(case)
    here = found(Outcome(*steps.run(asked(name, call), at_home.__getitem__, expression_of)), call)
    there = found(graded.run(EX3, "cpu", asked(name, call)), call)
    assert (there.headline, there.diagnosis) == (here.headline, here.diagnosis)
    assert there.explanation == here.explanation
    return here


@pytest.mark.parametrize("name", CASES)
def test_a_crash_says_its_words(name: str, at_home: dict[str, Any], graded: SandboxedSubmission) -> None:
    failure = both(name, name, at_home, graded)
    assert failure.diagnosis == CASES[name]["cause"], failure.headline
    for words in CASES[name]["says"]:
        assert words in failure.explanation
    assert len(failure.explanation) < 420  # a sentence or two, at midnight
    if (
        "has the shape" in failure.explanation
    ):  # sizes of a hidden input are shown where the message shows some
        assert re.search(r"\b([Ss]izes?|shapes?)\b.*\d", failure.headline)


@pytest.mark.parametrize("name", CASES)
def test_what_looks_like_it_is_not_taken_for_it(
    name: str, at_home: dict[str, Any], graded: SandboxedSubmission
) -> None:
    failure = both(f"{name}_unlike", name, at_home, graded)
    assert failure.diagnosis == CASES[name].get("is", ""), failure.headline


def test_every_cause_of_a_crash_has_a_case_and_a_text() -> None:
    told = {cause.name for cause in CRASH_CAUSES}
    causes = {case["cause"] for case in CASES.values()}
    # an answer came, see test_causes; what asks at the keyboard hears other words where it is graded
    assert told - causes == {"axes-of-one", "asks-at-the-keyboard"}
    assert len(causes) >= 40
    assert {crash.cause for crash in CRASHES} <= set(COURSE.causes)


ASKED: list[str] = []


class Nosy:
    """Writes down whatever asks it something."""

    def __getattribute__(self, name: str) -> Any:
        ASKED.append(name)
        return object.__getattribute__(self, name)

    def __repr__(self) -> str:
        ASKED.append("repr")
        return "nosy"


def raised_by(text: str, *given: Any) -> Raised:
    """What running a function of a student's file raises."""
    linecache.cache["ex9_own.py"] = (len(text), None, text.splitlines(True), "ex9_own.py")
    names: dict[str, Any] = {"torch": torch}
    exec(compile(text, "ex9_own.py", "exec"), names)
    _, error = steps.run([{"do": "call", "name": "f", "args": given}], names.__getitem__, expression_of)
    assert error is not None
    return error


def test_an_objects_own_code_is_not_run_to_tell_what_it_is() -> None:
    ASKED.clear()
    error = raised_by("def f(thing):\n    return thing + 1\n", Nosy())
    assert error.expression is not None
    assert [part.kind.rpartition(".")[2] for part in error.expression.parts] == ["Nosy"]
    assert ASKED == []


@pytest.mark.parametrize(
    ("line", "text", "parts"),
    [
        ("x[:, 1:, None] + y", "x[:, 1:, None] + y", {"x[:, 1:, None]": (2, 3, 1, 5), "y": (3,)}),
        ("x[..., 0, :-1] * y", "x[..., 0, :-1] * y", {"x[..., 0, :-1]": (2, 4), "y": (3,)}),
        ("x[0, y.shape[0]] @ y", "x[0, y.shape[0]] @ y", {"x[0, y.shape[0]]": (5,), "y": (3,)}),
        ("x[y > 0] + y", "x[y > 0]", {"x": (2, 4, 5), "y": (3,)}),
        ("x @ y", "x @ y", {"x": (2, 4, 5), "y": (3,)}),
        ("x.view(7)", "x.view(7)", {"x": (2, 4, 5)}),
    ],
)
def test_shapes_of_parts_are_worked_out_as_torch_does(
    line: str, text: str, parts: dict[str, tuple[int, ...]]
) -> None:
    x, y = torch.zeros(2, 4, 5), torch.zeros(3)
    error = raised_by(f"def f(x, y):\n    return {line}\n", x, y)
    assert error.expression is not None
    assert error.expression.text == text
    assert {part.text: part.shape for part in error.expression.parts if part.shape} == parts
    for told, shape in parts.items():
        assert tuple(eval(told, {"x": x, "y": y}).shape) == shape


def test_an_expression_over_several_lines_and_in_any_alphabet_is_told_on_one() -> None:
    text = "def f(x, breite):\r\n    größe = '×'; return x.view(\r\n        breite,\r\n        7)\r\n"
    error = raised_by(text, torch.zeros(3), 2)
    assert error.expression is not None
    assert error.expression.text == "x.view( breite, 7)"
    assert [part.text for part in error.expression.parts] == ["x", "breite"]


def told(error: Raised) -> str:
    failure = failure_of(COURSE, Outcome(raised=error), CALLS["plain"])
    assert failure is not None
    return failure.explanation


PLACE = ("ex3_conv2d.py", 4, "out + bias")
SIZES = "The size of tensor a (7) must match the size of tensor b (4) at non-singleton dimension 3"


def test_what_a_worker_says_of_a_line_is_text_on_one_line_and_short() -> None:
    part = Part("a`b\n<b>" * 11, "tensor", (2**62, -1))
    lying = Expression("`\n" * 40, (part,) * 4, PLACE[:2], "x.y`; now")
    error = Raised("RuntimeError", ("RuntimeError", "Exception"), SIZES, (PLACE,), 0, lying)
    assert "\n" not in told(error)
    assert told(error).count("`") % 2 == 0
    assert "(…, -1)" in told(error)
    assert len(told(error)) < 600
    unknown = Raised("NameError", ("NameError",), "name 'x' is not defined", (PLACE,), 0, lying)
    assert "is that the one" not in told(unknown)


def test_a_line_that_is_not_the_students_is_not_told() -> None:
    parts = (Part("out", "tensor", (2, 4, 7, 7)), Part("bias", "tensor", (4,)))
    here = Expression("out + bias", parts, PLACE[:2])
    there = replace(here, place=("pull_back.py", 4))
    error = Raised("RuntimeError", ("RuntimeError", "Exception"), SIZES, (PLACE,), 0, here)
    assert "`out` has the shape (2, 4, 7, 7)" in told(error)
    assert "`out`" not in told(replace(error, expression=there))


def test_what_happens_within_somebody_elses_code_is_not_said_of_the_students_line() -> None:
    said = "too many values to unpack (expected 2)"
    here = Expression("torch.split(x)", (), PLACE[:2])
    error = Raised("ValueError", ("ValueError", "Exception"), said, (PLACE,), 0, here)
    assert "more or fewer names" in told(error)
    assert told(replace(error, expression=replace(here, within=True))) == ""


@pytest.mark.thorough
def test_the_screen_says_what_was_combined_once_for_each_line(tmp_path: Path) -> None:
    folder = given_out(tmp_path)
    write(
        folder, "ex2_padding", "pad2d", "out = x.new_zeros(1, 1, 4, 5)\nout[:, :, 1:2, 1:3] = x\nreturn out"
    )
    write(folder, "ex3_conv2d", "conv2d_valid", "rows = weight.flatten(1)\nreturn rows @ x.flatten(1) @ rows")
    write(folder, "ex4_stride", "conv2d_strided", "down, right = stride\nreturn x[:, :, ::down, ::rigth]")
    write(
        folder,
        "ex5_dilation",
        "dilate_kernel",
        "down, right = dilation\nreturn weight[:, :, ::down, ::right]",
    )
    for number, said in (
        (
            2,
            "In `out[:, :, 1:2, 1:3] = x`, `out[:, :, 1:2, 1:3]` has the shape (1, 1, 1, 2) and `x` has the shape",
        ),
        (3, "A matrix product adds up over the last axis of the left"),
        (4, "In `down, right = stride`, `stride` is an int."),
        (5, "In `down, right = dilation`, `dilation` is an int."),
    ):
        seen = run_pytest(folder, f"exercises/tests/test_ex{number}.py")
        assert seen.flowing.count(said) == 1
    # where there is no room for it on one screen
    assert (
        "There is `right`: is that the one?"
        in run_pytest(folder, "exercises/tests/test_ex4.py", "-v").flowing
    )
