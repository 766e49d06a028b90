"""The GPU that is pretended where there is none: what works on CUDA works there, and what CUDA refuses it refuses.

Code is put to it in a worker, as a hand-in's is. Whole hand-ins are put through the rubric that `--device cuda` has:
of them the suite tries a few, beginning with another exercise each time; `make seeds` tries all.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
import torch

from autograder.course.operators import OPERATORS
from autograder.course.suites.layer_device import layer_must_follow_device
from autograder.grading.grade import DEFAULT_SEED
from autograder.grading.sandboxed import SandboxedStudent, SandboxedSubmission, TimeLimits
from autograder.grading.vocabulary import must_follow_device
from autograder.sandbox.host import Sandbox
from autograder.sandbox.pretended import PRETENDED
from exercises.feedback.calls import Call, Sample
from exercises.feedback.failures import CheckFailure
from exercises.feedback.kinds import FailureKind
from exercises.feedback.script import Step
from exercises.feedback.steps import TensorResult
from tests.on_gpu import (
    ASKED,
    EX2,
    EX3,
    EX7,
    MIXED,
    OF_DEVICES,
    OVERLAPPING,
    PATIENT,
    REFUSED,
    SAME,
    TO_NUMPY,
    TOLD,
    X,
    answer,
    handed_in,
    keeping,
    lost,
)
from tests.parallel import ALL, COUNTED, SUBMISSIONS, Task, examine_all, overlaid

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(OPERATORS) as warm:
        yield warm


@pytest.fixture(scope="module")
def asked(sandbox: Sandbox) -> SandboxedSubmission:
    return handed_in(sandbox, ASKED)


# --- where a tensor is, and what may be done with it ---------------------------------------------------------------


@pytest.mark.parametrize("what", TOLD)
def test_a_tensor_on_the_gpu_answers_as_on_cuda(what: str, asked: SandboxedSubmission) -> None:
    assert answer(asked, what) == TOLD[what]


@pytest.mark.parametrize("what", SAME)
def test_what_is_computed_there_is_what_the_cpu_computes(what: str, asked: SandboxedSubmission) -> None:
    there, here = answer(asked, what), answer(asked, what, "cpu")
    assert isinstance(there, TensorResult) and isinstance(here, TensorResult), (there, here)
    assert (there.device, here.device) == (f"{PRETENDED}:0", "cpu")
    assert there.requires_grad == here.requires_grad
    assert there.value.dtype == here.value.dtype
    assert torch.equal(there.value, here.value)


@pytest.mark.parametrize("what", REFUSED)
def test_tensors_of_the_cpu_are_refused_where_cuda_refuses_them(
    what: str, asked: SandboxedSubmission
) -> None:
    assert answer(asked, what) == REFUSED[what]


def test_a_tensor_that_is_kept_stays_on_its_device(sandbox: Sandbox) -> None:
    """As with a GPU, one that was made on the CPU does not fit in the next call there, nor the other way round."""
    for devices in (["cpu", PRETENDED], [PRETENDED, "cpu"]):
        first, second = keeping(sandbox, devices)
        assert not first.raised and second.raised
        assert f"RuntimeError: {second.raised.message}" == MIXED


def test_outside_of_its_checks_there_is_no_gpu(asked: SandboxedSubmission) -> None:
    answer(asked, "x.sum()")
    what = "(torch.cuda.is_available(), torch.accelerator.is_available(), torch.accelerator.current_accelerator())"
    assert answer(asked, what, "cpu") == (False, False, None)
    assert answer(asked, "(torch.cuda.device_count(), torch.manual_seed(3).initial_seed())", "cpu") == (0, 3)


# --- what is forbidden stays so ------------------------------------------------------------------------------------

CONVOLUTIONS = [
    "torch.nn.functional.conv2d(x, x)",
    "torch.nn.functional.conv_transpose2d(x, x)",
    "torch.nn.functional.unfold(x, 2)",
    "torch.ops.aten.convolution(x, x, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)",
    "torch.ops.aten.convolution.default.redispatch(torch._C.DispatchKeySet(torch._C.DispatchKey.CPU), c, c, None, "
    "[1, 1], [0, 0], [1, 1], False, [0, 0], 1)",
    "type(x).__torch_dispatch__(torch.ops.aten.convolution.default, (), (x, x, None, [1, 1], [0, 0], [1, 1], False, "
    "[0, 0], 1))",
    "torch.nn.functional.conv2d(x.inside, x.inside)",
]
PADDINGS = [
    "torch.nn.functional.pad(x, (1, 1))",
    "torch.nn.functional.pad(x, (1, 1, 1, 1), mode='reflect')",
    "torch.ops.aten.constant_pad_nd(x, [1, 1])",
]


def told_of(sandbox: Sandbox, what: str, module: str, name: str) -> FailureKind | None:
    """How the run of an expression in an exercise ended, if not by an answer."""
    text = ASKED.replace("conv2d_valid", name)
    exercise = EX2 if module == EX2.module else EX3
    steps: list[Step] = [{"do": "call", "name": name, "args": (X.tensor(), what)}]
    return handed_in(sandbox, text, module).run(exercise, PRETENDED, steps).trouble_kind


@pytest.mark.parametrize("what", CONVOLUTIONS)
def test_what_every_exercise_forbids_is_refused_there(what: str, sandbox: Sandbox) -> None:
    assert told_of(sandbox, what, EX3.module, "conv2d_valid") == FailureKind.FORBIDDEN
    assert told_of(sandbox, what, EX2.module, "pad2d") == FailureKind.FORBIDDEN


@pytest.mark.parametrize("what", PADDINGS)
def test_padding_is_refused_there_where_it_is_forbidden_and_there_alone(what: str, sandbox: Sandbox) -> None:
    assert told_of(sandbox, what, EX2.module, "pad2d") == FailureKind.FORBIDDEN
    assert told_of(sandbox, what, EX3.module, "conv2d_valid") is None


# --- what checks make of it ----------------------------------------------------------------------------------------

RIGHT = """
import torch
def conv2d_valid(x, weight, bias=None):
    kh, kw = weight.shape[2:]
    out = torch.einsum("nchwij,ocij->nohw", x.unfold(2, kh, 1).unfold(3, kw, 1), weight)
    HERE
    return out if bias is None else out + bias.view(1, -1, 1, 1)
