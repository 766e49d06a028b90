"""The frame decoder: every input is a header or a WireError, within the limits, and nothing else.

An input is a letter for what to do, the size of the header in two bytes, the header, and the payload.
"""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import Iterator
from dataclasses import astuple
from random import Random
from typing import Any

import torch
from torch import Tensor

from autograder.sandbox import wire
from exercises.feedback.calls import DTYPES, LAYOUTS, lay_out
from exercises.feedback.expression import Expression, Part
from exercises.feedback.steps import MAX_TEXT_CHARS, Opaque, ParameterResult, Raised, TensorResult
from tests.fuzz.choices import Choices
from tests.fuzz.engine import Broken, Target, havoc, holds

_PLAIN = (type(None), bool, int, float, str)
_NAMES = ("F64", "F32", "F16", "BF16", "C64", "I64", "I32", "I16", "I8", "U8", "BOOL") + (
    "U16", "U32", "U64", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F4", "F6_E2M3", "C128", "", "f32",
)  # fmt: skip
_DTYPES = sorted(wire._SENDABLE, key=str)


def run(data: bytes) -> None:
    """One input."""
    kind, size = data[:1], int.from_bytes(data[1:3], "big")
    if kind == b"v":
        _there_and_back(Choices(data[1:]))
    elif kind == b"s":
        _through_a_socket(data[1:])
    else:
        text, payload = data[3 : 3 + size], data[3 + size :]
        try:
            header = wire.decode(text, payload)
        except wire.WireError:
            return
        _check(header, len(payload))


def _check(header: Any, room: int) -> None:
    """The header is plain data of the kinds that the wire knows, no larger than what came."""
    holds(type(header) is dict, "a header is a dict", header)
    tensors = []
    for value in _parts(header):
        if isinstance(value, TensorResult):
            holds(type(value.device) is str and type(value.requires_grad) is bool, "a result's parts")
            tensors.append(value.value)
        elif isinstance(value, Tensor):
            tensors.append(value)
        elif isinstance(value, Raised):
            holds(len(value.message) <= MAX_TEXT_CHARS and len(value.trace) <= 100, "an exception is short")
        else:
            known = isinstance(value, (*_PLAIN, torch.dtype, Opaque, ParameterResult))
            holds(known, "only kinds that the wire knows come out", type(value).__name__)
    memory = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}
    # a layout with gaps takes twice the room
    holds(sum(memory.values()) <= 2 * room, "tensors take no more than twice their payload", (memory, room))
    for tensor in tensors:
        holds(tensor.dtype in wire._SENDABLE, "only dtypes that can be sent come out", tensor.dtype)
        holds(tensor.dim() <= 64, "torch can handle so many axes", tensor.dim())
        if tensor.dtype is torch.bool:
            holds(bool((tensor.contiguous().view(torch.uint8) < 2).all()), "a bool is 0 or 1")
    _again(header)


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            holds(type(key) is str, "keys are texts", key)
            yield from _parts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _parts(inner)
    else:
        yield value


def _again(value: dict[str, Any]) -> None:
    """What can be taken in can be sent, and comes back the same."""
    back = wire.decode(*wire.parts(wire.frame(bytes(16), wire.encode(value))))
    holds(alike(value, back), "what is sent again comes back the same", value)


