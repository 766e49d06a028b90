"""The solutions against torch (its samples, gradients and layer) and against the contract of the design."""

import copy
import doctest
import importlib.util
import itertools
import random
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd import gradcheck, gradgradcheck
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from autograder.submissions.filenames import exercise_number

SOLUTIONS = Path(__file__).parent.parent / "solutions"
DEVICES = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
DTYPES = [torch.float64, torch.float32, torch.float16, torch.bfloat16]

# torch says so when it is the oracle. The solutions warn of nothing.
pytestmark = pytest.mark.filterwarnings("error", "ignore:Using padding='same' with even kernel")


@contextmanager
def solutions_as_exercises() -> Iterator[dict[str, ModuleType]]:
    """Import the solutions under the names `exercises.ex*`, then give these names back to the stubs."""

    def is_exercise(name: str) -> bool:
        return name == "exercises" or name.startswith("exercises.")

    stubs = {name: sys.modules.pop(name) for name in list(sys.modules) if is_exercise(name)}
    package = ModuleType("exercises")
    package.__path__ = []
    sys.modules["exercises"] = package
    modules: dict[str, ModuleType] = {}
    try:
        for file in sorted(SOLUTIONS.glob("ex*.py"), key=lambda file: exercise_number(file.stem)):
            name = f"exercises.{file.stem}"
            spec = importlib.util.spec_from_file_location(name, file)
            assert spec is not None and spec.loader is not None
            sys.modules[name] = modules[file.stem] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(modules[file.stem])
        yield modules
    finally:
        for name in [name for name in sys.modules if is_exercise(name)]:
            del sys.modules[name]
        sys.modules.update(stubs)


@pytest.fixture(scope="module")
def modules() -> dict[str, ModuleType]:
    with solutions_as_exercises() as loaded:
        return loaded


@pytest.fixture(scope="module")
def ex(modules: dict[str, ModuleType]) -> SimpleNamespace:
    """All exercises in one namespace, as in the notebook."""
    names = {}
    for module in modules.values():
        names.update({name: value for name, value in vars(module).items() if not name.startswith("_")})
    return SimpleNamespace(**names)


def random_tensor(*shape: int, dtype: torch.dtype = torch.float64, device: str = "cpu") -> Tensor:
    return torch.randn(shape, dtype=torch.float64).to(device=device, dtype=dtype)


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(20)


def assert_is_conv2d(
    out: Tensor, x: Tensor, weight: Tensor, bias: Tensor | None = None, **options: Any
) -> None:
    """Hold `out` against torch in float64, allowing a few roundings of the terms that were summed."""
    oracle: Callable[..., Tensor] = F.conv2d
    assert out.dtype == x.dtype and out.device == x.device
    wide = [t if t is None else t.detach().cpu().double() for t in (x, weight, bias)]
    expected = oracle(*wide, **options)
    scale = oracle(*(t if t is None else t.abs() for t in wide), **options)
    assert out.shape == expected.shape
    error = (out.detach().cpu().double() - expected).abs()
    assert bool((error <= 4 * torch.finfo(x.dtype).eps * scale).all()), f"largest error {error.max()}"


def test_the_stubs_names_are_given_back_after_loading_the_solutions() -> None:
    import exercises

    before = {name for name in sys.modules if name.startswith("exercises")}
    with solutions_as_exercises() as loaded:
        assert sys.modules["exercises.ex1_output_size"] is loaded["ex1_output_size"]
        assert sys.modules["exercises"] is not exercises
    assert sys.modules["exercises"] is exercises
    assert {name for name in sys.modules if name.startswith("exercises")} == before


def test_the_examples_in_the_docstrings_give_what_they_say(modules: dict[str, ModuleType]) -> None:
    from exercises.feedback.catalogue import exercises

    with solutions_as_exercises() as loaded:
        results = {name: doctest.testmod(module) for name, module in loaded.items()}
    assert set(results) == set(modules) == {e.module for e in exercises()}
    assert all(result.attempted > 0 and result.failed == 0 for result in results.values()), results


# torch's own samples


