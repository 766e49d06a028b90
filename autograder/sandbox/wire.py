"""Frames between the grader and a worker: a small JSON header, then tensors as safetensors.

A frame names the request that it belongs to, so that an answer counts for one question alone.

Nothing is ever unpickled. Every length is checked before a byte of it is read, every read has a deadline,
and whatever is not a well-formed frame is a `WireError`.
"""

from __future__ import annotations

import json
import secrets
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any

import numpy
import torch
from safetensors import SafetensorError
from safetensors.numpy import save
from safetensors.torch import load
from torch import Tensor

from exercises.feedback.calls import DTYPES, LAYOUTS, lay_out, layout_of
from exercises.feedback.expression import MAX_AXES as MAX_SHAPE
from exercises.feedback.expression import MAX_PART_CHARS, MAX_PARTS, Expression, Part
from exercises.feedback.steps import (
    MAX_BASES,
    MAX_LINES,
    MAX_NAME_CHARS,
    MAX_TEXT_CHARS,
    Opaque,
    ParameterResult,
    Raised,
    TensorResult,
)

PREFIX = struct.Struct(">4s16sIQ")  # magic, nonce, bytes of header, bytes of payload
_SIZES = struct.Struct(">IQ")
MAGIC = b"cv03"
_BFLOAT16 = ".bfloat16"
MAX_HEADER_BYTES = 1 << 20  # of an answer
MAX_REQUEST_BYTES = 256 << 20  # of what the grader itself sends: a hand-in's sources
MAX_PAYLOAD_BYTES = 64 << 20
MAX_TABLE_BYTES = 1 << 20  # of the tensors' names, dtypes and shapes; safetensors itself takes 100 MB
MAX_AXES = 64  # more than that, and most of torch's operators fail
DEEPEST = 16
_SENDABLE = frozenset(
    [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64]
    + [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]
)


class WireError(Exception):
    """What came is no well-formed frame."""


class WireClosed(WireError):
    """The other side is gone."""


class WireTimeout(WireError):
    """Nothing (or not all) came before the deadline."""


def new_nonce() -> bytes:
    """A name for one request that nobody can guess."""
    return secrets.token_bytes(16)


def frame(nonce: bytes, body: bytes) -> bytes:
    """A whole frame."""
    return MAGIC + nonce + body


def encode(header: Mapping[str, Any]) -> bytes:
    """The body of a frame; tensors anywhere in the header travel in the payload."""
    tensors: list[Tensor] = []
    text = json.dumps(_packed(header, tensors)).encode()
    payload = b""
    if tensors:
        payload = save(dict(_as_array(i, t) for i, t in enumerate(tensors)))
    return _SIZES.pack(len(text), len(payload)) + text + payload


def _as_array(number: int, tensor: Tensor) -> tuple[str, numpy.ndarray]:
    """A tensor's name in the payload, and its numbers as an array, since `safetensors.torch` needs ctypes to
    save and a worker has none. Arrays know no bfloat16: its bits travel as int16, and the name says so.
    """
    numbers = tensor.detach().contiguous()
    if tensor.dtype is torch.bfloat16:
        return f"{number}{_BFLOAT16}", numbers.view(torch.int16).numpy()
    return str(number), numbers.numpy()


def parts(whole: bytes) -> tuple[bytes, bytes]:
    """Header and payload of a whole frame in memory."""
    size = PREFIX.unpack_from(whole)[2]
    return whole[PREFIX.size : PREFIX.size + size], whole[PREFIX.size + size :]


def decode(text: bytes, payload: bytes) -> dict[str, Any]:
    """The header of a frame with its tensors put back.

    Raises:
        WireError: if the frame is malformed in any way.
    """
    try:
        packed = json.loads(text)
        tensors = dict(enumerate(_tensors(payload))) if payload else {}
        header = _unpacked(packed, tensors, 0)
    except WireError:
        raise
    except (
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        RecursionError,
        RuntimeError,
        OverflowError,
    ) as error:
        raise WireError(f"malformed frame ({type(error).__name__})") from None
    except SafetensorError:
        raise WireError("malformed frame (tensors)") from None
    if not isinstance(header, dict):
        raise WireError("malformed frame (no header)")
    return header


def _tensors(payload: bytes) -> list[Tensor]:
    if int.from_bytes(payload[:8], "little") > MAX_TABLE_BYTES:
        raise WireError("malformed frame (tensors)")
    entries = load(payload)
    for name in [n for n in entries if n.endswith(_BFLOAT16)]:
        entries[name.removesuffix(_BFLOAT16)] = entries.pop(name).view(torch.bfloat16)
    tensors = [entries[str(i)] for i in range(len(entries))]
    # what the grader does with a tensor must work: torch can add and compare no float8, for one
    if not all(t.dtype in _SENDABLE and t.dim() <= MAX_AXES for t in tensors):
        raise WireError("malformed frame (dtype or axes)")
    # a byte other than 0 and 1 would be a third truth value
    return [t.view(torch.uint8) != 0 if t.dtype is torch.bool else t for t in tensors]


