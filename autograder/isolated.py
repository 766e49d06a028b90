"""Starts Python without what the environment and the folder that it is started in bring along (`-I`).

Such a Python looks for packages neither in the user's own folder, where pip puts them for whoever may not write to
Python's, nor where PYTHONPATH says. So it is told where this one finds them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from autograder.paths import ROOT

_NAMES = ("site-packages", "dist-packages")


def package_folders() -> list[str]:
    """Where this Python finds packages: folders of those names, and the one that it has torch from."""
    torch = torch_folder()
    beside = [] if torch is None else [str(torch.parent)]
    return list(dict.fromkeys([*(each for each in sys.path if Path(each).name in _NAMES), *beside]))


def torch_folder() -> Path | None:
    """Where an import would find torch; None where there is none."""
    for finder in sys.meta_path:
        found = finder.find_spec("torch", None)
        if found is not None and found.origin is not None:
            return Path(found.origin).parent
    return None


def isolated(program: str, *arguments: str, flags: tuple[str, ...] = ()) -> list[str]:
    """A command for a Python that finds the grader and the packages, and nothing else of this one's path.

    Args:
        program: its text, which begins after that.
        arguments: what the program finds in `sys.argv`, from its second entry on.
        flags: of Python.
    """
    path = (
        f"import sys; sys.path[:0] = [{str(ROOT)!a}]; "
        f"sys.path += [each for each in {package_folders()!a} if each not in sys.path]\n"
    )
    return [sys.executable, *flags, "-I", "-c", path + program, *arguments]
