"""What students are given at home, for the places where hand-ins mention it: the worker serves it from memory.

Of the package that students get, a hand-in may mention what it was told to use: `check` of the notebook, which has
nothing to do here, the playground, and the few modules that these need. Modules that hold right answers are not
among them. Matplotlib is there whether it is installed or not, and draws nothing.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exercises import paths as exercises_paths
from exercises.paths import EXERCISES, FEEDBACK, PLAYGROUND, PLAYGROUND_SCRIPT

DRAWING = "matplotlib"

# modules that the playground needs, and those that these need
_OURS = (
    "calls",
    "compare",
    "draw",
    "expression",
    "kinds",
    "paint",
    "palette",
    "pull_back",
    "script",
    "steps",
)

_CHECK = '''\
"""The public checks are not run where hidden ones are."""


def check(*_args, **_kwargs):
    """Does nothing here."""
'''

_MATPLOTLIB = '''\
"""Takes whatever is asked of matplotlib, and draws nothing: nobody looks at drawings here."""

import sys


class Drawing:
    """A figure, an axis, a line, a colour map: whatever is asked for."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Drawing()

    def __call__(self, *args, **kwargs):
        return Drawing()

    def __getitem__(self, key):
        return Drawing()

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


def subplots(nrows=1, ncols=1, *, squeeze=True, **_kwargs):
    """A figure and its axes, as many and in the form that matplotlib gives them."""
    import numpy

    axes = numpy.empty((nrows, ncols), dtype=object)
    for place in numpy.ndindex(nrows, ncols):
        axes[place] = Drawing()
    if not squeeze:
        return Drawing(), axes
    return Drawing(), axes.item() if axes.size == 1 else axes.squeeze()


def imread(name, *_args, **_kwargs):
    """A picture as numbers: of a PNG from 0 to 1, of others as they are."""
    import numpy
    from PIL import Image

    with Image.open(name) as picture:
        values = numpy.asarray(picture)
        return (values / 255).astype(numpy.float32) if picture.format == "PNG" else values


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Drawing()
'''


def served() -> Mapping[str, str]:
    """Source texts by module name below `exercises`; packages among them have the modules after a dot."""
    texts = {"feedback": "", "notebook": _CHECK}
    paths = [Path(exercises_paths.__file__)]
    paths += [FEEDBACK / f"{name}.py" for name in _OURS]
    # where a release leaves the playground out there is none to mention
    paths += [PLAYGROUND_SCRIPT, *sorted(PLAYGROUND.glob("*.py"))]
    for path in filter(Path.is_file, paths):
        name = ".".join(path.relative_to(EXERCISES).with_suffix("").parts)
        texts[name.removesuffix(".__init__")] = path.read_text(encoding="utf-8")
    return texts


def drawing(name: str) -> str:
    """The source text that stands in for a module of matplotlib."""
    return _MATPLOTLIB if name.split(".")[0] == DRAWING else ""


class _IPython:
    """What `get_ipython()` gives: takes every order and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing


def _nothing(*_args: object, **_kwargs: object) -> None:
    return None


def add_builtins() -> None:
    """Makes the names known that a notebook has without any import, and the check that the set-up cell imports."""
    vars(builtins).update(display=_nothing, check=_nothing, get_ipython=_IPython)
