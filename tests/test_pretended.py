"""The GPU that is pretended where there is none: what works on CUDA works there, and what CUDA refuses it refuses.

Code is put to it in a worker, as a hand-in's is. Whole hand-ins are put through the rubric that `--device cuda` has:
of them the suite tries a few, beginning with another exercise each time; `make seeds` tries all.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.course import COURSE
from autograder.course.operators import OPERATORS
from autograder.course.suites.layer_device import layer_must_follow_device
from autograder.grading.grade import DEFAULT_SEED
from autograder.grading.judge import CaseResult
from autograder.grading.sandboxed import SandboxedStudent, SandboxedSubmission, TimeLimits
from autograder.grading.vocabulary import must_follow_device
from autograder.sandbox.host import Sandbox
from autograder.sandbox.pretended import PRETENDED
from autograder.submissions.submission import Submission
from exercises.feedback.calls import Call, Sample
from exercises.feedback.failures import CheckFailure
from exercises.feedback.kinds import FailureKind
from exercises.feedback.script import Step
from exercises.feedback.steps import TensorResult
from tests.parallel import ALL, CATALOGUE, SUBMISSIONS, Task, examine_all, overlaid

PATIENT = TimeLimits(call=20.0)  # how busy this machine is says nothing about a hand-in
ROOT = Path(__file__).resolve().parents[1]
EX2, EX3, EX7 = (next(e for e in CATALOGUE if e.name == name) for name in ("ex2", "ex3", "ex7"))
# answers with the value of an expression: of `x`, which was handed in, and `c`, the same on the CPU
ASKED = """
import copy, threading
import numpy as np
import torch
from torch import nn

def windows(x, kh, kw):
    return x.unfold(2, kh, 1).unfold(3, kw, 1)

class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        return torch.from_numpy(2 * a.detach().cpu().numpy()).to(a)

    @staticmethod
    def backward(ctx, g):
        return torch.tensor(2 * g.cpu().numpy(), device=g.device)

def done(code, **names):
    names = {**globals(), **names}
    exec(code, names)
    return names["out"]

def conv2d_valid(x, what):
    try:
        return eval(what, {**globals(), "x": x, "c": x.cpu()})
    except Exception as error:
        return f"{type(error).__name__}: {error}"
