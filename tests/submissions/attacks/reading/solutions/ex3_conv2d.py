import pathlib
import sys

from attempt import attempt

PLACES = list(sys.path)
frame = sys._getframe()
while frame is not None:
    PLACES.append(frame.f_code.co_filename)
    frame = frame.f_back


def read(name):
    for place in PLACES:
        for folder in pathlib.Path(place).parents:
            try:
                return (folder / name).read_text()
            except OSError:
                pass
    raise LookupError("not to be had")


attempt("reading a solution", lambda: read("solutions/ex3_conv2d.py"))
attempt("reading a classmate's", lambda: read("tests/submissions/class/amara/ex3_conv2d.py"))
attempt("importing a solution", lambda: __import__("solutions.ex3_conv2d"))
attempt("importing a suite", lambda: __import__("autograder.course.suites.ex3_conv2d"))
