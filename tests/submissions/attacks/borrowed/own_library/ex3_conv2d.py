# brings a compiled module of its own
import importlib.machinery
import importlib.util
import pathlib

from attempt import attempt


def load(place):
    loader = importlib.machinery.ExtensionFileLoader("own", place)
    importlib.util.module_from_spec(importlib.util.spec_from_loader("own", loader))


pathlib.Path("own.so").write_bytes(b"\x7fELF" + bytes(200))
attempt("loading it", lambda: load(str(pathlib.Path("own.so").absolute())))
attempt("loading it from here", lambda: load("own.so"))


def conv2d_valid(x, weight, bias=None):
    return None
