"""What is said of a failure that is no matter of numbers: true, about the student's code alone, and fit for it."""

from __future__ import annotations

import copy
import importlib
import linecache
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from autograder.course import COURSE
from exercises.console import outcome as public
from exercises.course.layer_checks import (
    must_backpropagate,
    must_exchange_state,
    must_forward,
    must_have_parameters,
    must_start_as_torch,
    must_train,
)
from exercises.course.oracle import conv2d, conv2d_valid
from exercises.feedback import steps
from exercises.feedback.calls import Call, Sample
from exercises.feedback.catalogue import course_info, exercises
from exercises.feedback.checks import must_differentiate, must_keep_inputs, must_raise, must_return
from exercises.feedback.failures import CheckFailure, Outcome, failure_of, looks_newer
from exercises.feedback.follow import Assumed
from exercises.feedback.kinds import FailureKind
from exercises.feedback.raised_at import expression_of
from exercises.feedback.steps import LOADING, Raised

TENSORS = (Sample((2, 3, 9, 8), seed=1), Sample((4, 3, 3, 2), seed=2), Sample((4,), seed=3))


class Own:
    """A student with this one function or class; what is asked really runs, in this process."""

    course = COURSE
    device = "cpu"

    def __init__(self, made: Any) -> None:
        self.made = made
        self.assumed: Assumed = {}

    def run(self, steps_: Sequence[Any]) -> Outcome:
        # what it writes to is its own
        return Outcome(*steps.run(copy.deepcopy(steps_), lambda name: self.made, expression_of))


def failure(check: Callable[..., None], made: Any, *asked: Any, **more: Any) -> CheckFailure:
    """What a check finds wrong."""
    with pytest.raises(CheckFailure) as found:
        check(Own(made), *asked, **more)
    return found.value


def strided(**settings: Any) -> Call:
    return Call("conv2d_strided", TENSORS, settings)


def test_axes_of_one_are_told_where_the_sizes_are_right_but_for_them() -> None:
    call = Call("conv2d_valid", TENSORS)
    for made in (
        lambda *given: conv2d_valid(*given)[None],
        lambda *given: conv2d_valid(*given)[:, :, None],
    ):
        found = failure(must_return, made, call)
        assert (found.kind, found.diagnosis) == ("shape", "axes-of-one")
    one = Call("conv2d_valid", (TENSORS[0], Sample((1, 3, 3, 2), seed=2)))
    assert failure(must_return, lambda *given: conv2d_valid(*given)[:, 0], one).diagnosis == "axes-of-one"
    for near in (
        lambda *given: conv2d_valid(*given)[:, :, :-1],
        lambda *given: conv2d_valid(*given)[None, :, :, 1:],
        lambda *given: conv2d_valid(*given).flatten(2),
        lambda *given: conv2d_valid(*given).transpose(0, 1),
    ):
        assert failure(must_return, near, call).diagnosis != "axes-of-one"
    turned = failure(must_return, lambda *given: conv2d_valid(*given).transpose(0, 1), one)
    assert (turned.expected, turned.got) == ("(2, 1, 7, 7)", "(1, 2, 7, 7)")
    assert turned.diagnosis != "axes-of-one"  # none is too many


@pytest.mark.parametrize(("place", "name"), [(0, "x"), (1, "weight"), (2, "bias")])
def test_the_argument_that_was_changed_is_named(place: int, name: str) -> None:
    def changes(*given: Tensor) -> Tensor:
        answer = conv2d_valid(*given)
        given[place].mul_(2)
        return answer

    found = failure(must_keep_inputs, changes, Call("conv2d_valid", TENSORS))
    assert (found.kind, found.diagnosis) == ("mutated", "input-mutated")
    assert found.headline == f"conv2d_valid changed its argument {name} in place"
    by_name = Call("conv2d_valid", TENSORS[:2], {"bias": TENSORS[2]})
    assert name in failure(must_keep_inputs, lambda x, w, bias: changes(x, w, bias), by_name).headline


# exceptions


def unwraps_no_pair(x: Tensor, weight: Tensor, bias: Any = None, stride: Any = 1) -> Tensor:
    return conv2d_valid(x, weight, bias)[:, :, ::stride, ::stride]


