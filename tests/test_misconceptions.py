"""Every misconception in the table is found where it occurs, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from exercises.feedback.calls import Call, Sample
from exercises.feedback.compare import tolerance
from exercises.feedback.misconceptions import (
    MISCONCEPTIONS,
    Misconception,
    explanations,
    layer_explanations,
)
from exercises.feedback.reference import FUNCTIONS, arguments, layer_reference, magnitude, reference
from exercises.feedback.steps import Opaque, TensorResult, plain

SECTIONS = {
    "#introduction",
    "#what-is-a-convolution",
    "#why-are-they-fundamental",
    "#convolutions-in-deep-learning",
    "#kernel-size",
    "#stride",
    "#padding",
    "#dilation",
    "#torchnnconv2d",
    "#your-turn",
}
NAMES = {entry.name: entry for entry in MISCONCEPTIONS}


def diagnose(call: Call, got: Any) -> Misconception | None:
    """The first explanation, the one that a public check tells."""
    return next(iter(explanations(call, got)), None)


def diagnose_layer(*made: Any) -> Misconception | None:
    """The first explanation of what a layer gave."""
    return next(iter(layer_explanations(*made)), None)


def tensors(x: tuple[int, ...], weight: tuple[int, ...]) -> tuple[Sample, Sample, Sample]:
    return Sample(x, seed=11), Sample(weight, seed=12), Sample(weight[:1], seed=13)


TALL = tensors((3, 3, 11, 14), (4, 3, 3, 2))
SQUARE = tensors((2, 3, 10, 9), (3, 3, 3, 3))
BIAS_FITS_WIDTH = tensors((2, 2, 7, 6), (4, 2, 2, 3))

CALLS: dict[str, list[Call]] = {
    "effective_kernel_size": [Call("effective_kernel_size", (k, d)) for k, d in ((5, 3), (4, 2), (2, 4))],
    "output_size": [
        Call("output_size", sizes)
        for sizes in (
            (30, 5, 1, 3, 3),
            (30, 3, 3, 2, 1),
            (31, 4, 3, 0, 2),
            (33, 5, 4, 2, 2),
            (41, 3, 3, 4, 3),
            (17, 4, 5, 1, 1),
            (20, 3, 4, 1, 1),
            (19, 3, 2, 0, 1),
        )
    ],
    "same_padding": [
        Call("same_padding", args)
        for args in ((5, 3), (3, 1), ((3, 5), (3, 2)), ((7, 3), 1), (7, 2), ((5, 9), 1), (3, 5))
    ],
    "pad2d": [
        Call("pad2d", (Sample((2, 3, 5, 7), seed=1), padding))
        for padding in ((2, 3), 3, (4, 1), (1, 2), (0, 2))
    ],
    "conv2d_valid": [Call("conv2d_valid", args) for args in (TALL, SQUARE, BIAS_FITS_WIDTH)],
    "conv2d_strided": [
        Call("conv2d_strided", args, {"stride": stride})
        for args, stride in ((TALL, (2, 3)), (TALL, (3, 1)), (SQUARE, 2), (BIAS_FITS_WIDTH, (2, 1)))
    ],
    "dilate_kernel": [Call("dilate_kernel", (TALL[1], dilation)) for dilation in ((3, 2), (2, 1), (3, 4), 3)],
    "conv2d": [
        Call("conv2d", TALL, {"stride": (3, 2), "padding": (2, 4), "dilation": (1, 3)}),
        Call("conv2d", TALL, {"stride": 2, "padding": 3, "dilation": (3, 2)}),
        Call("conv2d", TALL, {"dilation": (3, 4)}),
        Call("conv2d", SQUARE, {"stride": (2, 1), "padding": (3, 2), "dilation": (1, 2)}),
        Call("conv2d", SQUARE, {"padding": 2}),
        Call("conv2d", TALL, {"stride": (2, 3), "padding": (1, 2), "dilation": 3}),
        Call("conv2d", BIAS_FITS_WIDTH),
        Call("conv2d", tensors((2, 3, 8, 6), (4, 3, 2, 2)), {"dilation": (3, 2)}),
    ],
    "box_blur_kernel": [Call("box_blur_kernel", (size,)) for size in (3, 4)],
    "sharpen_kernel": [Call("sharpen_kernel", (amount,)) for amount in (0.5, 2.0, 0.0)],
    "sobel_kernels": [Call("sobel_kernels")],
    "sobel_edges": [
        Call("sobel_edges", (Sample((3, 6, 7), seed=3, uniform=True),)),
        Call("sobel_edges", (Sample((7, 5), seed=4, uniform=True),)),
    ],
}


def layer_problem(
    shapes: tuple[Sample, Sample, Sample], **settings: Any
) -> tuple[Call, dict[str, Tensor], Tensor]:
    x, weight, bias = (s.tensor() for s in shapes)
    call = Call("Conv2d", (x.shape[1], weight.shape[0], tuple(weight.shape[2:])), settings)
    return call, {"weight": weight, "bias": bias}, x


LAYERS = [
    *(layer_problem(call.args, **call.kwargs) for call in CALLS["conv2d"]),
    layer_problem(TALL, padding="same", dilation=(2, 3)),
    layer_problem(SQUARE, padding="same", dilation=(1, 2)),
]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Many small convolutions: threads would only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


CASES = [
    (entry, function) for entry in MISCONCEPTIONS for function in entry.functions if function != "Conv2d"
]
LAYER_CASES = [entry for entry in MISCONCEPTIONS if "Conv2d" in entry.functions]


def as_result(value: Any, dtype: torch.dtype = torch.float32) -> Any:
    """What `steps.run` would give for such an answer in this dtype."""
    if isinstance(value, tuple):
        return tuple(as_result(v, dtype) for v in value)
    return plain(value.to(dtype)) if isinstance(value, Tensor) else plain(value)


def wrong_answer(entry: Misconception, call: Call) -> Any:
    """The misconception's answer; None where it cannot occur."""
    try:
        return entry.answer(*arguments(call).values())
    except Exception:
        return None