def alike(one: Any, other: Any) -> bool:
    """Whether two headers are the same to the last bit; NaN equals NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return len(one) == len(other) and all(
            alike(a, b) and alike(one[a], other[b]) for a, b in zip(one, other, strict=True)
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(alike(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, TensorResult):
        beside = (one.device, one.requires_grad) == (other.device, other.requires_grad)
        return beside and alike(one.value, other.value)
    if isinstance(one, Tensor):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        return torch.equal(_bytes_of(one), _bytes_of(other))
    if isinstance(one, str):
        # JSON joins two halves of a character that stand side by side
        return _joined_halves(one) == other
    if isinstance(one, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, Raised | Opaque | ParameterResult):
        return alike(astuple(one), astuple(other))
    return bool(one == other)


def _expression(choices: Choices) -> Expression:
    parts = tuple(
        Part(
            choices.text(1)[:80],
            choices.text(1)[:80],
            choices.pick([None, (), (choices.below(99),) * choices.below(16)]),
            choices.text(1)[:80],
        )
        for _ in range(choices.below(5))
    )
    place = (choices.text(1)[:200], choices.below(99))
    return Expression(choices.text(1)[:80], parts, place, choices.text(1)[:80], choices.flag())


def _joined_halves(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _bytes_of(tensor: Tensor) -> Tensor:
    return tensor.clone(memory_format=torch.contiguous_format).view(-1).view(torch.uint8)


def _there_and_back(choices: Choices) -> None:
    _again({"value": _value(choices, 0)})


def _value(choices: Choices, depth: int) -> Any:
    kind = choices.below(14 if depth < 5 else 10)
    if kind < 4:
        return (None, True, choices.below(1 << 16) - 99, math.inf)[kind]
    if kind == 4:
        return choices.text()
    if kind == 5:
        return choices.pick([2.0**70, -0.0, math.nan, 10**300, -(10**40), 1e-320])
    if kind == 6:
        return choices.pick(list(DTYPES.values()))
    if kind == 7:
        return Opaque(choices.text(1)[:200])
    if kind == 8:
        shape = tuple(choices.below(9) for _ in range(choices.below(4)))
        return ParameterResult(choices.text(1)[:200], shape, "torch.float32", "cpu", choices.flag())
    if kind == 9:
        trace = tuple(
            (choices.text(1)[:200], choices.below(99), choices.text(1)[:200]) for _ in range(choices.below(8))
        )
        bases = tuple(choices.text(1)[:200] for _ in range(choices.below(5)))
        return Raised(
            choices.text(1)[:200],
            bases,
            choices.text()[:MAX_TEXT_CHARS],
            trace,
            choices.below(4) - 1,
            _expression(choices) if choices.flag() else None,
        )
    if kind == 10:
        shape = tuple(choices.below(4) for _ in range(choices.below(5)))
        tensor = torch.arange(math.prod(shape)).to(choices.pick(_DTYPES)).view(shape)
        return TensorResult(tensor, choices.text(1)[:90], choices.flag())
    if kind == 11:
        shape = tuple(1 + choices.below(3) for _ in range(4))
        tensor = torch.arange(float(math.prod(shape))).view(shape)
        layout = choices.pick(LAYOUTS)
        return lay_out(tensor[:1].expand(shape) if layout == "expanded" else tensor, layout)
    inner = [_value(choices, depth + 1) for _ in range(choices.below(4))]
    if kind == 12:
        return {choices.text(1): v for v in inner}
    return tuple(inner) if choices.flag() else inner


_MINE, _THEIRS = socket.socketpair()


def _through_a_socket(data: bytes) -> None:
    """Prefix and all, as a worker may send it; then the line is cut."""
    global _MINE, _THEIRS
    if data[:1] == b"=":
        # an honest prefix, so that the rest is looked at
        text, _, payload = data[1:].partition(b"\n")
        data = wire.PREFIX.pack(wire.MAGIC, bytes(16), len(text), len(payload)) + text + payload
    _THEIRS.sendall(data)
    _THEIRS.shutdown(socket.SHUT_WR)
    try:
        nonce, header = wire.receive(_MINE, time.monotonic() + 2)
        holds(len(nonce) == 16 and type(header) is dict, "a frame has a nonce and a header")
    except wire.WireTimeout:
        raise Broken("a line that was cut is no slow line") from None
    except wire.WireError:
        pass
    _MINE.close()
    _THEIRS.close()
    _MINE, _THEIRS = socket.socketpair()


def _joined(text: bytes, payload: bytes, kind: bytes = b"d") -> bytes:
    return kind + len(text).to_bytes(2, "big") + text + payload


def _of(header: dict[str, Any]) -> bytes:
    text, payload = wire.parts(wire.frame(bytes(16), wire.encode(header)))
    return _joined(text, payload)


def seeds() -> list[bytes]:
    """Honest replies and requests, and one of every kind of value."""
    result = TensorResult(torch.arange(6.0).view(1, 2, 3), "cpu", True)
    trace = (("ex3_conv2d.py", 3, "x"),)
    found = [
        _of({"results": [result, (result, None)], "raised": None, "banned": []}),
        _of({"results": [], "raised": Raised("E", ("E", "Exception"), "no", trace, 0), "banned": []}),
        _of({"results": [(ParameterResult("weight", (1, 2), "torch.float32", "cpu", True),), {"w": result}]}),
        _of({"a": [1, 2.5, None, True, "x", Opaque("o"), torch.float16, (1, [2])]}),
        *(_of({"x": lay_out(torch.ones(2, 3, 4, 5)[:1].expand(2, 3, 4, 5), each)}) for each in LAYOUTS),
        *(_of({"x": TensorResult(torch.ones(2).to(dtype), "cpu")}) for dtype in _DTYPES),
        b"s=" + b'{"map": []}\n',
        b"s" + wire.PREFIX.pack(wire.MAGIC, bytes(16), 11, 0) + b'{"map": []}',
        b"s" + wire.PREFIX.pack(wire.MAGIC, bytes(16), 11, 1 << 40) + b'{"map": []}',
    ]
    random = Random(0)
    return found + [b"v" + random.randbytes(60) for _ in range(40)]


def mutate(data: bytes, random: Random) -> bytes:
    """Varies the JSON of the header or of the tensors' table of contents, and keeps both JSON."""
    if data[:1] in (b"v", b"s"):
        return data[:1] + havoc(data[1:], random)
    size = int.from_bytes(data[1:3], "big")
    text, payload = data[3 : 3 + size], data[3 + size :]
    for _ in range(1 << random.randrange(3)):
        if payload and random.random() < 0.4:
            payload = _varied_payload(payload, random)
        else:
            text = _varied_json(text, random)
    return _joined(text[:3000], payload[:3000])


