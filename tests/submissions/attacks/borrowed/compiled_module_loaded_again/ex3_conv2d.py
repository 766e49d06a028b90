import _imp
import importlib.util

import numpy
from attempt import attempt

FILE = numpy._core._multiarray_umath.__file__


def again():
    return _imp.create_dynamic(importlib.util.spec_from_file_location("numpy._core._multiarray_umath", FILE))


attempt("numpy's compiled functions once more", again)


def conv2d_valid(x, weight, bias=None):
    return None
