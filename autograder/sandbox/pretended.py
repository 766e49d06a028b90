"""A GPU for machines without one: tensors that claim to be on an accelerator, and keep their numbers on the CPU.

Each is a `Pretended`, on a device that torch knows by the name `PRETENDED`. Torch hands each operator on it to
`Pretended.__torch_dispatch__`, which runs it on the numbers inside, through the dispatcher like any other: what is
banned there stays banned (see `ban`). Tensors of the CPU are refused beside it where CUDA refuses them.
How the device answers to the name of CUDA is the matter of `as_cuda`.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

PRETENDED = "pretend"  # the device that stands in for a GPU where there is none
CUDA = torch.device("cuda", 0)  # what it says it is
MIXED = "Expected all tensors to be on the same device, but found at least two devices, {} and {}!"
INDEX = "indices should be either on cpu or on the same device as the indexed tensor (cpu)"
NUMPY = f"can't convert {CUDA} device type tensor to numpy. "
_ADVICE = "Use Tensor.cpu() to copy the tensor to host memory first."
_CPU = torch.device("cpu")
_SPARSE = torch._C.DispatchKeySet(torch._C.DispatchKey.SparsePrivateUse1)
# operators that take tensors of any devices
_ACROSS = frozenset({"aten::copy_", "aten::_to_copy"})
# those whose list of indices may lie on the CPU
_INDEXED = frozenset({"aten::index", "aten::index_put", "aten::index_put_", "aten::_index_put_impl_"})

_kept: list[Any] = []  # what is registered is there as long as these


class Pretended(Tensor):
    """A tensor that claims to be on a GPU.

    `inside` is the tensor of the CPU that has its numbers, of the same shape, strides and dtype.
    """

    inside: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @staticmethod
    def __new__(cls, inside: Tensor) -> Pretended:
        """Wraps a tensor of the CPU; other views of its numbers stay views of them."""
        strided = inside.layout is torch.strided
        made: Pretended = Tensor._make_wrapper_subclass(
            cls,
            inside.size(),
            strides=inside.stride() if strided else None,
            storage_offset=inside.storage_offset() if strided else None,
            dtype=inside.dtype,
            device=torch.device(PRETENDED, 0),
            _extra_dispatch_keys=_SPARSE if inside.is_sparse else None,
        )
        made.inside = inside
        return made

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, operator: Any, _types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Runs an operator on the numbers inside, and wraps what comes out."""
        kwargs = kwargs or {}
        handed = _Handed()
        inner_args, inner_kwargs = handed.inside(args), handed.inside(kwargs)
        if handed.others:
            _refuse_mix(operator, args, handed)
        found = operator(*inner_args, **inner_kwargs)
        device = kwargs.get("device")
        return handed.outside(found, to_cpu=device is not None and not is_ours(device))

    # A layer that is moved keeps its parameters, as on CUDA, if torch takes these for wrappers that can be opened.

    def __tensor_flatten__(self) -> tuple[list[str], None]:
        return ["inside"], None

    @staticmethod
    def __tensor_unflatten__(
        inner: Mapping[str, Tensor], _context: None, _size: Any, _stride: Any
    ) -> Pretended:
        return Pretended(inner["inside"])

    @property
    def is_cuda(self) -> bool:  # type: ignore[override]
        """What a tensor on a GPU answers."""
        return True

    @property
    def data(self) -> Tensor:
        """The same numbers, without a history; the setter takes the numbers, and the device, of another tensor."""
        return self.detach()

    @data.setter
    def data(self, value: Tensor) -> None:
        take_over(self, value)

    def numpy(self, *, force: bool = False) -> Any:
        """Refuses, as on CUDA."""
        if not force:
            raise TypeError(NUMPY + _ADVICE)
        return self.detach().cpu().numpy()

    def tolist(self) -> Any:
        """The numbers, as nested lists."""
        return self.detach().cpu().tolist()

    def __repr__(self, **_: Any) -> str:  # type: ignore[override]
        text = repr(self.inside)
        also = [f"device='{CUDA}'"]
        if self.grad_fn is not None:
            also.append(f"grad_fn=<{self.grad_fn.name()}>")
        elif self.requires_grad:
            also.append("requires_grad=True")
        text = f"{text[:-1]}, {', '.join(also)})"
        return f"Parameter containing:\n{text}" if isinstance(self, nn.Parameter) else text

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.dim() == 0 else object.__format__(self, spec)


