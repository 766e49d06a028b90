import threading

lock = threading.Lock()


def conv2d_valid(x, weight, bias=None):
    with lock, lock:
        return x