def compares_a_pair(x: Tensor, weight: Tensor, bias: Any = None, stride: Any = 1) -> Tensor:
    if stride < 1:
        raise ValueError("stride")
    return conv2d_valid(x, weight, bias)


def wants_a_pair(x: Tensor, weight: Tensor, bias: Any = None, stride: Any = (1, 1)) -> Tensor:
    down, right = stride
    return conv2d_valid(x, weight, bias)[:, :, ::down, ::right]


@pytest.mark.parametrize(
    ("made", "stride", "cause"),
    [
        (unwraps_no_pair, (2, 1), "pair-not-expected"),
        (compares_a_pair, (2, 1), "pair-not-expected"),
        (wants_a_pair, 2, "int-not-expected"),
    ],
)
def test_an_int_or_pair_that_was_not_expected_is_named(made: Any, stride: Any, cause: str) -> None:
    assert failure(must_return, made, strided(stride=stride)).diagnosis == cause


@pytest.mark.parametrize("stride", [2, (2, 1)], ids=str)
def test_another_type_error_is_not_put_down_to_pairs(stride: Any) -> None:
    def compares_text(*_: Any, **__: Any) -> None:
        raise TypeError("'<' not supported between instances of 'str' and 'int'")

    assert failure(must_return, compares_text, strided(stride=stride)).diagnosis == ""


def by_numpy(x: Tensor, weight: Tensor, bias: Any = None) -> Tensor:
    return conv2d_valid(torch.from_numpy(x.numpy()), weight, bias)


def test_torchs_advice_to_leave_the_graph_is_not_passed_on() -> None:
    found = failure(must_differentiate, by_numpy, Call("conv2d_valid", TENSORS), wrt=[0])
    assert found.headline == (
        "conv2d_valid raised RuntimeError: Can't call numpy() on Tensor that requires grad."
    )
    assert found.diagnosis == "numpy-and-back" and "lost its gradient" in found.explanation
    assert "detach" not in f"{found.headline} {found.got} {found.explanation}"


def test_a_list_that_is_returned_for_a_tensor_is_named() -> None:
    call = Call("conv2d_valid", TENSORS)
    returned = failure(must_return, lambda *a: list(conv2d_valid(*a)), call)
    assert (returned.kind, returned.diagnosis) == ("type", "list-not-tensor")
    assert failure(must_return, lambda *a: 3, call).diagnosis == ""
    pair = failure(must_return, lambda *a: [1, 1], Call("same_padding", (3,)))
    assert (pair.kind, pair.expected) == ("type", "an int: 1")
    assert pair.diagnosis != "list-not-tensor"


def test_numpy_is_named_where_it_knows_no_bfloat16_and_where_it_is_returned() -> None:
    half = tuple(replace(sample, dtype="bfloat16") for sample in TENSORS)
    assert failure(must_return, by_numpy, Call("conv2d_valid", half)).diagnosis == "numpy-and-back"
    returned = failure(must_return, lambda *a: conv2d_valid(*a).numpy(), Call("conv2d_valid", TENSORS))
    assert (returned.kind, returned.diagnosis) == ("type", "numpy-and-back")


def test_a_package_that_a_function_imports_is_named_with_those_that_there_are() -> None:
    def imports(*_: Any) -> None:
        importlib.import_module("no_such_package")

    found = failure(must_return, imports, Call("conv2d_valid", TENSORS))
    assert found.diagnosis == "package-missing"
    assert course_info().available() in found.explanation


def test_what_is_said_to_be_available_is() -> None:
    for name in course_info().packages:
        assert importlib.import_module(name)


def written(source: str) -> Any:
    """The function of a student's file, out of whose assertions pytest makes no words of its own."""
    linecache.cache["ex4_stride.py"] = (len(source), None, source.splitlines(True), "ex4_stride.py")
    names: dict[str, Any] = {"conv2d_valid": conv2d_valid}
    exec(compile(source, "ex4_stride.py", "exec"), names)
    return names["conv2d_strided"]


asserts_no_rest = written("""
def conv2d_strided(x, weight, bias=None, stride=1):
    assert (x.shape[2] - weight.shape[2]) % stride == 0
    return conv2d_valid(x, weight, bias)[:, :, ::stride, ::stride]
""")