@pytest.fixture(scope="module")
def torch_samples() -> SimpleNamespace:
    """PyTorch's sample generators for the function and for the layer."""
    with pytest.MonkeyPatch.context() as patch:
        # The import forbids setting `torch.backends` flags in this process. Other tests may want to set them.
        patch.setattr(torch.backends, "disable_global_flags", lambda: None)
        from torch.testing._internal.common_methods_invocations import op_db
        from torch.testing._internal.common_modules import module_db

    (function,) = [info for info in op_db if info.name == "nn.functional.conv2d"]
    (layer,) = [info for info in module_db if info.module_cls is nn.Conv2d]
    return SimpleNamespace(function=function, layer=layer)


def in_scope_function_samples(
    torch_samples: SimpleNamespace, device: str, dtype: torch.dtype, requires_grad: bool = False
) -> list[Any]:
    samples = torch_samples.function.sample_inputs(device, dtype, requires_grad=requires_grad)
    batched = [s for s in samples if s.input.ndim == 4 and s.kwargs.get("groups", 1) == 1]
    assert len(batched) >= 7
    for sample in batched:
        sample.kwargs.pop("groups", None)
    return batched


def apply_sample(ex: SimpleNamespace, sample: Any) -> Tensor:
    """Call conv2d with a sample; one with a string as padding goes through the layer."""
    weight, bias = sample.args
    if not isinstance(sample.kwargs.get("padding", 0), str):
        result: Tensor = ex.conv2d(sample.input, weight, bias, **sample.kwargs)
        return result
    out_channels, in_channels, *kernel_size = weight.shape
    layer = ex.Conv2d(in_channels, out_channels, tuple(kernel_size), bias=bias is not None, **sample.kwargs)
    parameters = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
    called: Tensor = torch.func.functional_call(layer, parameters, (sample.input,))
    return called


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("device", DEVICES)
def test_conv2d_agrees_with_every_sample_of_pytorchs_own_tests(
    ex: SimpleNamespace, torch_samples: SimpleNamespace, device: str, dtype: torch.dtype
) -> None:
    for sample in in_scope_function_samples(torch_samples, device, dtype):
        assert_is_conv2d(apply_sample(ex, sample), sample.input, *sample.args, **sample.kwargs)


def test_gradients_of_every_sample_are_those_of_torch(
    ex: SimpleNamespace, torch_samples: SimpleNamespace
) -> None:
    for sample in in_scope_function_samples(torch_samples, "cpu", torch.float64, requires_grad=True):
        leaves = [t for t in (sample.input, *sample.args) if t is not None]
        expected = F.conv2d(sample.input, *sample.args, **sample.kwargs)
        cotangent = torch.randn_like(expected)
        ours = torch.autograd.grad(apply_sample(ex, sample), leaves, cotangent)
        torch.testing.assert_close(ours, torch.autograd.grad(expected, leaves, cotangent))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("device", DEVICES)
def test_the_layer_agrees_with_every_sample_of_pytorchs_own_tests(
    ex: SimpleNamespace, torch_samples: SimpleNamespace, device: str, dtype: torch.dtype
) -> None:
    inputs = torch_samples.layer.module_inputs_func(
        torch_samples.layer, device=device, dtype=dtype, requires_grad=False, training=True
    )
    batched = [i for i in inputs if i.forward_input.args[0].ndim == 4]
    assert len(batched) >= 2
    for module_input in batched:
        args, kwargs = module_input.constructor_input.args, module_input.constructor_input.kwargs
        ours = ex.Conv2d(*args, **kwargs, device=device, dtype=dtype)
        theirs = nn.Conv2d(*args, **kwargs).to(device=device, dtype=dtype)
        ours.load_state_dict(theirs.state_dict())
        (x,) = module_input.forward_input.args
        options = {"stride": theirs.stride, "padding": theirs.padding, "dilation": theirs.dilation}
        assert_is_conv2d(ours(x), x, theirs.weight, theirs.bias, **options)


# Values, gradients, layouts


