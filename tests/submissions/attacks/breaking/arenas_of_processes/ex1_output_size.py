"""Keeps disk by what multiprocessing shares among processes: files without a name, in a folder for temporary ones."""

import tempfile
from multiprocessing.heap import Arena

from attempt import attempt
from unlinked import drop_descriptors

Arena._dir_candidates = []
kept = []


def keep():
    for _ in range(6):
        arena = Arena(15 << 20)
        arena.buffer[:] = bytes(15 << 20)
        kept.append(arena)
        drop_descriptors()
    return f"{15 * len(kept)} MiB in {tempfile.gettempdir()}"


attempt("keeping disk by arenas", keep)
