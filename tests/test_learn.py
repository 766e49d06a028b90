"""What the course knows of gradient descent: each mistake is told from the others, and a right run from none."""

from __future__ import annotations

import importlib
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from exercises.console.local import LocalStudent
from exercises.course import COURSE
from exercises.course.topics.ex14_learn import TOPIC, checks
from exercises.course.topics.ex14_learn.descent import FUNCTION, NOISE, Descent
from exercises.feedback import explain, steps
from exercises.feedback.calls import Call, Sample, sample
from exercises.feedback.failures import CheckFailure, Outcome
from exercises.feedback.forbidden import find_forbidden
from exercises.feedback.kinds import FailureKind
from exercises.feedback.misconception import Misconception
from exercises.feedback.script import Step
from exercises.feedback.steps import TensorResult
from exercises.feedback.tutorial import section_title
from tests.at_work import MODULES, ROOT, exchange, given_out, run_pytest, solve

MODULE = "ex14_learn"


def call(shape: tuple[int, int, int], size: int, count: int, lr: float, seed: int = 1) -> Call:
    number, height, width = shape
    images = Sample((number, 1, height, width), seed=seed)
    targets = Sample((number, 1, height - size + 1, width - size + 1), seed=seed + 100)
    return Call(FUNCTION, (images, targets, size, count, lr, Sample((size, size), seed=seed + 200)))


CALLS = [
    call(shape, size, count, lr)
    for (shape, size), (count, lr) in product(
        [((3, 6, 7), 2), ((3, 7, 6), 3), ((1, 6, 8), 3)], [(1, 0.15), (4, 0.12), (3, 0.07)]
    )
]


def answer(result: tuple[Tensor, Tensor]) -> tuple[TensorResult, ...]:
    return tuple(TensorResult(part.float(), "cpu") for part in result)


def named(one: Call, result: tuple[Tensor, Tensor]) -> list[str]:
    return [
        entry.name for entry in explain.explanations(COURSE, explain.question(COURSE, one), answer(result))
    ]


@pytest.mark.parametrize("entry", TOPIC.misconceptions, ids=lambda entry: entry.name)
def test_what_a_misconception_gives_is_put_down_to_it_alone(entry: Misconception) -> None:
    fitting: list[list[str]] = []
    for one in CALLS:
        asked = explain.question(COURSE, one)
        assert asked is not None
        result = entry.answer(*asked.given)
        same = [
            mine.shape == right.shape and torch.allclose(mine, right)
            for mine, right in zip(result, asked.right, strict=True)
        ]
        if not all(same):
            fitting.append(named(one, result))
    assert fitting, "no call shows it"
    assert [each for each in fitting[0] if all(each in others for others in fitting)] == [entry.name]


def test_a_right_answer_is_put_down_to_nothing() -> None:
    for one in CALLS:
        assert named(one, COURSE.oracle.answer(one)) == []


@pytest.mark.parametrize("one", CALLS, ids=lambda each: str(each.args[2:5]))
def test_the_reference_is_torchs_own_gradient_descent(one: Call) -> None:
    given = COURSE.oracle.arguments(one)
    kernel = given["start"].clone().requires_grad_()
    optimizer = torch.optim.SGD([kernel], lr=given["lr"])
    losses = []
    for _ in range(given["steps"]):
        loss = F.mse_loss(F.conv2d(given["images"], kernel[None, None]), given["targets"])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    found = COURSE.oracle.answer(one)
    assert torch.allclose(found[0], kernel) and found[1].tolist() == pytest.approx(losses)


def test_float32_stays_within_a_quarter_of_what_is_allowed() -> None:
    for seed in range(100):
        one = call((2, 5, 7), 2, 3, 0.4, seed)
        images, targets, _, count, lr, start = one.real_args
        mine = Descent(images, targets, count, lr, start).run()
        allowed = explain.tolerance(torch.float32, COURSE.oracle.magnitude(one))
        for part, right in zip(mine, COURSE.oracle.answer(one), strict=True):
            assert float((part.double() - right).abs().max()) < allowed / 4


def test_each_misconception_sends_to_a_section_that_is_there() -> None:
    for entry in (*TOPIC.misconceptions, *TOPIC.causes):
        assert section_title(entry.section) == "Steps of gradient descent"


class Learner(LocalStudent):
    """Answers with the reference from noise of a kind, and does something to what comes back."""

    def __init__(self, noise: Any = None, change: Any = lambda kernel, losses: (kernel, losses)) -> None:
        super().__init__(COURSE, next(e for e in COURSE.exercises if e.module == MODULE))
        self._noise = noise or (lambda size, _: NOISE * torch.randn(size, size))
        self._change, self._calls = change, 0

    def run(self, steps_: Any) -> Outcome:
        def learn(images: Tensor, targets: Tensor, size: int, count: int, lr: float) -> Any:
            self._calls += 1
            start = self._noise(size, self._calls).to(images.dtype)
            return self._change(*Descent(images, targets, count, lr, start).run())

        asked: list[Step] = list(steps_)
        results, raised = steps.run(asked, lambda _: learn)
        return Outcome(results, raised)


