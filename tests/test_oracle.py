"""The oracle gives what torch gives, for every way of writing a call."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exercises.course.layer_oracle import layer_gradients, layer_magnitude, layer_reference
from exercises.course.oracle import ORACLE
from exercises.feedback.calls import Call, Sample
from exercises.feedback.oracle import expected_dtype

X = Sample((2, 3, 9, 8), seed=1)
WEIGHT = Sample((4, 3, 3, 2), seed=2)
BIAS = Sample((4,), seed=3)


def double(sample: Sample) -> Tensor:
    return sample.tensor().double()


@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("kernel_size", [1, 2, 5])
def test_sizes_are_those_of_torchs_convolution(kernel_size: int, dilation: int) -> None:
    assert (
        ORACLE.answer(Call("effective_kernel_size", (kernel_size, dilation)))
        == (kernel_size - 1) * dilation + 1
    )
    for stride in (1, 2, 3):
        call = Call("output_size", (20, kernel_size), {"stride": stride, "padding": 2, "dilation": dilation})
        answer = F.conv1d(torch.ones(1, 1, 20), torch.ones(1, 1, kernel_size), None, stride, 2, dilation)
        assert ORACLE.answer(call) == answer.shape[-1]


@pytest.mark.parametrize(
    ("args", "expected"),
    [((3,), 1), ((1,), 0), ((5, 3), 6), (((3, 5), 2), (2, 4)), ((3, (1, 2)), (1, 2)), ((4, 2), 3)],
)
def test_same_padding_gives_an_int_for_ints_and_a_pair_for_pairs(
    args: tuple[Any, ...], expected: Any
) -> None:
    assert ORACLE.answer(Call("same_padding", args)) == expected


def test_same_padding_refuses_what_no_symmetric_padding_keeps() -> None:
    with pytest.raises(ValueError, match="no symmetric padding"):
        ORACLE.answer(Call("same_padding", (2,)))


def test_padding_puts_the_first_number_above_and_below() -> None:
    padded = ORACLE.answer(Call("pad2d", (X, (1, 2))))
    assert padded.shape == (2, 3, 11, 12)
    assert torch.equal(padded[..., 1:-1, 2:-2], double(X))
    assert padded.abs().sum() == pytest.approx(float(double(X).abs().sum()))


def test_convolutions_are_torchs_in_float64_by_place_or_by_name() -> None:
    whole = Call("conv2d", (X, WEIGHT, BIAS), {"stride": (2, 1), "padding": (0, 2), "dilation": (1, 3)})
    answer = F.conv2d(double(X), double(WEIGHT), double(BIAS), (2, 1), (0, 2), (1, 3))
    assert torch.equal(ORACLE.answer(whole), answer)
    by_name = Call("conv2d_strided", (), {"weight": WEIGHT, "x": X, "stride": 2})
    assert torch.equal(ORACLE.answer(by_name), F.conv2d(double(X), double(WEIGHT), stride=2))
    assert torch.equal(ORACLE.answer(Call("conv2d_valid", (X, WEIGHT))), F.conv2d(double(X), double(WEIGHT)))


def test_half_precision_is_upcast_exactly_and_layouts_do_not_matter() -> None:
    for layout in ("contiguous", "channels_last", "transposed"):
        x = Sample((2, 3, 9, 8), 1, "bfloat16", layout)
        answer = ORACLE.answer(Call("conv2d_valid", (x, Sample((4, 3, 3, 2), 2, "bfloat16"))))
        assert answer.dtype == torch.float64
        assert torch.allclose(
            answer, F.conv2d(double(x), Sample((4, 3, 3, 2), 2, "bfloat16").tensor().double())
        )


def test_a_batch_of_no_pictures_has_an_answer_of_no_pictures() -> None:
    call = Call("conv2d_valid", (Sample((0, 3, 9, 8), 1), WEIGHT))
    assert ORACLE.answer(call).shape == (0, 4, 7, 7)
    assert ORACLE.magnitude(call) == 0.0


def test_a_dilated_kernel_does_what_a_dilated_convolution_does() -> None:
    spread = ORACLE.answer(Call("dilate_kernel", (WEIGHT, (2, 3))))
    assert spread.shape == (4, 3, 5, 4)
    assert torch.allclose(F.conv2d(double(X), spread), F.conv2d(double(X), double(WEIGHT), dilation=(2, 3)))


def test_kernels_are_those_of_the_design() -> None:
    assert torch.allclose(ORACLE.answer(Call("box_blur_kernel", (4,))), torch.full((4, 4), 1 / 16).double())
    sharpen = ORACLE.answer(Call("sharpen_kernel", (0.5,)))
    assert sharpen.tolist() == [[0, -0.5, 0], [-0.5, 3, -0.5], [0, -0.5, 0]]
    gx, gy = ORACLE.answer(Call("sobel_kernels"))
    assert gx.tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert torch.equal(gy, gx.T)


def test_edges_of_a_step_are_four_and_colour_counts_by_luma() -> None:
    step = torch.tensor([[0.0, 0.0, 1.0, 1.0]]).expand(3, 4)
    assert ORACLE.answer(Call("sobel_edges", (step,)))[1].tolist() == [0.0, 4.0, 4.0, 4.0]
    image = Sample((3, 5, 6), 1, uniform=True)
    red, green, blue = double(image)
    grey = Call("sobel_edges", (0.299 * red + 0.587 * green + 0.114 * blue,))
    assert torch.allclose(ORACLE.answer(Call("sobel_edges", (image,))), ORACLE.answer(grey))


def test_the_answers_dtype_is_that_of_the_first_tensor_or_the_one_asked_for() -> None:
    assert expected_dtype(Call("conv2d_valid", (Sample((1, 1, 3, 3), 1, "float16"), WEIGHT))) == torch.float16
    assert expected_dtype(Call("Conv2d", (1, 2, 3), {"dtype": torch.float64})) == torch.float64
    assert expected_dtype(Call("sobel_kernels")) == torch.float32


def test_the_magnitude_is_the_answer_if_nothing_cancels() -> None:
    call = Call("conv2d", (X, WEIGHT, BIAS), {"padding": 1})
    answer = F.conv2d(double(X).abs(), double(WEIGHT).abs(), double(BIAS).abs(), padding=1)
    assert ORACLE.magnitude(call) == pytest.approx(float(answer.max()))
    edges = Call("sobel_edges", (Sample((6, 7), 1, uniform=True),))
    assert float(ORACLE.answer(edges).max()) <= ORACLE.magnitude(edges) <= 12


def test_gradients_are_vector_jacobian_products_for_the_arguments_named() -> None:
    call = Call("conv2d", (X, WEIGHT), {"bias": BIAS, "stride": 2})
    cotangent = Sample((2, 4, 4, 4), seed=9).tensor()
    x, weight, bias = (double(s).requires_grad_() for s in (X, WEIGHT, BIAS))
    F.conv2d(x, weight, bias, 2).backward(cotangent.double())  # type: ignore[no-untyped-call]
    gradients, largest = ORACLE.gradients(call, cotangent, [1, "bias", 0])
    for gradient, leaf in zip(gradients, (weight, bias, x), strict=True):
        assert leaf.grad is not None
        assert torch.allclose(gradient, leaf.grad)
        assert float(gradient.abs().max()) <= largest


def test_gradients_of_edges_have_a_wider_magnitude_where_a_slope_is_short() -> None:
    call = Call("sobel_edges", (Sample((6, 7), 1, uniform=True),))
    gradients, largest = ORACLE.gradients(call, torch.ones(6, 7), [0])
    assert gradients[0].shape == (6, 7)
    assert largest > float(gradients[0].abs().max())


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"padding": "same", "dilation": (2, 1)},
        {"padding": "valid"},
        {"stride": 2, "padding": (0, 3), "bias": False},
    ],
)
def test_a_layer_answers_as_torchs_layer_with_the_same_parameters(settings: dict[str, Any]) -> None:
    torch_layer = nn.Conv2d(3, 4, (2, 3), **settings)
    call = Call("Conv2d", (3, 4, (2, 3)), settings)
    state = torch_layer.state_dict()
    x = X.tensor().requires_grad_()
    answer = torch_layer(x)
    expected = layer_reference(call, state, x)
    assert expected.dtype == torch.float64
    assert not expected.requires_grad
    assert torch.allclose(expected.float(), answer, atol=1e-5)
    assert float(expected.abs().max()) <= layer_magnitude(call, state, x)
    cotangent = Sample(tuple(answer.shape), seed=5).tensor()
    answer.backward(cotangent)
    gradients, largest = layer_gradients(call, state, x, cotangent)
    leaves = [x, *torch_layer.parameters()]
    assert len(gradients) == len(leaves)
    for gradient, leaf in zip(gradients, leaves, strict=True):
        assert leaf.grad is not None
        assert torch.allclose(gradient.float(), leaf.grad, atol=1e-4)
        assert float(gradient.abs().max()) <= largest


def test_a_layer_draws_no_random_numbers_and_leaves_the_state_alone() -> None:
    state = nn.Conv2d(3, 4, 3, dtype=torch.float64).state_dict()
    before = {name: value.clone() for name, value in state.items()}
    torch.manual_seed(0)
    wanted = torch.rand(1)
    torch.manual_seed(0)
    layer_gradients(Call("Conv2d", (3, 4, 3)), state, X.tensor(), torch.ones(2, 4, 7, 6))
    assert torch.equal(torch.rand(1), wanted)
    assert all(torch.equal(state[name], before[name]) for name in state)


def test_no_warning_reaches_the_student_for_an_even_kernel_that_keeps_the_size() -> None:
    torch_layer = nn.Conv2d(3, 4, 2, padding="same")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer_reference(Call("Conv2d", (3, 4, 2), {"padding": "same"}), torch_layer.state_dict(), X.tensor())


def test_every_function_of_the_exercises_but_the_layer_is_answered() -> None:
    assert set(ORACLE.functions) == {
        "effective_kernel_size", "output_size", "pad2d", "same_padding", "conv2d_valid", "conv2d_strided",
        "dilate_kernel", "conv2d", "box_blur_kernel", "sharpen_kernel", "sobel_kernels", "sobel_edges",
    }  # fmt: skip