def test_conv2d_agrees_with_torch_on_random_shapes_and_options(ex: SimpleNamespace) -> None:
    draw = random.Random(5)
    for _ in range(80):
        kernel = draw.randint(1, 4), draw.randint(1, 4)
        stride, dilation = ((draw.randint(1, 3), draw.randint(1, 3)) for _ in range(2))
        padding = draw.randint(0, 3), draw.randint(0, 3)
        sizes = [d * (k - 1) + 1 + draw.randint(0, 6) for d, k in zip(dilation, kernel, strict=True)]
        batch, channels, out_channels = draw.randint(0, 3), draw.randint(1, 3), draw.randint(1, 4)
        x, weight = random_tensor(batch, channels, *sizes), random_tensor(out_channels, channels, *kernel)
        bias = random_tensor(out_channels) if draw.random() < 0.5 else None
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        out = ex.conv2d(x, weight, bias, **options)
        assert_is_conv2d(out, x, weight, bias, **options)
        for axis in (0, 1):
            size = ex.output_size(sizes[axis], kernel[axis], stride[axis], padding[axis], dilation[axis])
            assert out.shape[2 + axis] == size


def test_an_int_means_the_same_as_a_pair_of_it(ex: SimpleNamespace) -> None:
    x, weight = random_tensor(2, 3, 9, 10), random_tensor(4, 3, 2, 3)
    assert ex.pad2d(x, 2).equal(ex.pad2d(x, (2, 2)))
    assert ex.conv2d_strided(x, weight, stride=2).equal(ex.conv2d_strided(x, weight, stride=(2, 2)))
    assert ex.dilate_kernel(weight, 3).equal(ex.dilate_kernel(weight, (3, 3)))
    assert ex.conv2d(x, weight, None, 2, 1, 3).equal(ex.conv2d(x, weight, None, (2, 2), (1, 1), (3, 3)))


