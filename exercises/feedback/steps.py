"""Runs what a check asks of a student's code, and turns what comes back into plain data.

`exercises.feedback.script` has all the steps there are.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

import torch
from torch import Tensor, nn

from exercises.feedback.expression import Expression
from exercises.feedback.pull_back import pull_back
from exercises.feedback.script import (
    CallStep,
    FillStep,
    ForwardStep,
    LoadStateStep,
    NewStep,
    SgdStep,
    Step,
    ToStep,
    VjpStep,
)

MAX_TEXT_CHARS = 4000
MAX_NAME_CHARS = 200  # of a class, a file, a parameter, or a line of source
MAX_BASES = 20
MAX_LINES = 8  # of a traceback
MAX_NUMBER_BITS = 10_000  # bits of a whole number; Python itself writes out no more than 4300 digits
MAX_SEQUENCE = 64
MAX_TENSOR_BYTES = 32 << 20  # bytes
DEEPEST = 4
LOADING = -1  # as the step of an exception: before any step, the student's code could not be loaded
# classes whose objects are sent as tensors; a device that is none of torch's own adds its class
TENSORS: set[type] = {Tensor, nn.Parameter}


class Unloadable(Exception):
    """The student's code could not be loaded; `why`, or else the exception's cause, says why not."""

    def __init__(self, why: Raised | None = None) -> None:
        super().__init__()
        self.why = why


@dataclass(frozen=True, eq=False)
class TensorResult:
    """A tensor that came back: its values on the CPU, and where it had been."""

    value: Tensor
    device: str
    requires_grad: bool = False


@dataclass(frozen=True)
class Opaque:
    """Something that is no plain data, known by its type alone."""

    type_name: str


@dataclass(frozen=True)
class ParameterResult:
    """One parameter of a module, as `named_parameters` names it; `shape` as torch writes it."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    device: str
    requires_grad: bool


@dataclass(frozen=True)
class Raised:
    """An exception of the student's code, as text.

    `bases` names all its classes, most special first; `trace` holds the student's own lines, outermost
    first, as (file, line number, source line). `expression` is what the last of them worked on, where that is known.
    """

    kind: str
    bases: tuple[str, ...]
    message: str
    trace: tuple[tuple[str, int, str], ...]
    step: int
    expression: Expression | None = None


Look = Callable[[BaseException], Expression | None]


@dataclass
class _Memory:
    target: Any = None
    output: Any = None
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)  # of the parameters that were filled
    shapes: dict[str, torch.Size] = field(default_factory=dict)  # of the numbers they were filled with


def run(
    steps: Sequence[Step], lookup: Callable[[str], Any], look: Look | None = None
) -> tuple[list[Any], Raised | None]:
    """Runs the steps until one raises.

    Args:
        steps: what to do; tensors in them are real tensors on the device wanted.
        lookup: gives the student's function or class by name, or raises `Unloadable`.
        look: tells what the line worked on that raised; nothing is told without it. It parses the student's text.

    Returns:
        The results of the steps that ran, and the exception that ended them, if one did.
    """
    memory = _Memory()
    results: list[Any] = []
    for number, step in enumerate(steps):
        try:
            results.append(_result(memory, step, lookup))
        except Unloadable as error:
            return results, error.why or raised(error.__cause__ or error, LOADING)
        except BaseException as error:
            return results, raised(error, number, look)
    return results, None


def _result(memory: _Memory, step: Step, lookup: Callable[[str], Any]) -> Any:
    match step["do"]:
        case "call":
            return _call(memory, step, lookup)
        case "new":
            return _new(memory, step, lookup)
        case "forward":
            return _forward(memory, step)
        case "vjp":
            return _vjp(memory, step)
        case "inputs":
            return _inputs(memory)
        case "state":
            return _entries(nn.Module.state_dict(memory.target))
        case "load_state":
            return _load_state(memory, step)
        case "to":
            return _to(memory, step)
        case "fill":
            return _fill(memory, step)
        case "sgd":
            return _sgd(memory, step)
        case "repr":
            return plain(repr(memory.target))
        case _ as unknown:
            assert_never(unknown)