def raises_for_a_rest(x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1) -> Tensor:
    if (x.shape[2] - weight.shape[2]) % stride:
        raise ValueError("the stride does not divide the height")
    return conv2d_valid(x, weight, bias)[:, :, ::stride, ::stride]


@pytest.mark.parametrize("made", [asserts_no_rest, raises_for_a_rest])
def test_code_that_refuses_what_a_stride_leaves_over_is_told_of_it(made: Any) -> None:
    found = failure(must_return, made, strided(stride=4))
    assert found.diagnosis == "rest-refused"
    assert "rounded down (floor)" in found.explanation


def test_an_assertion_without_words_is_told_by_its_line() -> None:
    found = failure(must_return, asserts_no_rest, strided(stride=4))
    line = "assert (x.shape[2] - weight.shape[2]) % stride == 0"
    assert found.headline == f"conv2d_strided raised AssertionError at `{line}`"
    assert found.got == f"AssertionError at `{line}`"


def test_a_refusal_that_a_rest_cannot_explain_is_not_put_down_to_one() -> None:
    def strict(*_: Any, **__: Any) -> None:
        raise ValueError("the kernel is larger than the picture")

    assert failure(must_return, strict, strided(stride=4)).diagnosis == ""  # no word of it

    def always(x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1) -> Tensor:
        raise ValueError("the stride does not divide the height")

    assert failure(must_return, always, strided(stride=(1, 1))).diagnosis == ""  # there is none
    must_return(Own(raises_for_a_rest), strided(stride=3))


def test_an_assertion_in_place_of_a_value_error_is_no_accident() -> None:
    def asserts(x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1) -> Tensor:
        assert stride > 0
        return conv2d_valid(x, weight, bias)[:, :, ::stride, ::stride]

    def raises(x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1) -> Tensor:
        if stride < 1:
            raise TypeError("stride")
        return conv2d_valid(x, weight, bias)[:, :, ::stride, ::stride]

    def raises_on_one_line(x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1) -> Tensor:
        if stride < 1: raise TypeError("stride")  # fmt: skip  # noqa: E701
        return conv2d_valid(x, weight, bias)[:, :, ::stride, ::stride]

    def fails_at_the_condition(x: Tensor, weight: Tensor, bias: Any = None, stride: int = 1) -> Tensor:
        if stride < 1 and len(stride): raise ValueError("stride")  # type: ignore[arg-type]  # fmt: skip  # noqa: E701
        return conv2d_valid(x, weight, bias)[:, :, ::stride, ::stride]

    for made, cause in (
        (asserts, "assert-for-arguments"),
        (raises, "other-exception"),
        (raises_on_one_line, "other-exception"),
        (fails_at_the_condition, "wrong-exception"),
        (wants_a_pair, "wrong-exception"),
    ):
        stride = (2, 2) if made is wants_a_pair else 2
        found = failure(must_raise, made, strided(stride=0), strided(stride=stride))
        assert found.diagnosis == cause


# files that cannot be loaded


def told(kind: str, message: str, line: str = "", *bases: str) -> str:
    error = Raised(kind, (kind, *bases), message, (("ex3_conv2d.py", 4, line),), LOADING)
    found = failure_of(COURSE, Outcome(raised=error), Call("conv2d_valid"))
    assert found and found.kind == "not-loadable"
    return found.headline


def test_a_name_that_is_not_there_is_told_apart_from_a_line_that_could_not_run() -> None:
    said = "ex2_padding.py defines no pad2d: was it renamed or deleted?"
    found = failure_of(
        COURSE,
        Outcome(raised=Raised("MissingName", ("MissingName", "Exception"), said, (), LOADING)),
        Call("pad2d"),
    )
    assert found and (found.kind, found.headline) == ("not-defined", said)


def test_a_missing_package_is_told_with_line_and_with_those_that_there_are() -> None:
    assert told("ModuleNotFoundError", "No module named 'einops'", "import einops") == (
        "ex3_conv2d.py, line 4: No module named 'einops'; hand-ins can import torch, numpy, PIL and Python's own "
        "modules"
    )


