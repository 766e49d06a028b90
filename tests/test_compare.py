"""Comparing: rounding passes, everything else does not."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from exercises.course.oracle import ORACLE
from exercises.feedback.calls import DTYPES, LAYOUTS, Call, Sample, lay_out, layout_of, sample
from exercises.feedback.compare import ROUNDINGS, compare, tolerance
from exercises.feedback.steps import Opaque, TensorResult


def loops(x: Tensor, weight: Tensor) -> Tensor:
    (n, _, height, width), (o, _, kh, kw) = x.shape, weight.shape
    out = x.new_zeros(n, o, height - kh + 1, width - kw + 1)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            patch = x[:, None, :, i : i + kh, j : j + kw]
            out[:, :, i, j] = (patch * weight).sum((2, 3, 4))
    return out


def term_by_term(x: Tensor, weight: Tensor) -> Tensor:
    (n, channels, height, width), (o, _, kh, kw) = x.shape, weight.shape
    out = x.new_zeros(n, o, height - kh + 1, width - kw + 1)
    for c in range(channels):
        for i in range(kh):
            for j in range(kw):
                seen = x[:, None, c, i : i + out.shape[2], j : j + out.shape[3]]
                out = out + seen * weight[None, :, c, i, j, None, None]
    return out


def einsum(x: Tensor, weight: Tensor) -> Tensor:
    patches = x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1)
    return torch.einsum("nchwij,ocij->nohw", patches, weight)


def matmul(x: Tensor, weight: Tensor) -> Tensor:
    patches = x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1)
    n, _, height, width, _, _ = patches.shape
    rows = patches.permute(0, 2, 3, 1, 4, 5).reshape(n * height * width, -1)
    return (rows @ weight.flatten(1).T).reshape(n, height, width, -1).permute(0, 3, 1, 2)


def fourier(x: Tensor, weight: Tensor) -> Tensor:
    exact = x if x.dtype == torch.float64 else x.float()
    size = x.shape[-2:]
    spectrum = torch.fft.rfft2(exact)[:, None] * torch.fft.rfft2(weight.to(exact.dtype), size).conj()
    out = torch.fft.irfft2(spectrum.sum(2), size)
    return out[..., : size[0] - weight.shape[2] + 1, : size[1] - weight.shape[3] + 1].to(x.dtype)


@pytest.mark.parametrize("style", [loops, term_by_term, einsum, matmul, fourier], ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("channels", [1, 4, 32])
def test_right_answers_in_any_style_stay_well_under_the_tolerance(
    style: Callable[[Tensor, Tensor], Tensor], dtype: str, channels: int
) -> None:
    worst = 0.0
    for seed in range(5):
        shapes = ((2, channels, 12, 10), (3, channels, 3, 2))
        call = Call("conv2d_valid", tuple(Sample(s, 10 * seed + i, dtype) for i, s in enumerate(shapes)))
        error = float((style(*call.real_args).double() - ORACLE.answer(call)).abs().max())
        worst = max(worst, error / tolerance(DTYPES[dtype], ORACLE.magnitude(call)))
    assert worst < 0.5, f"{worst:.2f} of the tolerance is used"


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_wrong_weight_is_far_over_the_tolerance(dtype: str) -> None:
    shapes = ((2, 2, 6, 5), (3, 2, 2, 3))
    call = Call("conv2d_valid", tuple(Sample(s, i, dtype) for i, s in enumerate(shapes)))
    x, weight = call.real_args
    spoilt = weight.clone()
    spoilt[1, 1, 0, 2] = 0.0
    error = float((einsum(x, spoilt).double() - ORACLE.answer(call)).abs().max())
    assert error > tolerance(DTYPES[dtype], ORACLE.magnitude(call))


def test_cuda_float32_allows_for_tf32_and_nothing_else_does() -> None:
    exact = ROUNDINGS * torch.finfo(torch.float32).eps
    assert tolerance(torch.float32, 1.0) == pytest.approx(exact)
    assert tolerance(torch.float32, 1.0, "cuda:0") == pytest.approx(ROUNDINGS * 2.0**-10)
    # the right answer is of float64, too
    double = pytest.approx(2 * ROUNDINGS * torch.finfo(torch.float64).eps)
    assert tolerance(torch.float64, 1.0, "cuda:0") == tolerance(torch.float64, 1.0) == double


RIGHT = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)


def result(values: Tensor, device: str = "cpu") -> TensorResult:
    return TensorResult(values.float(), device)


@pytest.mark.parametrize(
    ("got", "kind"),
    [
        (result(RIGHT), None),
        (result(RIGHT + 1e-8), None),
        (result(RIGHT + 0.01), "value"),
        (result(RIGHT - 1e9), "value"),
        (result(torch.zeros(2, 2)), "value"),
        (result(RIGHT * math.nan), "nan"),
        (result(RIGHT * math.inf), "value"),
        (result(RIGHT[0]), "shape"),
        (result(RIGHT[:, :1]), "shape"),
        (result(RIGHT[None]), "shape"),
        (result(torch.tensor(1.0)), "shape"),
        (TensorResult(RIGHT, "cpu"), "dtype"),
        (TensorResult(RIGHT.half(), "cpu"), "dtype"),
        (result(RIGHT, "cuda:0"), "device"),
        (None, "type"),
        (1.0, "type"),
        ([[1.0, 2.0], [3.0, 4.0]], "type"),
        (Opaque("numpy.ndarray"), "type"),
    ],
)
def test_a_tensor_is_right_in_every_respect_or_wrong_in_one(got: object, kind: str | None) -> None:
    found = compare(RIGHT, got)
    assert (found.kind if found else None) == kind


def test_one_nan_among_right_numbers_is_found_and_named() -> None:
    values = RIGHT.clone()
    values[1, 0] = math.nan
    found = compare(RIGHT, result(values))
    assert found is not None
    assert (found.kind, found.worst, found.wrong, found.total) == ("nan", (1, 0), 1, 4)


def test_the_place_of_the_largest_error_is_told() -> None:
    found = compare(RIGHT, result(RIGHT + torch.tensor([[0.0, 1.0], [5.0, 0.0]])))
    assert found is not None
    assert (found.worst, found.expected, found.got, found.wrong) == ((1, 0), "3", "8", 2)


@pytest.mark.parametrize(
    ("expected", "got", "kind"),
    [
        (3, 3, None),
        (3, 4, "value"),
        (3, 3.0, "type"),
        (1, True, "type"),
        ((1, 2), (1, 2), None),
        ((1, 2), [1, 2], None),
        ((1, 2), (2, 1), "value"),
        ((1, 2), (1,), "length"),
        ((1, 2), 1, "type"),
        ((RIGHT, RIGHT), (result(RIGHT), result(RIGHT + 1)), "value"),
        ((RIGHT, RIGHT), (result(RIGHT), result(RIGHT)), None),
    ],
)
def test_numbers_and_tuples(expected: object, got: object, kind: str | None) -> None:
    found = compare(expected, got)
    assert (found.kind if found else None) == kind


def test_an_empty_result_is_right_when_its_shape_and_dtype_are() -> None:
    empty = torch.empty(0, 2, dtype=torch.float64)
    assert compare(empty, result(empty)) is None
    assert compare(empty, TensorResult(empty, "cpu")) is not None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_keep_the_numbers_and_are_told_apart(layout: str) -> None:
    x = sample((3, 2, 4, 5), seed=1, layout=layout)
    assert layout_of(x) == layout
    assert torch.equal(lay_out(x, layout_of(x)), x)
    if layout != "expanded":
        assert torch.equal(x, sample((3, 2, 4, 5), seed=1))


def test_a_call_prints_as_python_that_gives_the_same_call() -> None:
    tensors = (torch.tensor([[[[1.0, -2.5]]]]), Sample((1, 1, 1, 1), 3, "float64", uniform=True))
    call = Call("conv2d", tensors, {"stride": (2, 1)})
    seen: dict[str, object] = {}

    def conv2d(*args: object, **kwargs: object) -> None:
        seen.update(args=args, kwargs=kwargs)

    eval(call.text, {"torch": torch, "sample": sample, "conv2d": conv2d})
    args = seen["args"]
    assert isinstance(args, tuple)
    assert all(torch.equal(a, b) for a, b in zip(args, call.real_args, strict=True))
    assert seen["kwargs"] == {"stride": (2, 1)}


def test_calls_with_the_same_recipe_are_the_same_call() -> None:
    one = Call("pad2d", (Sample((1, 2), 3), (1, 2)))
    assert one == Call("pad2d", (Sample((1, 2), 3), (1, 2)))
    assert hash(one) == hash(Call("pad2d", (Sample((1, 2), 3), (1, 2))))
    assert one != Call("pad2d", (Sample((1, 2), 4), (1, 2)))
    assert Call("f", (1,)) != Call("f", (1.0,))