@pytest.mark.parametrize("with_bias", [True, False])
def test_conv2d_passes_gradcheck_and_gradgradcheck(ex: SimpleNamespace, with_bias: bool) -> None:
    inputs = [random_tensor(2, 2, 4, 5), random_tensor(2, 2, 2, 3)]
    if with_bias:
        inputs.append(random_tensor(2))

    def call(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        result: Tensor = ex.conv2d(x, weight, bias, stride=(1, 2), padding=(1, 2), dilation=(2, 1))
        return result

    leaves = [t.requires_grad_() for t in inputs]
    assert gradcheck(call, leaves)
    assert gradgradcheck(call, leaves)


def test_the_layer_with_uneven_same_padding_passes_gradcheck(ex: SimpleNamespace) -> None:
    layer = ex.Conv2d(2, 2, (2, 3), padding="same", dtype=torch.float64)
    assert gradcheck(layer, [random_tensor(1, 2, 3, 4).requires_grad_()])


def test_sobel_edges_has_a_gradient_also_where_the_image_is_flat(ex: SimpleNamespace) -> None:
    image = torch.full((5, 6), 0.5, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(ex.sobel_edges(image).sum(), image)
    assert bool(gradient.isfinite().all())


LAYOUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "contiguous": lambda t: t,
    "transposed": lambda t: t.transpose(2, 3).contiguous().transpose(2, 3),
    "channels_last": lambda t: t.contiguous(memory_format=torch.channels_last),
    "expanded": lambda t: t[:, :1, :1].expand_as(t),
    "every second": lambda t: t.repeat_interleave(2, dim=3)[..., ::2],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("device", DEVICES)
def test_any_memory_layout_gives_the_same_values(ex: SimpleNamespace, layout: str, device: str) -> None:
    x = LAYOUTS[layout](random_tensor(2, 3, 6, 7, device=device))
    weight = LAYOUTS[layout](random_tensor(4, 3, 2, 3, device=device))
    bias = random_tensor(1, device=device).expand(4)
    options = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}
    out = ex.conv2d(x, weight, bias, **options)
    assert_is_conv2d(out, x, weight, bias, **options)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("device", DEVICES)
def test_every_function_keeps_dtype_and_device_and_leaves_its_inputs_alone(
    ex: SimpleNamespace, device: str, dtype: torch.dtype
) -> None:
    x, weight = random_tensor(2, 3, 6, 7, dtype=dtype), random_tensor(4, 3, 2, 3, dtype=dtype)
    inputs = [t.to(device) for t in (x, weight, random_tensor(4, dtype=dtype), x[0].sigmoid())]
    copies = [t.clone() for t in inputs]
    x, weight, bias, image = inputs
    results = [
        ex.pad2d(x, (1, 2)),
        ex.pad2d(x, 0),
        ex.conv2d_valid(x, weight, bias),
        ex.conv2d_strided(x, weight, bias, (2, 1)),
        ex.dilate_kernel(weight, (1, 2)),
        ex.dilate_kernel(weight, 1),
        ex.conv2d(x, weight, bias, padding=1),
        ex.sobel_edges(image),
        ex.sobel_edges(image[0]),
    ]
    # A result that shares memory with an input would change with it.
    for result in results:
        assert result.dtype == dtype and result.device == x.device
        result.zero_()
    assert all(t.equal(before) for t, before in zip(inputs, copies, strict=True))


class RefuseMixedDevices(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Fails at the first operation whose tensors live on different devices. Meta tensors often allow it."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        assert len({t.device for t in tensors}) <= 1, f"{func} was called with tensors on several devices"
        return func(*args, **(kwargs or {}))


def test_nothing_is_left_on_the_cpu_when_the_inputs_are_elsewhere(ex: SimpleNamespace) -> None:
    layer = ex.Conv2d(3, 4, (2, 3), padding="same", device="meta")
    x = torch.empty(2, 3, 6, 7, device="meta")
    with RefuseMixedDevices():  # type: ignore[no-untyped-call]
        results = [
            ex.pad2d(x, 1),
            ex.dilate_kernel(layer.weight, 2),
            ex.conv2d(x, layer.weight, layer.bias, 2, 1, 2),
            ex.sobel_edges(x[0]),
            ex.sobel_edges(x[0, 0]),
            layer(x),
        ]
    assert all(result.is_meta for result in results)


@pytest.mark.parametrize("device", DEVICES)
def test_an_empty_batch_gives_an_empty_batch_and_zero_gradients(ex: SimpleNamespace, device: str) -> None:
    x = torch.zeros(0, 3, 6, 7, device=device)
    layer = ex.Conv2d(3, 4, (2, 3), padding="same", device=device)
    assert layer(x).shape == (0, 4, 6, 7)
    out = ex.conv2d(x, layer.weight, layer.bias, (2, 1), (1, 0), (1, 2))
    assert out.shape == (0, 4, 4, 3)
    torch.autograd.backward(out.sum())
    assert not layer.weight.grad.any() and not layer.bias.grad.any()


# The contract


def test_effective_kernel_size_counts_from_the_first_tap_to_the_last(ex: SimpleNamespace) -> None:
    assert [ex.effective_kernel_size(k) for k in (1, 2, 7)] == [1, 2, 7]
    assert [ex.effective_kernel_size(k, 3) for k in (1, 2, 3)] == [1, 4, 7]


def test_output_size_is_the_size_that_torch_gives(ex: SimpleNamespace) -> None:
    grid = itertools.product(range(1, 8), range(1, 4), range(1, 4), range(3), range(1, 3))
    for size, kernel, stride, padding, dilation in grid:
        if dilation * (kernel - 1) + 1 > size + 2 * padding:
            continue
        x, weight = torch.zeros(1, 1, size, device="meta"), torch.zeros(1, 1, kernel, device="meta")
        expected = F.conv1d(x, weight, None, stride, padding, dilation).shape[2]
        assert ex.output_size(size, kernel, stride, padding, dilation) == expected


def test_pad2d_pads_as_torch_does(ex: SimpleNamespace) -> None:
    x = random_tensor(2, 3, 4, 5)
    for vertical, horizontal in itertools.product(range(3), repeat=2):
        expected = F.pad(x, (horizontal, horizontal, vertical, vertical))
        assert ex.pad2d(x, (vertical, horizontal)).equal(expected)


def test_same_padding_gives_a_pair_where_it_is_given_one(ex: SimpleNamespace) -> None:
    assert ex.same_padding(5) == 2 and isinstance(ex.same_padding(5), int)
    assert ex.same_padding(4, 2) == 3
    assert ex.same_padding((3, 5)) == (1, 2)
    assert ex.same_padding(3, (1, 2)) == (1, 2)
    assert ex.same_padding((3, 4), (5, 2)) == (5, 3)


def test_dilate_kernel_with_dilation_is_torchs_dilation(ex: SimpleNamespace) -> None:
    x, weight = random_tensor(1, 2, 9, 9), random_tensor(3, 2, 3, 2)
    for dilation in itertools.product(range(1, 4), repeat=2):
        dilated = ex.dilate_kernel(weight, dilation)
        torch.testing.assert_close(F.conv2d(x, dilated), F.conv2d(x, weight, dilation=dilation))


def test_hand_made_kernels_are_float32_and_have_the_designs_values(ex: SimpleNamespace) -> None:
    a = 0.25
    assert ex.sharpen_kernel().tolist() == [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    assert ex.sharpen_kernel(a).tolist() == [[0, -a, 0], [-a, 1 + 4 * a, -a], [0, -a, 0]]
    assert ex.box_blur_kernel(3).equal(torch.full((3, 3), 1 / 9))
    gx, gy = ex.sobel_kernels()
    assert gx.tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert gy.tolist() == gx.T.tolist()
    kernels = [ex.sharpen_kernel(), ex.sharpen_kernel(2), ex.box_blur_kernel(2), gx, gy]
    assert all(kernel.dtype == torch.float32 and kernel.is_contiguous() for kernel in kernels)


def test_gx_is_positive_to_the_right_and_gy_downwards(ex: SimpleNamespace) -> None:
    gx, gy = (kernel[None, None] for kernel in ex.sobel_kernels())
    brighter_right = torch.arange(5.0).expand(1, 1, 5, 5)
    brighter_down = brighter_right.transpose(2, 3)
    assert bool((ex.conv2d(brighter_right, gx) > 0).all()) and not ex.conv2d(brighter_right, gy).any()
    assert bool((ex.conv2d(brighter_down, gy) > 0).all()) and not ex.conv2d(brighter_down, gx).any()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("device", DEVICES)
def test_sobel_edges_are_the_length_of_both_slopes_of_the_luma(
    ex: SimpleNamespace, device: str, dtype: torch.dtype
) -> None:
    image = torch.rand(3, 7, 9).to(device=device, dtype=dtype)
    luma = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)
    for given, grey in ((image, torch.einsum("c,chw->hw", luma, image.cpu().double())), (image[0], None)):
        grey = given.cpu().double() if grey is None else grey
        weight = torch.stack(ex.sobel_kernels()).double()[:, None]
        slopes = F.conv2d(grey[None, None], weight, padding=1)[0]
        expected = (slopes**2).sum(0).sqrt()
        edges = ex.sobel_edges(given)
        assert edges.dtype == dtype and edges.device == given.device
        tolerance = 16 * torch.finfo(dtype).eps
        torch.testing.assert_close(edges.cpu().double(), expected, rtol=tolerance, atol=tolerance)


X, WEIGHT = torch.ones(2, 3, 5, 6), torch.ones(4, 3, 2, 3)
REFUSED: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("effective_kernel_size", (0,), {}, "kernel_size .* 0"),
    ("effective_kernel_size", (3, 0), {}, "dilation .* 0"),
    ("output_size", (0, 1), {}, "input_size .* 0"),
    ("output_size", (5, 0), {}, "kernel_size .* 0"),
    ("output_size", (5, 3), {"stride": 0}, "stride .* 0"),
    ("output_size", (5, 3), {"padding": -1}, "padding .* -1"),
    ("output_size", (5, 3), {"dilation": -2}, "dilation .* -2"),
    ("output_size", (4, 3), {"dilation": 2}, "kernel does not fit.* 4, but got 5"),
    ("output_size", (2, 5), {"padding": 1}, "kernel does not fit.* 4, but got 5"),
    ("pad2d", (X, -1), {}, "padding .* -1"),
    ("pad2d", (X, (0, -1)), {}, r"padding .* \(0, -1\)"),
    ("same_padding", (4,), {}, "kernel_size=4, dilation=1"),
    ("same_padding", ((3, 2),), {}, r"kernel_size=\(3, 2\), dilation=1"),
    ("same_padding", (2, (2, 3)), {}, r"kernel_size=2, dilation=\(2, 3\)"),
    ("same_padding", (0,), {}, "kernel_size .* 0"),
    ("same_padding", (3, 0), {}, "dilation .* 0"),
    ("conv2d_valid", (X[0], WEIGHT), {}, r"x .*\(N, C, H, W\).* \(3, 5, 6\)"),
    ("conv2d_valid", (X, WEIGHT[0]), {}, r"weight .*\(O, C, kH, kW\).* \(3, 2, 3\)"),
    ("conv2d_valid", (X, WEIGHT[:, :2]), {}, "3 channels of x, but got 2"),
    ("conv2d_valid", (X, WEIGHT, torch.ones(3)), {}, r"bias .*\(4,\).* \(3,\)"),
    ("conv2d_valid", (X, WEIGHT, torch.ones(4, 1)), {}, r"bias .*\(4,\).* \(4, 1\)"),
    ("conv2d_valid", (X, torch.ones(4, 3, 6, 3)), {}, "kernel does not fit.* 5, but got 6"),
    ("conv2d_valid", (X, torch.ones(4, 3, 2, 7)), {}, "kernel does not fit.* 6, but got 7"),
    ("conv2d_strided", (X, WEIGHT[:, :2]), {}, "3 channels of x, but got 2"),
    ("conv2d_strided", (X, torch.ones(4, 3, 6, 3)), {"stride": 2}, "kernel does not fit"),
    ("conv2d_strided", (X, WEIGHT), {"stride": 0}, "stride .* 0"),
    ("conv2d_strided", (X, WEIGHT), {"stride": (1, -1)}, r"stride .* \(1, -1\)"),
    ("dilate_kernel", (WEIGHT, 0), {}, "dilation .* 0"),
    ("dilate_kernel", (WEIGHT, (-1, 1)), {}, r"dilation .* \(-1, 1\)"),
    ("conv2d", (X[0], WEIGHT), {"padding": 1}, r"x .*\(N, C, H, W\).* \(3, 5, 6\)"),
    ("conv2d", (X[0, 0, 0], WEIGHT), {}, r"x .*\(N, C, H, W\).* \(6,\)"),
    ("conv2d", (X, WEIGHT[0]), {"dilation": 2}, r"weight .*\(O, C, kH, kW\).* \(3, 2, 3\)"),
    ("conv2d", (X, WEIGHT[:, :2]), {}, "3 channels of x, but got 2"),
    ("conv2d", (X, WEIGHT, torch.ones(2)), {}, r"bias .*\(4,\).* \(2,\)"),
    ("conv2d", (X, WEIGHT), {"stride": (0, 1)}, r"stride .* \(0, 1\)"),
    ("conv2d", (X, WEIGHT), {"padding": (-1, 1)}, r"padding .* \(-1, 1\)"),
    ("conv2d", (X, WEIGHT), {"dilation": (1, 0)}, r"dilation .* \(1, 0\)"),
    ("conv2d", (X, WEIGHT), {"padding": (1, 0), "dilation": (7, 1)}, "kernel does not fit.* 7, but got 8"),
    ("box_blur_kernel", (0,), {}, "size .* 0"),
    ("sobel_edges", (X,), {}, r"image .*\(2, 3, 5, 6\)"),
    ("sobel_edges", (X[0, :1],), {}, r"image .*\(1, 5, 6\)"),
    ("sobel_edges", (X[0, 0, 0],), {}, r"image .*\(6,\)"),
    ("Conv2d", (3, 4, 3), {"padding": "full"}, "padding .* 'full'"),
    ("Conv2d", (3, 4, 3), {"padding": "same", "stride": (1, 2)}, r"stride .* padding='same'.* \(1, 2\)"),
]


@pytest.mark.parametrize(("name", "args", "options", "message"), REFUSED)
def test_what_the_contract_refuses_is_a_value_error_that_names_the_argument(
    ex: SimpleNamespace, name: str, args: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        getattr(ex, name)(*args, **options)


@pytest.mark.parametrize("padding", [0, 1, "same", "valid"])
def test_the_layer_refuses_what_is_not_a_batch_of_pictures(ex: SimpleNamespace, padding: int | str) -> None:
    layer = ex.Conv2d(3, 4, 2, padding=padding)
    for x in (X[0], X[0, 0], X[:, :2]):
        with pytest.raises(ValueError, match="must have the"):
            layer(x)


# The layer

SETTINGS: list[dict[str, Any]] = [
    {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation, "bias": bias}
    for kernel_size, stride, padding, dilation, bias in itertools.product(
        (1, 3, (4, 3), [2, 5]),
        (1, (2, 1), [1, 1]),
        (0, 2, (0, 1), "same", "valid"),
        (1, (1, 2)),
        (True, False),
    )
    if not (padding == "same" and stride == (2, 1))
]


def test_the_layer_is_printed_as_torchs_layer(ex: SimpleNamespace) -> None:
    for settings in SETTINGS:
        assert repr(ex.Conv2d(3, 4, **settings)) == repr(nn.Conv2d(3, 4, **settings))
        ours, theirs = (nn.Sequential(layer(3, 4, **settings)) for layer in (ex.Conv2d, nn.Conv2d))
        assert str(ours) == str(theirs)


def test_the_layer_with_the_same_seed_is_torchs_layer_to_the_last_bit_and_computes_the_same(
    ex: SimpleNamespace,
) -> None:
    x = torch.randn(2, 3, 8, 9)
    for settings in SETTINGS:
        torch.manual_seed(3)
        theirs = nn.Conv2d(3, 4, **settings)
        torch.manual_seed(3)
        ours = ex.Conv2d(3, 4, **settings)
        assert [name for name, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
        assert all(a.equal(b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))
        torch.testing.assert_close(ours(x), theirs(x))


def test_the_layers_attributes_are_torchs(ex: SimpleNamespace) -> None:
    names = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation")
    for settings in SETTINGS:
        ours, theirs = ex.Conv2d(3, 4, **settings), nn.Conv2d(3, 4, **settings)
        assert [getattr(ours, name) for name in names] == [getattr(theirs, name) for name in names]
        assert ours._parameters.keys() == theirs._parameters.keys()


@pytest.mark.parametrize("bias", [True, False])
def test_the_state_dict_goes_both_ways(ex: SimpleNamespace, bias: bool) -> None:
    ours, theirs = (layer(3, 4, (2, 5), bias=bias) for layer in (ex.Conv2d, nn.Conv2d))
    assert list(ours.state_dict()) == list(theirs.state_dict())
    saved = copy.deepcopy(ours.state_dict())
    ours.load_state_dict(theirs.state_dict())
    assert ours.weight.equal(theirs.weight)
    theirs.load_state_dict(saved)
    assert all(theirs.state_dict()[name].equal(value) for name, value in saved.items())


def test_start_values_fill_the_interval_given_by_fan_in(ex: SimpleNamespace) -> None:
    layer = ex.Conv2d(8, 2000, (2, 3))
    bound = 48**-0.5
    for parameter in (layer.weight, layer.bias):
        assert parameter.abs().max() <= bound
        assert parameter.min() < -0.98 * bound and parameter.max() > 0.98 * bound
        # The standard deviation of an even distribution tells it from a clipped normal one.
        assert parameter.std().item() == pytest.approx(bound / 3**0.5, rel=0.05)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_the_layer_is_made_with_or_moved_to_a_dtype_and_device(
    ex: SimpleNamespace, dtype: torch.dtype
) -> None:
    for device in DEVICES:
        made = ex.Conv2d(3, 4, 3, device=device, dtype=dtype)
        moved = ex.Conv2d(3, 4, 3).to(device=device, dtype=dtype)
        for parameter in (*made.parameters(), *moved.parameters()):
            assert parameter.dtype == dtype and parameter.device.type == device and parameter.requires_grad
    assert ex.Conv2d(3, 4, 3, device="meta").weight.is_meta


def test_a_training_step_moves_the_weights_as_torchs_does(ex: SimpleNamespace) -> None:
    settings: dict[str, Any] = {"stride": 2, "padding": (2, 1), "dilation": (1, 2), "dtype": torch.float64}
    ours, theirs = (layer(3, 4, 3, **settings) for layer in (ex.Conv2d, nn.Conv2d))
    ours.load_state_dict(theirs.state_dict())
    before = ours.weight.detach().clone()
    x, target = random_tensor(2, 3, 8, 9), random_tensor(2, 4, 5, 4)
    for layer in (ours, theirs):
        optimiser = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
        for _ in range(3):
            optimiser.zero_grad()
            torch.autograd.backward(F.mse_loss(layer(x), target))
            optimiser.step()
    assert not ours.weight.equal(before)
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict())


def test_no_solution_calls_what_it_forbids_its_students() -> None:
    for file in SOLUTIONS.glob("ex*.py"):
        code = re.sub(r"^\s*#.*$|\"\"\".*?\"\"\"", "", file.read_text(encoding="utf-8"), flags=re.M | re.S)
        assert not re.search(
            r"\bF\.|functional|nn\.(Conv|Unfold|Fold|\w*Pad)|torch\.(conv|ops)|import numpy", code
        )