def _packed(value: Any, tensors: list[Tensor]) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple):
        return {"tuple": [_packed(v, tensors) for v in value]}
    if isinstance(value, list):
        return [_packed(v, tensors) for v in value]
    if isinstance(value, Mapping):
        return {"map": [[str(k), _packed(v, tensors)] for k, v in value.items()]}
    if isinstance(value, TensorResult):
        if value.value.dtype not in _SENDABLE:
            return {"opaque": f"torch.Tensor of dtype {value.value.dtype}"}
        tensors.append(value.value)
        return {"result": len(tensors) - 1, "device": value.device, "grad": value.requires_grad}
    if isinstance(value, Tensor):
        tensors.append(value)
        return {"tensor": len(tensors) - 1, "layout": layout_of(value)}
    if isinstance(value, torch.dtype):
        return {"dtype": str(value).removeprefix("torch.")}
    if isinstance(value, Opaque):
        return {"opaque": value.type_name}
    if isinstance(value, ParameterResult):
        return {"parameter": [value.name, list(value.shape), value.dtype, value.device, value.requires_grad]}
    if isinstance(value, Raised):
        trace = [list(t) for t in value.trace]
        expression = _packed(value.expression, tensors)
        return {"raised": [value.kind, list(value.bases), value.message, trace, value.step, expression]}
    if isinstance(value, Expression):
        parts = [[p.text, p.kind, p.shape and list(p.shape), p.source] for p in value.parts]
        return {"expression": [value.text, parts, list(value.place), value.close, value.within]}
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _unpacked(value: Any, tensors: dict[int, Tensor], depth: int) -> Any:
    if depth > DEEPEST:
        raise WireError("malformed frame (nested too deep)")
    if isinstance(value, list):
        return [_unpacked(v, tensors, depth + 1) for v in value]
    if not isinstance(value, dict):
        return value
    if "tuple" in value:
        return tuple(_unpacked(v, tensors, depth + 1) for v in _a(list, value["tuple"]))
    if "map" in value:
        return {_a(str, k): _unpacked(v, tensors, depth + 1) for k, v in _a(list, value["map"])}
    if "result" in value:
        tensor = tensors.pop(_a(int, value["result"]))
        return TensorResult(tensor, _name(value["device"]), _a(bool, value["grad"]))
    if "tensor" in value:
        layout = value["layout"]
        if layout not in LAYOUTS:
            raise WireError("malformed frame (layout)")
        # once each: a short header could else ask for the same large copy ten thousand times
        return lay_out(tensors.pop(_a(int, value["tensor"])), layout)
    if "dtype" in value:
        return DTYPES[_a(str, value["dtype"])]
    if "opaque" in value:
        return Opaque(_name(value["opaque"]))
    if "parameter" in value:
        name, shape, dtype, device, grad = _a(list, value["parameter"])
        sizes = tuple(_size(s) for s in _few(shape, MAX_AXES))
        return ParameterResult(_name(name), sizes, _name(dtype), _name(device), _a(bool, grad))
    if "raised" in value:
        kind, bases, message, trace, step, expression = _a(list, value["raised"])
        lines = tuple((_name(f), _size(n), _name(t)) for f, n, t in _few(trace, MAX_LINES))
        classes = tuple(_name(b) for b in _few(bases, MAX_BASES))
        worked_on = None if expression is None else _expression(_a(dict, expression)["expression"])
        return Raised(_name(kind), classes, _name(message, MAX_TEXT_CHARS), lines, _size(step), worked_on)
    raise WireError("malformed frame (unknown value)")


def _expression(value: Any) -> Expression:
    text, parts, place, close, within = _a(list, value)
    told = []
    for part in _few(parts, MAX_PARTS):
        name, kind, shape, source = _a(list, part)
        sizes = None if shape is None else tuple(_size(s) for s in _few(shape, MAX_SHAPE))
        told.append(Part(_name(name, MAX_PART_CHARS), _name(kind), sizes, _name(source, MAX_PART_CHARS)))
    file, line = _a(list, place)
    return Expression(
        _name(text, MAX_PART_CHARS),
        tuple(told),
        (_name(file), _size(line)),
        _name(close, MAX_PART_CHARS),
        _a(bool, within),
    )


def _a(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise WireError(f"malformed frame ({kind.__name__} expected)")
    return value


def _name(value: Any, longest: int = MAX_NAME_CHARS) -> str:
    text: str = _a(str, value)
    if len(text) > longest:
        raise WireError("malformed frame (text too long)")
    return text


def _size(value: Any) -> int:
    number: int = _a(int, value)
    if not -(1 << 63) <= number < 1 << 63:
        raise WireError("malformed frame (number too large)")
    return number


def _few(values: Any, most: int) -> list[Any]:
    found: list[Any] = _a(list, values)
    if len(found) > most:
        raise WireError("malformed frame (list too long)")
    return found


def send(sock: socket.socket, whole: bytes, deadline: float) -> None:
    """Sends a frame before the deadline (`time.monotonic` seconds)."""
    try:
        sock.settimeout(max(deadline - time.monotonic(), 0.001))
        sock.sendall(whole)
    except TimeoutError:
        raise WireTimeout("the frame could not be sent in time") from None
    except OSError:
        raise WireClosed("the other side is gone") from None


def receive(
    sock: socket.socket, deadline: float | None, largest_header: int = MAX_HEADER_BYTES
) -> tuple[bytes, dict[str, Any]]:
    """Waits for one frame, forever if there is no deadline; gives its nonce and its header.

    Raises:
        WireClosed, WireTimeout, WireError: see there.
    """
    magic, nonce, header_size, payload_size = PREFIX.unpack(_exactly(sock, PREFIX.size, deadline))
    if magic != MAGIC or header_size > largest_header or payload_size > MAX_PAYLOAD_BYTES:
        raise WireError("malformed frame (prefix)")
    rest = _exactly(sock, header_size + payload_size, deadline)
    return nonce, decode(rest[:header_size], rest[header_size:])


def _exactly(sock: socket.socket, size: int, deadline: float | None) -> bytes:
    parts = []
    while size:
        try:
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise WireTimeout("nothing came in time")
                sock.settimeout(left)
            part = sock.recv(min(size, 1 << 20))
        except TimeoutError:
            raise WireTimeout("nothing came in time") from None
        except OSError:
            raise WireClosed("the other side is gone") from None
        if not part:
            raise WireClosed("the other side is gone")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
