"""What is asked of a GPU and of the pretended one: both have to give the same answers, and to refuse the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.course import COURSE
from autograder.grading.judge import CaseResult
from autograder.grading.sandboxed import SandboxedSubmission, TimeLimits
from autograder.sandbox.host import Sandbox
from autograder.sandbox.pretended import PRETENDED
from autograder.submissions.submission import Submission
from exercises.feedback.calls import Sample
from exercises.feedback.failures import Outcome
from exercises.feedback.script import Step
from tests.parallel import CATALOGUE

PATIENT = TimeLimits(call=20.0)  # how busy this machine is says nothing about a hand-in
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
# keeps what the first call made, and adds it to what the next one is given
KEEPS = "import torch\nkept = {}\ndef conv2d_valid(x, w):\n    return kept.setdefault('one', x * 1) + x"
X = Sample((2, 3, 4, 5), 1)
MIXED = "RuntimeError: Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
TO_NUMPY = (
    "TypeError: can't convert cuda:0 device type tensor to numpy. "
    "Use Tensor.cpu() to copy the tensor to host memory first."
)

# what a tensor there answers
TOLD = {
    "(x.is_cuda, c.is_cuda, x.device.type, str(x.device), x.get_device())": (True, False, "cuda", "cuda:0", 0),
    "x.device == torch.device('cuda:0')": True,
    "(torch.cuda.is_available(), torch.cuda.device_count(), torch.accelerator.is_available())": (True, 1, True),
    "(torch.manual_seed(3).initial_seed(), torch.cuda.device_count())": (3, 1),
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

# what is refused there, and in which words
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

# wrong hand-ins that stop at every call there
OF_DEVICES = ("on_cpu", "device_ignored", "float32_", "numpy_and_back", "numpy_inside")
# those that write to what they are given: a tensor that overlaps itself refuses that, and is whole once it is moved
OVERLAPPING = ("turns_the_kernel_over", "kernel_turned_in_place")


def handed_in(sandbox: Sandbox, text: str, module: str = "ex3_conv2d") -> SandboxedSubmission:
    submission = Submission("test", Path("test"), {module: text}, {}, None, (), "")
    return SandboxedSubmission(sandbox, submission, COURSE, PATIENT)


def answer(asked: SandboxedSubmission, what: str, device: str = PRETENDED) -> Any:
    """The value of an expression on a device."""
    steps: list[Step] = [{"do": "call", "name": "conv2d_valid", "args": (X.tensor(), what)}]
    outcome = asked.run(EX3, device, steps)
    assert not outcome.trouble and not outcome.raised, (outcome.trouble, outcome.raised)
    return outcome.results[0]


def keeping(sandbox: Sandbox, devices: Iterable[str]) -> list[Outcome]:
    """Calls of code that keeps a tensor from the first, one on each device."""
    call: list[Step] = [{"do": "call", "name": "conv2d_valid", "args": (X.tensor(), 1)}]
    one = handed_in(sandbox, KEEPS)
    return [one.run(EX3, device, call) for device in devices]


def lost(results: Iterable[CaseResult]) -> dict[str, str]:
    """The rubric lines that lost points, and the first thing said of each."""
    return {
        f"{r.module}.{r.line}": f"{r.failure.headline} ({r.failure.got})"
        for r in reversed([*results])
        if r.failure
    }