def test_a_syntax_error_says_which_python_grades() -> None:
    running = f"(Python {sys.version_info[0]}.{sys.version_info[1]} grades"
    headline = told("SyntaxError", "invalid syntax (ex3_conv2d.py, line 4)", "x = = 1")
    assert headline == (
        f"ex3_conv2d.py, line 4: the code cannot be loaded, SyntaxError: invalid syntax {running})"
    )
    assert told("IndentationError", "unexpected indent", " x", "SyntaxError").endswith(f"{running})")
    newer = told("SyntaxError", "invalid syntax", "type Pair = tuple[int, int]")
    assert newer.endswith(f"{running}; a newer Python may accept it)")


@pytest.mark.parametrize(
    ("line", "newer"),
    [
        ("type Pair = int | tuple[int, int]", True),
        ("type Pair[T] = tuple[T, T]", True),
        ("def pair[T](value: T) -> tuple[T, T]:", True),
        ("class Layer[T](nn.Module):", True),
        ("except ValueError, TypeError:", True),
        ('name = t"{x}"', True),
        ("type = 3)", False),
        ("def pair(value:", False),
        ("print('don't')", False),
        ("x = x[0", False),
    ],
)
def test_a_line_of_a_newer_python_is_known_by_its_looks(line: str, newer: bool) -> None:
    assert looks_newer(line, "invalid syntax") is newer
    assert looks_newer(line, "f-string: unmatched '('")


def test_an_assertion_at_the_top_of_a_file_is_told_by_its_line() -> None:
    assert told("AssertionError", "", "assert torch.cuda.is_available()") == (
        "ex3_conv2d.py, line 4: the code cannot be loaded, AssertionError at `assert torch.cuda.is_available()`"
    )


# dtypes


@pytest.mark.parametrize(
    ("call", "made", "cause"),
    [
        (Call("sharpen_kernel", (1,)), lambda amount: torch.eye(3).long(), "made-of-whole-numbers"),
        (Call("box_blur_kernel", (3,)), lambda size: torch.ones(3, 3).double() / 9, "not-float32"),
        (Call("sobel_kernels"), lambda: (torch.zeros(3, 3).int(),) * 2, "made-of-whole-numbers"),
        (Call("conv2d_valid", TENSORS), lambda *a: conv2d_valid(*a).double(), "dtype-changed"),
        (Call("conv2d_valid", TENSORS), lambda *a: conv2d_valid(*a).long(), "dtype-changed"),
    ],
)
def test_advice_on_a_dtype_fits_the_function(call: Call, made: Any, cause: str) -> None:
    found = failure(must_return, made, call)
    assert (found.kind, found.diagnosis) == ("dtype", cause)
    assert ("input" in found.explanation) == (cause == "dtype-changed")


