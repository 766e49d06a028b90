"""Lets the pretended device answer to the name of CUDA, which a torch without CUDA gives to no tensor.

Code may name the device, ask tensors where they are, and ask torch whether there is a GPU.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from autograder.sandbox.pretended import CUDA, PRETENDED, Pretended, is_ours, take_over

_NAMED = re.compile(r"cuda(:\d+)?$")
_OWN_NAME = re.compile(rf"\b{PRETENDED}(?=:\d|['.])")  # as torch writes it, and not as a word of English
_DEVICE = torch.device("privateuseone", 0)  # which `register` gives the name


class AnswersAsCuda(torch.overrides.TorchFunctionMode):
    """While it is entered, torch's functions take CUDA's names for the pretended device, and tensors give them."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Calls a function with the device that is meant."""
        kwargs = kwargs or {}
        own = _OWN.get(function)
        if own is not None:
            return own(*args, **kwargs)
        if len(args) > 1:
            args = (args[0], *(_DEVICE if _is_named(each) else each for each in args[1:]))
        device = kwargs.get("device")
        # a number stands for CUDA's device where torch was built for CUDA
        if device is not None and (type(device) is int or _is_named(device)):
            kwargs = {**kwargs, "device": _DEVICE}
        found = function(*args, **kwargs)
        return named(found) if type(found) is str else found


def named(text: str) -> str:
    """A text with the name that the device goes by."""
    return _OWN_NAME.sub(CUDA.type, text)


def _is_named(value: Any) -> bool:
    if isinstance(value, torch.device):
        return is_ours(value)
    return type(value) is str and _NAMED.match(value) is not None


# how torch names these to a mode
_GET_DEVICE: Any = vars(torch._C.TensorBase)["device"].__get__
_SET_DATA: Any = vars(torch._C.TensorBase)["data"].__set__


def _device(tensor: Tensor) -> torch.device:
    device: torch.device = _GET_DEVICE(tensor)
    return CUDA if device.type == PRETENDED else device


def _is_cuda(tensor: Tensor) -> bool:
    return _device(tensor).type == CUDA.type


def _cuda(tensor: Tensor, *_: Any, **__: Any) -> Tensor:
    return tensor.to(_DEVICE)


def _set_data(tensor: Tensor, value: Tensor) -> None:
    if isinstance(value, Pretended):
        take_over(tensor, value)
    else:
        _SET_DATA(tensor, value)


_OWN: dict[Any, Callable[..., Any]] = {
    _GET_DEVICE: _device,
    vars(torch._C.TensorBase)["is_cuda"].__get__: _is_cuda,
    _SET_DATA: _set_data,
    Tensor.cuda: _cuda,
}
# what torch is asked about GPUs, and the answer where there is one
_ANSWERS = (
    (torch.cuda, "is_available", True),
    (torch.cuda, "device_count", 1),
    (torch.cuda, "current_device", 0),
    (torch.cuda, "synchronize", None),
    (torch.accelerator, "is_available", True),
    (torch.accelerator, "device_count", 1),
    (torch.accelerator, "current_accelerator", torch.device("cuda")),
    (torch.accelerator, "synchronize", None),
)


@contextmanager
def gpu() -> Iterator[None]:
    """While it is entered, the pretended device is a GPU to whoever asks."""
    before = [(module, name, getattr(module, name)) for module, name, _ in _ANSWERS]
    try:
        for module, name, answer in _ANSWERS:
            setattr(module, name, _answering(answer))
        with AnswersAsCuda():
            yield
    finally:
        for module, name, function in before:
            setattr(module, name, function)


def deny() -> None:
    """Lets torch say outside of `gpu` what it would say without the pretended one, which is for the grader alone."""
    is_there = torch.cuda.is_available

    def current_accelerator(check_available: bool = False) -> torch.device | None:
        return torch.device("cuda") if is_there() else None

    def get_accelerator(check: bool = False) -> torch.device:
        return current_accelerator() or torch.device("cpu")

    torch.accelerator.is_available = is_there
    torch.accelerator.device_count = torch.cuda.device_count
    torch.accelerator.current_accelerator = current_accelerator
    torch._C._get_accelerator = get_accelerator


def _answering(answer: Any) -> Any:
    return lambda *_, **__: answer
