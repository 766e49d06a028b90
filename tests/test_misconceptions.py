"""Every misconception in the table is found where it occurs, and nowhere else."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from exercises.course import COURSE
from exercises.course.layer_oracle import layer_question, layer_reference
from exercises.course.misconceptions import FAMILIES, MISCONCEPTIONS
from exercises.course.oracle import LUMA, ORACLE, sobel_kernels, sobel_slopes
from exercises.feedback import explain
from exercises.feedback.calls import Call, Sample
from exercises.feedback.compare import tolerance
from exercises.feedback.misconception import Misconception
from exercises.feedback.steps import Opaque, TensorResult, plain

NAMES = {entry.name: entry for entry in MISCONCEPTIONS}


def explanations(call: Call, got: Any) -> tuple[Misconception, ...]:
    return explain.explanations(COURSE, explain.question(COURSE, call), got)


def explains(entry: Misconception, call: Call, got: Any) -> bool:
    return explain.explains(entry, explain.question(COURSE, call), got)


def diagnose(call: Call, got: Any) -> Misconception | None:
    """The first explanation, the one that a public check tells."""
    return next(iter(explanations(call, got)), None)


def diagnose_layer(*made: Any) -> Misconception | None:
    """The first explanation of what a layer gave."""
    return next(iter(explain.explanations(COURSE, layer_question(*made[:-1]), made[-1])), None)


def tensors(x: tuple[int, ...], weight: tuple[int, ...]) -> tuple[Sample, Sample, Sample]:
    return Sample(x, seed=11), Sample(weight, seed=12), Sample(weight[:1], seed=13)


TALL = tensors((3, 3, 11, 14), (4, 3, 3, 2))
SQUARE = tensors((2, 3, 10, 9), (3, 3, 3, 3))
BIAS_FITS_WIDTH = tensors((2, 2, 7, 6), (4, 2, 2, 3))
MORE_THAN_THREE = tensors((2, 5, 12, 13), (3, 5, 5, 4))
HIGH = tensors((2, 2, 9, 7), (3, 2, 3, 2))
WIDE = tensors((2, 2, 7, 9), (3, 2, 2, 3))
ODD_SHAPES = (MORE_THAN_THREE, HIGH, WIDE)

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
    "conv2d_valid": [Call("conv2d_valid", args) for args in (TALL, SQUARE, BIAS_FITS_WIDTH, *ODD_SHAPES)],
    "conv2d_strided": [
        Call("conv2d_strided", args, {"stride": stride})
        for args, stride in (
            *((TALL, (2, 3)), (TALL, (3, 1)), (SQUARE, 2), (BIAS_FITS_WIDTH, (2, 1))),
            *((args, 2) for args in ODD_SHAPES),
        )
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
        *(Call("conv2d", args) for args in ODD_SHAPES),
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
        return entry.answer(*ORACLE.arguments(call).values())
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
            assert explains(entry, call, as_result(answer))
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
            assert entry in explain.explanations(COURSE, layer_question(*problem), answer)
            assert explain.explains(entry, layer_question(*problem), answer)
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
            assert diagnose(call, as_result(ORACLE.answer(call))) is None, call.text
            assert diagnose(call, as_result(ORACLE.answer(call), torch.float16)) is None, call.text
    for problem in LAYERS:
        assert diagnose_layer(*problem, as_result(layer_reference(*problem))) is None


def test_a_misconception_too_small_to_see_is_not_found_in_a_right_answer() -> None:
    x, weight, _ = TALL
    call = Call("conv2d_valid", (x, weight, torch.full((4,), 1e-7)))
    assert not torch.equal(wrong_answer(NAMES["bias-missing"], call), ORACLE.answer(call))
    assert diagnose(call, as_result(ORACLE.answer(call))) is None


def test_an_answer_just_out_of_tolerance_is_not_blamed_on_what_cannot_be_wrong() -> None:
    call = Call("conv2d_valid", TALL[:2])
    just_wrong = ORACLE.answer(call) + 1.5 * tolerance(torch.float32, ORACLE.magnitude(call))
    assert diagnose(call, as_result(just_wrong)) is None


def test_a_wrong_answer_of_another_kind_has_no_diagnosis() -> None:
    call = CALLS["conv2d"][0]
    right = ORACLE.answer(call)
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


def test_a_1_inside_the_division_is_told_from_one_that_is_missing() -> None:
    """They differ at stride 1 alone, where one of them is right."""
    strided, plain_call = Call("output_size", (19, 3, 5)), Call("output_size", (19, 3))
    assert [e.name for e in explanations(strided, 3)][:2] == ["size-plus-one-inside", "size-plus-one-missing"]
    assert "size-plus-one-inside" not in [e.name for e in explanations(plain_call, 16)]
    assert not explains(NAMES["size-plus-one-inside"], plain_call, 16)


# what is read off an answer

COLOURS = Call("sobel_edges", (Sample((3, 6, 7), seed=3, uniform=True),))
FEW_COLOURS = Call("sobel_edges", (Sample((3, 3, 3), seed=8, uniform=True),))
EXACT_COLOURS = Call("sobel_edges", (Sample((3, 5, 4), seed=5, dtype="float64", uniform=True),))
GREY = Call("sobel_edges", (Sample((7, 5), seed=4, uniform=True),))
EXACT_GREY = Call("sobel_edges", (Sample((5, 6), seed=6, dtype="float64", uniform=True),))
DOT = Call("sobel_edges", (torch.eye(6)[:1].T @ torch.eye(5)[:1],))  # flat but for one corner


def edges(call: Call, luma: tuple[float, ...] = LUMA, under: float = 0.0, after: float = 0.0) -> Any:
    """What a student's own way to the edges gives, in the dtype of the picture."""
    (image,) = call.real_args
    across, down = sobel_slopes(image, torch.stack(sobel_kernels()).to(image), luma)
    return plain((across**2 + down**2 + under).sqrt() + after)