def test_plain_gradient_descent_finds_kernels_with_room_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "WITHIN", checks.WITHIN / 4)
    for seed in range(60):
        checks.must_find(
            Learner(), Sample((4, 1, 10, 11), seed=seed), Sample((1, 1, 3, 3), seed=seed + 1), 30, 0.25
        )
        checks.must_begin_with_noise(Learner())


@pytest.mark.parametrize(
    ("noise", "cause"),
    [
        (lambda size, _: torch.zeros(size, size), "learn-noise-is-constant"),
        (lambda size, _: torch.full((size, size), 0.1), "learn-noise-is-constant"),
        (lambda size, _: torch.randn(size, size), "learn-noise-of-other-scale"),
        (lambda size, _: 0.01 * torch.randn(size, size), "learn-noise-of-other-scale"),
        (lambda size, _: torch.rand(size, size), "learn-noise-of-other-scale"),
        (lambda size, _: 0.1 * torch.rand(size, size), "learn-noise-of-other-scale"),
        (lambda size, _: 0.1 + 0.1 * torch.randn(size, size), "learn-noise-of-other-scale"),
        (lambda size, _: 0.1 * Sample((size, size), seed=7).tensor(), "learn-noise-repeats"),
    ],
)
def test_noise_of_another_kind_is_told(noise: Any, cause: str) -> None:
    with pytest.raises(CheckFailure) as caught:
        checks.must_begin_with_noise(Learner(noise))
    assert (caught.value.kind, caught.value.diagnosis) == (FailureKind.START, cause)


@pytest.mark.parametrize(
    ("change", "said", "diagnosis"),
    [
        (lambda kernel, losses: (kernel + 0.02, losses), "does not find the kernel", ""),
        (lambda kernel, losses: (kernel, losses.flip(0)), "the losses of learn_kernel do not fall", ""),
        (lambda kernel, losses: (kernel, torch.ones_like(losses)), "do not fall", ""),
        (lambda kernel, losses: (kernel, losses * torch.nan), "contains NaN", ""),
        (lambda kernel, losses: (kernel, losses[:-1]), "has the wrong shape", ""),
        (lambda kernel, losses: (kernel[None], losses), "has the wrong shape", "axes-of-one"),
        (lambda kernel, losses: kernel, "has the wrong type", ""),
        (lambda kernel, losses: (kernel, losses.tolist()), "has the wrong type", "list-not-tensor"),
    ],
)
def test_what_was_not_found_is_told(change: Any, said: str, diagnosis: str) -> None:
    images, kernel = Sample((4, 1, 10, 11), seed=3), ((1.0, 2.0), (0.0, -1.0))
    checks.must_find(Learner(), images, kernel, 30, 0.25)
    with pytest.raises(CheckFailure) as caught:
        checks.must_find(Learner(change=change), images, kernel, 30, 0.25)
    assert said in caught.value.headline
    assert caught.value.diagnosis == diagnosis
    assert (
        "conv2d(sample((4, 1, 10, 11), seed=3), torch.tensor([[[[1.0, 2.0], [0.0, -1.0]]]]))"
        in caught.value.call_text
    )


def test_a_call_that_is_shown_can_be_pasted() -> None:
    _, text, truth, _ = checks._finding(Sample((2, 1, 6, 7), seed=5), Sample((1, 1, 2, 2), seed=6), 40, 0.2)
    _, noisy, _ = checks._starting("float64")
    given: list[Any] = []
    names = {
        "sample": sample,
        "torch": torch,
        "conv2d": F.conv2d,
        FUNCTION: lambda *each: given.append(
            Descent(each[0], each[1], *each[3:], torch.zeros(each[2], each[2])).run()
            if each[0].any()
            else each
        ),
    }
    eval(text, names)
    eval(noisy, names)
    assert torch.allclose(given[0][0].double(), truth, atol=1e-2)
    assert given[1][0].dtype is torch.float64


def on_its_way(*counts: int) -> list[tuple[Call, Any]]:
    told = []
    for count in counts:
        one = call((2, 5, 6), 2, count, 0.1)
        told.append((Call(FUNCTION, one.real_args), answer(COURSE.oracle.answer(one))))
    return told


