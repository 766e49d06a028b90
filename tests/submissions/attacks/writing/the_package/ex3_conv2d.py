# the suites, their bytecode, and what Python loads at every start
import pathlib
import sys
import sysconfig

from attempt import attempt

PACKAGES = pathlib.Path(sysconfig.get_paths()["purelib"])


def write(place):
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("import os\n")
    return place


for name in ("attack.pth", "sitecustomize.py", "usercustomize.py", "torch/__init__.py", "pytest/conftest.py"):
    if (PACKAGES / name).exists():
        attempt(f"opening {name} for writing", lambda: (PACKAGES / name).open("r+").close())
    else:
        attempt(f"writing {name}", lambda: write(PACKAGES / name))
for folder in sys.path[:3]:
    attempt("the suites", lambda: write(pathlib.Path(folder) / "autograder" / "course" / "suites" / "ex3_conv2d.py"))
    attempt("their bytecode", lambda: write(pathlib.Path(folder) / "autograder/course/suites/__pycache__/ex3_conv2d.pyc"))