def raised(error: BaseException, step: int = 0, look: Look | None = None) -> Raised:
    """An exception as plain text; one whose own `str` fails is still told."""
    try:
        message = str(error)[:MAX_TEXT_CHARS]
    except Exception as inner:
        message = f"(its message could not be read: {type(inner).__name__})"
    bases = tuple(c.__name__[:MAX_NAME_CHARS] for c in type(error).__mro__[:MAX_BASES])
    return Raised(bases[0], bases, message, _trace(error), step, look(error) if look else None)


def _trace(error: BaseException) -> tuple[tuple[str, int, str], ...]:
    frames = traceback.extract_tb(error.__traceback__, limit=-30)
    own = [f for f in frames if not f.filename.startswith("<frozen") and "site-packages" not in f.filename]
    own = [f for f in own if f.filename != __file__]
    lines = [(f.filename.replace("\\", "/").rsplit("/", 1)[-1], f.lineno or 0, f.line or "") for f in own]
    if isinstance(error, SyntaxError) and error.lineno:
        name = (error.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
        lines.append((name, error.lineno, (error.text or "").strip()))
    return tuple(
        (name[:MAX_NAME_CHARS], line, text[:MAX_NAME_CHARS]) for name, line, text in lines[-MAX_LINES:]
    )


def plain(value: Any, depth: int = 0) -> Any:
    """Plain data out of whatever came back; what is neither number, text nor tensor becomes `Opaque`."""
    if type(value) is int and value.bit_length() > MAX_NUMBER_BITS:
        return Opaque(f"int, {value.bit_length()} bits long")
    if value is None or type(value) in (bool, int, float):
        return value
    if type(value) is str:
        return value[:MAX_TEXT_CHARS]
    if type(value) in TENSORS and value.layout is torch.strided and not value.is_quantized:
        with torch._C.DisableTorchFunction():  # where it is, and not where something lets it say it is
            return _tensor(value)
    if isinstance(value, tuple | list) and len(value) <= MAX_SEQUENCE and depth < DEEPEST:
        items = [plain(v, depth + 1) for v in value]  # of a named tuple too: it is a pair with names
        return items if isinstance(value, list) else tuple(items)
    kind = type(value)
    return Opaque(f"{kind.__module__}.{kind.__qualname__}"[:MAX_NAME_CHARS])


def _tensor(value: Any) -> TensorResult | Opaque:
    if value.numel() * value.element_size() > MAX_TENSOR_BYTES:
        return Opaque(f"torch.Tensor of shape {tuple(value.shape)}, which is too large")
    # detach, conj and neg bits resolved: what is sent is the numbers alone
    numbers = value.detach().resolve_conj().resolve_neg()
    return TensorResult(numbers.to("cpu").contiguous(), str(value.device), bool(value.requires_grad))


def _take_arguments(memory: _Memory, step: CallStep | ForwardStep) -> None:
    wrt = step.get("wrt", ())
    kwargs = step.get("kwargs", {}) if step["do"] == "call" else {}
    memory.args = tuple(_tracked(a, i in wrt) for i, a in enumerate(step["args"]))
    memory.kwargs = {name: _tracked(a, name in wrt) for name, a in kwargs.items()}


def _tracked(argument: Any, wanted: bool) -> Any:
    return argument.detach().requires_grad_() if wanted else argument


def _call(memory: _Memory, step: CallStep, lookup: Callable[[str], Any]) -> Any:
    function = lookup(step["name"])
    _take_arguments(memory, step)
    memory.output = function(*memory.args, **memory.kwargs)
    return plain(memory.output)


def _new(memory: _Memory, step: NewStep, lookup: Callable[[str], Any]) -> Any:
    memory.target = lookup(step["name"])(*step["args"], **step.get("kwargs", {}))
    return _parameters(memory.target)


def _parameters(module: Any) -> Any:
    if not isinstance(module, nn.Module):
        return plain(module)
    named = list(nn.Module.named_parameters(module))[:MAX_SEQUENCE]
    with torch._C.DisableTorchFunction():  # as in `plain`
        return tuple(
            ParameterResult(
                name[:MAX_NAME_CHARS], tuple(p.shape), str(p.dtype), str(p.device), bool(p.requires_grad)
            )
            for name, p in named
        )


def _forward(memory: _Memory, step: ForwardStep) -> Any:
    _take_arguments(memory, step)
    memory.output = memory.target(*memory.args)
    return plain(memory.output)


def _vjp(memory: _Memory, step: VjpStep) -> Any:
    wanted = [leaf for name in step["wrt"] for leaf in _leaves(memory, name)]
    output, cotangent = memory.output, step["cotangent"]
    if not isinstance(output, Tensor):
        raise TypeError(f"the result is {type(output).__name__}, so it has no gradient")
    if output.shape != cotangent.shape:
        raise ValueError(f"the result has shape {tuple(output.shape)}, expected {tuple(cotangent.shape)}")
    if not output.requires_grad:
        return tuple(None for _ in wanted)
    gradients = pull_back(output, wanted, cotangent.to(output.dtype), zeros=False)
    for leaf, gradient in zip(wanted, gradients, strict=True):
        leaf.grad = gradient
    return plain(
        tuple(_as_filled(memory, leaf, gradient) for leaf, gradient in zip(wanted, gradients, strict=True))
    )


def _as_filled(memory: _Memory, leaf: Tensor, gradient: Tensor | None) -> Tensor | None:
    """The gradient of a parameter in the shape of the numbers that it was filled with."""
    if gradient is None or not memory.shapes:
        return gradient
    named = dict(nn.Module.named_parameters(memory.target))
    shapes = [shape for name, shape in memory.shapes.items() if named.get(name) is leaf]
    return gradient.reshape(shapes[0]) if shapes else gradient


def _leaves(memory: _Memory, name: int | str) -> list[Tensor]:
    if isinstance(name, int):
        return [memory.args[name]]
    if name == "parameters":
        named = dict(nn.Module.named_parameters(memory.target))
        return [named[n] for n in memory.order or named]
    return [memory.kwargs[name]]


def _inputs(memory: _Memory) -> Any:
    handed = [*memory.args, *memory.kwargs.values()]
    return tuple(plain(a) for a in handed if isinstance(a, Tensor))


def _entries(state: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name)[:MAX_NAME_CHARS]: plain(t) for name, t in list(state.items())[:MAX_SEQUENCE]}