@pytest.mark.parametrize("call", [COLOURS, FEW_COLOURS, EXACT_COLOURS], ids=lambda call: call.text)
@pytest.mark.parametrize(
    "luma",
    [
        (0.2989, 0.587, 0.114),
        (0.299, 0.578, 0.114),
        (0.299, 0.587, 0.144),
        (0.587, 0.299, 0.114),
        (0.299, 0.114, 0.587),
        (0.3, 0.59, 0.11),
        (0.2627, 0.678, 0.0593),
        (0.0, 1.0, 0.0),
    ],
    ids=str,
)
def test_weights_of_grey_are_read_off_the_edges(luma: tuple[float, ...], call: Call) -> None:
    diagnosis = diagnose(call, edges(call, luma))
    assert diagnosis and diagnosis.name == "grey-from-other-weights"
    red, green, blue = (f"{weight:g}" for weight in luma)
    assert f"{red} of red, {green} of green and {blue} of blue. The task" in diagnosis.explanation
    assert diagnosis.explanation.endswith("0.299 of red, 0.587 of green and 0.114 of blue.")
    for other in (COLOURS, FEW_COLOURS, EXACT_COLOURS):
        assert explains(diagnosis, other, edges(other, luma))
        assert not explains(diagnosis, other, edges(other, (0.31, *luma[1:])))
        assert not explains(diagnosis, other, edges(other))


def test_weights_that_have_a_name_of_their_own_are_called_by_it() -> None:
    assert diagnose(COLOURS, edges(COLOURS, (1 / 3, 1 / 3, 1 / 3))) is NAMES["grey-as-mean"]
    assert diagnose(COLOURS, edges(COLOURS, LUMA[::-1])) is NAMES["grey-from-bgr"]


def test_a_multiple_of_the_edges_is_not_put_down_to_the_weights() -> None:
    assert diagnose(COLOURS, edges(COLOURS, (0.598, 1.174, 0.228))) is None


def test_what_a_few_pixels_leave_open_is_not_stated() -> None:
    row = Call("sobel_edges", (Sample((3, 1, 4), seed=9, uniform=True),))
    assert diagnose(row, edges(row, (0.2989, 0.587, 0.114))) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, 0.0, 1e30])
def test_nothing_is_read_off_what_is_no_edge_at_all(value: float) -> None:
    for call in (COLOURS, EXACT_COLOURS, GREY):
        wrong = plain(torch.full_like(ORACLE.answer(call), value))
        assert not {e.name for e in explanations(call, wrong)} & {family.name for family in FAMILIES}


