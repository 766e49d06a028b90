"""Frames: what goes in comes out, and what is malformed is refused."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save

from autograder.sandbox import wire
from exercises.feedback.calls import Sample
from exercises.feedback.expression import Expression, Part
from exercises.feedback.steps import Opaque, ParameterResult, Raised, TensorResult, plain

NONCE = bytes(range(16))


def through(value: object) -> object:
    return wire.decode(*wire.parts(wire.frame(NONCE, wire.encode({"value": value}))))["value"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -3,
        2**70,
        1.5,
        "Größe \udcff",
        (1, (2, "a"), [3, None]),
        {"a": {"b": (1,)}, "tuple": 2, "result": 3},
        Opaque("numpy.ndarray"),
        ParameterResult("weight", (2, 3), "torch.float32", "cpu", True),
        Raised("ValueError", ("ValueError", "Exception"), "no", (("ex3_conv2d.py", 4, "x"),), 0),
        Raised(
            "E",
            (),
            "",
            (),
            0,
            Expression("x + y", (Part("x", "tensor", (2, 3), "z"), Part("y", "int")), ("f", 1)),
        ),
        torch.bfloat16,
    ],
)
def test_plain_values_arrive_as_they_were(value: object) -> None:
    assert through(value) == value


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("layout", ["contiguous", "channels_last", "strided", "transposed", "expanded"])
def test_a_tensor_arrives_with_its_numbers_and_its_layout(dtype: str, layout: str) -> None:
    sent = Sample((2, 3, 4, 5), 7, dtype, layout).tensor()
    got = through(sent)
    assert isinstance(got, torch.Tensor)
    assert torch.equal(got, sent)
    assert got.stride() == sent.stride()


@pytest.mark.parametrize("shape", [(), (0,), (0, 3, 4, 5), (2, 0, 3), (1,)])
def test_empty_and_zero_dimensional_results_arrive(shape: tuple[int, ...]) -> None:
    got = through(TensorResult(torch.ones(shape), "cuda:0", True))
    assert isinstance(got, TensorResult)
    assert (got.value.shape, got.device, got.requires_grad) == (shape, "cuda:0", True)


def test_the_same_tensor_may_be_sent_twice() -> None:
    x = torch.arange(3.0)
    got = through((x, x))
    assert isinstance(got, tuple)
    assert torch.equal(got[0], got[1])


def test_a_dtype_that_cannot_travel_is_named() -> None:
    got = through(TensorResult(torch.zeros(2, dtype=torch.complex128), "cpu"))
    assert got == Opaque("torch.Tensor of dtype torch.complex128")


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        (b"", b""),
        (b"[1, 2]", b""),
        (b"{not json", b""),
        (b"\xff\xfe", b""),
        (b"[" * 100_000, b""),
        (b'{"map": 3}', b""),
        (b'{"map": [["a"]]}', b""),
        (b'{"map": [[1, 2]]}', b""),
        (b'{"surprise": 1}', b""),
        (b'{"map": [["x", {"result": 0, "device": "cpu", "grad": false}]]}', b""),
        (b'{"map": [["x", {"result": true, "device": "cpu", "grad": false}]]}', save({"0": torch.ones(1)})),
        (b'{"map": [["x", {"tensor": 0, "layout": "sideways"}]]}', save({"0": torch.ones(1)})),
        (b'{"map": [["x", {"parameter": [1, 2]}]]}', b""),
        (b'{"map": [["x", {"raised": ["a", "b", "c", [[1]], 0]}]]}', b""),
        (b'{"map": [["x", {"raised": ["a", [], "c", [], 0, {}]}]]}', b""),
        (
            b'{"map": [["x", {"raised": ["a", [], "c", [], 0, {"expression": ["x", [], ["f", 1], "", 1]}]}]]}',
            b"",
        ),
        (b'{"map": [["x", {"expression": ["x", [], ["f", 1], "", true]}]]}', b""),
        (b'{"map": [["x", {"dtype": "object"}]]}', b""),
        (b'{"map": []}', b"garbage" * 10),
        (b'{"map": []}', save({"0": torch.ones(100)})[:-8]),
        (b'{"map": []}', save({"zero": torch.ones(1)})),
    ],
)
def test_a_malformed_frame_is_refused(text: bytes, payload: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(text, payload)


def test_a_tensor_that_claims_more_than_it_brings_is_refused() -> None:
    entry = {"0": {"dtype": "F32", "shape": [2**30, 2**30], "data_offsets": [0, 4]}}
    head = json.dumps(entry).encode()
    payload = len(head).to_bytes(8, "little") + head + b"1234"
    with pytest.raises(wire.WireError):
        wire.decode(b'{"map": []}', payload)


def tensor_frame(dtype: str, shape: list[int], body: bytes) -> bytes:
    """A payload with one tensor, as safetensors lays it out."""
    head = json.dumps({"0": {"dtype": dtype, "shape": shape, "data_offsets": [0, len(body)]}}).encode()
    return len(head).to_bytes(8, "little") + head + body


RESULT = b'{"map": [["x", {"result": 0, "device": "cpu", "grad": false}]]}'


@pytest.mark.parametrize(
    ("dtype", "size"), [("F8_E4M3", 1), ("F8_E5M2", 1), ("U16", 2), ("U32", 4), ("U64", 8)]
)
def test_a_dtype_that_nobody_can_compute_with_is_refused(dtype: str, size: int) -> None:
    with pytest.raises(wire.WireError, match="dtype"):
        wire.decode(RESULT, tensor_frame(dtype, [3], bytes(3 * size)))


def test_a_tensor_with_more_axes_than_torch_can_handle_is_refused() -> None:
    wire.decode(RESULT, tensor_frame("U8", [1] * 64, b"x"))
    with pytest.raises(wire.WireError, match="axes"):
        wire.decode(RESULT, tensor_frame("U8", [1] * 65, b"x"))


def test_a_truth_value_is_0_or_1() -> None:
    got = wire.decode(RESULT, tensor_frame("BOOL", [4], b"\x00\x01\x02\xff"))["x"]
    assert got.value.view(torch.uint8).tolist() == [0, 1, 1, 1]


def test_no_tensor_is_copied_more_often_than_it_came() -> None:
    entry = '["x", {"tensor": 0, "layout": "strided"}]'
    wire.decode(f'{{"map": [{entry}]}}'.encode(), save({"0": torch.ones(4)}))
    with pytest.raises(wire.WireError):
        wire.decode(f'{{"map": [{entry}, {entry}]}}'.encode(), save({"0": torch.ones(4)}))


def test_tensors_are_counted_from_0() -> None:
    with pytest.raises(wire.WireError):
        wire.decode(RESULT.replace(b"0", b"-1"), save({"0": torch.ones(4)}))


def test_a_table_of_contents_that_takes_a_gigabyte_to_read_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wire, "load", lambda payload: pytest.fail("it was read"))
    with pytest.raises(wire.WireError, match="tensors"):
        wire.decode(b'{"map": []}', ((1 << 20) + 1).to_bytes(8, "little") + bytes(100))


@pytest.mark.parametrize(
    "value",
    [
        Opaque("x" * 201),
        ParameterResult("w", (1,) * 65, "torch.float32", "cpu", True),
        ParameterResult("w", (1 << 63,), "torch.float32", "cpu", True),
        Raised("E" * 201, (), "", (), 0),
        Raised("E", ("E",) * 21, "", (), 0),
        Raised("E", (), "x" * 4001, (), 0),
        Raised("E", (), "", (("f", 1, "t"),) * 9, 0),
        Raised("E", (), "", (("f", 10**4000, "t"),), 0),
        Raised("E", (), "", (), 0, Expression("x" * 81, (), ("f", 1))),
        Raised("E", (), "", (), 0, Expression("x", (Part("x", "tensor"),) * 5, ("f", 1))),
        Raised("E", (), "", (), 0, Expression("x", (Part("x" * 81, "tensor"),), ("f", 1))),
        Raised("E", (), "", (), 0, Expression("x", (Part("x", "tensor", (1,) * 17),), ("f", 1))),
        Raised("E", (), "", (), 0, Expression("x", (Part("x", "tensor", (1 << 63,)),), ("f", 1))),
        Raised("E", (), "", (), 0, Expression("x", (), ("f" * 201, 1))),
        TensorResult(torch.ones(1), "x" * 201),
    ],
)
def test_what_an_honest_worker_would_have_cut_is_refused(value: object) -> None:
    with pytest.raises(wire.WireError, match="too l"):
        through(value)


def test_a_whole_number_too_long_to_be_written_is_told_and_costs_no_worker() -> None:
    assert through(plain(2**9999)) == 2**9999
    assert through(plain(10**5000)) == Opaque("int, 16610 bits long")


def test_every_second_number_of_an_axis_arrives() -> None:
    got = through(torch.arange(6.0)[::2])
    assert isinstance(got, torch.Tensor)
    assert got.tolist() == [0.0, 2.0, 4.0]


def test_values_nested_too_deep_are_refused() -> None:
    text = b'{"map": [["x", ' + b"[" * 50 + b"]" * 50 + b"]]}"
    with pytest.raises(wire.WireError, match="deep"):
        wire.decode(text, b"")


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_random_bytes_never_do_more_than_be_refused(text: bytes, payload: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        assert isinstance(wire.decode(text, payload), dict)


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    mine, theirs = socket.socketpair()
    with mine, theirs:
        yield mine, theirs


def soon() -> float:
    return time.monotonic() + 0.3


def test_sizes_are_refused_before_they_are_read(line: tuple[socket.socket, socket.socket]) -> None:
    mine, theirs = line
    theirs.sendall(wire.PREFIX.pack(wire.MAGIC, NONCE, 10, 1 << 50))
    with pytest.raises(wire.WireError, match="prefix"):
        wire.receive(mine, soon())


def test_a_frame_that_stops_halfway_runs_into_the_deadline(line: tuple[socket.socket, socket.socket]) -> None:
    mine, theirs = line
    theirs.sendall(wire.frame(NONCE, wire.encode({"a": 1}))[:-2])
    with pytest.raises(wire.WireTimeout):
        wire.receive(mine, soon())


def test_one_byte_at_a_time_does_not_stretch_the_deadline(line: tuple[socket.socket, socket.socket]) -> None:
    mine, theirs = line
    theirs.sendall(wire.PREFIX.pack(wire.MAGIC, NONCE, 1000, 0))
    with pytest.raises(wire.WireTimeout):
        wire.receive(mine, time.monotonic())


def test_a_frame_arrives_with_its_nonce(line: tuple[socket.socket, socket.socket]) -> None:
    mine, theirs = line
    theirs.sendall(wire.frame(NONCE, wire.encode({"a": (1, 2)})))
    assert wire.receive(mine, soon()) == (NONCE, {"a": (1, 2)})


def test_a_line_hung_up_is_told_apart_from_a_slow_one(line: tuple[socket.socket, socket.socket]) -> None:
    mine, theirs = line
    theirs.close()
    with pytest.raises(wire.WireClosed):
        wire.receive(mine, soon())