def _load_state(memory: _Memory, step: LoadStateStep) -> None:
    nn.Module.load_state_dict(memory.target, dict(step["state"]), strict=True)


def _fill(memory: _Memory, step: FillStep) -> None:
    named, by_name = dict(nn.Module.named_parameters(memory.target)), step["values"]
    memory.order = list(by_name) if named.keys() == by_name.keys() else list(named)
    parameters, values = [named[name] for name in memory.order], list(by_name.values())
    has, needs = [tuple(p.shape) for p in parameters], [tuple(v.shape) for v in values]
    if [_longer_axes(shape) for shape in has] != [_longer_axes(shape) for shape in needs]:
        raise ValueError(f"the layer's parameters have the shapes {has}, expected {needs}")
    memory.shapes = {name: value.shape for name, value in zip(memory.order, values, strict=True)}
    with torch.no_grad():
        for parameter, value in zip(parameters, values, strict=True):
            parameter.copy_(value.reshape(parameter.shape))


def _longer_axes(shape: Sequence[int]) -> list[int]:
    """The axes along which there is more than one number: the others change nothing about their order."""
    return [size for size in shape if size != 1]


def _to(memory: _Memory, step: ToStep) -> Any:
    memory.target = memory.target.to(getattr(torch, step["dtype"]) if "dtype" in step else step["device"])
    return _parameters(memory.target)


def _sgd(memory: _Memory, step: SgdStep) -> Any:
    with torch.no_grad():
        for parameter in nn.Module.parameters(memory.target):
            if parameter.grad is not None:
                parameter.sub_(step["rate"] * parameter.grad)
    state = nn.Module.state_dict(memory.target)
    shaped = {
        n: t.reshape(memory.shapes.get(n, t.shape)) if isinstance(t, Tensor) else t for n, t in state.items()
    }
    return _entries(shaped)
