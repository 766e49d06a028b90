# what is refused in one interpreter is not refused in another of the same process
from attempt import attempt


def another():
    import _xxsubinterpreters

    return _xxsubinterpreters.create()


attempt("an interpreter", another)
attempt("a library by Tcl", lambda: __import__("_tkinter").create())
attempt("a list of all objects", lambda: len(__import__("gc").get_objects()))


def conv2d_valid(x, weight, bias=None):
    return None
