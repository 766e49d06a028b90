"""What is ready-made has no machine code left, whatever route leads to it, and nothing else is missed."""

from __future__ import annotations

import json
import platform
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from autograder.course import COURSE
from autograder.sandbox import traps

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="traps are for Linux on x86-64"
)
# each code in a process of its own, since there is no way back; they come from one that has torch
LOOK = """
import json, os, sys
import torch
import torch.nn.functional as F
from autograder.course import COURSE
from autograder.sandbox import traps
torch.set_num_threads(1)
x, w = torch.rand(1, 2, 6, 5), torch.rand(3, 2, 3, 3)
found = traps.functions(COURSE.operators)
ends = []
for code, families in json.loads(sys.argv[1]):
    child = os.fork()
    if not child:
        for family in families:
            traps.take_out(found[family])
        exec(code)
        sys.exit(7)
    ends.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
print(json.dumps(ends))
"""
DONE, TRAPPED = 7, -signal.SIGTRAP
CONVOLUTIONS = [
    "F.conv2d(x, w)",
    "torch._C._nn.slow_conv_dilated2d(x, w, (3, 3), dilation=(2, 1))",
    "torch.ops.mkldnn._convolution_pointwise(x, w, None, (0, 0), (1, 1), (1, 1), 1, 'none', [], '')",
    "torch.ops.aten.thnn_conv2d(x, w, (3, 3))",
    "torch.jit.freeze(torch.jit.trace(torch.nn.Conv2d(2, 3, 3).eval(), x))(x)",
    "F.conv_transpose2d(x, w.transpose(0, 1))",
    "F.unfold(x, 3)",
    "import numpy; numpy.correlate(numpy.ones(3), numpy.ones(2))",
    "F.fold(torch.rand(1, 8, 4), (3, 3), 2)",
    "q = torch.quantize_per_tensor; torch.ops.quantized.conv2d(q(x, 0.1, 0, torch.quint8), "
    "torch.ops.quantized.conv2d_prepack(q(w, 0.1, 0, torch.qint8), None, [1, 1], [0, 0], [1, 1], 1), 0.1, 0)",
]
PADDINGS = [
    "F.pad(x, (1, 1))",
    "F.pad(x, (1, 1, 1, 1), mode='reflect')",
    "F.pad(x, (1, 1, 1, 1), mode='replicate')",
    "F.pad(x, (1, 1, 1, 1), mode='circular')",
]
POOLINGS = [
    "F.max_pool2d(x, 2)",
    "F.avg_pool2d(x, 2)",
    "torch.nn.AdaptiveAvgPool2d(2)(x)",
    "torch.nn.FractionalMaxPool2d(2, output_size=2)(x)",
    "F.lp_pool2d(x, 2, 2)",
    "F.interpolate(x, 2, mode='area')",
    "F.max_pool2d(x.to_mkldnn(), 2)",
    "F.max_pool2d(torch.quantize_per_tensor(x, 0.1, 0, torch.quint8), 2)",
]
FAIR = [
    "x @ x.mT; torch.einsum('nchw,kcij->nk', x, w); torch.fft.rfft2(x); F.linear(x, x[0, 0])",
    "x.unfold(2, 3, 1).unfold(3, 3, 1).sum(); x.as_strided((2, 2), (1, 1)); x.unfold(3, 2, 2).amax(-1)",
    "torch.nn.LSTM(5, 4)(x[0]); torch.linalg.svd(x); F.interpolate(x, scale_factor=2, mode='bilinear')",
    "a = x.requires_grad_(); (a * a).sum().backward(); torch.optim.Adam([a]).step(); torch.stft(torch.rand(400), 64, "
    "return_complex=True, center=False)",
    "import threading; t = threading.Thread(target=lambda: x @ x.mT); t.start(); t.join(); torch.set_num_threads(4); "
    "torch.rand(900, 900) @ torch.rand(900, 900)",
]


def ends(codes: Sequence[str], *families: str) -> dict[str, int]:
    """How a process ends that runs a code with some families taken out."""
    asked = json.dumps([(code, families) for code in codes])
    run = subprocess.run(
        [sys.executable, "-c", LOOK, asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return dict(zip(codes, json.loads(run.stdout.splitlines()[-1]), strict=True))


def test_a_convolution_ends_the_process_by_the_signal_of_a_trap() -> None:
    assert ends(CONVOLUTIONS, "convolution") == dict.fromkeys(CONVOLUTIONS, TRAPPED)


def test_code_does_not_come_back_when_the_system_forgets_a_page() -> None:
    forget = """
import ctypes
for start, end, _ in traps._stretches(found["convolution"]):
    ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), 4)  # MADV_DONTNEED
F.conv2d(x, w)
"""
    assert ends([forget], "convolution")[forget] < 0


def test_padding_does_where_it_is_forbidden_too_and_there_alone() -> None:
    assert ends(PADDINGS, "padding") == dict.fromkeys(PADDINGS, TRAPPED)
    assert ends(PADDINGS, "convolution") == dict.fromkeys(PADDINGS, DONE)


def test_pooling_does_where_it_is_forbidden_too_and_there_alone() -> None:
    assert ends(POOLINGS, "pooling") == dict.fromkeys(POOLINGS, TRAPPED)
    assert ends(POOLINGS, "convolution", "padding") == dict.fromkeys(POOLINGS, DONE)


def test_nothing_else_is_missed_and_the_process_ends_as_ever() -> None:
    assert ends(FAIR, "convolution", "padding", "pooling") == dict.fromkeys(FAIR, DONE)


@pytest.mark.skipif(not torch.__version__.startswith("2.13.0"), reason="counted in the torch that is pinned")
def test_as_many_functions_are_found_as_the_pinned_torch_has() -> None:
    found = traps.functions(COURSE.operators)
    assert len(found["convolution"]) > 9000
    assert len(found["padding"]) > 80
    assert len(found["pooling"]) > 3000


def test_a_torch_without_names_is_said_to_have_lost_nothing(tmp_path: Path) -> None:
    """As if its library had been stripped, or lay elsewhere."""
    assert (
        traps.functions({name: family for name, family in COURSE.operators.items() if not family.symbols})
        == {}
    )
    first, second, far = (0x1000, 0x1001), (0x5010, 8), (0x900000, 1)
    stretches = traps._stretches([second, first, far])
    assert stretches == [(0x1000, 0x6000, [first, second]), (0x900000, 0x901000, [far])]
