"""Bits that two processes tell each other by locking files that both may read, and neither may write."""

import fcntl
import os

import torch


def files(count):
    folder = os.path.join(os.path.dirname(torch.__file__), "distributed", "fsdp", "_fully_shard")
    folders = [os.path.dirname(os.__file__), folder]
    names = [os.path.join(f, n) for f in folders for n in sorted(os.listdir(f)) if n.endswith(".py")]
    return [os.open(name, os.O_RDONLY) for name in names[:count]]


def is_held(file):
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False


def hold(number, bits):
    for place, file in enumerate(bits):
        if number >> place & 1:
            fcntl.flock(file, fcntl.LOCK_EX)


def let_go(bits):
    for file in bits:
        fcntl.flock(file, fcntl.LOCK_UN)


def read(bits):
    return sum(is_held(file) << place for place, file in enumerate(bits))
