"""Takes ready-made convolutions out of a process before student code runs in it, for good.

Every convolution operator of torch, by whatever Python name it is reached, ends in torch's dispatcher. Here a
kernel of ours is put in front of each of them, which notes the call and raises. It costs other operators nothing.

Student code shares this process, so nothing here can be undone: the handles that could take our kernels out
again are given to nobody, and functions that do not go through the dispatcher are overwritten where they stand.
What is noted in `Ban.calls` is for the message alone; to empty it allows nothing.
"""

from __future__ import annotations

import ctypes
import inspect
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

import torch
import torch._refs
from torch._decomp import decompositions
from torch.nn.modules import conv
from torch.nn.utils._expanded_weights import conv_utils

PACKAGES = frozenset(
    {"scipy", "cv2", "skimage", "torchvision", "kornia", "tensorflow", "jax", "jaxlib", "mxnet", "cupy"}
    | {"cupyx", "keras", "SimpleITK"}
)
_FAMILIES: dict[str, tuple[str, ...]] = {
    "convolution": ("conv", "im2col", "col2im"),
    "padding": ("aten::constant_pad_nd", "aten::reflection_pad", "aten::replication_pad", "aten::pad"),
}
_FAIR = ("convert", "conversion")
# Wherever an operator can have a kernel that computes. The composite ones are there because Python code can
# ask for a kernel by its key; "MkldnnCPU" because a tensor can be turned into one of oneDNN's.
_KEYS = (
    "CompositeImplicitAutograd", "CompositeExplicitAutograd", "CompositeExplicitAutogradNonFunctional",
    "CompositeImplicitAutogradNestedTensor", "CPU", "CUDA", "Meta", "MkldnnCPU", "QuantizedCPU",
    "QuantizedCUDA", "SparseCPU", "SparseCUDA", "SparseCsrCPU", "SparseCsrCUDA", "NestedTensorCPU",
    "NestedTensorCUDA", "AutogradCPU", "AutogradCUDA", "AutogradOther", "AutogradNestedTensor",
)  # fmt: skip

# implementations that are Python all the way, so that no operator is called by the name
_IN_PYTHON: dict[str, tuple[tuple[Any, str], ...]] = {
    "convolution": (
        (decompositions, "im2col"),
        (decompositions, "col2im"),
        (conv_utils, "unfold3d"),
        (conv_utils, "conv_unfold_weight_grad_sample"),
    ),
    "padding": ((decompositions, "_reflection_or_replication_pad"), (torch._refs, "constant_pad_nd")),
}
# operators that only TorchScript knows call their kernels directly
_SCRIPT_OPERATORS = ("prim::mkldnn_convolution",)
_DEREGISTER = "_ZN5torch3jit18deregisterOperatorERKN3c1014FunctionSchemaE"  # torch::jit::deregisterOperator


class Ban:
    """What may not be called in this process.

    `calls` lists what was called in spite of it, since the last `clear`.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._forbidden: set[str] = set()
        names = torch._C._dispatch_get_all_op_names()
        self._operators = {group: _of_family(names, words) for group, words in _FAMILIES.items()}

    def forbid(self, groups: Iterable[str]) -> None:
        """Forbids groups ("convolution", "padding"; others are not seen while running) from now on."""
        for group in sorted((set(groups) & _FAMILIES.keys()) - self._forbidden):
            self._forbidden.add(group)
            self._replace_operators(self._operators[group])
            for module, name in _IN_PYTHON[group]:
                _exchange(module, name)
            if group == "convolution":
                self._overwrite_layers()
                self._overwrite_numpy()
                _forget_script_operators()

    def clear(self) -> None:
        """Forgets the calls noted so far."""
        self.calls.clear()

    def note(self, name: str) -> RuntimeError:
        """Writes a call down; gives what to raise."""
        self.calls.append(name)
        return RuntimeError(f"{name} is not allowed in this exercise")

    def _refusing(self, name: str) -> Callable[..., NoReturn]:
        def refuse(*_args: object, **_kwargs: object) -> NoReturn:
            raise self.note(name)

        return refuse

    def _replace_operators(self, operators: Iterable[str]) -> None:
        libraries: dict[str, Any] = {}
        with warnings.catch_warnings():
            # torch warns that a kernel is replaced: that is what is wanted here
            warnings.simplefilter("ignore")
            for operator in operators:
                namespace = operator.split("::")[0]
                if namespace not in libraries:
                    libraries[namespace] = _endless(torch._C._dispatch_library("IMPL", namespace, ""))
                refuse = self._refusing(operator)
                for key in _KEYS:
                    libraries[namespace].impl(operator, key, refuse, False)

    def _overwrite_layers(self) -> None:
        # a subclass could borrow these without ever calling an operator
        for name in ("__init__", "reset_parameters", "extra_repr"):
            setattr(conv._ConvNd, name, self._refusing("torch.nn.Conv2d"))

    def _overwrite_numpy(self) -> None:
        numpy = [module for name, module in sys.modules.items() if name.split(".")[0] == "numpy"]
        for name in ("convolve", "correlate", "correlate2"):
            for module in numpy:
                if callable(vars(module).get(name)):
                    setattr(module, name, self._refusing(f"numpy.{name}"))


def _of_family(operators: Iterable[str], words: tuple[str, ...]) -> tuple[str, ...]:
    fair = [name for name in operators if not any(word in name for word in _FAIR)]
    return tuple(name for name in fair if any(word in name for word in words))


def _refused(*_args: object, **_kwargs: object) -> NoReturn:
    raise RuntimeError("a ready-made implementation is not allowed in this exercise")


def _exchange(module: Any, name: str) -> None:
    """Gives a Python function other code, wherever it is known under whatever name."""
    function = inspect.unwrap(getattr(module, name, _refused))
    function.__code__ = _refused.__code__


def _forget_script_operators() -> None:
    """Takes operators out of TorchScript's registry; there is no Python function that does."""
    library = Path(torch.__file__).parent / "lib" / "libtorch_cpu.so"
    if not library.exists():  # another system: the search in the source has to do
        return
    deregister = getattr(ctypes.CDLL(str(library)), _DEREGISTER)
    deregister.restype, deregister.argtypes = None, [ctypes.c_void_p]
    for name in _SCRIPT_OPERATORS:
        for schema in torch._C._jit_get_schemas_for_operator(name):
            # a pybind11 object holds the address of its C++ object behind its own head of two words
            head = object.__basicsize__
            deregister(ctypes.c_void_p.from_address(id(schema) + head).value)


def _endless(library: Any) -> Any:
    """A handle that lives as long as the process: when it dies, so do the kernels registered with it."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))
    return library
