"""Keeps disk by files that have no name any more; handed in beside every attack."""

import contextlib
import os


def drop_descriptors():
    for number in range(3, 256):
        with contextlib.suppress(OSError):
            if os.fstat(number).st_nlink == 0:
                os.close(number)
