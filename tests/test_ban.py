"""What is banned has no kernel left that computes, under whatever key it is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course import COURSE
from autograder.course.operators import OPERATORS
from autograder.sandbox.ban import files_of

ROOT = Path(__file__).resolve().parents[1]
# A ban is for good, so it is tried in processes of their own.
LOOK = """
import sys
import torch
from autograder.course import COURSE
from autograder.sandbox import ban
if sys.argv[1:]:
    ban._KEYS = tuple(key for key in ban._KEYS if key not in sys.argv[1:])
ban.Ban(COURSE.operators).forbid(COURSE.operators)
names = torch._C._dispatch_get_all_op_names()
for family in COURSE.operators.values():
    for operator in ban.operators_of(family, names):
        for line in torch._C._dispatch_dump_table(operator).splitlines():
            key, _, kernel = line.partition(": ")
            print(operator, key, "ours" if "/dev/null:0" in kernel else "other")
"""
# these keys do something on the way (gradients, batches, traces) and pass a call on to one that computes
PASSING_ON = (
    "Autograd", "Autocast", "FuncTorch", "Functionalize", "ADInplaceOrView", "Tracer", "Python", "BackendSelect",
    "Conjugate", "Negative", "ZeroTensor", "Named", "Batched", "VmapMode", "PreDispatch", "DeferredInit", "TESTING_",
)  # fmt: skip


def computing(*left_out: str) -> tuple[int, list[str]]:
    """How many operators are banned, and the kernels that compute and are not ours."""
    command = [sys.executable, "-c", LOOK, *left_out]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = [line.split() for line in run.stdout.splitlines()]
    others = [
        f"{op} at {key}" for op, key, whose in rows if whose == "other" and not key.startswith(PASSING_ON)
    ]
    return len({op for op, _, _ in rows}), others


def test_no_banned_operator_has_a_kernel_left_that_computes() -> None:
    banned, others = computing()
    assert banned > 200
    assert others == []


@pytest.mark.thorough(every=3)
@pytest.mark.parametrize("key", ["MkldnnCPU", "CompositeExplicitAutograd", "CPU"])
def test_a_key_that_is_forgotten_is_seen(key: str) -> None:
    _, others = computing(key)
    assert others


def test_what_is_banned_cannot_be_allowed_again() -> None:
    """No Python object leads to the handle whose end would end the ban."""
    tried = """
import gc, torch
from autograder.course import COURSE
from autograder.sandbox.ban import Ban
from autograder.sandbox.machine_code import refuse_machine_code
ban = Ban(COURSE.operators)
handles = [o for o in gc.get_objects() if type(o).__name__ == "_DispatchModule"]
refuse_machine_code(ban.files)
for value in vars(ban).values():
    if hasattr(value, "clear"):
        value.clear()
del ban
gc.collect()
try:
    torch.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 1, 1))
except RuntimeError as error:
    print(len(handles), error)
"""
    run = subprocess.run([sys.executable, "-c", tried], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "0 aten::conv2d is not allowed in this exercise"


def test_no_operator_of_torchscript_alone_is_left() -> None:
    """TorchScript has operators that the dispatcher does not know; none of them convolves."""
    listed = """
import torch
from autograder.course import COURSE
from autograder.sandbox.ban import Ban
Ban(COURSE.operators)
known = {name.split(".")[0] for name in torch._C._dispatch_get_all_op_names()}
for schema in torch._C._jit_get_all_schemas():
    if any(word in schema.name for word in ("conv", "im2col", "col2im")) and schema.name not in known:
        print(schema.name)
"""
    run = subprocess.run([sys.executable, "-c", listed], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == ""


def test_what_a_ban_changed_cannot_be_run_again() -> None:
    """The list is made from what the course names; it had these when it was typed, and exercises may name more."""
    named = files_of(OPERATORS.values())
    assert set(named) <= set(files_of(COURSE.operators.values()))
    assert {Path(name).as_posix() for name in named} == {
        "/torch/nn/modules/conv.py",
        "/torch/_decomp/decompositions.py",
        "/torch/_refs/__init__.py",
        "/torch/nn/utils/_expanded_weights/conv_utils.py",
        "/numpy/_core/numeric.py",
    }