def _varied_payload(payload: bytes, random: Random) -> bytes:
    size = int.from_bytes(payload[:8], "little")
    head, body = payload[8 : 8 + size], payload[8 + size :]
    if random.random() < 0.1:
        return havoc(payload, random)
    try:
        table = json.loads(head)
        entry = table[random.choice(list(table))]
    except (ValueError, IndexError, KeyError, TypeError, RecursionError):
        return havoc(payload, random)
    kind = random.randrange(5)
    if kind == 0 and isinstance(entry, dict):
        entry["dtype"] = random.choice(_NAMES)
    elif kind == 1 and isinstance(entry, dict):
        entry["shape"] = [
            random.choice((0, 1, 2, 3, 6, 1 << 31, 1 << 62, -1)) for _ in range(random.randrange(6))
        ]
        if random.random() < 0.2:
            entry["shape"] = [1] * random.choice((20, 64, 65, 300))
    elif kind == 2 and isinstance(entry, dict):
        entry["data_offsets"] = random.choice(
            ([0, len(body)], [0, 0], [0, 4], [4, 0], [0, 1 << 63], [len(body)])
        )
    elif kind == 3:
        table[random.choice(("0", "1", "2", "x", "__metadata__"))] = entry
    else:
        body = havoc(body, random)
        if isinstance(entry, dict):
            entry["data_offsets"] = [0, len(body)]
            entry["dtype"], entry["shape"] = random.choice(
                (("U8", 1), ("BOOL", 1), ("F8_E4M3", 1), ("U16", 2), ("F32", 4))
            )
            entry["shape"] = [len(body) // entry["shape"]]
    head = json.dumps(table).encode()
    return len(head).to_bytes(8, "little") + head + body


_NODES: tuple[Any, ...] = (
    None, True, 0, 1, -1, 2**63, 10**400, 1.5, "", "cpu", [], {}, [[]], "contiguous", "strided", "expanded",
    {"tuple": []}, {"map": []}, {"map": [["a", 1]]}, {"map": ["ab"]}, {"opaque": "x"}, {"dtype": "float16"},
    {"result": 0, "device": "cpu", "grad": False}, {"result": -1, "device": "cpu", "grad": False},
    *({"tensor": 0, "layout": layout} for layout in LAYOUTS),
    {"parameter": ["w", [1], "torch.float32", "cpu", True]},
    {"raised": ["E", ["E"], "m", [["f", 1, "t"]], 0, None]},
    {"raised": ["E", ["E"], "m" * 5000, [], 0, None]},
)  # fmt: skip


def _varied_json(text: bytes, random: Random) -> bytes:
    if random.random() < 0.1:
        return havoc(text, random)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return havoc(text, random)
    places = list(_places(tree, 0))
    if not places:
        return json.dumps(random.choice(_NODES)).encode()
    holder, key = random.choice(places)
    kind = random.randrange(6)
    if kind < 2:
        holder[key] = json.loads(json.dumps(random.choice(_NODES)))
    elif kind == 2:
        other, place = random.choice(places)
        holder[key] = json.loads(json.dumps(other[place]))
    elif kind == 3 and isinstance(holder, list):
        holder.insert(random.randrange(len(holder) + 1), json.loads(json.dumps(holder[key])))
    elif kind == 4:
        del holder[key]
    else:
        wrapped = random.choice(([holder[key]], {"tuple": [holder[key]]}, {"map": [["k", holder[key]]]}))
        holder[key] = wrapped
    return json.dumps(tree).encode()


def _places(tree: Any, depth: int) -> Iterator[tuple[Any, Any]]:
    if depth > 20:
        return
    keys: Any = tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield tree, key
        yield from _places(tree[key], depth + 1)


TARGET = Target("decoder", "frames of the wire", (wire,), run, seeds, mutate, wanted=1_000_000)