"""
CALL = Call("conv2d_valid", (Sample((2, 2, 7, 8), 1), Sample((3, 2, 3, 2), 2), Sample((3,), 3)))
NOT_THERE = "conv2d_valid does not work on a GPU: "


def checked(sandbox: Sandbox, line: str) -> tuple[CheckFailure | None, list[str]]:
    """What the device check says of an answer with one more line, and what it leaves open."""
    one = handed_in(sandbox, RIGHT.replace("HERE", line))
    try:
        must_follow_device(SandboxedStudent(one, EX3, "cpu"), CALL)
    except CheckFailure as failure:
        return failure, one.undecided
    return None, one.undecided


@pytest.mark.parametrize(
    "line",
    [
        "",
        "out = out * (1 if out.sum().item() > -1e9 else 0)",
        "print(out, float(out.max()), out.tolist()[0])",
        "out = torch.zeros(out.shape, device='cuda') + out if out.is_cuda else out",
        "out = torch.from_numpy(out.cpu().numpy()).to(x.device)",
        "out = out.to('cuda' if torch.cuda.is_available() else 'cpu')",
        "torch.cuda.synchronize() if out.is_cuda else None",
    ],
)  # fmt: skip
def test_right_code_passes_and_nothing_is_left_open(line: str, sandbox: Sandbox) -> None:
    assert checked(sandbox, line) == (None, [])


@pytest.mark.parametrize(
    ("line", "words", "got", "cause"),
    [
        ("out = out + torch.zeros(out.shape)", "part of it stays on the CPU", MIXED, "device-forgotten"),
        ("out = out.cpu(); bias = bias.cpu()", "part of it stays on the CPU", "cpu", "device-forgotten"),
        ("out.numpy()", "numpy takes no tensor that is on one", TO_NUMPY[:-70], "numpy-and-back"),
        ("out = out * 2 if out.is_cuda else out", "it gives another result there", "", ""),
        ("out = out.double() if out.is_cuda else out", "it gives another result there", "torch.float64", ""),
    ],
)  # fmt: skip
def test_code_that_fails_on_a_gpu_alone_is_told_why(
    line: str, words: str, got: str, cause: str, sandbox: Sandbox
) -> None:
    failure, undecided = checked(sandbox, line)
    assert failure is not None and undecided == []
    assert (failure.kind, failure.headline) == (FailureKind.DEVICE, NOT_THERE + words)
    assert got in failure.got
    assert failure.diagnosis == cause
    assert PRETENDED not in f"{failure.headline} {failure.expected} {failure.got}"


def test_what_may_be_the_pretended_gpus_fault_is_left_open(sandbox: Sandbox) -> None:
    failure, undecided = checked(
        sandbox, "torch.zeros(1).set_(out.untyped_storage()) if out.is_cuda else out"
    )
    assert failure is None
    assert len(undecided) == 1 and PRETENDED not in undecided[0]


def test_what_is_forbidden_on_a_gpu_alone_is_found(sandbox: Sandbox) -> None:
    hidden = "out = eval(')thgiew ,x(d2vnoc.hcrot'[::-1]) if x.is_cuda else out"
    failure, _ = checked(sandbox, hidden)
    assert failure is not None and failure.kind == FailureKind.FORBIDDEN


def test_wrong_values_are_not_judged_again(sandbox: Sandbox) -> None:
    """They fail as they do on the CPU, for follow-through to see."""
    failure, _ = checked(sandbox, "out = out + 1")
    assert failure is not None and failure.kind == FailureKind.VALUE


LAYER = """
import torch
from torch import nn
class Conv2d(nn.Module):
    def __init__(self, c, o, k, device=None):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(o, c, k, k, device=device))
        self.bias = nn.Parameter(torch.rand(o, device=device))
        self.both = [self.weight, self.bias]  # a layer that is moved keeps its parameters
    def forward(self, x):
        k = self.weight.shape[-1]
        out = torch.einsum("nchwij,ocij->nohw", x.unfold(2, k, 1).unfold(3, k, 1), self.weight)
        return out + self.both[1][:, None, None]
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("", "", None),
        ("k, device=device)", "k)", "part of it stays on the CPU"),
        ("def forward", "def _apply(self, *_):\n        return self\n    def forward", "part of it stays on the CPU"),
        ("return out", "return (2 if x.is_cuda else 1) * out", "it gives another result there"),
    ],
)  # fmt: skip
def test_a_layer_is_built_there_and_moved_there(
    old: str, new: str, words: str | None, sandbox: Sandbox
) -> None:
    one = handed_in(sandbox, LAYER.replace(old, new) if old else LAYER, EX7.module)
    student = SandboxedStudent(one, EX7, "cpu")
    call = Call("Conv2d", (2, 3, 3))
    found = None
    try:
        layer_must_follow_device(student, call, Sample((2, 2, 7, 8), 4))
    except CheckFailure as failure:
        found = failure
    assert (found and found.headline) == (words and f"Conv2d does not work on a GPU: {words}")
    assert one.undecided == []


