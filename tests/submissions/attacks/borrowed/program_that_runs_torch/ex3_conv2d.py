import subprocess
import sys

from attempt import attempt


def conv2d_valid(x, weight, bias=None):
    attempt("another Python", lambda: subprocess.run([sys.executable, "-c", "import torch"], check=True))
    return None