def test_runs_of_several_lengths_are_drawn_and_others_are_not() -> None:
    details = COURSE.development(on_its_way(0, 3, 1))
    assert [each.title for each in details] == ["after 0 steps", "after 1 step", "after 3 steps", "loss"]
    assert [tuple(each.values.shape) for each in details] == [(2, 2), (2, 2), (2, 2), (3,)]
    assert COURSE.development(on_its_way(3)) == COURSE.development(on_its_way(3, 3)) == ()
    assert COURSE.development([]) == ()
    other = Call("conv2d_valid", (Sample((1, 1, 3, 3), seed=1), Sample((1, 1, 2, 2), seed=2)))
    assert COURSE.development([*on_its_way(0, 1), (other, None)]) == ()


@pytest.mark.parametrize("got", [None, 3, (1, 2), (TensorResult(torch.ones(2, 2), "cpu"),) * 2])
def test_what_has_not_the_form_of_an_answer_is_not_drawn(got: Any) -> None:
    assert COURSE.development([(each, got) for each, _ in on_its_way(0, 3)]) == ()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("torch.optim.SGD([images], lr=lr).step()", "torch.optim.SGD"),
        ("torch.optim.lr_scheduler.StepLR(None, 3)", "torch.optim.lr_scheduler.StepLR"),
        ("torch.optim.sgd.sgd([images], [images], [None])", "torch.optim.sgd.sgd"),
        ("torch._fused_sgd_([images], [images], [])", "torch._fused_sgd_"),
        ("torch.autograd.grad(images.sum(), images)", ""),
        ("images.backward()", ""),
    ],
)
def test_optimisers_are_found_by_their_names_and_autograd_is_not(line: str, name: str) -> None:
    source = f"import torch\n\ndef {FUNCTION}(images, targets, size, steps, lr, start=None):\n    {line}\n"
    found = find_forbidden({MODULE: source}, MODULE, [FUNCTION], TOPIC.rules, [FUNCTION])
    assert [each.name for each in found][:1] == ([name] if name else [])


def test_each_function_that_is_taken_away_is_there() -> None:
    for operators in TOPIC.operators.values():
        for name in (*operators.functions, *operators.classes):
            module, _, own = name.rpartition(".")
            assert hasattr(importlib.import_module(module), own), name
        assert all(
            any(word in each for each in torch._C._dispatch_get_all_op_names()) for word in operators.words
        )


# what is taken away is gone for good, so it is tried in a process of its own
TRIED = """
import sys
import torch
from autograder.course import COURSE
from autograder.sandbox.ban import Ban
before = torch.optim.SGD([torch.zeros(2, requires_grad=True)], lr=0.1)
ban = Ban(COURSE.operators, code=False)
ban.forbid(["optimisers"])
w = torch.ones(2, requires_grad=True)
(w**2).sum().backward()
before.param_groups[0]["params"] = [w]
for attempt in (
    lambda: torch.optim.Adam([w]),
    lambda: torch.optim.LBFGS([w]),
    lambda: before.step(),
    lambda: sys.modules["torch.optim.sgd"].sgd([w], [w.grad], [None], weight_decay=0, momentum=0, lr=1, dampening=0,
                                nesterov=False, maximize=False),
    lambda: torch._fused_sgd_([w.detach()], [w.grad], [], weight_decay=0.0, momentum=0.0, lr=0.1, dampening=0.0,
                              nesterov=False, maximize=False, is_first_step=True),
):
    try:
        attempt()
    except RuntimeError as error:
        assert "is not allowed in this exercise" in str(error), error
    else:
        raise AssertionError("it was done")
assert w.tolist() == [1, 1] and w.grad.tolist() == [2, 2]
"""


def test_no_optimiser_works_where_they_are_forbidden() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TRIED], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def test_whoever_asks_for_pictures_sees_the_kernel_on_its_way(tmp_path: Path) -> None:
    folder = given_out(tmp_path)
    solve(folder, *MODULES[:5], MODULE)
    picture = folder / "pictures" / "ex14_learn_kernel_on_its_way.png"
    plain = run_pytest(folder, "exercises/tests/test_ex14.py")
    assert plain.code == 0 and "Picture" not in plain.text and not picture.exists()
    seen = run_pytest(folder, "exercises/tests/test_ex14.py", "--picture")
    assert "Picture: pictures/ex14_learn_kernel_on_its_way.png" in seen.text
    with Image.open(picture) as image:
        assert image.width > 6 * 300
    # wrong ones are seen too
    exchange(folder, MODULE, "kernel.detach() - lr * gradient", "kernel.detach() + lr * gradient")
    picture.unlink()
    seen = run_pytest(folder, "exercises/tests/test_ex14.py", "--picture", "-v")
    assert seen.code == 1 and "Picture: pictures/ex14_learn_kernel_on_its_way.png" in seen.text
    assert picture.exists()