# --- whole hand-ins, by the rubric of `--device cuda` --------------------------------------------------------------

CLASS = {path.name: path for path in sorted((SUBMISSIONS / "class").iterdir())}
HONEST = {path.name: path for path in sorted((SUBMISSIONS / "honest").iterdir())}
WRONG = {path.name: path for path in sorted((SUBMISSIONS / "wrong").iterdir())}
EVERY = 12  # of the folders of honest and wrong hand-ins, the suite tries one in so many


def tried(names: Iterable[str], every: int = EVERY) -> list[str]:
    """What of a folder is tried: all by `make seeds`, else a few."""
    return [name for number, name in enumerate(names) if ALL or number % every == 2]


def test_honest_hand_ins_get_all_points_on_the_gpu() -> None:
    chosen = {name: overlaid(HONEST[name]) for name in tried(HONEST)}
    tasks = [Task(hand_in, DEFAULT_SEED, own if ALL else own[-2:]) for hand_in, own in chosen.values()]
    examined = examine_all(tasks, PATIENT, (PRETENDED,))
    found = {name: lost(each.results) for name, each in zip(chosen, examined, strict=True)}
    assert found == {name: {} for name in chosen}


def must_lose_the_same(chosen: Mapping[str, Task], limits: TimeLimits) -> None:
    tasks = list(chosen.values())
    there, here = examine_all(tasks, limits, (PRETENDED,)), examine_all(tasks, limits)
    for name, one, other in zip(chosen, there, here, strict=True):
        assert set(lost(one.results)) == set(lost(other.results)), name
        assert one.undecided == other.undecided == (), name


