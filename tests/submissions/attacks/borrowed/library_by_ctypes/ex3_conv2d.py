# calls into torch's library itself
import ctypes

import torch
from attempt import attempt

LIBRARY = torch.__file__.replace("__init__.py", "lib/libtorch_cpu.so")


def conv2d_valid(x, weight, bias=None):
    attempt("opening torch's library", lambda: ctypes.CDLL(LIBRARY))
    attempt("opening what is loaded", lambda: ctypes.PyDLL(None))
    attempt("asking Python itself", lambda: ctypes.pythonapi.Py_IncRef)
    attempt("a function at an address", lambda: ctypes.CFUNCTYPE(ctypes.c_int)(8))
    attempt("copying memory", lambda: ctypes.memmove(8, 16, 1))
    attempt("the raw module", lambda: __import__("_ctypes").dlopen(LIBRARY, 2))
    attempt("torch's own loader", lambda: torch.ops.load_library(LIBRARY))
    return None
