"""Which torch can grade, looked up without importing it: what is wrong is told before anything is graded.

The pretended GPU (see `pretended`) stands on a part of torch that is private and young. A torch without it could
check no device, so it grades nobody.
"""

from __future__ import annotations

import re
from pathlib import Path

from autograder.isolated import torch_folder

OLDEST = "2.10"  # the first that passes `make versions`; pyproject.toml asks for it, too
NEEDED = "_setup_privateuseone_for_python_backend"  # of `torch.utils.backend_registration`
_HOW = (
    f"pip install 'torch>={OLDEST}' (on Linux without a GPU, with --extra-index-url "
    "https://download.pytorch.org/whl/cpu)"
)


class UnfitTorch(RuntimeError):
    """The torch that is installed cannot grade; says which it is, which is needed, and how to get it."""


def refuse_unfit_torch() -> None:
    """Looks at the files of the torch that an import would find.

    Raises:
        UnfitTorch: if it cannot grade, or if there is none.
    """
    folder = torch_folder()
    if folder is None:
        raise UnfitTorch(f"torch is not installed here, and grading needs {OLDEST} or newer: {_HOW}")
    version = _version(folder)
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if numbers and (int(numbers[1]), int(numbers[2])) < tuple(map(int, OLDEST.split("."))):
        raise UnfitTorch(f"torch {version} is installed here, and grading needs {OLDEST} or newer: {_HOW}")
    if NEEDED not in _text(folder / "utils" / "backend_registration.py"):
        raise UnfitTorch(
            f"torch {version} is installed here, and grading needs one that has "
            f"torch.utils.backend_registration.{NEEDED}, as {OLDEST} has: pip install 'torch=={OLDEST}.*'"
        )


def _version(folder: Path) -> str:
    found = re.search(r"^__version__ = '([^'\n]{1,50})'", _text(folder / "version.py"), re.MULTILINE)
    return found[1] if found else "of an unknown version"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