class _Handed:
    """The tensors that an operator was given: the pretended ones, and others, with whether they stood in a list."""

    def __init__(self) -> None:
        self.pretended: list[Pretended] = []
        self.others: list[tuple[Tensor, bool]] = []

    def inside(self, value: Any, listed: bool = False) -> Any:
        """What an argument is on the CPU."""
        if isinstance(value, Pretended):
            self.pretended.append(value)
            return value.inside
        if isinstance(value, Tensor):
            self.others.append((value, listed))
        elif isinstance(value, torch.device):
            return _CPU if is_ours(value) else value
        elif isinstance(value, tuple):
            return tuple(self.inside(each, listed) for each in value)
        elif isinstance(value, list):
            return [self.inside(each, True) for each in value]
        elif isinstance(value, dict):
            return {name: self.inside(each, listed) for name, each in value.items()}
        return value

    def outside(self, found: Any, to_cpu: bool) -> Any:
        """What a result is on the device: an argument that it was written to, or a tensor of its own."""
        if isinstance(found, Tensor):
            for pretended in self.pretended:
                if found is pretended.inside:
                    _follow(pretended)
                    return pretended
            for other, _ in self.others:
                if found is other:
                    return found
            # a number that is still to be conjugated or negated would be so behind torch's back: the outer tensor
            # does not show it
            whole = found.resolve_conj().resolve_neg()
            return whole if to_cpu else Pretended(whole)
        if isinstance(found, tuple | list):
            return type(found)(self.outside(each, to_cpu) for each in found)
        return found


def is_ours(device: torch.device) -> bool:
    """Whether this is the pretended device."""
    return device.type in (PRETENDED, CUDA.type)


def take_over(target: Tensor, value: Tensor) -> None:
    """What `target.data = value` does: one tensor gets the numbers of another, and with them its device."""
    if isinstance(target, Pretended) and isinstance(value, Pretended):
        Tensor.data.__set__(target, value)  # type: ignore[attr-defined]
        target.inside = value.inside
        return
    made: Any = value.detach()
    if isinstance(target, nn.Parameter):
        made = nn.Parameter(made, target.requires_grad)
    torch.utils.swap_tensors(target, made)  # type: ignore[no-untyped-call]


def _follow(pretended: Pretended) -> None:
    """Gives a tensor the shape that its numbers have got, as by `resize_` and `t_`."""
    inside = pretended.inside
    if inside.layout is not torch.strided:
        return
    if (pretended.shape, pretended.stride()) != (inside.shape, inside.stride()):
        Tensor.data.__set__(pretended, Pretended(inside))  # type: ignore[attr-defined]


def _refuse_mix(operator: Any, args: Sequence[Any], handed: _Handed) -> None:
    """Refuses tensors of the CPU beside pretended ones, but for those that CUDA takes.

    Raises:
        RuntimeError: as torch says it.
    """
    name = operator._schema.name
    if name in _ACROSS:
        return
    indexed = name in _INDEXED
    if indexed and not isinstance(args[0], Pretended):
        for index in args[1]:
            if isinstance(index, Pretended):
                raise RuntimeError(INDEX)
        _refuse(args[0])
    for other, listed in handed.others:
        if indexed and listed:
            continue
        # a single number may come from the CPU, to be read
        if listed or other.dim() or other.device != _CPU:
            _refuse(other)
    for given, told in zip(args, operator._schema.arguments, strict=False):
        if (
            told.alias_info
            and told.alias_info.is_write
            and isinstance(given, Tensor)
            and not isinstance(given, Pretended)
        ):
            _refuse(given)


def _refuse(other: Tensor) -> NoReturn:
    raise RuntimeError(MIXED.format(CUDA, other.device))


def register() -> None:
    """Makes the device known to torch, for this process and those that it forks."""
    from torch.utils import backend_registration

    backend_registration._setup_privateuseone_for_python_backend(PRETENDED)
    # without this, torch.tensor(..., device=x.device) wants a device that is really there
    torch._C._set_only_lift_cpu_tensors(True)
    library: Any = torch.library.Library("aten", "IMPL")  # type: ignore[no-untyped-call]
    for name in ("empty.memory_format", "empty_strided", "tril_indices", "triu_indices"):
        # all others that make a tensor begin with an empty one
        library.impl(name, _making(name), "PrivateUse1")
    library.impl("empty.memory_format", _making("empty.memory_format"), "SparsePrivateUse1")
    # torch asks for a number in a list of tensors without asking their class
    library.impl("_local_scalar_dense", _number, "PrivateUse1")
    _kept.append(library)
    _ask_for_no_distributed_tensors()


def _ask_for_no_distributed_tensors() -> None:
    """Answers torch's question whether a tensor is a distributed one, which it asks once, at the first operator.

    For the answer it would import 500 modules, sympy among them, in half the time that its own import takes.
    """
    name = "torch.distributed.tensor"
    if name not in sys.modules:
        sys.modules[name] = stand_in = types.ModuleType(name)
        vars(stand_in)["DTensor"] = type("DTensor", (), {})
        try:
            Pretended(torch.zeros(1)).add(1)
        finally:
            del sys.modules[name]


def _making(name: str) -> Callable[..., Pretended]:
    operator: Any = attrgetter(name)(torch.ops.aten)
    return lambda *args, **about: Pretended(operator(*args, **about | {"device": _CPU}))


def _number(tensor: Pretended) -> Any:
    return tensor.inside.item()