def layer_arguments(call: Call, state: dict[str, Tensor], x: Tensor) -> tuple[Any, ...]:
    torch_layer = nn.Conv2d(*call.args, **call.kwargs)
    tensors = (x.double(), state["weight"].double(), state["bias"].double())
    return (*tensors, torch_layer.stride, torch_layer.padding, torch_layer.dilation)


@pytest.mark.parametrize(("entry", "function"), CASES, ids=lambda v: v if isinstance(v, str) else v.name)
def test_the_answer_of_a_misconception_is_diagnosed_as_it(entry: Misconception, function: str) -> None:
    found = set()
    for call in CALLS[function]:
        answer = wrong_answer(entry, call)
        diagnosis = diagnose(call, as_result(answer)) if answer is not None else None
        if diagnosis is entry:
            assert entry in explanations(call, as_result(answer))
            return
        found.add(diagnosis.name if diagnosis else None)
    pytest.fail(f"{entry.name} is taken for {found}")


@pytest.mark.parametrize("entry", LAYER_CASES, ids=lambda entry: entry.name)
def test_the_answer_of_a_layer_with_a_misconception_is_diagnosed_as_it(entry: Misconception) -> None:
    found = set()
    for problem in LAYERS:
        try:
            answer = as_result(entry.answer(*layer_arguments(*problem)))
        except Exception:
            continue
        diagnosis = diagnose_layer(*problem, answer)
        if diagnosis is entry:
            assert entry in layer_explanations(*problem, answer)
            return
        found.add(diagnosis.name if diagnosis else None)
    pytest.fail(f"{entry.name} is taken for {found}")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize(
    "name", ["kernel-flipped", "bias-missing", "channels-first-only", "padding-top-left-only"]
)
def test_a_diagnosis_does_not_depend_on_the_dtype(name: str, dtype: torch.dtype) -> None:
    call = Call("conv2d", TALL, {"padding": 2})
    answer = wrong_answer(NAMES[name], call)
    diagnosis = diagnose(call, as_result(answer, dtype))
    assert diagnosis is not None
    assert diagnosis.name == name


def test_a_right_answer_has_no_diagnosis() -> None:
    for calls in CALLS.values():
        for call in calls:
            assert diagnose(call, as_result(reference(call))) is None, call.text
            assert diagnose(call, as_result(reference(call), torch.float16)) is None, call.text
    for problem in LAYERS:
        assert diagnose_layer(*problem, as_result(layer_reference(*problem))) is None


