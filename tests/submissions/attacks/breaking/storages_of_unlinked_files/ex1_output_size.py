"""Keeps disk by storages of torch's that lie in files without a name."""

import os

import torch
from attempt import attempt

kept = []


def keep():
    for number in range(6):
        kept.append(torch.UntypedStorage.from_file(f"map{number}", True, 15 << 20))
        os.unlink(f"map{number}")
        torch.empty(0, dtype=torch.uint8).set_(kept[-1]).fill_(1)
    return f"{15 * len(kept)} MiB"


attempt("keeping disk by storages", keep)