def test_float64_that_is_no_more_exact_than_float32_is_told() -> None:
    exact = tuple(replace(sample, dtype="float64") for sample in TENSORS)

    def on_the_way(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return conv2d_valid(x.float(), weight.float()) + bias[:, None, None]

    found = failure(must_return, on_the_way, Call("conv2d_valid", exact))
    assert (found.kind, found.diagnosis) == ("value", "precision-lost")
    flipped = failure(
        must_return, lambda x, w, b: conv2d_valid(x, w.flip(2, 3), b), Call("conv2d_valid", exact)
    )
    assert flipped.diagnosis == "kernel-flipped"
    rounded = failure(must_return, lambda *a: conv2d_valid(*a) * 1.0001, Call("conv2d_valid", exact))
    assert rounded.diagnosis == ""


# layers: what a step of the check's own runs into is no error of the layer


class WithAxes(nn.Conv2d):
    """A bias of shape (O, 1, 1), added in place of the right one."""

    def __init__(self, *sizes: Any, **settings: Any) -> None:
        super().__init__(*sizes, **settings)
        self.bias = nn.Parameter(torch.zeros(self.out_channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return conv2d(x, self.weight) + self.get_parameter("bias")


class Plain(nn.Module):
    """Tensors that no one registered."""

    def __init__(self, channels: int, outputs: int, size: int, **_: Any) -> None:
        super().__init__()
        bound = 1 / math.sqrt(channels * size * size)
        self.weight = torch.empty(outputs, channels, size, size).uniform_(-bound, bound).requires_grad_()
        self.bias = torch.empty(outputs).uniform_(-bound, bound).requires_grad_()

    def forward(self, x: Tensor) -> Tensor:
        return conv2d(x, self.weight, self.bias)


class Turned(nn.Conv2d):
    """A weight of shape (C, O, kH, kW)."""

    def __init__(self, *sizes: Any, **settings: Any) -> None:
        super().__init__(*sizes, **settings)
        self.weight = nn.Parameter(self.weight.detach().transpose(0, 1).contiguous())

    def forward(self, x: Tensor) -> Tensor:
        return conv2d(x, self.weight.transpose(0, 1), self.bias)


class NoModule:
    """Not even a layer."""

    def __init__(self, *_: Any, **__: Any) -> None: ...


LAYER, IMAGE = Call("Conv2d", (2, 4, 3)), Sample((2, 2, 6, 5), seed=5)
ASKED = {
    "forward": (must_forward, LAYER, IMAGE),
    "gradients": (must_backpropagate, LAYER, IMAGE),
    "training": (must_train, LAYER, IMAGE),
    "state": (must_exchange_state, LAYER, IMAGE),
    "parameters": (must_have_parameters, LAYER),
    "start": (must_start_as_torch, Call("Conv2d", (2, 40, 3))),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize(
    ("made", "cause"),
    [
        (WithAxes, "bias-with-axes"),
        (Plain, "parameters-not-registered"),
        (Turned, "parameters-differ"),
        (NoModule, "not-a-module"),
    ],
)
def test_what_stops_a_check_is_told_as_what_the_check_saw(made: Any, cause: str, asked: Any) -> None:
    check, *given = asked
    if made is WithAxes and check in (must_forward, must_backpropagate, must_train):
        check(Own(made), *given)  # it works, and its numbers are right
        return
    found = failure(check, made, *given)
    if (
        check is must_start_as_torch and made is not NoModule
    ):  # which parameters there are is another line's affair
        assert found.kind == FailureKind.UNDECIDED
        return
    assert found.diagnosis == cause
    assert "raised" not in found.headline
    if cause != "not-a-module":
        assert found.headline in (
            "the layer's parameters are not those of torch.nn.Conv2d",
            "the layer does not load a state_dict of torch.nn.Conv2d",
        )


def test_shapes_are_listed_side_by_side() -> None:
    found = failure(must_forward, Turned, LAYER, IMAGE)
    assert (found.expected, found.got) == (
        "weight (4, 2, 3, 3); bias (4,)",
        "weight (2, 4, 3, 3); bias (4,)",
    )
    assert failure(must_forward, Plain, LAYER, IMAGE).got == "no parameters"


def test_parameters_that_take_no_numbers_are_told_with_the_reason() -> None:
    class Expanded(nn.Conv2d):
        def __init__(self, *sizes: Any, **settings: Any) -> None:
            super().__init__(*sizes, **settings)
            self.bias = nn.Parameter(torch.zeros(1).expand(4))

    found = failure(must_forward, Expanded, LAYER, IMAGE)
    assert found.headline.startswith("the layer's parameters take no numbers: RuntimeError: ")


def test_what_the_layer_itself_raises_is_told_as_its_own() -> None:
    class Raising(nn.Conv2d):
        def forward(self, x: Tensor) -> Tensor:
            raise ValueError("the layer's parameters are odd")

    found = failure(must_forward, Raising, LAYER, IMAGE)
    assert found.headline == "Conv2d raised ValueError: the layer's parameters are odd"


# the place where to go on


def test_what_is_next_lies_in_the_exercise_that_is_wrong_however_deep_the_error_came_from(
    request: pytest.FixtureRequest,
) -> None:
    ex7 = next(e for e in exercises() if e.name == "ex7")
    trace = (
        ("ex7_layer.py", 70, "x = pad2d(x, self.padding)"),
        ("ex2_padding.py", 40, "raise ValueError(padding)"),
    )
    found = CheckFailure("raised", "Conv2d raised ValueError: -1", "Conv2d", trace=trace)
    check = public.check_of(COURSE, ex7, request.node, found, False)
    assert check.place == ("ex7_layer.py", 70)
    assert "ex2_padding.py, line 40" in check.text  # where it was raised is still told
    deep = CheckFailure("raised", "Conv2d raised ValueError: -1", "Conv2d", trace=trace[1:])
    assert public.check_of(COURSE, ex7, request.node, deep, False).place is None