def test_wrong_hand_ins_lose_the_same_lines_on_the_gpu() -> None:
    others = (*OF_DEVICES, *OVERLAPPING)
    names = [name for name in tried(WRONG) if not any(part in name for part in others)]
    chosen = {}
    for name in names:
        hand_in, own = overlaid(WRONG[name])
        chosen[name] = Task(hand_in, DEFAULT_SEED, own if ALL else own[-2:])
    must_lose_the_same(chosen, PATIENT)


def test_the_class_loses_the_same_lines_on_the_gpu() -> None:
    chosen = {name: Task(overlaid(CLASS[name])[0], DEFAULT_SEED, tuple(COUNTED)) for name in tried(CLASS, 3)}
    must_lose_the_same(chosen, TimeLimits(call=5.0))  # one of them never ends


# --- what it costs -------------------------------------------------------------------------------------------------

TRAINED = """
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

layer, x = nn.Linear(3, 3), torch.rand(2, 3)
for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW):
    optimizer = kind(layer.parameters(), lr=0.1)
    optimizer.zero_grad()
    checkpoint(layer, x, use_reentrant=False).pow(2).sum().backward()
    optimizer.step()
torch.func.grad(lambda a: a.sum())(x)
torch.compile(mode="default")(torch.compile(layer))(x)
torch._dynamo.config.suppress_errors = True

def conv2d_valid(x, what):
    return "sympy" in __import__("sys").modules
"""


def test_what_trains_at_the_top_of_a_file_needs_no_compiler(sandbox: Sandbox) -> None:
    trained = handed_in(sandbox, TRAINED)
    assert answer(trained, "") is False
    assert trained.left_out == []


PREPARED = """
import os
import torch
from autograder.sandbox import zygote

def asked(*_):
    raise SystemExit("it asks for GPUs")

torch.cuda.is_available = torch.cuda.device_count = asked
zygote.prepare()
print(torch.cuda.is_initialized(), flush=True)
os._exit(0)
"""


def test_nothing_asks_for_gpus_before_workers_are_forked() -> None:
    """Whoever has asked has started CUDA, and no process that is forked from it could."""
    command = [sys.executable, "-c", PREPARED]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


IMPORTED = """
import os
import sys
import torch
from autograder.sandbox import devices
known = {*sys.modules}
devices.prepare_pretended()

class Layer(torch.nn.Linear):
    def forward(self, x):
        return x.unfold(0, 2, 1) @ self.weight.T + self.bias

steps = [
    {"do": "new", "name": "Layer", "args": (2, 3)},
    {"do": "to", "device": devices.PRETENDED},
    {"do": "forward", "args": (torch.rand(5),), "wrt": [0]},
    {"do": "vjp", "wrt": [0, "parameters"], "cotangent": torch.rand(4, 3)},
]
results, raised = devices.run(steps, devices.PRETENDED, globals().get)
assert results[2].device == "pretend:0" and not raised, raised
print(*sorted({*sys.modules} - known), flush=True)
os._exit(0)  # as a worker ends: at Python's own end torch aborts now and then, after gradients on such a device
"""


def test_it_imports_nothing_when_it_is_made_ready_or_later() -> None:
    run = subprocess.run(
        [sys.executable, "-c", IMPORTED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    # the first stands in for the compiler, which is not there
    assert run.stdout.split() == ["torch._dynamo", f"torch.{PRETENDED}"]