"""
X = Sample((2, 3, 4, 5), 1)
MIXED = "RuntimeError: Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
TO_NUMPY = (
    "TypeError: can't convert cuda:0 device type tensor to numpy. "
    "Use Tensor.cpu() to copy the tensor to host memory first."
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(OPERATORS) as warm:
        yield warm


def handed_in(sandbox: Sandbox, text: str, module: str = "ex3_conv2d") -> SandboxedSubmission:
    submission = Submission("test", Path("test"), {module: text}, {}, None, (), "")
    return SandboxedSubmission(sandbox, submission, COURSE, PATIENT)


@pytest.fixture(scope="module")
def asked(sandbox: Sandbox) -> SandboxedSubmission:
    return handed_in(sandbox, ASKED)


def answer(asked: SandboxedSubmission, what: str, device: str = PRETENDED) -> Any:
    """The value of an expression on a device."""
    steps: list[Step] = [{"do": "call", "name": "conv2d_valid", "args": (X.tensor(), what)}]
    outcome = asked.run(EX3, device, steps)
    assert not outcome.trouble and not outcome.raised, (outcome.trouble, outcome.raised)
    return outcome.results[0]


# --- where a tensor is, and what may be done with it ---------------------------------------------------------------

TOLD = {
    "(x.is_cuda, c.is_cuda, x.device.type, str(x.device), x.get_device())": (True, False, "cuda", "cuda:0", 0),
    "x.device == torch.device('cuda:0')": True,
    "(torch.cuda.is_available(), torch.cuda.device_count(), torch.accelerator.is_available())": (True, 1, True),
    "x.type()": "torch.cuda.FloatTensor",
    "x.to(x.device) is x": True,
    "isinstance(x, torch.Tensor)": True,
    "repr(torch.tensor([1.0, 2.0], device=x.device))": "tensor([1., 2.], device='cuda:0')",
    "repr(nn.Parameter(torch.ones(1, device='cuda')))": (
        "Parameter containing:\ntensor([1.], device='cuda:0', requires_grad=True)"
    ),
    "f'{torch.tensor(0.5).cuda():.3f}'": "0.500",
    "'yes' if x.max() > 0 else 'no'": "yes",
    "float(torch.ones(3, device='cuda').sum())": 3.0,
    "torch.arange(3, device='cuda').tolist()": [0, 1, 2],
    "torch.tensor([x.sum(), x.max()]).shape[0]": 2,
    "(x.half() * 2.5).dtype is torch.float16 and (x.bfloat16() + 1).dtype is torch.bfloat16": True,
    "(x.double().dtype is torch.float64, x.double().is_cuda)": (True, True),
    "isinstance(nn.Parameter(torch.empty(2, device=x.device)), nn.Parameter)": True,
    "[p.is_cuda for p in nn.Linear(2, 3).to('cuda').parameters()]": [True, True],
    "[p.is_cuda for p in nn.Linear(2, 3, device='cuda').cpu().parameters()]": [False, False],
    "done('a = nn.Linear(2, 3); kept = a.weight; a.cuda(); out = kept is a.weight and kept.is_cuda')": True,
    "done('p = nn.Parameter(torch.ones(2)); p.data = p.data.cuda(); out = p.is_cuda, p.requires_grad')": (True, True),
    "done('a = copy.deepcopy(x); a += 1; out = a.is_cuda and not torch.equal(a, x)', x=x)": True,
    "[(p.is_cuda, isinstance(p, nn.Parameter)) for p in copy.deepcopy(nn.Linear(2, 3).cuda()).parameters()]": [
        (True, True), (True, True)
    ],
    "tuple(torch.zeros(2, 3, device='cuda').t_().shape)": (3, 2),
    "torch.zeros(2, device=x.get_device()).is_cuda": True,
    # a worker has to be able to start threads for that
    "done('out = []; t = threading.Thread(target=lambda: out.append((x + torch.zeros(1, device=x.device)).is_cuda)); "
    "t.start(); t.join()', x=x)": [True],
}  # fmt: skip


@pytest.mark.parametrize("what", TOLD)
def test_a_tensor_on_the_gpu_answers_as_on_cuda(what: str, asked: SandboxedSubmission) -> None:
    assert answer(asked, what) == TOLD[what]


# what works where there is a GPU, and has to give what it gives on the CPU
SAME = [
    "torch.einsum('nchwij,cij->nhw', windows(x, 2, 3), torch.ones(3, 2, 3, device=x.device))",
    "torch.tensordot(x, torch.ones(4, 3, dtype=x.dtype, device=x.device), ([1], [1]))",
    "x @ x.mT + x.mean() - x.std() * 2",
    "torch.cat([x, x.new_zeros(2, 3, 4, 1)], 3) + torch.zeros_like(x[..., :1])",
    "torch.stack([x[0], x[1]]).expand(3, 2, 3, 4, 5).permute(4, 0, 1, 2, 3).contiguous()",
    "x.as_strided((2, 2, 2), (60, 20, 1)).clone(memory_format=torch.contiguous_format)",
    "x[:, torch.tensor([2, 0])] + x[:, torch.tensor([2, 0], device=x.device)]",
    "x[x > 0] + x[c > 0]",
    "torch.where(x > 0, x, 0.0) + torch.where(x > 0, torch.tensor(1.0), x)",
    "x * torch.tensor(2.0) + c.sum()",
    "torch.zeros_like(x).copy_(c)",
    "torch.fft.irfft2(torch.fft.rfft2(x).conj())",
    "torch.view_as_real(torch.einsum('chw,ohw->co', torch.fft.rfft2(x[0]), torch.fft.rfft2(x[1]).conj()))",
    "torch.view_as_real((x + 1j * x).conj().resolve_conj()) + (x + 1j * x).conj().imag[..., None]",
    "torch.sparse.mm(x[0, 0].to_sparse(), x[0, 1].T)",
    "torch.vmap(lambda one: one.sum(0) * 2)(x)",
    "torch.tril_indices(3, 3, device=x.device) * torch.eye(3, device=x.device).sum()",
    "x.new_tensor([1.0, 2.0]) + x.new([3.0, 4.0]) + torch.tensor([5.0, x.new_ones(1)[0]], device=x.device)",
    "torch.full((2, 2), 3.0, device='cuda' if x.is_cuda else 'cpu') + torch.arange(2, device=x.device)",
    "done('out = torch.zeros(2, 3, 6, 7, device=x.device); out[:, :, 1:-1, 1:-1] = x; out[..., 0] += 1', x=x)",
    "done('out = torch.zeros(2, 3, 8, 10, device=x.device); out[:, :, ::2, ::2] = c', x=x, c=c)",
    "done('out = torch.zeros(5, device=x.device); out.index_put_((torch.tensor([1, 3]),), torch.tensor(2.0))', x=x)",
    "done('out = torch.zeros(6, 4, device=x.device).t_().resize_(2, 3); out.fill_(3)', x=x)",
    "done('out = torch.empty(0, device=x.device); torch.add(x, x, out=out)', x=x)",
    "done('a = x.clone().requires_grad_(); (windows(a, 2, 2).sum((4, 5)) ** 2).sum().backward(); out = a.grad', x=x)",
    "done('a = x.clone().requires_grad_(); b = x.new_zeros(2, 3, 4, 7); b[..., 1:-1] = a; "
    "(out,) = torch.autograd.grad((b * b).sum(), a)', x=x)",
    "done('a = x.clone().requires_grad_(); Twice.apply(a).sum().backward(); out = a.grad', x=x)",
    "done('with torch.no_grad():\\n    out = x.requires_grad_().detach() * 2', x=x)",
    "done('torch.manual_seed(1); layer = nn.Linear(5, 2).to(x.device); layer(x).sum().backward(); "
    "out = layer.weight.grad', x=x)",
    "torch.from_numpy(2 * x.cpu().numpy()).to(x.device)",
]  # fmt: skip


@pytest.mark.parametrize("what", SAME)
def test_what_is_computed_there_is_what_the_cpu_computes(what: str, asked: SandboxedSubmission) -> None:
    there, here = answer(asked, what), answer(asked, what, "cpu")
    assert isinstance(there, TensorResult) and isinstance(here, TensorResult), (there, here)
    assert (there.device, here.device) == (f"{PRETENDED}:0", "cpu")
    assert there.requires_grad == here.requires_grad
    assert there.value.dtype == here.value.dtype
    assert torch.equal(there.value, here.value)


REFUSED = {
    **dict.fromkeys(
        [
            "x + c",
            "c + x",
            "x @ c.mT",
            "torch.cat([x, c])",
            "torch.stack([x.sum(), c.sum()])",
            "torch.einsum('nchw,nchw->n', x, c)",
            "c.clone().add_(x)",
            "c.sum().add_(x.sum())",
            "c + x.sum()",
            "torch.where(x > 0, x, c)",
            "x.masked_fill(c > 0, 0.0)",
            "x.gather(3, torch.zeros(2, 3, 4, 1, dtype=torch.int64))",
            "nn.Linear(5, 2)(x)",
            "done('a = c.clone(); a[c > 0] = x[x > 0]', x=x, c=c)",
        ],
        MIXED,
    ),
    **dict.fromkeys(["x.numpy()", "np.asarray(x)", "torch.ones(1, device='cuda').numpy()"], TO_NUMPY),
    "c[torch.tensor([0], device='cuda')]": (
        "RuntimeError: indices should be either on cpu or on the same device as the indexed tensor (cpu)"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_tensors_of_the_cpu_are_refused_where_cuda_refuses_them(
    what: str, asked: SandboxedSubmission
) -> None:
    assert answer(asked, what) == REFUSED[what]


def test_a_tensor_that_is_kept_stays_on_its_device(sandbox: Sandbox) -> None:
    """As with a GPU, one that was made on the CPU does not fit in the next call there, nor the other way round."""
    kept = "import torch\nkept = {}\ndef conv2d_valid(x, w):\n    return kept.setdefault('one', x * 1) + x"
    call: list[Step] = [{"do": "call", "name": "conv2d_valid", "args": (X.tensor(), 1)}]
    for devices in (["cpu", PRETENDED], [PRETENDED, "cpu"]):
        one = handed_in(sandbox, kept)
        first, second = (one.run(EX3, device, call) for device in devices)
        assert not first.raised and second.raised
        assert f"RuntimeError: {second.raised.message}" == MIXED


def test_outside_of_its_checks_there_is_no_gpu(asked: SandboxedSubmission) -> None:
    answer(asked, "x.sum()")
    what = "(torch.cuda.is_available(), torch.accelerator.is_available(), torch.accelerator.current_accelerator())"
    assert answer(asked, what, "cpu") == (False, False, None)


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

HONEST = {path.name: path for path in sorted((SUBMISSIONS / "honest").iterdir())}
WRONG = {path.name: path for path in sorted((SUBMISSIONS / "wrong").iterdir())}
# these stop at every call there; and a tensor that overlaps itself, which one of them writes to, is whole once moved
OF_DEVICES = ("on_cpu", "device_ignored", "float32_", "numpy_and_back", "turns_the_kernel_over")
EVERY = 12  # of each folder, the suite tries one in so many


def tried(names: Iterable[str]) -> list[str]:
    """What of a folder is tried: all by `make seeds`, else a few."""
    return [name for number, name in enumerate(names) if ALL or number % EVERY == 2]


def lost(results: Iterable[CaseResult]) -> dict[str, str]:
    """The rubric lines that lost points, and the first thing said of each."""
    return {
        f"{r.module}.{r.line}": f"{r.failure.headline} ({r.failure.got})"
        for r in reversed([*results])
        if r.failure
    }


def test_honest_hand_ins_get_all_points_on_the_gpu() -> None:
    chosen = {name: overlaid(HONEST[name]) for name in tried(HONEST)}
    tasks = [Task(hand_in, DEFAULT_SEED, own if ALL else own[-2:]) for hand_in, own in chosen.values()]
    examined = examine_all(tasks, PATIENT, (PRETENDED,))
    found = {name: lost(each.results) for name, each in zip(chosen, examined, strict=True)}
    assert found == {name: {} for name in chosen}


def test_wrong_hand_ins_lose_the_same_lines_on_the_gpu() -> None:
    names = [name for name in tried(WRONG) if not any(part in name for part in OF_DEVICES)]
    chosen = {name: overlaid(WRONG[name]) for name in names}
    tasks = [Task(hand_in, DEFAULT_SEED, own if ALL else own[-2:]) for hand_in, own in chosen.values()]
    there, here = examine_all(tasks, PATIENT, (PRETENDED,)), examine_all(tasks, PATIENT)
    for name, one, other in zip(chosen, there, here, strict=True):
        assert set(lost(one.results)) == set(lost(other.results)), name


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