def test_a_misconception_too_small_to_see_is_not_found_in_a_right_answer() -> None:
    x, weight, _ = TALL
    call = Call("conv2d_valid", (x, weight, torch.full((4,), 1e-7)))
    assert not torch.equal(wrong_answer(NAMES["bias-missing"], call), reference(call))
    assert diagnose(call, as_result(reference(call))) is None


def test_an_answer_just_out_of_tolerance_is_not_blamed_on_what_cannot_be_wrong() -> None:
    call = Call("conv2d_valid", TALL[:2])
    just_wrong = reference(call) + 1.5 * tolerance(torch.float32, magnitude(call))
    assert diagnose(call, as_result(just_wrong)) is None


def test_a_wrong_answer_of_another_kind_has_no_diagnosis() -> None:
    call = CALLS["conv2d"][0]
    right = reference(call)
    for wrong in (right + 1.0, -right, torch.full_like(right, torch.nan), right[0], right.new_zeros(0)):
        assert diagnose(call, as_result(wrong)) is None
    assert diagnose(Call("output_size", (30, 5, 1, 3, 3)), 1000) is None


GARBAGE: list[Any] = [
    None,
    "text",
    True,
    1.5,
    10**400,
    (),
    [],
    (None, None),
    {"a": 1},
    object(),
    Opaque("builtins.object"),
    TensorResult(torch.zeros(2, dtype=torch.complex64), "cpu"),
    TensorResult(torch.zeros(()), "nowhere"),
    TensorResult(None, None),  # type: ignore[arg-type]
    TensorResult(torch.zeros(0), "cpu"),
    torch.zeros(3),
]


@pytest.mark.parametrize("got", GARBAGE, ids=lambda got: type(got).__name__)
def test_garbage_has_no_diagnosis(got: Any) -> None:
    for calls in CALLS.values():
        assert diagnose(calls[0], got) is None
    assert diagnose_layer(*LAYERS[0], got) is None


def test_a_call_without_a_right_answer_has_no_diagnosis() -> None:
    assert diagnose(Call("same_padding", (2,)), 1) is None
    assert diagnose(Call("unknown", (2,)), 1) is None
    assert diagnose(Call("conv2d", (1, 2, 3, 4, 5, 6, 7)), 1) is None
    assert diagnose(Call("Conv2d", (1, 2, 3)), 1) is None
    assert diagnose_layer(Call("Conv2d", ("x",)), {}, torch.zeros(1), None) is None


def test_a_misconception_that_changes_nothing_explains_nothing() -> None:
    one_channel = Call("conv2d_valid", tensors((1, 1, 5, 6), (1, 1, 3, 3))[:2])
    flipped = as_result(wrong_answer(NAMES["kernel-flipped"], one_channel))
    assert explanations(one_channel, flipped) == (NAMES["kernel-flipped"],)
    # bias, stride and padding cannot be what went wrong where there are none
    assert diagnose(one_channel, as_result(wrong_answer(NAMES["bias-missing"], one_channel))) is None


def test_one_number_may_have_several_explanations_and_the_first_is_named() -> None:
    call = Call("output_size", (10, 3, 1, 1, 1))
    assert [e.name for e in explanations(call, 9)] == [
        "size-padding-once",
        "size-plus-one-missing",
        "size-plus-dilation",
    ]
    assert diagnose(call, 9) is NAMES["size-padding-once"]


def test_an_integer_tensor_is_held_against_the_table_too() -> None:
    call = Call("dilate_kernel", (torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), 2))
    assert (
        diagnose(call, as_result(torch.tensor([[[[1, 2], [3, 4]]]]), torch.int64))
        is NAMES["dilation-ignored"]
    )


def test_the_table_is_well_formed() -> None:
    assert len(MISCONCEPTIONS) >= 30
    assert len(NAMES) == len(MISCONCEPTIONS)
    known = {*FUNCTIONS, "Conv2d"}
    assert {function for entry in MISCONCEPTIONS for function in entry.functions} == known
    for entry in MISCONCEPTIONS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.name)
        assert set(entry.functions) <= known
        assert entry.section in SECTIONS
        assert entry.explanation.endswith((".", "?"))
        assert 1 <= len(re.findall(r"[.?](?=\s|$)", entry.explanation)) <= 3, entry.name
        assert len(entry.explanation) <= 260, entry.name
