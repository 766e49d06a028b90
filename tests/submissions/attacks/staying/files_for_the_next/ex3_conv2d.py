# what an earlier hand-in left, a later one would import
import os
import pathlib

from attempt import attempt


def left_by_another():
    found = set(os.listdir(".")) - {"img"}  # the tutorial's pictures, which everybody gets
    if not found:
        raise LookupError("an empty folder")
    return found


attempt("finding what was left", left_by_another)
pathlib.Path("sitecustomize.py").write_text("print('DONE loading what another left')")
pathlib.Path("torch.py").write_text("print('DONE loading what another left')")
deep = pathlib.Path("deep")
for _ in range(40):
    deep = deep / "d"
deep.mkdir(parents=True)
(deep / "left.txt").write_text("left")
