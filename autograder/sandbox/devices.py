"""Runs steps on a device: the CPU, CUDA, or a pretended accelerator where there is none.

On the pretended one tensors have no numbers. It finds code that makes tensors on the CPU when its input is elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from exercises.feedback import steps
from exercises.feedback.script import Step
from exercises.feedback.steps import Raised

PRETENDED = "pretend"  # the device that stands in for a GPU where there is none


def run(asked: Sequence[Step], device: str, lookup: Callable[[str], Any]) -> tuple[list[Any], Raised | None]:
    """Runs steps as `steps.run` does, their tensors on a device; on the pretended one, results are devices only."""
    if device == PRETENDED:
        return _run_pretended(asked, lookup)
    return steps.run(asked if device == "cpu" else _moved(asked, device), lookup)


def _moved(value: Any, device: str) -> Any:
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, Mapping):
        return {k: _moved(v, device) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_moved(v, device) for v in value)
    return value


def _run_pretended(asked: Sequence[Step], lookup: Callable[[str], Any]) -> tuple[list[Any], Raised | None]:
    """Runs steps on tensors without numbers that claim to be on an accelerator; gives devices only."""
    from torch._subclasses.fake_tensor import FakeTensorMode

    before = torch._C._only_lift_cpu_tensors()
    # without this, torch.tensor(..., device=x.device) wants a device that is really there
    torch._C._set_only_lift_cpu_tensors(True)
    try:
        with FakeTensorMode(), _SaysCuda():
            return steps.run([_pretended(step) for step in asked], lookup, show=_devices)
    finally:
        torch._C._set_only_lift_cpu_tensors(before)


class _SaysCuda(torch.overrides.TorchFunctionMode):
    """Lets tensors on the pretended accelerator answer as on CUDA: code may ask `x.is_cuda` and name the device."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if function == torch.Tensor.is_cuda.__get__:  # type: ignore[attr-defined]
            return args[0].device.type == PRETENDED
        device = kwargs.get("device")
        if type(device) is int or (device is not None and torch.device(device).type == "cuda"):
            kwargs = {**kwargs, "device": PRETENDED}
        return function(*args, **kwargs)


def _pretended(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return torch.empty(value.shape, dtype=value.dtype, device=PRETENDED)
    if isinstance(value, Mapping):
        return {k: _pretended(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_pretended(v) for v in value)
    return value


def _devices(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return str(value.device)
    if isinstance(value, tuple | list):
        return tuple(_devices(v) for v in value[: steps.MAX_SEQUENCE])
    return steps.plain(value)


def prepare_pretended() -> None:
    """Registers the pretended accelerator and warms the machinery up; the zygote does it once."""
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.utils import backend_registration

    # there is no compiler in a worker; a compiled function is the same function
    torch.compile = _uncompiled
    backend_registration._setup_privateuseone_for_python_backend(PRETENDED)
    _deny_accelerator()
    with FakeTensorMode():
        # each operator costs milliseconds at its first call here, so call what answers are usually made of
        x = torch.empty(2, 2, 7, 8, device=PRETENDED)
        weight = torch.nn.Parameter(torch.empty(3, 2, 3, 2, device=PRETENDED))
        bias = torch.empty(3, device=PRETENDED)
        padded = x.new_zeros(2, 2, 9, 10)
        padded[:, :, 1:-1, 1:-1] = x
        padded[..., 1] += torch.cat([x[..., :1], x[..., 1:2]], 2).sum(-1)[..., :9]
        patches = x.unfold(2, 3, 1).unfold(3, 2, 1)
        torch.einsum("nchwij,ocij->nohw", patches, weight)
        rows = patches.permute(0, 2, 3, 1, 4, 5).reshape(2 * 5 * 7, -1) @ weight.flatten(1).T
        out = rows.reshape(2, 5, 7, 3).permute(0, 3, 1, 2) + bias.view(1, -1, 1, 1) + bias[:, None, None]
        out[:, :, ::2, ::2].contiguous().as_strided((2, 2), (1, 1)).clone()
        (patches[:, None] * weight[:, :, None, None]).sum((2, -1, -2))
        torch.stack([x[0], x[1]]).pow(2).sqrt().to(torch.float32)
        torch.tensordot(x, weight, ([1], [1]))
        torch.linalg.vector_norm(x, dim=0) + torch.hypot(x, x).squeeze(0).unsqueeze(0).mean()
        torch.nn.init.uniform_(torch.empty_like(weight), -1.0, 1.0)
        torch.nn.init.kaiming_uniform_(torch.nn.Parameter(torch.empty_like(weight)), a=2.0)


def _deny_accelerator() -> None:
    """Lets torch say that there is none: the pretended one is for the grader alone, and holds no numbers."""
    if torch.version.cuda is not None:
        return
    torch.accelerator.is_available = lambda: False
    torch.accelerator.current_accelerator = lambda check_available=False: None
    torch.accelerator.device_count = lambda: 0
    torch._C._get_accelerator = lambda check=None: torch.device("cpu")


def _uncompiled(model: Any = None, **_: Any) -> Any:
    return model if model is not None else lambda function: function