def test_weights_say_nothing_about_a_grey_picture() -> None:
    diagnosis = diagnose(COLOURS, edges(COLOURS, (0.2989, 0.587, 0.114)))
    assert diagnosis and not explains(diagnosis, GREY, edges(GREY, under=0.1))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (10.0**-power, "0.001" if power == 3 else f"1e-{power}") for power in range(3, 13)
    ] + [(torch.finfo(torch.float32).eps, "1.2e-7")],
)  # fmt: skip
@pytest.mark.parametrize("call", [EXACT_GREY, EXACT_COLOURS, DOT], ids=["grey", "colours", "dot"])
def test_what_was_added_under_the_root_is_read_off_the_edges(call: Call, amount: float, text: str) -> None:
    got = edges(call, under=amount)
    diagnosis = diagnose(call, got)
    assert diagnosis and diagnosis.name == "edges-epsilon-under-root"
    assert diagnosis.explanation.startswith(f"About {text} seems to be added under the root.")
    # in float32 a number of more than one digit is not read off exactly
    assert text == "1.2e-7" or explains(diagnosis, EXACT_GREY, edges(EXACT_GREY, under=amount))
    assert not explains(diagnosis, EXACT_GREY, edges(EXACT_GREY, under=2 * amount))
    assert not explains(diagnosis, EXACT_GREY, edges(EXACT_GREY))


@pytest.mark.parametrize(("amount", "text"), [(1e-3, "0.001"), (1e-8, "1e-8"), (-0.5, "-0.5")])
def test_what_was_added_to_every_pixel_is_read_off_the_edges(amount: float, text: str) -> None:
    diagnosis = diagnose(EXACT_GREY, edges(EXACT_GREY, after=amount))
    assert diagnosis and diagnosis.name == "edges-constant-added"
    assert diagnosis.explanation.startswith(f"About {text} seems to be added to every pixel")
    assert explains(diagnosis, EXACT_COLOURS, edges(EXACT_COLOURS, after=amount))


def test_members_of_families_are_as_well_formed_as_the_table() -> None:
    members = {
        diagnose(EXACT_COLOURS, edges(EXACT_COLOURS, (0.299, 0.578, 0.144))),
        diagnose(EXACT_COLOURS, edges(EXACT_COLOURS, under=1e-5)),
        diagnose(EXACT_COLOURS, edges(EXACT_COLOURS, after=1e-5)),
    }
    found = {member.name: member for member in members if member}
    assert found.keys() == {family.name for family in FAMILIES}
    for family in FAMILIES:
        member = found[family.name]
        assert (member.functions, member.section) == (family.functions, family.section)
        must_be_well_formed(member)


# calls that are too large to be tried

LARGE = Call("conv2d_valid", (Sample((4, 128, 20, 20), seed=1), Sample((12, 128, 9, 9), seed=2)))


def test_a_large_call_is_not_tried_and_says_so() -> None:
    flipped = as_result(wrong_answer(NAMES["kernel-flipped"], LARGE))
    large, small = (explain.question(COURSE, call) for call in (LARGE, CALLS["conv2d_valid"][0]))
    assert large and large.too_large and small and not small.too_large
    assert explain.question(COURSE, Call("nothing")) is None
    layers = layer_question(*LAYERS[0])
    assert layers and not layers.too_large
    assert explanations(LARGE, flipped) == ()
    assert explains(NAMES["kernel-flipped"], LARGE, flipped), "nothing speaks against it"


def must_be_well_formed(entry: Misconception) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.name)
    assert entry.explanation.endswith((".", "?"))
    assert 1 <= len(re.findall(r"[.?](?=\s|$)", entry.explanation)) <= 3, entry.name
    assert len(entry.explanation) <= 260, entry.name


def test_the_table_is_well_formed() -> None:
    assert len(MISCONCEPTIONS) >= 30
    assert len(NAMES) == len(MISCONCEPTIONS)
    known = {*ORACLE.functions, "Conv2d"}
    assert {function for entry in MISCONCEPTIONS for function in entry.functions} == known
    for entry in MISCONCEPTIONS:
        assert set(entry.functions) <= known


def test_whatever_is_explained_has_a_name_of_its_own_and_is_said_in_few_words() -> None:
    names = [entry.name for entry in (*COURSE.misconceptions, *COURSE.families)]
    assert len(names) == len(set(names)) > len(MISCONCEPTIONS)
    for entry in COURSE.misconceptions:
        must_be_well_formed(entry)
