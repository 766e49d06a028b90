"""What can be gained with wrong numbers: never more than the lines that are right, and nothing with empty answers.

The hand-ins are Amara's, who has everything right, arguments refused and shapes included, with other numbers put into
every answer of one exercise; or kernels turned round, with one more fault.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.course import COURSE
from autograder.grading.judge import FOLLOWING, JUDGED_APART, CaseResult, Judge
from autograder.grading.sandboxed import TimeLimits
from autograder.submissions.submission import Submission, read_submission
from exercises.feedback.kinds import FailureKind
from tests.parallel import CATALOGUE, MODULES, SUBMISSIONS, Task, examine_all

WITH_TENSORS = ("ex2_padding", "ex3_conv2d", "ex5_dilation", "ex6_sobel", "ex7_layer")
EMPTY = {  # an answer with nothing in it, made of the right one and of what was handed in
    "zeros": "answer * 0",
    "constant": "answer * 0 + 11",
    "nan": "answer * 0 + float('nan')",
    "input": "next((a for a in given if isinstance(a, torch.Tensor)), answer * 0)",
}
NOISE = "torch.rand_like(answer)"
SPOILT = """

import torch


def _spoilt(given, answer):
    if isinstance(answer, (tuple, list)):
        return type(answer)(_spoilt(given, a) for a in answer)
    if isinstance(answer, int):
        return int(_spoilt(given, torch.tensor(float(answer))).nan_to_num(11.0) * {scale})
    return {numbers}


def _other_numbers(thing):
    if isinstance(thing, type):
        forward = thing.forward
        thing.forward = lambda self, x: _spoilt([x], forward(self, x))
        return thing
    return lambda *given, **named: _spoilt([*given, *named.values()], thing(*given, **named))


"""
FLIPPED = """
import torch


def conv2d_valid(x, weight, bias=None):
    {first}
    kh, kw = weight.shape[-2:]
    out = torch.einsum("nchwij,ocij->nohw", x.unfold(2, kh, 1).unfold(3, kw, 1), weight.flip(2, 3))
    out = out if bias is None else out + bias[:, None, None]
    {then}
    return out
"""
REFUSES = """if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight do not match")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("the bias does not match")"""
FAULTS = {  # what is done first, what is done then, and the lines that cost it
    "no other": (REFUSES, "", set()),
    "never refuses": ("", "", {"wrong_ranks", "errors"}),
    "changes its input": (  # which cannot be done where its numbers share their place
        REFUSES,
        "x.data.mul_(2)",
        {"inputs_are_kept", "layouts"},
    ),
    "float32 always": (REFUSES, "out = out.float()", {"dtype", "exact_gradients"}),
}
OTHER = {
    "raises always": 'def conv2d_valid(x, weight, bias=None):\n    raise RuntimeError("no idea")\n',
    "refuses always": 'def conv2d_valid(x, weight, bias=None):\n    raise ValueError("no idea")\n',
}
Results = dict[str, list[CaseResult]]


def submitted(module: str, source: str) -> Submission:
    amara = read_submission(SUBMISSIONS / "class" / "amara", MODULES)
    return replace(amara, modules={**amara.modules, module: source})


def spoilt(module: str, numbers: str) -> Submission:
    amara = read_submission(SUBMISSIONS / "class" / "amara", MODULES).modules[module]
    exports = next(e.exports for e in CATALOGUE if e.module == module)
    code = SPOILT.format(numbers=numbers, scale=1_000_000 if numbers == NOISE else 1)
    return submitted(module, amara + code + "".join(f"{n} = _other_numbers({n})\n" for n in exports))


@pytest.fixture(scope="module")
def categories() -> dict[tuple[str, str], str]:
    return {(line.module, line.name): line.category for line in Judge(COURSE).lines}


@pytest.fixture(scope="module")
def results() -> Results:
    """What comes of all these hand-ins, each on the exercise that it is about."""
    asked = {
        f"{name} in {module}": (module, spoilt(module, numbers))
        for module in WITH_TENSORS
        for name, numbers in (*EMPTY.items(), ("noise", NOISE))
    }
    for name, (first, then, _) in FAULTS.items():
        asked[name] = ("ex3_conv2d", submitted("ex3_conv2d", FLIPPED.format(first=first, then=then)))
    for name, source in OTHER.items():
        asked[name] = ("ex3_conv2d", submitted("ex3_conv2d", source))
    tasks = [Task(submission, 0, (module,)) for module, submission in asked.values()]
    found = examine_all(tasks, TimeLimits(call=20.0))
    return {name: list(each.results) for name, each in zip(asked, found, strict=True)}


def whole(results: list[CaseResult]) -> set[str]:
    """The lines without a failure."""
    return {r.line for r in results} - {r.line for r in results if r.failure}


@pytest.mark.thorough(every=3)
@pytest.mark.parametrize("module", WITH_TENSORS)
@pytest.mark.parametrize("name", EMPTY)
def test_an_answer_with_nothing_in_it_follows_through_to_nothing(
    name: str, module: str, results: Results, categories: dict[tuple[str, str], str]
) -> None:
    found = results[f"{name} in {module}"]
    gained = {r.line for r in found if r.followed or r.apart}
    # a box blur is a constant, and may be the wrong one
    assert gained <= ({"errors"} if (name, module) == ("constant", "ex6_sobel") else set())
    if name != "input":  # which is the answer where nothing is added
        passed = {r.line for r in found if r.failure is None} - gained
        assert passed <= ({"parameters", "start_values", "printed_form"} if module == "ex7_layer" else set())


@pytest.mark.parametrize("module", WITH_TENSORS)
def test_noise_gains_only_what_is_judged_apart_from_numbers(
    module: str, results: Results, categories: dict[tuple[str, str], str]
) -> None:
    found = results[f"noise in {module}"]
    assert not [r for r in found if r.followed]
    gained = [r for r in found if r.failure is None]
    assert any(r.apart for r in gained)
    assert {categories[module, r.line] for r in gained if r.apart} <= JUDGED_APART
    own = {r.line for r in gained if not r.apart}
    assert own <= ({"parameters", "start_values", "printed_form"} if module == "ex7_layer" else set())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_known_mistake_does_not_pay_for_another_one(
    fault: str, results: Results, categories: dict[tuple[str, str], str]
) -> None:
    found = results[fault]
    assert any(r.followed for r in found)
    about_other_things = {r.line for r in found if categories["ex3_conv2d", r.line] in FOLLOWING}
    assert about_other_things - whole(found) == FAULTS[fault][2]
    assert not {"one_channel", "batch_and_channels", "not_square", "not_flipped"} & whole(found)


@pytest.mark.parametrize("name", OTHER)
def test_code_that_always_stops_earns_nothing_and_is_told_no_more_than_was_seen(
    name: str, results: Results, categories: dict[tuple[str, str], str]
) -> None:
    found = results[name]
    assert not [r for r in found if r.failure is None]
    kinds = {(categories["ex3_conv2d", r.line] in FOLLOWING, r.failure.kind) for r in found if r.failure}
    assert kinds <= {(False, "raised"), (True, FailureKind.UNDECIDED), (True, "wrong-error")}
