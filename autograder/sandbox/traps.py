"""Takes the machine code of ready-made operators out of a process, so that no route leads to it.

What a worker may not call is replaced in Python and in torch's dispatcher (see `ban`), but torch has executors of its
own beside the dispatcher, and whoever writes to the process's memory can undo what Python replaced. So the functions
that compute are overwritten with trap instructions, and a call of one ends the worker by a signal of its own. A
worker cannot bring the code back: it can map no file and make no memory executable (see `confine`).

torch's library keeps the names and places of all its functions in the symbol table of its ELF file (System V ABI,
"Symbol Table"). Where that is missing, or the processor is another, nothing is taken out.
"""

from __future__ import annotations

import ctypes
import mmap
import platform
import re
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import BuiltinFunctionType

import numpy as np
import torch

from exercises.feedback.rule import Operators

# Parts of the mangled names of what computes: what torch has itself and the libraries inside torch. What only hands a
# call on or registers something is left as it is.
_HOMES = re.compile(
    rb"6native|4dnnl|5ideep|6fbgemm|7qnnpack|qnnp_|pytorch_q8|nnp_|xnn_|10tensorexpr|nnc_|PackedConvWeight"
)
_TIDIES_UP = re.compile(rb"D[0-2]Ev|_M_manager")  # destructors, which run when a thread or the process ends
_TRAP = 0xCC  # int3: SIGTRAP
_ALIGNED = 16  # where compilers begin functions, so that none ends before
_MAYMOVE, _FIXED = 1, 2  # of mremap
_FAILED = ctypes.c_void_p(-1).value
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMTAB, _FUNCTION = 2, 2
_SYMBOL = np.dtype(
    [("name", "<u4"), ("info", "u1"), ("other", "u1"), ("section", "<u2"), ("value", "<u8"), ("size", "<u8")]
)
_NEAR = 16 * mmap.PAGESIZE  # each stretch of memory with rights of its own costs every fork

Spans = Sequence[tuple[int, int]]  # address and bytes of each function


def functions(families: Mapping[str, Operators]) -> dict[str, Spans]:
    """Where the functions of each family stand in this process; empty where they cannot be found."""
    library = Path(torch.__file__).parent / "lib" / "libtorch_cpu.so"
    searched = {name: family for name, family in families.items() if family.symbols}
    if sys.platform != "linux" or platform.machine() != "x86_64" or not library.is_file() or not searched:
        return {}
    with library.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as content:
        found = _named(content, searched)
    start = _loaded_at(library)
    return {
        name: [*((start + at, size) for at, size in spans), *_of_numpy(families[name].of_numpy)]
        for name, spans in found.items()
    }


def take_out(spans: Spans) -> None:
    """Overwrites functions with traps, for this process and those that it forks.

    The pages are exchanged for memory that no file stands behind: a system that is asked to forget what was written
    to a page of a file (`madvise`) brings the file's own bytes back.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = libc.mremap.restype = ctypes.c_void_p
    for start, end, functions in _stretches(spans):
        size = ctypes.c_size_t(end - start)
        kind, rights = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ | mmap.PROT_WRITE
        copy = _done(libc.mmap(None, size, rights, kind, -1, ctypes.c_long(0)))
        ctypes.memmove(copy, start, end - start)
        for address, length in functions:
            ctypes.memset(copy + address - start, _TRAP, length)
        _done(libc.mprotect(ctypes.c_void_p(copy), size, mmap.PROT_READ | mmap.PROT_EXEC))
        _done(libc.mremap(ctypes.c_void_p(copy), size, size, _MAYMOVE | _FIXED, ctypes.c_void_p(start)))


def _named(content: mmap.mmap, families: Mapping[str, Operators]) -> dict[str, Spans]:
    """Offset and size of the functions whose names have a family's words in them."""
    offset, entry_bytes, count = (
        *struct.unpack_from("<Q", content, 40),
        *struct.unpack_from("<HH", content, 58),
    )
    sections = [_SECTION.unpack_from(content, offset + entry_bytes * number) for number in range(count)]
    table = next((section for section in sections if section[1] == _SYMTAB), None)
    if table is None:
        return {}
    symbols = np.frombuffer(content[table[4] : table[4] + table[5]], _SYMBOL)
    strings = sections[table[6]]
    first, last = strings[4], strings[4] + strings[5]
    functions = symbols[
        (symbols["info"] & 15 == _FUNCTION) & (symbols["section"] != 0) & (symbols["size"] > 0)
    ]
    functions = functions[np.argsort(functions["name"], kind="stable")]
    found: dict[str, Spans] = {}
    for family, operators in families.items():
        words = [word.encode() for word in operators.symbols]
        is_fair = re.compile("|".join(map(re.escape, operators.fair)).encode() or b"$", re.IGNORECASE)
        found_at = [
            m.start() for word in words for m in re.compile(re.escape(word)).finditer(content, first, last)
        ]
        places = np.unique(np.array(found_at) - first)
        names = np.unique(functions["name"][np.searchsorted(functions["name"], places, "right") - 1]).tolist()
        wanted = []
        for name in names:
            text = content[first + name : content.find(b"\0", first + name)]
            rest = is_fair.sub(b"", text)
            if _HOMES.search(text) and not _TIDIES_UP.search(text) and any(word in rest for word in words):
                wanted.append(name)
        spans = functions[np.isin(functions["name"], wanted)]
        found[family] = list(zip(spans["value"].tolist(), spans["size"].tolist(), strict=True))
    return found


def _of_numpy(names: Iterable[str]) -> list[tuple[int, int]]:
    """Where the code begins of what numpy has in C; it keeps no names of functions."""
    modules = [vars(module) for name, module in sys.modules.items() if name.split(".")[0] == "numpy"]
    found = {module.get(name) for name in names for module in modules}
    head, word = object.__basicsize__, ctypes.sizeof(ctypes.c_void_p)
    # behind its head, such an object has the address of its PyMethodDef: a name, then the code
    methods = [
        ctypes.c_size_t.from_address(id(f) + head).value for f in found if isinstance(f, BuiltinFunctionType)
    ]
    return [(ctypes.c_size_t.from_address(method + word).value, _ALIGNED) for method in methods]


def _loaded_at(library: Path) -> int:
    """The address that the library's first byte has in this process."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        if line.endswith(f"/{library.name}"):
            addresses, _, offset, *_ = line.split()
            return int(addresses.split("-")[0], 16) - int(offset, 16)
    raise RuntimeError(f"{library} is not loaded")


def _stretches(spans: Spans) -> list[tuple[int, int, list[tuple[int, int]]]]:
    """Whole pages that cover the functions, those near each other in one; and the functions in them."""
    found: list[tuple[int, int, list[tuple[int, int]]]] = []
    for address, size in sorted(spans):
        start = address // mmap.PAGESIZE * mmap.PAGESIZE
        end = -(-(address + size) // mmap.PAGESIZE) * mmap.PAGESIZE
        if found and start <= found[-1][1] + _NEAR:
            first, last, functions = found[-1]
            found[-1] = (first, max(end, last), functions)
        else:
            found.append((start, end, []))
        found[-1][2].append((address, size))
    return found


def _done(result: int | None) -> int:
    if result is None or result in (-1, _FAILED):
        raise OSError(ctypes.get_errno(), "memory of a library could not be exchanged")
    return result
